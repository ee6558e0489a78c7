"""Redacting all like this: every place is shown first, then all are replaced in one step that one undo takes back."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies import Entity, Role
from redaction.alike import alike, folded_words
from tests.review.texts import PLAIN, QUARRY, bring, finding, look, mark
from tests.review.ward import ANSWER, QUESTION, Ward, approve, reject
from workbench.desk.commands import EditExchange, OpenExchange, ReplayExchange
from workbench.desk.local import PersonalDesk
from workbench.desk.review_views import Places, Redacted
from workbench.desk.reviewing import ListAlike, RedactAlike, Redo, SkipExchange, Undo
from workbench.errors import Refused
from workbench.store.search import texts_with

ACCENTED = {
    "question": f"{QUESTION} The QUÁRRY of old, not the quarryman.",
    "answer": f"{ANSWER} Quarry.Quarry, [QUARRY_7]?",
}
"""Diacritics and case do not count; a part of a word and a placeholder are other words."""


@pytest.fixture
def ward(ward_under: Callable[..., Ward]) -> Ward:
    """Exchanges 1 and 2 name the quarry on both sides, 3 nowhere, 4 in other spellings; 5 is another session's."""
    ward = ward_under(sessions=())
    bring(ward, [QUARRY, QUARRY, PLAIN, PLAIN])
    bring(ward, [QUARRY])
    ward.founder.execute(EditExchange(exchange=4, version=1, **ACCENTED))
    return ward


@pytest.fixture
def ann(ward: Ward) -> PersonalDesk:
    """A reviewer who has marked the quarry in the question of exchange 1; in its answer it is open."""
    ann = ward.hire("ann")
    mark(ann, 1, "quarry", "question")
    return ann


def listed(desk: PersonalDesk, state: str = "open") -> tuple[ListAlike, Places]:
    view = look(desk, 1)
    command = ListAlike(exchange=1, version=view.row.version, ordinal=finding(view, state=state).ordinal)
    return command, desk.execute(command)


def redacted(desk: PersonalDesk, state: str = "open") -> Redacted:
    command, found = listed(desk, state)
    places = tuple((p.exchange, p.version, p.side, p.start, p.stop) for p in found.places if p.reason is None)
    return desk.execute(RedactAlike(**command.model_dump(), places=places))


def texts(desk: PersonalDesk) -> dict[int, tuple[str, str]]:
    return {number: (look(desk, number).question, look(desk, number).answer) for number in range(1, 6)}


def test_every_place_is_listed_whatever_its_case_and_nothing_else_is(ann: PersonalDesk, ward: Ward) -> None:
    _, found = listed(ann)
    assert (found.entity, found.words) == (Entity.LOCATION, "Quarry")
    places = [(place.exchange, place.side, place.words) for place in found.places]
    assert places == [
        (1, "answer", "Quarry"),
        (2, "question", "quarry"), (2, "answer", "Quarry"),
        (4, "question", "QUÁRRY"), (4, "answer", "Quarry"), (4, "answer", "Quarry"),
        (5, "question", "quarry"), (5, "answer", "Quarry"),
    ]  # fmt: skip
    assert found.places[1].before.endswith("The dust of the ")
    assert found.places[1].after.startswith("'s road comes")
    (event,) = ward.events("words.listed")
    assert event["details"] == {"entity": "LOCATION", "exchanges": 4, "places": 8}


def test_the_identifier_behind_a_stand_in_is_looked_for_as_well(ann: PersonalDesk) -> None:
    _, found = listed(ann, "treated")
    assert {place.exchange for place in found.places} == {1, 2, 4, 5}


def test_all_places_are_replaced_in_one_step_and_what_was_decided_waits_again(ann: PersonalDesk, ward: Ward) -> None:
    before = texts(ann)
    approve(ann, 2)
    reject(ann, 5)
    done = redacted(ann)
    assert (done.exchanges, done.places, done.waiting_again, done.left) == (4, 8, 2, ())
    for number, (question, answer) in texts(ann).items():
        assert ("quarry" in (question + answer).casefold()) == (number == 4), "the quarryman stays"
    assert "The dust of the [LOCATION_1]'s road" in look(ann, 5).question
    assert look(ann, 4).answer.endswith("[LOCATION_1].[LOCATION_1], [QUARRY_7]?")
    assert [look(ann, number).row.state for number in range(1, 6)] == ["waiting"] * 5
    assert look(ann, 3).row.version == 1
    (event,) = ward.events("words.redacted")
    assert event["details"] == {"entity": "LOCATION", "exchanges": 4, "places": 8, "waiting_again": 2}
    undone = ann.execute(Undo())
    assert (undone.kind, undone.again, undone.left) == ("bulk_redaction", (1, 2, 4, 5), ())
    assert {number: texts(ann)[number] for number in (2, 3, 4, 5)} == {n: before[n] for n in (2, 3, 4, 5)}
    assert ann.execute(Redo()).again == (1, 2, 4, 5)
    assert "quarry" not in "".join(texts(ann)[5]).casefold()
    for number in range(1, 6):
        shown = ann.execute(ReplayExchange(exchange=number))
        assert shown.sound, [step.faults for step in shown.steps if step.faults]


