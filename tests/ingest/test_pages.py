"""No word is lost between a transcript and its pages, and pages have a sensible length."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.schema import Speakers
from workbench.ingest import Utterance
from workbench.ingest.pages import pack, transcript
from workbench.ingest.turns import Voices, parse

WORDS = st.sampled_from(
    ["I", "feel", "tired.", "Why?", "he", "said", "[sighs]", "00:01:02", "home.", '"no."', "ein", "já"]
)
SAID = st.lists(WORDS, min_size=1, max_size=90).map(" ".join)
TURNS = st.lists(
    st.builds(
        lambda side, text: Utterance(side, side, text),
        st.sampled_from(["caregiver", "coach"]),
        SAID,
    ),
    min_size=1,
    max_size=25,
)
TARGETS = st.integers(min_value=1, max_value=60)
VOICES = Voices(Speakers(caregiver=("Caregiver",), coach=("Coach",)))


def spoken(text: str) -> list[str]:
    """All words of a page, labels left out."""
    return re.sub(r"^(Caregiver|Coach): ", "", text, flags=re.MULTILINE).split()


@given(turns=TURNS, target=TARGETS, own_pages=st.booleans())
def test_the_pages_together_hold_every_word_in_order(turns: list[Utterance], target: int, own_pages: bool) -> None:
    read = transcript("", [turns], target, own_pages=own_pages)
    source = [word for turn in turns for word in turn.text.split()]
    assert [word for page in read.pages for word in spoken(page.text)] == source
    assert read.words == len(source)
    assert [page.number for page in read.pages] == list(range(1, len(read.pages) + 1))


@given(turns=TURNS, target=TARGETS)
def test_pages_stay_within_their_bounds(turns: list[Utterance], target: int) -> None:
    lengths = [sum(turn.words for turn in page) for page in pack(turns, target)]
    assert all(length >= target / 4 for length in lengths) or len(lengths) == 1
    assert all(length <= 1.75 * target for length in lengths[:-1])
    assert lengths[-1] <= (1.75 + 1 / 3) * target


@given(turns=TURNS, target=TARGETS)
def test_only_a_turn_too_long_for_a_page_is_divided(turns: list[Utterance], target: int) -> None:
    packed = [turn for page in pack(turns, target) for turn in page]
    whole = [turn for turn in turns if turn.words <= 1.5 * target]
    assert all(packed.count(turn) >= whole.count(turn) for turn in whole)


@given(turns=TURNS, target=TARGETS)
def test_marks_lie_in_order_inside_one_turn(turns: list[Utterance], target: int) -> None:
    for page in transcript("", [turns], target, own_pages=False).pages:
        ends = [0]
        for mark in page.marks:
            assert ends[-1] <= mark.start < mark.end <= len(page.text)
            assert page.text[mark.start : mark.end] in ("[sighs]", "00:01:02")
            ends.append(mark.end)
        assert len(page.marks) == len(re.findall(r"\[sighs\]|00:01:02", page.text))


@given(turns=TURNS, width=st.integers(min_value=1, max_value=12), data=st.data())
def test_lines_and_page_breaks_anywhere_lose_no_word_and_no_speaker(
    turns: list[Utterance], width: int, data: st.DataObject
) -> None:
    lines = []
    for turn in turns:
        words = [f"{str(turn.speaker).title()}:", *turn.text.replace("00:01:02", "so").split()]
        lines += [" ".join(words[start : start + width]) for start in range(0, len(words), width)]
    cuts = data.draw(st.lists(st.integers(0, len(lines)), max_size=4).map(sorted))
    chunks = ["\n".join(lines[a:b]) for a, b in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    pages, _ = parse(chunks, VOICES)
    read = [(turn.side, word) for page in pages for turn in page for word in turn.text.split()]
    assert read == [(turn.side, word) for turn in turns for word in turn.text.replace("00:01:02", "so").split()]


def test_a_long_turn_is_divided_at_a_sentence_and_keeps_its_speaker() -> None:
    sentence = "one two three four five six seven eight nine ten."
    pages = pack([Utterance("Coach", "coach", " ".join([sentence] * 7))], 20)
    assert [turn.text.count(".") for page in pages for turn in page] == [2, 2, 2, 1]
    assert {turn.side for page in pages for turn in page} == {"coach"}


def test_speech_without_a_full_stop_is_divided_between_words() -> None:
    pages = pack([Utterance("Coach", "coach", " ".join(["word"] * 100))], 20)
    assert [turn.words for page in pages for turn in page] == [20] * 5


def test_a_small_last_page_joins_the_one_before() -> None:
    turns = [Utterance("Coach", "coach", " ".join(["word"] * length)) for length in (20, 20, 5)]
    assert [sum(turn.words for turn in page) for page in pack(turns, 20)] == [20, 25]


@pytest.mark.parametrize(("words", "pages"), [(60, 1), (61, 3)])
def test_a_page_of_the_document_stays_whole_unless_no_paper_could_hold_it(words: int, pages: int) -> None:
    chunk = [Utterance("Coach", "coach", "word") for _ in range(words)]
    assert len(transcript("", [chunk], 20, own_pages=True).pages) == pages
