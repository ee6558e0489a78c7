"""`workbench quality` and `adjudicate`: how good the decisions are, and settling what two reviewers disagree about."""

from enum import StrEnum
from typing import Annotated, get_args

import typer

from policies import UserError, Verdict
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, out, table
from workbench.cli.signing import sign
from workbench.desk.commands import OpenExchange
from workbench.desk.review_views import CatchRate, Quality
from workbench.desk.reviewing import Adjudicate, ShowQuality
from workbench.desk.views import RejectReason


class Settled(StrEnum):
    """How a disagreement can end."""

    APPROVE = "approve"
    REJECT = "reject"


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(quality)
    app.command()(adjudicate)


def quality(
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show agreement of two blind decisions, leaks that slipped through, planted leaks caught, and pace."""
    with desk_of(study, key_file) as desk:
        found = desk.execute(ShowQuality())
    if as_json:
        out.print_json(found.model_dump_json())
    else:
        show_quality(found)


def show_quality(found: Quality) -> None:
    """Print the numbers as tables, each with what it says."""
    agreement, residual = found.agreement, found.residual
    rows: list[tuple[str, object]] = [
        ("decided twice, blind", agreement.exchanges),
        ("decided alike", agreement.agreed),
        ("Cohen's kappa, 95 % interval", _kappa(found)),
        ("approved exchanges looked at again", residual.reviewed),
        ("with something identifying", residual.leaking),
        ("so at most (95 %) are leaking", _percent(residual.upper)),
        ("waiting for a second decision", found.second_waiting),
        ("disputed", found.disputed),
    ]
    table("Second reviews", ("", ""), rows)
    if found.catch_rates:
        columns = ("reviewer", "planted", "caught", "rate, 95 % interval", "earlier", "recent")
        table("Planted leaks", columns, [_catches(rate) for rate in found.catch_rates])
    if found.paces:
        table(
            "Reading",
            ("reviewer", "decisions", "minutes", "words", "words a minute"),
            [(p.person, p.decisions, p.active_seconds // 60, p.words, p.words_a_minute or "-") for p in found.paces],
        )


def adjudicate(
    exchange: Annotated[int, typer.Argument(help="Number of the exchange.")],
    verdict: Annotated[Settled, typer.Argument(help="approve or reject.")],
    reason: Annotated[str | None, typer.Option(help="Why: needed to reject.")] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Settle what two reviewers disagree about; for a senior who is neither of them (see: workbench show N)."""
    reasons = get_args(RejectReason)
    if verdict is Settled.REJECT and reason not in reasons:
        raise UserError(f"To reject, --reason must be one of: {', '.join(reasons)}.")
    if verdict is Settled.APPROVE and reason is not None:
        raise UserError("--reason goes with reject, not with approve; leave it out.")
    with desk_of(study, key_file) as desk:
        version = desk.execute(OpenExchange(exchange=exchange, claim=True)).row.version
        if verdict is Settled.APPROVE:
            sign(desk)
        settle = Adjudicate(exchange=exchange, version=version, verdict=Verdict(verdict.value), reason=reason)
        row = desk.execute(settle)
    out.print(f"Exchange {exchange}, version {row.version}: {row.state}.")


def _kappa(found: Quality) -> str:
    agreement = found.agreement
    if agreement.kappa is None or agreement.low is None or agreement.high is None:
        return "not defined yet"
    return f"{agreement.kappa:.2f} ({agreement.low:.2f} to {agreement.high:.2f})"


def _catches(rate: CatchRate) -> tuple[object, ...]:
    interval = f"{rate.caught / rate.planted:.0%} ({rate.low:.0%} to {rate.high:.0%})"
    return rate.person, rate.planted, rate.caught, interval, _percent(rate.earlier), _percent(rate.recent)


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.1%}"
