"""A sample nobody can have chosen, looked at again by others, blind; what they find stays."""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from policies import Entity, LoadedPolicy, Role, parse_policy
from tests.conftest import SECRET, detector
from tests.review.ward import QUESTION, Ward, approve
from workbench.cli.release_sample import look_again
from workbench.desk.commands import EditExchange, PlanRelease
from workbench.desk.local import PersonalDesk
from workbench.desk.releasing import CommitSample, DrawSample, LookAgain, NextSampled, ShowBound, ShowSample
from workbench.desk.reviewing import SkipExchange
from workbench.errors import NotAllowed, NotThere, Refused
from workbench.release import bound, gate, sample
from workbench.store import samples
from workbench.study.opening import create_study

Wards = Callable[..., Ward]


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Callable[[str, Sequence[int]], Path]:
    """Closed studies whose policy asks for assurance in these words, each made once."""

    @cache
    def of(assurance: str, approvals: Sequence[int]) -> Path:
        folder = tmp_path_factory.mktemp("assured") / "study"
        body = policy.body.replace("  seed: 42", "  seed: 42\n  attempts: 1")
        loaded = parse_policy(body.rstrip() + f"\n  assurance: {{{assurance}}}\n", "The policy")
        create_study(folder, loaded, SECRET, "founder")
        ward = Ward(folder, detector())
        ward.fill((3, 3))
        people = ward.hire("ann"), ward.hire("ben")
        exchange = 0
        for person, approved in zip(people, approvals, strict=True):
            for _ in range(approved):
                approve(person, exchange := exchange + 1)
        ward.hire("carl")
        ward.close()
        return folder

    return of


@pytest.fixture
def ward_for(tmp_path: Path, studies: Callable[[str, Sequence[int]], Path]) -> Iterator[Wards]:
    """A ward whose policy asks for assurance in these words, with six exchanges, the first ones approved by ann, the
    next ones by ben.
    """
    made: list[Ward] = []

    def under(assurance: str, approvals: tuple[int, int] = (4, 2)) -> Ward:
        folder = shutil.copytree(studies(assurance, approvals), tmp_path / f"ward-{len(made)}")
        made.append(Ward(folder, detector()))
        return made[-1]

    yield under
    for ward in made:
        ward.close()


@pytest.fixture
def ward(ward_for: Wards) -> Ward:
    """Six exchanges, four of them approved by ann and two by ben; the policy wants four looked at again."""
    return ward_for("sample: 4")


def drawn(ward: Ward) -> None:
    """Commit to a sample and draw it."""
    ward.founder.execute(CommitSample())
    ward.founder.execute(DrawSample())


def all_looked_at(desk: PersonalDesk, leaks: Sequence[int] = ()) -> list[int]:
    """Look at all that waits for this person; which exchanges that was."""
    seen, shown = [], desk.execute(NextSampled())
    while shown.exchange is not None:
        seen.append(shown.exchange)
        shown = desk.execute(LookAgain(exchange=shown.exchange, leak=shown.exchange in leaks))
    return seen


def test_an_auditor_can_repeat_the_drawing_from_the_log_alone(ward: Ward) -> None:
    before = ward.study.log.size
    drawn(ward)
    [committed], [disclosed] = ward.events("sample.committed"), ward.events("sample.drawn")
    seed = bytes.fromhex(disclosed["details"]["seed"])  # type: ignore[index]
    assert committed["details"] == {
        "rows": 4, "size": before, "commitment": hashlib.sha256(seed).hexdigest(),
    }  # fmt: skip
    frame = [bytes.fromhex(str(event["digest_after"])) for event in ward.events("exchange.approved")]
    lowest = sorted(frame, key=lambda digest: hashlib.sha256(seed + digest).digest())[:4]
    assert disclosed["details"] == {
        "seed": seed.hex(), "rows": 4, "frame": 6, "digest": hashlib.sha256(b"".join(lowest)).hexdigest(),
    }  # fmt: skip
    carl = ward.desk("carl")
    by_number = {str(event["object_id"]): str(event["digest_after"]) for event in ward.events("exchange.approved")}
    assert {by_number[str(seen)] for seen in all_looked_at(carl)} == {digest.hex() for digest in lowest}


def test_the_seed_is_not_told_before_the_drawing(ward: Ward) -> None:
    said = ward.founder.execute(CommitSample())
    [seed] = [row[0] for row in ward.study.db.rows("SELECT seed FROM samples")]
    assert seed not in said.model_dump_json() + "".join(map(str, ward.events("sample.committed")))
    with pytest.raises(Refused, match=r"No sample is drawn now"):
        ward.desk("carl").execute(NextSampled())


