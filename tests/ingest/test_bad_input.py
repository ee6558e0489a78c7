"""A file that cannot be read is refused in one sentence that names it and holds nothing of its content."""

import io
import json
import logging
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pypdf
import pytest

from policies import Policy, UserError
from workbench.ingest import IngestError, read_file
from workbench.samples.make import Properties, pdf

SECRET = "Zylindra"
TURNS = f"Coach: Hello {SECRET}.\nCaregiver: Hi.\n"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def word(text: str = TURNS) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def printed(lines: list[str]) -> bytes:
    return pdf([lines], Properties(SECRET, SECRET, SECRET))


def encrypted_pdf() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(printed([TURNS])))
    writer.encrypt("a password", algorithm="AES-256")
    packed = io.BytesIO()
    writer.write(packed)
    return packed.getvalue()


def zip_of(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as container:
        for name, data in parts.items():
            container.writestr(name, data)
    return packed.getvalue()


def zip_bomb() -> bytes:
    return zip_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": b" " * (65 * 2**20)})


def entity_bomb() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE d [<!ENTITY a0 "{SECRET}">{entities}]><d>&a9;</d>'
    with zipfile.ZipFile(io.BytesIO(word())) as good:
        parts = {name: good.read(name) for name in good.namelist()}
    return zip_of(parts | {"word/document.xml": body.encode()})


CASES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "an empty text": ("a.txt", lambda: b"", "empty"),
    "a blank text": ("a.txt", lambda: b" \n\n", "empty"),
    "only a byte-order mark and breaks": ("a.txt", lambda: b"\xef\xbb\xbf\n\f\n", "no-text"),
    "an empty Word file": ("a.docx", lambda: b"", "empty"),
    "an empty PDF": ("a.pdf", lambda: b"", "empty"),
    "a Latin-1 text": ("a.txt", lambda: (TURNS + "Grüße").encode("latin-1"), "not-utf8"),
    "a UTF-16 text": ("a.txt", lambda: TURNS.encode("utf-16"), "not-utf8"),
    "a Latin-1 table": ("a.csv", lambda: "speaker,text,session\ncoach,Grüße,1".encode("latin-1"), "not-utf8"),
    "NUL bytes": ("a.txt", lambda: TURNS.encode() + b"\x00", "binary"),
    "random bytes": ("a.txt", lambda: bytes(range(1, 256)) * 20, "binary"),
    "a line without end": ("a.txt", lambda: TURNS.encode() + b"x" * 1_000_001, "long-line"),
    "a PDF named .txt": ("a.txt", lambda: printed([TURNS]), "wrong-extension"),
    "a PDF named .docx": ("a.docx", lambda: printed([TURNS]), "wrong-extension"),
    "a PDF named .csv": ("a.csv", lambda: printed([TURNS]), "wrong-extension"),
    "a Word file named .pdf": ("a.pdf", word, "wrong-extension"),
    "a Word file named .txt": ("a.txt", word, "wrong-extension"),
    "an old Word file named .txt": ("a.txt", lambda: OLE + bytes(600), "wrong-extension"),
    "a text named .pdf": ("a.pdf", lambda: TURNS.encode(), "wrong-extension"),
    "a text named .docx": ("a.docx", lambda: TURNS.encode(), "wrong-extension"),
    "a kind that is not read": ("a.rtf", lambda: TURNS.encode(), "wrong-extension"),
    "a name without ending": ("transcript", lambda: TURNS.encode(), "wrong-extension"),
    "a locked Word file": ("a.docx", lambda: OLE + bytes(600), "encrypted"),
    "an encrypted PDF": ("a.pdf", encrypted_pdf, "encrypted"),
    "half a Word file": ("a.docx", lambda: word()[:9000], "damaged"),
    "a Word file with a flipped byte": ("a.docx", lambda: _flipped(word()), "damaged"),
    "an archive that is no Word file": ("a.docx", lambda: zip_of({"x.txt": SECRET.encode()}), "damaged"),
    "half a PDF": ("a.pdf", lambda: printed([TURNS])[:60], "damaged"),
    "noise named .pdf": ("a.pdf", lambda: bytes(range(256)) * 9, "damaged"),
    "noise named .docx": ("a.docx", lambda: bytes(range(256)) * 9, "damaged"),
    "a zip bomb": ("a.docx", zip_bomb, "too-large"),
    "an entity bomb": ("a.docx", entity_bomb, "damaged"),
    "a PDF without text": ("a.pdf", lambda: printed([]), "no-text"),
    "a Word file without text": ("a.docx", lambda: word(""), "no-text"),
    "no speaker at all": ("a.txt", lambda: SECRET.encode(), "no-speakers"),
    "speakers that nobody named": ("a.txt", lambda: f"{SECRET}: Hello.".encode(), "no-speakers"),
    "a table without rows": ("a.csv", lambda: b"speaker,text,session\n", "no-speakers"),
    "a table without its columns": ("a.csv", lambda: f"{SECRET},b,c\n1,2,3".encode(), "missing-column"),
    "a table with a short row": ("a.csv", lambda: f"speaker,text,session\ncoach,{SECRET}\n".encode(), "bad-row"),
    "a table with a long row": ("a.csv", lambda: f"speaker,text,session\ncoach,{SECRET},1,2\n".encode(), "bad-row"),
    "a table with an open quote": ("a.csv", lambda: f'speaker,text,session\ncoach,"{SECRET}'.encode(), "bad-row"),
    "a table row without session": ("a.csv", lambda: f"speaker,text,session\ncoach,{SECRET},\n".encode(), "bad-row"),
    "a malformed line": ("a.jsonl", lambda: f'\n{{"text": "{SECRET}'.encode(), "bad-row"),
    "a line that is no object": ("a.jsonl", lambda: f'\n["{SECRET}"]'.encode(), "bad-row"),
    "a line nested without end": ("a.jsonl", lambda: b"\n" + b"[" * 200_000, "bad-row"),
    "a line without a key": ("a.jsonl", lambda: f'{{"text": "{SECRET}"}}'.encode(), "missing-column"),
    "a text that is a number": ("a.jsonl", lambda: _line(text=1), "bad-row"),
    "half a character": ("a.jsonl", lambda: _line(text=f"{SECRET} \ud800"), "bad-row"),
    "half a character in a speaker": ("a.jsonl", lambda: _line(speaker="\udfff"), "bad-row"),
    "half a character in a session": ("a.jsonl", lambda: _line(session="\ud800"), "bad-row"),
    "a session that is a list": ("a.jsonl", lambda: _line(session=[SECRET]), "bad-row"),
}


