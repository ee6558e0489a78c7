"""Write the sample documents (.docx, .pdf) from their plain sources: `python -m workbench.samples.make`.

The same sources give the same bytes.  Needs reportlab, of the `dev` extra.
"""

import datetime
import io
import re
import sys
import textwrap
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docx
from docx.enum.text import WD_BREAK
from reportlab.lib.pagesizes import LETTER
from reportlab.pdfgen.canvas import Canvas

from workbench.samples import FOLDER, TRANSCRIPTS

SOURCES = FOLDER / "sources"
PAGE_BREAK = re.compile(r"^---page---\n", re.MULTILINE)
MADE = datetime.datetime(2021, 1, 4, 9, 0)

Pages = list[list[str]]
"""The turns of each page, as "Label: text"."""


@dataclass(frozen=True, slots=True)
class Properties:
    """What a document says about itself; word processors fill this in without being asked."""

    title: str
    author: str
    comments: str


def read_source(path: Path) -> Pages:
    """The turns of a source, page by page."""
    pages = PAGE_BREAK.split(path.read_text(encoding="utf-8"))
    return [[line for line in page.splitlines() if line] for page in pages]


def word_with_breaks(pages: Pages, properties: Properties) -> bytes:
    """A Word document with a page break typed between pages and a name in its header."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = properties.title
    for number, turns in enumerate(pages):
        if number:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        for turn in turns:
            document.add_paragraph(turn)
    return _saved(document, properties)


def word_with_table(pages: Pages, properties: Properties) -> bytes:
    """A Word document whose later pages are tables of speaker and text, each after a "page break before" paragraph."""
    document = docx.Document()
    for turn in pages[0]:
        document.add_paragraph(turn)
    for turns in pages[1:]:
        document.add_paragraph().paragraph_format.page_break_before = True
        table = document.add_table(rows=0, cols=2)
        for turn in turns:
            speaker, said = turn.split(": ", 1)
            cells = table.add_row().cells
            cells[0].text, cells[1].text = speaker, said
    return _saved(document, properties)


def _saved(document: docx.document.Document, properties: Properties) -> bytes:
    core = document.core_properties
    core.title, core.author, core.last_modified_by = properties.title, properties.author, properties.author
    core.comments, core.created, core.modified = properties.comments, MADE, MADE
    packed = io.BytesIO()
    document.save(packed)
    fixed = io.BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            # An entry of its own carries the fixed time; the library would write the present one.
            entry = zipfile.ZipInfo(name, MADE.timetuple()[:6])
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def pdf(pages: Pages, properties: Properties) -> bytes:
    """A PDF with a text layer, one page a page."""
    packed = io.BytesIO()
    canvas = Canvas(packed, pagesize=LETTER, pageCompression=0, invariant=1)
    canvas.setTitle(properties.title)
    canvas.setAuthor(properties.author)
    canvas.setSubject(properties.comments)
    for turns in pages:
        text = canvas.beginText(60, LETTER[1] - 60)
        text.setFont("Helvetica", 10)
        for turn in turns:
            for line in [*textwrap.wrap(turn, 96), ""]:
                text.textLine(line)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return packed.getvalue()


DOCUMENTS: dict[str, tuple[str, Callable[[Pages, Properties], bytes], Properties]] = {
    "Delphine Okonkwo home visit": (
        ".docx",
        word_with_breaks,
        Properties("Okonkwo, Delphine - session 4", "Saskia Wrennfield", "Typed for Dr. Emeka Fairbairn"),
    ),
    "Winifred Haldorsen MRN 4471902": (
        ".docx",
        word_with_table,
        Properties("W. Haldorsen and spouse", "Jorunn Tveitmoen", "Call Haldorsen back before typing"),
    ),
    "Bartholomew Prudhomme visit 2": (
        ".pdf",
        pdf,
        Properties("Prudhomme visit 2", "Evangeline Robichaux", "Bayou Teche Palliative, Prudhomme"),
    ),
}
"""By name of the source: the document's ending, its writer, and its properties."""


def make(folder: Path) -> list[Path]:
    """Write every sample document into a folder."""
    written = []
    for name, (ending, write, properties) in DOCUMENTS.items():
        path = folder / f"{name}{ending}"
        path.write_bytes(write(read_source(SOURCES / f"{name}.txt"), properties))
        written.append(path)
    return written


if __name__ == "__main__":
    for path in make(TRANSCRIPTS):
        print(path.name, file=sys.stderr)
