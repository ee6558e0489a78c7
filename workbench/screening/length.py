"""The length filter: fewer than `min_words` words and an exchange is not released (MentalChat16K: 40)."""

from policies import Policy
from policies.schema import LengthFilter


def words(text: str) -> int:
    """Words between white space."""
    return len(text.split())


def has(text: str, number: int) -> bool:
    """Whether a text has at least so many words; a long one is read no further than that."""
    return len(text.split(maxsplit=number - 1)) >= number if number > 1 else bool(text.strip())


def passes(question: str, answer: str, rule: LengthFilter) -> bool:
    """Whether an exchange is long enough; exactly `min_words` is."""
    match rule.mode:
        case "each":
            return has(question, rule.min_words) and has(answer, rule.min_words)
        case "sum":
            return words(question) + words(answer) >= rule.min_words
        case "both":
            return has(question, rule.min_words) or has(answer, rule.min_words)


def long_enough(kind: str, question: str, answer: str, policy: Policy) -> bool:
    """Whether a record passes the rule of its kind: an exchange the filter, a multi-turn one its target's minimum."""
    if kind == "multi_turn":
        return has(answer, policy.multi_turn.target_words)
    return passes(question, answer, policy.length_filter)


def short_sides(question: str, answer: str, min_words: int) -> str | None:
    """Which of the sides that are there are shorter than so many words: `question`, `answer`, `both` or None."""
    short = [name for name, text in (("question", question), ("answer", answer)) if text and words(text) < min_words]
    return "both" if len(short) == 2 else short[0] if short else None