def test_a_sample_is_drawn_once_and_finished_before_the_next(ward: Ward) -> None:
    with pytest.raises(Refused, match=r"commit to one first"):
        ward.founder.execute(DrawSample())
    ward.founder.execute(CommitSample())
    with pytest.raises(Refused, match=r"not finished"):
        ward.founder.execute(CommitSample())
    ward.founder.execute(DrawSample())
    with pytest.raises(Refused, match=r"commit to one first"):
        ward.founder.execute(DrawSample())
    with pytest.raises(Refused, match=r"not finished"):
        ward.founder.execute(CommitSample())
    all_looked_at(ward.desk("carl"))
    assert ward.founder.execute(ShowSample()).state == "finished"
    assert ward.founder.execute(CommitSample(rows=2)).sample == 2


def test_nobody_looks_again_at_what_they_decided_changed_or_whose_session_they_know(ward_for: Wards) -> None:
    ward = ward_for("sample: 6", (0, 0))
    ann, ben, carl = ward.desk("ann"), ward.desk("ben"), ward.desk("carl")
    carl.execute(EditExchange(exchange=6, version=1, question=QUESTION + " So be it.", answer=QUESTION))
    ward.hire("dora").execute(SkipExchange(exchange=1, reason="known_person"))
    for exchange in (1, 2, 3):
        approve(ann, exchange)
    for exchange, version in ((4, 1), (5, 1), (6, 2)):
        approve(ben, exchange, version)
    drawn(ward)
    with pytest.raises(NotAllowed, match=r"others look at it again"):
        ann.execute(LookAgain(exchange=1, leak=False))
    with pytest.raises(NotAllowed, match=r"others look at it again"):
        carl.execute(LookAgain(exchange=6, leak=False))
    with pytest.raises(NotAllowed, match=r"know whose session"):
        ward.desk("dora").execute(LookAgain(exchange=2, leak=False))
    with pytest.raises(NotThere):
        carl.execute(LookAgain(exchange=99, leak=False))
    assert set(all_looked_at(ward.desk("dora"))) == {4, 5, 6}
    assert set(all_looked_at(carl)) == {1, 2, 3}
    assert ward.founder.execute(ShowSample()).state == "finished"


def test_what_is_shown_says_nothing_of_the_first_review_and_is_recorded_before(ward: Ward) -> None:
    drawn(ward)
    shown = ward.desk("carl").execute(NextSampled())
    assert "ann" not in shown.model_dump_json()
    assert set(type(shown).model_fields) == {"sample", "exchange", "question", "answer", "source", "left"}
    assert "My mother calls every hour" in shown.source
    seen = ward.events("exchange.viewed")[-1]
    assert (seen["actor"], seen["object_id"]) == ("carl", str(shown.exchange))


def test_stewards_commit_and_draw_and_reviewers_look(ward: Ward) -> None:
    carl = ward.desk("carl")
    for command in (CommitSample(), DrawSample()):
        with pytest.raises(NotAllowed):
            carl.execute(command)
    drawn(ward)
    with pytest.raises(NotAllowed):
        ward.desk("olga", Role.STEWARD, Role.OPERATOR, Role.AUDITOR).execute(NextSampled())


def test_a_leak_keeps_its_row_back_until_it_is_changed_and_decided_anew(ward: Ward) -> None:
    drawn(ward)
    carl = ward.desk("carl")
    first = carl.execute(NextSampled()).exchange
    assert first is not None
    all_looked_at(carl, leaks=[first])
    assert samples.leaks(ward.study.db) == {(first, 1)}
    assert ward.founder.execute(ShowSample()).leaks == 1
    planned = ward.founder.execute(PlanRelease())
    assert (planned.rows, dict(planned.excluded)["leak_in_sample"]) == (5, 1)
    carl.execute(EditExchange(exchange=first, version=1, question=QUESTION + " So be it.", answer=QUESTION))
    approve(ward.desk("ben"), first, 2)
    assert ward.founder.execute(PlanRelease()).rows == 6


def test_who_sees_a_leak_later_can_say_so_and_nobody_takes_it_back(ward: Ward) -> None:
    drawn(ward)
    carl = ward.desk("carl")
    [first, *_] = all_looked_at(carl)
    carl.execute(LookAgain(exchange=first, leak=True, entity=Entity.NAME))
    carl.execute(LookAgain(exchange=first, leak=False))
    assert samples.leaks(ward.study.db) == {(first, 1)}
    looks = [event for event in ward.events("sample.looked_at") if event["object_id"] == str(first)]
    assert [event["details"]["leak"] for event in looks] == [False, True, False]  # type: ignore[index]


