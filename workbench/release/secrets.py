"""No file of a bundle may hold what belongs to the house: keys, tokens, where the study lies, who works there."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from importlib import resources
from pathlib import Path

from workbench.errors import Refused
from workbench.store import people
from workbench.study.study import Study

PRIVATE = re.compile(rb"PRIVATE\+KEY\+|-----BEGIN [A-Z ]*PRIVATE KEY-----")
"""How signing keys of ours and of others begin."""
TOKENS = re.compile(
    rb"\b(?:hf_[A-Za-z0-9]{30,}|gh[pousr]_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.)"
)
"""What tokens of hubs and clouds look like."""
STARTS = (b"hf_", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"AKIA", b"eyJ")
"""One of these stands in each; they are found much faster."""
CHUNK = 1 << 20
OVERLAP = 4096
"""No secret is longer; so many bytes are looked at twice, so that none lies across two chunks."""
ROWS_AT_ONCE = 4_096
FILES_AT_ONCE = 2
SHORTEST = 4
"""A shorter name stands in too many other words."""


def scan_files(study: Study, folder: Path) -> None:
    """Look into every file of a bundle that is being built.  Raises Refused, naming the file and never the secret."""
    needles, names = {needle: what for needle, what in _needles(study) if needle}, _names(study)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    # Most of the work is done outside the interpreter.
    with ThreadPoolExecutor(FILES_AT_ONCE, "secrets") as threads:
        for path, what in zip(files, threads.map(partial(_found, needles, names), files), strict=True):
            if what is not None:
                raise Refused(
                    f"Nothing was built: {path.relative_to(folder)} would hold {what}; take it out of the policy or "
                    "the manifest and build again."
                )


def _found(needles: Mapping[bytes, str], names: re.Pattern[bytes] | None, path: Path) -> str | None:
    """What a file holds that it must not, or None."""
    is_data = path.suffix == ".parquet"
    for part in _suspicious(path, [*needles, b"PRIVATE", *STARTS]) if is_data else _chunks(path):
        for needle, what in needles.items():
            if needle in part:
                return what
        if PRIVATE.search(part):
            return "a private key"
        if any(start in part for start in STARTS) and TOKENS.search(part):
            return "a token"
        # In the rows themselves a reviewer's name may be anybody's; they were screened and approved.
        if not is_data and names is not None and names.search(part):
            return "the name of a person of the study"
    return None


def _needles(study: Study) -> Iterator[tuple[bytes, str]]:
    """What must not be found, as it might be spelled, and what it is called."""
    secrets = [(study.secret, "the study's secret")]
    identity = study.folder.read_identity()
    if identity.key_file is not None:
        # Kept elsewhere, nobody here can let it out.
        with suppress(OSError):
            secrets.append((Path(identity.key_file).read_bytes().strip(), "the study's key"))
        yield identity.key_file.encode(), "the path of the study's key"
    for secret, what in secrets:
        yield secret, what
        yield secret.hex().encode(), what
        yield base64.b64encode(secret).rstrip(b"="), what
        yield base64.urlsafe_b64encode(secret).rstrip(b"="), what
    yield str(study.folder.root.absolute()).encode(), "the path of the study"


def _names(study: Study) -> re.Pattern[bytes] | None:
    """The names of all people of the study, but for those that our own words have as well."""
    own = b" ".join(
        file.read_bytes()
        for room in ("workbench.release", "audit")
        for file in resources.files(room).iterdir()
        if file.name.endswith((".py", ".html"))
    )
    names = {name.encode() for _, name, *_ in people.everyone(study.db) if len(name) >= SHORTEST}
    names = {name for name in names if not re.search(rb"\b" + re.escape(name) + rb"\b", own)}
    if not names:
        return None
    return re.compile(rb"(?<![\w.-])(?:" + b"|".join(map(re.escape, sorted(names))) + rb")(?![\w-])")


def _chunks(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        kept = b""
        while chunk := file.read(CHUNK):
            yield kept + chunk
            kept = chunk[-OVERLAP:]


def _suspicious(path: Path, starts: Iterable[bytes]) -> Iterator[bytes]:
    """The values of a data file in which one of these stands: they are found without making each value one of ours."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    pattern = "|".join("".join(f"\\x{byte:02x}" for byte in start) for start in starts)
    with pq.ParquetFile(path) as data:
        # Messages say once more what the other columns do.
        names = [name for name in data.schema_arrow.names if name != "messages"]
        for batch in data.iter_batches(batch_size=ROWS_AT_ONCE, columns=names, use_threads=False):
            for column in batch.columns:
                if pa.types.is_string(column.type):
                    values = column.cast(pa.binary())
                    yield from values.filter(pc.match_substring_regex(values, pattern)).to_pylist()
