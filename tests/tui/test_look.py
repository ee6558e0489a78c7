"""How the screens look: contrast, few colours, plain ASCII, and what is remembered of it."""

import os
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from textual.color import Color

from audit.mirror import MirrorReader
from policies import UserError
from workbench.desk.commands import EditExchange, OpenExchange
from workbench.tui.auditor import AuditApp
from workbench.tui.home_app import HomeApp
from workbench.tui.look import THEMES, Look, find_look, terminal_has_few_colours
from workbench.tui.marks import plain
from workbench.tui.preferences import load_preferences, remember_theme, terminal_is_ascii
from workbench.tui.words import ENTITY_GROUPS, FRAME, SETTLED_FRAME, STATE_MARKS

RULES = " ─━│┃┌┐└┘" + "".join(map(chr, range(0x2580, 0x25A0)))
"""Signs that are no words: rules and scrollbars."""

WALK = """
    j tab tab x x escape shift+tab t escape R escape r escape b escape m escape o escape colon escape slash escape
    f down escape ctrl+p escape e shift+tab z escape escape ctrl+s u question_mark escape g g
""".split()
"""Keys that lead through the whole review screen, its dialogs and its help, and back."""

FOREIGN = "Zoë said “naïve” — 日本 👩‍👧 e\u0301 …"
"""Words that ASCII has no letters for."""


@dataclass(frozen=True)
class Cell:
    """One sign on screen, with the colours of its words and of what is behind them, as they are drawn."""

    sign: str
    words: Color
    behind: Color

    @property
    def contrast(self) -> float:
        """Contrast of the words."""
        return contrast(self.words, self.behind)

    @property
    def sixteen(self) -> tuple[int, int]:
        """Both colours where there are sixteen; a console draws bright backgrounds as their dull ones."""
        words, behind = (c.rich_color.downgrade(ColorSystem.STANDARD).number for c in (self.words, self.behind))
        return words or 0, (behind or 0) % 8


def luminance(colour: Color) -> float:
    """Relative luminance by WCAG 2.2."""
    shares = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]
    return sum(share * weight for share, weight in zip(shares, (0.2126, 0.7152, 0.0722), strict=True))


def contrast(one: Color, other: Color) -> float:
    """Contrast ratio by WCAG 2.2, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def cells(app) -> Iterator[Cell]:
    """Every sign on screen; while a dialog is open, only the dialog's: the rest is dimmed because it rests."""
    area = next((dialog.region for dialog in app.screen.query(".dialog")), app.screen.region)
    for line, strip in enumerate(app.screen._compositor.render_strips()):
        column = 0
        for text, style, _ in strip:
            colours = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
            for sign in text:
                if area.contains(column, line):
                    yield Cell(sign, *(reversed(colours) if style.reverse else colours))
                column += cell_len(sign)


def words(app) -> list[Cell]:
    """The cells with words in them."""
    return [cell for cell in cells(app) if cell.sign not in RULES]


