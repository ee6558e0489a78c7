"""An indirect identifier says how rare it is among the sessions of the study."""

from collections.abc import Callable
from pathlib import Path

from policies import Entity
from tests.conftest import add_text
from workbench.desk.commands import ClaimPages
from workbench.desk.local import LocalDesk

COMMON = "Coach: Hello.\nCaregiver: He was the only lamplighter in our town, number {}.\n"
RARE = "Coach: Hello.\nCaregiver: She was the only glassblower in our town.\n"


def test_what_other_sessions_say_too_weighs_less_than_what_none_says(
    desk_over: Callable[..., LocalDesk], tmp_path: Path
) -> None:
    desk = desk_over()
    for number, text in enumerate([COMMON.format(1), COMMON.format(2), RARE]):
        add_text(desk, tmp_path, text, f"{number}.txt")
    found = [
        [finding for finding in job.findings if finding.entity is Entity.INDIRECT]
        for job in desk.execute(ClaimPages()).jobs
    ]
    (first,), (common,), (rare,) = found
    assert "other sessions" not in first.explanation, "there was none to compare with"
    assert common.explanation.endswith("stand in 1 of 1 other sessions imported before")
    assert rare.explanation.endswith("stand in none of 2 other sessions imported before")
    assert rare.score > common.score
