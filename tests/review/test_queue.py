"""The queue: what each filter lets through, its windows, who may search, and what a blind reviewer must not see."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from audit.mirror import MirrorReader
from policies import Face, LoadedPolicy, Role, Verdict
from tests.bench.large_study import make_study
from tests.conftest import SECRET
from workbench.desk.commands import Decide, ListQueue, OpenExchange, Status
from workbench.desk.local import PersonalDesk
from workbench.desk.reviewing import AddNote, NextExchange, SaveDraft
from workbench.desk.views import Queue, QueueFilter
from workbench.errors import NotAllowed, StudyError
from workbench.store import standings
from workbench.store.claims import Claim
from workbench.store.claims import add as add_claims
from workbench.store.connection import Connection
from workbench.store.standings import Standing, Wanted
from workbench.study.opening import create_study, open_study
from workbench.study.study import Actor, Study

PEOPLE = ("ada", "ben")
TEXTS = ("From the LightHouse\nwe saw nothing.", "50% of (a+b)? [sic] \\d", "Crème brûlée again", "nothing said")
WORDS = ("lighthouse  WE", "LIGHT", "(a+b)?", "\\d", ".", "CRÈME", "brulee", "said")


class Enough(Exception):
    """Ends a transaction."""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Iterator[Connection]:
    """The store of an empty study."""
    folder = tmp_path_factory.mktemp("bare") / "study"
    create_study(folder, policy, SECRET, "tester")
    study = open_study(folder, SECRET, Face.CLI)
    yield study.db
    study.close()


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed study of forty exchanges, of which half wait."""
    folder = tmp_path_factory.mktemp("forty") / "study"
    make_study(folder, 40, SECRET)
    return folder


@pytest.fixture
def study(forty: Path, tmp_path: Path) -> Iterator[Study]:
    """A copy of it, open."""
    shutil.copytree(forty, tmp_path / "study")
    study = open_study(tmp_path / "study", SECRET, Face.TUI)
    yield study
    study.close()


@contextmanager
def undone(db: Connection) -> Iterator[None]:
    """Whatever is stored within is rolled back."""

    with suppress(Enough), db.transaction():
        yield
        raise Enough


# -- filters and windows, against a model of them ----------------------------------------------------------------------

person = st.sampled_from(PEOPLE)
exchanges = st.fixed_dictionaries(
    {
        "session": st.integers(1, 3),
        "state": st.sampled_from(("waiting", "approved", "rejected", "sent_back", "second", "disputed")),
        "flags": st.sets(st.sampled_from(("crisis", "leak", "verbatim"))),
        "risk": st.sampled_from(("high", "standard", "low")),
        "kind": st.sampled_from(("exchange", "multi_turn")),
        "by": person,
        "texts": st.tuples(*[st.sampled_from(TEXTS)] * 3),
        "before": st.sampled_from(TEXTS),
        "claims": st.lists(st.tuples(person, st.sampled_from(("held", "skipped", "known_person"))), max_size=2),
        "drafts": st.lists(st.tuples(person, st.booleans()), max_size=2),
        "decided": st.lists(st.tuples(person, st.sampled_from(("approve", "withdraw"))), max_size=2),
    }
)
wishes = st.builds(
    Wanted,
    person=person,
    blind=st.booleans(),
    state=st.none() | st.sampled_from(("waiting", "approved", "second")),
    flag=st.none() | st.just("leak"),
    session=st.none() | st.integers(1, 3),
    reviewer=st.none() | person,
    risk=st.none() | st.just("high"),
    kind=st.none() | st.just("exchange"),
    mine=st.booleans(),
    words=st.none() | st.sampled_from(WORDS),
)


def store(db: Connection, number: int, made: dict) -> Standing:
    """Store an exchange, which had another text and stood otherwise before."""
    page, question, answer = made["texts"]
    db.insert("pages", [(number, made["session"], number, page, 3, "[]")])
    db.insert("exchanges", [(number, number, made["kind"], "interview", 1)])
    for version, text in ((0, made["before"]), (1, question)):
        db.insert("bodies", [(number, version, "raw", text, answer, "", "", "", 0)])
    for who, why in made["claims"]:
        add_claims(db, [Claim(number, who, "s", why == "held", None if why == "held" else why, 0)])
    for who, kept in made["drafts"]:
        db.insert("drafts", [(number, who, 1, "typed" if kept else None, None, "", 0)])
    for who, verdict in made["decided"]:
        db.insert("decisions", [(number, 1, verdict, None, "", "", who, "cli", "", "first", None, None, 0)])
    reviewer = None if made["state"] == "waiting" else made["by"]
    standing = Standing(
        number, made["kind"], "interview", number, made["session"], number, 1, made["state"],
        " ".join(sorted(made["flags"])), 0, 9, False, made["risk"], reviewer, 0,
    )  # fmt: skip
    standings.add(db, [replace(standing, state="rejected", reviewer="ben", flags="leak", risk="high")])
    standings.add(db, [standing])
    return standing


