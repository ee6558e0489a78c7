"""What a server has acknowledged stays, however it or a connection ends; and it tells nobody what it holds."""

import os
import resource
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from policies import Face, UserError, Verdict
from tests.command import Run
from tests.conftest import SECRET, SESSION, add_text
from tests.server.conftest import Serve
from tests.server.served import Served
from workbench.desk.commands import (
    BackUpStudy,
    Decide,
    EditExchange,
    IngestFile,
    ListQueue,
    OpenExchange,
    RefuseFile,
    Status,
    VerifyAudit,
)
from workbench.desk.local import LocalDesk
from workbench.desk.remote import RemoteDesk
from workbench.desk.reviewing import SetPassphrase, TryText
from workbench.errors import NotAllowed, ServerFault, ServerGone, Stale, StudyBusy, Unacknowledged
from workbench.server.answers import Answers, Reply
from workbench.server.unix import UnixSocket
from workbench.study.opening import open_study

unclosed = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@contextmanager
def dropping(served: Served, path: Path) -> Iterator[list[int]]:
    """A socket before the server's that drops the connection once, after the server's first answer to a command.

    Yields the sizes of the answers that were dropped.
    """
    dropped: list[int] = []
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def pass_on(client: socket.socket) -> None:
        asked = bytearray()
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(str(served.socket))

            def upstream() -> None:
                while part := client.recv(2**16):
                    asked.extend(part)
                    server.sendall(part)

            threading.Thread(target=upstream, daemon=True).start()
            while answer := server.recv(2**16):
                if b"/execute" in asked and not dropped:
                    dropped.append(len(answer))
                    break
                client.sendall(answer)
            for end in (client, server):
                end.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=pass_on, args=(client,), daemon=True).start()

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        yield dropped
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()


def test_a_command_whose_answer_was_lost_is_not_carried_out_twice(served: Served, folder: Path) -> None:
    before = len(served.events("file.refused"))
    with dropping(served, folder / "dropping.sock") as dropped:
        desk = RemoteDesk(str(folder / "dropping.sock"), Face.CLI)
        desk.execute(RefuseFile(code="empty"))
        desk.close()
    assert len(dropped) == 1
    assert len(served.events("file.refused")) == before + 1


def test_a_wrong_passphrase_counts_once_where_the_answer_was_lost(served: Served, folder: Path) -> None:
    desk = served.desk()
    desk.execute(SetPassphrase(new="the evenings are long"))
    before = len(served.events("person.authenticated"))
    with dropping(served, folder / "wrong.sock") as dropped:
        through = RemoteDesk(str(folder / "wrong.sock"), Face.CLI)
        with pytest.raises(NotAllowed, match="not right"):
            through.execute(SetPassphrase(new="the mornings are long", old="the nights are long"))
        through.close()
    assert len(dropped) == 1
    assert len(served.events("person.authenticated")) == before + 1
    desk.close()


def test_a_repeated_request_is_answered_as_before_or_not_at_all() -> None:
    done: list[str] = []

    def carry_out() -> Reply:
        done.append("once")
        return Reply(200, b"x" * 2**20)

    answers = Answers("here")
    first = answers.once(("sitting", "1"), None, carry_out)
    assert answers.once(("sitting", "1"), "here", carry_out) is first
    assert answers.once(("sitting", "2"), "here", carry_out).status == 200  # it never arrived the first time
    assert len(done) == 2
    # The same id of somebody else is another request.
    answers.once(("another", "1"), None, carry_out)
    assert len(done) == 3
    # A server that was started anew cannot know whether the one before it carried this out.
    assert b"Unacknowledged" in answers.once(("sitting", "3"), "the one before", carry_out).body
    # Nor are answers kept for ever; that it was carried out is.
    for number in range(100):
        answers.once(("sitting", f"more {number}"), None, carry_out)
    assert b"Unacknowledged" in answers.once(("sitting", "1"), "here", carry_out).body
    assert len(done) == 103


def test_errors_come_through_as_what_they_are(served: Served) -> None:
    desk = served.desk()
    with pytest.raises(Stale, match="has changed since it was shown"):
        desk.execute(Decide(exchange=1, version=99, verdict=Verdict.APPROVE))
    desk.close()


def test_a_decision_given_again_after_a_lost_answer_is_stored_once(served: Served) -> None:
    desk = served.desk()
    version = desk.execute(OpenExchange(exchange=2)).row.version
    given = Decide(exchange=2, version=version, verdict=Verdict.REJECT, reason="off_topic")
    first = desk.execute(given)
    assert first.row.state == "rejected"
    assert desk.execute(given) == first
    assert len(served.events("exchange.rejected")) == 1
    desk.close()


