"""Multi-turn records in a study: screened, treated and decided like an exchange, and beside the exchanges."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audit.details import Action
from policies import Face, FlagKind, LoadedPolicy, Verdict, parse_policy
from tests.conftest import SECRET, SESSION, add_text, open_tested
from tests.tui.conftest import Sit, sit  # noqa: F401
from workbench.desk.commands import (
    ClaimPages,
    Decide,
    EditExchange,
    ExtractTurns,
    ListQueue,
    OpenExchange,
    PlanRelease,
    Status,
    VerifyAudit,
)
from workbench.desk.local import LocalDesk
from workbench.desk.views import ExchangeView, QueueFilter, SessionTurns
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.store import events
from workbench.study.opening import create_study
from workbench.tui.queue import entry

NAMES = ("Rosalind", "Thackeray", "Henrietta", "Wolverton")
CRISIS = (
    """\
Caregiver: Last night I sat on the bed and I wanted to kill myself.
Coach: I am glad that you tell me this. """
    + "We stay with it together until you are safe. " * 6
)
CHATTER = """\
Caregiver: Hello.
Coach: Hello. [laughs]
Caregiver: It rains a lot.
Coach: Mm-hm.
"""


def extract_all(desk: LocalDesk) -> list[SessionTurns]:
    """Every session that is left, and the answer that none is."""
    answers = [desk.execute(ExtractTurns())]
    while answers[-1].session is not None:
        answers.append(desk.execute(ExtractTurns()))
    return answers


def shown(desk: LocalDesk, exchange: int) -> ExchangeView:
    return desk.execute(OpenExchange(exchange=exchange))


@pytest.fixture
def desk(desk_over: Callable[..., LocalDesk], tmp_path: Path) -> LocalDesk:
    """A study with one session of two pages, cut into turns and nothing else."""
    desk = desk_over()
    add_text(desk, tmp_path, SESSION)
    extract_all(desk)
    return desk


@pytest.fixture
def lenient(tmp_path: Path, policy: LoadedPolicy) -> Iterator[LocalDesk]:
    """A study whose policy takes turns of two words for targets."""
    body = f"{policy.body}\nmulti_turn:\n  target_words: 2\n"
    create_study(tmp_path / "lenient", parse_policy(body, "lenient"), SECRET, "tester")
    desk = LocalDesk(open_tested(tmp_path / "lenient", Face.CLI))
    yield desk
    desk.close()


def test_each_long_turn_of_the_coach_is_a_record_with_the_turns_before_it(desk: LocalDesk) -> None:
    rows = desk.execute(ListQueue()).rows
    assert [(row.kind, row.page, row.state) for row in rows] == [
        ("multi_turn", 1, "waiting"),
        ("multi_turn", 2, "waiting"),
    ]
    first, second = (shown(desk, row.exchange) for row in rows)
    assert [line.split(":")[0] for line in first.question.split("\n")] == ["Caregiver"]
    assert [line.split(":")[0] for line in second.question.split("\n")] == ["Caregiver", "Coach", "Caregiver"]
    assert first.answer.startswith("Thank you for telling me")
    assert first.backend == "turns"
    assert desk.execute(VerifyAudit()).fault is None


def test_identifiers_are_treated_on_both_sides_those_of_earlier_pages_too(desk: LocalDesk) -> None:
    second = shown(desk, 2)
    assert "Rosalind" not in second.source
    assert "Rosalind" in second.raw
    for view in (shown(desk, 1), second):
        assert view.body_kind == "treated"
        assert not [name for name in NAMES if name in view.question + view.answer]
        # Turns said word for word always repeat the page's identifiers; treated ones cost no reviewer a look.
        assert FlagKind.LEAK not in view.row.flags
        assert [f for f in view.findings if f.state == "treated"]


def test_being_word_for_word_is_no_fault_of_a_record_even_after_an_edit(desk: LocalDesk) -> None:
    view = shown(desk, 1)
    # Two labelled lines, talk about "the caregiver" twice: faults of form in an exchange.
    question = f"{view.question}\nCoach: The caregiver said this. The caregiver says that."
    edited = desk.execute(EditExchange(exchange=1, version=1, question=question, answer=view.answer))
    for flags in (view.row.flags, edited.row.flags):
        assert not {FlagKind.VERBATIM, FlagKind.UNSUPPORTED, FlagKind.MALFORMED, FlagKind.SHORT} & set(flags)


def test_a_record_shorter_than_its_target_is_flagged_and_does_not_leave(desk: LocalDesk) -> None:
    for answer, row_count in (("word " * 50, 1), ("word " * 49, 0)):
        view = shown(desk, 1)
        edited = desk.execute(
            EditExchange(exchange=1, version=view.row.version, question="Caregiver: Hi.", answer=answer)
        )
        assert edited.row.short == (FlagKind.SHORT in edited.row.flags) == (not row_count)
        desk.execute(Decide(exchange=1, version=edited.row.version, verdict=Verdict.APPROVE))
        planned = desk.execute(PlanRelease())
        assert planned.rows == row_count
        assert dict(planned.excluded).get("too_short", 0) == 1 - row_count


def test_a_page_waits_for_its_exchange_whether_it_has_records_or_not(desk: LocalDesk, policy: LoadedPolicy) -> None:
    assert [job.page for job in desk.execute(ClaimPages()).jobs] == [1, 2]
    counts = desk.execute(Status())
    assert (counts.exchanges, counts.multi_turn, counts.paraphrased_by) == (0, 2, ())
    tally = paraphrase(desk, Extractive(policy.policy), 42, lambda run, tally: None)
    counts = desk.execute(Status())
    assert (tally.pages, counts.exchanges, counts.multi_turn) == (2, 2, 2)
    assert counts.paraphrased_by == (("extractive", 2),)
    assert desk.execute(ExtractTurns()).session is None


def test_a_session_is_cut_once_even_if_it_gave_nothing(desk: LocalDesk, tmp_path: Path) -> None:
    add_text(desk, tmp_path, CHATTER, "chatter.txt")
    answers = extract_all(desk)
    assert [(one.session, one.coach_turns, one.records) for one in answers] == [(2, 2, 0), (None, 0, 0)]
    assert answers[-1].lint == "2 of 4 coach turns (50%) have fewer than 8 words."
    assert desk.execute(ExtractTurns()).session is None
    db = desk._study.db
    lines = [line for line in events.lines(db, 0, events.size(db)) if Action.TURNS_EXTRACTED.value.encode() in line]
    assert [b'"records":2' in line for line in lines] == [True, False]
    assert not any(name.encode() in line for line in lines for name in NAMES)


def test_a_crisis_in_the_turns_before_goes_to_a_senior_reviewer(desk: LocalDesk, tmp_path: Path) -> None:
    add_text(desk, tmp_path, CRISIS, "crisis.txt")
    extract_all(desk)
    assert desk.execute(ListQueue(filter=QueueFilter(flag=FlagKind.CRISIS))).rows[0].exchange == 3


def test_an_interrupt_undoes_the_session_under_way_and_nothing_else(
    desk: LocalDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_text(desk, tmp_path, SESSION.replace("twice", "daily"), "second.txt")
    scan, calls = desk._study.scanner.scan, iter(range(100))

    def interrupted(text: str) -> object:
        if next(calls) == 4:  # in the second record of the session
            raise KeyboardInterrupt
        return scan(text)

    before = desk.execute(Status())
    with monkeypatch.context() as patched:
        patched.setattr(desk._study.scanner, "scan", interrupted)
        with pytest.raises(KeyboardInterrupt):
            desk.execute(ExtractTurns())
    assert desk.execute(Status()) == before
    assert [one.records for one in extract_all(desk)] == [2, 0]
    assert desk.execute(Status()).multi_turn == 4
    assert desk.execute(VerifyAudit()).fault is None


def test_a_release_of_short_targets_is_warned_of(lenient: LocalDesk, tmp_path: Path) -> None:
    add_text(lenient, tmp_path, CHATTER.replace("Mm-hm.", "I see."))
    assert lenient.execute(ExtractTurns()).records == 1
    lenient.execute(Decide(exchange=1, version=1, verdict=Verdict.APPROVE))
    planned = lenient.execute(PlanRelease())
    assert planned.rows == 1
    warning, of_keys = planned.warnings
    assert "workbench people key" in of_keys
    assert warning.startswith("Warning: 1 of 1 targets of multi_turn (100%) have fewer than 8 words;")


def test_the_queue_says_what_a_record_is_unless_its_flags_matter_more(desk: LocalDesk) -> None:
    row = desk.execute(ListQueue()).rows[0]
    assert "multi-turn" in entry(row).plain
    assert "leak" in entry(row.model_copy(update={"flags": (FlagKind.LEAK,)})).plain


async def test_the_review_screen_shows_and_decides_a_record(
    desk: LocalDesk, desk_over: Callable[..., LocalDesk], sit: Sit  # noqa: F811
) -> None:  # fmt: skip
    over = desk_over(Face.TUI)
    async with sit(over) as sitting:
        assert str(sitting.review.exchange.border_title).startswith("Exchange 1 (multi-turn): waiting")
        assert "turns as they were said" in sitting.read("exchange")
        assert "Coach: Thank you" in sitting.read("source")
        await sitting.press("a")
    assert over.execute(ListQueue()).rows[0].state == "approved"
