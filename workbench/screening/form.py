"""The form of an exchange: one question and one answer, in the first person, and nothing about itself."""

import re

META = re.compile(
    r"(?i)\b(?:as an ai|(?:large )?language model|here(?:'s| is| are) (?:the|a|an|your|my|one) (?:\w+ ){0,3}"
    r"(?:exchange|paraphrase|summary|dialogue|conversation|version|rewrite|response)"
    r"|based on the (?:transcript|page|text)"
    r"|(?:in|from) (?:the|this) (?:transcript|page|excerpt)|i hope this helps|let me know if|paraphrased exchange"
    r"|(?:the )?(?:above|following) (?:exchange|dialogue|conversation)|word count)\b"
)
INSTRUCTION = re.compile(
    r"(?i)\[\[|\]\]|\$\w+_\w+|\[[^\]\n]*\b(?:words?|statement|names?|places?|person|sentences?"
    r"|feelings?|validate|empath\w*"
    r"|strateg\w*|offer|write|insert|describe|respond|response|caregiver|coach|here)\b[^\]\n]*\]"
    r"|\b(?:in|more than|at least|about|under) (?:\d+|fifty|forty) words\b"
    r"|\bfirst[- ]person (?:statement|voice|narrative)\b"
    r"|\b(?:do not|don't) (?:mention|include|use) (?:any )?(?:names|places)\b"
)
_ROLE = r"(?:caregiver|coach|client|therapist|patient|participant|counsell?or|interviewer|speaker|user)"
ABOUT_A_ROLE = re.compile(
    rf"(?i)\b(?:the|a|this) {_ROLE}(?:'s\b| (?:also |then |further |gently )?(?:\w+ed|said|told|says"
    rf"|tells|feels?|felt|is|was|has"
    r"|had|thinks|spoke|began|went|gave|asks|notes|shares|reports|offers|suggests|explains|expresses"
    r"|responds|encourages"
    r"|validates|describes|acknowledges)\b)"
)
FIRST_PERSON = re.compile(r"(?i)\b(?:i|i'm|i've|i'd|i'll|me|my|mine|myself|we|our|us|we're|we've)\b")
THIRD_PERSON = re.compile(r"(?i)\b(?:she|he|they|her|his|their)\b")


def form_fault(question: str, answer: str, around: str = "") -> str | None:
    """What is wrong with the form of an exchange whose two sides are there; None when nothing is.

    `around` is what the model wrote beside the two sides.  Kinds: `instructions_left`, `meta_talk`, `third_person`.
    """
    whole = f"{question}\n{answer}"
    if INSTRUCTION.search(f"{whole}\n{around}"):
        return "instructions_left"
    if around.strip(" \n*#-_`\"'.:") or META.search(whole):
        return "meta_talk"
    if third_person(question, answer):
        return "third_person"
    return None


def third_person(question: str, answer: str) -> bool:
    """Whether a side tells about its speaker instead of letting the speaker talk."""
    for side in (question, answer):
        if len(ABOUT_A_ROLE.findall(side)) >= 2 or ABOUT_A_ROLE.match(side.strip()):
            return True
    return not FIRST_PERSON.search(question) and len(THIRD_PERSON.findall(question)) >= 2
