"""What the applications that show text have in common: a sitting that begins and ends, a curtain, a lock."""

import os
from collections.abc import Callable
from time import monotonic
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from audit.errors import AuditError
from policies import Policy, UserError
from workbench.desk.commands import ShowPolicy
from workbench.desk.desk import Desk
from workbench.desk.review_views import Opening, Summary
from workbench.desk.reviewing import BeginSitting, EndSitting, LockSitting
from workbench.desk.views import Done, PolicyView
from workbench.tui.courier import Courier, DeskScreen
from workbench.tui.farewell import Farewell
from workbench.tui.lock import Curtain, LockScreen
from workbench.tui.look import Look
from workbench.tui.private import PrivateApp, run_private

WATCH = 5.0
"""Seconds between two looks at how long nobody has touched a key."""
ASKED_FOR = {"passphrase": "signing passphrase", "pam": "password"}


class Threshold(DeskScreen):
    """Stands under all other screens: here a sitting begins and ends."""

    def __init__(self, courier: Courier, app: "GuardedApp") -> None:
        super().__init__(courier)
        self._guarded = app

    def compose(self) -> ComposeResult:
        yield Static("Opening ...", id="opening", markup=False)

    def on_mount(self) -> None:
        self.ask(ShowPolicy(), self._ruled, self._guarded.failed)

    def _ruled(self, answer: PolicyView) -> None:
        self._guarded.policy = answer.policy
        self._guarded.clipboard_allowed = answer.policy.review.clipboard
        self.ask(BeginSitting(), self._guarded.begun, self._guarded.failed)

    def end(self, active_seconds: int) -> None:
        """End the sitting; its summary is shown, then the application is left."""
        self.ask(EndSitting(active_seconds=active_seconds), self._ended, self._guarded.failed, group="end")

    def _ended(self, summary: Summary) -> None:
        if summary.decisions or summary.steps or summary.returned or summary.drafts:
            self.app.push_screen(Farewell(summary), lambda nothing: self.app.exit())
        else:
            self.app.exit()


class GuardedApp(PrivateApp):
    """Begins a sitting, hides text at a key or after idle time, and ends the sitting with its summary."""

    CSS_PATH: ClassVar = ["common.tcss", "review.tcss", "home.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "curtain", show=False, priority=True, id="app.curtain", tooltip="hide all text, until any key"),
        Binding("ctrl+l", "lock", show=False, priority=True, id="app.lock", tooltip="lock until you prove who you are"),
    ]

    def __init__(self, desk: Desk, look: Look | None = None) -> None:
        super().__init__(look)
        self.courier = Courier(desk)
        self.desk = desk
        self.policy: Policy | None = None
        self.opening: Opening | None = None
        self.ended_with: str | None = None
        """Why it could not begin, one sentence, if so."""
        self._threshold = Threshold(self.courier, self)
        self._at_terminal = False
        self.touched = monotonic()
        """When a key was last pressed, as `time.monotonic` counts."""

    def on_mount(self) -> None:
        super().on_mount()
        self._at_terminal = not (self.is_headless or self.is_web) and os.isatty(0)
        self.push_screen(self._threshold)
        self.set_interval(WATCH, self._watch)

    def begun(self, opening: Opening) -> None:
        """The sitting has begun: show what it opens with.  Subclasses push their first screen."""
        self.opening = opening

    def failed(self, problem: UserError | AuditError) -> None:
        """The sitting could not begin or end; the application is left with the sentence."""
        self.ended_with = str(problem)
        self.exit()

    def end_sitting(self) -> None:
        """Give claims back, show the summary, leave."""
        while self.screen is not self._threshold and len(self.screen_stack) > 2:
            self.pop_screen()
        self._threshold.end(self.active_seconds)

    @property
    def active_seconds(self) -> int:
        """How long this person has been active over texts."""
        return 0

    # -- curtain and lock --------------------------------------------------------------------------------------

    @property
    def is_covered(self) -> bool:
        """Whether the curtain or the lock hides everything now."""
        return isinstance(self.screen, Curtain | LockScreen)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.MouseDown | events.MouseScrollDown | events.MouseScrollUp):
            self.touched = monotonic()
        await super().on_event(event)

    def _watch(self) -> None:
        if self._at_terminal and not os.isatty(0):
            # It is gone, and no signal came, as where it is not the session's own: nobody could end this any more.
            self.exit()
        if self.policy is not None and monotonic() - self.touched >= 60 * self.policy.review.lock_minutes:
            self.action_lock()

    def action_curtain(self) -> None:
        if not self.is_covered:
            self.clear_notifications()
            self.push_screen(Curtain())

    def action_lock(self) -> None:
        """Lock; where nobody could prove anything (no passphrase, no PAM), the curtain falls instead."""
        if isinstance(self.screen, LockScreen) or self.opening is None:
            return
        if isinstance(self.screen, Curtain):
            self.pop_screen()
        how = self.opening.authentication
        if how == "none" and self.opening.passphrase_known:
            how = "passphrase"
        if how == "none" or (how == "passphrase" and not self.opening.passphrase_known):
            self.action_curtain()
            return
        self.clear_notifications()
        lock = LockScreen(self.courier, self.opening.person, ASKED_FOR[how])
        self.push_screen(lock)
        lock.call_after_refresh(lock.ask, LockSitting(), _nothing, group="lock")

    def action_leave_locked(self) -> None:
        """End the sitting from the lock, without showing anything again."""
        self.end_sitting()


def _nothing(answer: Done) -> None:
    """The desk has noted the lock."""


def run_guarded(make: Callable[[], GuardedApp]) -> None:
    """Run an application until it is left.  Raises ScreenFault when it crashes, UserError when it could not begin."""
    made: list[GuardedApp] = []

    def once() -> GuardedApp:
        made.append(make())
        return made[0]

    run_private(once)
    if made[0].ended_with is not None:
        raise UserError(made[0].ended_with)
