"""Words that no recognizer found: marked on the exchange or on its page, and known from then on."""

from collections.abc import Callable

import pytest

from policies import Entity, Treatment
from tests.review.texts import PLAIN, QUARRY, bring, finding, look, mark, words_of
from tests.review.ward import QUESTION, Ward, approve
from workbench.desk.commands import EditExchange, ReplayExchange
from workbench.desk.local import PersonalDesk
from workbench.desk.reviewing import MarkWords, RetagFinding, TryText, Undo
from workbench.desk.views import ExchangeView
from workbench.errors import Refused, Stale

CALL = "Please call me at 212-555-0147"


@pytest.fixture
def ann(ward_under: Callable[..., Ward]) -> PersonalDesk:
    """A reviewer at a study whose exchanges 1 and 2 name the quarry, and 3 does not."""
    ward = ward_under(sessions=())
    bring(ward, [QUARRY, QUARRY, PLAIN])
    return ward.hire("ann")


def edited(desk: PersonalDesk, exchange: int, **sides: str) -> ExchangeView:
    view = look(desk, exchange)
    texts = {"question": view.question, "answer": view.answer, **sides}
    return desk.execute(EditExchange(exchange=exchange, version=view.row.version, **texts))


def test_marked_words_are_replaced_at_once_and_found_wherever_else_they_stand(ann: PersonalDesk) -> None:
    assert look(ann, 1).findings == ()
    marked = mark(ann, 1, "quarry", "question")
    assert marked.question.endswith("The dust of the [LOCATION_1]'s road comes in everywhere.")
    assert (marked.row.version, marked.body_kind) == (2, "edited")
    treated = finding(marked, state="treated")
    assert (words_of(marked, treated), treated.recognizer) == ("[LOCATION_1]", "reviewer")
    left = finding(marked, state="open")
    assert (left.side, words_of(marked, left), left.entity) == ("answer", "Quarry", Entity.LOCATION)
    assert look(ann, 2).row.open == 0, "another exchange of another page"


def test_a_part_of_a_word_marks_the_word_but_not_its_possessive(ann: PersonalDesk) -> None:
    view = look(ann, 1)
    start = view.question.index("quarry's") + 2
    place = {"exchange": 1, "version": 1, "where": "question", "start": start, "stop": start + 1}
    marked = ann.execute(MarkWords(**place, entity=Entity.LOCATION))
    assert "The dust of the [LOCATION_1]'s road" in marked.question


def test_what_was_marked_is_found_again_when_it_is_typed_again(ann: PersonalDesk) -> None:
    mark(ann, 1, "quarry", "question")
    typed = edited(ann, 1, question=f"{look(ann, 2).question} The dust of the quarry!", answer="Walk on.")
    assert [words_of(typed, found) for found in typed.findings if found.state == "open"] == ["quarry", "quarry"]


def test_a_placeholder_stays_in_sight_however_often_the_text_is_typed_anew(ann: PersonalDesk) -> None:
    mark(ann, 1, "quarry", "question")
    question = look(ann, 1).question
    typed = edited(ann, 1, question=f"Again. {question}", answer=QUESTION)
    assert [(words_of(typed, found), found.state) for found in typed.findings] == [("[LOCATION_1]", "treated")]
    assert approve(ann, 1, typed.row.version).row.state == "approved"


def test_an_indirect_identifier_is_tagged_and_stays_so_through_edits(ann: PersonalDesk) -> None:
    tagged = mark(ann, 1, "dust of the quarry", "question", Entity.INDIRECT)
    assert tagged.question == look(ann, 2).question, "the policy keeps it"
    assert (finding(tagged).state, words_of(tagged, finding(tagged))) == ("kept", "dust of the quarry")
    typed = edited(ann, 1, question=f"Again: {tagged.question}")
    assert (finding(typed).state, words_of(typed, finding(typed))) == ("kept", "dust of the quarry")
    assert typed.row.risk == "high"


def test_tagging_a_stretch_hides_nothing_that_was_found_in_it(ann: PersonalDesk) -> None:
    typed = edited(ann, 1, question=f"{look(ann, 1).question} {CALL} near the quarry.")
    assert finding(typed).state == "open"
    tagged = mark(ann, 1, "212-555-0147 near the quarry", "question", Entity.INDIRECT)
    found = {words_of(tagged, found): found.state for found in tagged.findings}
    assert found == {"212-555-0147": "open", "near the quarry": "kept"}