def scanner_of(served: Served) -> int:
    """The process of the server's detector."""
    tasks = Path(f"/proc/{served.process.pid}/task")
    (child,) = [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]
    return child


def test_nobody_waits_while_a_text_is_scanned(study_to_serve: Path, folder: Path, serve: Serve) -> None:
    served = serve(shutil.copytree(study_to_serve, folder / "scanned"), name="scanned")
    desk, other = served.desk(), served.desk()
    version = desk.execute(OpenExchange(exchange=1)).row.version
    typed = {"exchange": 1, "version": version, "question": "My sister Henrietta called.", "answer": "She did."}
    found: list[str] = []

    def scan() -> None:
        found.extend(finding.entity for finding in desk.execute(TryText(**typed)).findings)
        found.extend(finding.state for finding in desk.execute(EditExchange(**typed)).findings)
        add_text(desk, folder, SESSION.replace("twice", "often"))
        found.append(f"{desk.execute(Status()).files} files")

    desk.execute(TryText(**typed))  # the detector is loaded
    detector = scanner_of(served)
    scanning = threading.Thread(target=scan)
    os.kill(detector, signal.SIGSTOP)
    try:
        scanning.start()
        for _ in range(3):
            assert other.execute(Status()).exchanges == 2
            other.execute(OpenExchange(exchange=2))
        assert found == []
    finally:
        os.kill(detector, signal.SIGCONT)
        scanning.join()
    assert found == ["NAME", "open", "2 files"]
    desk.close()
    other.close()


def test_what_is_stored_while_the_log_is_verified_is_no_fault(served: Served) -> None:
    desk = served.desk()
    ended = threading.Event()

    def work() -> None:
        busy = served.desk()
        while not ended.is_set():
            busy.execute(OpenExchange(exchange=1))
        busy.close()

    working = threading.Thread(target=work)
    working.start()
    outcomes = [desk.execute(VerifyAudit()) for _ in range(5)]
    ended.set()
    working.join()
    assert {outcome.fault for outcome in outcomes} == {None}
    sizes = [outcome.events for outcome in outcomes]
    assert sizes == sorted(set(sizes))
    desk.close()


@unclosed
def test_a_server_whose_store_has_failed_says_so_and_ends(study_to_serve: Path, folder: Path, serve: Serve) -> None:
    study = shutil.copytree(study_to_serve, folder / "failing")
    server = serve(study, name="failing")
    desk = server.desk()
    version = desk.execute(OpenExchange(exchange=1)).row.version
    desk.execute(Decide(exchange=1, version=version, verdict=Verdict.REJECT, reason="other"))
    # No file of this process can grow beyond this, as on a full or faulty disk: the store cannot be written whole.
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (2**16, resource.RLIM_INFINITY))
    with pytest.raises(UserError):
        desk.execute(BackUpStudy(folder=str(folder / "backup")))
    assert server.process.wait(60) == 2
    told = server.printed.read_text().splitlines()
    assert told[-1].startswith("The store of the study failed, so that the server has ended; everything acknowledged")
    assert all(line.startswith(("Serving", "Fault at BackUpStudy: IOException in workbench.")) for line in told[:-1])
    assert not server.socket.exists()
    with pytest.raises(ServerGone):
        desk.execute(Status())

    server = serve(study, name="failing")
    assert desk.execute(ListQueue()).rows[0].state == "rejected"
    assert desk.execute(VerifyAudit()).fault is None
    desk.close()


def test_nobody_else_can_open_a_study_that_is_served(served: Served) -> None:
    with pytest.raises(StudyBusy, match="--server"):
        open_study(served.study, SECRET, Face.CLI)
    with pytest.raises(StudyBusy, match="listens at"):
        UnixSocket(served.socket, None)


def test_a_file_that_is_too_large_is_refused(served: Served) -> None:
    desk = served.desk()
    large = IngestFile(name="x" * (65 * 2**20), kind="txt", size=1, sha256=b"", transcripts=())
    with pytest.raises(UserError, match="more than the server takes"):
        desk.execute(large)
    assert desk.execute(Status()).files == 1
    desk.close()


def test_many_threads_share_one_desk(served: Served) -> None:
    desk = served.desk()
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.extend(desk.execute(Status()).exchanges for _ in range(5)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2] * 40
    desk.close()


