"""Speed of the path, as ratios measured in one run on the same pages: `make bench`."""

import time
from collections.abc import Callable
from pathlib import Path

from policies import Face, load_policy
from redaction.engines import AnalyzerEngine
from redaction.language import BlankEngine
from redaction.scanner import Scanner
from tests.conftest import SECRET
from workbench.desk.commands import ClaimPages, IngestFile
from workbench.desk.local import LocalDesk
from workbench.ingest import find_files, read_file
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.samples import TRANSCRIPTS
from workbench.study.opening import create_study, open_study

ROUNDS = 5
POLICY = load_policy("mentalchat16k")


def pages() -> list[str]:
    """The sample pages, several times over."""
    read = [read_file(path, POLICY.policy) for path in find_files([TRANSCRIPTS]).files]
    return [page.text for file in read for transcript in file.transcripts for page in transcript.pages] * ROUNDS


def words_a_second(scan: Callable[[str], object], texts: list[str]) -> float:
    scan(texts[0])
    began = time.perf_counter()
    for text in texts:
        scan(text)
    return sum(len(text.split()) for text in texts) / (time.perf_counter() - began)


def test_scanning_against_presidio_with_its_default_recognizers() -> None:
    scanner = Scanner(POLICY.policy.redaction)
    presidio = AnalyzerEngine(nlp_engine=BlankEngine(), supported_languages=["en"])
    ours = words_a_second(scanner.scan, pages())
    theirs = words_a_second(lambda text: presidio.analyze(text, language="en"), pages())
    print(f"\nscan: ours {ours:,.0f} words/s, Presidio's default {theirs:,.0f} words/s, ratio {ours / theirs:.2f}")


def test_a_stored_and_screened_page_against_the_bare_backend(tmp_path: Path) -> None:
    create_study(tmp_path / "study", POLICY, SECRET, "bench")
    desk = LocalDesk(open_study(tmp_path / "study", SECRET, Face.CLI))
    for path in find_files([TRANSCRIPTS]).files:
        read = read_file(path, POLICY.policy)
        desk.execute(
            IngestFile(
                name=path.name, kind=read.kind.value, size=read.size, sha256=read.sha256, transcripts=read.transcripts
            )
        )
    backend = Extractive(POLICY.policy)
    jobs = desk.execute(ClaimPages(limit=200)).jobs
    began = time.perf_counter()
    for job in jobs:
        backend.generate(job, 0)
    bare = time.perf_counter() - began
    began = time.perf_counter()
    tally = paraphrase(desk, backend, 42, lambda run, tally: None)
    whole = time.perf_counter() - began
    desk.close()
    print(
        f"\nparaphrase: {tally.pages / whole:,.0f} pages/s stored and screened, {whole / bare:.1f} x the bare extract"
    )