def test_an_answer_that_comes_twice_is_stored_once(ward: Ward) -> None:
    drawn(ward)
    carl = ward.desk("carl")
    first = carl.execute(NextSampled()).exchange
    for _ in range(2):
        carl.execute(LookAgain(exchange=first, leak=True, entity=Entity.NAME))
    [event] = ward.events("sample.looked_at")
    assert event["details"] == {"sample": "1", "version": 1, "leak": True, "entity": "NAME"}


def test_the_bound_is_told_when_every_row_was_looked_at(ward: Ward) -> None:
    drawn(ward)
    with pytest.raises(Refused, match=r"to its end"):
        ward.founder.execute(ShowBound())
    carl = ward.desk("carl")
    first = carl.execute(NextSampled()).exchange
    assert first is not None
    all_looked_at(carl, leaks=[first])
    found = ward.founder.execute(ShowBound())
    assert (found.size, found.subjects, found.leaks, found.catch_rate) == (4, found.subjects, 1, None)
    # Nobody has told whose sessions these are; each stands for somebody of its own.
    assert found.subjects <= 2
    assert bound.of(ward.study) == found


def refusal(ward: Ward) -> str | None:
    """What the policy's wish for a sample says now."""
    return sample.refusal(ward.study, ward.study.policy)


def test_nothing_is_built_before_the_sample_of_exactly_these_rows_is_finished(ward: Ward) -> None:
    assert "sample commit" in str(refusal(ward))
    ward.founder.execute(CommitSample(rows=2))
    assert "not finished" in str(refusal(ward))
    ward.founder.execute(DrawSample())
    assert "not finished" in str(refusal(ward))
    carl = ward.desk("carl")
    all_looked_at(carl)
    assert "fewer rows than the policy wants (4)" in str(refusal(ward))
    drawn(ward)
    all_looked_at(carl)
    assert refusal(ward) is None
    carl.execute(EditExchange(exchange=1, version=1, question=QUESTION + " So be it.", answer=QUESTION))
    assert refusal(ward) is None
    approve(ward.desk("ben"), 1, 2)
    assert "1 of the rows that would go came after sample 2" in str(refusal(ward))
    rows = gate.plan(ward.study).rows
    assert refusal(ward) == sample.refusal(ward.study, ward.study.policy, rows)
    # Nor is a bound told of rows that it does not stand for.
    assert bound.of(ward.study, rows) is None
    assert bound.of(ward.study, [row for row in rows if row.exchange != 1]) == bound.of(ward.study) is not None


def test_above_the_policys_limit_or_where_readers_were_never_measured_nothing_is_built(ward_for: Wards) -> None:
    ward = ward_for("sample: 6, highest_bound: 0.5")
    drawn(ward)
    all_looked_at(ward.desk("carl"))
    assert "nothing is known of what they miss" in str(refusal(ward))
    # As if carl had decided plants: planting needs more exchanges than this ward has.
    rows = [(100 + n, "carl", True, "2026-01-01T00:00:00.000000Z", n) for n in range(60)]
    ward.study.db.insert("catches", rows)
    assert "the policy allows 50.00%" in str(refusal(ward))
    found = bound.of(ward.study)
    assert found is not None
    assert found.subjects == 2
    assert found.catch_rate is not None
    assert found.catch_rate > 0.9
    assert found.rows > 0.8


def test_no_sample_is_asked_for_where_the_policy_has_none(ward_for: Wards) -> None:
    assert refusal(ward_for("sample: 0")) is None


def talk(desk: PersonalDesk, *lines: str) -> str:
    """What is said while these lines are typed, one after the other."""
    typed, said = iter(lines), list[str]()
    look_again(desk, lambda: next(typed, None), said.append)
    return "\n".join(said)


def test_rows_are_looked_at_line_by_line(ward: Ward) -> None:
    drawn(ward)
    carl = ward.desk("carl")
    said = talk(carl, "?", "maybe", "y name", "n", "q")
    assert "QUESTION: I feel tired" in said
    assert "My mother calls every hour" in said
    assert "Type y or n" in said
    assert [event["details"]["leak"] for event in ward.events("sample.looked_at")] == [True, False]  # type: ignore[index]
    assert talk(carl, "n", "n").endswith("No row of the sample waits for you.")
    assert ward.founder.execute(ShowSample()).state == "finished"


def test_the_second_look_refuses_where_its_text_would_stand_in_a_file(run: Callable[..., object]) -> None:
    ended = run("release", "sample", "look")
    assert ended.returncode == 2  # type: ignore[attr-defined]
    assert "needs a terminal" in ended.stderr  # type: ignore[attr-defined]
