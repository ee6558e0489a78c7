"""Pictures of the review screen on invented text, compared with those that are stored.

`WORKBENCH_DRAW=1 python -m pytest tests/tui/test_pictures.py` draws them anew, the README's among them.
"""

import os
import re
from pathlib import Path

import pytest

import workbench.tui
from workbench.tui.look import Look

HERE = Path(__file__).parent / "pictures"
README_PICTURE = Path(workbench.tui.__file__).parent / "review.svg"


def picture(app) -> str:
    """The screen as SVG, without the links that Textual puts in, and with the newer of its ids fixed."""
    svg = re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", app.export_screenshot(), flags=re.DOTALL)
    return re.sub(r"terminal-[\w-]+?(?=-|\b)", "terminal", svg)


@pytest.mark.parametrize(
    ("path", "columns", "rows", "keys", "look"),
    [
        (HERE / "stacked_at_80_by_24.svg", 80, 24, (), Look()),
        (HERE / "side_by_side_at_160_by_48.svg", 160, 48, (), Look()),
        (HERE / "reasons_at_80_by_24.svg", 80, 24, ("r",), Look()),
        (HERE / "selection_at_80_by_24.svg", 80, 24, ("x", "m"), Look()),
        (HERE / "selection_at_160_by_48.svg", 160, 48, ("m", "right", "right", "space", "right"), Look()),
        (HERE / "entities_at_80_by_24.svg", 80, 24, ("x", "m", "enter"), Look()),
        (HERE / "places_at_80_by_24.svg", 80, 24, ("R", "R"), Look()),
        (HERE / "filter_at_80_by_24.svg", 80, 24, ("f", "down", "right"), Look()),
        (HERE / "actions_at_80_by_24.svg", 80, 24, ("ctrl+p", "t", "a", "g"), Look()),
        (HERE / "help_at_160_by_48.svg", 160, 48, ("question_mark",), Look()),
        (HERE / "editing_at_160_by_48.svg", 160, 48, ("e",), Look()),
        (HERE / "unread_at_80_by_24.svg", 80, 24, ("n", "n", "a"), Look()),
        (HERE / "light_at_80_by_24.svg", 80, 24, ("x",), Look(theme="light")),
        (HERE / "high_contrast_at_160_by_48.svg", 160, 48, ("x",), Look(theme="high-contrast")),
        (HERE / "ascii_and_sixteen_colours_at_80_by_24.svg", 80, 24, ("x",), Look(ascii=True, few_colours=True)),
        (HERE / "editing_with_sixteen_colours_at_80_by_24.svg", 80, 24, ("e",), Look(few_colours=True)),
        (README_PICTURE, 132, 36, ("x",), Look()),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else "",
)
async def test_the_screen_looks_as_it_did(sit, leaking, path, columns, rows, keys, look):
    async with sit(leaking, columns, rows, look=look) as sitting:
        await sitting.press(*keys)
        for field in sitting.app.screen.query("Input, TextArea"):
            field.cursor_blink = False
        await sitting.pilot.pause(0.1)
        drawn = picture(sitting.app)
    if os.environ.get("WORKBENCH_DRAW"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
    assert len(drawn) < 150_000
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
    assert drawn == path.read_text(encoding="utf-8"), f"{path.name} looks different; if that is meant, draw it anew"