def test_a_finding_that_reaches_beyond_the_words_keeps_the_rest(ann: PersonalDesk) -> None:
    question = f"{QUESTION} Write to the.quarry@example.org please."
    typed = ann.execute(EditExchange(exchange=3, version=1, question=question, answer=ANSWER))
    assert finding(typed).entity is Entity.EMAIL
    redacted(ann)
    left = look(ann, 3)
    assert "Write to the.[LOCATION_1]@example.org please" in left.question
    assert {left.question[f.start : f.stop]: f.state for f in left.findings} == {
        "the": "open", "[LOCATION_1]": "treated", "example.org": "open"
    }  # fmt: skip


def test_what_somebody_else_has_is_left_and_said(ann: PersonalDesk, ward: Ward) -> None:
    bob = ward.hire("bob")
    bob.execute(OpenExchange(exchange=2, claim=True))
    command, found = listed(ann)
    assert {(place.exchange, place.reason) for place in found.places} == {
        (1, None), (2, "claimed"), (4, None), (5, None)
    }  # fmt: skip
    everything = tuple((p.exchange, p.version, p.side, p.start, p.stop) for p in found.places)
    done = ann.execute(RedactAlike(**command.model_dump(), places=everything))
    assert (done.exchanges, done.left) == (3, (2,))
    assert look(ann, 2).row.version == 1


def test_words_of_somebody_whom_the_reviewer_knows_are_neither_shown_nor_replaced(
    ann: PersonalDesk, ward: Ward
) -> None:
    ann.execute(OpenExchange(exchange=5, claim=True))
    ann.execute(SkipExchange(exchange=5, reason="known_person"))
    _, found = listed(ann)
    known = [place for place in found.places if place.exchange == 5]
    assert {(place.reason, place.before, place.words, place.after) for place in known} == {("known_person", "", "", "")}
    assert redacted(ann).exchanges == 3
    assert look(ward.founder, 5).row.version == 1


def test_a_place_that_changed_since_it_was_shown_is_left(ann: PersonalDesk, ward: Ward) -> None:
    command, found = listed(ann)
    places = tuple((p.exchange, p.version, p.side, p.start, p.stop) for p in found.places)
    mark(ward.hire("bob"), 5, "quarry", "question")
    done = ann.execute(RedactAlike(**command.model_dump(), places=places))
    assert (done.exchanges, done.left) == (3, (5,))
    made_up = RedactAlike(exchange=1, version=3, ordinal=1, places=((2, 2, "question", 0, 6),))
    with pytest.raises(Refused, match="None of these places"):
        ann.execute(made_up)


def test_undo_gives_back_what_nobody_has_touched_since_and_names_the_rest(ann: PersonalDesk, ward: Ward) -> None:
    before = texts(ann)
    redacted(ann)
    bob = ward.hire("bob", Role.REVIEWER)
    approve(bob, 2, 2)
    bob.execute(OpenExchange(exchange=5, claim=True))
    undone = ann.execute(Undo())
    assert (undone.again, undone.left) == ((1, 4), (2, 5))
    assert texts(ann)[4] == before[4]
    assert "[LOCATION_1]" in look(ann, 5).question
    assert look(ann, 2).row.state == "approved"
    redone = ann.execute(Redo())
    assert (redone.again, redone.left) == ((1, 4), ())


def test_kept_and_forgotten_words_are_not_looked_for(ann: PersonalDesk) -> None:
    tagged = mark(ann, 3, "the dark", "question", Entity.INDIRECT)
    with pytest.raises(Refused, match="keeps INDIRECT"):
        ann.execute(ListAlike(exchange=3, version=2, ordinal=finding(tagged).ordinal))
    typed = EditExchange(exchange=4, version=2, question=f"{QUESTION} [NAME_77]", answer=ANSWER)
    unknown = finding(ann.execute(typed))
    with pytest.raises(Refused, match="Nothing remembers"):
        ann.execute(ListAlike(exchange=4, version=3, ordinal=unknown.ordinal))


ODD = "aeEosS\u00e9\u00c9\u0141\u00df\u1e9e\u0131\u0130\ufb01\u00b2\u2019\u212a\u01c5\u0307 -"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(st.sampled_from(ODD), max_size=12), min_size=1, max_size=8), word=st.sampled_from(range(8))
)
def test_the_store_overlooks_no_text_that_has_the_words(ward: Ward, texts: list[str], word: int) -> None:
    words = texts[word % len(texts)]
    db = ward.study.db
    first = 1 + int(db.value("SELECT max(exchange) FROM bodies"))
    rows = [(first + at, 1, "edited", text, "", "", "", "", 0) for at, text in enumerate(texts)]
    db.insert("bodies", [*rows, (first + len(texts), 1, "edited", "", words, "", "", "", 0)])
    having = {first + at for at, text in enumerate(texts) if alike(words, text)}
    having |= {first + len(texts)} if alike(words, words) else set()
    db.insert("exchanges", [(first + len(texts), 1, "exchange", "interview", 1)])
    assert having <= {text.exchange for text in texts_with(db, folded_words(words))}
