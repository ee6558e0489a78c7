"""The expert's file: what somebody needs to determine whether the risk of identification is very small.

It holds neither text nor names nor pseudonyms, and no small cell.  It is written into a new folder for its owner alone,
and its digest goes into the log.
"""

import os
import secrets
import shutil
from hashlib import sha256
from pathlib import Path

from audit.details import DossierWritten
from audit.events import format_time
from policies import Role
from workbench import __version__
from workbench.desk import release_views as rv
from workbench.desk import releasing
from workbench.errors import Refused
from workbench.release import rescan, risks
from workbench.release.dossier_chapters import chapters
from workbench.release.dossier_page import page
from workbench.release.risks import Risks
from workbench.study.study import Study, Turn

FILE = "dossier.html"


def examine(study: Study, turn: Turn, command: releasing.WriteDossier) -> Risks:
    """Look at every row that would go; raises Refused where the policy's own words may identify somebody."""
    found, policy = risks.examine(study, turn, command), study.policy
    if found.planned.rows:
        conditions = policy.determination.conditions if policy.determination else ""
        rescan.scan_text(study, "\n".join(filter(None, (policy.description, policy.agreement, conditions))))
    return found


def write_dossier(study: Study, command: releasing.WriteDossier, role: Role, found: Risks) -> rv.Dossier:
    """Write the file into a new folder; raises Refused where there is nothing to tell of, or no such folder can be."""
    folder = Path(command.folder).absolute()
    if os.path.lexists(folder):
        raise Refused(f"{folder} exists already; name a new folder for the dossier with --out.")
    if not found.planned.rows:
        raise Refused("Nothing would go yet, so that there is no risk to tell of; see: workbench release plan")
    building = folder.parent / f".{folder.name}.{secrets.token_hex(4)}"
    try:
        building.mkdir(mode=0o700)
    except OSError:
        raise Refused(f"The dossier cannot be written to {folder}; choose a folder whose parent is yours.") from None
    try:
        with study.change(role) as change:
            about = (
                f"Study {study.identity.study} · {format_time(change.time)} · curation workbench {__version__} · "
                f"audit log of {study.log.size:,} events, Merkle root {study.log.root.hex()}"
            )
            text = page("Dossier for an expert determination", about, chapters(study, found), SIGNERS).encode()
            _write(building / FILE, text)
            digest = sha256(text).hexdigest()
            change.record(DossierWritten(digest=digest), "dossier", after=digest)
        building.rename(folder)
    except OSError as problem:
        shutil.rmtree(building, ignore_errors=True)
        raise Refused(
            f"The dossier cannot be written to {folder} ({problem.strerror}); make room or choose another place."
        ) from None
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return rv.Dossier(path=str(folder / FILE), digest=digest)


SIGNERS = ("Expert", "Date", "Signature")


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
