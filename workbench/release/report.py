"""The statistics of a release as one HTML page that stands alone: no script, no link, light and printable."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from workbench.release import figures as drawn
from workbench.release.tables import WORDED, Sheet, rule, sheets, shown
from workbench.release.told import ReleaseStatistics

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2328; background: #fff; margin: 2rem auto; max-width: 56rem; \
padding: 0 1.5rem }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .3rem; border-bottom: 1px solid #c9d1d6; padding-bottom: .2rem }
p { margin: .2rem 0 .8rem; max-width: 44rem }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; margin: .8rem 0 0 }
a { color: #005a8c }
table { border-collapse: collapse; font-size: .95rem; margin: .4rem 0 1rem; width: 100%; max-width: 44rem }
caption { text-align: left; color: #4a555d; padding-bottom: .4rem }
th, td { text-align: left; padding: .25rem 1.4rem .25rem 0; border-bottom: 1px solid #e4e9ec; vertical-align: top; \
font-weight: 400 }
thead th { font-weight: 600; border-bottom-color: #8a959d; vertical-align: bottom }
th:last-child, td:last-child { padding-right: 0 }
.number { text-align: right; font-variant-numeric: tabular-nums }
.untold { color: #4a555d; font-style: italic }
.key { display: flex; flex-wrap: wrap; gap: 1rem 3rem; margin: 1.2rem 0 }
.key div { border-left: 4px solid #0072b2; padding-left: .8rem }
.key dt { color: #4a555d; font-size: .9rem }
.key dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums }
figure { margin: .6rem 0 1.2rem }
img { max-width: 100%; height: auto }
@page { margin: 18mm }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 11px } nav { display: none }
h2 { break-after: avoid } figure, tr { break-inside: avoid } img { max-width: 150mm } }
"""


def html(stats: ReleaseStatistics, figures: Sequence[Path] = (), *, name: str = "") -> str:
    """The page; `figures` are the files that `figures.draw` has made of the same statistics, `name` the release's."""
    title = f"Statistics of the release {name}".strip() if name else "Statistics of a release"
    images = {path.stem: path.read_bytes() for path in figures}
    texts = drawn.alt(stats)
    found = sheets(stats)
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<header><h1>{escape(title)}</h1>",
        f"<p>Computed from the rows that go and from the records of the study.  {escape(rule(stats))}</p>",
        _key(stats),
        '<nav aria-label="Contents"><ul>',
        *(f'<li><a href="#{_anchor(sheet)}">{escape(sheet.title)}</a></li>' for sheet in found),
        "</ul></nav></header><main>",
    ]
    for sheet in found:
        parts += [
            f'<section aria-labelledby="{_anchor(sheet)}"><h2 id="{_anchor(sheet)}">{escape(sheet.title)}</h2>',
            *_figure(sheet.figure, images, texts),
            *_table(sheet),
            "</section>",
        ]
    return "\n".join([*parts, "</main></body></html>", ""])


def _key(stats: ReleaseStatistics) -> str:
    """The numbers that are asked for first."""
    numbers = {"rows": stats.rows, "people": stats.people, "data sets": len({one.config for one in stats.composition})}
    items = (f"<div><dt>{name}</dt><dd>{escape(shown(number))}</dd></div>" for name, number in numbers.items())
    return f'<dl class="key">{"".join(items)}</dl>'


def _anchor(sheet: Sheet) -> str:
    return escape(sheet.key.replace(" ", "-"))


def _figure(name: str, images: dict[str, bytes], texts: Mapping[str, str]) -> list[str]:
    if name not in images or name not in texts:
        return []
    data = b64encode(images.pop(name)).decode("ascii")
    return [f'<figure><img alt="{escape(texts[name])}" src="data:image/png;base64,{data}"></figure>']


def _table(sheet: Sheet) -> list[str]:
    words = [at == 0 or column in WORDED for at, column in enumerate(sheet.columns)]
    head = "".join(
        f'<th scope="col"{"" if word else " class=number"}>{escape(column)}</th>'
        for column, word in zip(sheet.columns, words, strict=True)
    )
    lines = [f"<table><caption>{escape(sheet.remark)}</caption><thead><tr>{head}</tr></thead><tbody>"]
    for row in sheet.rows:
        cells = [f'<th scope="row">{escape(str(row[0]))}</th>']
        for cell, word in zip(row[1:], words[1:], strict=True):
            names = " ".join([*([] if word else ["number"]), *(["untold"] if cell is None else [])])
            text = cell if isinstance(cell, str) else shown(cell)
            cells.append(f"<td{f' class={chr(34)}{names}{chr(34)}' if names else ''}>{escape(text)}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return [*lines, "</tbody></table>"]