def test_the_server_prints_no_text_whatever_is_sent_to_it(served: Served) -> None:
    desk = served.desk(Face.TUI)
    view = desk.execute(OpenExchange(exchange=1))
    assert "Thackeray" in view.source
    with pytest.raises(ServerFault, match=r"has a fault \(ValueError\); nothing stored was lost"):
        desk.execute(BackUpStudy(folder="Rosalind\0Thackeray"))
    for hostile in (b"Rosalind Thackeray\r\n\r\n", b"GET /Rosalind HTTP/1.1\r\nX: " + b"Rosalind" * 9000, b"\x16\x03"):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.connect(str(served.socket))
            raw.sendall(hostile)
            raw.shutdown(socket.SHUT_WR)
            raw.recv(1000)
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(served.socket)), trust_env=False) as client:
        client.post("http://workbench/execute?Rosalind", content=b"Rosalind", headers={"workbench-face": "Rosalind"})
    assert desk.execute(Status()).exchanges == 2
    desk.close()
    printed = served.printed.read_text()
    first, *others = printed.splitlines()
    assert first == f"Serving the study at {served.socket}"
    assert others[0] == f"Serving the study at {served.network}, with TLS"
    # One line for the fault, by kind and place, for whoever runs the server.
    assert len(others) == 2
    assert others[1].startswith("Fault at BackUpStudy: ValueError in workbench.")
    assert "Rosalind" not in printed


@unclosed
def test_what_was_acknowledged_survives_a_kill_and_the_log_is_sound(
    study_to_serve: Path, folder: Path, serve: Serve, run: Run
) -> None:
    study = shutil.copytree(study_to_serve, folder / "killed")
    server = serve(study, name="killed")
    desk = server.desk(Face.TUI)
    view = desk.execute(OpenExchange(exchange=1))
    text = {"question": view.question + " What can I do?", "answer": view.answer}
    version = desk.execute(EditExchange(exchange=1, version=view.row.version, **text)).row.version
    desk.execute(Decide(exchange=1, version=version, verdict=Verdict.REJECT, reason="other"))
    assert server.stop(signal.SIGKILL) == -signal.SIGKILL
    with pytest.raises(ServerGone, match="what was acknowledged is stored"):
        desk.execute(Status())

    # It takes its own old socket's place, and the same desk goes on.
    server = serve(study, name="killed")
    row = desk.execute(ListQueue()).rows[0]
    assert (row.exchange, row.version, row.state) == (1, version, "rejected")
    desk.close()
    assert server.stop(signal.SIGTERM) == 0
    assert server.printed.read_text().endswith("Ended.  The log is signed, and everything acknowledged is stored.\n")
    assert not server.socket.exists()

    told = run("audit", "verify", "--study", str(study))
    assert told.returncode == 0, told.stderr
    local = LocalDesk(open_study(study, SECRET, Face.CLI))
    assert local.execute(Status()).rejected == 1
    local.close()


@unclosed
def test_what_many_clients_were_told_is_done_is_done_once_whatever_was_killed_meanwhile(
    study_to_serve: Path, folder: Path, serve: Serve
) -> None:
    shutil.copytree(study_to_serve, folder / "busy")
    server = serve(folder / "busy", name="busy")
    acknowledged: list[str] = []
    unknown: list[str] = []
    ended = threading.Event()

    def client(number: int) -> None:
        desk = server.desk()
        for step in range(10_000):
            if ended.is_set():
                break
            code = f"client-{number}-{step}"
            try:
                desk.execute(RefuseFile(code=code))
                acknowledged.append(code)
            except (ServerGone, Unacknowledged):
                unknown.append(code)
                time.sleep(0.05)
        desk.close()

    clients = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in clients:
        thread.start()
    time.sleep(1)
    server.stop(signal.SIGKILL)
    before = len(acknowledged)
    server = serve(folder / "busy", name="busy")
    time.sleep(1)
    ended.set()
    for thread in clients:
        thread.join()
    assert server.stop() == 0
    assert 0 < before < len(acknowledged)
    recorded = [event.reason for event in server.events("file.refused")]
    assert len(recorded) == len(set(recorded))
    assert set(acknowledged) <= set(recorded) <= {*acknowledged, *unknown}


def test_a_socket_is_made_only_where_nobody_else_can_take_its_place(folder: Path) -> None:
    open_to_all = folder / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    with pytest.raises(UserError, match="anybody could take"):
        UnixSocket(open_to_all / "s.sock", None)
    plain = folder / "plain"
    plain.write_text("a file")
    with pytest.raises(UserError, match="is not a socket"):
        UnixSocket(plain, None)
    assert plain.read_text() == "a file"
    with pytest.raises(UserError, match="bytes"):
        UnixSocket(folder / ("x" * 120), None)
    with pytest.raises(UserError, match="no group"):
        UnixSocket(folder / "s.sock", "no-such-group")
    # One that was left behind by a kill is replaced.
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(folder / "left.sock"))
    left.close()
    made = UnixSocket(folder / "left.sock", None)
    assert (folder / "left.sock").stat().st_mode & 0o777 == 0o660
    made.remove()
    assert not (folder / "left.sock").exists()
