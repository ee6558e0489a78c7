"""What the input of rows speaks of, by a closed list of topics and the words that stand for them.

Coarse on purpose: it is to show what a data set has much and little of, not to sort single rows.  Composed for this
project from the domains of problem-solving therapy with family caregivers.
"""

from collections.abc import Iterable

TOPICS = {
    "sleep and tiredness": "sleep sleeping asleep sleepless insomnia awake nights tired exhausted exhausting nap worn",
    "worry and fear": "worry worried worries worrying anxious anxiety afraid fear scared panic nervous dread",
    "low mood": "sad sadness depressed depression hopeless cry crying tears empty miserable",
    "anger and conflict": "angry anger argue argued arguing argument fight fighting resent resentful frustrated shout",
    "guilt": "guilt guilty ashamed shame blame selfish",
    "loss and grief": "grief grieve grieving died dying death funeral widow widower loss bereaved hospice",
    "loneliness and support": "alone lonely loneliness isolated friends neighbors neighbours support visitors",
    "family": "family mother father mom dad husband wife son daughter brother sister siblings grandchildren",
    "medical care": "doctor doctors nurse nurses hospital treatment chemo medication medicine tablets pills pain",
    "daily care": "bath bathing dressing feeding lifting toilet meals cooking wheelchair appointments caregiving",
    "work and money": "work job boss office money bills insurance afford debt rent paycheck",
    "time for oneself": "break rest hobby walk walking garden reading music weekend relax respite",
    "faith": "faith church pray prayer praying god spiritual",
}
"""Words in small letters, by topic; no word stands for two."""

_ENDINGS = ("", ".", ",", ";", ":", "!", "?", "'s")
TOPIC_OF_WORD = {
    f"{word}{ending}": topic for topic, words in TOPICS.items() for word in words.split() for ending in _ENDINGS
}
"""As words stand between white space, with what may stand behind them."""
_WORDS = frozenset(TOPIC_OF_WORD)


def topics_of(words: Iterable[str]) -> set[str]:
    """The topics that words, in small letters and as they stand between white space, speak of."""
    return {TOPIC_OF_WORD[word] for word in _WORDS.intersection(words)}
