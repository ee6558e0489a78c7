"""`workbench audit verify`, `checkpoint`, `witness`, `proof`, `check-proof`: what spares an auditor our word.

All but the whole `verify` read the mirror alone and need no key of the study.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import segno
import typer
from rich.progress import Progress

from audit.checkpoint import PublicKey, open_checkpoint
from audit.events import format_time
from audit.mirror import MirrorReader
from audit.proof import Proof, prove_inclusion
from audit.verify import verify_log
from audit.witness import Witness
from policies import UserError
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, mirror_of, notes, out
from workbench.desk.commands import VerifyAudit
from workbench.many import many
from workbench.study.folder import Folder

_QUIET_ZONE = 4
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
_MAX_FILE = 1_000_000

PublicKeyOption = Annotated[
    Path | None,
    typer.Option("--public-key", help="The log's public key, as you keep it.", show_default="the one in the mirror"),
]


def register(app: typer.Typer) -> None:
    """Add the commands to `workbench audit`."""
    for command in (verify, checkpoint, witness, proof):
        app.command()(command)
    app.command("check-proof")(check_proof)


def verify(
    witness: Annotated[
        Path | None,
        typer.Option(help="Folder of a witness, or a file with one signed checkpoint.", show_default=False),
    ] = None,
    mirror_only: Annotated[bool, typer.Option("--mirror-only", help="Without the store; needs no key.")] = False,
    hash_only: Annotated[
        bool, typer.Option("--hash-only", help="Only hashes against checkpoints: fastest; without the store.")
    ] = False,
    public_key: PublicKeyOption = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Check every event against its digest, the signed checkpoints, the store and the decisions.

    Ends with exit code 1 and the first broken event's number and kind of fault when the log is not as it was written.
    """
    pinned, kept = _witnessed(witness)
    if pinned is None and public_key is not None:
        pinned = PublicKey.load(public_key)
    if mirror_only or hash_only:
        reader = MirrorReader(mirror_of(study))
        key = pinned or _key(study, None)
        if pinned is None:
            out.print(
                "note: the log's public key was taken from the mirror itself; to check with one that you kept, give "
                "--witness or --public-key",
                soft_wrap=True,
            )
        with Progress(console=notes, transient=True, disable=not notes.is_terminal) as shown:
            bar = shown.add_task("events", total=reader.size)

            def advance(done: int) -> None:
                shown.update(bar, completed=done)

            report = verify_log(reader, public_key=key, witnessed=kept, progress=advance, hash_only=hash_only)
        fault = report.fault
        _finish(
            report.size, report.root, report.anchored, report.notes,
            (fault.sequence, fault.kind, fault.sentence) if fault else None,
        )  # fmt: skip
        return
    if pinned is not None and pinned != _key(study, None):
        _finish(0, "", 0, (), (None, "signature", "the log has another key than the one that you kept"))
    with desk_of(study, key_file) as desk:
        found = desk.execute(VerifyAudit(witnessed=tuple(kept)))
    broken = None if found.fault is None else (found.sequence, found.kind or "", found.fault)
    _finish(found.events, found.root, found.anchored, found.notes, broken)


def checkpoint(
    print_: Annotated[bool, typer.Option("--print", help="For paper: in words, and as a QR code.")] = False,
    study: StudyOption = HERE,
) -> None:
    """Show the last signed checkpoint: what to keep elsewhere, so that nobody can write the log anew unseen."""
    reader, key = MirrorReader(mirror_of(study)), _key(study, None)
    note = reader.checkpoint()
    if note is None:
        raise UserError("The log has no checkpoint yet; one is signed whenever the study is closed.")
    signed = open_checkpoint(note, key)
    if not print_:
        typer.echo(note, nl=False)
        return
    root = signed.root.hex()
    rows = [
        ("Checkpoint of the audit log", signed.origin),
        ("Events", f"{signed.size:,}"),
        ("Root", " ".join(root[at : at + 8] for at in range(0, 32, 8))),
        ("", " ".join(root[at : at + 8] for at in range(32, 64, 8))),
        ("Log's public key", key.text),
        ("Printed", f"{format_time(datetime.now(UTC))[:16].replace('T', ' ')} UTC"),
        ("Kept by", "_" * 40),
    ]
    for name, value in rows:
        out.print(f"{name:<28}{value}", soft_wrap=True, markup=False)
    out.print(f"\n{note}", soft_wrap=True, markup=False)
    for line in qr_lines(note):
        # Black on white, whatever the terminal's own colours; on paper the colours fall away.
        out.print(line, style="black on white", soft_wrap=True, markup=False)


