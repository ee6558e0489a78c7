"""Headless Chromium over its DevTools pipe: no port, no driver, and nothing outside the loopback interface."""

import base64
import json
import os
import re
import select
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import workbench.browser

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
README = Path(workbench.browser.__file__).parent / "README.md"
ADDRESS = "http://127.0.0.1:8642/"


def recommended() -> list[str]:
    """The options under which the README recommends to start it, without the profile's folder and the address."""
    line = re.search(r"^    chromium (.*)$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert line is not None
    *options, address = shlex.split(line[1])
    assert address == ADDRESS
    return [option for option in options if not option.startswith("--user-data-dir")]


HEADLESS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic")
# Chromium reads commands from descriptor 3 and answers on 4.
EXEC = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
PATIENCE = 60.0
"""Seconds; two loaded cores start Chromium slowly."""

Event = dict[str, Any]
OURS = re.compile(r"\b127\.0\.0\.1\b")


class Page:
    """One tab, and everything it has sent."""

    def __init__(self, browser: "Chromium", session: str) -> None:
        self._browser = browser
        self._session = session
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Event:
        """One DevTools command and its answer."""
        return self._browser.call(method, session=self._session, **parameters)

    def events(self, method: str) -> list[Event]:
        """What has happened of this kind so far."""
        self._browser.read(0)
        return [e["params"] for e in self._browser.seen if (e["method"], e.get("sessionId")) == (method, self._session)]

    def open(self, url: str) -> None:
        """Go to an address."""
        self.call("Page.navigate", url=url)

    def run(self, script: str, later: bool = False) -> Any:
        """The value of an expression in the page; None while there is none.  `later`: of what it promises."""
        return self.call("Runtime.evaluate", expression=script, awaitPromise=later).get("result", {}).get("value")

    def wait(self, script: str) -> Any:
        """Wait until an expression is true in the page."""
        return self._browser.wait(lambda: self.run(script), script)

    def type(self, text: str) -> None:
        """Press keys, one after another."""
        for sign in text:
            named = {"\r": "Enter", "\x1b": "Escape"}.get(sign, sign)
            self.call("Input.dispatchKeyEvent", type="keyDown", key=named, text=sign)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=named)

    def click(self, x: float, y: float, **more: Any) -> None:
        """Click into the page."""
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1, **more)

    def drawn(self) -> str:
        """All that the app has sent to the page, as a terminal reads it."""
        frames = [event["response"] for event in self.events("Network.webSocketFrameReceived")]
        return b"".join(base64.b64decode(f["payloadData"]) for f in frames if f["opcode"] == 2).decode(
            "utf-8", "replace"
        )

    def picture(self) -> bytes:
        """The page as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])


class Chromium:
    """One browser with a profile of its own."""

    def __init__(self, folder: Path, columns: int = 1280, rows: int = 800) -> None:
        assert PROGRAM is not None
        self.log, self.profile = folder / "net.json", folder / "profile"
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", EXEC, str(commands), str(answers), PROGRAM, *HEADLESS, *recommended()),
                "--remote-debugging-pipe",
                f"--user-data-dir={self.profile}",
                f"--log-net-log={self.log}",
                f"--window-size={columns},{rows}",
            ],
            pass_fds=(commands, answers),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"},
        )
        os.close(commands)
        os.close(answers)
        self._pending = b""
        self._replies: dict[int, Event] = {}
        self._number = 0
        self.seen: list[Event] = []

    def page(self) -> Page:
        """A new tab."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        return Page(self, self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])

    def pages(self) -> list[str]:
        """The addresses of all tabs and windows."""
        return [t["url"] for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page"]

    def call(self, method: str, session: str | None = None, **parameters: Any) -> Event:
        """One DevTools command and its answer."""
        self._number += 1
        number = self._number
        command = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        self.wait(lambda: number in self._replies, method)
        reply = self._replies.pop(number)
        assert "error" not in reply, f"{method}: {reply['error']}"
        return dict(reply["result"])

    def wait(self, ready: Callable[[], Any], what: str) -> Any:
        """Wait until something is so."""
        until = time.monotonic() + PATIENCE
        while not (value := ready()):
            assert time.monotonic() < until, f"waited {PATIENCE:.0f} s for: {what}"
            self.read(0.05)
        return value

    def read(self, seconds: float) -> None:
        """Take in what the browser says, waiting so long for its first word."""
        while select.select([self._answers], [], [], seconds)[0]:
            data = os.read(self._answers, 1 << 16)
            assert data, "Chromium has ended"
            *messages, self._pending = (self._pending + data).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self._replies[message["id"]] = message
                else:
                    self.seen.append(message)
            seconds = 0

    def close(self) -> None:
        """End it; its log of the network is complete then."""
        if self._process.poll() is None:
            self.call("Browser.close")
            self._process.wait(PATIENCE)
            os.close(self._commands)
            os.close(self._answers)

    def network(self) -> tuple[set[str], set[str]]:
        """After its end: the addresses it opened connections to, and the hosts that were asked for because of a page
        of this machine: by its content, or by the browser on account of it.
        """
        log = json.loads(self.log.read_text(encoding="utf-8"))
        kinds = {number: name for name, number in log["constants"]["logEventTypes"].items()}
        connected, asked = set(), set()
        for event in log["events"]:
            kind, given = kinds[event["type"]], event.get("params", {})
            if kind == "TCP_CONNECT_ATTEMPT" and "address" in given:
                connected.add(given["address"])
            elif kind == "URL_REQUEST_START_JOB" and OURS.search(
                f"{given.get('initiator')} {given.get('network_isolation_key')}"
            ):
                asked.add(urlsplit(given["url"]).netloc)
        return connected, asked
