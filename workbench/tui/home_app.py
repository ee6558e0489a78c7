"""`workbench` without arguments: the home of a study, and from there every stage of the path."""

from pathlib import Path

from workbench.desk.commands import ListModels
from workbench.desk.desk import Desk
from workbench.desk.review_views import Opening
from workbench.desk.views import ModelFiles, QueueFilter
from workbench.tui.dialogs import ConfirmDialog
from workbench.tui.guarded import GuardedApp
from workbench.tui.home import HomeScreen
from workbench.tui.importing import Chosen, ImportScreen
from workbench.tui.jobs import Job, JobEnded, JobMoved, Moved, Work
from workbench.tui.look import Look
from workbench.tui.models import ModelDialog
from workbench.tui.quality import QualityScreen
from workbench.tui.releasing import ReleaseScreen
from workbench.tui.screen import ReviewScreen
from workbench.tui.work import build_release, import_files, paraphrase_pages


class HomeApp(GuardedApp):
    """The whole path.  One piece of long work at a time goes on beside the screens."""

    TITLE = "workbench"
    AFTER_FAULT = "The screen stopped on a fault ({kind}); what was stored stays stored, so start it again."

    def __init__(self, desk: Desk, look: Look | None = None, root: Path | None = None) -> None:
        """`root` is where the import's tree begins."""
        super().__init__(desk, look)
        self.job: Job | None = None
        self._root = root or Path.cwd()
        self._home: HomeScreen | None = None
        self._reviews: list[ReviewScreen] = []
        self._leaving = False

    def begun(self, opening: Opening) -> None:
        super().begun(opening)
        self._home = HomeScreen(self.courier, opening, lambda: self.job)
        self.push_screen(self._home)

    # -- the stages --------------------------------------------------------------------------------------------

    def on_home_screen_asked(self, message: HomeScreen.Asked) -> None:
        assert self._home is not None
        match message.what:
            case "imported":
                self.push_screen(ImportScreen(self._root), self._import)
            case "paraphrased":
                self._home.ask(ListModels(), self._choose_model, group="models")
            case "screened" | "reviewed":
                self._review(ReviewScreen(self.courier))
            case "disputed":
                self._review(ReviewScreen(self.courier, QueueFilter(state="disputed")))
            case "quality":
                self.push_screen(QualityScreen(self.courier))
            case "released":
                self.push_screen(ReleaseScreen(self.courier))

    def _review(self, screen: ReviewScreen) -> None:
        self._reviews.append(screen)
        self.push_screen(screen)

    @property
    def active_seconds(self) -> int:
        return sum(screen.active_seconds for screen in self._reviews)

    def _import(self, chosen: Chosen | None) -> None:
        if chosen is not None:
            paths, manifest = list(chosen.paths), chosen.manifest
            self._begin("Importing", lambda moved: import_files(self.desk, paths, manifest, moved))

    def _choose_model(self, answer: ModelFiles) -> None:
        counts = self._home.counts if self._home else None
        pages = counts.pages - counts.exchanges if counts else 0

        def chosen(model: str | None) -> None:
            if model is not None:
                self._begin("Paraphrasing", lambda moved: paraphrase_pages(self.desk, model, moved))

        self.push_screen(ModelDialog(answer.models, pages), chosen)

    def on_release_screen_wanted(self, message: ReleaseScreen.Wanted) -> None:
        name = message.name

        def work(moved: Moved) -> str:
            return build_release(self.desk, name, moved)

        if self._begin(f"Releasing {name}", work):
            self.pop_screen()

    # -- work beside the screens -------------------------------------------------------------------------------

    def _begin(self, name: str, work: Work) -> bool:
        if self.job is not None:
            self.notify(f"{self.job.name} still goes on; wait for it, or stop it with c at home.", markup=False)
            return False
        self.job = Job(self, name, work)
        self.job.start()
        self._show_job()
        return True

    def on_job_moved(self, message: JobMoved) -> None:
        self._show_job()

    def on_job_ended(self, message: JobEnded) -> None:
        self.job = None
        self._show_job(message.sentence)
        if self._leaving:
            self.end_sitting()
            return
        if self._home is not None:
            self._home.refresh_counts()
        if not self.is_covered:
            first = message.sentence.splitlines()[0]
            self.notify(first, severity="warning" if message.failed else "information", markup=False, timeout=8)

    def _show_job(self, told: str | None = None) -> None:
        if self._home is not None and self._home.is_mounted:
            self._home.show_job(told)

    # -- leaving -----------------------------------------------------------------------------------------------

    async def action_quit(self) -> None:
        """From another screen back home; from home end the sitting, after the work that goes on."""
        if self._home is None or self.is_covered:
            return
        if self.screen is not self._home:
            self._back_home()
        elif self.job is None:
            self.end_sitting()
        else:
            self.push_screen(
                ConfirmDialog(f"{self.job.name} still goes on.", "stop it and leave", "stay"), self._stop_and_leave
            )

    def _back_home(self) -> None:
        if isinstance(self.screen, ReviewScreen):
            self.screen.leave_editor(self._pop)
        else:
            self._pop()

    def _pop(self) -> None:
        self.pop_screen()

    def _stop_and_leave(self, yes: bool | None) -> None:
        if not yes:
            return
        self._leaving = True
        if self.job is None:
            self.end_sitting()
        else:
            self.job.cancel()
            self._show_job()
