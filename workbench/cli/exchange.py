"""One exchange as lines of text."""

from workbench.desk.views import ExchangeView

_NAMES = {"exchange": "Exchange", "multi_turn": "Multi-turn record"}


def lines_of(view: ExchangeView) -> list[str]:
    """The page, the exchange, what was found, what was decided."""
    row = view.row
    lines = [
        f"{_NAMES[row.kind]} {row.exchange}, version {row.version} ({view.body_kind}), {row.state}; "
        f"made by {view.backend}",
        "",
        view.source,
        "",
        f"QUESTION: {view.question}",
        "",
        f"ANSWER: {view.answer}",
        "",
    ]
    lines += [f"flag {flag.ordinal}: {flag.kind}: {flag.explanation}" for flag in view.flags]
    lines += [
        f"finding {f.ordinal}: {f.state} {f.entity} in the {f.side}, {f.start}-{f.stop}, "
        f"“{(view.question if f.side == 'question' else view.answer)[f.start : f.stop]}”: {f.explanation}"
        for f in view.findings
    ]
    lines += [
        f"{d.time} {d.person} ({d.face}): {d.verdict} version {d.version} {d.reason or ''}" for d in view.decisions
    ]
    lines += [f"note: {note}" for note in view.notes]
    return lines
