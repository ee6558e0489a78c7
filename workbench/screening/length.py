"""The length filter: fewer than `min_words` words and an exchange is not released (MentalChat16K: 40)."""

from policies import Policy
from policies.schema import LengthFilter


def words(text: str) -> int:
    """Words between white space."""
    return len(text.split())


def passes(question: str, answer: str, rule: LengthFilter) -> bool:
    """Whether an exchange is long enough; exactly `min_words` is."""
    one, other = words(question), words(answer)
    match rule.mode:
        case "each":
            return min(one, other) >= rule.min_words
        case "sum":
            return one + other >= rule.min_words
        case "both":
            return max(one, other) >= rule.min_words


def long_enough(kind: str, question: str, answer: str, policy: Policy) -> bool:
    """Whether a record passes the rule of its kind: an exchange the filter, a multi-turn one its target's minimum."""
    if kind == "multi_turn":
        return words(answer) >= policy.multi_turn.target_words
    return passes(question, answer, policy.length_filter)


def short_sides(question: str, answer: str, min_words: int) -> str | None:
    """Which of the sides that are there are shorter than so many words: `question`, `answer`, `both` or None."""
    short = [name for name, text in (("question", question), ("answer", answer)) if text and words(text) < min_words]
    return "both" if len(short) == 2 else short[0] if short else None