def is_wanted(standing: Standing, made: dict, wanted: Wanted, known: set[int]) -> bool:
    """Whether a filter lets an exchange through; `known` are sessions of people whom the person knows."""
    state, reviewer = standing.state, standing.reviewer
    if wanted.blind and state == "second" and reviewer != wanted.person:
        state, reviewer = "waiting", None
    columns = ((wanted.state, state), (wanted.session, standing.session), (wanted.reviewer, reviewer))
    columns = (*columns, (wanted.risk, standing.risk), (wanted.kind, standing.kind))
    if any(wish is not None and wish != has for wish, has in columns):
        return False
    if wanted.flag is not None and wanted.flag not in made["flags"]:
        return False
    if wanted.mine:
        claimed = made["claims"] and made["claims"][-1] == (wanted.person, "held")
        typed = [kept for who, kept in made["drafts"] if who == wanted.person]
        decided = (wanted.person, "approve") in made["decided"]
        if not (claimed or (typed and typed[-1]) or decided):
            return False
    if wanted.words is not None:
        said = [" ".join(text.lower().split()) for text in (made["before"], *made["texts"])]
        looked_at = said[1:]
        return standing.session not in known and any(
            " ".join(wanted.words.lower().split()) in text for text in looked_at
        )
    return True


@given(st.lists(exchanges, max_size=8), wishes, st.integers(0, 9), st.integers(1, 4), st.none() | st.integers(0, 9))
def test_every_filter_lets_through_what_it_names_and_windows_hold_each_exchange_once(
    bare, made, wanted, offset, limit, around
):
    with undone(bare):
        for session in (1, 2, 3):
            bare.insert("files", [(session, "", "", "txt", 1, *[None] * 6)])
            bare.insert("sessions", [(session, session, "", 1)])
        stored = [store(bare, number, one) for number, one in enumerate(made, 1)]
        known = {one["session"] for one in made if (wanted.person, "known_person") in one["claims"]}
        expected = [s for s, one in zip(stored, made, strict=True) if is_wanted(s, one, wanted, known)]
        total, first, found = standings.window(bare, wanted, offset, limit)
        assert (total, first, found) == (len(expected), offset, expected[offset : offset + limit])
        total, first, found = standings.window(bare, wanted, 0, limit, around=around)
        assert (total, found) == (len(expected), expected[first : first + limit])
        assert first % limit == 0 or around is None
        if any(standing.exchange == around for standing in expected):
            assert around in [standing.exchange for standing in found]
        elif expected:
            assert found
    assert standings.window(bare, Wanted("ada"), 0, limit) == (0, 0, [])


# -- what a person sees ------------------------------------------------------------------------------------------------


def of(study: Study, name: str, *roles: Role) -> PersonalDesk:
    """The desk of somebody in this study."""
    return PersonalDesk(study, Actor(name, frozenset(roles), "os-uid", Face.TUI), f"sitting-of-{name}")


def ask(desk: PersonalDesk, **asked: object) -> Queue:
    """The first window of a filter."""
    return desk.execute(ListQueue(filter=QueueFilter(**asked)))


def test_the_second_reviewer_can_filter_by_nothing_that_tells_of_the_first_decision(study: Study) -> None:
    with study.db.transaction():
        decided = [replace(one, state="second", reviewer="ada") for one in standings.several(study.db, [10, 20])]
        standings.add(study.db, decided)
    ada, ben = of(study, "ada", Role.REVIEWER), of(study, "ben", Role.REVIEWER)
    ada.execute(AddNote(exchange=10, text="I approved this one."))
    (mine,) = [row for row in ask(ada).rows if row.exchange == 10]
    (theirs,) = [row for row in ask(ben).rows if row.exchange == 10]
    assert (mine.state, mine.reviewer, mine.notes) == ("second", "ada", 1)
    assert (theirs.state, theirs.reviewer, theirs.notes) == ("waiting", None, 0)
    assert {10, 20} <= {row.exchange for row in ask(ben, state="waiting").rows}
    assert ask(ben, state="second").total == ask(ben, reviewer="ada").total == 0
    assert ask(ada, state="second").total == ask(of(study, "eve", Role.STEWARD), reviewer="ada").total == 2


