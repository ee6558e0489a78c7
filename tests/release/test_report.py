"""The report stands alone and reads well, and the figures are the same for the same numbers."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from policies import Entity, FlagKind
from tests.release.numbers import numbers
from workbench.release import figures, report, tables
from workbench.release.told import Flagged, Group, Redacted, ReleaseStatistics, Split
from workbench.release.topics import TOPICS

NOTHING = ReleaseStatistics(
    smallest_cell=11, composition=(), rows=None, people=None, lengths=(), histograms=(), topics={}, flags=(),
    redactions=(), decisions={}, edited=None, effort=None, coverage=(), excluded={}, multi_turn=None,
)  # fmt: skip
FIGURES = ["composition", "lengths", "topics", "flags", "redactions", "effort", "coverage"]


class Page(HTMLParser):
    """What a page is made of: every tag with its attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The figures of the invented release."""
    return figures.draw(numbers(), tmp_path_factory.mktemp("release") / "figures")


def test_every_figure_is_drawn_and_has_words_for_who_cannot_see_it(drawn: list[Path]) -> None:
    assert [path.stem for path in drawn] == FIGURES
    assert list(figures.alt(numbers())) == FIGURES
    assert "validation: 484 rows, not told people." in figures.alt(numbers())["composition"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)


def test_the_same_numbers_give_the_same_bytes_without_a_time_in_them(drawn: list[Path], tmp_path: Path) -> None:
    again = figures.draw(numbers(), tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in drawn]
    for path in drawn:
        chunks = re.findall(rb"(tEXt|iTXt|zTXt|tIME)", path.read_bytes()[:200])
        assert chunks == []
    assert report.html(numbers(), again) == report.html(numbers(), drawn)


def test_other_numbers_give_another_figure(drawn: list[Path], tmp_path: Path) -> None:
    other = numbers().model_copy(update={"topics": dict.fromkeys(TOPICS, 40)})
    again = {path.stem: path.read_bytes() for path in figures.draw(other, tmp_path)}
    changed = [path.stem for path in drawn if path.read_bytes() != again[path.stem]]
    assert changed == ["topics"]


def test_what_there_are_no_numbers_for_is_not_drawn(tmp_path: Path) -> None:
    assert figures.draw(NOTHING, tmp_path / "none") == []
    assert not (tmp_path / "none").exists()
    assert figures.alt(NOTHING) == {}
    assert "<table>" not in report.html(NOTHING)
    assert tables.markdown(NOTHING).count("|") == 0


def test_a_release_of_which_no_number_is_told_has_neither_tables_nor_figures(tmp_path: Path) -> None:
    few = NOTHING.model_copy(
        update={
            "composition": (Split(config="interview", split=None, rows=None, people=None),),
            "flags": tuple(Flagged(flag=kind.value, going=0, staying=None) for kind in FlagKind),
            "redactions": (Redacted(entity="NAME", rows=None, places=None),),
            "topics": {"family": None},
            "excluded": {"rejected": None},
        }
    )
    assert figures.draw(few, tmp_path) == []
    assert tables.sheets(few) == []
    assert "not told" in report.html(few)


def test_each_figure_stands_beside_its_table_in_the_card() -> None:
    paths = [f"figures/{name}.png" for name in FIGURES]
    card = tables.markdown(numbers(), pictures=paths)
    assert re.findall(r"^!\[(?:\\.|[^\]])+\]\((.+)\)$", card, re.MULTILINE) == paths


def test_the_report_stands_alone(drawn: list[Path]) -> None:
    text = report.html(numbers(), drawn, name="spring")
    page = Page(text)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "object", "base", "form"})
    for _, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href"):
                assert value is not None
                assert value.startswith(("#", "data:image/png;base64,"))
    assert "default-src 'none'" in text
    assert not re.search(r"https?:|url\(|@import", text)


def test_the_report_can_be_read_by_a_screen_reader(drawn: list[Path]) -> None:
    page = Page(report.html(numbers(), drawn, name="spring"))
    count = [tag for tag, _ in page.tags].count
    assert page.tags[0] == ("html", {"lang": "en"})
    assert (count("h1"), count("main"), count("title")) == (1, 1, 1)
    assert count("table") == count("caption") == count("thead") == count("h2")
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(images) == len(FIGURES)
    assert all(attributes["alt"] for attributes in images)
    assert all(attributes["scope"] in ("row", "col") for tag, attributes in page.tags if tag == "th")
    anchors = {attributes["id"] for tag, attributes in page.tags if tag == "h2"}
    assert {str(attributes["href"])[1:] for tag, attributes in page.tags if tag == "a"} == anchors


def test_what_is_not_told_stands_as_words_in_report_and_card() -> None:
    page = Page(report.html(numbers()))
    assert page.words.count("not told") == tables.markdown(numbers()).count("not told |") > 5
    assert "None" not in "".join(page.words)
    assert "| interview | validation | 484 | not told |" in tables.markdown(numbers())


def test_words_of_a_manifest_cannot_break_out_of_report_or_card(tmp_path: Path) -> None:
    odd = Group(group="gender", people={"<script>alert(1)</script>": 20, "a|b": 30, "$x^2$ & more": 12})
    stats = numbers().model_copy(update={"coverage": (odd,)})
    drawn = figures.draw(stats, tmp_path)
    text = report.html(stats, drawn)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "| a\\|b | 30 |" in tables.markdown(stats)
    assert "| \\<script>alert(1)\\</script> | 20 |" in tables.markdown(stats)
    assert "coverage" in [path.stem for path in drawn]
    assert stats.labels == ("gender", *odd.people)


def test_all_other_words_are_from_closed_vocabularies() -> None:
    stats = numbers()
    assert set(stats.topics) == set(TOPICS)
    assert {one.flag for one in stats.flags} == {kind.value for kind in FlagKind}
    assert {one.entity for one in stats.redactions} == {entity.value for entity in Entity}
    assert stats.labels == ("age_group", "18-39", "40-59", "60-79", "gender", "female", "male")


def test_the_card_can_leave_out_a_table() -> None:
    whole = tables.markdown(numbers())
    assert "### What stayed behind" in whole
    assert whole.startswith(tables.markdown(numbers(), without=("excluded",)).rstrip())


def test_statistics_come_back_from_their_json() -> None:
    assert ReleaseStatistics.model_validate_json(numbers().model_dump_json()) == numbers()
