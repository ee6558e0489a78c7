"""The scanner as a whole: what it promises of every text, sessions, and that it needs no network."""

import logging
import socket
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Entity
from policies.schema import Redaction
from redaction.finding import Finding
from redaction.overlaps import resolve
from redaction.propagation import SessionKnowledge
from redaction.scanner import Scanner, _silence_presidio

SHARED = Scanner(Redaction())
"""hypothesis asks for no function-scoped fixtures."""

SPEECH = st.lists(
    st.sampled_from(
        "Caregiver: my sister Ottilie Brandvold 's called from Duluth , Ohio on the nineteenth of May . "
        "four one two dash "
        "oh seven at gmail dot com M-A-R St. Casimir's Hospice Dr. will hope Grace 1482 "
        "Quillback Lane [NAME_3] [laughs] "
        "(00:01:02) she's ninety-four PISCES-0417 P.O. Box 7 \n Coach: \u00c9lodie \U0001f600 \u2019s **** $12".split(
            " "
        )
    ),
    max_size=40,
).map(" ".join)


@given(st.one_of(SPEECH, st.text(max_size=200)))
def test_findings_are_sorted_lie_in_the_text_and_never_overlap(text):
    last = 0
    for finding in SHARED.scan(text):
        assert last <= finding.start < finding.end <= len(text)
        assert 0.4 <= finding.score <= 1
        assert finding.explanation
        last = finding.end


def test_a_finding_says_who_reported_it_and_why_without_quoting_the_text(scanner):
    text = "Caregiver: My sister Ottilie Brandvold lives at 1482 Quillback Lane; call 412-555-0122."
    for finding in scanner.scan(text):
        assert finding.recognizer.endswith("Recognizer")
        assert not finding.explanation.startswith("reported by")
        for word in ("Ottilie", "Brandvold", "Quillback", "1482", "0122"):
            assert word.lower() not in finding.explanation.lower()


def test_findings_below_the_threshold_of_the_policy_are_not_reported():
    text = "Caregiver: My sister Ottilie and I sat by the lake, and it was a bitty place, old hickory stump and all."
    low, high = Scanner(Redaction(threshold=0.3)).scan(text), Scanner(Redaction(threshold=0.9)).scan(text)
    assert "Ottilie" in [f.text_in(text) for f in high]
    assert all(f.score >= 0.9 for f in high)
    assert len(high) <= len(low)


def test_a_name_found_with_confidence_is_found_on_every_page_of_the_session(scanner):
    pages = [
        "Caregiver: My sister Ottilie Zvornik helps me.",
        "caregiver: then ottilie's car broke down and zvornik paid\ncoach: oh no",
    ]
    second = scanner.scan_session(pages)[1]
    assert [f.text_in(pages[1]) for f in second] == ["ottilie", "zvornik"]


def test_one_session_teaches_nothing_to_the_next(scanner):
    scanner.scan_session(["Caregiver: They named him Dusty."])
    assert scanner.scan("caregiver: the shelf was dusty again\ncoach: ok") == []


def test_names_that_are_common_words_do_not_flood_the_session(scanner):
    pages = [
        "Caregiver: My brother Will and my aunt Hope came over.",
        "Caregiver: I will go, I hope. It will be hard. We hope for rest. Then I asked Will about it.",
    ]
    first, second = scanner.scan_session(pages)
    assert [f.text_in(pages[0]) for f in first] == ["Will", "Hope"]
    assert [f.text_in(pages[1]) for f in second] == ["Will"]


def test_of_two_overlapping_findings_the_wider_one_is_reported(covered):
    found = covered("Caregiver: We live at 1482 Grace Kelly Avenue.")
    assert found == [("LOCATION", "1482 Grace Kelly Avenue")]


def test_speaker_labels_notes_and_time_stamps_are_no_findings(scanner):
    assert scanner.scan("Caregiver: (00:01:07) [laughs] I am so tired.\nCoach: (00:01:09) Tell me.") == []


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b", "[NAME_1]"])
def test_a_text_without_words_has_no_findings(scanner, text):
    assert scanner.scan(text) == []


def test_building_and_scanning_open_no_connection_and_take_under_two_seconds(monkeypatch):
    def refuse(*args: object) -> None:
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    began = time.perf_counter()
    fresh = Scanner(Redaction())
    assert time.perf_counter() - began < 2
    assert fresh.scan("Coach: Write to ward7@clinic.internal or call 412-555-0122; see www.example.org.")


def test_no_text_reaches_a_log(caplog):
    with caplog.at_level(logging.DEBUG):
        _silence_presidio()
        SHARED.scan("Caregiver: My sister Ottilie Brandvold; her record number is 00448812.")
    assert not [r for r in caplog.records if any(w in r.getMessage() for w in ("Ottilie", "Brandvold", "00448812"))]


def test_scanning_loads_no_deep_learning_library():
    script = (
        "import sys\n"
        "from policies.schema import Redaction\n"
        "from redaction.scanner import Scanner\n"
        "Scanner(Redaction()).scan('My sister Anna called.')\n"
        "print([name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Caregiver: We saw Dr. Ostrander-Quill on the ward.", "Ostrander-Quill"),
        ("Caregiver: Grandma Ottilie Brandvold came over.", "Ottilie Brandvold"),
        ("Caregiver: Dear Mr. T. Vandersloot wrote back to us.", "T. Vandersloot"),
    ],
)
def test_capitals_after_a_title_are_reported_as_a_person(covered, text, name):
    ((entity, words),) = covered(text)
    assert entity == "NAME"
    assert name in words


def test_a_weak_finding_takes_the_kind_of_the_certain_one_that_covers_most_of_it_and_stays_as_wide():
    wide = Finding(0, 12, Entity.FACILITY, 0.45, "A", "weak")
    sure = Finding(4, 12, Entity.NAME, 0.9, "B", "sure")
    (found,) = resolve("Old Brandvol.", [wide, sure])
    assert (found.start, found.end, found.entity) == (0, 12, Entity.NAME)
    small = Finding(9, 12, Entity.NAME, 0.9, "B", "sure")
    assert [f.entity for f in resolve("Old Brandvol.", [wide, small])] == [Entity.FACILITY]


def test_a_title_is_never_learned_as_part_of_a_name():
    text, known = "Der Arshavir", SessionKnowledge()
    known.learn(text, [Finding(0, len(text), Entity.NAME, 0.9, "A", "sure")])
    assert set(known.parts) == {"arshavir"}
