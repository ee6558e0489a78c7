"""Presidio's own recognizers for numbers with a shape or a check digit, under our entity names.

None of them reads a file or opens a connection.  The e-mail and URL recognizers are left out because they ask
tldextract for a list from the net; telephone numbers are read for one region (eight take half of the run time).
"""

from policies.names import Entity
from redaction.engines import (
    CreditCardRecognizer,
    EntityRecognizer,
    IbanRecognizer,
    Pattern,
    PatternRecognizer,
    PhoneRecognizer,
    UsMbiRecognizer,
    UsSsnRecognizer,
)

MRN = Pattern("medical record number", r"(?<![\w-])[A-Z]{0,3}\d{5,10}(?![\w-])", 0.1)
SSN = Pattern(
    "social security number", r"(?<![\w-])(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\w-])", 0.85
)


def structured_recognizers() -> list[EntityRecognizer]:
    """New recognizers for card, bank, plan, Social Security, telephone and record numbers."""
    return [
        CreditCardRecognizer(supported_entity=str(Entity.ACCOUNT)),
        IbanRecognizer(supported_entity=str(Entity.ACCOUNT)),
        UsMbiRecognizer(supported_entity=str(Entity.HEALTH_PLAN)),
        UsSsnRecognizer(supported_entity=str(Entity.SSN)),
        PatternRecognizer(supported_entity=str(Entity.SSN), name="SsnRecognizer", patterns=[SSN]),
        PhoneRecognizer(supported_entity=str(Entity.PHONE), supported_regions=("US",)),
        PatternRecognizer(
            supported_entity=str(Entity.MRN),
            name="MrnRecognizer",
            patterns=[MRN],
            context=["mrn", "chart", "record", "bracelet", "patient"],
        ),
    ]
