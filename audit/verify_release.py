"""Check a release bundle on the far side: python3 -I verify_release.py [DIR] [--public-key FILE]

One file, Python 3.9 or later, nothing but its standard library, no network.  DIR is the bundle, by default the folder
of this file.  FILE holds the public key of the audit log, as the senders gave it to you by another way.

It checks that every file is as MANIFEST.json says and that no other is there, that SHA256SUMS fits, that as many
stewards as the manifest asks for have signed (RELEASE.note), and that the building of just this release stands in the
senders' audit log (release.tlog-proof): event, Merkle path (RFC 6962) and signed checkpoint.  The checkpoint's
signature and all that hangs on it needs FILE.  It does not look into the data; `workbench audit release` does.

Every fault is one sentence.  Exit code: 0 nothing is wrong, 1 something is.

A copy of this file lies in each bundle and is listed in its manifest.  But whoever forges a bundle can forge that
copy too: if you trust nobody, take this file from the project itself.
"""

from __future__ import annotations

import sys

if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    # Python looks for modules beside a script first, and what lies there is not trusted yet.
    sys.path.pop(0)

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import stat
from typing import Any, NamedTuple

FORMAT = "curation-bundle/2"
MANIFEST, SUMS, NOTE, PROOF = "MANIFEST.json", "SHA256SUMS", "RELEASE.note", "release.tlog-proof"
MAX_SMALL = 16 * 1024 * 1024
PART = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
PATH = re.compile(rf"{PART}(/{PART})*")
DIGEST = re.compile(r"[0-9a-f]{64}")
NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
KEY_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")


class Fault(Exception):
    """One sentence on what is wrong."""


class Key(NamedTuple):
    """An Ed25519 public key of a C2SP signed note; `id` are the four bytes that stand before each signature."""

    name: str
    id: bytes
    raw: bytes


class Result(NamedTuple):
    """What was found: `faults` are sentences; `signed_by` names keys whose signatures hold."""

    faults: list[str]
    signed_by: list[str]
    rows: int
    digest: str


# Ed25519, RFC 8032: points are (X, Y, Z, T) with x = X/Z, y = Y/Z, x * y = T/Z.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def _times(number: int, point: Point) -> Point:
    product: Point = NEUTRAL
    while number:
        if number & 1:
            product = _add(product, point)
        point = _add(point, point)
        number >>= 1
    return product


def _decode(data: bytes) -> Point | None:
    """The point of 32 bytes; None where they are none, or not its one spelling."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def _encode(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return int(y | (x & 1) << 255).to_bytes(32, "little")


BASE = _decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature holds.  Strict: one spelling of each number and point, and no key of small order."""
    if len(public) != 32 or len(signature) != 64:
        return False
    point, scalar = _decode(public), int.from_bytes(signature[32:], "little")
    if point is None or scalar >= L or _encode(_times(8, point)) == _encode(NEUTRAL):
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus = (P - point[0], point[1], point[2], P - point[3])
    return _encode(_add(_times(scalar, BASE), _times(challenge, minus))) == signature[:32]


def decode_base64(text: str) -> bytes | None:
    """Standard base64 in its one spelling, else None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode("ascii") == text else None


def parse_key(text: str) -> Key:
    """A public key in its text form, `name+id+key`."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    blob = decode_base64(encoded) or b""
    given = bytes.fromhex(key_id) if re.fullmatch("[0-9a-f]{8}", key_id) else b""
    if not KEY_NAME.fullmatch(name) or len(blob) != 33 or blob[:1] != b"\x01":
        raise Fault("A public key is not an Ed25519 key of the form name+id+key.")
    if hashlib.sha256(name.encode() + b"\n" + blob).digest()[:4] != given:
        raise Fault(f"The public key {_shown(name)} is damaged: its id does not belong to it.")
    return Key(name, given, blob[1:])


def signature_holds(text: str, line: str, key: Key) -> bool:
    """Whether a line of a signed note is this key's signature of the text."""
    start = f"\u2014 {key.name} "
    blob = decode_base64(line[len(start) :]) if line.startswith(start) else None
    return blob is not None and blob[:4] == key.id and verify_ed25519(key.raw, text.encode(), blob[4:])


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def _refuse(text: str) -> Any:
    raise ValueError("no fractions")


def parse_json(data: bytes) -> dict[str, Any] | None:
    """An object in the one spelling that is written (sorted keys, no spaces, ASCII, no fractions), else None."""
    try:
        value = json.loads(data.decode("ascii"), parse_float=_refuse, parse_constant=_refuse)
        return value if isinstance(value, dict) and _canonical(value) == data else None
    except (ValueError, RecursionError):
        return None


def _shown(name: str) -> str:
    """A name that cannot play with a terminal."""
    return name if re.fullmatch(r"[ -~]*", name) else ascii(name)


def _read(folder: str, name: str) -> bytes:
    with open(os.path.join(folder, name), "rb") as file:
        data = file.read(MAX_SMALL + 1)
    if len(data) > MAX_SMALL:
        raise Fault(f"{name} is too large to be one.")
    return data


