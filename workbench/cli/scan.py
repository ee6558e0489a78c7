"""`workbench scan` and `workbench score`: the detector by itself, on files, without a study."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.progress import Progress

from policies import load_policy
from policies.schema import Redaction
from redaction.finding import Finding
from redaction.roster import Roster, read_roster
from redaction.scoring import MarkedPage, Score, Share, Span
from redaction.scoring import score as compare
from workbench.cli.console import interruptible, notes, out, table
from workbench.scan.errors import ScanInputError
from workbench.scan.lines import STDIN, read_found, read_marked, read_text, read_texts, whole_file
from workbench.scan.run import Text, scan_texts

DEFAULT_POLICY = "mentalchat16k"
PolicyOption = Annotated[str, typer.Option("--policy", help="Name of a shipped policy, or a policy file.")]
RosterOption = Annotated[
    Path | None, typer.Option("--roster", help="CSV of known people and places.", show_default=False)
]
ProcessesOption = Annotated[
    int | None, typer.Option("--processes", min=1, help="Processes to use.", show_default="one a processor")
]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(scan)
    app.command()(score)


def scan(
    source: Annotated[str, typer.Argument(metavar="IN", help="JSON lines or a .txt file; - reads standard input.")],
    target: Annotated[str, typer.Argument(metavar="OUT", help="File of findings; - writes to standard output.")],
    policy: PolicyOption = DEFAULT_POLICY,
    roster: RosterOption = None,
    processes: ProcessesOption = None,
    plain: Annotated[bool, typer.Option("--plain", help="Read IN as one plain text.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT where it exists.")] = False,
) -> None:
    """Find identifiers in a file of texts; the findings carry places, never words.

    IN holds lines {"id", "text"} with "session" and "subject" where you have them; texts that share a session are
    scanned together, so that a name learned on one page is found on all.  A file ending in .txt is one text, its id 1.
    """
    total = with_any = 0
    with interrupted_before(target):
        settings = load_policy(policy).policy.redaction
        known = read_roster(roster) if roster else Roster()
        texts = _texts(source, plain)
        with target_of(target, force, source, policy, roster) as stream:
            for text, findings in zip(texts, _findings(texts, settings, known, processes), strict=True):
                line = {"id": text.id, "findings": [_place(f) for f in findings]}
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")
                total += len(findings)
                with_any += bool(findings)
    if target != STDIN:
        notes.print(f"Texts read: {len(texts):,}.  Findings: {total:,}, in {with_any:,} of the texts.")


def score(
    gold: Annotated[Path, typer.Argument(help="JSON lines with marked identifiers.")],
    policy: PolicyOption = DEFAULT_POLICY,
    found: Annotated[
        Path | None, typer.Option(help="Score this output of scan instead of scanning.", show_default=False)
    ] = None,
    roster: RosterOption = None,
    processes: ProcessesOption = None,
    misses: Annotated[bool, typer.Option("--misses", help="List what was missed, in the words of the file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure the detector on marked pages: coverage by kind, precision, leaking pages, with 95 % intervals.

    GOLD holds lines {"session", "page", "text", "spans": [{"start", "end", "label"}]}.  A mention is covered when every
    letter and digit of it lies in a finding of any kind.  --misses shows words of GOLD: use it on test files only.
    In a file for --found, the id of a line is the page's session and number: "session:page".
    """
    with interruptible("Nothing was written; run the same command again."):
        pages = read_marked(gold)
        if found:
            by_id = read_found(found, {page.id: len(page.text) for page in pages})
            spans = [by_id.get(page.id, []) for page in pages]
            absent = sum(page.id not in by_id for page in pages)
            if absent:
                notes.print(f"{absent} of {len(pages)} pages have no line in {found}; they count as without findings.")
        else:
            settings = load_policy(policy).policy.redaction
            known = read_roster(roster) if roster else Roster()
            texts = [Text(page.id, page.text, page.session) for page in pages]
            spans = [_spans(findings) for findings in _findings(texts, settings, known, processes)]
        result = compare(pages, spans)
    if as_json:
        typer.echo(json.dumps(_as_json(result, pages if misses else ())))
        return
    _show(result, len(pages))
    if misses:
        _show_misses(result, pages)


