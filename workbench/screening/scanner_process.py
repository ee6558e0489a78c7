"""The detector in a process of its own, so that whoever reviews holds little memory and does not wait for it to load.

Both ends stand here.  Requests and answers are JSON, one a line, and travel through two pipes: text is never an
argument, in the environment or in a file.  The process has neither the study's key nor its files, and ends with its
parent.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, BinaryIO

from policies.names import Entity
from policies.schema import Redaction
from redaction.errors import RedactionError
from redaction.finding import Finding
from redaction.roster import Known

if TYPE_CHECKING:
    from redaction.scanner import Scanner  # only the process itself loads it

Row = tuple[Any, ...]
"""A finding's fields."""
# The same modules as here, whatever the working directory; -I keeps everything else off the path.
BEGIN = "import sys; sys.path[:] = sys.argv[1:]; from workbench.screening.scanner_process import serve; serve()"
FIRST = "My sister Anna called from Boston on the third of May."
"""Scanned before the first request, because word lists are read at first use."""


class ScannerProcess:
    """`redaction.scanner.Scanner` behind two pipes: the same findings, one scan at a time, from any thread.

    The process starts at first use.  One that died is replaced once; RedactionError is raised where the next dies too.
    """

    def __init__(self, settings: Redaction) -> None:
        self._settings = settings
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def warm(self) -> None:
        """Begin to load, without waiting for it."""
        if self._one_at_a_time.acquire(blocking=False):  # whoever holds it has begun
            try:
                with suppress(OSError):
                    self._started()
            finally:
                self._one_at_a_time.release()

    def scan(self, text: str) -> list[Finding]:
        """Findings on one page or exchange, sorted by start, never overlapping."""
        return self.scan_session([text])[0]

    def scan_session(self, texts: Sequence[str], known: Sequence[Known] = ()) -> list[list[Finding]]:
        """Findings on each page of one session; `known` is what a roster knows around its subject."""
        request = _line([list(texts), list(known)])
        with self._one_at_a_time:
            answer = self._ask(request) or self._ask(request)
        if not answer:
            raise RedactionError("The detector ended twice over one text; free memory on this machine and try again.")
        found = json.loads(answer)
        if isinstance(found, str):
            raise RedactionError(found)
        return [[_finding(each) for each in page] for page in found]

    def close(self) -> None:
        """End the process, also in the middle of a scan; it holds nothing that could be lost."""
        self._closed = True
        if (process := self._process) is not None:
            process.kill()
        with self._one_at_a_time:
            self._end()

    def _ask(self, request: bytes) -> bytes:
        """The answer; nothing where the process died."""
        answer = b""
        try:
            with suppress(OSError):
                process = self._started()
                assert process.stdin
                assert process.stdout
                process.stdin.write(request)
                process.stdin.flush()
                answer = process.stdout.readline()
        finally:
            # After an interrupt too: the answer under way would be taken for that to the next request.
            if not answer.endswith(b"\n"):
                self._end()
                answer = b""
        return answer

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._closed:
            raise RedactionError("The study was closed, so nothing is scanned any more; open it again.")
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", BEGIN, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")},
                # Ctrl-C and the end of the terminal are its parent's business.
                start_new_session=True,
            )
            assert self._process.stdin
            self._process.stdin.write(_line(self._settings.model_dump(mode="json")))
            self._process.stdin.flush()
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    assert pipe
                    pipe.close()
            process.wait()


def serve() -> None:
    """The other end: load, then answer each line until there are no more, which is when the parent closes or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A crash must leave no text on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not get among the answers.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    settings = json.loads(requests.readline())
    try:
        from redaction.scanner import Scanner

        scanner = Scanner(Redaction.model_validate(settings))
        scanner.scan(FIRST)
    except Exception as problem:
        requests.readline()
        _answer(answers, f"The detector cannot be loaded ({type(problem).__name__}); install the workbench again.")
        return
    for line in requests:
        _answer(answers, _found(scanner, line))


def _found(scanner: "Scanner", request: bytes) -> list[list[Row]] | str:
    """The findings of each text, or a sentence on what went wrong: messages of libraries could quote the text."""
    try:
        texts, known = json.loads(request)
        found = scanner.scan_session(texts, [(Entity(entity), words) for entity, words in known])
        return [[astuple(finding) for finding in page] for page in found]
    except Exception as problem:
        fault = type(problem.__context__ or problem).__name__
        return f"Detection failed on a page ({fault}); report this fault."


def _finding(row: Row) -> Finding:
    start, end, entity, *rest = row
    return Finding(start, end, Entity(entity), *rest)


def _answer(answers: BinaryIO, answer: object) -> None:
    answers.write(_line(answer))
    answers.flush()


def _line(value: object) -> bytes:
    """One line of JSON; half a character, which UTF-8 does not know, must not fail in an error that holds the text."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
