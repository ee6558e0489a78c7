"""Every file of a bundle.  Rows, size of the log and time are given: the same once more gives the same bytes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path

import pyarrow as pa

from audit.bundle import (
    MANIFEST,
    SUMS,
    ApplicationRef,
    AssuranceRef,
    BundleFile,
    LogRef,
    Manifest,
    ModelRef,
    PolicyRef,
    PromptRef,
    file_digest,
    sums_bytes,
)
from audit.bundle_data import APPROVALS, row_schema
from policies.models import recognise
from workbench import __version__
from workbench.desk.release_views import Bound
from workbench.release import bound, figures, gate, report, rescan, secrets, sign, statistics
from workbench.release.about import About, Generator, Lengths
from workbench.release.ahead import ahead
from workbench.release.card import CARD, card
from workbench.release.citation import CITATION, citation
from workbench.release.croissant import CROISSANT, croissant
from workbench.release.gate import Plan
from workbench.release.going import Rows
from workbench.release.rows import Layout, lay_out
from workbench.release.told import ReleaseStatistics
from workbench.release.writing import Writer, rows_of, spool_of
from workbench.review.quality import agreement
from workbench.store import quality, releases
from workbench.study.study import Study

REPORT = "report.html"
FIGURES = "figures"
VERIFY = "verify_release.py"


@dataclass(frozen=True, slots=True)
class Making:
    """What a bundle is called, when it was made, and how large the log was then (with its root)."""

    name: str
    version: str
    created: datetime
    log_size: int
    log_root: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """The SHA-256 of the manifest, the rows for the study to keep, and the counts that stay, as told."""

    digest: str
    rows: Iterator[pa.Table]
    """Id, exchange, version and digest of each, in order of the study."""
    excluded: dict[str, int]


def make(study: Study, folder: Path, making: Making, planned: Plan) -> Made:
    """Write every file of a bundle into an empty folder; changes nothing of the study.

    Raises Refused where a text is not the one that was approved, or a file holds what must not go.
    """
    going, policy = planned.rows, study.policy
    # One reads and counts, the other reckons: together they take as long as one.
    with ThreadPoolExecutor(1, "before") as beside:
        before = beside.submit(statistics.raw_lengths, study)
        layout = lay_out(study, making.name, going)
    counted = statistics.Accumulator(before=before.result())
    counted.add_rows(going, layout.splits.__getitem__)
    with spool_of(study, layout) as rows:
        writer = Writer(layout, rows, policy.release.instruction)
        for part in ahead(gate.parts(study, going)):
            writer.keep(part)
            counted.add_texts(going, part)
        writer.write(folder)
        writer.write_keys(folder / APPROVALS)
    numbers = statistics.of_counts(study, going, counted, planned.excluded)
    configs = sorted({file.config for file in layout.files})
    lengths = {
        config: (_lengths(counted.words[config, "input"]), _lengths(counted.words[config, "output"]))
        for config in configs
    }
    made_by = releases.made_by(study.db, {"multi_turn" if config == "multi_turn" else "exchange" for config in lengths})
    about = About(
        name=making.name,
        version=making.version,
        created=making.created,
        policy=policy,
        policy_digest=study.loaded_policy.digest,
        files=tuple(layout.files),
        columns=tuple(row_schema(layout.links is not None).names),
        lengths=lengths,
        sessions=_sessions(going, policy.release.smallest_cell),
        generators=tuple(_generator(backend, model) for backend, model, _ in made_by),
        approvers=len(planned.approvers),
        excluded=planned.excluded,
        unstated=planned.unstated,
        agreement=agreement(quality.pairs(study.db)),
        bound=bound.of(study, going),
        shuffle=layout.shuffle,
    )
    _write_words(study, folder, about, numbers, layout)
    excluded = {reason: told for reason, told in numbers.excluded.items() if told is not None}
    manifest = Manifest(
        name=making.name,
        version=making.version,
        created=making.created,
        rows=len(going),
        files=tuple(_measured(folder, path, layout) for path in _files(folder)),
        columns=about.columns,
        policy=PolicyRef(
            name=policy.name,
            version=policy.version,
            digest=study.loaded_policy.digest,
            scope=policy.release.scope,
            basis=policy.basis,
            licence=policy.release.licence,
            expires=policy.determination.expires if policy.determination else None,
        ),
        prompts=tuple(
            PromptRef(name=policy.paraphrase.prompt, digest=prompt)
            for prompt in sorted({prompt for *_, prompt in made_by if prompt})
        ),
        models=tuple(
            ModelRef(backend=backend, digest=model) for backend, model in sorted({(b, m) for b, m, _ in made_by})
        ),
        application=ApplicationRef(name="curation-workbench", version=__version__),
        excluded=excluded,
        approvers=len(planned.approvers),
        shuffle=layout.shuffle,
        assurance=_assurance(about.bound),
        signers=sign.signers(study),
        log=LogRef(size=making.log_size, root=making.log_root.hex()),
    )
    (folder / MANIFEST).write_bytes(manifest.to_bytes())
    (folder / SUMS).write_bytes(sums_bytes(manifest))
    secrets.scan_files(study, folder)
    return Made(file_digest(folder / MANIFEST), rows_of(going, layout), excluded)


def _write_words(study: Study, folder: Path, about: About, numbers: ReleaseStatistics, layout: Layout) -> None:
    """Card, report, figures, citation, Croissant, and the script that checks all of it."""
    drawn = figures.draw(numbers, folder / FIGURES)
    words = {
        CARD: card(about, numbers, [path.relative_to(folder).as_posix() for path in drawn]),
        CITATION: citation(about),
        CROISSANT: croissant(about, {file.path: _measured(folder, file.path, layout) for file in layout.files}),
        REPORT: report.html(numbers, drawn, name=about.name),
        VERIFY: resources.files("audit").joinpath(VERIFY).read_text(encoding="utf-8"),
    }
    for name, text in words.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    # The rest of these words is this program's own; the policy's and the manifest's are somebody's.
    for text in _foreign_words(about, numbers):
        rescan.scan_text(study, text)


def _foreign_words(about: About, numbers: ReleaseStatistics) -> Iterable[str]:
    policy = about.policy
    yield about.name
    yield policy.release.instruction
    yield policy.paraphrase.population
    if policy.determination is not None:
        yield policy.determination.conditions
    yield from numbers.labels


def _lengths(words: Counter[int]) -> Lengths:
    """From how many rows have so many words."""
    total = sum(length * rows for length, rows in words.items())
    return Lengths(words.total(), total, min(words), max(words))


def _files(folder: Path) -> list[str]:
    """Paths of all files within a folder, in a fixed order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _measured(folder: Path, path: str, layout: Layout) -> BundleFile:
    file = folder / path
    rows = next((data.rows for data in layout.files if data.path == path), None)
    return BundleFile(path=path, bytes=file.stat().st_size, sha256=file_digest(file), rows=rows)


def _sessions(going: Rows, smallest: int) -> dict[str, int | None]:
    """Sessions behind each data set, None where these are few."""
    found = Counter(going.configs[config] for config, _ in {*zip(going.config, going.sessions, strict=True)})
    return {config: number if number >= smallest else None for config, number in found.items()}


def _generator(backend: str, model: str) -> Generator:
    known = recognise(model)
    return Generator(backend, known.source if known else None, known.licence if known else None)


def _assurance(found: Bound | None) -> AssuranceRef | None:
    if found is None:
        return None
    return AssuranceRef(
        sample=found.size,
        subjects=found.subjects,
        leaks=found.leaks,
        bound_rows=_millionths(found.rows),
        bound_people=_millionths(found.people),
    )


def _millionths(share: float) -> int:
    """Rounded up, so that a bound stays one."""
    return min(1_000_000, int(share * 1_000_000) + 1)
