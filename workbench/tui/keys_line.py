"""The line at the bottom that names the keys; drawn anew only where they have changed."""

from textual.binding import Binding
from textual.widgets import Footer


class KeysLine(Footer):
    """Textual's footer makes all its widgets anew at every look at the bindings: a third of going to an exchange."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._named: list[tuple[Binding, bool]] | None = None

    async def recompose(self) -> None:
        """Do it, unless the same keys are named already."""
        named = [(active.binding, active.enabled) for active in self.screen.active_bindings.values()]
        if named != self._named:
            self._named = named
            await super().recompose()
