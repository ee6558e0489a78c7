"""What differs between two releases: rows by their text, for ids are new in every release; and what manifests say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from audit.bundle import Bundle

_BATCH = 8192


@dataclass(frozen=True, slots=True)
class Row:
    """A row without its text: digests of question and answer, short, for they are compared within two bundles only."""

    id: str
    split: str
    question: bytes
    answer: bytes

    @property
    def text(self) -> bytes:
        """Both sides."""
        return self.question + self.answer


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows as pairs of ids, one of each release; what has no counterpart stands alone."""

    same: int
    moved: tuple[tuple[str, str], ...]
    """The same text in another data set or split."""
    changed: tuple[tuple[str, str], ...]
    """The same question with another answer, or the reverse."""
    removed: tuple[str, ...]
    added: tuple[str, ...]
    manifest: tuple[tuple[str, str, str], ...]
    """What the manifests say differently: what, in the first, in the second."""


def compare(first: Bundle, second: Bundle) -> Difference:
    """The way from the first verified bundle to the second."""
    before, after = list(_rows(first)), list(_rows(second))
    # Those that stayed where they were are paired first, so that of two rows with one text the right one has moved.
    kept, before, after = _pair(before, after, lambda row: row.split.encode() + row.text)
    moved, before, after = _pair(before, after, lambda row: row.text)
    answers, before, after = _pair(before, after, lambda row: row.question)
    questions, before, after = _pair(before, after, lambda row: row.answer)
    return Difference(
        same=len(kept),
        moved=_ids(moved),
        changed=_ids([*answers, *questions]),
        removed=tuple(sorted(row.id for row in before)),
        added=tuple(sorted(row.id for row in after)),
        manifest=tuple(_manifests(first, second)),
    )


def _rows(bundle: Bundle) -> Iterator[Row]:
    # Brings numpy along, which who only reviews never needs.
    import pyarrow.parquet as pq

    for config in bundle.configs:
        for path in bundle.data_files(config):
            split = f"{config}/{path.name.split('-')[0]}"
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(_BATCH, columns=["id", "input", "output"]):
                    columns = (batch.column(name).to_pylist() for name in ("id", "input", "output"))
                    for row, question, answer in zip(*columns, strict=True):
                        yield Row(row, split, _digest(question), _digest(answer))


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _pair(
    before: list[Row], after: list[Row], key: Callable[[Row], bytes]
) -> tuple[list[tuple[Row, Row]], list[Row], list[Row]]:
    """Pairs of rows with one key, each row once, and the rows that are left on both sides."""
    waiting: dict[bytes, list[Row]] = {}
    for row in reversed(before):
        waiting.setdefault(key(row), []).append(row)
    pairs, left = [], []
    for row in after:
        if others := waiting.get(key(row)):
            pairs.append((others.pop(), row))
        else:
            left.append(row)
    return pairs, [row for rows in waiting.values() for row in rows], left


def _ids(pairs: list[tuple[Row, Row]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((one.id, other.id) for one, other in pairs))


def _manifests(first: Bundle, second: Bundle) -> Iterator[tuple[str, str, str]]:
    before, after = (dict(_flat(_told(bundle))) for bundle in (first, second))
    for name in sorted({**before, **after}):
        pair = before.get(name, "none"), after.get(name, "none")
        if pair[0] != pair[1]:
            yield name, *pair


def _told(bundle: Bundle) -> dict[str, Any]:
    """What of a manifest tells one release from another, apart from digests that differ anyway."""
    fields = bundle.manifest.model_dump(mode="json", exclude={"files", "log", "shuffle", "created"})
    rows: dict[str, int] = {}
    for file in bundle.manifest.files:
        if file.rows is not None:
            _, config, name = file.path.split("/")
            split = f"{config}/{name.split('-')[0]}"
            rows[split] = rows.get(split, 0) + file.rows
    return {**fields, "rows": {"all": bundle.manifest.rows, **rows}}


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The values within a manifest by their dotted names; a list is one value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        yield name, ", ".join(_one(inner) for inner in value) or "none"
    else:
        yield name, "none" if value is None else str(value)


def _one(value: Any) -> str:
    return " ".join(str(inner) for inner in value.values()) if isinstance(value, dict) else str(value)
