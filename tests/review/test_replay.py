"""The history of an exchange can be read to the letter, by those who may read text, and a change of it shows."""

import json
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.events import Event, parse_line
from policies import Face, LoadedPolicy, Role, Verdict, parse_policy
from tests.command import KEY
from tests.conftest import READ, SECRET, SESSION, add_text, open_tested
from workbench.cli.main import main
from workbench.desk.commands import (
    AddPerson,
    BuildRelease,
    Decide,
    DismissFinding,
    EditExchange,
    OpenExchange,
    ReplayExchange,
    StartRun,
    SubmitGeneration,
)
from workbench.desk.local import LocalDesk
from workbench.desk.replay import Piece, Replay
from workbench.desk.rescan import rescan
from workbench.errors import NotAllowed, NotThere
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.review.difference import difference
from workbench.study.opening import create_study, open_study

CLEAN = "I feel tired and I worry about the nights, and I would like to sleep again. " * 4
LEAKING = CLEAN + "Please call me at 212-555-0147."

TEXTS = st.lists(st.sampled_from(["I ", "am ", "tired\n", " ", "  at", "night", "é", "\u2028", "[NAME_1] "])).map(
    "".join
)


@given(before=TEXTS, after=TEXTS)
def test_a_difference_holds_every_letter_of_both_texts(before: str, after: str) -> None:
    pieces = difference(before, after)

    def without(kind: str) -> str:
        return "".join(piece.text for piece in pieces if piece.kind != kind)

    assert (without("added"), without("removed")) == (before, after)
    assert before != after or not [piece for piece in pieces if piece.kind != "same"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Path:
    """A study whose first exchange was edited, dismissed in, rejected, approved and released."""
    folder = tmp_path_factory.mktemp("written")
    create_study(folder / "study", policy, SECRET, "tester")
    desk = LocalDesk(open_tested(folder / "study", Face.TUI))
    add_text(desk, folder, SESSION)
    paraphrase(desk, Extractive(policy.policy), 42, lambda run, tally: None)
    version = desk.execute(OpenExchange(exchange=1)).row.version
    view = desk.execute(EditExchange(exchange=1, version=version, question=LEAKING, answer=CLEAN))
    (found,) = view.findings
    dismiss = DismissFinding(exchange=1, version=2, ordinal=found.ordinal, reason="not_identifying")
    version = desk.execute(dismiss).row.version
    desk.execute(Decide(exchange=1, version=version, verdict=Verdict.REJECT, reason="off_topic"))
    desk.execute(Decide(exchange=1, version=version, verdict=Verdict.APPROVE, reading=READ))
    rescan(desk)
    desk.execute(BuildRelease(name="r1", folder=str(folder)))
    desk.close()
    return folder / "study"


@pytest.fixture
def copied(written: Path, tmp_path: Path) -> Path:
    """A copy of that study, to do with as one likes."""
    return Path(shutil.copytree(written, tmp_path / "copied"))


@pytest.fixture
def lived(copied: Path) -> Iterator[LocalDesk]:
    """The copy, open."""
    desk = LocalDesk(open_study(copied, SECRET, Face.TUI))
    yield desk
    desk.close()


def replayed(desk: LocalDesk, exchange: int = 1) -> Replay:
    return desk.execute(ReplayExchange(exchange=exchange))


def last_event(folder: Path) -> Event:
    lines = max((folder / "mirror").glob("events-*.jsonl")).read_bytes().splitlines()
    return parse_line(lines[-1])


def test_a_replay_tells_who_did_what_with_every_word_of_every_version(lived: LocalDesk) -> None:
    first = lived.execute(OpenExchange(exchange=1))
    shown = replayed(lived)
    assert shown.sound
    assert [step.faults for step in shown.steps if not step.sound] == []
    done = [step.action for step in shown.steps]
    assert done == [
        "exchange.created", "exchange.screened", "exchange.viewed", "exchange.edited", "finding.dismissed",
        "exchange.edited", "exchange.rejected", "exchange.approved", "release.built", "exchange.viewed",
    ]  # fmt: skip
    assert [step.sequence for step in shown.steps] == sorted({step.sequence for step in shown.steps})
    assert {step.actor for step in shown.steps} == {"tester"}
    texts = [step.text for step in shown.steps if step.text]
    assert [(text.version, text.kind) for text in texts] == [
        (0, "raw"), (1, "treated"), (2, "edited"), (3, "edited")
    ]  # fmt: skip
    assert (texts[2].question, texts[2].answer) == (LEAKING.strip(), CLEAN.strip())
    for before, after in pairwise(texts):
        for side in ("question", "answer"):
            pieces: tuple[Piece, ...] = getattr(after, f"{side}_change")
            assert "".join(p.text for p in pieces if p.kind != "added") == getattr(before, side)
            assert "".join(p.text for p in pieces if p.kind != "removed") == getattr(after, side)
    assert [found.state for found in texts[2].findings] == ["open"]
    assert [found.state for found in texts[3].findings] == ["dismissed"]
    by_action = {step.action: step for step in shown.steps}
    dismissed = by_action["finding.dismissed"]
    assert dismissed.dismissed is not None
    assert (dismissed.dismissed.words, dismissed.reason) == ("212-555-0147", "not_identifying")
    assert by_action["exchange.rejected"].reason == "off_topic"
    assert by_action["release.built"].release == "r1"
    (made,) = by_action["exchange.created"].attempts
    assert (made.raw, made.shown) == (first.raw, True)


def test_a_replay_is_itself_in_the_history(lived: LocalDesk, copied: Path) -> None:
    shown = replayed(lived)
    event = last_event(copied)
    assert (event.action, event.sequence, event.object_id) == ("exchange.replayed", shown.recorded, "1")
    assert event.details.model_dump() == {"steps": len(shown.steps), "unsound": 0}
    again = replayed(lived)
    assert again.steps[:-1] == shown.steps
    assert again.steps[-1].action == "exchange.replayed"


def test_attempts_that_were_made_again_are_replayed_each(desk_over: Callable[..., LocalDesk], tmp_path: Path) -> None:
    desk = desk_over()
    add_text(desk, tmp_path, SESSION)
    run = desk.execute(StartRun(backend="llama-cpp", model_digest="ab" * 32, prompt_digest=None)).run
    raws = ["no labels at all", "Caregiver: I am tired.\nCoach: Rest.", "again no labels"]
    for attempt, raw in enumerate(raws, 1):
        screened = desk.execute(
            SubmitGeneration(
                run=run, page=1, attempt=attempt, raw=raw, backend="llama-cpp", model_digest="ab" * 32,
                prompt_digest=None, parameters={}, seed=attempt,
            )
        )  # fmt: skip
    assert screened.exchange == 1
    shown = replayed(desk_over(Face.TUI))
    assert shown.sound, [step.faults for step in shown.steps]
    attempts = [(step.action, made.attempt, made.raw, made.shown) for step in shown.steps for made in step.attempts]
    assert attempts == [
        ("exchange.attempt_failed", 1, raws[0], False),
        ("exchange.attempt_failed", 2, raws[1], False),
        ("exchange.created", 2, raws[1], True),
        ("exchange.created", 3, raws[2], False),
    ]


EDITED = "UPDATE bodies SET answer = answer || '.' WHERE exchange = 1 AND version ="
MADE_UP = "INSERT INTO decisions SELECT * REPLACE ({} AS sequence) FROM decisions LIMIT 1"
RESPELLED = "UPDATE events SET line = replace(line, '{}', '{}') WHERE line LIKE '%off_topic%'"
CHANGES = {
    "a letter of a version": (f"{EDITED} 2", ["edited"]),
    "a letter of what was approved": (f"{EDITED} 3", ["edited", "rejected", "approved", "built"]),
    "a version's person": ("UPDATE bodies SET person = 'other' WHERE exchange = 1 AND version = 2", ["edited"]),
    "a version that is gone": ("DELETE FROM bodies WHERE exchange = 1 AND version = 0", ["created", "screened"]),
    "a version put twice": ("INSERT INTO bodies FROM bodies WHERE exchange = 1 AND version = 2", ["edited"]),
    "a verdict": ("UPDATE decisions SET verdict = 'approve' WHERE reason = 'off_topic'", ["rejected"]),
    "who decided": ("UPDATE decisions SET person = 'other' WHERE verdict = 'approve'", ["approved"]),
    "a decision that never was": (MADE_UP.format(3), ["scanned"]),
    "a decision beyond the log": (MADE_UP.format(9999), [None]),
    "a decision that is gone": ("DELETE FROM decisions WHERE verdict = 'reject'", ["rejected"]),
    "the words dismissed": ("UPDATE dismissals SET folded = 'other'", ["dismissed"]),
    "a dismissal that is gone": ("DELETE FROM dismissals", ["dismissed"]),
    "a finding": ("DELETE FROM body_findings WHERE exchange = 1 AND version = 2", ["dismissed"]),
    "a flag": (
        "INSERT INTO flags VALUES (1, 3, 9, 'leak', NULL, NULL, NULL, '', NULL, NULL)", ["rejected", "approved"]
    ),
    "what a model wrote": ("UPDATE generations SET raw = raw || '.' WHERE exchange = 1", ["created"]),
    "what a model was asked": ("UPDATE generations SET seed = 7 WHERE exchange = 1", ["created"]),
    "an attempt that never was": (
        "INSERT INTO generations SELECT * REPLACE (2 AS attempt) FROM generations WHERE exchange = 1", ["created"]
    ),
    "an attempt that is gone": ("DELETE FROM generations WHERE exchange = 1", ["created"]),
    "what was released": ("UPDATE release_rows SET digest = repeat('0', 64) WHERE exchange = 1", ["built"]),
    "which release": ("UPDATE releases SET manifest_digest = repeat('0', 64)", ["built"]),
    "an event": (RESPELLED.format("off_topic", "other"), ["rejected"]),
    "an event that is no event": (RESPELLED.format('"actor"', '"a"'), [None]),
}  # fmt: skip
"""What is done to the store behind the workbench's back, and which steps are no longer sound."""


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_store_shows_in_the_steps_that_it_touches(lived: LocalDesk, change: str) -> None:
    statement, touched = CHANGES[change]
    assert replayed(lived).sound
    lived._study.db.execute(statement)
    shown = replayed(lived)
    unsound = [step for step in shown.steps if not step.sound]
    assert [step.action and step.action.split(".")[1] for step in unsound] == touched, unsound
    assert not shown.sound
    assert all(step.faults and "sleep" not in " ".join(step.faults) for step in unsound)


def scripted(desk: LocalDesk, folder: Path, name: str, *roles: Role) -> LocalDesk:
    for role in roles:
        desk.execute(AddPerson(name=name, uid=None, role=role))
    desk.close()
    return LocalDesk(open_study(folder, SECRET, Face.CLI, scripted=name))


def test_an_auditor_reads_no_text_unless_the_policy_says_so(small_desk: LocalDesk, study_folder: Path) -> None:
    desk = scripted(small_desk, study_folder, "vera", Role.AUDITOR)
    with pytest.raises(NotAllowed, match="auditors_read_text"):
        replayed(desk)
    event = last_event(study_folder)
    assert (event.action, event.outcome, event.reason, event.actor) == (
        "exchange.replayed", "refused", "no_text", "vera"
    )  # fmt: skip
    desk.close()


def test_an_auditor_reads_text_where_the_policy_says_so(tmp_path: Path, policy: LoadedPolicy) -> None:
    body = policy.body.replace("review:\n", "review:\n  auditors_read_text: true\n")
    allowed = parse_policy(body, "The policy")
    create_study(tmp_path / "study", allowed, SECRET, "tester")
    desk = LocalDesk(open_tested(tmp_path / "study", Face.CLI))
    add_text(desk, tmp_path, SESSION)
    paraphrase(desk, Extractive(allowed.policy), 42, lambda run, tally: None)
    auditor = scripted(desk, tmp_path / "study", "vera", Role.AUDITOR)
    assert replayed(auditor).sound
    auditor.close()


def test_nobody_else_replays(small_desk: LocalDesk, study_folder: Path) -> None:
    desk = scripted(small_desk, study_folder, "otto", Role.OPERATOR, Role.STEWARD)
    with pytest.raises(NotAllowed, match="otto may not do this"):
        replayed(desk)
    desk.close()


def test_an_exchange_that_is_not_there_is_said_to_be_not_there(small_desk: LocalDesk) -> None:
    with pytest.raises(NotThere, match="no exchange 77"):
        replayed(small_desk, 77)


def test_the_command_line_prints_the_history_and_marks_what_changed(
    copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: str) -> tuple[int, str]:
        monkeypatch.setenv("WORKBENCH_KEY", KEY)
        monkeypatch.setattr("sys.argv", ["workbench", "audit", "replay", *arguments, "--study", str(copied)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    code, out = told("1")
    assert code == 0
    assert "[-Please call me at 212-555-0147.-]" not in out
    assert "{+" in out
    assert "dismissed PHONE: 212-555-0147" in out
    assert "is as it was recorded" in out
    code, out = told("1", "--json")
    assert code == 0
    assert json.loads(out)["steps"][-1]["action"] == "exchange.replayed"
    desk = LocalDesk(open_study(copied, SECRET, Face.CLI))
    desk._study.db.execute("UPDATE bodies SET answer = answer || '.' WHERE exchange = 1 AND version = 2")
    desk.close()
    code, out = told("1")
    assert code == 1
    assert "NOT AS RECORDED: the text of version 2 is not the one that was recorded" in out