def test_a_mark_takes_only_its_words_from_a_wider_finding(ann: PersonalDesk) -> None:
    edited(ann, 1, question=f"{look(ann, 1).question} Write to sorrel.moss@example.org soon.")
    before = finding(look(ann, 1))
    assert words_of(look(ann, 1), before) == "sorrel.moss@example.org"
    marked = mark(ann, 1, "sorrel", "question", Entity.NAME)
    assert marked.question.endswith("Write to [NAME_1].moss@example.org soon.")
    left = finding(marked, state="open")
    assert words_of(marked, left) == "moss@example.org", "the rest is still to be dealt with"


def test_words_marked_on_the_page_are_hunted_in_its_session_and_what_repeats_them_waits_again(
    ann: PersonalDesk,
) -> None:
    for exchange in (1, 2, 3):
        approve(ann, exchange)
    shown = mark(ann, 1, "quarry", "source", Entity.NAME)
    (on_page,) = shown.source_findings
    assert (on_page.entity, on_page.recognizer) == (Entity.NAME, "reviewer")
    assert shown.source[on_page.start : on_page.stop] == "quarry"
    (beside,) = look(ann, 2).source_findings
    assert beside.recognizer == "reviewer", "the other page that has the word"
    for exchange in (1, 2):
        view = look(ann, exchange)
        assert (view.row.state, view.row.version, view.row.open) == ("waiting", 2, 1)
        leak = finding(view, state="open")
        assert (words_of(view, leak), leak.recognizer) == ("Quarry", "leak-check")
        assert "leak" in view.row.flags
    assert (look(ann, 3).row.state, look(ann, 3).row.version) == ("approved", 1), "it does not say it"
    ann.execute(Undo())
    for exchange in (1, 2):
        view = look(ann, exchange)
        assert (view.source_findings, view.findings, view.flags, view.row.version) == ((), (), (), 3)


def test_an_indirect_identifier_on_the_page_is_shown_there_and_hunted_nowhere(ann: PersonalDesk) -> None:
    shown = mark(ann, 1, "dust of the quarry", "source", Entity.INDIRECT)
    assert [found.entity for found in shown.source_findings] == [Entity.INDIRECT]
    assert (shown.row.version, shown.findings) == (1, ())


def test_what_stands_for_an_identifier_or_is_no_word_cannot_be_marked(ann: PersonalDesk) -> None:
    marked = mark(ann, 1, "quarry", "question")
    with pytest.raises(Refused, match="stand for an identifier"):
        mark(ann, 1, "the [LOCATION_1]'s road", "question")
    place = {"exchange": 1, "version": 2, "where": "question", "entity": Entity.NAME}
    with pytest.raises(Refused, match="no word"):
        ann.execute(MarkWords(**place, start=marked.question.index(" "), stop=marked.question.index(" ") + 1))
    with pytest.raises(Refused, match="no word"):
        ann.execute(MarkWords(**place, start=10_000, stop=10_001))
    with pytest.raises(Stale):
        ann.execute(MarkWords(**{**place, "version": 1}, start=0, stop=4))


def test_trying_a_text_says_what_screening_would_and_stores_nothing(ann: PersonalDesk) -> None:
    mark(ann, 1, "quarry", "question")
    before = ann._study.log.size
    text = f"The dust of the quarry. {CALL}."
    tried = ann.execute(TryText(exchange=1, version=1, question=text, answer="Go."))
    assert [(text[f.start : f.stop], f.state) for f in tried.findings] == [("quarry", "open"), ("212-555-0147", "open")]
    assert ([flag.kind for flag in tried.flags], tried.short) == (["short"], True)
    assert (ann._study.log.size, look(ann, 1).row.version) == (before, 2)


