"""`workbench audit release`: the rows of a release against the log that says who approved what."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from audit.bundle import verify_bundle
from audit.checkpoint import PublicKey
from audit.mirror import MirrorReader
from workbench.cli.console import HERE, StudyOption, mirror_of, out
from workbench.study.folder import Folder

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command to `workbench audit`."""
    app.command()(release)


def release(
    folder: Annotated[Path, typer.Argument(help="Folder of the release.")],
    public_key: Annotated[
        Path | None,
        typer.Option(
            "--public-key", help="The log's public key, as you keep it.", show_default="the one in the mirror"
        ),
    ] = None,
    study: StudyOption = HERE,
) -> None:
    """Check that each row of a release was approved just as it stands, by the log alone.  Needs no key of the study.

    The log is taken as it is: check it with workbench audit verify.  Ends with exit code 1 when a row was not approved.
    """
    # Loads Arrow, which takes a while.
    from audit.release_rows import check_rows

    mirror = mirror_of(study)
    bundle = verify_bundle(folder, key=PublicKey.load(public_key or Folder(study.absolute()).log_public_key))
    found = check_rows(bundle, MirrorReader(mirror))
    if found.missing:
        for row in found.missing[:_SHOWN]:
            print(f"Row {row} was not approved as it stands.", file=sys.stderr)
        print(f"{len(found.missing):,} of {found.rows:,} rows have no approval in the log.", file=sys.stderr)
        raise typer.Exit(1)
    out.print(
        f"All {found.rows:,} rows were approved just as they stand before the release was built (event {found.event}).",
        soft_wrap=True,
    )
