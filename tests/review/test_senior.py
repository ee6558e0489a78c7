"""An exchange that speaks of a crisis waits for somebody with the role senior."""

from pathlib import Path

import pytest

from policies import Face, FlagKind, Role, Verdict
from tests.conftest import SECRET
from workbench.desk.commands import AddPerson, Decide, EditExchange, ListQueue
from workbench.desk.local import LocalDesk
from workbench.desk.views import QueueFilter
from workbench.errors import NotAllowed
from workbench.study.opening import open_study


def test_a_reviewer_cannot_decide_a_crisis_and_is_told_who_can_and_how_to_name_one(
    small_desk: LocalDesk, study_folder: Path
) -> None:
    edit = EditExchange(exchange=1, version=1, question="I wanted to kill myself last night.", answer="I am here.")
    version = small_desk.execute(edit).row.version
    assert small_desk.execute(ListQueue(filter=QueueFilter(flag=FlagKind.CRISIS))).rows[0].exchange == 1
    small_desk.execute(AddPerson(name="junior", uid=None, role=Role.REVIEWER))
    small_desk.close()
    decide = Decide(exchange=1, version=version, verdict=Verdict.REJECT, reason="other")
    junior = LocalDesk(open_study(study_folder, SECRET, Face.TUI, scripted="junior"))
    with pytest.raises(NotAllowed, match="people add NAME --role senior --uid N"):
        junior.execute(decide)
    junior.close()
    founder = LocalDesk(open_study(study_folder, SECRET, Face.TUI))
    assert founder.execute(decide).row.state == "rejected"
    founder.close()
