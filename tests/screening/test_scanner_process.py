"""The detector in a process of its own: the same findings, and nothing of a text or a study outside the two pipes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import Entity, Face, LoadedPolicy
from redaction.errors import RedactionError
from redaction.scanner import Scanner
from tests.command import KEY
from tests.conftest import SECRET
from workbench.screening.scanner_process import ScannerProcess
from workbench.study.opening import open_study

TEXT = "My sister Henrietta Thackeray called from Wolverton on the third of May."
PIECES = (
    "Caregiver: my sister Henrietta",
    "called from Wolverton",
    "on the third of May",
    "at 401-555-0123.",
    "\nCoach: Thank you, Rosalind.",
    "she is ninety-four",
    "\u2028",
    "\x00",
    "\U0001f642",
    '"\\n',
    "é e\u0301",
)
PARENT = """
import sys
from policies import load_policy
from workbench.screening.scanner_process import ScannerProcess

detector = ScannerProcess(load_policy("mentalchat16k").policy.redaction)
"""


@pytest.fixture(scope="module")
def here(policy: LoadedPolicy) -> Scanner:
    return Scanner(policy.policy.redaction)


@pytest.fixture(scope="module")
def shared_process(policy: LoadedPolicy) -> Iterator[ScannerProcess]:
    detector = ScannerProcess(policy.policy.redaction)
    yield detector
    detector.close()


@pytest.fixture
def detector(policy: LoadedPolicy) -> Iterator[ScannerProcess]:
    """One that a test may kill."""
    detector = ScannerProcess(policy.policy.redaction)
    yield detector
    detector.close()


def pid(detector: ScannerProcess) -> int:
    assert detector._process is not None
    return detector._process.pid


def lives(process: int) -> bool:
    """Whether it runs; who has ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ends(process: int) -> bool:
    """Whether it ends within a time that a loaded machine needs."""
    until = time.monotonic() + 30
    while lives(process) and time.monotonic() < until:
        time.sleep(0.02)
    return not lives(process)


def until_busy(detector: ScannerProcess) -> None:
    """Wait until a scan is under way."""
    while not detector._one_at_a_time.locked():
        time.sleep(0.01)


def parent(script: str) -> "subprocess.Popen[str]":
    """A Python process that runs `PARENT` and this script."""
    return subprocess.Popen(
        [sys.executable, "-c", PARENT + script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "WORKBENCH_KEY": KEY},
    )


@settings(max_examples=15)
@given(
    st.lists(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=8).map(" ".join), max_size=3),
    st.lists(st.sampled_from([(Entity.NAME, "Henrietta"), (Entity.LOCATION, "thank")]), max_size=2),
)
def test_it_finds_what_the_scanner_finds_in_this_process(
    here: Scanner, shared_process: ScannerProcess, texts: list[str], known: list[tuple[Entity, str]]
) -> None:
    assert shared_process.scan_session(texts, known) == here.scan_session(texts, known)


def test_any_thread_may_scan_and_gets_the_findings_of_its_own_text(
    here: Scanner, shared_process: ScannerProcess
) -> None:
    texts = [f"{'So ' * n}my sister Henrietta called from Wolverton." for n in range(24)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(shared_process.scan, texts)) == [here.scan(text) for text in texts]