def _line(**changed: object) -> bytes:
    return json.dumps({"speaker": "coach", "text": SECRET, "session": "1"} | changed).encode()


def _flipped(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        inside = container.getinfo("word/document.xml").header_offset + 200
    return data[:inside] + bytes([data[inside] ^ 0xFF]) + data[inside + 1 :]


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_is_refused_with_its_reason(
    tmp_path: Path, policy: Policy, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], case: str
) -> None:
    name, content, code = CASES[case]
    path = tmp_path / name
    path.write_bytes(content())
    with caplog.at_level(logging.DEBUG), pytest.raises(IngestError) as caught:
        read_file(path, policy)
    message = str(caught.value)
    assert caught.value.code == code
    assert isinstance(caught.value, UserError)
    assert message.startswith(str(path))
    assert message.endswith(".")
    assert "\n" not in message
    assert SECRET not in message
    assert caught.value.__cause__ is None
    assert caplog.text == ""
    assert capfd.readouterr() == ("", "")


def test_a_line_is_named_by_its_number(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(_line() + b"\n\n{\n")
    with pytest.raises(IngestError, match="line 3 "):
        read_file(path, policy)


@pytest.mark.parametrize("fault", ['coach,"open', 'coach,"x"y,1', "coach", "coach,Hi.,", "coach,Hi.,1,2"])
def test_a_row_of_a_table_is_named_by_the_line_in_which_it_begins(tmp_path: Path, policy: Policy, fault: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'speaker,text,session\ncoach,"two\nlines",1\n\n{fault}\ncoach,Bye.,1\ncoach,Bye.,1\n')
    with pytest.raises(IngestError, match="line 5 "):
        read_file(path, policy)
    path.write_text(f"speaker,text,session\n{fault}\ncoach,Bye.,1\n")
    with pytest.raises(IngestError, match="line 2 "):
        read_file(path, policy)


def test_a_missing_column_is_named_with_its_option(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "a.csv"
    path.write_text("speaker,said,session\ncoach,Hello.,1\n")
    with pytest.raises(IngestError, match="'text'; name it with --text-column"):
        read_file(path, policy)


def test_a_file_of_200_mb_is_refused_unread(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    with pytest.raises(IngestError, match="larger than 64 MiB") as caught:
        read_file(path, policy)
    assert caught.value.code == "too-large"


def test_a_file_that_is_gone_or_no_file_is_refused(tmp_path: Path, policy: Policy) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    for name in ("gone.txt", "pipe.txt"):
        with pytest.raises(IngestError) as caught:
            read_file(tmp_path / name, policy)
        assert caught.value.code == "not-found"


def test_a_name_cannot_write_to_the_terminal(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "a\x1b[2J\n\udcff.txt"
    path.write_bytes(b"")
    with pytest.raises(IngestError) as caught:
        read_file(path, policy)
    assert str(caught.value).isprintable()
