"""The review screen: the queue, a source page beside its exchange, what was found, and the keys to decide."""

from collections.abc import Callable
from functools import partial
from time import monotonic

from textual.binding import Binding

from audit.errors import AuditError
from policies import UserError
from workbench.desk.commands import ShowPolicy
from workbench.desk.review_views import Draft, Opening
from workbench.desk.reviewing import BeginSitting, KeepClaims
from workbench.desk.views import PolicyView, QueueFilter
from workbench.errors import ServerGone, Unacknowledged
from workbench.tui.courier import Courier
from workbench.tui.editing import Editing
from workbench.tui.help import HelpScreen
from workbench.tui.keys import DECIDING, EDITING, KEYS, MARKING, WALKING
from workbench.tui.pace import Pace
from workbench.tui.palette import PaletteDialog
from workbench.tui.queue import WAITING, Window

RETRY = 2.0
"""Seconds until the screen tries again to begin."""


class ReviewScreen(Editing):
    """Reads and decides one exchange at a time.  Push it from anywhere; it needs nothing but a courier."""

    AUTO_FOCUS = "#queue"
    ALLOW_SELECT = False
    BINDINGS = KEYS

    def __init__(self, courier: Courier, wanted: QueueFilter = WAITING) -> None:
        super().__init__(courier, wanted)
        self.drafts: dict[int, Draft] = {}
        self._kept_claims = monotonic()

    # -- a sitting ---------------------------------------------------------------------------------------------

    def begin(self) -> None:
        self.ask(ShowPolicy(), self._ruled, partial(self._not_begun, self.begin), group="policy")

    def _not_begun(self, again: Callable[[], None], problem: UserError | AuditError) -> None:
        """Say why; where the server has gone, it may be back soon, and there is nothing else to do on this screen."""
        self.tell(problem)
        if isinstance(problem, ServerGone | Unacknowledged):
            self.set_timer(RETRY, again)

    def _ruled(self, answer: PolicyView) -> None:
        self.rules = answer.policy.review
        self.pace = Pace(self.rules.attention, monotonic())
        # A third of the lease, so that one sign of life can be lost.
        self.set_interval(self.rules.lease_minutes * 60 / 3, self._keep_claims)
        self._sit()

    def _sit(self) -> None:
        self.ask(BeginSitting(), self._begun, partial(self._not_begun, self._sit), group="sitting")

    def _begun(self, opening: Opening) -> None:
        self.opening = opening
        self.drafts = {draft.exchange: draft for draft in opening.drafts}
        self.queue.me = opening.person
        self.queue.window = Window(self.wanted)
        self.count()
        self.advance()

    def _keep_claims(self) -> None:
        """A sign of life, if there was a key since the last one."""
        if getattr(self.app, "touched", monotonic()) >= self._kept_claims:
            self._kept_claims = monotonic()
            self.ask(KeepClaims(), _nothing, _nothing, group="claims")

    # -- keys --------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the editor and while words are selected only their own keys work; nothing is decided without a text."""
        groups = {"editor": EDITING, "marker": MARKING}
        mode = "editor" if self.editor.display else "marker" if self.marker.display else ""
        if mode:
            own = action in DECIDING | EDITING | WALKING | MARKING
            return action in groups[mode] or not own
        if action in EDITING | MARKING:
            return False
        return None if action in DECIDING and self.shown is None else True

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen([*self.BINDINGS, *self.marker.BINDINGS]))

    async def action_palette(self) -> None:
        usable = [
            binding
            for binding in self.BINDINGS
            if isinstance(binding, Binding)
            and binding.action != "palette"
            and self.check_action(binding.action.partition("(")[0], ())
        ]

        async def chosen(action: str | None) -> None:
            if action is not None:
                await self.run_action(action)

        await self.app.push_screen(PaletteDialog(usable), chosen)


def _nothing(answer: object) -> None:
    """Nobody waits for this answer."""
