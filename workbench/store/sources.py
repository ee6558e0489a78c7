"""Files, sessions and pages: what was ingested, and what was found on it."""

import json
from dataclasses import dataclass
from typing import Any

from policies import Entity
from redaction.finding import Finding
from workbench.store.connection import Connection, Row
from workbench.store.values import values


@dataclass(frozen=True, slots=True)
class FileRow:
    """One ingested file.  `consent`, `protection` and `demographics` are JSON, None without a manifest."""

    file: int
    digest: str
    name: str
    kind: str
    bytes: int
    subject: str | None
    visit: str | None
    position: int | None
    consent: str | None
    protection: str | None
    demographics: str | None


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page; `marks` are (start, stop, kind)."""

    page: int
    session: int
    number: int
    text: str
    words: int
    marks: list[tuple[int, int, str]]


def session_count(db: Connection, *, apart_from: int) -> int:
    """How many other sessions there are."""
    return int(db.value("SELECT count(*) FROM sessions WHERE session <> ?", [apart_from]))


def sessions_saying(db: Connection, words: str, *, apart_from: int) -> int:
    """How many other sessions have these words on a page, case aside."""
    return int(
        db.value(
            "SELECT count(DISTINCT session) FROM current_pages WHERE session <> ? AND contains(lower(text), lower(?))",
            [apart_from, words],
        )
    )


def next_number(db: Connection, table: str, column: str) -> int:
    """The next free number (from 1) of a table that only grows."""
    return int(db.value(f"SELECT coalesce(max({column}), 0) + 1 FROM {table}"))


def add_file(db: Connection, file: FileRow) -> None:
    """Store what is known of a file."""
    db.insert("files", [values(file)])


def file_by_digest(db: Connection, digest: str) -> int | None:
    """The number of a file with these bytes, or None."""
    found = db.row("SELECT file FROM files WHERE digest = ?", [digest])
    return None if found is None else int(found[0])


def file_counts(db: Connection, file: int) -> tuple[int, int, int]:
    """Sessions, pages and words of a file."""
    found = db.row(
        "SELECT count(DISTINCT s.session), count(p.page), coalesce(sum(p.words), 0) FROM sessions s "
        "LEFT JOIN current_pages p USING (session) WHERE s.file = ?",
        [file],
    )
    assert found is not None
    return int(found[0]), int(found[1]), int(found[2])


def add_session(db: Connection, session: int, file: int, key: str, pages: list[PageRow]) -> None:
    """Store a session with its pages."""
    db.insert("sessions", [(session, file, key, sum(page.words for page in pages))])
    add_pages(db, pages)


def add_pages(db: Connection, pages: list[PageRow]) -> None:
    """Store pages."""
    db.insert("pages", [(p.page, p.session, p.number, p.text, p.words, json.dumps(p.marks)) for p in pages])


def split(db: Connection, page: int, parts: list[PageRow]) -> None:
    """Put parts in the place of a page; the page itself stays as it was stored."""
    add_pages(db, parts)
    db.insert("splits", [(page, part.page) for part in parts])


def add_findings(db: Connection, page: int, findings: list[Finding]) -> None:
    """Store what the detector found on a page."""
    db.insert(
        "page_findings",
        [(page, f.start, f.end, f.entity.value, f.score, f.recognizer, f.explanation, f.keep) for f in findings],
    )


def findings(db: Connection, page: int) -> list[Finding]:
    """What was found on a page or marked there by a reviewer, in order."""
    rows = db.rows(
        "SELECT start, stop, entity, score, recognizer, explanation, keep FROM found_on_pages "
        "WHERE page = ? ORDER BY start",
        [page],
    )
    return [Finding(start, stop, Entity(entity), *rest) for start, stop, entity, *rest in rows]


def page(db: Connection, page: int) -> PageRow | None:
    """One page, or None."""
    found = db.row("SELECT page, session, number, text, words, marks FROM pages WHERE page = ?", [page])
    return None if found is None else _page(found)


def session_pages(db: Connection, session: int) -> list[PageRow]:
    """The pages of a session, in order; of a page that was split, its parts."""
    rows = db.rows(
        "SELECT page, session, number, text, words, marks FROM current_pages WHERE session = ? ORDER BY number, page",
        [session],
    )
    return [_page(row) for row in rows]


def session_end(db: Connection, session: int) -> tuple[int, int, int]:
    """The last page of a session, its number there, and how many pages there are."""
    found = db.row(
        "SELECT arg_max(page, (number, page)), max(number), count(*) FROM current_pages WHERE session = ?", [session]
    )
    assert found is not None
    return int(found[0]), int(found[1]), int(found[2])


def waiting_pages(db: Connection, after: int, limit: int) -> list[PageRow]:
    """Pages without an exchange, or whose exchanges were all sent back, numbered above `after`, in order; multi-turn
    records do not count.
    """
    rows = db.rows(
        "SELECT page, session, number, text, words, marks FROM current_pages WHERE page > ? "
        "AND page NOT IN (SELECT page FROM answered_pages) ORDER BY page LIMIT ?",
        [after, limit],
    )
    return [_page(row) for row in rows]


def is_waiting(db: Connection, page: int) -> bool:
    """Whether a page has no exchange yet, or none that was not sent back."""
    answered = "SELECT page FROM answered_pages WHERE page = ?"
    return db.row(f"SELECT 1 FROM current_pages WHERE page = ? AND page NOT IN ({answered})", [page, page]) is not None


def waiting_count(db: Connection) -> tuple[int, int]:
    """How many pages wait for a paraphrase, and their words."""
    found = db.row(
        "SELECT count(*), coalesce(sum(words), 0) FROM current_pages "
        "WHERE page NOT IN (SELECT page FROM answered_pages)"
    )
    assert found is not None
    return int(found[0]), int(found[1])


def session_identifiers(db: Connection, session: int) -> list[tuple[int, Entity, str]]:
    """Page, entity and words of everything found or marked in a session that may not be kept."""
    rows = db.rows(
        "SELECT p.page, f.entity, substr(p.text, f.start + 1, f.stop - f.start) FROM current_pages p "
        "JOIN found_on_pages f USING (page) WHERE p.session = ? AND NOT f.keep AND f.entity <> 'INDIRECT' "
        "ORDER BY p.page, f.start",
        [session],
    )
    return [(number, Entity(entity), words) for number, entity, words in rows]


def by_recognizer(db: Connection) -> list[tuple[str, str, int]]:
    """(recognizer, entity, how many findings) on all pages of the study."""
    return db.rows(
        "SELECT recognizer, entity, count(*) FROM page_findings JOIN current_pages USING (page) "
        "GROUP BY recognizer, entity ORDER BY recognizer, entity"
    )


def owners(db: Connection) -> list[tuple[int, str | None]]:
    """Every session and the subject that the manifest names for it, if any."""
    return db.rows("SELECT s.session, f.subject FROM sessions s JOIN files f USING (file) ORDER BY s.session")


def subject_named(db: Connection, session: int) -> str | None:
    """The subject that the manifest names for a session, if any."""
    named = db.value("SELECT f.subject FROM sessions s JOIN files f USING (file) WHERE s.session = ?", [session])
    return None if named is None else str(named)


def subject(db: Connection, session: int) -> str:
    """Whose session it is: the subject named when it was imported, else the session stands for itself."""
    named = subject_named(db, session)
    return f"session {session}" if named is None else f"subject {named}"


def _page(row: Row) -> PageRow:
    marks: list[Any] = json.loads(row[5])
    return PageRow(row[0], row[1], row[2], row[3], row[4], [(start, stop, kind) for start, stop, kind in marks])
