"""Word documents (.docx): the text of the body, cut at its page breaks."""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement as Element

from workbench.ingest.errors import IngestError, Reason
from workbench.ingest.files import OLE

MOST_UNPACKED = 256 * 2**20
"""Bytes of all parts together; a bigger document is a zip bomb."""
MOST_BODY = 64 * 2**20
"""Bytes of any one XML part."""
MOST_PARTS = 10_000

PAGE = "\f"
REPEATED_BREAKS = re.compile(r"\f\s*\f")
# Deleted and moved-away text is not the session's; neither are the second copies that Word keeps for older readers.
NOT_TEXT = {qn(tag) for tag in ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:instrText")} | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
}


def chunks(data: bytes, path: Path, is_label: Callable[[str], bool]) -> list[str]:
    """The text between page breaks; headers, footers, comments and properties are not the session's text.

    Breaks are those set by hand, by a paragraph or a section, and those where Word last broke the page.
    `is_label` tells the speaker cells of transcripts typed into a table.
    """
    _check_container(data, path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body: Element = docx.Document(io.BytesIO(data)).element.body
        text = "\n".join(_Body(body, is_label).blocks(body))
    except Exception:  # Whatever a broken document makes the libraries raise; their messages can quote it.
        raise IngestError(
            Reason.DAMAGED, path, "is damaged or no Word document; open it in Word and save it again."
        ) from None
    while REPEATED_BREAKS.search(text):  # Word writes one break in up to three ways.
        text = REPEATED_BREAKS.sub(PAGE, text)
    return text.strip().split(PAGE)


def _check_container(data: bytes, path: Path) -> None:
    if data.startswith(OLE):
        raise IngestError(
            Reason.ENCRYPTED, path, "has a password or is in the old Word format; save it as .docx without a password."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            parts = container.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise IngestError(Reason.DAMAGED, path, "is damaged; open it in Word and save it again.") from None
    if any(part.flag_bits & 1 for part in parts):
        raise IngestError(Reason.ENCRYPTED, path, "is encrypted; save it as .docx without a password.")
    sizes = [part.file_size for part in parts]
    xml = [part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))]
    if len(parts) > MOST_PARTS or sum(sizes) > MOST_UNPACKED or max(xml, default=0) > MOST_BODY:
        raise IngestError(
            Reason.TOO_LARGE, path, "unpacks to far more than a transcript; save its text alone as .docx."
        )


class _Body:
    """The walk through a document's body in reading order."""

    def __init__(self, body: Element, is_label: Callable[[str], bool]) -> None:
        self._sections = list(body.iter(qn("w:sectPr")))
        self._is_label = is_label

    def blocks(self, parent: Element) -> Iterator[str]:
        for block in parent:
            if block.tag == qn("w:p"):
                yield self._paragraph(block)
            elif block.tag == qn("w:tbl"):
                for row in block.iter(qn("w:tr")):
                    if _nearest(row, "w:tbl") is block:
                        yield self._row(row)
            elif isinstance(block.tag, str) and block.tag not in NOT_TEXT:  # Content controls and the like.
                yield from self.blocks(block)

    def _paragraph(self, paragraph: Element) -> str:
        before = paragraph.find(f"{qn('w:pPr')}/{qn('w:pageBreakBefore')}")
        first = PAGE if before is not None and _on(before) else ""
        section = paragraph.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
        last = PAGE if section is not None and self._next_starts_page(section) else ""
        return first + "".join(self._inline(paragraph)) + last

    def _next_starts_page(self, section: Element) -> bool:
        """A section's type says how that section itself begins, so the one after tells about this break."""
        following = self._sections[self._sections.index(section) + 1 :]
        kind = following[0].find(qn("w:type")) if following else None
        return kind is None or kind.get(qn("w:val")) not in ("continuous", "nextColumn")

    def _inline(self, parent: Element) -> Iterator[str]:
        for child in parent:
            tag = child.tag
            if tag == qn("w:t"):
                yield child.text or ""
            elif tag == qn("w:tab"):
                yield " "
            elif tag == qn("w:noBreakHyphen"):
                yield "-"
            elif tag == qn("w:lastRenderedPageBreak"):
                yield PAGE
            elif tag in (qn("w:br"), qn("w:cr")):
                yield PAGE if child.get(qn("w:type")) == "page" else "\n"
            elif tag == qn("w:p"):  # A paragraph of a text box.
                yield "\n" + "".join(self._inline(child)) + "\n"
            elif isinstance(tag, str) and tag not in NOT_TEXT:
                yield from self._inline(child)

    def _row(self, row: Element) -> str:
        cells = [
            "\n".join(self.blocks(cell)).strip(" \t\r\n")
            for cell in row.iter(qn("w:tc"))
            if _nearest(cell, "w:tr") is row
        ]
        return " ".join(f"{cell}:" if self._is_label(cell) else cell for cell in cells)


def _nearest(element: Element, tag: str) -> Element | None:
    return next(element.iterancestors(qn(tag)), None)


def _on(toggle: Element) -> bool:
    return toggle.get(qn("w:val")) not in ("0", "false", "off")