def text(app) -> str:
    """What stands on screen, without any colour or style."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def walk(sitting) -> AsyncIterator[str]:
    """Goes through everything that there is to see."""
    yield ""
    for key in WALK:
        await sitting.press(key)
        yield key
    assert sitting.app.screen is sitting.review, "the walk leads back"


@pytest.mark.parametrize(("theme", "ratio"), [("dark", 4.5), ("light", 4.5), ("high-contrast", 7)])
def test_every_colour_of_words_stands_out_from_everything_that_can_be_behind_it(theme, ratio):
    colours = THEMES[theme].to_color_system().generate() | THEMES[theme].variables
    entities = [name for name in colours if name.startswith("entity-")]
    assert len(entities) == len(ENTITY_GROUPS)
    for name in ["foreground", "primary", "warning", "error", "success", "muted", *entities]:
        for behind in ["background", "panel", "block-cursor-background", "block-cursor-blurred-background"]:
            found = contrast(Color.parse(colours[name]), Color.parse(colours[behind]))
            assert found >= ratio, f"${name} on ${behind}: {found:.2f}"


@pytest.mark.parametrize(("theme", "ratio"), [("dark", 4.5), ("light", 4.5), ("high-contrast", 7)])
async def test_every_word_stands_out_from_what_is_behind_it(sit, leaking, theme, ratio):
    async with sit(leaking, 80, 24, look=Look(theme=theme)) as sitting:
        async for key in walk(sitting):
            weak = {(cell, round(cell.contrast, 2)) for cell in words(sitting.app) if cell.contrast < ratio}
            assert not weak, f"after {key}"


@pytest.mark.parametrize(("theme", "ratio"), [("dark", 4.5), ("light", 4.5), ("high-contrast", 7)])
async def test_every_word_of_the_log_stands_out_too(desk, tmp_path, theme, ratio):
    async with AuditApp(MirrorReader(tmp_path / "study" / "mirror"), None, Look(theme=theme)).run_test() as pilot:
        for key in ("f", "tab"):
            await pilot.app.workers.wait_for_complete()
            await pilot.press(key)
            assert not {(cell, cell.contrast) for cell in words(pilot.app) if cell.contrast < ratio}


async def test_with_sixteen_colours_no_word_has_the_colour_of_what_is_behind_it(sit, leaking):
    async with sit(leaking, 80, 24, look=Look(theme="light", few_colours=True)) as sitting:
        async for key in walk(sitting):
            lost = {cell for cell in words(sitting.app) if len(set(cell.sixteen)) < 2}
            assert not lost, f"after {key}"


@pytest.mark.parametrize("look", [Look(), Look(few_colours=True), Look(theme="high-contrast", ascii=True)])
async def test_without_any_colour_the_choice_the_focus_and_the_findings_are_told_by_signs(sit, leaking, look):
    def signs(line: str) -> str:
        return plain(line) if look.ascii else line

    async with sit(leaking, 80, 24, look=look) as sitting:
        await sitting.press("x")
        shown = text(sitting.app)
        assert signs(f"▸{STATE_MARKS['waiting']}    1 leak+1") in shown
        assert signs(" ○    2 ") in shown
        assert signs("━waiting") in shown
        assert signs("─Source") in shown
        assert signs("«leak DATE 14 March»") in shown
        assert signs("▸? DATE open") in shown
        await sitting.press("tab")
        assert signs("─waiting") in text(sitting.app)
        assert signs("━Source") in text(sitting.app)


async def test_no_color_leaves_shades_of_grey_and_the_chosen_row_in_reverse(sit, desk, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert terminal_has_few_colours({"NO_COLOR": "1", "TERM": "xterm-256color"})
    async with sit(desk, 80, 24, look=Look(few_colours=True)) as sitting:
        drawn = list(cells(sitting.app))
        assert all(len({colour.r, colour.g, colour.b}) == 1 for cell in drawn for colour in (cell.words, cell.behind))
        chosen = next(cell for cell in drawn if cell.sign == "▸")
        assert luminance(chosen.words) < luminance(chosen.behind)


async def test_in_ascii_nothing_else_is_drawn_anywhere_whatever_the_transcript_holds(sit, leaking, view):
    row = view(1).row
    leaking.execute(EditExchange(exchange=1, version=row.version, question=FOREIGN, answer=view(1).answer))
    async with sit(leaking, 80, 24, look=Look(ascii=True, few_colours=True)) as sitting:
        assert 'Zoe> said "naive" - ???? ?? e ~' in text(sitting.app)
        async for key in walk(sitting):
            lines = text(sitting.app).splitlines()
            assert "".join(lines).isascii(), f"after {key}"
            assert {len(line) for line in lines} == {80}, f"after {key}"
            assert all(len(set(cell.sixteen)) == 2 for cell in words(sitting.app)), f"after {key}"


async def test_what_is_edited_in_ascii_keeps_its_own_letters(sit, leaking, view):
    before = view(2)
    leaking.execute(EditExchange(exchange=2, version=before.row.version, question=FOREIGN, answer=before.answer))
    async with sit(leaking, look=Look(ascii=True)) as sitting:
        await sitting.press("n", "e", *" Indeed.", "ctrl+s")
    after = leaking.execute(OpenExchange(exchange=2))
    assert after.question == FOREIGN
    assert after.answer == f"{before.answer} Indeed."


async def test_the_auditors_screen_is_ascii_too(desk, tmp_path):
    app = AuditApp(MirrorReader(tmp_path / "study" / "mirror"), None, Look(ascii=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "+ sound" in text(app)
        assert text(app).isascii()


async def test_home_and_what_it_opens_are_ascii_and_stand_out(desk):
    guides = "+-|="
    app = HomeApp(desk, Look(theme="high-contrast", ascii=True))
    async with app.run_test(size=(80, 24)) as pilot:
        for key in "p escape i escape k escape l escape question_mark escape f9 x".split():
            await pilot.pause(0.2)
            assert "".join(text(app).splitlines()).isascii(), f"before {key}"
            weak = {(cell, cell.contrast) for cell in words(app) if cell.contrast < 7 and cell.sign not in guides}
            assert not weak, f"before {key}"
            await pilot.press(key)
        assert "####" in text(app)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_plain_text_is_ascii_and_takes_as_many_columns(given):
    assert plain(given).isascii()
    assert len(plain(given)) == cell_len(given)


def test_marks_that_mean_different_things_stay_different_in_ascii():
    for marks in ("".join(STATE_MARKS.values()), FRAME[0] + SETTLED_FRAME[0], FRAME[1] + SETTLED_FRAME[1], "─━"):
        assert len(set(plain(marks))) == len(marks)
        assert "?" not in plain(marks)


@pytest.mark.parametrize(
    ("environment", "utf8_mode", "expected"),
    [
        ({"LANG": "de_DE.UTF-8"}, False, False),
        ({"LANG": "C.utf8"}, False, False),
        ({"LANG": "de_DE.ISO-8859-1"}, False, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False, False),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "POSIX"}, True, True),
        ({"LANG": "en_GB.UTF-8", "TERM": "linux"}, False, True),
        ({}, True, True),
    ],
)
def test_ascii_is_drawn_where_the_locale_or_the_kind_of_terminal_has_nothing_else(environment, utf8_mode, expected):
    assert terminal_is_ascii(environment, utf8_mode) is expected


@pytest.mark.parametrize(("locale", "expected"), [("C", "True"), ("C.UTF-8", "False")])
def test_the_locale_is_read_although_python_itself_always_writes_utf8(locale, expected, tmp_path):
    script = "import workbench.tui; from workbench.tui.look import find_look; print(find_look().ascii)"
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={"LANG": locale, "TERM": "xterm", "HOME": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == expected


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "linux"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False),
    ],
)
def test_the_number_of_colours_is_what_the_terminal_says(environment, expected):
    assert terminal_has_few_colours(environment) is expected


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a person's settings, empty."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for variable in ("WORKBENCH_THEME", "WORKBENCH_KEYMAP"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path / "config" / "workbench"


async def test_a_theme_chosen_by_key_is_remembered_for_the_next_time_and_nothing_else_is(sit, desk, home):
    async with sit(desk, look=find_look()) as sitting:
        assert sitting.app.theme == "dark"
        before = {cell.behind for cell in cells(sitting.app)}
        await sitting.press("ctrl+t")
        assert sitting.app.theme == "light"
        assert "light" in sitting.said[-1]
        assert not before & {cell.behind for cell in cells(sitting.app)}
    assert [path.name for path in home.iterdir()] == ["preferences.yaml"]
    file = home / "preferences.yaml"
    assert file.read_text(encoding="utf-8") == "theme: light\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert find_look().theme == "light"
    assert find_look(theme="high-contrast").theme == "high-contrast"


async def test_the_theme_can_be_changed_in_the_editor_without_a_letter_of_the_draft(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("e")
        before = sitting.review.editor.draft
        await sitting.press("ctrl+t", "ctrl+t")
        assert sitting.app.theme == "high-contrast"
        assert sitting.review.editor.draft == before
        await sitting.press("ctrl+t")
        assert sitting.app.theme == "dark"


def test_a_remembered_theme_leaves_the_other_preferences_as_they_are(home):
    home.mkdir(parents=True)
    (home / "preferences.yaml").write_text("ascii: true\ntheme: light\n", encoding="utf-8")
    remember_theme(home / "preferences.yaml", "high-contrast")
    assert (find_look().theme, find_look().ascii) == ("high-contrast", True)
    assert find_look(ascii_only=False).ascii is False


async def test_a_theme_that_cannot_be_remembered_is_changed_for_this_time(sit, desk, home):
    home.parent.mkdir()
    home.write_text("a file where the folder should be", encoding="utf-8")
    async with sit(desk, look=Look(remembered=home / "preferences.yaml")) as sitting:
        await sitting.press("ctrl+t")
        assert sitting.app.theme == "light"
        assert sitting.said[-1].startswith("Theme: light, for this time only: ")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("theme: lihgt", r"theme: 'lihgt' is not known; did you mean 'light'\?"),
        ("colour: red", "colour is not a known key"),
        ("theme: [", "not readable as YAML"),
        ("- dark", "must hold keys with values"),
    ],
)
def test_a_file_of_preferences_that_cannot_be_used_is_named_in_one_sentence(tmp_path, body, sentence):
    path = tmp_path / "preferences.yaml"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(UserError, match=sentence) as refused:
        load_preferences(path)
    assert str(path) in str(refused.value)


def test_an_empty_or_missing_file_of_preferences_means_the_defaults(tmp_path):
    (tmp_path / "empty.yaml").touch()
    assert load_preferences(tmp_path / "empty.yaml") == load_preferences(tmp_path / "none.yaml")


def test_a_theme_that_does_not_exist_ends_in_one_sentence():
    ended = subprocess.run(
        [sys.executable, "-m", "workbench", "review"],
        env=os.environ | {"WORKBENCH_THEME": "blue"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(
        "Invalid value for '--theme' (env var: 'WORKBENCH_THEME'): 'blue' is not one of 'dark'"
    )


def test_theme_and_keymap_can_be_set_in_the_environment(home, tmp_path, monkeypatch):
    (tmp_path / "keys.yaml").write_text("queue.next: f8\n", encoding="utf-8")
    monkeypatch.setenv("WORKBENCH_THEME", "light")
    monkeypatch.setenv("WORKBENCH_KEYMAP", str(tmp_path / "keys.yaml"))
    assert (find_look().theme, find_look().keymap) == ("light", {"queue.next": "f8"})
    monkeypatch.setenv("WORKBENCH_THEME", "blue")
    with pytest.raises(UserError, match="there is no theme 'blue'; choose one of: dark, light, high-contrast"):
        find_look()
