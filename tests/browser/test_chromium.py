"""The review screen in headless Chromium, started as the README recommends.

`WORKBENCH_DRAW=1 python -m pytest tests/browser -k picture` takes the README's picture anew.
"""

import io
import os
import time
from pathlib import Path

import pytest
from PIL import Image

import workbench.browser
from policies import Face
from tests.conftest import SECRET, SESSION, add_text, open_tested
from workbench.browser.pages import ASSETS
from workbench.cli.ingest import ingest_paths
from workbench.desk.commands import ListQueue, OpenExchange, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.samples import MANIFEST, TRANSCRIPTS
from workbench.study.opening import create_study, open_study

PICTURE = Path(workbench.browser.__file__).parent / "screenshot.png"
WORDS = "Rosalind Thackeray"


def sit_down(chromium, served, number=1):
    """Open the page, type the code, and wait until the app has drawn an exchange."""
    page = chromium.page()
    page.open(f"{served.origin}/")
    page.wait("document.activeElement && document.activeElement.id === 'code'")
    page.type(served.code(number) + "\r")
    chromium.wait(lambda: "Exchange 1" in page.drawn(), "an exchange on the page")
    page.wait("document.activeElement && document.activeElement.matches('.xterm-helper-textarea')")
    return page


def colours(png):
    """How many colours a picture has."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return len(image.getcolors(image.width * image.height))


def test_a_key_in_the_browser_decides_an_exchange_of_the_study(chromium, served, study):
    page = sit_down(chromium, served)
    assert WORDS in page.drawn()
    chromium.wait(lambda: "Quit" in page.drawn(), "the keys below")
    assert colours(page.picture()) > 20
    time.sleep(1)  # a version must have been on screen for half a second
    page.type("a")
    chromium.wait(lambda: "Exchange 2" in page.drawn(), "the next exchange")
    page.type("q")
    chromium.wait(lambda: "This sitting" in page.drawn(), "the summary")
    page.type(" ")
    page.wait("!!document.querySelector('form')")
    served.code(2)
    desk = LocalDesk(open_study(study, SECRET, Face.CLI))
    assert [row.state for row in desk.execute(ListQueue()).rows] == ["approved", "waiting"]
    decision = desk.execute(OpenExchange(exchange=1)).decisions[-1]
    assert (decision.person, decision.face, decision.verdict) == ("tester", "tui", "approve")
    assert desk.execute(VerifyAudit()).fault is None
    desk.close()
    assert WORDS not in served.printed


def test_the_page_reaches_nothing_else_and_the_browser_keeps_nothing(chromium, served):
    page = sit_down(chromium, served)
    here = {f"127.0.0.1:{served.port}"}
    asked = {event["request"]["url"] for event in page.events("Network.requestWillBeSent")}
    assert asked == {f"{served.origin}/{path}" for path in ("", *map("static/{}".format, ASSETS))}
    assert page.run("document.title") == "workbench"
    assert page.run("JSON.stringify([localStorage.length, sessionStorage.length, document.cookie])") == '[0,0,""]'
    assert WORDS not in page.run("document.documentElement.outerHTML")
    page.open("about:blank")
    served.code(2)
    page.run("history.back()")
    page.wait("!!document.querySelector('form')")
    assert not page.run("!!document.querySelector('canvas')")
    chromium.close()
    connected, because_of_the_page = chromium.network()
    assert connected == here
    assert because_of_the_page == here
    kept = [path for path in chromium.profile.rglob("*") if path.is_file()]
    assert len(kept) > 20
    for words in (WORDS, SESSION[100:130], served.code(1)):
        assert not [path for path in kept if words.encode() in path.read_bytes()]


def test_a_second_page_and_a_page_loaded_again_have_no_sitting(chromium, served):
    first = sit_down(chromium, served)
    second = chromium.page()
    second.open(f"{served.origin}/")
    second.wait("document.body && document.body.innerText.includes('open in another tab')")
    assert not second.run("!!document.querySelector('form')")
    assert first.run("!!document.querySelector('canvas')")
    first.call("Page.reload")
    first.wait("!!document.querySelector('form')")
    # The page that only said so has looked again.
    second.wait("!!document.querySelector('form')")
    sit_down(chromium, served, 2)


def test_a_link_in_a_transcript_leads_nowhere(chromium, serve, tmp_path, browsable):
    create_study(tmp_path / "study", browsable, SECRET, "tester")
    desk = LocalDesk(open_tested(tmp_path / "study", Face.CLI))
    link = "https://records.example/anna "
    add_text(desk, tmp_path, SESSION.replace("I worry every night", f"{link * 40} I worry every night"))
    paraphrase(desk, Extractive(browsable.policy), 42, lambda run, tally: None)
    desk.close()
    served = serve("--study", tmp_path / "study")
    page = sit_down(chromium, served)
    assert "https://records.example" in page.drawn()
    before = set(chromium.pages())
    for y in range(100, 260, 20):
        page.click(400, y)
    # Not even a script could: the page's headers forbid it, whatever stands in the page.
    script = (
        "document.body.appendChild(document.createElement('iframe')).contentWindow.open.call(window, 'about:blank')"
    )
    assert page.run(f"{script} === null") is True
    assert set(chromium.pages()) == before
    assert page.run("location.href") == f"{served.origin}/"


def test_text_cannot_be_copied_off_the_page(chromium, served):
    page = sit_down(chromium, served)
    page.call("Input.dispatchMouseEvent", type="mousePressed", x=300, y=60, button="left", clickCount=1, modifiers=8)
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=700, y=120, button="left", modifiers=8)
    page.call("Input.dispatchMouseEvent", type="mouseReleased", x=700, y=120, button="left", clickCount=1, modifiers=8)
    assert page.run("document.querySelector('.xterm-helper-textarea').value") == ""
    assert page.run("getSelection().toString()") == ""
    for way in ("copy", "cut", "contextmenu", "dragstart"):
        assert (
            page.run(f"document.body.dispatchEvent(new Event('{way}', {{bubbles: true, cancelable: true}}))") is False
        )
    assert (
        page.run("navigator.clipboard.writeText('x').then(() => 'written', () => 'refused')", later=True) == "refused"
    )


@pytest.mark.skipif("WORKBENCH_DRAW" not in os.environ, reason="takes the README's picture; set WORKBENCH_DRAW=1")
def test_the_picture_of_the_samples(chromium, serve, tmp_path, browsable):
    create_study(tmp_path / "study", browsable, SECRET, "tester")
    desk = LocalDesk(open_study(tmp_path / "study", SECRET, Face.CLI))
    ingest_paths(desk, browsable.policy, [TRANSCRIPTS], MANIFEST)
    paraphrase(desk, Extractive(browsable.policy), 42, lambda run, tally: None)
    desk.close()
    page = sit_down(chromium, serve("--study", tmp_path / "study"))
    time.sleep(3)  # the last of it is drawn after the first exchange
    # A palette of its own colours looks the same and is a third as large.
    Image.open(io.BytesIO(page.picture())).convert("RGB").quantize(256).save(PICTURE, optimize=True)
    assert PICTURE.stat().st_size < 100_000
