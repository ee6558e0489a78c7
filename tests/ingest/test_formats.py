"""Every kind of file yields the session's text, page by page."""

import hashlib
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from policies import Policy
from workbench.ingest import Columns, IngestError, Kind, Transcript, find_files, read_file
from workbench.samples.make import Properties, pdf

Read = Callable[..., Transcript]

NOTHING = Properties("", "", "")


def texts(read: Transcript) -> list[str]:
    return [page.text for page in read.pages]


def saved(document: docx.document.Document) -> bytes:
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


@pytest.mark.parametrize("page_break", ["\f", "\n---page---\n", "\n--- PAGE ---\r\n", "\n\f\n"])
def test_text_is_cut_at_form_feeds_and_page_lines(transcript: Read, page_break: str) -> None:
    assert texts(transcript(f"Coach: Hello.{page_break}Caregiver: Hi.")) == ["Coach: Hello.", "Caregiver: Hi."]


def test_text_with_a_byte_order_mark_reads_like_text_without(transcript: Read) -> None:
    assert texts(transcript("\ufeffCoach: Grüß dich.")) == ["Coach: Grüß dich."]


def test_text_without_breaks_is_cut_between_turns(transcript: Read, short_pages: Policy) -> None:
    turns = [f"{who}: {' '.join(['word'] * 10)}" for who in ("Coach", "Caregiver")] * 3
    assert texts(transcript("\n".join(turns), under=short_pages)) == ["\n".join(turns[:2])] * 3


def test_a_single_break_at_the_end_makes_no_page(transcript: Read, short_pages: Policy) -> None:
    turns = [f"{who}: {' '.join(['word'] * 10)}" for who in ("Coach", "Caregiver")] * 3
    assert len(transcript("\n".join(turns) + "\f", under=short_pages).pages) == 3


def _typed_break(document: docx.document.Document) -> None:
    document.add_paragraph("Coach: Hello.").add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("Caregiver: Hi.")


def _rendered_break(document: docx.document.Document) -> None:
    run = document.add_paragraph("Coach: Hello.").add_run()
    run._r.append(OxmlElement("w:lastRenderedPageBreak"))
    document.add_paragraph("Caregiver: Hi.")


def _break_before(document: docx.document.Document) -> None:
    document.add_paragraph("Coach: Hello.")
    document.add_paragraph("Caregiver: Hi.").paragraph_format.page_break_before = True


def _section(document: docx.document.Document) -> None:
    document.add_paragraph("Coach: Hello.")
    document.add_section(WD_SECTION.NEW_PAGE)
    document.add_paragraph("Caregiver: Hi.")


def _one_break_marked_twice(document: docx.document.Document) -> None:
    document.add_paragraph("Coach: Hello.").add_run().add_break(WD_BREAK.PAGE)
    run = document.add_paragraph().add_run()
    run._r.append(OxmlElement("w:lastRenderedPageBreak"))
    run.add_text("Caregiver: Hi.")


@pytest.mark.parametrize("write", [_typed_break, _rendered_break, _break_before, _section, _one_break_marked_twice])
def test_word_is_cut_at_every_kind_of_page_break(
    transcript: Read, write: Callable[[docx.document.Document], None]
) -> None:
    document = docx.Document()
    write(document)
    read = transcript(saved(document), "visit.docx")
    assert texts(read) == ["Coach: Hello.", "Caregiver: Hi."]
    assert read.dropped == 0


def test_a_continuous_section_and_a_break_switched_off_are_no_page_breaks(transcript: Read) -> None:
    document = docx.Document()
    document.add_paragraph("Coach: Hello.")
    document.add_section(WD_SECTION.CONTINUOUS)
    document.add_paragraph("Caregiver: Hi.").paragraph_format.page_break_before = False
    assert texts(transcript(saved(document), "visit.docx")) == ["Coach: Hello.\nCaregiver: Hi."]


