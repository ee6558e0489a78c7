"""The checks after a soak find what they look for: each is shown a study in which just that went wrong."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from policies import Face, Role
from tests.bench.large_study import make_study
from tests.conftest import READ, SECRET
from tests.server.soak.checks import Checks
from tests.server.soak.journal import Journal, Told, digest_of, read
from workbench.desk.commands import Decide
from workbench.desk.local import PersonalDesk
from workbench.desk.reviewing import NextExchange, SaveDraft
from workbench.study.opening import open_study
from workbench.study.study import Actor


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A closed study in which ann has approved exchange 1 and drafts in exchange 2; how many events it began with."""
    folder = tmp_path_factory.mktemp("soak") / "study"
    make_study(folder, 20, SECRET)
    study = open_study(folder, SECRET, Face.TUI)
    began = study.log.size
    ann = PersonalDesk(study, Actor("ann", frozenset({Role.SENIOR}), "token", Face.TUI), "sitting")
    view = ann.execute(NextExchange()).view
    assert view is not None
    assert (view.row.exchange, view.row.version) == (1, 1)
    ann.execute(Decide(exchange=1, version=1, verdict="approve", reading=READ))
    ann.execute(NextExchange(after=1))
    ann.execute(SaveDraft(exchange=2, version=1, question="typed", answer="so far"))
    study.close()
    return folder, began


@pytest.fixture
def checks(made: tuple[Path, int], tmp_path: Path) -> Iterator[Callable[[], Checks]]:
    """Looks at a copy of it anew."""
    folder, began = made
    study = open_study(shutil.copytree(folder, tmp_path / "study"), SECRET, Face.CLI)
    yield lambda: Checks(study, began)
    study.close()


def told(*acknowledged: tuple[str | int, ...]) -> Told:
    return Told(acknowledged=Counter(acknowledged))


DECIDED, DRAFT = ("decision", 1, 1, "approve"), ("draft", 2, 1, digest_of("typed", "so far"))


def test_a_sound_study_has_no_faults(checks: Callable[[], Checks]) -> None:
    sound = checks()
    found = [*sound.held_by_two(), *sound.decided_twice(), *sound.without_event(), *sound.miscounted()]
    assert found == []
    assert [*sound.lost("ann", told(DECIDED, DRAFT))] == []
    assert [*sound.lost("ann", Told(doubted=Counter([DECIDED, DRAFT])))] == []


def test_what_was_acknowledged_and_is_not_stored_is_found(checks: Callable[[], Checks]) -> None:
    (lost,) = checks().lost("ann", told(DECIDED, DECIDED, DRAFT))
    assert lost == "ann: ('decision', 1, 1, 'approve') was acknowledged 2 times and is stored 1 times"
    (lost,) = checks().lost("ann", told(DECIDED, DRAFT, ("draft", 2, 1, "another")))
    assert "was acknowledged 1 times and is stored 0 times" in lost


def test_what_is_stored_and_nobody_asked_for_is_found(checks: Callable[[], Checks]) -> None:
    (more,) = checks().lost("ann", told(DRAFT))
    assert "('decision', 1, 1, 'approve') is stored 1 times, which is more than was asked for" in more


def test_two_people_with_one_exchange_are_found(checks: Callable[[], Checks]) -> None:
    seen = checks()
    viewed = next(event for event in seen.events if event["object_id"] == "2" and event["action"] == "exchange.viewed")
    seen.events.append(viewed | {"actor": "bob"})
    assert any("bob takes or changes exchange 2, which ann has" in fault for fault in seen.held_by_two())
    seen.study.db.execute("UPDATE current_claims SET person = 'bob' WHERE exchange = 2")
    (differs,) = checks().held_by_two()
    assert "claims that last" in differs


def test_an_exchange_that_two_people_decided_is_found(checks: Callable[[], Checks]) -> None:
    seen = checks()
    seen.study.db.execute("INSERT INTO decisions SELECT * REPLACE ('bob' AS person) FROM decisions WHERE exchange = 1")
    seen = checks()
    assert "exchange 1, version 1 was decided twice in one round: ann, bob" in [*seen.decided_twice()]
    assert [*seen.without_event()] == ["1 decisions have no event, and 0 events no decision"]


def test_an_exchange_that_stands_otherwise_than_it_was_decided_is_found(checks: Callable[[], Checks]) -> None:
    seen = checks()
    seen.study.db.execute("UPDATE current_standings SET state = 'rejected' WHERE exchange = 1")
    found = [*checks().miscounted()]
    assert "exchange 1 was approved and stands as rejected" in found
    assert any(fault.startswith("rejected: the status says") for fault in found)


def test_a_journal_of_a_client_that_was_killed_says_what_is_sure_and_what_is_in_doubt(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.doing("next", None)
    journal.done("next", 12, {"holding": 1})
    journal.doing("approve", DECIDED)
    journal.done("approve", 34, {"holding": None})
    journal.doing("undo", ("decision", 1, 1, "withdraw"))
    journal.refused("undo", "Claimed")
    before = read(tmp_path / "journal")
    assert (before.now, before.doubts, before.refused["undo: Claimed"]) == ({"holding": None}, 0, 1)
    journal.doing("draft", DRAFT)
    killed = read(tmp_path / "journal")
    assert killed.acknowledged == {("next",): 1, DECIDED: 1}
    assert killed.doubted == {DRAFT: 1}
    assert killed.now == {}
    assert killed.milliseconds == {"next": [12], "approve": [34]}
