"""What the tests share: a small study on invented text, and where the shared data lies."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from policies import Face, LoadedPolicy, load_policy, parse_policy
from tests.command import KEY, Run, run_workbench
from workbench.desk.commands import IngestFile, Reading
from workbench.desk.local import LocalDesk
from workbench.ingest import read_file
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.study.keys import Secret
from workbench.study.opening import create_study, open_study
from workbench.study.study import Study

if TYPE_CHECKING:
    from redaction.scanner import Scanner

# A loaded machine is no fault of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# To derive a key takes a third of a second, on purpose, and what comes of a secret and a salt never changes.  So each
# process of the tests derives it once; commands in processes of their own derive it as always.
Secret.database_key = cache(Secret.database_key)  # type: ignore[method-assign]

SECRET = Secret("environment", KEY.encode())

READ = Reading(milliseconds=90_000, source_words=120, exchange_words=80, whole_source=True, whole_exchange=True)
"""Somebody has read page and exchange to the end; the review screen approves nothing without it."""
SESSION = """\
Caregiver: Hi, this is Rosalind Thackeray. I feel so tired and alone with my mother that I cried in the car \
twice this week, and I am ashamed of crying. I worry every night that she will fall while I am asleep, so I \
hardly sleep, and then I snap at my children over nothing and feel guilty about it all day long.
Coach: Thank you for telling me, Rosalind. It makes sense that you are exhausted, because you carry the work of \
several people without any rest. I wonder whether we could choose one small step for this week, something that \
gives you one night of sleep. What would help you most if you could ask for one thing, and whom could you ask \
for it without feeling that you have failed?
---page---
Caregiver: My sister Henrietta could come from Wolverton on Tuesdays, but I hate asking her. I am afraid she \
will say no, and I get so angry that I feel sick. When I try to plan the week I panic, and then I do nothing, \
and the bills pile up and I feel useless and small, and my stomach hurts every evening.
Coach: Asking is hard when every no feels like proof that you are alone. Let us separate the fact from the \
feeling. The fact is that nobody has been asked yet. You could write one short sentence, read it to me, and then \
decide whether you want to send it. After that we look together at what happened, without blame, and choose the \
next step.
"""


@pytest.fixture(scope="session")
def policy() -> LoadedPolicy:
    """The policy that most tests run under."""
    return load_policy("mentalchat16k")


@pytest.fixture(scope="session")
def policy_once(policy: LoadedPolicy) -> LoadedPolicy:
    """The same with one attempt a page, so that whatever is handed in becomes the exchange."""
    return parse_policy(policy.body.replace("  seed: 42", "  seed: 42\n  attempts: 1"), "The policy")


@pytest.fixture(scope="session")
def made_study(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Path:
    """An empty study that nobody has opened; a test takes a copy."""
    folder = tmp_path_factory.mktemp("made") / "study"
    create_study(folder, policy, SECRET, "tester")
    return folder


@pytest.fixture
def study_folder(made_study: Path, tmp_path: Path) -> Path:
    """An empty study; open it with `SECRET`."""
    return Path(shutil.copytree(made_study, tmp_path / "study"))


@cache
def detector() -> "Scanner":
    """One detector for all tests of a process: each study would start one of its own.

    It remembers what it found, which depends on nothing but the texts: the same few are brought in again and again.
    """
    # Not above: a test looks that a reviewing process, which uses this file, never loads a detector.
    from redaction.scanner import Scanner

    scanner = Scanner(load_policy("mentalchat16k").policy.redaction)
    found = cache(scanner.scan_session)
    scanner.scan_session = lambda texts, known=(): [  # type: ignore[method-assign]
        [*page] for page in found(tuple(texts), tuple(known))
    ]
    return scanner


def open_tested(study: Path, face: Face) -> Study:
    """Open a study as the tests do."""
    opened = open_study(study, SECRET, face)
    opened.scanner = detector()
    return opened


def add_text(desk: LocalDesk, folder: Path, text: str, name: str = "session.txt") -> None:
    """Ingest a transcript given as text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    read = read_file(path, load_policy("mentalchat16k").policy)
    desk.execute(
        IngestFile(
            name=path.name, kind=read.kind.value, size=read.size, sha256=read.sha256, transcripts=read.transcripts
        )
    )


@contextmanager
def opened(study: Path) -> Iterator[LocalDesk]:
    """A study, opened from the command line and closed again."""
    desk = LocalDesk(open_tested(study, Face.CLI))
    try:
        yield desk
    finally:
        desk.close()


@pytest.fixture
def desk_over(study_folder: Path) -> Iterator[Callable[..., LocalDesk]]:
    """Opens the study as its founder, from the face given; closes what was opened."""
    opened: list[LocalDesk] = []

    def over(face: Face = Face.CLI) -> LocalDesk:
        while opened:
            opened.pop().close()
        opened.append(LocalDesk(open_tested(study_folder, face)))
        return opened[-1]

    yield over
    while opened:
        opened.pop().close()


@pytest.fixture(scope="session")
def filled_study(made_study: Path, tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Path:
    """A closed study with two pages and their two exchanges; a test takes a copy."""
    folder = tmp_path_factory.mktemp("filled")
    with opened(Path(shutil.copytree(made_study, folder / "study"))) as desk:
        add_text(desk, folder, SESSION)
        paraphrase(desk, Extractive(policy.policy), 42, lambda run, tally: None)
    return folder / "study"


@pytest.fixture
def small_desk(desk_over: Callable[..., LocalDesk], study_folder: Path, filled_study: Path) -> LocalDesk:
    """A study with two pages and their two exchanges, opened as the review screen opens it."""
    shutil.rmtree(study_folder)
    shutil.copytree(filled_study, study_folder)
    return desk_over(Face.TUI)


@pytest.fixture(scope="session")
def run() -> Run:
    """Runs the command line in a process of its own."""
    return run_workbench


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data; tests that use it skip where it is absent."""
    folder = Path(os.environ.get("WORKBENCH_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared data at {folder}; set WORKBENCH_SHARED")
    return folder
