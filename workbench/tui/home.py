"""The home of a study: the five stages of the path, what waits for this person, what to do next."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from policies import Role
from workbench.desk.commands import Status
from workbench.desk.review_views import Opening
from workbench.desk.views import StageCounts
from workbench.tui.choices import Choices
from workbench.tui.courier import Courier, DeskScreen
from workbench.tui.help import HelpScreen
from workbench.tui.jobs import Job
from workbench.tui.keys_line import KeysLine
from workbench.tui.walk import Stage, next_step, remaining, stages

FRESH = 2.0
"""Seconds after which the counts are asked for again while something goes on."""


class HomeScreen(DeskScreen):
    """Shows where the study stands.  Opening a stage is a message to the app, which knows the other screens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="home.open", tooltip="open the chosen stage", show=False),
        Binding("i", "stage('imported')", "Import", id="home.import", tooltip="import transcripts"),
        Binding("p", "stage('paraphrased')", "Paraphrase", id="home.paraphrase", tooltip="in the background"),
        Binding("r", "stage('reviewed')", "Review", id="home.review", tooltip="review exchanges"),
        Binding("d", "disputed", "Disputes", id="home.disputes", tooltip="settle disagreements of two reviewers"),
        Binding("l", "stage('released')", "Release", id="home.release", tooltip="plan and build a release"),
        Binding("k", "quality", "Quality", id="home.quality", tooltip="agreement, residual leaks, catch rates"),
        Binding("c", "cancel", "Stop job", id="home.cancel", tooltip="end the work in the background"),
        Binding("question_mark", "help", "Help", key_display="?", id="home.help", tooltip="this list"),
        Binding("q", "app.quit", "Quit", id="home.quit", tooltip="end this sitting"),
    ]
    AUTO_FOCUS = "#stages"

    class Asked(Message):
        """A stage was opened by its name, or `quality`, or `disputed`."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, courier: Courier, opening: Opening, job: Callable[[], Job | None]) -> None:
        super().__init__(courier)
        self.opening = opening
        self.counts: StageCounts | None = None
        self._job = job
        self._told = ""

    def compose(self) -> ComposeResult:
        yield Static(id="home-heading", markup=False)
        yield Choices(id="stages", markup=False)
        yield Static(id="next", markup=False)
        yield Static(id="job", markup=False)
        yield Static(id="for-you", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        self.query_one("#for-you", Static).update(for_you(self.opening))
        self.refresh_counts()
        self.set_interval(FRESH, self._refresh_beside_work)

    def on_screen_resume(self) -> None:
        self.refresh_counts()

    def refresh_counts(self) -> None:
        """Ask where the study stands."""
        self.ask(Status(), self._counted, group="status")

    def _refresh_beside_work(self) -> None:
        if self._job() is not None and self.app.screen is self:
            self.refresh_counts()

    def _counted(self, counts: StageCounts) -> None:
        first = self.counts is None
        self.counts = counts
        person, roles = self.opening.person, ", ".join(self.opening.roles)
        self.query_one("#home-heading", Static).update(
            Content.assemble((f" {person}", "bold"), f" ({roles})", (f"   policy {counts.policy}", "$muted"))
        )
        step = next_step(counts, frozenset(Role(role) for role in self.opening.roles))
        shown = stages(counts)
        choices = self.query_one("#stages", Choices)
        if first:
            choices.add_options(Option(line(stage), id=stage.name) for stage in shown)
            choices.highlighted = next(i for i, stage in enumerate(shown) if stage.name == step.stage)
        else:
            for stage in shown:
                choices.replace_option_prompt(stage.name, line(stage))
        self.query_one("#next", Static).update(Content.assemble(("Next: ", "bold $primary"), step.sentence))
        self.show_job()

    def show_job(self, told: str | None = None) -> None:
        """Show how far the work in the background is, or what it did."""
        if told is not None:
            self._told = told
        job = self._job()
        self.refresh_bindings()
        if job is None:
            self.query_one("#job", Static).update(Content(self._told))
            return
        left = "" if job.seconds_left is None else f", {remaining(job.seconds_left)}"
        stage = Stage("imported", "", job.done, job.total or None)
        ending = "  stopping after this one" if job.cancelled else "  c stops it"
        sentence = f"{job.name}: {job.done:,} of {job.total:,}{left}" if job.total else f"{job.name} ..."
        self.query_one("#job", Static).update(
            Content.assemble((f"{stage.bar} ", "$primary"), sentence, (ending, "$muted"))
        )

    # -- keys --------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that do something here are named at the bottom: it has room for eighty columns of them."""
        if action == "cancel":
            return self._job() is not None
        return action != "disputed" or Role.SENIOR.value in self.opening.roles

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_stage(event.option.id or "reviewed")

    def action_open(self) -> None:
        choices = self.query_one("#stages", Choices)
        if choices.highlighted is not None:
            self.action_stage(choices.get_option_at_index(choices.highlighted).id or "reviewed")

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.BINDINGS))

    def action_stage(self, name: str) -> None:
        self.post_message(self.Asked(name))

    def action_disputed(self) -> None:
        self.post_message(self.Asked("disputed"))

    def action_quality(self) -> None:
        self.post_message(self.Asked("quality"))

    def action_cancel(self) -> None:
        job = self._job()
        if job is not None:
            job.cancel()
            self.show_job()


def line(stage: Stage) -> Content:
    """One stage: its name, what has come through, and a bar where there is something to measure."""
    mark = "✓" if stage.complete else "▸" if stage.done else "○"
    share = f" {stage.share:4.0%}"
    bar = f"\n{'':14}{stage.bar}{share}" if stage.name in ("paraphrased", "reviewed") and stage.total else ""
    return Content.assemble((f"{mark} {stage.name:<12}", "bold"), stage.sentence, (bar, "$primary"))


def for_you(opening: Opening) -> Content:
    """What waits for this person, one line each."""
    lines = [Content.styled("For you", "bold $primary")]
    if opening.policy_changed:
        lines.append(Content(f"The policy has changed since your last sitting: it is now {opening.policy}."))
    if opening.mine:
        lines.append(Content(f"Still yours: {_numbers(row.exchange for row in opening.mine)}"))
    if opening.drafts:
        stale = " (the text of one or more has changed since)" if any(draft.stale for draft in opening.drafts) else ""
        lines.append(Content(f"Drafts: {_numbers(draft.exchange for draft in opening.drafts)}{stale}"))
    if opening.returned:
        lines.append(Content(f"Came back to you: {_numbers(row.exchange for row in opening.returned)}"))
    if opening.adjudicate:
        lines.append(Content(f"Disagreements to settle (d): {_numbers(row.exchange for row in opening.adjudicate)}"))
    if (rate := opening.catch_rate) is not None and rate.planted:
        lines.append(
            Content(
                f"Planted leaks you caught: {rate.caught} of {rate.planted} "
                f"(95 % interval {rate.low:.0%} to {rate.high:.0%})"
            )
        )
    if len(lines) == 1:
        lines.append(Content.styled("nothing beside the queue", "$muted"))
    return Content("\n").join(lines)


def _numbers(numbers: Iterable[int]) -> str:
    listed = [f"{number:,}" for number in numbers]
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")