def _texts(source: str, plain: bool) -> list[Text]:
    body, name = body_of(source)
    return read_texts(body, name, plain or source.endswith(".txt"))


def body_of(source: str) -> tuple[str, str]:
    """The whole of a file or, for -, of standard input; and what to call it in a message."""
    if source != STDIN:
        return read_text(Path(source)), source
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig"), "standard input"
    except UnicodeDecodeError:
        raise ScanInputError("Standard input is not UTF-8 text.") from None


@contextmanager
def target_of(target: str, force: bool, *inputs: str | Path | None) -> Iterator[IO[str]]:
    """Where to write: standard output for -, else a file that appears when it is complete and is none of the inputs."""
    if target == STDIN:
        yield sys.stdout
    else:
        with whole_file(Path(target), force, [Path(one) for one in inputs if one is not None]) as stream:
            yield stream


def interrupted_before(target: str) -> AbstractContextManager[None]:
    """What Ctrl-C means for a command that writes to `target` as `target_of` does."""
    standing = "What was printed is not complete" if target == STDIN else "Nothing was written"
    return interruptible(f"{standing}; run the same command again.")


def _findings(
    texts: Sequence[Text], settings: Redaction, roster: Roster, processes: int | None
) -> Iterator[list[Finding]]:
    """Findings in the order of the texts, with a bar where somebody watches."""
    waiting: dict[int, list[Finding]] = {}
    turn = 0
    with Progress(console=notes, transient=True, disable=not notes.is_terminal) as progress:
        bar = progress.add_task("scanning", total=len(texts))
        for position, findings in scan_texts(texts, settings, roster, processes):
            waiting[position] = findings
            progress.advance(bar)
            while turn in waiting:
                yield waiting.pop(turn)
                turn += 1


def _place(finding: Finding) -> dict[str, str | int | float]:
    return {
        "start": finding.start,
        "end": finding.end,
        "entity": str(finding.entity),
        "score": finding.score,
        "recognizer": finding.recognizer,
    }


def _spans(findings: Sequence[Finding]) -> list[Span]:
    return [Span(f.start, f.end, str(f.entity)) for f in findings]


def _show(result: Score, pages: int) -> None:
    rows = [
        (
            row.label,
            row.covered.of,
            _share(row.covered),
            f"{row.touched.value:.3f}",
            "-" if row.precision is None else _share(row.precision),
            "-" if row.f2 is None else f"{row.f2:.3f}",
        )
        for row in result.labels
    ]
    title = f"Identifiers on marked pages ({pages} in all; 95 % intervals)"
    table(title, ("kind", "mentions", "covered", "touched", "precision", "F2"), rows)
    out.print(f"Pages with anything uncovered: {result.leaking.count} of {pages}, {_share(result.leaking)}")


def _share(share: Share) -> str:
    return f"{share.value:.3f} ({share.low:.3f}-{share.high:.3f})"


def _words(result: Score, pages: Sequence[MarkedPage]) -> list[str]:
    """The words of each miss."""
    texts = {page.id: page.text for page in pages}
    return [texts[miss.page][miss.mention.start : miss.mention.end] for miss in result.misses]


def _show_misses(result: Score, pages: Sequence[MarkedPage]) -> None:
    rows = [
        (miss.page, miss.mention.label, f"{miss.mention.start}-{miss.mention.end}", words)
        for miss, words in zip(result.misses, _words(result, pages), strict=True)
    ]
    table("Not wholly covered", ("page", "kind", "place", "words"), rows)


def _as_json(result: Score, pages: Sequence[MarkedPage]) -> dict[str, object]:
    """The result as JSON; the misses with their words where the pages are given."""
    misses = [asdict(miss) for miss in result.misses]
    if pages:
        misses = [{**miss, "words": words} for miss, words in zip(misses, _words(result, pages), strict=True)]
    return {
        "labels": {row.label: asdict(row) for row in result.labels},
        "precision": asdict(result.precision),
        "leaking_pages": asdict(result.leaking),
        "misses": misses,
    }
