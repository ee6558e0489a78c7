"""The samples that ship are whole: readable, consented, full of identifiers that are all on the list."""

import zipfile
from pathlib import Path

import docx
import pypdf
import pytest

from policies import Policy
from workbench.ingest import find_files, read_file, read_manifest
from workbench.samples import MANIFEST, TRANSCRIPTS, identifiers
from workbench.samples.make import DOCUMENTS, SOURCES, make

FILES = find_files([TRANSCRIPTS]).files


def test_six_sessions_of_three_kinds_ship() -> None:
    assert sorted(path.suffix for path in FILES) == [".docx", ".docx", ".pdf", ".txt", ".txt", ".txt"]


@pytest.mark.parametrize("path", FILES, ids=[f"session {number}" for number in range(1, len(FILES) + 1)])
def test_every_sample_begins_with_two_full_pages_with_long_turns_of_both_sides(path: Path, policy: Policy) -> None:
    (read,) = read_file(path, policy).transcripts
    assert len(read.pages) in (2, 3)
    for page in read.pages[:2]:
        assert 250 <= len(page.text.split()) <= 520
        for label in ("Caregiver: ", "Coach: "):
            assert sum(len(line.split()) > 40 for line in page.text.split("\n") if line.startswith(label)) >= 2


def test_one_sample_ends_on_a_page_with_too_little_to_release(policy: Policy) -> None:
    (path,) = (path for path in FILES if "Quintanilla" in path.name)
    last = read_file(path, policy).transcripts[0].pages[-1]
    coach = [line for line in last.text.split("\n") if line.startswith("Coach: ")]
    assert sum(len(line.split()) - 1 for line in coach) < policy.length_filter.min_words


def test_every_sample_has_consent_for_training() -> None:
    manifest = read_manifest(MANIFEST)
    assert all("training" in manifest.entry(path).consent for path in FILES)


def test_documents_say_what_their_sources_say(policy: Policy) -> None:
    for name, (ending, _, _) in DOCUMENTS.items():
        (document,) = read_file(TRANSCRIPTS / f"{name}{ending}", policy).transcripts
        (source,) = read_file(SOURCES / f"{name}.txt", policy).transcripts
        assert document.pages == source.pages


def test_documents_that_ship_are_what_the_maker_writes(tmp_path: Path) -> None:
    for made in make(tmp_path):
        shipped = TRANSCRIPTS / made.name
        if made.suffix == ".docx":  # Compressed by a library that differs between machines.
            assert _parts(made) == _parts(shipped)
        else:
            assert made.read_bytes() == shipped.read_bytes()


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as container:
        return {name: container.read(name) for name in container.namelist()}


def test_every_listed_identifier_is_planted(policy: Policy) -> None:
    planted = [MANIFEST.read_text()]
    for path in FILES:
        planted.append(path.name)
        planted += [page.text for page in read_file(path, policy).transcripts[0].pages]
        if path.suffix == ".docx":
            core = docx.Document(str(path)).core_properties
            planted += [core.title, core.author, core.comments]
        elif path.suffix == ".pdf":
            planted += [str(value) for value in (pypdf.PdfReader(path).metadata or {}).values()]
    text = "\n".join(planted)
    assert len(identifiers()) == len(set(identifiers())) > 100
    assert [identifier for identifier in identifiers() if identifier not in text] == []
    assert [identifier for identifier in identifiers() if len(identifier) < 6 and not identifier.isalpha()] == []


def test_every_file_name_holds_an_identifier() -> None:
    assert all(any(identifier in path.name for identifier in identifiers()) for path in FILES)
