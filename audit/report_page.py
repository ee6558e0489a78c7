"""The report as one self-contained HTML page: no script, no link to anywhere, light and printable."""

from collections.abc import Iterable
from html import escape

from audit.report import AuditReport, Cell, Section

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2328; background: #fff; margin: 2rem auto; max-width: 72rem; \
padding: 0 1.5rem }
h1 { font-size: 1.6rem; margin: 0 0 .3rem }
h2 { font-size: 1.1rem; margin: 2rem 0 .2rem; border-bottom: 1px solid #c9d1d6; padding-bottom: .2rem }
p { margin: .2rem 0 .6rem; max-width: 60rem }
.quiet { color: #5a656d }
table { border-collapse: collapse; font-size: .9rem; margin: .4rem 0 }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #e4e9ec; vertical-align: top }
th { font-weight: 600 }
.number { text-align: right; font-variant-numeric: tabular-nums }
code { font-size: .85rem; overflow-wrap: anywhere }
.sign { margin-top: 3rem; display: flex; gap: 3rem }
.sign span { border-top: 1px solid #1d2328; flex: 1; padding-top: .2rem }
@media print { body { margin: 0; max-width: none; font-size: 11px } h2 { break-after: avoid }
tr { break-inside: avoid } }
"""


def as_html(report: AuditReport, log: str) -> str:
    """The page; `log` names the log, as in its checkpoint."""
    period = report.period
    title = f"Audit log review {period.first} to {period.last}"
    numbers = f"events {report.first:,} to {report.last:,}" if report.first is not None else "no events"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            f'<p class="quiet">{escape(log)} · {report.events:,} events ({numbers}) · days in {escape(period.zone)}, '
            "times in UTC</p>",
            "<p>For the periodic review of recorded activity (45 CFR 164.312(b), 164.308(a)(1)(ii)(D)).  It is "
            "computed from the events and does not prove them: verify the log first.</p>",
            f"<p>Digest of this report: <code>{report.digest}</code></p>",
            *(_section(section) for section in report.sections),
            '<div class="sign"><span>Examined by</span><span>Date</span><span>Signature</span></div>',
            "</body></html>",
            "",
        ]
    )


def _section(section: Section) -> str:
    parts = [f"<h2>{escape(section.title)}</h2>", f'<p class="quiet">{escape(section.remark)}</p>']
    if not section.rows:
        return "\n".join([*parts, "<p>None.</p>"])
    numeric = [all(isinstance(row[at], int) for row in section.rows) for at in range(len(section.columns))]
    parts += ["<table><thead>", _row("th", section.columns, numeric), "</thead><tbody>"]
    parts += [_row("td", row, numeric) for row in section.rows]
    parts.append("</tbody></table>")
    if left := section.total - len(section.rows):
        parts.append(f'<p class="quiet">And {left:,} more; list them with workbench audit query or sql.</p>')
    return "\n".join(parts)


def _row(tag: str, cells: Iterable[Cell], numeric: list[bool]) -> str:
    shown = (
        f"<{tag}{' class=number' if number else ''}>{escape(f'{cell:,}' if isinstance(cell, int) else cell)}</{tag}>"
        for cell, number in zip(cells, numeric, strict=True)
    )
    return f"<tr>{''.join(shown)}</tr>"
