"""The terminal application of reviewers: one review screen."""

from textual.driver import Driver

from workbench.desk.desk import Desk
from workbench.desk.review_views import Opening
from workbench.tui.guarded import GuardedApp, run_guarded
from workbench.tui.look import Look
from workbench.tui.screen import ReviewScreen


class ReviewApp(GuardedApp):
    """Shows one study's review screen."""

    TITLE = "workbench review"
    AFTER_FAULT = "The review screen stopped on a fault ({kind}); what was decided is stored, so start it again."

    def __init__(self, desk: Desk, look: Look | None = None) -> None:
        super().__init__(desk, look)
        self._review = ReviewScreen(self.courier)

    def begun(self, opening: Opening) -> None:
        super().begun(opening)
        self.push_screen(self._review)

    @property
    def active_seconds(self) -> int:
        return self._review.active_seconds

    async def action_quit(self) -> None:
        """Leave with the summary of the sitting; what is being typed is kept as a draft first."""
        if self.is_covered:
            return
        if self.opening is None:
            self.exit()
        else:
            self._review.leave_editor(self.end_sitting)


def run_review(desk: Desk, look: Look | None = None, driver: type[Driver] | None = None) -> None:
    """Run the review screen until it is left, in this terminal or over a `driver`.

    Raises ScreenFault, one sentence without text, when it crashes.
    """

    def make() -> ReviewApp:
        app = ReviewApp(desk, look)
        # Set here and nowhere else: a variable of Textual's that does the same is removed.
        app.driver_class = driver or app.driver_class
        return app

    run_guarded(make)
