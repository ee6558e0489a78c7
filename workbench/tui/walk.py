"""The path of a page as the home shows it: five stages, how far each has come, and what to do next."""

from dataclasses import dataclass
from typing import Literal

from policies import Role
from workbench.desk.views import StageCounts
from workbench.many import many

StageName = Literal["imported", "paraphrased", "screened", "reviewed", "released"]
WIDTH = 20
"""Columns of a bar."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage; `total` None where nothing is measured by it."""

    name: StageName
    sentence: str
    done: int = 0
    total: int | None = None

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def complete(self) -> bool:
        """Whether everything that has come so far has gone through; where nothing is measured, whether there is any."""
        return self.done > 0 and (self.total is None or self.done >= self.total)

    @property
    def bar(self) -> str:
        """The share as a bar of WIDTH columns; empty where there is nothing to measure."""
        filled = int(self.share * WIDTH)
        return "█" * filled + "░" * (WIDTH - filled) if self.total else ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next: the stage's name opens it."""

    stage: StageName
    sentence: str


def stages(counts: StageCounts) -> tuple[Stage, ...]:
    """The five stages of a study."""
    records = counts.exchanges + counts.multi_turn
    decided = counts.approved + counts.rejected + counts.sent_back
    rest = [
        f"{number:,} {what}"
        for number, what in (
            (counts.waiting, "waiting"),
            (counts.second, "for a second person"),
            (counts.disputed, "disputed"),
        )
        if number
    ]
    came = f"{many(counts.files, 'file')}, {many(counts.sessions, 'session')}, {many(counts.pages, 'page')}"
    return (
        Stage("imported", came, counts.files),
        Stage("paraphrased", f"{counts.exchanges:,} of {many(counts.pages, 'page')}", counts.exchanges, counts.pages),
        Stage(
            "screened",
            f"{counts.flagged:,} flagged, {many(counts.open_findings, 'open finding')}, {counts.short:,} too short",
            records,
            records,
        ),
        Stage(
            "reviewed",
            ", ".join([f"{counts.approved:,} approved", f"{counts.rejected:,} rejected", *rest]),
            decided,
            decided + counts.waiting + counts.second + counts.disputed,
        ),
        Stage("released", many(counts.releases, "release"), counts.releases),
    )


def next_step(counts: StageCounts, roles: frozenset[Role]) -> NextStep:
    """The first thing on the path that this person can do; else what the study waits for."""
    steps = (
        (not counts.pages, Role.OPERATOR, NextStep("imported", "Import transcripts.")),
        (
            counts.exchanges < counts.pages,
            Role.OPERATOR,
            NextStep("paraphrased", f"Paraphrase {many(counts.pages - counts.exchanges, 'page')}."),
        ),
        (
            counts.waiting + counts.second > 0,
            Role.REVIEWER,
            NextStep("reviewed", f"Review {many(counts.waiting + counts.second, 'exchange')}."),
        ),
        (counts.disputed > 0, Role.SENIOR, NextStep("reviewed", f"Settle {many(counts.disputed, 'disagreement')}.")),
        (counts.approved > 0, Role.STEWARD, NextStep("released", f"Release {many(counts.approved, 'exchange')}.")),
    )
    due = [(role, step) for is_due, role, step in steps if is_due]
    for role, step in due:
        if role in roles or (role is Role.REVIEWER and Role.SENIOR in roles):
            return step
    if due:
        role, step = due[0]
        return NextStep(step.stage, f"{step.sentence[:-1]}: that is for somebody with the role {role}.")
    return NextStep("imported", "Everything that came in has been decided. Import more when there is more.")


def remaining(seconds: float) -> str:
    """A time that something still takes, roughly."""
    if seconds < 60:
        return "less than a minute left"
    minutes = round(seconds / 60)
    return f"{many(minutes, 'minute')} left" if minutes < 90 else f"{minutes / 60:.1f} hours left"