def test_word_tables_and_line_breaks_are_read_in_order(transcript: Read) -> None:
    document = docx.Document()
    document.add_paragraph("Coach: Hello.").add_run().add_break()
    table = document.add_table(rows=2, cols=3)
    for row, cells in zip(
        table.rows, [("00:01", "Client", "Hi."), ("00:02", "THERAPIST", "How\nare you?")], strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("Client: Tired.")
    assert texts(transcript(saved(document), "visit.docx")) == [
        "Coach: Hello.\nCaregiver: 00:01 Hi.\nCoach: 00:02 How are you?\nCaregiver: Tired."
    ]


def test_word_headers_comments_properties_and_deleted_text_are_not_read(transcript: Read) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Coach: Zylinder"
    document.sections[0].footer.paragraphs[0].text = "Zylinder"
    document.core_properties.title = "Zylinder"
    paragraph = document.add_paragraph("Coach: Hello.")
    for tag in ("w:del", "w:moveFrom"):
        change, run, text = OxmlElement(tag), OxmlElement("w:r"), OxmlElement("w:t")
        text.text = "Zylinder"
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    inserted, run, text = OxmlElement("w:ins"), OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "Come in."
    text.set(qn("xml:space"), "preserve")
    run.append(text)
    inserted.append(run)
    paragraph._p.append(inserted)
    assert texts(transcript(saved(document), "visit.docx")) == ["Coach: Hello.Come in."]


def test_a_pdf_page_is_a_page_and_its_lines_become_turns_again(transcript: Read) -> None:
    long = " ".join(["and then he went home"] * 12)
    data = pdf([["Coach: Hello.", f"Client: I said {long}"], ["still I", "Therapist: Go on."]], NOTHING)
    assert texts(transcript(data, "visit.pdf")) == [
        f"Coach: Hello.\nCaregiver: I said {long}",
        "Caregiver: still I\nCoach: Go on.",
    ]


def test_a_csv_gives_one_transcript_a_session_with_its_rows_in_order(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "all.csv"
    path.write_text(
        'who,said,id\ntherapist,"Hello,\nyou",b\nclient,Hi.,a\nclient,Hm.,b\ntherapist,,a\ntherapist,Go on.,a\n'
    )
    read = read_file(path, policy, Columns("who", "said", "id"))
    assert [(one.session_key, texts(one)) for one in read.transcripts] == [
        ("b", ["Coach: Hello, you\nCaregiver: Hm."]),
        ("a", ["Caregiver: Hi.\nCoach: Go on."]),
    ]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_csv_from_a_spreadsheet_abroad_loads(tmp_path: Path, policy: Policy, delimiter: str) -> None:
    path = tmp_path / "all.csv"
    path.write_text("\ufeff" + "\n".join(delimiter.join(row) for row in [("speaker", "text"), ("coach", "Hello, you")]))
    (read,) = read_file(path, policy, Columns(session=None)).transcripts
    assert texts(read) == ["Coach: Hello, you"]


def test_a_jsonl_gives_one_transcript_a_session(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "all.jsonl"
    rows = [
        {"speaker": "coach", "text": "Hello\u2028you", "session": 2},
        {"speaker": "Ann", "text": "Hi.", "session": "x"},
    ]
    path.write_text("\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
    read = read_file(path, policy)
    assert [(one.session_key, texts(one)) for one in read.transcripts] == [
        ("2", ["Coach: Hello you"]),
        ("x", ["Ann: Hi."]),
    ]


def test_a_file_is_known_by_kind_size_and_the_digest_of_its_bytes(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "visit.TXT"
    path.write_bytes(b"Coach: Hello.")
    read = read_file(path, policy)
    assert (read.kind, read.size, read.sha256) == (Kind.TXT, 13, hashlib.sha256(b"Coach: Hello.").digest())


def test_folders_are_searched_in_natural_order_and_the_rest_is_counted(tmp_path: Path) -> None:
    for name in (
        "b/visit 10.txt",
        "b/visit 2.txt",
        "a.docx",
        "c.PDF",
        ".hidden.txt",
        ".git/x.txt",
        "index.tsv",
        "m.csv",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.docx")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = find_files([tmp_path, tmp_path / "a.docx"], manifest=tmp_path / "m.csv")
    assert [str(path.relative_to(tmp_path)) for path in found.files] == [
        "a.docx",
        "b/visit 2.txt",
        "b/visit 10.txt",
        "c.PDF",
    ]
    assert found.skipped == 5


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match=r"nowhere does not exist") as caught:
        find_files([tmp_path / "nowhere"])
    assert caught.value.code == "not-found"


@pytest.fixture
def annomi() -> Path:
    repository = Path(__file__).parents[2]
    shared = Path(os.environ.get("WORKBENCH_SHARED", repository.parent / "shared"))
    path = shared / "data" / "annomi" / "AnnoMI-simple.csv"
    if not path.exists():
        pytest.skip("needs the AnnoMI transcripts in ../shared/data/annomi")
    return path


def test_annomi_loads_as_133_sessions_from_its_table_and_from_its_text_files(annomi: Path, policy: Policy) -> None:
    table = read_file(annomi, policy, Columns("interlocutor", "utterance_text", "transcript_id"))
    assert len(table.transcripts) == 133
    files = [path for path in find_files([annomi.parent]).files if path.suffix == ".txt"]
    read = [read_file(path, policy).transcripts[0] for path in files]
    assert [one.words for one in read] == [one.words for one in table.transcripts]
