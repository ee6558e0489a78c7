"""Words that several rules need: forms of address, and words that are never anybody's name."""

from redaction.folding import word_set

TITLES = word_set(
    "dr doctor mr mister mrs ms miss missus sir madam nurse pastor reverend rev father fr rabbi imam "
    "sheikh deacon elder chaplain bishop sister brother aunt auntie aunty uncle tia tio titi tita tito "
    "cousin grandma grandpa granny grandmother grandfather mother papa sergeant sgt captain capt colonel "
    "lieutenant officer deputy sheriff judge senator professor prof coach principal don dona senor senora "
    "senorita san madame monsieur lady lord missionary evangelist apostle der giani swami guru abba mommy "
    "mama miz"
)
"""Titles, offices and kin words that stand before a name."""

CONTRACTIONS = word_set(
    "im ive youre youve youll youd hes shes thats theres weve theyre theyve theyll theyd itll itd whats whos heres "
    "wheres lets dont doesnt didnt isnt wasnt werent arent aint cant couldnt wouldnt shouldnt wont hasnt havent hadnt "
    "yall gotta wanna lemme gimme dunno cause cuz"
)
"""Contractions as machines write them down, without their apostrophe; never those that are words (well, ill, were)."""

BACK_CHANNELS = word_set("mm mmm mhm mmhm mmhmm hmm huh uhhuh uh-huh uhuh uh um uhm oh ooh ha haha")
"""What a listener says meanwhile."""

FUNCTION_WORDS = (
    CONTRACTIONS
    | BACK_CHANNELS
    | word_set(
        "i a about after again ah all also always am an and another any anything are as at away back be "
        "because been before being both but by can come comes coming could did do does doing done down each "
        "either else even ever every everybody everyone everything fine for from get gets go goes going gone "
        "gonna good got had has have having he her here hers him his home how huh if in instead into is it "
        "its just keep kind know last later least less let like look lot made make makes many maybe me mean "
        "mine more most much must my myself name need never new next no nobody none not nothing now of off oh "
        "okay old on once one only or other our ours out over own person please pretty put quite really right "
        "said same saw say says see seems she should since so some somebody someone something sometimes soon "
        "sorry still stuff such sure take tell than thank thanks that the their theirs them then there these "
        "they thing things think this those though through time to today told tomorrow tonight too took true "
        "try two uh uhm um under until up us used very wait want wants was way we well went were what "
        "whatever when where which while who whole whose why with without won't would yeah year years yes "
        "yesterday yet you your yours i'm i've i'll he's she's it's that's they're we're you're don't doesn't "
        "didn't isn't wasn't can't alone ready living dead sick better worse great nice tired there's three "
        "four five six seven eight nine ten first second third part study call talking speaking calling hard "
        "work working nah nope yep yup hey hi hello bye"
    )
)
"""Words too common in speech to identify anybody."""

MEASURES = word_set("dollars dollar percent miles milligrams milligram mg years")
"""Words that make a quantity of any number before them."""
COUNTED = word_set(
    "mile year month months week weeks day days hour hours minute minutes times bucks cents feet foot inch inches "
    "yards acres pound pounds ounce ounces gram grams microgram micrograms mcg milliliter milliliters ml cc ccs liter "
    "liters units degrees cup cups pill pills tablet tablets capsule capsules drop drops puffs dose doses teaspoon "
    "teaspoons tablespoon tablespoons people kids children boxes bags bottles cans"
)
"""Words that make a quantity of a number with few digits; a long one can stand before them by chance."""
