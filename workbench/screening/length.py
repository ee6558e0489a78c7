"""The length filter: fewer than `min_words` words and an exchange is not released (MentalChat16K: 40)."""

from typing import TYPE_CHECKING, Any, TypeVar

from policies import Policy
from policies.schema import LengthFilter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Words = TypeVar("Words", int, "NDArray[np.int64]")
"""How many words a text has, or each of several texts."""


def words(text: str) -> int:
    """Words between white space."""
    return len(text.split())


def passes(question: Words, answer: Words, rule: LengthFilter) -> Any:
    """Whether exchanges are long enough, by the words of each side; exactly `min_words` is, and no word never is."""
    least = max(1, rule.min_words)
    match rule.mode:
        case "each":
            return (question >= least) & (answer >= least)
        case "sum":
            return question + answer >= rule.min_words
        case "both":
            return (question >= least) | (answer >= least)


def are_long_enough(kind: str, question: Words, answer: Words, policy: Policy) -> Any:
    """Whether records of a kind pass its rule, by the words of each side: one record, or as many as the arrays hold.

    Exchanges must pass the filter, multi-turn records have their target's minimum.
    """
    if kind == "multi_turn":
        return answer >= max(1, policy.multi_turn.target_words)
    return passes(question, answer, policy.length_filter)


def long_enough(kind: str, question: str, answer: str, policy: Policy) -> bool:
    """Whether a record passes the rule of its kind."""
    return bool(are_long_enough(kind, words(question), words(answer), policy))


def short_sides(question: str, answer: str, min_words: int) -> str | None:
    """Which of the sides that are there are shorter than so many words: `question`, `answer`, `both` or None."""
    short = [name for name, text in (("question", question), ("answer", answer)) if text and words(text) < min_words]
    return "both" if len(short) == 2 else short[0] if short else None
