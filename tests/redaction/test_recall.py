"""How much of the marked identifiers is found on transcripts that the rules were not written on."""

import json
import re
from collections import defaultdict
from pathlib import Path

from redaction.scanner import Scanner

FLOORS = {
    "ALL": 0.97,
    "NAME": 0.98,
    "DATE": 0.95,
    "LOCATION": 0.95,
    "FACILITY": 0.95,
    "PHONE": 0.95,
    "EMAIL": 0.95,
    "ID": 0.95,
}
PRECISION = 0.85
MOST_FALSE_ALARMS = 6
"""Findings per 1,000 words on counselling talk in which hardly anybody is named."""


def test_spoken_identifiers_are_covered_and_ordinary_words_are_left(shared: Path, scanner: Scanner) -> None:
    rows = [json.loads(line) for line in (shared / "data/spoken-phi-dev/dev.jsonl").read_text("utf-8").splitlines()]
    sessions = defaultdict(list)
    for row in rows:
        sessions[row["session"]].append(row)
    total, full = defaultdict(int), defaultdict(int)
    found_words = right_words = 0
    for pages in sessions.values():
        for row, findings in zip(pages, scanner.scan_session([p["text"] for p in pages]), strict=True):
            text = row["text"]
            hit, gold = bytearray(len(text)), bytearray(len(text))
            for finding in findings:
                hit[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
            for span in row["spans"]:
                gold[span["start"] : span["end"]] = b"\1" * (span["end"] - span["start"])
                letters = [k for k in range(span["start"], span["end"]) if text[k].isalnum()]
                for label in (span["label"], "ALL"):
                    total[label] += 1
                    full[label] += all(hit[k] for k in letters)
            for word in re.finditer(r"\w+", text):
                if any(hit[word.start() : word.end()]):
                    found_words += 1
                    right_words += any(gold[word.start() : word.end()])
    reached = {label: full[label] / total[label] for label in FLOORS}
    assert {label: share for label, share in reached.items() if share < FLOORS[label]} == {}
    assert right_words / found_words >= PRECISION


def test_counselling_talk_without_names_raises_few_findings(shared: Path, scanner: Scanner) -> None:
    texts = [path.read_text("utf-8") for path in sorted((shared / "data/annomi").glob("annomi_*.txt"))[:40]]
    words = sum(len(text.split()) for text in texts)
    assert 1000 * sum(len(scanner.scan(text)) for text in texts) / words < MOST_FALSE_ALARMS