def witness(
    folder: Annotated[Path, typer.Argument(help="Folder on a stick or on another machine.")],
    accept: Annotated[
        int | None,
        typer.Option(min=0, help="Accept the event of this number as the reason why the log went back."),
    ] = None,
    study: StudyOption = HERE,
) -> None:
    """Let a witness see the log: it must go on from what the witness saw before.

    The first visit pins the log's public key.  Ends with exit code 1 when the log was rolled back, forked or replaced.
    """
    visit = Witness(folder).visit(MirrorReader(mirror_of(study)), _key(study, None), accept=accept)
    if visit.is_first:
        out.print("First visit: the log's key is pinned; compare it with the one on paper:", soft_wrap=True)
        out.print(visit.key, soft_wrap=True, markup=False)
    if visit.wrong_tiles:
        notes.print(f"note: {len(visit.wrong_tiles)} stored tiles were wrong, first {visit.wrong_tiles[0]}")
    size, root = visit.checkpoint.size, visit.checkpoint.root
    if not visit.is_new:
        out.print(f"Nothing new: the witness has seen these {size:,} events before.", soft_wrap=True)
    elif visit.checkpoint.accepted is not None:
        out.print(f"Accepted by event {visit.checkpoint.accepted}: the log goes on with {many(size, 'event')}.")
    else:
        out.print(f"The log grew from {visit.before:,} to {many(size, 'event')} and nothing before was changed.")
    out.print(f"Root {root}", soft_wrap=True)


def proof(
    event: Annotated[int, typer.Argument(min=0, help="Number of the event.")],
    study: StudyOption = HERE,
) -> None:
    """Print the proof that an event stands in the log, as C2SP tlog-proof (keep it as FILE.tlog-proof)."""
    made, mending = prove_inclusion(MirrorReader(mirror_of(study)), event, _key(study, None))
    if mending.wrong:
        done = "written anew" if mending.mended else "left, because this login may not write them"
        notes.print(f"note: {len(mending.wrong)} stored tiles were wrong and {done}, first {mending.wrong[0]}")
    typer.echo(made.text(), nl=False)


def check_proof(
    file: Annotated[Path, typer.Argument(help="The proof, as `workbench audit proof` prints it.")],
    public_key: PublicKeyOption = None,
    study: StudyOption = HERE,
) -> None:
    """Check a proof and print the event that it proves.  Needs nothing but the log's public key."""
    made = Proof.parse(_read(file))
    signed = made.verify(_key(study, public_key))
    out.print(f"Event {made.index} stands in the log {signed.origin} of {many(signed.size, 'event')}:", soft_wrap=True)
    typer.echo((made.line or b"").decode("ascii"))


def qr_lines(text: str) -> list[str]:
    """A QR code in half blocks, one character a column of two modules; dark modules are ink."""
    rows = [bytes(row) for row in segno.make(text, micro=False, error="m").matrix_iter(border=_QUIET_ZONE)]
    rows += [bytes(len(rows[0]))] * (len(rows) % 2)
    return [
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]


def _finish(
    size: int, root: str, anchored: int, remarks: Sequence[str], fault: tuple[int | None, str, str] | None
) -> None:
    """Print what a verification found, and leave with exit code 1 at a fault."""
    for remark in remarks:
        out.print(f"note: {remark}", markup=False, soft_wrap=True)
    if fault is not None:
        number, kind, sentence = fault
        where = "" if number is None else f" at event {number}"
        print(f"The audit log is broken{where} ({kind}): {sentence}", file=sys.stderr)
        raise typer.Exit(1)
    out.print(f"The audit log is sound: {many(size, 'event')}, root {root}", soft_wrap=True)
    out.print(f"A signed checkpoint vouches for the first {anchored:,} of them.", soft_wrap=True)


def _witnessed(path: Path | None) -> tuple[PublicKey | None, list[str]]:
    """The key and the signed notes of a witness folder; a file is one note, and pins no key."""
    if path is None:
        return None, []
    if not path.is_dir():
        return None, [_read(path)]
    witness = Witness(path)
    if witness.key is None:
        raise UserError(f"{path} has witnessed nothing yet; let it see the log first with: workbench audit witness")
    return witness.key, witness.notes


def _key(study: Path, file: Path | None) -> PublicKey:
    return PublicKey.load(file or Folder(study.absolute()).log_public_key)


def _read(file: Path) -> str:
    try:
        with open(file, encoding="utf-8", newline="") as opened:
            return opened.read(_MAX_FILE)
    except (OSError, UnicodeDecodeError):
        raise UserError(f"{file} cannot be read; name a file with a checkpoint or proof.") from None
