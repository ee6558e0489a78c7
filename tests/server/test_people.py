"""Who may work through the server, and who they are taken for."""

import os
import socket
import ssl
import stat
import subprocess
import sys
import warnings
from pathlib import Path

import httpx
import pytest

from audit.events import Outcome
from policies import Face, Role
from tests.command import Run
from tests.server.served import Served, write_certificate
from workbench.desk.commands import AddPerson, IssueToken, ListPeople, ListQueue, RevokeTokens, Status
from workbench.desk.remote import RemoteDesk, token_in
from workbench.errors import NotAllowed, ServerGone

NOBODY = 65534
# httpcore leaves a socket that it could not connect to the garbage collector.
unclosed = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can act as another login")


def as_other(served: Served, *words: str, gid: int = NOBODY) -> "subprocess.CompletedProcess[str]":
    """A command through the server as the login `nobody`."""
    given = [sys.executable, "-m", "tests.server.other_login", str(NOBODY), str(gid), *words]
    return subprocess.run(
        [*given, "--server", str(served.socket)], capture_output=True, text=True, timeout=120, check=False
    )


def test_the_kernel_says_who_gives_a_command(served: Served) -> None:
    desk = served.desk(Face.TUI)
    assert desk.execute(Status()).exchanges == 2
    desk.execute(ListPeople())
    row = desk.execute(ListQueue()).rows[0]
    assert row.state == "waiting"
    desk.execute(AddPerson(name="berta", uid=None, role=Role.REVIEWER))
    event = served.events("person.added")[-1]
    assert (event.actor, event.authenticated, event.face) == ("tester", "os-uid", "tui")
    assert event.sitting != served.events("study.opened")[-1].sitting
    desk.close()


def test_each_desk_is_a_sitting_of_its_own(served: Served) -> None:
    for role in (Role.REVIEWER, Role.SENIOR):
        desk = served.desk()
        desk.execute(AddPerson(name="carla", uid=None, role=role))
        desk.close()
    first, second = served.events("person.added")[-2:]
    assert first.sitting != second.sitting


def test_only_the_group_reaches_the_socket(served: Served) -> None:
    found = served.socket.stat()
    assert stat.S_ISSOCK(found.st_mode)
    assert stat.S_IMODE(found.st_mode) == 0o660
    if os.getuid() == 0:
        assert found.st_gid == NOBODY


@as_root
def test_a_login_outside_the_group_is_turned_away_by_the_kernel(served: Served) -> None:
    before = len(served.events("connection.refused"))
    ended = as_other(served, "status", gid=12345)
    assert ended.returncode == 2
    assert "may not use the socket" in ended.stderr
    assert len(served.events("connection.refused")) == before


@as_root
def test_a_login_that_is_nobody_of_the_study_is_refused_once_in_the_log_until_added(served: Served) -> None:
    for _ in range(2):
        ended = as_other(served, "status")
        assert ended.returncode == 2, ended.stderr
        assert ended.stderr == (
            "This login (uid 65534) is not a person of this study; ask an operator to run: workbench people add\n"
        )
    # The second refusal waits for the next event, so that nobody fills the disk.
    (event,) = [event for event in served.events("connection.refused") if event.actor == "uid-65534"]
    assert (event.role, event.authenticated, event.outcome) == ("unknown", "none", Outcome.REFUSED)

    desk = served.desk()
    desk.execute(AddPerson(name="dora", uid=NOBODY, role=Role.REVIEWER))
    ended = as_other(served, "status")
    assert ended.returncode == 0, ended.stderr
    assert "paraphrased" in ended.stdout
    # Least rights: a reviewer is no operator.
    ended = as_other(served, "people", "token", "dora")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "needs the role operator" in ended.stderr
    desk.close()


@as_root
def test_another_login_works_without_access_to_the_study(served: Served) -> None:
    assert stat.S_IMODE(served.study.stat().st_mode) == 0o700
    desk = served.desk()
    if NOBODY not in {person.uid for person in desk.execute(ListPeople()).people}:
        desk.execute(AddPerson(name="dora", uid=NOBODY, role=Role.REVIEWER))
    ended = as_other(served, "show", "1", "--json")
    assert ended.returncode == 0, ended.stderr
    event = served.events("exchange.viewed")[-1]
    assert (event.authenticated, event.face) == ("os-uid", "cli")
    assert event.actor == "dora"
    desk.close()


