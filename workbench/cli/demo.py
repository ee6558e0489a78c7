"""`workbench demo`: the whole path on the sample transcripts, one table a stage."""

import os
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from audit import release_note
from audit.bundle import verify_bundle
from audit.checkpoint import PublicKey, SigningKey
from policies import Face, Policy, Role, UserError, Verdict, load_policy
from workbench.cli.console import SERVER, desk_of, out, table
from workbench.cli.ingest import ingest_with_progress, show_ingest
from workbench.cli.models import add_model
from workbench.cli.paraphrase import run_with_progress, show_run
from workbench.cli.release import show_built
from workbench.cli.release_rescan import rescan_with_progress
from workbench.cli.status import show_status, whole_queue
from workbench.desk.commands import AddPerson, BuildRelease, Decide, ShowPolicy, Status, VerifyAudit
from workbench.desk.desk import Desk
from workbench.desk.releasing import AddStewardKey, ShowStewardKey, SignRelease
from workbench.many import many
from workbench.paraphrase.backend import Backend
from workbench.paraphrase.choose import make_backend
from workbench.samples import MANIFEST, TRANSCRIPTS
from workbench.study import keys
from workbench.study.folder import Folder
from workbench.study.opening import create_study

SCRIPTED = "scripted-demo-reviewer"
"""Decides in the demo in place of a person, and is labelled as what it is in every event."""
SIGNING = "scripted-demo-steward"
"""Signs the demo's release in place of a second person."""
RELEASE = "demo"


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(demo)


def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo's study goes; an earlier demo there is replaced.")],
    policy: Annotated[str, typer.Option(help="Policy of the study.")] = "mentalchat16k",
    model: Annotated[Path | None, typer.Option(help="GGUF file to paraphrase with, instead of the extracts.")] = None,
) -> None:
    """Walk the whole path on six fictional sessions: import, paraphrase, screen, decide, release, sign, verify."""
    began = time.monotonic()
    _make_room(folder)
    study, key_file = folder / "study", folder / "study.key"
    create_study(study, load_policy(policy), keys.new_file(key_file), "demo-operator")
    with desk_of(study, key_file) as desk:
        _import_and_paraphrase(desk, model)
        desk.execute(AddPerson(name=SCRIPTED, uid=None, role=Role.REVIEWER))
        desk.execute(AddPerson(name=SIGNING, uid=None, role=Role.STEWARD))
    with desk_of(study, key_file, Face.DEMO, SCRIPTED) as desk:
        _decide_all(desk)
    with desk_of(study, key_file, Face.DEMO, SIGNING) as desk:
        # Known before the release is built, or it could not sign it; it is kept nowhere, for nothing else is signed.
        signing = SigningKey.generate(desk.execute(ShowStewardKey()).name)
        desk.execute(AddStewardKey(key=signing.public.text))
    with desk_of(study, key_file) as desk:
        rescan_with_progress(desk)
        built = desk.execute(BuildRelease(name=RELEASE))
        show_built(built)
    bundle = verify_bundle(Path(built.path))
    line = release_note.sign(release_note.body(bundle.manifest, bundle.digest), signing)
    with desk_of(study, key_file, Face.DEMO, SIGNING) as desk:
        desk.execute(SignRelease(name=RELEASE, manifest_digest=bundle.digest, signature=line))
    with desk_of(study, key_file) as desk:
        log = desk.execute(VerifyAudit())
        counts = desk.execute(Status())
    log_key = PublicKey.load(Folder(study).log_public_key)
    bundle = verify_bundle(Path(built.path), key=log_key, signed=True)
    rows = [
        ("release", f"{many(bundle.manifest.rows, 'row')}, every file as the manifest says"),
        ("signed by", f"{SIGNING} (a script, not a person)"),
        ("audit log", log.fault or f"{many(log.events, 'event')}, every one in place"),
    ]
    table("Verification", ("what", "result"), rows)
    show_status(counts)
    out.print(f"Done in {time.monotonic() - began:.0f} s.  Study: {study.absolute()}", soft_wrap=True)
    out.print(f"Release: {built.path}", soft_wrap=True)
    review = f"{_without_others()}workbench review --study {study}"
    out.print(f"Review screen (f, c and Enter show what is decided): {review}", soft_wrap=True)
    if log.fault:
        raise typer.Exit(1)


def _without_others() -> str:
    """What takes away variables that name another study's key or server, as the beginning of a command."""
    names = [name for name in (keys.ENVIRONMENT, keys.FILE_ENVIRONMENT, SERVER) if os.environ.get(name)]
    return " ".join(["env", *(f"-u {name}" for name in names), ""]) if names else ""


def _make_room(folder: Path) -> None:
    """Replace an earlier demo, and nothing else."""
    if folder.exists():
        if not folder.is_dir() or {path.name for path in folder.iterdir()} - {"study", "study.key"}:
            raise UserError(f"{folder} holds something other than a demo; name another folder.")
        for path in folder.rglob("*"):
            if path.is_dir():
                path.chmod(0o700)  # a release is read-only
        shutil.rmtree(folder)
    folder.mkdir(parents=True, mode=0o700)


def _local_model(desk: Desk, policy: Policy, file: Path) -> Backend:
    from workbench.paraphrase.llama_cpp import LlamaCpp

    registered = add_model(desk, file)
    return LlamaCpp(policy, Path(registered.path), digest=registered.digest)


def _import_and_paraphrase(desk: Desk, model: Path | None) -> None:
    policy = desk.execute(ShowPolicy()).policy
    imported = ingest_with_progress(desk, policy, [TRANSCRIPTS], MANIFEST)
    show_ingest(imported)
    if imported.interrupted:
        raise KeyboardInterrupt
    backend = _local_model(desk, policy, model) if model else make_backend(desk, policy, None, None)
    try:
        done = run_with_progress(desk, backend, policy.paraphrase.seed)
    finally:
        backend.close()
    show_run(backend, done)
    if done.interrupted:
        raise KeyboardInterrupt
    counts = desk.execute(Status())
    rows = [
        ("identifiers found on the pages", counts.findings),
        ("exchanges flagged", counts.flagged),
        ("open findings", counts.open_findings),
        ("too short for the filter", counts.short),
    ]
    table("Detection and screening", ("", "count"), rows)


def _decide_all(desk: Desk) -> None:
    """Approve what is clean, reject what is flagged or has an open finding."""
    decided: Counter[str] = Counter()
    for row in whole_queue(desk):
        clean = not row.flags and not row.open
        verdict, reason = (Verdict.APPROVE, None) if clean else (Verdict.REJECT, "flagged")
        desk.execute(Decide(exchange=row.exchange, version=row.version, verdict=verdict, reason=reason))
        decided["approved, clean" if clean else "rejected, flagged"] += 1
    table(f"Decisions by {SCRIPTED} (a script, not a person)", ("", "exchanges"), sorted(decided.items()))
