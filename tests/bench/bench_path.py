"""Speed of the path, as ratios measured in one run on the same pages: `make bench`."""

import time
from pathlib import Path

from policies import Face, load_policy
from tests.conftest import SECRET
from workbench.desk.commands import ClaimPages, IngestFile
from workbench.desk.local import LocalDesk
from workbench.ingest import find_files, read_file
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.samples import TRANSCRIPTS
from workbench.study.opening import create_study, open_study

POLICY = load_policy("mentalchat16k")


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
