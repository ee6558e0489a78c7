"""Pictures of the review screen on invented text, compared with those that are stored.

`WORKBENCH_DRAW=1 python -m pytest tests/tui/test_pictures.py` draws them anew, the README's among them.
"""

import os
import re
from pathlib import Path

import pytest

import workbench.tui

HERE = Path(__file__).parent / "pictures"
README_PICTURE = Path(workbench.tui.__file__).parent / "review.svg"


def picture(app) -> str:
    """The screen as SVG, without the links that Textual puts in, and with the newer of its ids fixed."""
    svg = re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", app.export_screenshot(), flags=re.DOTALL)
    return re.sub(r"terminal-[\w-]+?(?=-|\b)", "terminal", svg)


@pytest.mark.parametrize(
    ("path", "columns", "rows", "keys"),
    [
        (HERE / "stacked_at_80_by_24.svg", 80, 24, ()),
        (HERE / "side_by_side_at_160_by_48.svg", 160, 48, ()),
        (HERE / "reasons_at_80_by_24.svg", 80, 24, ("r",)),
        (README_PICTURE, 132, 36, ("x",)),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else "",
)
async def test_the_screen_looks_as_it_did(sit, leaking, path, columns, rows, keys):
    async with sit(leaking, columns, rows) as sitting:
        await sitting.press(*keys)
        drawn = picture(sitting.app)
    if os.environ.get("WORKBENCH_DRAW"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
    assert len(drawn) < 150_000
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
    assert drawn == path.read_text(encoding="utf-8"), f"{path.name} looks different; if that is meant, draw it anew"
