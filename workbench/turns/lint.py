"""A warning before the wrong thing is learned: most turns of a session are a word or two.

A model that the second report's authors trained on single turns, most of them under eight words, answered everything
with platitudes.
"""

from dataclasses import dataclass

MOST = 0.5
"""A larger share of short turns is warned of."""


@dataclass(frozen=True, slots=True)
class Lint:
    """How many of some turns have fewer than `short_words` words; `what` names the turns in the plural."""

    what: str
    total: int
    short: int
    short_words: int

    @property
    def warns(self) -> bool:
        """Whether most of them are that short."""
        return self.total > 0 and self.short / self.total > MOST

    @property
    def counts(self) -> str:
        """The numbers, as the beginning of a sentence."""
        share = f" ({self.short / self.total:.0%})" if self.total else ""
        return f"{self.short:,} of {self.total:,} {self.what}{share} have fewer than {self.short_words} words"


def of_session_turns(total: int, short: int, short_words: int, target_words: int) -> str:
    """The sentence on the coach's turns of a study, of which only the long ones became targets."""
    lint = Lint("coach turns", total, short, short_words)
    if not lint.warns:
        return f"{lint.counts}."
    return (
        f"Warning: {lint.counts}; trained on them one by one, a model would learn platitudes, "
        f"so only those of {target_words} words and more are targets."
    )


def of_targets(config: str, total: int, short: int, short_words: int) -> str | None:
    """A warning about the targets of one data set, `short` of which are short; None where most are long enough."""
    lint = Lint(f"targets of {config}", total, short, short_words)
    if not lint.warns:
        return None
    return f"Warning: {lint.counts}; a model trained on them would learn platitudes; raise the policy's minimum length."
