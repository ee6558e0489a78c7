"""Storing what was read: a file with its sessions, pages and findings, in one transaction."""

import json
from collections import Counter
from dataclasses import dataclass

from audit.details import FileDuplicate, FileIngested, FileRefused, PageScanned
from audit.events import Outcome
from policies import Role
from redaction.finding import Finding
from redaction.roster import Known
from workbench.desk import commands, views
from workbench.ingest.rarity import with_rarity
from workbench.screening.length import words
from workbench.store import roster, sources
from workbench.store.sources import FileRow, PageRow
from workbench.study.study import Change, Study, Turn


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was found on each page of each transcript, with what the roster knew then."""

    known: tuple[Known, ...]
    found: list[list[list[Finding]]]


def scan(study: Study, turn: Turn, command: commands.IngestFile) -> Scanned | None:
    """Scan a file: this takes seconds, and nobody waits for it.  None where the same bytes came before."""
    with turn():
        if _stored_before(study, command) is not None:
            return None
        known = _known(study, command)
    return _scan(study, command, known)


def _scan(study: Study, command: commands.IngestFile, known: tuple[Known, ...]) -> Scanned:
    pages = ([page.text for page in transcript.pages] for transcript in command.transcripts)
    return Scanned(known, [study.scanner.scan_session(texts, known) for texts in pages])


def _known(study: Study, command: commands.IngestFile) -> tuple[Known, ...]:
    return roster.known(study.db, command.manifest.subject if command.manifest else None)


def _stored_before(study: Study, command: commands.IngestFile) -> int | None:
    return sources.file_by_digest(study.db, study.keyed_digest("file", command.sha256))


def ingest_file(
    study: Study, command: commands.IngestFile, role: Role, found: Scanned | None = None
) -> views.FileOutcome:
    """Store a file, or recognise that the same bytes came before.  `found` is what `scan` found."""
    digest = study.keyed_digest("file", command.sha256)
    number = sources.next_number(study.db, "files", "file")
    first = _stored_before(study, command)
    if first is not None:
        with study.change(role) as change:
            change.record(FileDuplicate(number=number, first=first, digest=digest), first)
        sessions, page_count, total = sources.file_counts(study.db, first)
        return views.FileOutcome(file=first, status="duplicate", sessions=sessions, pages=page_count, words=total)
    known = _known(study, command)
    if found is None or found.known != known:
        found = _scan(study, command, known)
    with study.change(role) as change:
        sources.add_file(study.db, _file_row(number, digest, command))
        session = sources.next_number(study.db, "sessions", "session")
        next_page = sources.next_number(study.db, "pages", "page")
        for offset, transcript in enumerate(command.transcripts):
            pages = [
                PageRow(
                    next_page + n, session + offset, page.number, page.text, words(page.text),
                    [(mark.start, mark.end, mark.kind) for mark in page.marks],
                )
                for n, page in enumerate(transcript.pages)
            ]  # fmt: skip
            next_page += len(pages)
            sources.add_session(study.db, session + offset, number, transcript.session_key, pages)
            _store_findings(study, change, pages, found.found[offset])
        sessions, page_count, total = sources.file_counts(study.db, number)
        change.record(
            FileIngested(
                number=number, digest=digest, kind=command.kind, sessions=sessions, pages=page_count, words=total
            ),
            number,
        )
    return views.FileOutcome(file=number, status="added", sessions=sessions, pages=page_count, words=total)


def _store_findings(study: Study, change: Change, pages: list[PageRow], found: list[list[Finding]]) -> None:
    for page, found_here in zip(pages, found, strict=True):
        findings = with_rarity(study.db, page.session, page.text, found_here)
        sources.add_findings(study.db, page.page, findings)
        counts = Counter(finding.entity.value for finding in findings)
        change.record(PageScanned(findings=dict(counts), words=page.words), page.page)


def refuse_file(study: Study, command: commands.RefuseFile, role: Role) -> views.Done:
    """Record that a file was not taken in; the event holds a reason code and nothing of the file."""
    with study.change(role) as change:
        number = sources.next_number(study.db, "files", "file")
        change.record(FileRefused(number=number), "refused", outcome=Outcome.REFUSED, reason=command.code)
    return views.Done()


def _file_row(number: int, digest: str, command: commands.IngestFile) -> FileRow:
    entry = command.manifest
    if entry is None:
        return FileRow(number, digest, command.name, command.kind, command.size, *[None] * 6)
    consent = {
        "scopes": sorted(entry.consent),
        "form_version": entry.form_version,
        "date": entry.consent_date.isoformat() if entry.consent_date else None,
        "withdrawn": entry.withdrawn.isoformat() if entry.withdrawn else None,
    }
    return FileRow(
        number, digest, command.name, command.kind, command.size, entry.subject, entry.visit, entry.order,
        json.dumps(consent), json.dumps(sorted(entry.protection)), json.dumps(entry.groups),
    )  # fmt: skip
