"""The closed vocabularies that every room shares: entities, flags, treatments, verdicts and roles."""

from enum import StrEnum


class Entity(StrEnum):
    """What a finding may identify; the 18 Safe Harbor categories of 45 CFR 164.514(b)(2) that text can hold."""

    NAME = "NAME"
    LOCATION = "LOCATION"
    FACILITY = "FACILITY"
    DATE = "DATE"
    AGE = "AGE"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    URL = "URL"
    IP_ADDRESS = "IP_ADDRESS"
    SSN = "SSN"
    MRN = "MRN"
    HEALTH_PLAN = "HEALTH_PLAN"
    ACCOUNT = "ACCOUNT"
    LICENCE = "LICENCE"
    VEHICLE = "VEHICLE"
    DEVICE = "DEVICE"
    STUDY_ID = "STUDY_ID"
    ID = "ID"
    INDIRECT = "INDIRECT"


class Treatment(StrEnum):
    """What is done to a finding in the treated version of an exchange."""

    PLACEHOLDER = "placeholder"
    SURROGATE = "surrogate"
    SHIFT = "shift"
    GENERALISE = "generalise"
    MASK = "mask"
    KEEP = "keep"


class FlagKind(StrEnum):
    """Why an exchange deserves a reviewer's special attention."""

    LEAK = "leak"
    VERBATIM = "verbatim"
    UNSUPPORTED = "unsupported"
    MALFORMED = "malformed"
    SHORT = "short"
    CRISIS = "crisis"


class Verdict(StrEnum):
    """What can be decided about one exchange: let out, keep back, have its page paraphrased anew, or decide nothing."""

    APPROVE = "approve"
    REJECT = "reject"
    SEND_BACK = "send_back"
    WITHDRAW = "withdraw"
    """The decision before it no longer counts."""

    @property
    def done(self) -> str:
        """The word for an exchange that this was decided about."""
        return _DONE[self]


_DONE = {
    Verdict.APPROVE: "approved",
    Verdict.REJECT: "rejected",
    Verdict.SEND_BACK: "sent back",
    Verdict.WITHDRAW: "withdrawn",
}


class Risk(StrEnum):
    """How much can go wrong with an exchange, from what screening says of it; the policy asks for more care with it.

    High: a leak, a crisis or an indirect identifier, or an open finding.  Low: neither findings nor flags.
    """

    HIGH = "high"
    STANDARD = "standard"
    LOW = "low"


class Role(StrEnum):
    """What a person may do in a study; one person can hold several."""

    OPERATOR = "operator"
    REVIEWER = "reviewer"
    SENIOR = "senior"
    STEWARD = "steward"
    AUDITOR = "auditor"


class Face(StrEnum):
    """Where a command came from."""

    TUI = "tui"
    CLI = "cli"
    SERVER = "server"
    DEMO = "demo"


class Scope(StrEnum):
    """What a subject has consented to; each scope is given by itself, none implies another."""

    INTERNAL = "internal"
    CONTROLLED = "controlled"
    PUBLIC = "public"
    TRAINING = "training"


class Protection(StrEnum):
    """Law that protects a session beyond HIPAA's ordinary rules."""

    PART_2 = "42cfr2"
    """42 CFR Part 2: records of substance-use treatment."""
    PSYCHOTHERAPY_NOTES = "psychotherapy_notes"
    """45 CFR 164.501: notes kept apart from the record."""