def test_over_tls_a_token_says_who_somebody_is(served: Served) -> None:
    desk = served.desk()
    desk.execute(AddPerson(name="frieda", uid=None, role=Role.OPERATOR))
    token = desk.execute(IssueToken(name="frieda")).token
    assert len(token) >= 43
    far = served.network_desk(token)
    assert far.execute(Status()).exchanges == 2
    far.execute(AddPerson(name="gerda", uid=None, role=Role.REVIEWER))
    event = served.events("person.added")[-1]
    assert (event.actor, event.authenticated) == ("frieda", "token")
    assert served.events("person.token_issued")[-1].object_id == "frieda"

    assert desk.execute(RevokeTokens(name="frieda")).tokens == 1
    with pytest.raises(NotAllowed, match="does not take this token"):
        far.execute(Status())
    far.close()
    desk.close()


@pytest.mark.parametrize("token", [None, "x" * 43, "frieda"])
def test_over_tls_nobody_comes_in_without_a_token_of_the_study(served: Served, token: str | None) -> None:
    # This very login is the founder's, which counts on the Unix socket and not here.
    desk = served.network_desk(token)
    with pytest.raises(NotAllowed, match="token"):
        desk.execute(Status())
    desk.close()
    refused = [event for event in served.events("connection.refused") if event.actor == "unknown"]
    assert len(refused) == 1


def test_plain_tcp_and_an_unknown_certificate_are_refused(served: Served, tmp_path: Path) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://{served.network}/health", trust_env=False)
    with pytest.raises(NotAllowed, match="is not trusted"):
        RemoteDesk(served.network, Face.CLI, "token")
    other, _ = write_certificate(tmp_path)
    with pytest.raises(NotAllowed, match="is not trusted"):
        RemoteDesk(served.network, Face.CLI, "token", other)


def test_tls_before_1_2_is_refused(served: Served) -> None:
    assert _handshake(served.network, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(ssl.SSLError, match=r"ALERT|EOF"):
        _handshake(served.network, ssl.TLSVersion.TLSv1_1)


def _handshake(network: str, newest: ssl.TLSVersion) -> str | None:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client.minimum_version, client.maximum_version = ssl.TLSVersion.TLSv1, newest
    host, port = network.split(":")
    with socket.create_connection((host, int(port))) as plain, client.wrap_socket(plain) as wrapped:
        return wrapped.version()


@pytest.mark.parametrize(
    ("header", "value"), [("workbench-face", "demo"), ("workbench-sitting", "mine"), ("workbench-request", "")]
)
def test_a_client_that_is_none_of_ours_is_refused(served: Served, header: str, value: str) -> None:
    headers = {"workbench-face": "cli", "workbench-sitting": "a" * 32, "workbench-request": "b" * 32, header: value}
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(served.socket)), trust_env=False) as client:
        reply = client.post("http://workbench/execute", content=b"{}", headers=headers)
    assert reply.status_code == 409
    assert reply.json()["error"][0] == "workbench.errors.NotUnderstood"


def test_the_server_shows_nothing_of_itself_but_that_it_lives(served: Served) -> None:
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(served.socket)), trust_env=False) as client:
        health = client.get("http://workbench/health")
        assert set(health.json()) == {"workbench", "workbench-server"}
        for path in ("/docs", "/redoc", "/openapi.json", "/", "/execute"):
            reply = client.get(f"http://workbench{path}")
            assert reply.status_code in (404, 405)
            assert "server" not in reply.headers


@unclosed
def test_where_no_server_is_one_sentence_says_so(folder: Path) -> None:
    with pytest.raises(ServerGone, match="does not answer; what was acknowledged is stored"):
        RemoteDesk(str(folder / "nobody.sock"), Face.CLI)


def test_a_token_lies_in_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "token"
    with pytest.raises(NotAllowed, match="cannot be read"):
        token_in(path)
    path.write_text("a token and more\n")
    path.chmod(0o640)
    with pytest.raises(NotAllowed, match="chmod 600"):
        token_in(path)
    path.chmod(0o600)
    with pytest.raises(NotAllowed, match="holds no token"):
        token_in(path)
    path.write_text("x" * 43 + "\n")
    assert token_in(path) == "x" * 43


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("status --server /nobody/here.sock", "does not answer"),
        ("--server /nobody/here.sock status", "it stands after the command"),
        ("serve --listen 127.0.0.1:1 --study .", "--listen, --tls-cert and --tls-key go together"),
        ("people add anna --role reviewer", "either --uid N or --no-login"),
    ],
)
def test_a_mistake_with_a_server_ends_in_one_sentence(run: Run, given: str, words: str) -> None:
    told = run(*given.split())
    assert (told.returncode, told.stdout) == (2, "")
    assert words in told.stderr
    assert told.stderr.count("\n") == 1
