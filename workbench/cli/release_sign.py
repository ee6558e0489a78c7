"""`workbench release sign`, `verify`, `diff` and `revoke`: what vouches for a release that was built."""

import re
import sys
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from audit import release_note, revocation
from audit.bundle import Bundle, verify_bundle
from audit.checkpoint import PublicKey, SigningKey
from policies import UserError
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, notes, out, table
from workbench.desk.commands import HANDLE
from workbench.desk.release_views import Revocable
from workbench.desk.releasing import RevokeRows, ShowRevocable, SignRelease
from workbench.many import many
from workbench.study.folder import Folder

PublicKeyOption = Annotated[
    Path | None,
    typer.Option("--public-key", help="The log's public key: check the release's proof too.", show_default=False),
]
_REASONS = ("consent_withdrawn", "identifying")
_SHOWN = 20
"""Rows of a release that are named before they are revoked."""


def register(app: typer.Typer) -> None:
    """Add the commands to `workbench release`."""
    for command in (sign, verify, diff, revoke):
        app.command()(command)


def sign(
    release: Annotated[str, typer.Argument(help="Name of a release of the study, or the folder of one.")],
    key: Annotated[Path, typer.Option("--key", help="Your key file, made with: workbench people key")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Verify a release and sign it with your own key.  Whoever built it cannot sign it.

    The study records the signature; then it is added to RELEASE.note in the folder of the release.
    """
    folder = _folder(release, study)
    signing = SigningKey.load(key)
    bundle = verify_bundle(folder)
    name, digest = bundle.manifest.name, bundle.digest
    line = release_note.sign(release_note.body(bundle.manifest, digest), signing)
    with desk_of(study, key_file) as desk:
        signed = desk.execute(SignRelease(name=name, manifest_digest=digest, signature=line))
    try:
        release_note.add_line(folder, bundle.manifest, digest, line)
    except OSError as problem:
        raise UserError(
            f"The study has recorded your signature, but {folder} cannot be written ({problem.strerror}); run this "
            "again as who owns that folder, or name a copy of your own."
        ) from None
    people = ", ".join(one.person for one in signed.signatures)
    out.print(f"{name} is signed by {people}.", markup=False, soft_wrap=True)
    if signed.missing:
        out.print(f"It needs {signed.missing} more.", markup=False)


def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of the release.")],
    public_key: PublicKeyOption = None,
    revocations: Annotated[
        Path | None,
        typer.Option("--revocations", help="A signed revocation list; needs --public-key.", show_default=False),
    ] = None,
) -> None:
    """Check a release against its manifest, say who signed it, and with the log's public key that the log knows it.

    Needs no study and none of its keys.  Whether each row was approved: workbench audit release.
    """
    log = PublicKey.load(public_key) if public_key else None
    bundle = verify_bundle(folder, key=log)
    out.print(
        f"The release is what its manifest says: {many(bundle.manifest.rows, 'row')}, manifest {bundle.digest}",
        soft_wrap=True,
    )
    _say_who_signed(bundle)
    if log is not None:
        out.print("That it was built stands in the audit log.")
    if revocations is None:
        return
    if log is None:
        raise UserError("A revocation list is checked with the log's public key; name that with --public-key.")
    revoked = revocation.read(revocations, log).rows_of(bundle)
    if revoked:
        notes.print(f"{len(revoked):,} of its rows were revoked and must not be used any more.", style="bold")
    else:
        out.print("None of its rows was revoked.")


def diff(
    first: Annotated[Path, typer.Argument(help="Folder of the earlier release.")],
    second: Annotated[Path, typer.Argument(help="Folder of the later release.")],
    rows: Annotated[bool, typer.Option("--rows", help="Name the rows by their ids.")] = False,
) -> None:
    """Compare two releases: rows by their text, for ids are new in every release, and what the manifests say."""
    from workbench.release.diff import compare

    found = compare(verify_bundle(first), verify_bundle(second))
    counts = [
        ("the same", found.same), ("the same text in another split", len(found.moved)), ("changed", len(found.changed)),
        ("removed", len(found.removed)), ("added", len(found.added)),
    ]  # fmt: skip
    table("Rows", ("", "rows"), counts)
    if found.manifest:
        table("Manifest", ("", first.name, second.name), found.manifest)
    if rows:
        for word, pairs in (("moved", found.moved), ("changed", found.changed)):
            for one, other in pairs:
                typer.echo(f"{word} {one} {other}")
        for word, ids in (("removed", found.removed), ("added", found.added)):
            for one in ids:
                typer.echo(f"{word} {one}")


def revoke(
    reason: Annotated[str, typer.Option(help="consent_withdrawn or identifying.")] = "consent_withdrawn",
    exchange: Annotated[
        int | None, typer.Option(help="This exchange, in all releases; else all without consent.", show_default=False)
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the revocation list.", show_default="the study's releases folder"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Revoke without being asked first; for scripts.")] = False,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Revoke rows of releases, write the signed list of all revoked rows, and say what to tell recipients.

    Shows the rows first and asks; what was revoked stays so.
    """
    if reason not in _REASONS:
        raise UserError(f"--reason must be one of: {', '.join(_REASONS)}.")
    if not yes and not sys.stdin.isatty():
        raise UserError("Nobody is at a terminal to be asked whether to revoke; in a script give --yes.")
    why = cast(Literal["consent_withdrawn", "identifying"], reason)
    where = str(folder.absolute()) if folder else None
    with desk_of(study, key_file) as desk:
        if not yes and not _agreed(desk.execute(ShowRevocable(reason=why, exchange=exchange))):
            out.print("Nothing was revoked.")
            raise typer.Exit(1)
        revoked = desk.execute(RevokeRows(reason=why, exchange=exchange, folder=where))
    if revoked.releases:
        table("Revoked", ("release", "rows"), revoked.releases)
    else:
        out.print("Nothing had to be revoked.")
    for sentence in revoked.sentences:
        out.print(sentence, markup=False, soft_wrap=True)
    out.print(f"Revocation list: {revoked.path}", markup=False, soft_wrap=True)


def _agreed(found: Revocable) -> bool:
    """Show what would be revoked, and ask; where it is nothing there is nothing to ask."""
    if not found.releases:
        return True
    rows = [(name, len(ids), _first(ids)) for name, ids in found.releases]
    table("Would be revoked", ("release", "rows", "ids"), rows)
    return typer.confirm("Revoke these rows? It cannot be taken back")


def _first(ids: tuple[str, ...]) -> str:
    """So many ids as somebody reads, one below the other."""
    more = len(ids) - _SHOWN
    return "\n".join([*ids[:_SHOWN], *([f"and {more:,} more"] if more > 0 else [])])


def _folder(release: str, study: Path) -> Path:
    """The bundle that is meant: a folder, or a name among the study's own releases."""
    own = Folder(study.absolute()).releases / release
    return own if re.fullmatch(HANDLE, release) and own.is_dir() else Path(release)


def _say_who_signed(bundle: Bundle) -> None:
    needed = bundle.manifest.signers.needed
    if bundle.signed_by:
        keys = ", ".join(name.rpartition("/")[2] for name in bundle.signed_by)
        out.print(f"Signed with the stewards' keys {keys}.", markup=False, soft_wrap=True)
    if (missing := needed - len(bundle.signed_by)) > 0:
        notes.print(
            f"It lacks {missing} of {many(needed, 'signature')}, so that it can be neither published nor trained on; a "
            "steward who did not build it signs with: workbench release sign",
            style="bold", markup=False, soft_wrap=True,
        )  # fmt: skip
