"""`workbench release publish`, which opens no study, and `record-publication`, by which the study learns of it."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from audit import revocation
from audit.bundle import Bundle
from audit.checkpoint import PublicKey
from policies import UserError
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, interruptible, notes, out
from workbench.desk.releasing import RecordPublication
from workbench.errors import Refused
from workbench.many import many
from workbench.release.publish import custody, path, receipt
from workbench.release.publish.check import check, files_of, revocations_beside
from workbench.release.publish.destination import Medium, Repository, parse

TOKEN = "HF_TOKEN"


def publish(
    folder: Annotated[Path, typer.Argument(help="Folder of the release.")],
    to: Annotated[str, typer.Option("--to", help="hub:OWNER/NAME, or path:FOLDER on a medium.")],
    public_key: Annotated[Path, typer.Option("--public-key", help="The log's public key, got on another way.")],
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", envvar="HF_ENDPOINT", help="The hub.", show_default="https://huggingface.co"),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", help="File (0600) with the hub's token.", show_default=f"the variable {TOKEN}"),
    ] = None,
    storage: Annotated[
        list[str] | None, typer.Option("--storage", help="Host beside the hub that takes its large files; repeatable.")
    ] = None,
    gated: Annotated[
        Literal["manual", "auto", "off"],
        typer.Option("--gated", help="Who asks for access is let in by hand, at once, or (off) need not ask."),
    ] = "manual",
    public: Annotated[bool, typer.Option("--public", help="Let everybody see it; only with scope public.")] = False,
    revocations: Annotated[
        Path | None,
        typer.Option(
            "--revocations",
            help="The study's signed list of revoked rows.",
            show_default=f"{revocation.LIST} beside the release",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and tell, and change nothing.")] = False,
) -> None:
    """Hand a verified, signed release to a hub (private and gated) or onto a medium with a chain-of-custody form.

    Needs the bundle and the log's public key, no study.  Interrupted, run it again: it is published once.
    """
    destination = parse(to, endpoint)
    revocations = revocations or revocations_beside(folder)
    bundle = check(folder, PublicKey.load(public_key), public=public, revocations=revocations)
    _say_checked(bundle, revocations)
    with interruptible("Run the same command again: what has arrived is not sent twice."):
        if isinstance(destination, Medium):
            if public:
                raise UserError("A medium is handed to somebody and is never public; leave --public out.")
            _onto_medium(bundle, destination, dry_run)
        else:
            _to_hub(bundle, destination, token_file, storage or [], gated, public, dry_run)


def record_publication(
    file: Annotated[Path, typer.Argument(metavar="RECEIPT", help="What release publish wrote beside the bundle.")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Record in the study's log that a release was published, from the receipt that was carried back."""
    got = receipt.read(file)
    asked = RecordPublication(name=got.name, manifest_digest=got.manifest_digest, destination=got.kind)
    with desk_of(study, key_file) as desk:
        recorded = desk.execute(asked)
    out.print(f"The log says that {recorded.name} was published ({recorded.destination}).", markup=False)


def _say_checked(bundle: Bundle, revocations: Path | None) -> None:
    manifest, files = bundle.manifest, files_of(bundle)
    _say(
        f"Checked: {manifest.name} {manifest.version} is what its manifest says ({many(manifest.rows, 'row')}, "
        f"{len(files)} files, {sum(file.size for file in files):,} bytes), the log knows it, enough stewards have "
        f"signed it, and its scope ({manifest.policy.scope}) and basis ({manifest.policy.basis}) let it go there."
    )
    if revocations is not None:
        _say(f"None of its rows is on the list of revoked rows {revocations}.")
    else:
        _say(
            "Not checked: whether rows of it were revoked, for no revocation list was given; get the last one from the "
            f"study ({revocation.LIST}, which workbench release revoke writes) and name it with --revocations."
        )


def _onto_medium(bundle: Bundle, medium: Medium, dry_run: bool) -> None:
    target, new = path.publish(bundle, medium.folder, dry_run=dry_run, say=_say)
    if dry_run:
        return
    now = datetime.now(UTC)
    try:
        forms = custody.Custody.of(bundle, target, _login(), now).write(medium.folder)
    except OSError as problem:
        raise path.MediumError(
            f"The release is on the medium, but its form could not be written ({problem.strerror}); make room and run "
            "the command again."
        ) from None
    out.print(f"{'Copied' if new else 'There'}: {target}", soft_wrap=True, markup=False)
    for form in forms:
        out.print(f"Form: {form}", soft_wrap=True, markup=False)
    _receipt(bundle, "path", str(medium), now)


def _to_hub(
    bundle: Bundle,
    repository: Repository,
    token_file: Path | None,
    storage: list[str],
    gated: Literal["manual", "auto", "off"],
    public: bool,
    dry_run: bool,
) -> None:
    # Loads the hub's library, which no process that has a study open ever does.
    from workbench.release.publish import hub

    done = hub.publish(
        bundle, repository, token=_token(token_file), public=public, gate=gated, storage=storage, dry_run=dry_run,
        say=_say,
    )  # fmt: skip
    if done is None:
        return
    out.print(f"Published: {repository}, tag {done.tag}, commit {done.commit}", soft_wrap=True, markup=False)
    _receipt(bundle, "hub", str(repository), datetime.now(UTC), commit=done.commit, tag=done.tag)


def _say(sentence: str) -> None:
    notes.print(sentence, markup=False, soft_wrap=True)


def _receipt(
    bundle: Bundle,
    kind: Literal["hub", "path"],
    destination: str,
    time: datetime,
    *,
    commit: str | None = None,
    tag: str | None = None,
) -> None:
    try:
        written = receipt.write(bundle, kind, destination, time, commit=commit, tag=tag)
    except OSError as problem:
        raise UserError(
            f"It is published, but no receipt could be written beside {bundle.path} ({problem.strerror}); run the "
            "command again from a folder that is yours."
        ) from None
    out.print(f"Receipt: {written}", soft_wrap=True, markup=False)


def _token(file: Path | None) -> str | None:
    """The hub's token from a file of the owner's own, or from the environment; never from the command line."""
    if file is None:
        return os.environ.get(TOKEN, "").strip() or None
    try:
        mode, token = file.stat().st_mode, file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise UserError(f"The token file {file} cannot be read; check --token-file.") from None
    if stat.S_IMODE(mode) & 0o077:
        raise Refused(f"The token file {file} can be read by others; run: chmod 600 {file}")
    if not token or not token.isprintable() or " " in token:
        raise UserError(f"The token file {file} holds no token; write the hub's token into it, alone on one line.")
    return token


def _login() -> str:
    """Whose login this is, as the system knows it."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def register(app: typer.Typer) -> None:
    """Add the command to `workbench release`."""
    app.command()(publish)
    app.command()(record_publication)
