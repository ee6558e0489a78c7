"""Releasing: what would go, what stays and why, and the name of the release to build."""

import re
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from workbench.desk.commands import HANDLE, PlanRelease
from workbench.desk.reasons import in_words, remedy
from workbench.desk.views import ReleasePlan
from workbench.many import many
from workbench.tui.courier import Courier, DeskScreen
from workbench.tui.keys_line import KeysLine


class ReleaseScreen(DeskScreen):
    """Shows the plan of a release; a name and enter build it, as a job of the app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "plan", "Plan again", id="release.plan", tooltip="look at the gate once more"),
        Binding("escape", "leave", "Home", id="release.back"),
    ]
    AUTO_FOCUS = "#release-name"

    class Wanted(Message):
        """A release of this name is to be built."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, courier: Courier) -> None:
        super().__init__(courier)
        self.plan: ReleasePlan | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="plan"):
            yield Static("Looking at what may go ...", id="plan-text", markup=False)
        yield Input(placeholder="name of the release, for example winter-2026; enter builds it", id="release-name")
        yield KeysLine()

    def on_mount(self) -> None:
        self.action_plan()

    def action_plan(self) -> None:
        self.ask(PlanRelease(), self._planned, self._refused, group="plan")

    def action_leave(self) -> None:
        self.app.pop_screen()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not re.fullmatch(HANDLE, name):
            self.say("A release's name may hold letters, digits, '.', '_' and '-'; choose one.", severity="warning")
        elif self.plan is None or not self.plan.rows:
            self.say("Nothing may go yet; the reasons stand above.", severity="warning")
        else:
            self.post_message(self.Wanted(name))

    def _refused(self, problem: Exception) -> None:
        self.query_one("#plan-text", Static).update(Content(str(problem)))

    def _planned(self, plan: ReleasePlan) -> None:
        self.plan = plan
        self.query_one("#plan-text", Static).update(sheet(plan))


def sheet(plan: ReleasePlan) -> Content:
    """The gate's findings: what would go, what stays by reason, and its warnings."""
    lines = [
        Content.styled("A release built now", "bold $primary"),
        Content.assemble((f"{plan.rows:>8,}", "bold $success"), " exchanges would go"),
    ]
    for reason, number in plan.excluded:
        lines.append(Content.assemble((f"{number:>8,}", "bold"), f" stay: {in_words(reason)}"))
        if todo := remedy(reason):
            lines.append(Content.styled(f"{'':>9}{todo}", "$muted"))
    if plan.unstated:
        lines.append(
            Content.styled(
                f"\nNo consent is on record for {plan.unstated:,} of the rows; they would go because the policy allows "
                "it (release.unstated_consent).",
                "$warning",
            )
        )
    if plan.rescan_left:
        waiting = many(plan.rescan_left, "row")
        lines.append(Content(f"\nBefore the release is built {waiting} will be scanned once more."))
    lines += [Content.styled(f"\n{warning}", "$warning") for warning in (*plan.warnings, *plan.refusals)]
    return Content("\n").join(lines)
