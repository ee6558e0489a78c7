"""The quality of decisions: agreement of two readers, residual leaks, catch rates of planted ones, pace."""

from collections.abc import Callable, Iterable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workbench.desk.review_views import Agreement, CatchRate, Pace, Quality, Residual
from workbench.desk.reviewing import ShowQuality
from workbench.many import many
from workbench.tui.courier import DeskScreen
from workbench.tui.keys_line import KeysLine

Figure = TypeVar("Figure")


class QualityScreen(DeskScreen):
    """Reads the figures once; escape goes home."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "read", "Again", id="quality.read", tooltip="read the figures again"),
        Binding("escape,q", "leave", "Home", id="quality.back"),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="quality"):
            yield Static("Counting ...", id="quality-text", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        self.action_read()

    def action_read(self) -> None:
        self.ask(ShowQuality(), self._read, self._refused, group="quality")

    def action_leave(self) -> None:
        self.app.pop_screen()

    def _refused(self, problem: Exception) -> None:
        self.query_one("#quality-text", Static).update(Content(str(problem)))

    def _read(self, quality: Quality) -> None:
        self.query_one("#quality-text", Static).update(sheet(quality))


def sheet(quality: Quality) -> Content:
    """All figures, each with what it says."""
    parts = [
        _title("Two readers"),
        *_agreement(quality.agreement),
        Content(f"{quality.second_waiting:,} wait for a second reader, {quality.disputed:,} for a settlement."),
        _title("\nWhat a second reader still found"),
        *_residual(quality.residual),
        _title("\nPlanted leaks"),
        *(_each(quality.catch_rates, _caught) or [_none("None has come up yet.")]),
        _title("\nReading"),
        *(_each(quality.paces, _pace) or [_none("Nothing was read at the screen yet.")]),
    ]
    return Content("\n").join(parts)


def _each(figures: Iterable[Figure], told: Callable[[Figure], Content]) -> list[Content]:
    return [told(figure) for figure in figures]


def _none(sentence: str) -> Content:
    return Content.styled(sentence, "$muted")


def _title(words: str) -> Content:
    return Content.styled(words, "bold $primary")


def _agreement(agreement: Agreement) -> list[Content]:
    if not agreement.exchanges:
        return [_none("No exchange was decided by two readers yet.")]
    lines = [Content(f"{agreement.agreed:,} of {many(agreement.exchanges, 'exchange')} decided alike.")]
    if agreement.kappa is not None and agreement.low is not None and agreement.high is not None:
        lines.append(
            Content(
                f"Cohen's kappa {agreement.kappa:.2f} (95 % interval {agreement.low:.2f} to {agreement.high:.2f}); "
                "1 is full agreement, 0 what chance gives."
            )
        )
    else:
        lines.append(Content("Cohen's kappa cannot be told: all were decided the same way."))
    lines += [Content(f"  first {first}, second {second}: {number:,}") for first, second, number in agreement.both]
    return lines


def _residual(residual: Residual) -> list[Content]:
    if not residual.reviewed or residual.rate is None or residual.upper is None:
        return [_none("No approved exchange was read a second time yet.")]
    return [
        Content(
            f"{residual.leaking:,} of {many(residual.reviewed, 'approved exchange')} still identified somebody "
            f"({residual.rate:.1%}; with 95 % confidence at most {residual.upper:.1%})."
        )
    ]


def _caught(rate: CatchRate) -> Content:
    told = f"{rate.person}: {rate.caught} of {rate.planted} caught ({rate.low:.0%} to {rate.high:.0%})"
    if rate.earlier is not None and rate.recent is not None:
        told += f"; earlier {rate.earlier:.0%}, lately {rate.recent:.0%}"
    return Content(told)


def _pace(pace: Pace) -> Content:
    minutes = many(round(pace.active_seconds / 60), "minute")
    per_minute = "" if pace.words_a_minute is None else f", {pace.words_a_minute} words a minute"
    return Content(f"{pace.person}: {many(pace.decisions, 'decision')}, {minutes} of reading{per_minute}")
