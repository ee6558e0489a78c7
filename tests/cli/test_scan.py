"""`workbench scan` and `workbench score` as an engineer runs them, on files and without a study."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command import run_workbench

LINES = [
    {"id": "b", "text": "Coach: Hello.\nCaregiver: My sister Ottilie Zvornik drives me.", "session": "s1"},
    {"id": "x", "text": "I am so tired that I sat in the car and cried.", "extra": 1},
    {"id": "a", "text": "caregiver: and then zvornik paid\ncoach: oh no", "session": "s1"},
    {"id": "y", "text": ""},
    {"id": "z", "text": "Caregiver: We moved here from Oklahoma."},
]


def write(path: Path, lines: list[dict]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def words(lines: list[dict], found: list[dict]) -> dict[str, list[str]]:
    texts = {line["id"]: line["text"] for line in lines}
    return {f["id"]: [texts[f["id"]][s["start"] : s["end"]] for s in f["findings"]] for f in found}


def test_findings_come_in_the_order_of_the_lines_and_never_show_the_text(tmp_path: Path) -> None:
    source, target = write(tmp_path / "in.jsonl", LINES), tmp_path / "out.jsonl"
    done = run_workbench("scan", source, target, "--processes", "1")
    assert done.returncode == 0, done.stderr
    assert [line["id"] for line in read(target)] == ["b", "x", "a", "y", "z"]
    found = words(LINES, read(target))
    assert found["b"] == ["Ottilie Zvornik"]
    assert found["a"] == ["zvornik"], "a name learned on one page is found on the others of its session"
    assert found["x"] == found["y"] == []
    assert found["z"] == ["Oklahoma"], "what the policy keeps is reported too"
    assert set(read(target)[0]["findings"][0]) == {"start", "end", "entity", "score", "recognizer"}
    for told in (done.stdout, done.stderr, target.read_text()):
        assert "Zvornik" not in told


def test_several_processes_find_the_same_as_one(tmp_path: Path) -> None:
    lines = [
        {"id": str(n), "text": f"Caregiver: I told Dr. Brandvold {n} times. My sister Ottilie."} for n in range(70)
    ]
    source = write(tmp_path / "in.jsonl", lines)
    for count in ("1", "2"):
        assert run_workbench("scan", source, tmp_path / count, "--processes", count).returncode == 0
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"id": "2", "text": "Secretname"', "line 2: not a JSON object"),
        ('["Secretname"]', "line 2: not a JSON object"),
        ('{"id": "2", "txt": "Secretname"}', 'line 2: "text" is missing or no string'),
        ('{"id": 2, "text": "Secretname"}', 'line 2: "id" is missing or no string'),
        ('{"id": "1", "text": "Secretname"}', "line 2: its id stands on an earlier line too"),
    ],
)
def test_a_malformed_line_is_refused_by_number_and_leaves_no_file(tmp_path: Path, line: str, sentence: str) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": "1", "text": "fine"}\n' + line + "\n")
    done = run_workbench("scan", source, target)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Secretname" not in done.stderr + done.stdout
    assert done.stderr.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["in.jsonl"]


def test_an_existing_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    source, target = write(tmp_path / "in.jsonl", LINES[:1]), tmp_path / "out.jsonl"
    target.write_text("mine")
    assert run_workbench("scan", source, target).returncode == 2
    assert target.read_text() == "mine"
    assert run_workbench("scan", source, target, "--force").returncode == 0
    assert len(read(target)) == 1


def test_plain_text_and_standard_streams_work(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Caregiver: My sister Ottilie Zvornik drives me.\n")
    done = run_workbench("scan", page, "-")
    assert done.returncode == 0, done.stderr
    (line,) = [json.loads(each) for each in done.stdout.splitlines()]
    assert (line["id"], [s["entity"] for s in line["findings"]]) == ("1", ["NAME"])


def test_a_roster_is_hunted_in_the_sessions_of_its_subject(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("subject,kind,value\nP-1,name,Tansy\n")
    lines = [{"id": s, "text": "she said tansy again", "session": s, "subject": s} for s in ("P-1", "P-2")]
    source, target = write(tmp_path / "in.jsonl", lines), tmp_path / "out.jsonl"
    assert run_workbench("scan", source, target, "--roster", roster).returncode == 0
    mine, other = read(target)
    assert [s["recognizer"] for s in mine["findings"]] == ["RosterRecognizer"]
    assert "RosterRecognizer" not in {s["recognizer"] for s in other["findings"]}


def gold(tmp_path: Path) -> Path:
    text = "Caregiver: My sister Ottilie Zvornik and Quux carry me."
    spans = [{"start": 21, "end": 36, "label": "NAME"}, {"start": 46, "end": 51, "label": "ID"}]
    assert (text[21:36], text[46:51]) == ("Ottilie Zvornik", "carry")
    return write(tmp_path / "gold.jsonl", [{"session": "s", "page": 1, "text": text, "spans": spans}])


def test_score_tells_coverage_and_leaking_pages_and_shows_words_only_when_asked(tmp_path: Path) -> None:
    file = gold(tmp_path)
    done = run_workbench("score", file, "--processes", "1")
    assert done.returncode == 0, done.stderr
    assert "1 of 1, 1.000" in done.stdout
    assert "Zvornik" not in done.stdout
    told = json.loads(run_workbench("score", file, "--json").stdout)
    assert told["labels"]["NAME"]["covered"]["count"] == 1
    assert told["labels"]["ID"]["covered"]["count"] == 0
    assert "carry" in run_workbench("score", file, "--misses").stdout
    assert "carry" not in done.stdout


def test_score_can_read_what_scan_wrote(tmp_path: Path) -> None:
    found = write(tmp_path / "f.jsonl", [{"id": "s:1", "findings": [{"start": 21, "end": 36, "entity": "NAME"}]}])
    told = json.loads(run_workbench("score", gold(tmp_path), "--found", found, "--json").stdout)
    assert (told["precision"]["count"], told["precision"]["of"]) == (2, 2)


def test_a_gold_span_outside_of_its_text_is_refused(tmp_path: Path) -> None:
    line = {"session": "s", "page": 1, "text": "short", "spans": [{"start": 2, "end": 9, "label": "NAME"}]}
    done = run_workbench("score", write(tmp_path / "gold.jsonl", [line]))
    assert done.returncode == 2
    assert "line 1: a span lies outside of its text" in done.stderr


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("command", ["scan", "score"])
def test_no_connection_is_tried(tmp_path: Path, command: str) -> None:
    source = write(tmp_path / "in.jsonl", LINES) if command == "scan" else gold(tmp_path)
    arguments = [source, tmp_path / "out.jsonl"] if command == "scan" else [source]
    trace = tmp_path / "trace"
    environment = os.environ | {"TLDEXTRACT_CACHE": str(tmp_path / "empty"), "HOME": str(tmp_path)}
    watched = [
        "strace",
        "-f",
        "-qq",
        "-e",
        "trace=connect,sendto,sendmsg",
        "-o",
        trace,
        sys.executable,
        "-m",
        "workbench",
    ]
    done = subprocess.run(
        [*watched, command, *arguments], env=environment, check=False, capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert trace.exists()
    assert not re.search(r"AF_INET|connect\(", trace.read_text())


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
def test_offsets_are_those_of_the_file_whether_it_is_named_or_piped_in(tmp_path: Path, ends: bytes) -> None:
    body = ends.join([b"Caregiver: It rained.", b"Coach: My sister Ottilie Zvornik drives me."])
    source = tmp_path / "page.txt"
    source.write_bytes(body)
    named = run_workbench("scan", source, "-")
    piped = run_workbench("scan", "--plain", "-", "-", given=body.decode())
    assert named.returncode == piped.returncode == 0
    assert named.stdout == piped.stdout
    (found,) = json.loads(named.stdout)["findings"]
    assert body[found["start"] : found["end"]] == b"Ottilie Zvornik"


@pytest.mark.parametrize("key", ["id", "text", "session"])
def test_half_a_character_is_refused_by_its_line(tmp_path: Path, key: str) -> None:
    source = write(tmp_path / "in.jsonl", [{"id": "a", "text": "fine"}, {"id": "b", "text": "fine", key: "\ud83d"}])
    done = run_workbench("scan", source, tmp_path / "out.jsonl")
    assert (done.returncode, list(tmp_path.glob("*out*"))) == (2, [])
    assert "line 2" in done.stderr
    assert key in done.stderr


@pytest.mark.parametrize("target", ["in.jsonl/x", "n" * 300, "folder"])
def test_a_target_that_cannot_be_written_is_refused_in_one_sentence(tmp_path: Path, target: str) -> None:
    source = write(tmp_path / "in.jsonl", LINES)
    (tmp_path / "folder").mkdir()
    done = run_workbench("scan", source, tmp_path / target, "--force")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "in.jsonl"]


def test_misses_stand_in_the_json_and_nothing_else_does(tmp_path: Path) -> None:
    gold = write(
        tmp_path / "gold.jsonl",
        [{"session": "s", "page": 1, "text": "I was tired.", "spans": [{"start": 6, "end": 11, "label": "NAME"}]}],
    )
    plain, worded = (run_workbench("score", gold, "--json", *more) for more in ((), ("--misses",)))
    assert "tired" not in plain.stdout
    (miss,) = json.loads(worded.stdout)["misses"]
    assert miss["words"] == "tired"


@pytest.mark.parametrize("command", ["scan", "screen"])
def test_a_file_that_is_read_is_never_written_over(tmp_path: Path, command: str) -> None:
    source = write(tmp_path / "in.jsonl", [{"id": "1", "text": "fine", "source": "fine", "output": "fine"}])
    roster = tmp_path / "roster.csv"
    roster.write_text("subject,kind,value\n")
    (tmp_path / "link.jsonl").hardlink_to(source)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for target in (source, tmp_path / "link.jsonl", roster):
        done = run_workbench(command, source, target, "--force", "--roster", roster)
        assert done.returncode == 2
        assert "would be written over what is read; name another file" in done.stderr
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_word_file_is_refused_for_what_it_is(tmp_path: Path) -> None:
    named, hidden = tmp_path / "a.docx", tmp_path / "b.jsonl"
    named.write_text("no Word file inside")
    hidden.write_bytes(b"%PDF-1.7")
    for file in (named, hidden):
        done = run_workbench("scan", file, "-")
        assert (done.returncode, done.stdout) == (2, "")
        assert "is a Word or PDF file; only text and JSON lines can be read here." in done.stderr


def test_scan_and_screen_end_with_what_they_read_and_found(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", LINES)
    done = run_workbench("scan", source, tmp_path / "out.jsonl", "--processes", "1")
    assert (done.stdout, done.stderr) == ("", "Texts read: 5.  Findings: 3, in 3 of the texts.\n")
    pair = {"id": "1", "source": LINES[0]["text"], "output": "Question: Who helps?\nAnswer: Ottilie Zvornik does."}
    done = run_workbench("screen", write(tmp_path / "pairs.jsonl", [pair]), tmp_path / "screened.jsonl")
    assert (done.stdout, done.stderr) == ("", "Pairs read: 1.  Leaks: 1, in 1 of the pairs.\n")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"id": "s:1", "findings": [{"start": 21, "end": 999, "entity": "NAME"}]}, "line 2: a span lies outside"),
        ({"id": "other", "findings": []}, "line 2: its id stands on an earlier line too"),
    ],
)
def test_findings_that_cannot_be_of_these_pages_are_refused_by_line(tmp_path: Path, line: dict, sentence: str) -> None:
    found = write(tmp_path / "f.jsonl", [{"id": "other", "findings": []}, line])
    done = run_workbench("score", gold(tmp_path), "--found", found)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr


def test_an_interrupt_of_several_processes_ends_in_one_sentence(tmp_path: Path) -> None:
    text = "Caregiver: My sister Ottilie Zvornik drives me to Oklahoma on the nineteenth of May. " * 30
    source = write(tmp_path / "in.jsonl", [{"id": str(n), "text": text} for n in range(200)])
    target = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "workbench", "scan", source, target, "--processes", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while len(children.read_text().split()) < 3:  # the two, and what keeps their books
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, "Interrupted.  Nothing was written; run the same command again.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]
