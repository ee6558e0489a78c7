"""What may leave, row by row."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from policies import Entity, Face, LoadedPolicy, Scope, Verdict, load_policy, parse_policy
from policies.schema import LengthFilter
from redaction.scanner import Scanner
from tests.conftest import READ, SECRET, SESSION
from tests.review.ward import approve
from workbench.desk.commands import (
    BuildRelease,
    Decide,
    EditExchange,
    IngestFile,
    ListQueue,
    OpenExchange,
    PlanRelease,
)
from workbench.desk.local import LocalDesk
from workbench.desk.reviewing import ListAlike, MarkWords, RedactAlike, Redo, SendBack, Undo, Withdraw
from workbench.errors import Refused
from workbench.ingest import read_file
from workbench.ingest.manifest import Entry
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.screening.length import passes
from workbench.study.opening import create_study, open_study

ENTRY = Entry(
    row=2, file=Path("a.txt"), subject="S-1", visit="1", order=1, consent=(Scope.TRAINING,), form_version="2",
    consent_date=date(2025, 1, 2), withdrawn=None, protection=(), groups={},
)  # fmt: skip


@pytest.fixture(scope="module")
def scanner(policy: LoadedPolicy) -> Scanner:
    """One detector for the studies that go on after the approvals; it takes a second to build."""
    return Scanner(policy.policy.redaction)


def approved_study(
    folder: Path, policy: LoadedPolicy, entry: Entry | None, scanner: Scanner | None = None
) -> LocalDesk:
    """A study of two exchanges, both approved, the first one last."""
    create_study(folder / "study", policy, SECRET, "tester")
    desk = LocalDesk(open_study(folder / "study", SECRET, Face.CLI))
    if scanner is not None:
        desk._study.scanner = scanner
    (folder / "session.txt").write_text(SESSION)
    read = read_file(folder / "session.txt", policy.policy)
    desk.execute(
        IngestFile(
            name="session.txt", kind="txt", size=read.size, sha256=read.sha256, transcripts=read.transcripts,
            manifest=entry,
        )
    )  # fmt: skip
    paraphrase(desk, Extractive(policy.policy), 42, lambda run, tally: None)
    for row in reversed(desk.execute(ListQueue()).rows):
        desk.execute(Decide(exchange=row.exchange, version=row.version, verdict=Verdict.APPROVE, reading=READ))
    return desk


def plan(desk: LocalDesk) -> tuple[int, dict[str, int]]:
    try:
        planned = desk.execute(PlanRelease())
        return planned.rows, dict(planned.excluded)
    finally:
        desk.close()


@pytest.mark.parametrize(
    ("entry", "rows"),
    [
        (ENTRY, 2),
        (replace(ENTRY, consent=(Scope.INTERNAL, Scope.PUBLIC)), 0),
        (replace(ENTRY, withdrawn=date(2025, 6, 1)), 0),
        (None, 2),
    ],
    ids=["consent to training", "consent to something else", "consent withdrawn", "no manifest, policy allows"],
)
def test_only_rows_with_consent_leave(tmp_path: Path, policy: LoadedPolicy, entry: Entry | None, rows: int) -> None:
    expected = (2, {}) if rows else (0, {"no_consent": 2})
    assert plan(approved_study(tmp_path, policy, entry)) == expected


def test_rows_without_a_word_on_consent_stay_where_the_policy_says_so(tmp_path: Path, policy: LoadedPolicy) -> None:
    strict = parse_policy(policy.body.replace("unstated_consent: allow", "unstated_consent: refuse"), "strict")
    assert plan(approved_study(tmp_path, strict, None)) == (0, {"no_consent": 2})


@pytest.mark.parametrize(
    ("mode", "question", "answer", "expected"),
    [
        ("each", 40, 40, True),
        ("each", 39, 400, False),
        ("each", 400, 39, False),
        ("sum", 20, 20, True),
        ("sum", 19, 20, False),
        ("both", 39, 40, True),
        ("both", 39, 39, False),
    ],
)
def test_exactly_forty_words_pass(mode: str, question: int, answer: int, expected: bool) -> None:
    rule = LengthFilter.model_validate({"min_words": 40, "mode": mode})
    assert passes(question, answer, rule) is expected


def test_an_approval_counts_only_under_the_policy_it_was_made_under(
    desk_over: Callable[..., LocalDesk], small_desk: LocalDesk, policy: LoadedPolicy
) -> None:
    for row in small_desk.execute(ListQueue()).rows:
        approve(small_desk, row.exchange, row.version)
    assert small_desk.execute(PlanRelease()).rows == 2
    small_desk._study.loaded_policy = replace(policy, digest="0" * 64)
    planned = small_desk.execute(PlanRelease())
    assert (planned.rows, dict(planned.excluded)) == (0, {"approved_under_another_policy": 2})


def edited(desk: LocalDesk) -> None:
    view = desk.execute(OpenExchange(exchange=1))
    question = f"{view.question} So tired."
    desk.execute(EditExchange(exchange=1, version=view.row.version, question=question, answer=view.answer))


def redacted(desk: LocalDesk) -> None:
    """Mark a word of the first exchange that stands in the second as well, and replace it there too."""
    view = desk.execute(OpenExchange(exchange=1))
    start = view.question.index("feel")
    place = {"exchange": 1, "version": 1, "where": "question", "start": start, "stop": start + 4}
    view = desk.execute(MarkWords(**place, entity=Entity.FACILITY))
    ordinal = next(found.ordinal for found in view.findings if found.entity is Entity.FACILITY)
    asked = {"exchange": 1, "version": view.row.version, "ordinal": ordinal}
    places = desk.execute(ListAlike(**asked)).places
    desk.execute(RedactAlike(**asked, places=tuple((p.exchange, p.version, p.side, p.start, p.stop) for p in places)))


def undone(desk: LocalDesk) -> None:
    desk.execute(Undo())


def redone(desk: LocalDesk) -> None:
    desk.execute(Redo())


def sent_back(desk: LocalDesk) -> None:
    desk.execute(SendBack(exchange=1, version=1, reason="other", reading=READ))


def withdrawn(desk: LocalDesk) -> None:
    desk.execute(Withdraw(exchange=1, version=1, reason="mistake"))


@pytest.mark.parametrize(
    ("steps", "rows", "excluded"),
    [
        ((undone,), 1, {"not_decided": 1}),
        ((undone, redone), 2, {}),
        ((edited,), 1, {"not_decided": 1}),
        ((edited, undone), 1, {"not_decided": 1}),
        ((redacted,), 0, {"not_decided": 2}),
        ((redacted, undone), 0, {"not_decided": 2}),
        ((sent_back,), 1, {"sent_back": 1}),
        ((sent_back, undone), 2, {}),
        ((withdrawn,), 1, {"not_decided": 1}),
    ],
    ids=lambda value: " ".join(step.__name__ for step in value) if isinstance(value, tuple) else "",
)
def test_only_an_approval_that_stands_lets_out_the_text_that_it_was_given_for(
    tmp_path: Path,
    policy: LoadedPolicy,
    scanner: Scanner,
    steps: tuple[Callable[[LocalDesk], None], ...],
    rows: int,
    excluded: dict[str, int],
) -> None:
    desk = approved_study(tmp_path, policy, ENTRY, scanner)
    for step in steps:
        step(desk)
    assert plan(desk) == (rows, excluded)


def test_a_state_that_no_decision_bears_out_lets_nothing_out(
    tmp_path: Path, policy: LoadedPolicy, scanner: Scanner
) -> None:
    desk = approved_study(tmp_path, policy, ENTRY, scanner)
    for _ in range(2):
        desk.execute(Undo())
    for table in ("standings", "current_standings"):
        desk._study.db.execute(f"UPDATE {table} SET state = 'approved'")
    assert [row.state for row in desk.execute(ListQueue()).rows] == ["approved", "approved"]
    assert plan(desk) == (0, {"not_decided": 2})


def test_nothing_is_built_under_the_example_agreement(tmp_path: Path) -> None:
    desk = approved_study(tmp_path, load_policy("limited-data-set"), ENTRY)
    with pytest.raises(Refused, match="put the signed data use agreement under agreement"):
        desk.execute(BuildRelease(name="r1"))
    desk.close()
