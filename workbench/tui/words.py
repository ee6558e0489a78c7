"""What the screen calls things, and the marks that stand beside every colour."""

from typing import Literal, get_args

from policies import Entity, FlagKind
from workbench.desk.views import DismissReason, FindingState, RecordKind, RejectReason, State

FRAME = ("«", "»")
"""Around words that may identify somebody or are flagged, behind a label."""

SETTLED_FRAME = ("\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}", "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}")
"""Around words that were found too, but are kept by policy or dismissed."""

STATE_MARKS: dict[State, str] = {"waiting": "○", "approved": "✓", "rejected": "✗"}

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

Filter = Literal["waiting", "all", "approved", "rejected"]
FILTERS: tuple[Filter, ...] = get_args(Filter)
FLAG_FILTERS: tuple[FlagKind | None, ...] = (None, *FlagKind)


def entity_style(entity: Entity) -> str:
    """The theme's colour for an entity, as a Textual style."""
    return f"$entity-{_GROUP_OF[entity]}"


def paraphraser(backend: str) -> str:
    """A backend's name; the extractive one is always labelled as what it is."""
    return "extractive (no model)" if backend == "extractive" else backend
