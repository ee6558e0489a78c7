"""What stands in the two panes: the source page, and the exchange with its history."""

from workbench.desk.views import BodyFinding, ExchangeView, Flag, Side
from workbench.tui.highlight import Drawn, Highlight, draw, plain
from workbench.tui.words import VERDICTS, entity_style, paraphraser

Item = BodyFinding | Flag
"""What can be chosen in the list below the exchange."""

Span = tuple[str, int, int]
"""Words of a text: source, question or answer, where they begin and where they end."""

BODY_KINDS = {"raw": "as generated", "treated": "identifiers replaced", "edited": "edited"}


def items(view: ExchangeView) -> tuple[Item, ...]:
    """The flags and findings of an exchange, those that need a decision first."""
    waiting = [finding for finding in view.findings if finding.state == "open"]
    settled = [finding for finding in view.findings if finding.state != "open"]
    return (*view.flags, *waiting, *settled)


def excerpt(view: ExchangeView, item: Item) -> str:
    """The words of the exchange that a flag or finding is about; empty when it is about the whole exchange."""
    if item.side is None or item.start is None or item.stop is None:
        return ""
    return text_of(view, item.side)[item.start : item.stop]


def source_place(view: ExchangeView, item: Item) -> tuple[int, int] | None:
    """Where on the source page an item stands: where a flag says so, else where the same words stand."""
    flags = [item] if isinstance(item, Flag) else [flag for flag in view.flags if _overlap(flag, item)]
    for flag in flags:
        if flag.source_start is not None and flag.source_stop is not None:
            return flag.source_start, flag.source_stop
    words = excerpt(view, item).casefold()
    if not words:
        return None
    for found in view.source_findings:
        if view.source[found.start : found.stop].casefold() == words:
            return found.start, found.stop
    start = view.source.lower().find(words)
    return None if start < 0 else (start, start + len(words))


def source_sheet(view: ExchangeView, chosen: Item | None, selected: Span | None = None) -> Drawn:
    """The source page: findings framed, timestamps and transcriber's notes dimmed, one place in reverse."""
    highlights = [Highlight(mark.start, mark.stop, "$muted italic") for mark in view.marks]
    highlights += [
        Highlight(f.start, f.stop, entity_style(f.entity), "" if f.keep else f.entity.value, settled=f.keep)
        for f in view.source_findings
    ]
    place = source_place(view, chosen) if chosen else None
    if selected is not None:
        place = selected[1:] if selected[0] == "source" else None
    return draw(view.source, highlights, place, "source")


def exchange_sheet(view: ExchangeView, chosen: Item | None, selected: Span | None = None) -> Drawn:
    """Question and answer with their findings, notes, how the exchange came about, and what was decided so far."""
    sheet = plain("Question\n", "bold $primary") + _body(view, "question", chosen, selected)
    sheet += plain("\n\nAnswer\n", "bold $primary") + _body(view, "answer", chosen, selected)
    if view.notes:
        sheet += plain("\n\nNotes\n", "bold $primary") + plain("\n".join(view.notes))
    sheet += plain("\n\nHistory\n", "bold $primary") + plain(_history(view), "$muted")
    others = [attempt for attempt in view.attempts if not attempt.shown]
    if others:
        sheet += plain("\n\nOther attempts, as they came\n", "bold $primary")
    for attempt in others:
        faults = ", ".join(fault.value for fault in attempt.faults)
        sheet += plain(f"attempt {attempt.attempt}: {faults}\n", "$muted") + plain(f"{attempt.raw}\n")
    if view.malformed is not None:
        sheet = plain(f"Malformed: {view.malformed}\n\n", "bold $warning") + sheet
    return sheet


def _history(view: ExchangeView) -> str:
    row = view.row
    lines = [
        f"version {row.version}, {_body_kind(view)}, {row.words} words" + (", short" if row.short else ""),
        _maker(view),
    ]
    for decision in view.decisions:
        verdict = VERDICTS[decision.verdict]
        reason = f" ({decision.reason.replace('_', ' ')})" if decision.reason else ""
        when = decision.time[:16].replace("T", " ")
        lines.append(f"version {decision.version} {verdict}{reason} by {decision.person}, {decision.face}, {when}")
    return "\n".join(lines)


def _body_kind(view: ExchangeView) -> str:
    """How this version came about; the treated one is often the text as it was."""
    replaced = any(finding.state == "treated" for finding in view.findings)
    return "no identifier to replace" if view.body_kind == "treated" and not replaced else BODY_KINDS[view.body_kind]


def _maker(view: ExchangeView) -> str:
    if view.row.kind == "multi_turn":
        return "turns as they were said, without timestamps and notes; those before may stand on earlier pages"
    return f"paraphrased by {paraphraser(view.backend)}"


def _body(view: ExchangeView, side: Side, chosen: Item | None, selected: Span | None) -> Drawn:
    highlights = []
    for flag in view.flags:
        if flag.side == side and flag.start is not None and flag.stop is not None:
            highlights.append(Highlight(flag.start, flag.stop, "$warning", flag.kind.value))
    for finding in view.findings:
        if finding.side == side:
            is_open = finding.state == "open"
            label = finding.entity.value if is_open else ""
            settled = finding.state in ("kept", "dismissed")
            highlights.append(Highlight(finding.start, finding.stop, entity_style(finding.entity), label, settled))
    place = None
    if chosen is not None and chosen.side == side and chosen.start is not None and chosen.stop is not None:
        place = (chosen.start, chosen.stop)
    if selected is not None:
        place = selected[1:] if selected[0] == side else None
    return draw(text_of(view, side), highlights, place, side)


def text_of(view: ExchangeView, part: str) -> str:
    """The text that is called source, question or answer."""
    return {"source": view.source, "question": view.question, "answer": view.answer}[part]


def _overlap(flag: Flag, finding: BodyFinding) -> bool:
    if flag.side != finding.side or flag.start is None or flag.stop is None:
        return False
    return flag.start < finding.stop and finding.start < flag.stop
