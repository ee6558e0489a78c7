"""What the screen calls things, and the marks that stand beside every colour."""

from typing import get_args

from policies import Entity, FlagKind, Risk, Verdict
from workbench.desk.review_views import StepKind
from workbench.desk.views import (
    DismissReason,
    FindingState,
    RecordKind,
    RejectReason,
    SendBackReason,
    State,
    WithdrawReason,
)

FRAME = ("«", "»")
"""Around words that may identify somebody or are flagged, behind a label."""

SETTLED_FRAME = ("\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}", "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}")
"""Around words that were found too, but are kept by policy or dismissed."""

CHOSEN_MARK = "▸"
"""In front of the row of a list that the keys are about."""

STATE_MARKS: dict[State, str] = {
    "waiting": "○",
    "approved": "✓",
    "rejected": "✗",
    "sent_back": "←",
    "second": "◐",
    "disputed": "≠",
}
DRAFT_MARK = "…"
"""Behind the number of an exchange that somebody was typing in."""

STATE_WORDS: dict[State, str] = {
    "waiting": "waiting",
    "approved": "approved",
    "rejected": "rejected",
    "sent_back": "sent back",
    "second": "for a second review",
    "disputed": "disputed",
}
STATE_STYLES: dict[State, str] = {
    "waiting": "",
    "approved": "$success",
    "rejected": "$error",
    "sent_back": "$warning",
    "second": "$primary",
    "disputed": "$warning",
}
VERDICTS: dict[Verdict, str] = {
    Verdict.APPROVE: "approved",
    Verdict.REJECT: "rejected",
    Verdict.SEND_BACK: "sent back",
    Verdict.WITHDRAW: "taken back",
}

KIND_MARKS: dict[RecordKind, str] = {"exchange": "", "multi_turn": " (multi-turn)"}
"""Behind the number of a record."""

REJECT_REASONS: dict[RejectReason, str] = {
    "identifying": "still identifies somebody",
    "unfaithful": "says what the page does not say",
    "malformed": "is not one question and one answer",
    "off_topic": "is not about the counselling",
    "poor_quality": "is badly written",
    "duplicate": "says the same as another exchange",
    "flagged": "its flags speak against it",
    "other": "another reason",
}

SEND_BACK_REASONS: dict[SendBackReason, str] = {
    "unfaithful": "says what the page does not say",
    "malformed": "is not one question and one answer",
    "poor_quality": "is badly written",
    "too_short": "leaves too much of the page out",
    "leaks": "says too much about the person",
    "other": "another reason",
}

WITHDRAW_REASONS: dict[WithdrawReason, str] = {
    "new_knowledge": "something is known now that was not known then",
    "mistake": "the decision was a mistake",
    "consent": "the consent was taken back",
    "policy": "the policy has changed",
    "other": "another reason",
}

DISMISS_REASONS: dict[DismissReason, str] = {
    "not_identifying": "identifies nobody",
    "common_word": "is a common word",
    "public_knowledge": "is public knowledge (a famous person, a film)",
    "wrong_span": "marks the wrong words",
    "other": "another reason",
}

FINDING_STATES: dict[FindingState, str] = {
    "open": "open",
    "treated": "replaced",
    "kept": "kept by policy",
    "dismissed": "dismissed",
}

STEPS: dict[StepKind, str] = {
    "decision": "the decision",
    "edit": "the edit",
    "dismissal": "the dismissal",
    "mark": "the mark",
    "retag": "the new tag",
    "bulk_redaction": "the redaction everywhere",
    "note": "the note",
    "sending_back": "the sending back",
}
"""A step, as it is named when it is undone."""

ENTITY_KEYS: dict[Entity, str] = {
    Entity.NAME: "n",
    Entity.LOCATION: "l",
    Entity.FACILITY: "f",
    Entity.DATE: "d",
    Entity.AGE: "a",
    Entity.PHONE: "p",
    Entity.EMAIL: "e",
    Entity.URL: "u",
    Entity.IP_ADDRESS: "r",
    Entity.SSN: "s",
    Entity.MRN: "m",
    Entity.HEALTH_PLAN: "h",
    Entity.ACCOUNT: "c",
    Entity.LICENCE: "k",
    Entity.VEHICLE: "v",
    Entity.DEVICE: "g",
    Entity.STUDY_ID: "y",
    Entity.ID: "o",
    Entity.INDIRECT: "i",
}
"""The key of each entity where one is chosen."""

ENTITY_GROUPS: dict[str, tuple[Entity, ...]] = {
    "person": (Entity.NAME,),
    "place": (Entity.LOCATION, Entity.FACILITY),
    "time": (Entity.DATE, Entity.AGE),
    "contact": (Entity.PHONE, Entity.EMAIL, Entity.URL, Entity.IP_ADDRESS),
    "number": (
        *(Entity.SSN, Entity.MRN, Entity.HEALTH_PLAN, Entity.ACCOUNT, Entity.LICENCE),
        *(Entity.VEHICLE, Entity.DEVICE, Entity.STUDY_ID, Entity.ID),
    ),
    "indirect": (Entity.INDIRECT,),
}
"""Entities that share a colour: six hues can be told apart, nineteen cannot; the text mark names the entity itself."""

_GROUP_OF = {entity: group for group, entities in ENTITY_GROUPS.items() for entity in entities}

STATE_FILTERS: tuple[State | None, ...] = (None, *get_args(State))
RISK_FILTERS: tuple[Risk | None, ...] = (None, *Risk)
KIND_FILTERS: tuple[RecordKind | None, ...] = (None, *get_args(RecordKind))
FLAG_FILTERS: tuple[FlagKind | None, ...] = (None, *FlagKind)


def entity_style(entity: Entity) -> str:
    """The theme's colour for an entity, as a Textual style."""
    return f"$entity-{_GROUP_OF[entity]}"


def paraphraser(backend: str) -> str:
    """A backend's name; the extractive one is always labelled as what it is."""
    return "extractive (no model)" if backend == "extractive" else backend
