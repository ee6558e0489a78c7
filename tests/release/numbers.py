"""Invented statistics of a release in which every part has numbers, and some are not told."""

from policies import Entity, FlagKind
from workbench.release.told import (
    NOT_STATED,
    OTHERS,
    Effort,
    Flagged,
    Group,
    Histogram,
    Length,
    MultiTurn,
    Redacted,
    ReleaseStatistics,
    Split,
)
from workbench.release.topics import TOPICS

FLAGGED = {FlagKind.VERBATIM: (412, 98), FlagKind.UNSUPPORTED: (187, 121), FlagKind.CRISIS: (None, 23)}
REDACTED = {Entity.NAME: (4310, 9122), Entity.DATE: (1204, 1893), Entity.AGE: (402, 431), Entity.PHONE: (None, None)}


def numbers() -> ReleaseStatistics:
    """Of a release of two data sets."""
    edges = (40, 50, 60, 70, 80, 90, 110, 140)
    return ReleaseStatistics(
        smallest_cell=11,
        composition=(
            Split(config="interview", split=None, rows=9672, people=378),
            Split(config="interview", split="train", rows=8705, people=340),
            Split(config="interview", split="validation", rows=484, people=None),
            Split(config="interview", split="test", rows=483, people=None),
            Split(config="multi_turn", split=None, rows=2214, people=342),
            Split(config="multi_turn", split="train", rows=1990, people=310),
            Split(config="multi_turn", split="validation", rows=110, people=16),
            Split(config="multi_turn", split="test", rows=114, people=16),
        ),
        rows=11886,
        people=378,
        lengths=(
            Length(config="interview", side="input", rows=9672, mean=69.94, smallest=40, largest=139, deviation=16.2),
            Length(config="interview", side="output", rows=9672, mean=75.1, smallest=40, largest=131, deviation=14.9),
            Length(config="multi_turn", side="input", rows=2214, mean=181.3, smallest=31, largest=702, deviation=80.4),
            Length(config="multi_turn", side="output", rows=2214, mean=74.0, smallest=50, largest=240, deviation=22.1),
        ),
        histograms=(
            Histogram(
                config="interview", side="input", edges=(0, 20, 30, *edges),
                before=(38, 101, 420, 1690, 2600, 2710, 1500, 860, 480, 61),
                after=(0, 0, 0, 1480, 2420, 2650, 1450, 1090, 540, 42),
            ),
            Histogram(
                config="interview", side="output", edges=(10, 30, *edges),
                before=(77, 350, 1290, 2320, 2810, 1760, 1310, 700, 72),
                after=(0, 0, 1180, 2190, 2760, 1720, 1140, 630, 52),
            ),
            Histogram(
                config="multi_turn", side="input", edges=(30, 80, 120, 160, 200, 280, 400, 710), before=None,
                after=(214, 390, 480, 420, 460, 220, 30),
            ),
            Histogram(
                config="multi_turn", side="output", edges=(50, 60, 70, 80, 100, 130, 250), before=None,
                after=(520, 580, 450, 400, 200, 64),
            ),
        ),
        topics={topic: None if topic == "faith" else 3200 - 211 * at for at, topic in enumerate(TOPICS)},
        flags=tuple(
            Flagged(flag=kind.value, going=FLAGGED.get(kind, (0, 0))[0], staying=FLAGGED.get(kind, (0, 64))[1])
            for kind in FlagKind
        ),
        redactions=tuple(
            Redacted(entity=entity.value, rows=REDACTED.get(entity, (0, 0))[0], places=REDACTED.get(entity, (0, 0))[1])
            for entity in Entity
        ),
        decisions={
            "first approve": 12010, "first reject": 640, "first send_back": 212, "first withdraw": None,
            "second approve": 590, "second reject": None, "second send_back": 0, "second withdraw": 0,
        },
        edited=1822,
        effort=Effort(
            people=7, rows=11886, minutes=8123, median_seconds=37, edges=(0, 15, 30, 60, 120, 240, 1_000_000),
            counts=(1102, 3370, 4920, 1840, 520, 134),
        ),
        coverage=(
            Group(group="age_group", people={"18-39": 61, "40-59": 170, "60-79": 121, OTHERS: 26}),
            Group(group="gender", people={"female": 261, "male": 96, OTHERS: None, NOT_STATED: None}),
        ),
        excluded={"not_decided": 1203, "rejected": 640, "too_short": 311, "no_consent": None, "open_finding": None},
        multi_turn=MultiTurn(coach_turns=9310, short_turns=4022, mean_context=5.61, largest_context=6),
    )  # fmt: skip
