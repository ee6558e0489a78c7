"""What is counted of many texts at once is what is counted of each."""

from collections import Counter

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.release.counting import count_topics, count_words
from workbench.release.topics import TOPIC_OF_WORD, TOPICS, topics_of
from workbench.screening.length import words

WHITE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
TEXTS = st.lists(st.text(st.one_of(st.sampled_from(WHITE + " ab"), st.characters(exclude_categories=["Cs"]))))
SPOKEN = st.lists(
    st.lists(st.sampled_from([*TOPIC_OF_WORD, "SLEEP", "Fa\u0130th", "\u212anight", "other", "of"])).map(" ".join)
)


@given(TEXTS, st.integers(0, 3))
def test_words_are_what_stands_between_white_space(texts: list[str], skipped: int) -> None:
    assert count_words(pa.array(texts, pa.string())[skipped:]).tolist() == [words(text) for text in texts[skipped:]]


def test_every_white_space_divides_words() -> None:
    assert count_words(pa.array([f"one{space}two" for space in WHITE])).tolist() == [2] * len(WHITE)


@given(st.characters(exclude_categories=["Cs"]), st.sampled_from(sorted(TOPIC_OF_WORD)))
def test_no_letter_but_its_own_makes_a_word_one_of_a_topic(letter: str, word: str) -> None:
    for text in (word[:-1] + letter, letter + word[1:], word.upper()[:-1] + letter):
        found = {topic for topic, texts in count_topics(pa.array([text])).items() if texts}
        assert found == topics_of(text.lower().split())


@example(["Fa\u0130th", "\u212anight", "SLEEP"], " ", 0)
@given(SPOKEN, st.sampled_from(WHITE), st.integers(0, 3))
def test_topics_are_those_that_each_text_speaks_of(texts: list[str], space: str, skipped: int) -> None:
    texts = [text.replace(" ", space) for text in texts]
    one_by_one = Counter(topic for text in texts[skipped:] for topic in topics_of(text.lower().split()))
    found = count_topics(pa.array(texts, pa.string())[skipped:])
    assert found == {topic: one_by_one[topic] for topic in TOPICS}