def test_it_knows_neither_key_nor_text_nor_files_of_the_study(
    study_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A key that was not taken out of the environment, since a key file was named.
    monkeypatch.setenv("WORKBENCH_KEY", KEY)
    study = open_study(study_folder, SECRET, Face.CLI)
    try:
        assert study.scanner.scan(TEXT)
        process = Path(f"/proc/{study.scanner._process.pid}")
        for told in ("cmdline", "environ"):
            body = (process / told).read_bytes()
            assert body
            for secret in ("Henrietta", "Thackeray", "Wolverton", KEY, str(study_folder)):
                assert secret.encode() not in body
        files = {file.name: os.readlink(file).split(":")[0] for file in (process / "fd").iterdir()}
        assert (files["1"], files["2"]) == ("/dev/null", "/dev/null")
        assert set(files.values()) == {"pipe", "/dev/null"}
    finally:
        study.close()
    assert not process.exists()


def test_a_draft_is_scanned_while_the_study_is_being_changed(study_folder: Path) -> None:
    study = open_study(study_folder, SECRET, Face.CLI)
    try:
        with ThreadPoolExecutor(1) as threads, study.acting(study.actor, study.sitting), study.db.transaction():
            assert threads.submit(study.scanner.scan, TEXT).result(60)
    finally:
        study.close()


def test_warming_starts_it_and_waits_for_nothing(detector: ScannerProcess) -> None:
    detector.warm()
    warmed = pid(detector)
    # Stopped before it can have loaded, it still does not hold up who warms it.
    os.kill(warmed, signal.SIGSTOP)
    detector.warm()
    os.kill(warmed, signal.SIGCONT)
    assert detector.scan(TEXT)
    assert pid(detector) == warmed


def test_one_that_was_killed_is_replaced(here: Scanner, detector: ScannerProcess) -> None:
    detector.scan(TEXT)
    first = pid(detector)
    os.kill(first, signal.SIGKILL)
    assert detector.scan(TEXT) == here.scan(TEXT)
    assert pid(detector) != first


def test_one_killed_in_the_middle_of_a_scan_is_replaced(here: Scanner, detector: ScannerProcess) -> None:
    detector.scan(TEXT)
    os.kill(pid(detector), signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        scan = threads.submit(detector.scan, TEXT)
        until_busy(detector)
        os.kill(pid(detector), signal.SIGKILL)
        assert scan.result(60) == here.scan(TEXT)


def test_where_the_next_one_dies_too_one_sentence_says_so(
    detector: ScannerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/bin/false")
        with pytest.raises(RedactionError) as raised:
            detector.scan(TEXT)
    assert raised.value.exit_code == 2
    assert str(raised.value).startswith("The detector ended twice over one text; ")
    assert raised.value.__context__ is None
    assert detector.scan(TEXT)


def test_what_fails_in_it_is_told_by_its_kind_only(shared_process: ScannerProcess) -> None:
    with pytest.raises(RedactionError) as raised:
        # Its own message would quote what is no entity.
        shared_process.scan_session([TEXT], [("Henrietta", "Thackeray")])  # type: ignore[list-item]
    assert str(raised.value) == "Detection failed on a page (ValueError); report this fault."
    assert raised.value.__context__ is None
    assert shared_process.scan(TEXT)


def test_a_detector_that_cannot_be_loaded_is_tried_anew(
    detector: ScannerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise OSError('a path of this machine')")
    with monkeypatch.context() as patched:
        patched.syspath_prepend(tmp_path)
        with pytest.raises(RedactionError) as raised:
            detector.scan(TEXT)
    assert str(raised.value) == "The detector cannot be loaded (OSError); install the workbench again."
    assert detector.scan(TEXT)


def test_an_interrupted_scan_leaves_no_answer_to_the_next(here: Scanner, detector: ScannerProcess) -> None:
    detector.scan(TEXT)
    os.kill(pid(detector), signal.SIGSTOP)
    here_now = threading.get_ident()

    def interrupt() -> None:
        until_busy(detector)
        signal.pthread_kill(here_now, signal.SIGINT)

    with ThreadPoolExecutor(1) as threads:
        threads.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            detector.scan(TEXT)
    assert detector.scan("Thank you, Rosalind.") == here.scan("Thank you, Rosalind.")


def test_closing_does_not_wait_for_a_scan_under_way(detector: ScannerProcess) -> None:
    detector.scan(TEXT)
    process = pid(detector)
    os.kill(process, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        scan = threads.submit(detector.scan, TEXT)
        until_busy(detector)
        detector.close()
        with pytest.raises(RedactionError, match=r"^The study was closed, "):
            scan.result(60)
    assert not lives(process)


@pytest.mark.parametrize("script", ["detector.warm()", f"detector.scan({TEXT!r})"], ids=["loading", "waiting"])
def test_it_ends_with_its_parent_even_when_that_is_killed(script: str) -> None:
    with parent(f"{script}; print(detector._process.pid, flush=True); input()") as one:
        assert one.stdout
        process = int(one.stdout.readline())
        assert lives(process)
        one.kill()
        one.wait()
        assert ends(process)


def test_it_hears_no_interrupt_and_says_nothing() -> None:
    script = f"""
import os, signal
detector.scan({TEXT!r})
first = detector._process.pid
os.killpg(first, signal.SIGINT)
assert detector.scan({TEXT!r})
print(detector._process.pid == first)
os.kill(first, signal.SIGKILL)
detector.scan({TEXT!r})
detector.close()
"""
    with parent(script) as one:
        said, complaint = one.communicate(timeout=120)
    assert (one.returncode, said, complaint) == (0, "True\n", "")


def test_who_reads_paraphrases_and_reviews_loads_no_detector_and_stays_small(study_folder: Path) -> None:
    script = f"""
import os, sys
from pathlib import Path
import workbench.tui.app
from policies import Face, Verdict, load_policy
from tests.conftest import SECRET, SESSION, add_text
from workbench.desk.commands import Decide, EditExchange, ListQueue, OpenExchange
from workbench.desk.local import LocalDesk
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.study.opening import open_study
from workbench.tui.keymap import print_keymap

print_keymap()  # knows every screen
folder = Path({str(study_folder)!r})
desk = LocalDesk(open_study(folder, SECRET, Face.TUI))
add_text(desk, folder.parent, SESSION)
paraphrase(desk, Extractive(load_policy("mentalchat16k").policy), 42, lambda run, tally: None)
exchange = desk.execute(ListQueue()).rows[0].exchange
shown = desk.execute(OpenExchange(exchange=exchange))
words = "I feel tired and ashamed, and my sister Henrietta does not know. " * 4
shown = desk.execute(EditExchange(exchange=exchange, version=shown.row.version, question=words, answer=words))
assert shown.row.open
desk.execute(Decide(exchange=exchange, version=shown.row.version, verdict=Verdict.REJECT, reason="identifying"))
heavy = "presidio_analyzer spacy onnxruntime tokenizers numpy scipy pandas pyarrow pypdf docx torch".split()
print(*[name for name in heavy if name in sys.modules])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
desk.close()
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, "")
    loaded, kibibytes = ran.stdout.split("\n")[:2]
    assert loaded == ""
    assert int(kibibytes) * 1024 < 300e6
