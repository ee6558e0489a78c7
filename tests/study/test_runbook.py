"""Whoever is stopped finds the very sentence in the runbook, with what it means and what to do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [
    *sorted((ROOT / "workbench" / "study").glob("*.py")),
    ROOT / "workbench" / "store" / "connection.py",
    *(ROOT / "audit" / f"{name}.py" for name in ("log", "mirror", "segment", "checkpoint")),
]
RAISED = ("Error", "Fault", "Refused", "Busy", "Allowed", "Short", "Damaged")


def spelled(node: ast.expr) -> str | None:
    """A text, with "…" for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return None


def sentences(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            text = spelled(node.args[0])
            if text and name.endswith(RAISED) and name != "ValueError":
                yield text


@pytest.fixture(scope="module")
def entries() -> dict[str, str]:
    """What is said under each sentence."""
    text = (ROOT / "workbench" / "study" / "RUNBOOK.md").read_text(encoding="utf-8")
    found, waiting = {}, []
    for block in re.split(r"^(?=#{2,3} )", text, flags=re.MULTILINE):
        heading, _, body = block.partition("\n")
        quoted = re.fullmatch(r'### "(.*)"', heading)
        if quoted is None:
            continue
        waiting.append(quoted[1])
        if body.strip():
            found.update(dict.fromkeys(waiting, body.strip()))
            waiting.clear()
    assert not waiting
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_refusal_of_the_study_and_the_log_has_its_entry(source: Path, entries: dict[str, str]) -> None:
    for sentence in sentences(source):
        assert sentence in entries, sentence
        assert len(entries[sentence]) > 20


def test_the_runbook_quotes_no_sentence_that_nobody_says(entries: dict[str, str]) -> None:
    said = {sentence for source in SOURCES for sentence in sentences(source)}
    # These are put together from parts.
    parts = {entry for entry in entries if "is not a study; " in entry or "does not open the study …" in entry}
    assert set(entries) - parts == said


def test_every_kind_of_fault_of_the_log_is_in_the_runbook() -> None:
    table = (ROOT / "audit" / "README.md").read_text(encoding="utf-8").split("## Kinds of faults")[1].split("\n## ")[0]
    kinds = re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)
    runbook = (ROOT / "workbench" / "study" / "RUNBOOK.md").read_text(encoding="utf-8")
    assert len(kinds) > 10
    for kind in kinds:
        assert re.search(rf"^\|.*`{kind}`.*\|", runbook.split("audit verify` names")[1], flags=re.MULTILINE), kind
