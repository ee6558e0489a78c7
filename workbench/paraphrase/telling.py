"""Words that make a sentence worth keeping in an extract, and words that carry nothing.

Composed for this project from the topics of problem-solving therapy with caregivers; matched on whole lower-case words.
"""

FEELING = frozenset(
    """
    afraid alone angry anger annoyed anxious anxiety ashamed awful bad bitter blame broken burden burned calm care
    cried cry crying dark depressed desperate disappointed dread drained embarrassed empty exhausted exhausting
    failed failure fear feel feeling feelings felt frightened frustrated frustrating furious glad gone
    grateful grief grieve guilt guilty happy hard hate heavy helpless hope hopeless horrible hurt hurts
    impatient irritated isolated jealous lonely lost love mad miserable miss nervous numb overwhelmed pain panic
    patient peace proud regret relief relieved resent resentful sad scared selfish shame sick sorry stress
    stressed stressful struggle stuck terrible terrified tired torn trapped upset useless weak weary worn worried
    worries worry worrying worse worst
    """.split()
)
"""How a caregiver says they are."""

MATTER = frozenset(
    """
    appetite argue argued bath breathe breathing care caring cancer cope coping daily dementia doctor drink
    drinking eat eating fall falls family fight fought friend friends health help hospice hospital house hurting
    husband illness insurance job lift medicine medication memory money mother mind night nights nurse nursing
    pills problem problems rest routine school sleep sleeping smoke smoking sober spouse support wake wife work
    wound
    """.split()
)
"""What weighs on them, and on their days."""

GUIDANCE = frozenset(
    """
    able accept ask balance boundary boundaries break breathe change choice choices choose compassion consider
    control different emotion emotions encourage enough example explore feel feelings focus goal goals happen help
    helpful helps hear idea ideas imagine important kind kindness learn listen makes manage maybe moment natural
    needs normal notice option options pattern perhaps permission plan possible practice problem proud reach
    reason reasons remember respond rest sense separate share small solution solve sounds start step steps
    strength strengths strong support suppose thinking thought thoughts together tough try understand
    understandable urge value want week whether wonder wondering worth write
    """.split()
)
"""How a coach answers: empathy first, then guidance."""

SOUNDS = ("uh-huh", "mm-hmm", "mhm", "um", "umm", "uh", "er", "erm", "hmm", "mm")
"""Dropped wherever they stand, with their commas."""

PHRASES = ("you know", "i mean", "i guess", "i think", "kind of", "sort of", "like", "right", "okay", "well")
"""Dropped where commas or the sentence's edge set them off; elsewhere they mean something."""

BEFORE_SOMEONE = "that|and|but|with|for|to|of|from|by|about|tell|told|ask|asked|call|called|see|when|if|because"
"""Words (alternatives of a regular expression) after which "someone" reads naturally in place of a name."""
