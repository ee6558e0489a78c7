"""Signing a release: each steward's own key, made known beforehand, and signatures that the study has checked itself.

Whoever builds a release cannot sign it.  The keys that may sign stand in its manifest, so that a key which is made
known later signs later releases only.
"""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from audit import release_note
from audit.bundle import MANIFEST, Manifest, SignersRef
from audit.checkpoint import PublicKey
from audit.details import ReleaseSigned, StewardKeyAdded
from audit.errors import BundleError, KeyFileError
from policies import Role
from workbench.desk import release_views as rv
from workbench.desk import releasing
from workbench.errors import NotThere, Refused
from workbench.store import releases, signatures
from workbench.store.releases import Release
from workbench.study.study import Study


def signers(study: Study) -> SignersRef:
    """Who may sign a release that this person builds now, for its manifest."""
    others = {person: key for person, key in signatures.keys(study.db).items() if person != study.actor.name}
    return SignersRef(needed=study.policy.release.signatures, keys=tuple(sorted(others.values())))


def warning(study: Study) -> str | None:
    """A sentence where a release built now could never get the signatures that it needs, else None."""
    signers_now = signers(study)
    missing = signers_now.needed - len(signers_now.keys)
    if missing <= 0:
        return None
    return (
        "Nobody can publish such a release or train on it: signatures that it needs of stewards other than "
        f"{study.actor.name}: {signers_now.needed}, such stewards with a key: {len(signers_now.keys)}; let them run "
        "workbench people key FILE before it is built."
    )


def key_name(study: Study, person: str) -> str:
    """Name of a steward's key, which stands in releases: that of the log's key, and what only the study can resolve."""
    return f"study-{study.identity.study}/steward/{study.keyed_digest('steward', person)[:8]}"


def show_steward_key(study: Study, command: releasing.ShowStewardKey, role: Role) -> rv.StewardKey:
    """How this person's key is called, and the one that is known, if any."""
    me = study.actor.name
    return rv.StewardKey(person=me, name=key_name(study, me), key=signatures.keys(study.db).get(me, ""))


def add_steward_key(study: Study, command: releasing.AddStewardKey, role: Role) -> rv.StewardKey:
    """Sign with this key from now on.  The same key once more changes nothing."""
    me = study.actor.name
    try:
        key = PublicKey.parse(command.key)
    except KeyFileError:
        raise Refused("This is not a public key of a steward; make one with: workbench people key FILE") from None
    if key.name != key_name(study, me):
        raise Refused(f"The key is not called {key_name(study, me)}; make your own with: workbench people key FILE")
    known = signatures.keys(study.db)
    if any(PublicKey.parse(other).raw == key.raw for person, other in known.items() if person != me):
        raise Refused("Another steward has this very key; make one of your own with: workbench people key FILE")
    if known.get(me) != key.text:
        with study.change(role) as change:
            event = change.record(StewardKeyAdded(key=_digest(key.text)), me)
            signatures.add_key(study.db, me, key.text, event.sequence)
    return rv.StewardKey(person=me, name=key.name, key=key.text)


def sign_release(study: Study, command: releasing.SignRelease, role: Role) -> rv.Signed:
    """Record a signature that holds, and put it into the bundle where it was built, if that still stands there.

    Raises Refused for whoever built the release, for a signature of anything else, or with a key that its manifest
    does not name.  Signing again changes nothing.
    """
    me = study.actor.name
    release = _release(study, command.name)
    if command.manifest_digest != release.manifest_digest:
        raise Refused(f"This is not the release {release.name} that was built here; check where it came from.")
    if release.person == me:
        raise Refused(f"You built {release.name}, and two persons answer for a release; another steward signs it.")
    text = signatures.keys(study.db).get(me)
    if text is None:
        raise Refused("Your key is not known here; make one with: workbench people key FILE")
    about = release_note.text_of(release.name, release.version, release.manifest_digest, release.rows)
    if not release_note.holds(about, command.signature, PublicKey.parse(text)):
        raise Refused(
            f"The signature of {release.name} does not hold with the key that is known of you; sign with the file "
            "that belongs to it, or make a new one with: workbench people key FILE"
        )
    if signatures.keys(study.db, before=release.sequence).get(me) != text:
        raise Refused(
            f"Your key was not known when {release.name} was built, so that it cannot sign it; build the release again."
        )
    if all(person != me for person, _, _ in signatures.of_release(study.db, release.name)):
        with study.change(role) as change:
            details = ReleaseSigned(manifest_digest=release.manifest_digest, key=_digest(text))
            event = change.record(details, release.name)
            signatures.add(study.db, release.name, me, text, command.signature, event.sequence)
    if (bundle := _built(release)) is not None:
        # Whoever signs may stand at another machine, or may not write here; their own copy is signed by the face.
        with suppress(OSError, BundleError):
            release_note.add_line(Path(release.path), bundle, release.manifest_digest, command.signature)
    return _signed(study, release)


def show_signatures(study: Study, command: releasing.ShowSignatures, role: Role) -> rv.Signed:
    """Who has signed a release."""
    return _signed(study, _release(study, command.name))


def _signed(study: Study, release: Release) -> rv.Signed:
    made = signatures.of_release(study.db, release.name)
    bundle = _built(release)
    needed = study.policy.release.signatures if bundle is None else bundle.signers.needed
    return rv.Signed(
        name=release.name,
        manifest_digest=release.manifest_digest,
        signatures=tuple(
            rv.StewardKey(person=person, name=PublicKey.parse(key).name, key=key) for person, key, _ in made
        ),
        missing=max(0, needed - len(made)),
    )


def _release(study: Study, name: str) -> Release:
    release = releases.named(study.db, name)
    if release is None:
        raise NotThere(f"No release named {name} was built in this study; check the name.")
    return release


def _built(release: Release) -> Manifest | None:
    """The manifest of a release where it was built; None where it does not stand there any more."""
    try:
        data = (Path(release.path) / MANIFEST).read_bytes()
        return Manifest.model_validate_json(data) if sha256(data).hexdigest() == release.manifest_digest else None
    except (OSError, ValueError):
        return None


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
