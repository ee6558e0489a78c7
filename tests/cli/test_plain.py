"""Reviewing line by line, as a screen reader or a script does it."""

from collections.abc import Callable

import pytest

from policies import Face
from workbench.cli.plain import PlainReview, by_words
from workbench.desk.commands import ListQueue, OpenExchange, Status
from workbench.desk.local import LocalDesk

Desks = Callable[..., LocalDesk]


def talk(desk: LocalDesk, *lines: str, secret: str = "") -> str:
    """What is said while these lines are typed, one after the other."""
    typed, said = iter(lines), []
    PlainReview(desk, lambda: next(typed, None), said.append, lambda prompt: secret).run()
    return "\n".join(said)


def test_exchanges_are_decided_one_after_the_other(small_desk: LocalDesk) -> None:
    said = talk(small_desk, "a", "r off_topic", "q")
    assert "Exchange 1: approved." in said
    assert "Exchange 2: rejected." in said
    assert "Nothing waits for you." in said
    counts = small_desk.execute(Status())
    assert (counts.approved, counts.rejected) == (1, 1)


def test_what_is_typed_in_an_edit_is_screened_and_can_be_taken_back(small_desk: LocalDesk) -> None:
    before = small_desk.execute(OpenExchange(exchange=1))
    said = talk(small_desk, "e", "I am tired.", ".", "Ask Henrietta Wolverton", "for help.", ".", "a", "u")
    assert "version 2 (edited)" in said
    assert "Henrietta" in said
    assert "open finding" in said
    after = small_desk.execute(OpenExchange(exchange=1))
    assert (after.question, after.answer) == (before.question, before.answer)
    assert after.row.version > 2


def test_words_that_identify_are_marked_and_replaced(small_desk: LocalDesk) -> None:
    shown = small_desk.execute(OpenExchange(exchange=1))
    words = shown.answer.split()[3]
    said = talk(small_desk, f"m answer LOCATION {words}")
    assert words not in small_desk.execute(OpenExchange(exchange=1)).answer.split()[3]
    assert "LOCATION" in said


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("foo", "There is no 'foo' here"),
        ("r", "Behind r must stand one of: identifying"),
        ("x one", "Behind x must stand a number."),
        ("m answer NAME nowhere-at-all", "These words do not stand in the answer"),
        ("o", "What is the note?"),
        (":99", "There is no exchange 99"),
        ("'", "There is no"),
    ],
)
def test_a_line_that_cannot_be_obeyed_is_answered_in_a_sentence(small_desk: LocalDesk, line: str, told: str) -> None:
    assert told in talk(small_desk, line)
    assert {row.state for row in small_desk.execute(ListQueue()).rows} == {"waiting"}


@pytest.mark.parametrize("old", [False, True])
def test_note_next_and_open_have_the_keys_of_the_screen_and_their_old_ones(small_desk: LocalDesk, old: bool) -> None:
    lines = ("n Ask the daughter.", "o 2", "s") if old else ("o Ask the daughter.", ":2", ": 1", "n")
    said = talk(small_desk, *lines)
    assert "Noted." in said
    first, second = small_desk.execute(ListQueue()).rows
    assert (first.notes, second.notes) == (1, 0)
    assert {first.state, second.state} == {"waiting"}
    opened = [line.split(",")[0] for line in said.splitlines() if line.startswith("Exchange ")]
    assert opened == ["Exchange 1", "Exchange 2", *(["Exchange 1"] if old else ["Exchange 1", "Exchange 2"])]


def test_lines_for_a_terminal_break_between_words_and_keep_paragraphs_and_columns() -> None:
    text = "QUESTION: I am well-rested and sleepless\n\nr REASON   reject: identifying, unfaithful, malformed"
    assert by_words(text, 24).split("\n") == [
        "QUESTION: I am", "well-rested and", "sleepless", "",
        "r REASON   reject:", " " * 11 + "identifying,", " " * 11 + "unfaithful,", " " * 11 + "malformed",
    ]  # fmt: skip


def test_when_the_lines_end_the_sitting_ends_and_claims_go_back(small_desk: LocalDesk) -> None:
    said = talk(small_desk)
    assert "given back to the queue" in said
    assert all(row.holder is None for row in small_desk.execute(ListQueue()).rows)


def test_nothing_a_page_spells_commands_the_terminal(desk_over: Desks, small_desk: LocalDesk) -> None:
    desk = desk_over(Face.TUI)
    assert "\x1b" not in talk(desk, "e", "I \x1b[2J cry.", ".", "Go \x1b]0;on.", ".", "p")