def _digest_of(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()


def _walk(root: str, faults: list[str]) -> tuple[set[str], set[str]]:
    """Paths of files and folders, with `/` between parts."""

    def failed(error: OSError) -> None:
        faults.append(f"{_shown(str(error.filename))} cannot be read.")

    files: set[str] = set()
    folders: set[str] = set()
    for where, inner, names in os.walk(root, onerror=failed):
        for name in inner + names:
            entry = os.path.join(where, name)
            path = os.path.relpath(entry, root).replace(os.sep, "/")
            mode = os.lstat(entry).st_mode
            if stat.S_ISREG(mode):
                files.add(path)
            elif stat.S_ISDIR(mode):
                folders.add(path)
            else:
                faults.append(f"{_shown(path)} is a link or special file, which no bundle holds.")
    return files, folders


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _check_shape(manifest: dict[str, Any]) -> None:
    """That what is used of a manifest is of the right kind.  Raises Fault."""
    files, signers = manifest.get("files"), manifest.get("signers")
    listed = files if isinstance(files, list) else []
    keys = signers.get("keys") if isinstance(signers, dict) else None
    right = (
        manifest.get("format") == FORMAT
        and all(isinstance(manifest.get(name), str) for name in ("name", "version"))
        and _is_count(manifest.get("rows"))
        and bool(listed)
        and all(
            isinstance(file, dict)
            and set(file) - {"rows"} == {"path", "bytes", "sha256"}
            and isinstance(file["path"], str)
            and PATH.fullmatch(file["path"]) is not None
            and _is_count(file["bytes"])
            and isinstance(file["sha256"], str)
            and DIGEST.fullmatch(file["sha256"]) is not None
            and _is_count(file.get("rows", 0))
            for file in listed
        )
        and isinstance(signers, dict)
        and _is_count(signers.get("needed"))
        and isinstance(keys, list)
        and all(isinstance(key, str) for key in keys)
    )
    if not right:
        raise Fault(f"{MANIFEST} is not a manifest of format {FORMAT}.")
    paths = [file["path"] for file in listed]
    if len(set(paths)) != len(paths) or {MANIFEST, SUMS, NOTE, PROOF} & set(paths):
        raise Fault(f"{MANIFEST} lists a file twice, or one that it cannot list.")
    if sum(file.get("rows", 0) for file in listed) != manifest["rows"]:
        raise Fault(f"{MANIFEST} does not add up: its files have not as many rows as it says.")


def check_note(note: bytes, manifest: dict[str, Any], digest: str) -> list[str]:
    """Names of the keys that have signed.  Raises Fault for a note that is not, to the byte, as it would be written."""
    text = f"curation-release/1\n{manifest['name']}\n{manifest['version']}\n{digest}\n{manifest['rows']}\n"
    start = f"{text}\n".encode()
    if not note.startswith(start):
        raise Fault(f"{NOTE} is about another release, or damaged.")
    keys = [parse_key(key) for key in manifest["signers"]["keys"]]
    try:
        lines = note[len(start) :].decode("utf-8").split("\n")
    except UnicodeDecodeError:
        lines = []
    if not lines or lines.pop() != "" or not lines or lines != sorted(set(lines)):
        raise Fault(f"{NOTE} is damaged: its signatures are not one a line, in order.")
    signed = [next((key.name for key in keys if signature_holds(text, line, key)), None) for line in lines]
    names = [name for name in signed if name is not None]
    if len(names) != len(signed):
        where = signed.index(None) + 1
        raise Fault(f"Signature {where} of {NOTE} does not hold, or is of nobody who may sign this release.")
    if len(set(names)) != len(names):
        raise Fault(f"{NOTE} holds two signatures of one person.")
    return names


def root_of_path(line: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root to which a Merkle path leads from the line at `index` (RFC 9162, 2.1.3.2), or None."""
    node, position, last = hashlib.sha256(b"\x00" + line).digest(), index, size - 1
    for step in path:
        if last == 0:
            return None
        if position & 1 or position == last:
            node = hashlib.sha256(b"\x01" + step + node).digest()
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + step).digest()
        position, last = position >> 1, last >> 1
    return node if last == 0 else None


def check_proof(data: bytes, manifest: dict[str, Any], digest: str, log: Key | None) -> None:
    """That this very release was built stands in the log, whose public key this is.  Raises Fault."""
    damaged = Fault(f"{PROOF} is damaged: it is not a proof of the form c2sp.org/tlog-proof@v1 with one signature.")
    try:
        head, _, note = data.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise damaged from None
    header, *lines = head.split("\n")
    text, _, signature = note.partition("\n\n")
    origin, size, root, *rest = [*text.split("\n"), "", "", ""]
    if header != "c2sp.org/tlog-proof@v1" or len(lines) < 2 or any(rest) or text.count("\n") != 2:
        raise damaged
    line = decode_base64(lines[0][6:]) if lines[0].startswith("extra ") else None
    index = lines[1][6:] if lines[1].startswith("index ") else ""
    path, top = [decode_base64(step) or b"" for step in lines[2:]], decode_base64(root)
    one_line = signature.endswith("\n") and signature.count("\n") == 1
    hashes = [*path, top or b""]
    if not line or not one_line or not (NUMBER.fullmatch(index) and NUMBER.fullmatch(size)):
        raise damaged
    if any(len(step) != 32 for step in hashes) or len(path) > 63:
        raise damaged
    event = parse_json(line)
    details = event.get("details") if event else None
    built = event is not None and (event.get("action"), event.get("object_type"), event.get("outcome"))
    if built != ("release.built", "release", "ok") or not isinstance(details, dict) or event is None:
        raise Fault(f"{PROOF} is about no building of a release.")
    named = (event.get("object_id"), details.get("manifest_digest"), details.get("rows"))
    if named != (manifest["name"], digest, manifest["rows"]):
        raise Fault(f"{PROOF} is about another release than this one.")
    position, leaves = int(index), int(size)
    if event.get("sequence") != position or not 0 <= position < leaves:
        raise Fault(f"{PROOF} gives its event a wrong number.")
    if root_of_path(line, position, leaves, path) != top:
        raise Fault(f"{PROOF} does not show that its event stands in the log of its checkpoint.")
    if log is None:
        return
    if origin != log.name or not signature_holds(text + "\n", signature[:-1], log):
        raise Fault(f"The checkpoint in {PROOF} is not signed with the log's public key.")


def check_bundle(folder: str, log: Key | None = None) -> Result:
    """Every fault of the bundle in a folder.  Without the log's public key its signature is not checked."""
    faults: list[str] = []
    signed_by: list[str] = []
    rows, digest = 0, ""
    try:
        if not os.path.isdir(folder):
            raise Fault(f"{_shown(folder)} is not a folder.")
        files, folders = _walk(folder, faults)
        if MANIFEST not in files:
            raise Fault(f"{MANIFEST} is missing: this is not a release bundle, or not all of it was copied.")
        data = _read(folder, MANIFEST)
        manifest = parse_json(data[:-1]) if data.endswith(b"\n") else None
        if manifest is None:
            raise Fault(f"{MANIFEST} is not spelled as a manifest is.")
        _check_shape(manifest)
        rows, digest = manifest["rows"], hashlib.sha256(data).hexdigest()
        sums = {file["path"]: file["sha256"] for file in manifest["files"]}
        sums[MANIFEST] = digest
        expected = "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode("ascii")
        if SUMS in files and _read(folder, SUMS) != expected:
            faults.append(f"{SUMS} does not fit {MANIFEST}.")
        listed = set(sums) | {SUMS, PROOF}
        faults += [f"{path} is missing." for path in sorted(listed - files)]
        parents = {path.rsplit("/", depth)[0] for path in sums for depth in range(1, path.count("/") + 1)}
        strange = (files - listed - {NOTE}) | (folders - parents)
        faults += [f"{_shown(path)} does not belong to the bundle." for path in sorted(strange)]
        for file in manifest["files"]:
            path = os.path.join(folder, *file["path"].split("/"))
            if file["path"] in files and (os.path.getsize(path) != file["bytes"] or _digest_of(path) != file["sha256"]):
                faults.append(f"{file['path']} is not as it was when the release was built.")
        try:
            signed_by = check_note(_read(folder, NOTE), manifest, digest) if NOTE in files else []
            needed = manifest["signers"]["needed"]
            if len(signed_by) < needed:
                faults.append(f"The release has {len(signed_by)} of the {needed} signatures that it needs.")
        except Fault as fault:
            faults.append(str(fault))
        if PROOF in files:
            check_proof(_read(folder, PROOF), manifest, digest, log)
    except Fault as fault:
        faults.append(str(fault))
    except OSError as error:
        faults.append(f"{_shown(str(error.filename))} cannot be read.")
    return Result(faults, signed_by, rows, digest)


def main(arguments: list[str] | None = None) -> int:
    """Check one bundle, print what is wrong with it, or that nothing is."""
    parser = argparse.ArgumentParser(description="Check a release bundle.")
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), metavar="DIR")
    parser.add_argument("--public-key", metavar="FILE", help="public key of the audit log")
    options = parser.parse_args(arguments)
    log = None
    try:
        if options.public_key is not None:
            with open(options.public_key, encoding="utf-8") as file:
                log = parse_key(file.read(1000).strip())
    except (OSError, UnicodeDecodeError):
        print("The file of the public key cannot be read; name another with --public-key.", file=sys.stderr)
        return 1
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    result = check_bundle(options.folder, log)
    for sentence in result.faults:
        print(sentence, file=sys.stderr)
    if result.faults:
        return 1
    print(f"Nothing is wrong: {result.rows} rows, manifest {result.digest}")
    for name in result.signed_by:
        print(f"Signed by {_shown(name)}")
    if log is None:
        print("The log's signature was not checked: give its public key, got by another way, with --public-key FILE.")
    else:
        print(f"That it was built stands in the log {_shown(log.name)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