def test_another_entity_gives_a_placeholder_its_own_and_undo_gives_the_first_back(ann: PersonalDesk) -> None:
    marked = mark(ann, 1, "quarry", "question", Entity.NAME)
    found = finding(marked, state="treated")
    retag = RetagFinding(exchange=1, version=2, ordinal=found.ordinal, entity=Entity.FACILITY)
    retagged = ann.execute(retag)
    assert "dust of the [FACILITY_1]'s road" in retagged.question
    assert (finding(retagged, side="question").entity, finding(retagged, side="question").state) == (
        Entity.FACILITY, "treated"
    )  # fmt: skip
    again = mark(ann, 2, "quarry", "question", Entity.FACILITY)
    assert "[FACILITY_1]" in again.question, "the same place has the same number"
    ann.execute(Undo())
    ann.execute(Undo())
    assert look(ann, 1).question == marked.question


def test_another_entity_for_an_open_finding_is_a_label_that_lasts(ann: PersonalDesk) -> None:
    typed = edited(ann, 1, question=f"{look(ann, 1).question} {CALL}.")
    number = finding(typed)
    retag = RetagFinding(exchange=1, version=typed.row.version, ordinal=number.ordinal, entity=Entity.MRN)
    assert finding(ann.execute(retag)).entity is Entity.MRN
    typed = edited(ann, 1, answer="Go.")
    assert (finding(typed).entity, finding(typed).state) == (Entity.MRN, "open")
    with pytest.raises(Refused, match="MRN already"):
        ann.execute(retag.model_copy(update={"version": typed.row.version}))
    with pytest.raises(Refused, match="dismiss the finding"):
        ann.execute(retag.model_copy(update={"version": typed.row.version, "entity": Entity.INDIRECT}))


@pytest.fixture
def surrogates(ward_under: Callable[..., Ward]) -> PersonalDesk:
    """A reviewer at a study that gives people and places stand-ins of their own kind."""
    ward = ward_under(sessions=())
    policy = ward.study.policy
    treatments = {Entity.NAME: Treatment.SURROGATE, Entity.LOCATION: Treatment.SURROGATE}
    rules = policy.redaction.model_copy(update={"treatments": treatments})
    ward.study.policy = policy.model_copy(update={"redaction": rules})
    bring(ward, [QUARRY, QUARRY])
    return ward.desk("ann")


def test_a_surrogate_identifies_nobody_through_marks_tags_and_edits(surrogates: PersonalDesk) -> None:
    mark(surrogates, 1, "quarry", "question", Entity.NAME)
    marked = mark(surrogates, 1, "Quarry", "answer", Entity.NAME)
    standin = words_of(marked, finding(marked, state="treated", side="question"))
    assert standin != "quarry"
    assert words_of(marked, finding(marked, state="treated", side="answer")) == standin.capitalize(), "the same one"
    typed = edited(surrogates, 1, question=f"Once more. {marked.question}")
    again = {found.state for found in typed.findings if words_of(typed, found).casefold() == standin.casefold()}
    assert again <= {"treated"}, "whether the detector finds it in its new place or not"
    mark(surrogates, 2, "quarry", "question", Entity.NAME)
    same = mark(surrogates, 2, "Quarry", "answer", Entity.NAME)
    place = finding(same, state="treated", side="question")
    assert words_of(same, place) == standin
    changed = surrogates.execute(RetagFinding(exchange=2, version=3, ordinal=place.ordinal, entity=Entity.FACILITY))
    assert "The dust of the [FACILITY_1]'s road" in changed.question
    assert changed.row.open == 0


def test_every_mark_is_sound_in_a_replay(ann: PersonalDesk) -> None:
    mark(ann, 1, "quarry", "question")
    mark(ann, 1, "dust", "source", Entity.NAME)
    found = finding(look(ann, 1), state="open")
    ann.execute(
        RetagFinding(exchange=1, version=look(ann, 1).row.version, ordinal=found.ordinal, entity=Entity.FACILITY)
    )
    ann.execute(Undo())
    ann.execute(Undo())
    shown = ann.execute(ReplayExchange(exchange=1))
    assert shown.sound, [step.faults for step in shown.steps if step.faults]
    marked = [(step.marked.entity, step.marked.words) for step in shown.steps if step.marked]
    assert marked == [(Entity.LOCATION, "quarry"), (Entity.NAME, "dust"), (Entity.FACILITY, "Quarry")]
