"""The web server: what it gives to whom, and how a sitting ends."""

import asyncio
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError

from audit.mirror import Mirror
from audit.query import Query, find_events
from policies import Face, parse_policy
from tests.conftest import SECRET
from workbench.browser import pages, peer
from workbench.desk.commands import OpenExchange
from workbench.desk.local import LocalDesk
from workbench.study.opening import create_study, open_study

EXAMINED = "c1e7f29ed0facdd331181d6262f92acfc1cf908569d9e013c16038142a23a470"


def ask(served, path="/", method="GET", body=None, **headers):
    """One request as the page would send it, with some headers otherwise; None leaves a header out."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    given = {"Host": f"127.0.0.1:{served.port}", "Origin": served.origin}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection.putrequest(method, path, skip_host=True)
    if body is not None:
        given |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    for name, value in given.items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders(body.encode() if body is not None else None)
    answer = connection.getresponse()
    answer.text = answer.read().decode()
    connection.close()
    return answer


def enter(served, code):
    """Type a code; the cookie, if it was the right one."""
    answer = ask(served, method="POST", body=f"code={code}")
    return answer.headers["Set-Cookie"] if answer.status == 303 else None


def connect(session, served, cookie, origin=None):
    return session.ws_connect(
        f"ws://127.0.0.1:{served.port}/ws?width=120&height=40",
        headers={"Cookie": cookie.split(";")[0], "Origin": origin or served.origin},
    )


async def draw(page, words):
    """What the app draws until certain words are among it."""
    drawn = b""
    while words.encode() not in drawn:
        message = await page.receive(60)
        assert message.type is WSMsgType.BINARY
        drawn += message.data


async def press(page, keys):
    await page.send_str(json.dumps(["stdin", keys]))


def is_running(process):
    return Path(f"/proc/{process}/stat").exists() and " Z " not in Path(f"/proc/{process}/stat").read_text()


def test_without_the_code_there_is_a_form_and_nothing_else(served):
    form = ask(served)
    assert form.status == 200
    assert form.text.count("<form") == 1
    assert "script" not in form.text
    for path in ("/static/textual.js", "/static/screen.js", "/static/", "/static", "/download/1", "/index.html"):
        assert ask(served, path).status == 404
    assert ask(served, "/ws").status == 403


def test_every_answer_forbids_the_browser_what_it_does_not_need(served):
    for path in ("/", "/static/textual.js", "/ws"):
        answer = ask(served, path)
        assert pages.HEADERS.items() <= dict(answer.headers).items()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "http" not in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers


def test_the_pass_is_a_cookie_that_scripts_and_other_sites_do_not_get(served):
    cookie = enter(served, served.code())
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    page = ask(served, Cookie=cookie.split(";")[0])
    assert "textual-terminal" in page.text
    assert f"connect-src ws://127.0.0.1:{served.port}/ws;" in page.headers["Content-Security-Policy"]
    served.end()
    assert cookie.split("=")[1].split(";")[0] not in served.printed


def test_the_right_code_from_elsewhere_is_refused(served):
    foreign = [{"Host": "records.example"}, {"Host": f"localhost:{served.port}"}]
    foreign += [{"Origin": origin} for origin in ("http://records.example", "http://127.0.0.1:1", "null", None)]
    for headers in foreign:
        assert ask(served, method="POST", body=f"code={served.code()}", **headers).status == 403, headers
    assert enter(served, served.code()) is not None


async def test_another_page_cannot_use_the_connection(served):
    cookie = enter(served, served.code())
    async with ClientSession() as client:
        for origin in ("http://records.example", "http://127.0.0.1:1", "null"):
            with pytest.raises(WSServerHandshakeError) as refused:
                await connect(client, served, cookie, origin)
            assert refused.value.status == 403
    for path in ("/static/textual.js", "/ws"):
        assert ask(served, path, Cookie=cookie.split(";")[0], Sec_Fetch_Site="same-site").status == 403


def test_five_wrong_codes_and_the_terminal_prints_another(served):
    first = served.code()
    for _ in range(5):
        assert enter(served, "2222-2222") is None
    second = served.code(2)
    assert enter(served, first) is None
    assert enter(served, second) is not None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can take the part of another login")
def test_another_login_of_the_machine_is_refused_before_anything_else(served):
    code = served.code()
    # The kernel notes whose a socket is when it is made.
    os.seteuid(65534)
    try:
        stranger = socket.create_connection(("127.0.0.1", served.port))
    finally:
        os.seteuid(0)
    body = f"code={code}"
    stranger.sendall(
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nOrigin: {served.origin}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    answer = b"".join(iter(lambda: stranger.recv(4096), b""))
    stranger.close()
    assert answer.startswith(b"HTTP/1.1 403")
    served.read("(A connection of the login 65534 was refused)")
    assert enter(served, code) is not None


def test_the_kernel_knows_both_ends_of_a_connection():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::ffff:127.0.0.1")):
            with socket.socket(family) as client:
                client.connect((host, listening.getsockname()[1]))
                server, address = listening.accept()
                assert peer.uid_of(address, server.getsockname()) == os.getuid()
                assert peer.uid_of((address[0], 1), server.getsockname()) is None
                server.close()


async def test_a_sitting_draws_and_ends_with_its_page(served, study):
    cookie = enter(served, served.code())
    async with ClientSession() as client:
        page = await connect(client, served, cookie)
        await draw(page, "Exchange 1")
        process = served.session()
        told = Path(f"/proc/{process}/cmdline").read_bytes()
        assert SECRET.value not in told
        assert str(study).encode() not in told
        assert (ask(served).status, ask(served, Cookie=cookie.split(";")[0]).text.count("<form")) == (200, 0)
        with pytest.raises(WSServerHandshakeError):
            await connect(client, served, cookie)
        await page.close()
    await asyncio.to_thread(served.code, 2)
    assert not is_running(process)
    open_study(study, SECRET, Face.CLI).close()
    deeds = [event.action for event in find_events(Mirror(study / "mirror"), Query())]
    assert {"sitting.began", "claim.returned", "sitting.ended"} <= set(deeds)


async def test_a_confined_sitting_can_edit_and_screen(served, study):
    async with ClientSession() as client:
        page = await connect(client, served, enter(served, served.code()))
        await draw(page, "Exchange 1")
        await asyncio.sleep(1)  # a version must have been on screen for half a second
        await press(page, "e")
        await draw(page, "Save and screen")
        await press(page, "Well, said Rosalind. ")
        await press(page, "\x13")  # ctrl+s
        await draw(page, "Saved: version 2")
        await page.close()
    await asyncio.to_thread(served.code, 2)
    desk = LocalDesk(open_study(study, SECRET, Face.CLI))
    view = desk.execute(OpenExchange(exchange=1))
    desk.close()
    assert "Well, said Rosalind." in view.answer
    assert "Rosalind" in [view.answer[f.start : f.stop] for f in view.findings if f.side == "answer"]


async def test_what_is_no_message_of_a_page_ends_the_sitting(served):
    nonsense = ("nonsense", "[]", '["resize", {"width": [], "height": 1}]')
    for number, words in enumerate(nonsense, start=1):
        async with ClientSession() as client:
            page = await connect(client, served, enter(served, await asyncio.to_thread(served.code, number)))
            await page.send_str(words)
            while (await page.receive(60)).type is WSMsgType.BINARY:
                pass
    await asyncio.to_thread(served.code, len(nonsense) + 1)


async def test_a_process_that_is_killed_takes_its_page_along(served):
    async with ClientSession() as client:
        page = await connect(client, served, enter(served, served.code()))
        await page.receive(60)
        os.kill(served.session(), signal.SIGKILL)
        while (await page.receive(60)).type is WSMsgType.BINARY:
            pass
    await asyncio.to_thread(served.code, 2)
    assert "ended without a word" in ask(served).text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
async def test_no_process_outlives_the_server(served, study, number):
    async with ClientSession() as client:
        page = await connect(client, served, enter(served, served.code()))
        await page.receive(60)
        process = served.session()
        served.process.send_signal(number)
        await asyncio.to_thread(served.process.wait, 60)
        until = time.monotonic() + 60
        while is_running(process):
            assert time.monotonic() < until
            await asyncio.sleep(0.1)
        await page.close()
    open_study(study, SECRET, Face.CLI).close()


async def test_a_study_in_use_is_said_on_the_page(served, study):
    code = served.code()
    held = open_study(study, SECRET, Face.CLI)
    async with ClientSession() as client:
        page = await connect(client, served, enter(served, code))
        assert (await page.receive(60)).type is WSMsgType.CLOSE
    held.close()
    await asyncio.to_thread(served.code, 2)
    assert "Another process has" in ask(served).text


async def test_a_server_may_hold_the_study(serve, study, monkeypatch):
    with tempfile.TemporaryDirectory(prefix="wb-") as folder:  # a socket's path must be short
        address = Path(folder) / "socket"
        monkeypatch.setenv("WORKBENCH_KEY", SECRET.value.decode())
        command = [sys.executable, "-m", "workbench", "serve", "--study", study, "--socket", address]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
            while not address.is_socket():
                assert server.poll() is None
                await asyncio.sleep(0.1)
            served = serve("--server", address)
            async with ClientSession() as client:
                page = await connect(client, served, enter(served, await asyncio.to_thread(served.code)))
                await draw(page, "Exchange 1")
                await page.close()
            await asyncio.to_thread(served.code, 2)
            server.terminate()
    deeds = [(event.action, event.face) for event in find_events(Mirror(study / "mirror"), Query())]
    assert ("sitting.began", "tui") in deeds
    assert ("sitting.ended", "tui") in deeds


def test_a_server_in_the_network_is_not_connected_to(serve):
    served = serve("--server", "records.example:8443")
    served.read("(opens no connection to the network)")
    assert served.process.wait(60) == 2


def test_a_policy_that_does_not_allow_it_is_obeyed(serve, tmp_path, policy):
    create_study(tmp_path / "study", policy, SECRET, "tester")
    served = serve("--study", tmp_path / "study")
    served.read("(policy does not allow a browser)")
    assert served.process.wait(60) == 2


def test_passwords_of_the_system_need_a_server(serve, tmp_path, browsable):
    body = browsable.body.replace("  browser: true\n", "  browser: true\n  signing: pam\n")
    create_study(tmp_path / "study", parse_policy(body, "The policy"), SECRET, "tester")
    served = serve("--study", tmp_path / "study")
    served.read("(--server)")
    assert served.process.wait(60) == 2


def test_no_code_is_printed_where_no_person_reads_it(run, study):
    refused = run("browser", "--study", str(study))
    assert refused.returncode == 2
    assert "printed on a terminal" in refused.stderr
    assert refused.stdout == ""


def test_the_script_served_is_the_one_that_was_examined():
    digest = hashlib.sha256(pages.ASSETS["textual.js"].read_bytes()).hexdigest()
    assert digest == EXAMINED, "textual-serve has another script; examine it (workbench/browser/README.md)"
