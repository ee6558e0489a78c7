"""The proof that a bundle carries: that the building of exactly this release stands in the study's log."""

from audit.checkpoint import PublicKey
from audit.details import ReleaseBuilt
from audit.errors import BundleError, LogFault
from audit.events import parse_line
from audit.proof import Proof

PROOF = "release.tlog-proof"
"""Name of the file, beside the manifest; C2SP tlog-proof."""


def check_proof(text: str, name: str, manifest_digest: str, key: PublicKey | None) -> None:
    """Check that a proof is about the release of this name and manifest, and with the log's key that it holds.

    The manifest does not cover it, so that each of its bytes must be needed: one spelling, and one signature, the
    log's.  Raises `BundleError`.
    """
    try:
        proof = Proof.parse(text)
        event = parse_line(proof.line or b"", proof.index)
        if key is not None:
            proof.verify(key)
    except LogFault as fault:
        raise BundleError(f"{PROOF} does not hold: {fault}; ask for the release again") from None
    details = event.details
    built = isinstance(details, ReleaseBuilt) and details.manifest_digest == manifest_digest
    if proof.text() != text or event.sequence != proof.index or proof.note.count("\n— ") != 1:
        raise BundleError(f"{PROOF} is damaged; ask for the release again")
    if not built or event.object_id != name:
        raise BundleError(f"{PROOF} is about another release; ask for the release again")
