"""The recording of the demo."""

import json
import socket
from pathlib import Path

from tests.tui.record_demo import COLUMNS, ESCAPES, ROWS, record
from workbench.samples import TRANSCRIPTS, identifiers

OTHERS = ("Tobias", "Manchester", "never comes", str(Path.home()), socket.gethostname(), "key of a recording")


def test_a_recording_plays_and_shows_nothing_but_the_samples(invented, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_STUDY", str(invented))
    monkeypatch.setenv("WORKBENCH_KEY", "a secret of the tests")
    record(pace=0.05, transcripts=TRANSCRIPTS / "Ottoline Brannigan visit 1.txt").save(tmp_path / "demo.cast")
    header, *events = map(json.loads, (tmp_path / "demo.cast").read_text(encoding="utf-8").splitlines())
    assert (header["version"], header["width"], header["height"]) == (2, COLUMNS, ROWS)
    assert {kind for _, kind, _ in events} == {"o"}
    times = [when for when, _, _ in events]
    assert times == sorted(times)
    assert 2 < times[-1] < 30
    shown = ESCAPES.sub("", "".join(text for _, _, text in events))
    assert any(name in shown for name in identifiers()), "the samples are on screen"
    assert "1 approved" in shown
    assert "Theme: light" in shown
    assert [other for other in OTHERS if other in shown] == []
