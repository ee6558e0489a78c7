"""Nothing that stands on the screen goes anywhere else."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from textual import constants

from policies import UserError
from workbench.desk.reviewing import NextExchange
from workbench.tui.app import ReviewApp, run_review
from workbench.tui.privacy import CLOSED, LOOKS
from workbench.tui.private import ScreenFault

WORDS = "Rosalind Thackeray"


class BrokenDesk:
    """A desk whose faults quote what it holds, as a careless library would."""

    def __init__(self, desk, command):
        self._desk, self._command = desk, command

    def execute(self, command):
        words = WORDS
        if isinstance(command, self._command):
            raise ValueError(f"cannot show {words}")
        return self._desk.execute(command)


async def test_a_crash_leaves_one_sentence_without_text(sit, desk, capfd):
    with pytest.raises(ScreenFault) as fault:
        async with sit(BrokenDesk(desk, NextExchange)):
            pass
    printed = capfd.readouterr()
    assert "ValueError" in str(fault.value)
    for place in (str(fault.value), printed.out, printed.err):
        assert WORDS not in place
        assert "Traceback" not in place


def test_a_crash_in_a_terminal_ends_in_one_sentence(desk, monkeypatch):
    monkeypatch.setattr(ReviewApp, "run", lambda app: app._handle_exception(ValueError(WORDS)))
    with pytest.raises(UserError, match=r"^The review screen stopped on a fault \(ValueError\)") as fault:
        run_review(desk)
    assert fault.value.exit_code == 1
    assert fault.value.__cause__ is None


async def test_the_palette_offers_the_screens_own_actions_and_none_of_textuals(sit, desk):
    async with sit(desk) as sitting:
        sitting.app.action_command_palette()
        await sitting.settle()
        assert sitting.app.screen is sitting.review
        assert list(sitting.app.get_system_commands(sitting.review)) == []
        await sitting.press("ctrl+p")
        offered = sitting.app.screen.query_one("Choices")
        ours = tuple(binding.tooltip for binding in sitting.review.BINDINGS)
        assert offered.option_count > 20
        for place in range(offered.option_count):
            assert str(offered.get_option_at_index(place).prompt).endswith(ours)


async def test_no_screenshot_can_be_taken(sit, desk, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.rglob("*"))
    async with sit(desk) as sitting:
        sitting.app.action_screenshot()
        for take in (sitting.app.save_screenshot, sitting.app.deliver_screenshot):
            with pytest.raises(UserError, match="switched off"):
                take("shot.svg", str(tmp_path))
    assert {path for path in set(tmp_path.rglob("*")) - before if path.suffix == ".svg"} == set()


async def test_copied_words_do_not_reach_the_terminal(sit, desk):
    async with sit(desk) as sitting:
        written = []
        sitting.app._driver.write = written.append
        await sitting.press("e", "ctrl+a", "ctrl+shift+right", "ctrl+c")
        assert sitting.app.clipboard
        assert not any("\x1b]52" in data for data in written)
        assert not sitting.review.allow_select


async def test_copied_words_reach_the_terminal_only_where_the_policy_says_so(sit, ward_under):
    async with sit(ward_under("clipboard: true", (1,)).founder) as sitting:
        written = []
        sitting.app._driver.write = written.append
        await sitting.press("e", "ctrl+a", "ctrl+shift+right", "ctrl+c")
        assert any("\x1b]52" in data for data in written)


async def test_the_terminal_title_never_changes(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("n", "e")
        assert (sitting.app.title, sitting.app.sub_title, sitting.review.sub_title) == ("workbench review", "", None)


def test_variables_that_log_or_take_screenshots_are_ignored(tmp_path):
    closed = {name: str(tmp_path / "leak") for name in CLOSED} | {
        "TEXTUAL": "debug,devtools",
        "TEXTUAL_SCREENSHOT": "0",
    }
    names = sorted(closed)
    script = (
        "import os, workbench.tui.app\n"
        "from textual import constants as c\n"
        f"print(c.LOG_FILE, c.SCREENSHOT_DELAY, c.DRIVER, c.PRESS, c.DEBUG, [n for n in os.environ if n in {names}])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | closed, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "None -1 None  False []"
    assert not (tmp_path / "leak").exists()


def test_every_variable_that_textual_reads_is_known_here():
    source = Path(constants.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'"(TEXTUAL\w*)"', source)) == set(CLOSED) - {"TEXTUAL"} | LOOKS
