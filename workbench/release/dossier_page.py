"""The dossier as one HTML page that stands alone: no script, no link to anywhere, light and printable."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from workbench.release.cells import UNTOLD

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2328; background: #fff; margin: 2rem auto; max-width: 64rem; \
padding: 0 1.5rem }
h1 { font-size: 1.6rem; margin: 0 0 .3rem }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .2rem; border-bottom: 1px solid #c9d1d6; padding-bottom: .2rem }
p, li { max-width: 50rem }
.quiet { color: #4a555d }
table { border-collapse: collapse; font-size: .95rem; margin: .4rem 0 1rem }
caption { text-align: left; font-weight: 600; padding: .4rem 0 .2rem }
th, td { text-align: left; padding: .25rem 1.2rem .25rem 0; border-bottom: 1px solid #e4e9ec; vertical-align: top }
.number { text-align: right; font-variant-numeric: tabular-nums }
.sign { margin-top: 3rem; display: flex; gap: 3rem }
.sign span { border-top: 1px solid #1d2328; flex: 1; padding-top: .2rem }
code { font-size: .85rem; overflow-wrap: anywhere }
@media print { body { margin: 0; max-width: none; font-size: 11px } h2 { break-after: avoid }
tr { break-inside: avoid } }
"""

Cell = str | int | None
"""None is a count that is not told."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Points:
    """Sentences, one below the other."""

    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Paragraphs, lists and tables under a heading."""

    title: str
    parts: Sequence[str | Points | Table]


def page(title: str, about: str, chapters: Iterable[Chapter], signers: Sequence[str]) -> str:
    """The whole page; all of its words are escaped."""
    lines = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f'<h1>{escape(title)}</h1><p class="quiet">{escape(about)}</p>',
    ]
    for number, chapter in enumerate(chapters, start=1):
        lines += [f"<h2>{number}. {escape(chapter.title)}</h2>", *map(_part, chapter.parts)]
    signatures = "".join(f"<span>{escape(signer)}</span>" for signer in signers)
    return "\n".join([*lines, f'<div class="sign">{signatures}</div>', "</body></html>", ""])


def _part(part: str | Points | Table) -> str:
    match part:
        case Points():
            return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in part.sentences)}</ul>"
        case Table():
            return _table(part)
        case _:
            return f"<p>{escape(part)}</p>"


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.title)}</caption>"
    if not table.rows:
        return f"<p><strong>{escape(table.title)}</strong>: none.</p>"
    numbers = [all(not isinstance(row[at], str) for row in table.rows) for at in range(len(table.columns))]
    head = _row("th", table.columns, numbers)
    body = "".join(_row("td", row, numbers) for row in table.rows)
    return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"


def _row(tag: str, cells: Sequence[Cell], numbers: Sequence[bool]) -> str:
    shown = (
        f"<{tag}{' class=number' if number else ''}>{escape(_shown(cell))}</{tag}>"
        for cell, number in zip(cells, numbers, strict=True)
    )
    return f"<tr>{''.join(shown)}</tr>"


def _shown(cell: Cell) -> str:
    if cell is None:
        return UNTOLD
    return f"{cell:,}" if isinstance(cell, int) else cell
