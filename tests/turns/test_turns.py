"""From pages to multi-turn records: no word lost, none invented, wherever the pages break."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.schema import MultiTurn
from workbench.ingest.pages import transcript
from workbench.ingest.transcript import LABELS, Side, Utterance
from workbench.screening.length import words
from workbench.store.sources import PageRow
from workbench.turns.turns import LONGEST_CONTEXT, Record, records, rules_digest, session_turns

NAMES: dict[str, Side | None] = {"Client": "caregiver", "Therapist": "coach", "Zylpha Quenneville": None}

sentences = st.lists(
    st.text("abcdefghij", min_size=1, max_size=8), min_size=1, max_size=40
).map(lambda said: " ".join(said).capitalize() + ".")  # fmt: skip
utterances = st.lists(
    st.builds(lambda name, text: Utterance(name, NAMES[name], text), st.sampled_from([*NAMES]), sentences)
)
notes = st.sampled_from(["[laughs]", "[00:12:31]", "(crying softly)", "01:02:03", "*sighs*", "[inaudible 0:03]"])


def stored(said: list[Utterance], target: int = 350, own_pages: bool = False, first: int = 1) -> list[PageRow]:
    """The pages of a session as the study keeps them; with `own_pages` a page for every utterance."""
    chunks = [[one] for one in said] if own_pages else [said]
    pages = transcript("", chunks, target, own_pages=own_pages).pages
    return [
        PageRow(first + n, 1, page.number, page.text, words(page.text), [(m.start, m.end, m.kind) for m in page.marks])
        for n, page in enumerate(pages)
    ]


def cut(pages: list[PageRow], target_words: int = 5, context_turns: int = 4) -> list[Record]:
    return list(records(session_turns(pages), MultiTurn(target_words=target_words, context_turns=context_turns)))


def said_by(*lines: tuple[str, str]) -> list[Utterance]:
    return [Utterance(name, NAMES[name], text) for name, text in lines]


@given(utterances, st.integers(3, 60))
def test_where_the_pages_break_changes_no_record(said: list[Utterance], target: int) -> None:
    whole, broken, one_each = stored(said, 10_000), stored(said, target), stored(said, 10_000, own_pages=True)
    expected = [(record.question, record.answer) for record in cut(whole)]
    assert [(record.question, record.answer) for record in cut(broken)] == expected
    assert [(record.question, record.answer) for record in cut(one_each)] == expected


@given(utterances, st.integers(1, 12), st.integers(1, 5))
def test_every_long_coach_turn_but_a_first_one_is_a_target_with_the_turns_just_before(
    said: list[Utterance], target_words: int, window: int
) -> None:
    turns = session_turns(stored(said))
    found = list(records(turns, MultiTurn(target_words=target_words, context_turns=window)))
    targets = [(n, t) for n, t in enumerate(turns) if n and t.side == "coach" and words(t.text) >= target_words]
    assert [record.answer for record in found] == [turn.text for _, turn in targets]
    for record, (place, _) in zip(found, targets, strict=True):
        context = record.question.split("\n")
        assert context == [turn.line for turn in turns[:place]][-window:]
        assert all(re.match(r"(Caregiver|Coach|Other): \w", line) for line in context)


@given(utterances)
def test_turns_alternate_and_hold_every_word_that_was_said_after_the_first_label(said: list[Utterance]) -> None:
    turns = session_turns(stored(said, 20))
    assert all(one.line.split(":")[0] != other.line.split(":")[0] for one, other in pairwise(turns))
    began = next((n for n, one in enumerate(said) if one.side), len(said))
    assert " ".join(turn.text for turn in turns) == " ".join(one.text for one in said[began:])


@given(
    st.lists(st.tuples(st.sampled_from(["Client", "Therapist"]), st.lists(sentences | notes, min_size=1, max_size=6)))
)
def test_timestamps_and_notes_go_and_every_other_word_stays(said: list[tuple[str, list[str]]]) -> None:
    lines = [Utterance(name, NAMES[name], " ".join(parts)) for name, parts in said]
    text = " ".join(turn.text for turn in session_turns(stored(lines, 40)))
    spoken = [part for _, parts in said for part in parts if part[0].isalpha()]
    assert text == " ".join(spoken)
    assert not re.search(r"\[|\d|crying|laughs|\*|  ", text)


def test_a_note_leaves_no_comma_in_the_air() -> None:
    said = said_by(
        ("Client", "(crying). I am tired [sighs], so tired ..."), ("Therapist", "*nods*"), ("Client", "Yes.")
    )
    (turn,) = session_turns(stored(said))
    assert turn.text == "I am tired, so tired ... Yes."


def test_the_name_that_a_transcriber_wrote_before_a_turn_is_not_handed_on() -> None:
    said = said_by(
        ("Zylpha Quenneville", "I type this."), ("Client", "Hello."), ("Zylpha Quenneville", "Good day."),
        ("Therapist", "How was your week at home?"),
    )  # fmt: skip
    (record,) = cut(stored(said))
    assert record.question == "Caregiver: Hello.\nOther: Good day."
    assert record.answer == "How was your week at home?"
    assert record.raw == f"{record.question}\n{LABELS['coach']}: {record.answer}"


def test_a_record_belongs_to_the_page_on_which_the_coach_begins() -> None:
    said = said_by(
        ("Client", "Hello."), ("Client", "I am here."), ("Therapist", "I see you."), ("Therapist", "Sit down.")
    )
    pages = stored(said, own_pages=True, first=71)
    (record,) = cut(pages)
    assert [page.text.split(":")[0] for page in pages] == ["Caregiver", "Caregiver", "Coach", "Coach"]
    assert (record.page, record.answer) == (73, "I see you. Sit down.")


def test_a_context_too_long_to_edit_loses_its_oldest_turns_only() -> None:
    long = "word " * (LONGEST_CONTEXT // 12)
    said = said_by(("Client", f"first {long}"), ("Therapist", f"second {long}"), ("Client", f"third {long}"))
    said += said_by(("Therapist", "What would help you most?"))
    record = cut(stored(said), target_words=5)[-1]
    assert [line.split()[1] for line in record.question.split("\n")] == ["second", "third"]
    assert len(record.question) <= LONGEST_CONTEXT


@pytest.mark.parametrize("length", [49, 50])
def test_fifty_words_are_enough(length: int) -> None:
    said = said_by(("Client", "Hello."), ("Therapist", "word " * length))
    turns = session_turns(stored(said))
    assert len(list(records(turns, MultiTurn()))) == (length >= 50)


def test_the_rules_have_a_digest() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", rules_digest())