def test_a_row_says_who_has_it_in_hand_who_is_typing_and_how_many_notes_there_are(study: Study) -> None:
    ada, ben = of(study, "ada", Role.REVIEWER), of(study, "ben", Role.REVIEWER)
    version = ada.execute(OpenExchange(exchange=10, claim=True)).row.version
    ada.execute(SaveDraft(exchange=10, version=version, question="Half a", answer="thought"))
    for note in ("One.", "Two."):
        ada.execute(AddNote(exchange=10, text=note))
    seen = {desk: next(row for row in ask(desk).rows if row.exchange == 10) for desk in (ada, ben)}
    assert [(row.holder, row.notes, row.draft) for row in seen.values()] == [("ada", 2, True), ("ada", 2, False)]
    assert [row.exchange for row in ask(ada, mine=True).rows] == [10]
    assert ask(ben, mine=True).total == 0


def test_only_reviewers_search_and_what_they_look_for_is_recorded_nowhere(study: Study) -> None:
    everybody = [of(study, role.value, role) for role in Role]
    before = study.log.size
    for desk, role in zip(everybody, Role, strict=True):
        if role in (Role.REVIEWER, Role.SENIOR):
            assert ask(desk, words="IS pernilla").total == ask(desk, words="is\n Pernilla").total == 20
        else:
            with pytest.raises(NotAllowed):
                ask(desk, words="Pernilla")
    everybody[1].execute(NextExchange(filter=QueueFilter(words="pernilla")))
    lines = list(MirrorReader(study.folder.mirror).lines())[before:]
    assert [b"words.searched" in line for line in lines] == [True] * 5 + [False]
    assert not any(b"pernilla" in line.lower() for line in lines)
    asked = ListQueue(filter=QueueFilter(words="Pernilla"))
    assert "Pernilla" not in repr(asked) + str(asked)
    with pytest.raises(ValidationError) as refused:
        QueueFilter(words="Pernilla" * 100)
    assert "Pernilla" not in str(refused.value)


def test_half_a_character_or_none_can_be_looked_for_and_breaks_nothing(study: Study) -> None:
    desk = of(study, "ada", Role.REVIEWER)
    for odd in ("\x00", "(", "[a", "*", "\\", "\\Q", "é́", "🙂", " ", "(?i)"):
        assert ask(desk, words=odd).total in (0, 40)
    with pytest.raises((ValidationError, UnicodeEncodeError)) as refused:
        ask(desk, words="Pernilla \ud83d")
    assert "Pernilla" not in str(refused.value)


# -- counts ------------------------------------------------------------------------------------------------------------


def test_the_counts_add_up_to_the_queue_and_planted_exchanges_are_never_made_from_a_page(study: Study) -> None:
    with study.db.transaction():
        planted = [replace(one, origin="planted", exchange=41, page=41) for one in standings.several(study.db, [10])]
        standings.add(study.db, planted)
        study.db.insert("pages", [(41, 1, 41, "an invented page", 3, "[]")])
        study.db.insert("plants", [(41, 41, "question", 0, 1, "NAME", "a", "")])
        sent_back = [replace(one, state="sent_back") for one in standings.several(study.db, [20])]
        standings.add(study.db, sent_back)
    desk = of(study, "eve", Role.STEWARD)
    counts = desk.execute(Status())
    assert (counts.pages, counts.exchanges, counts.multi_turn, counts.pages_waiting) == (40, 40, 0, 1)
    for state in ("waiting", "approved", "rejected", "sent_back", "second", "disputed"):
        assert getattr(counts, state) == ask(desk, state=state).total
    rows = ask(desk).rows
    assert len(rows) == 41
    assert counts.flagged == sum(bool(row.flags) for row in rows)
    assert counts.short == sum(row.short for row in rows)
    assert counts.open_findings == sum(row.open for row in rows)
    assert counts.claimed == 0
    of(study, "ada", Role.REVIEWER).execute(OpenExchange(exchange=10, claim=True))
    assert desk.execute(Status()).claimed == 1


def test_a_decision_that_could_not_be_written_leaves_the_queue_as_it_was(study: Study) -> None:
    desk = of(study, "ada", Role.REVIEWER)
    rejected = Decide(exchange=10, version=1, verdict=Verdict.REJECT, reason="off_topic")
    before = ask(desk)
    written = study.folder.writes.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (written + 100, hard))
    try:
        with pytest.raises(StudyError, match="not acknowledged"):
            desk.execute(rejected)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert ask(desk) == before
    assert desk.execute(rejected).row.state == "rejected"
    assert [row.state for row in ask(desk).rows if row.exchange == 10] == ["rejected"]
