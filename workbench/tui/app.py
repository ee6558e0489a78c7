"""The terminal application of reviewers: one review screen."""

from workbench.desk.desk import Desk
from workbench.tui.courier import Courier
from workbench.tui.private import PrivateApp, run_private
from workbench.tui.screen import ReviewScreen


class ReviewApp(PrivateApp):
    """Shows one study's review screen."""

    TITLE = "workbench review"
    CSS_PATH = "review.tcss"
    AFTER_FAULT = "The review screen stopped on a fault ({kind}); what was decided is stored, so start it again."

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._review = ReviewScreen(Courier(desk))

    def on_mount(self) -> None:
        self.push_screen(self._review)

    async def action_quit(self) -> None:
        """Leave; a draft in the editor is dropped only after a yes."""
        if self.screen is self._review:
            self._review.leave_editor(self.exit)
        elif not self._review.editor.changed:
            self.exit()


def run_review(desk: Desk) -> None:
    """Run the review screen until it is left.  Raises ScreenFault, one sentence without text, when it crashes."""
    run_private(lambda: ReviewApp(desk))
