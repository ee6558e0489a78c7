"""What may single somebody out among the rows that would go: rare combinations and near duplicates."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies import Role
from workbench.desk import release_views as rv
from workbench.desk import releasing
from workbench.desk.commands import Command
from workbench.release import duplicates, gate, quasi
from workbench.release.gate import Plan
from workbench.release.sample import whose
from workbench.study.study import Study, Turn

AT_ONCE = 2_000
"""Rows that are read in one turn, so that nobody waits long."""
SHOWN = 500
"""So many rare combinations, and so many pairs, are told."""


@dataclass(frozen=True, slots=True)
class Risks:
    """What was found among the rows of a plan."""

    planned: Plan
    quasi: quasi.Report
    duplicates: duplicates.Report


def examine(study: Study, turn: Turn, command: Command[rv.Risks] | Command[rv.Dossier]) -> Risks:
    """Look at every row that would go: this takes long, and nobody waits for it."""
    with turn():
        planned = gate.plan(study)
    marked: list[quasi.Row] = []

    def texts() -> Iterator[duplicates.Text]:
        for start in range(0, len(planned.rows), AT_ONCE):
            with turn():
                read = list(gate.texts(study, planned.rows[start : start + AT_ONCE]))
                marked.extend(quasi.rows_of(study, read))
            for row, question, answer in read:
                yield duplicates.Text(row.exchange, whose(row), f"{question}\n{answer}")

    rules = study.policy.release
    near = duplicates.find(texts(), rules.near_duplicate)
    return Risks(planned, quasi.report(marked, rules.rare_below), near)


def show_risks(study: Study, command: releasing.ShowRisks, role: Role, found: Risks) -> rv.Risks:
    """Rare combinations and near duplicates by exchange, for those who work in the study alone."""
    report, near = found.quasi, found.duplicates
    return rv.Risks(
        rows=report.rows,
        people=report.people,
        classes=report.classes,
        smallest=report.smallest,
        rows_in_rare=report.rows_in_rare,
        rare=tuple(
            rv.RareCombination(combination=rare.combination, people=rare.people, exchanges=rare.exchanges)
            for rare in report.rare[:SHOWN]
        ),
        rare_in_all=len(report.rare),
        duplicates=tuple(
            rv.NearDuplicate(exchange=pair.row, other=pair.other, alike=pair.alike) for pair in near.pairs[:SHOWN]
        ),
        duplicates_in_all=len(near.pairs),
        of_two_people=near.across,
    )
