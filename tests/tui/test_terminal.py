"""What becomes of a screen whose terminal is gone."""

import subprocess
import time
from pathlib import Path

from tests.bench.terminal import Terminal
from tests.command import KEY


def test_a_screen_ends_with_its_terminal_although_no_signal_came(study_folder: Path, tmp_path: Path) -> None:
    given, began = {"WORKBENCH_KEY": KEY}, time.perf_counter()
    terminal = Terminal(100, 30, tmp_path, "review", "--study", study_folder, given=given)
    assert terminal.painted(lambda text: "has no pages yet" in text, began, 60) is not None, terminal.last
    terminal.hang_up()
    # It is a session of its own, and the terminal is not that session's: the kernel tells it nothing.
    try:
        assert terminal.process.wait(30) is not None
    except subprocess.TimeoutExpired:
        terminal.process.kill()
        raise
