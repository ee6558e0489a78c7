"""The study that speed is measured on is one that the workbench itself could have made."""

from pathlib import Path

from policies import Face, Role
from tests.bench.large_study import make_study
from tests.conftest import SECRET
from workbench.desk.commands import OpenExchange, PlanRelease, ReplayExchange, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.review.standing import settle
from workbench.store import standings
from workbench.study.opening import open_study


def test_rows_log_and_standings_of_a_study_made_in_bulk_fit_together(tmp_path: Path) -> None:
    make_study(tmp_path / "study", 120, SECRET)
    study = open_study(tmp_path / "study", SECRET, Face.CLI)
    desk = LocalDesk(study)
    outcome = desk.execute(VerifyAudit())
    assert outcome.fault is None
    assert outcome.anchored == outcome.events - 1
    for number in range(1, 121):
        stored = standings.standing(study.db, number)
        assert stored is not None
        with study.change(Role.OPERATOR):
            assert settle(study, number, stored.sequence) == stored
        assert desk.execute(OpenExchange(exchange=number)).row.version == stored.version
    for number in (8, 9, 10):
        assert desk.execute(ReplayExchange(exchange=number)).sound
    assert desk.execute(PlanRelease()).rows
    desk.close()
