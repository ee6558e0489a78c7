"""The recognizers, one a file.  `all_recognizers` is the one place where they are listed."""

from redaction.engines import EntityRecognizer
from redaction.recognizers.ages import AgeRecognizer
from redaction.recognizers.dates import DateRecognizer
from redaction.recognizers.facilities import FacilityRecognizer
from redaction.recognizers.locations import LocationRecognizer
from redaction.recognizers.names import NameRecognizer
from redaction.recognizers.ner import NerRecognizer
from redaction.recognizers.numbers import NumberRecognizer
from redaction.recognizers.online import OnlineRecognizer
from redaction.recognizers.regions import RegionRecognizer
from redaction.recognizers.spelled import SpelledRecognizer
from redaction.recognizers.structured import structured_recognizers


def all_recognizers(keep_states: bool) -> list[EntityRecognizer]:
    """A new set of recognizers; `keep_states` marks the names of states and countries as kept."""
    return [
        NerRecognizer(keep_states),
        NameRecognizer(),
        SpelledRecognizer(),
        LocationRecognizer(),
        RegionRecognizer(keep_states),
        FacilityRecognizer(),
        DateRecognizer(),
        AgeRecognizer(),
        NumberRecognizer(),
        OnlineRecognizer(),
        *structured_recognizers(),
    ]
