"""`workbench screen`: hold raw model output against its pages, on files, without a study."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track

from policies import load_policy
from redaction.roster import Known, Roster, read_roster
from workbench.cli.console import notes
from workbench.cli.scan import DEFAULT_POLICY, PolicyOption, RosterOption, body_of, interrupted_before, target_of
from workbench.scan.lines import STDIN, Pair, read_pairs
from workbench.screening.raw import RawScreened, screen_raw

if TYPE_CHECKING:
    from redaction.scanner import Scanner  # Presidio loads for a second


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(screen)


def screen(
    source: Annotated[str, typer.Argument(metavar="IN", help="JSON lines; - reads standard input.")],
    target: Annotated[str, typer.Argument(metavar="OUT", help="JSON lines; - writes to standard output.")],
    policy: PolicyOption = DEFAULT_POLICY,
    roster: RosterOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT where it exists.")] = False,
) -> None:
    """Screen what a model made of pages: leaks, verbatim copying, unsupported content, form, length.

    IN holds lines {"id", "source", "output"} with "session" and "subject" where you have them.  OUT holds the two
    sides and what was found; it carries text of the output, so keep it where the pages may be.
    """
    leaks = leaking = 0
    with interrupted_before(target):
        rules = load_policy(policy).policy
        known = read_roster(roster) if roster else Roster()
        pairs = read_pairs(*body_of(source))
        with target_of(target, force, source, policy, roster) as stream:
            from redaction.scanner import Scanner

            scanner = Scanner(rules.redaction)
            identifiers = _identifiers(pairs, scanner, known)
            for pair in track(pairs, "screening", console=notes, transient=True, disable=not notes.is_terminal):
                found = screen_raw(pair.output, pair.source, identifiers[pair.id], scanner, rules)
                stream.write(json.dumps(_line(pair, found), ensure_ascii=False) + "\n")
                leaks += len(found.leaks)
                leaking += bool(found.leaks)
    if target != STDIN:
        notes.print(f"Pairs read: {len(pairs):,}.  Leaks: {leaks:,}, in {leaking:,} of the pairs.")


def _identifiers(pairs: list[Pair], scanner: "Scanner", roster: Roster) -> dict[str, list[Known]]:
    """For each pair what to hunt: the identifiers of its own page first, of its session, of the roster."""
    sessions: dict[str, list[Pair]] = {}
    for pair in pairs:
        sessions.setdefault(f"session {pair.session}" if pair.session else f"pair {pair.id}", []).append(pair)
    found: dict[str, list[Known]] = {}
    for session in sessions.values():
        listed = roster.known(next((p.subject for p in session if p.subject), ""))
        per_page = [
            [(f.entity, f.text_in(pair.source)) for f in findings if f.identifies]
            for pair, findings in zip(session, scanner.scan_session([p.source for p in session], listed), strict=True)
        ]
        everything = [known for page in per_page for known in page]
        for pair, own in zip(session, per_page, strict=True):
            found[pair.id] = list(dict.fromkeys([*own, *everything, *listed]))
    return found


def _line(pair: Pair, found: RawScreened) -> dict[str, object]:
    return {
        "id": pair.id,
        "question": found.question,
        "answer": found.answer,
        "leaks": [{"start": k.start, "end": k.end, "entity": str(k.entity), "why": k.why} for k in found.leaks],
        "verbatim": found.verbatim,
        "unsupported": [
            {"start": u.start, "end": u.end, "text": pair.output[u.start : u.end], "why": u.explanation}
            for u in found.unsupported
        ],
        "malformed": found.malformed,
        "too_short": found.too_short,
    }
