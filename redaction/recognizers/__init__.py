"""The recognizers, one a file.  `all_recognizers` is the one place where they are listed."""

from redaction.engines import EntityRecognizer
from redaction.recognizers.ages import AgeRecognizer
from redaction.recognizers.dates import SpokenDateRecognizer
from redaction.recognizers.facilities import FacilityRecognizer
from redaction.recognizers.implied_ages import ImpliedAgeRecognizer
from redaction.recognizers.indirect import IndirectRecognizer
from redaction.recognizers.locations import LocationRecognizer
from redaction.recognizers.names import NameRecognizer
from redaction.recognizers.ner import NerRecognizer
from redaction.recognizers.numbers import NumberRecognizer
from redaction.recognizers.online import OnlineRecognizer
from redaction.recognizers.regions import RegionRecognizer
from redaction.recognizers.spelled import SpelledRecognizer
from redaction.recognizers.structured import structured_recognizers


def all_recognizers(keep_states: bool, implied_ages: bool) -> list[EntityRecognizer]:
    """A new set of recognizers, as a policy's `redaction` section wants them.

    `keep_states` marks the names of states and countries as kept; `implied_ages` looks for ages over 89 that are not
    named.
    """
    return [
        NerRecognizer(keep_states),
        NameRecognizer(),
        SpelledRecognizer(),
        LocationRecognizer(),
        RegionRecognizer(keep_states),
        FacilityRecognizer(),
        SpokenDateRecognizer(),
        AgeRecognizer(),
        *([ImpliedAgeRecognizer()] if implied_ages else []),
        NumberRecognizer(),
        OnlineRecognizer(),
        *structured_recognizers(),
        IndirectRecognizer(),
    ]
