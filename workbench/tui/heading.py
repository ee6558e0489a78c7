"""The line at the top: how far the study is, who paraphrased it, by which face this is done, under which policy."""

from textual.content import Content
from textual.widgets import Static

from policies import Face
from workbench.desk.views import StageCounts, State
from workbench.tui.words import STATE_MARKS, paraphraser

STYLES: dict[State, str] = {"waiting": "bold", "approved": "$success", "rejected": "$error"}


class Heading(Static):
    """Counts of the study, kept up to date with each decision made here."""

    def __init__(self) -> None:
        super().__init__(id="heading", markup=False)
        self.counts: StageCounts | None = None

    def show(self, counts: StageCounts) -> None:
        """Show where the study stands."""
        self.counts = counts
        backends = ", ".join(paraphraser(name) for name, _ in counts.paraphrased_by) or "nobody yet"
        numbers: dict[State, int] = {
            "waiting": counts.waiting,
            "approved": counts.approved,
            "rejected": counts.rejected,
        }
        parts = [(f" {STATE_MARKS[state]} {number:,} {state} ", STYLES[state]) for state, number in numbers.items()]
        parts.append((f"  {backends}, {Face.TUI.value}", "$muted"))
        parts.append((f"   policy {counts.policy}", "$muted"))
        self.update(Content.assemble(*parts))

    def moved(self, before: State, after: State) -> None:
        """Count one exchange that went from one state to another."""
        if self.counts is not None and before != after:
            changed: dict[str, int] = {before: getattr(self.counts, before) - 1, after: getattr(self.counts, after) + 1}
            self.show(self.counts.model_copy(update=changed))
