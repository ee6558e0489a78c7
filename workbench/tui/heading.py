"""The line at the top: how far the study is, who paraphrased it, by which face this is done, under which policy."""

from textual.content import Content
from textual.widgets import Static

from policies import Face
from workbench.desk.views import StageCounts, State
from workbench.tui.words import STATE_MARKS, STATE_STYLES, STATE_WORDS, paraphraser

ALWAYS: tuple[State, ...] = ("waiting", "approved", "rejected")


class Heading(Static):
    """Counts of the study, kept up to date with each decision made here."""

    def __init__(self) -> None:
        super().__init__(id="heading", markup=False)
        self.counts: StageCounts | None = None

    def show(self, counts: StageCounts) -> None:
        """Show where the study stands."""
        self.counts = counts
        backends = ", ".join(paraphraser(name) for name, _ in counts.paraphrased_by) or "nobody yet"
        parts = []
        for state, mark in STATE_MARKS.items():
            number: int = getattr(counts, state)
            if number or state in ALWAYS:
                style = STATE_STYLES[state] or "bold"
                parts.append((f" {mark} {number:,} {STATE_WORDS[state]} ", style))
        parts.append((f"  {backends}, {Face.TUI.value}", "$muted"))
        parts.append((f"   policy {counts.policy}", "$muted"))
        self.update(Content.assemble(*parts), layout=False)

    def moved(self, before: State, after: State) -> None:
        """Count one exchange that went from one state to another."""
        if self.counts is not None and before != after:
            changed: dict[str, int] = {before: getattr(self.counts, before) - 1, after: getattr(self.counts, after) + 1}
            self.show(self.counts.model_copy(update=changed))
