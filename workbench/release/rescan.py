"""The last look: every row that would go is scanned once more with the detector as it is now.

Rows that this very detector has scanned as they are need no second scan, so that an interrupted scan goes on where it
was.  What was treated or dismissed stays so; a row in which anything else is found stays behind.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from audit.details import ReleaseRescanned
from policies import Entity, Role
from redaction.finding import Finding
from workbench.desk import release_views, releasing
from workbench.errors import Refused
from workbench.release.gate import NOTHING, plan, texts
from workbench.release.rules import Going
from workbench.review.show import latest_of
from workbench.review.versions import screened_again
from workbench.screening.detector import detector_digest
from workbench.screening.screen import SIDES, Found
from workbench.store import rescans, standings
from workbench.study.study import Study, Turn


@dataclass(frozen=True, slots=True)
class Scanned:
    """A row and what the detector finds on its two sides now."""

    row: Going
    question: str
    answer: str
    found: Found


_waiting: WeakKeyDictionary[Study, list[Going]] = WeakKeyDictionary()
"""The rows of an open study that still wait, the next one last: looking for them anew with each batch would take
longer than the scan.  Whoever decides meanwhile changes what goes, which the next plan sees.
"""


def scan(study: Study, turn: Turn, command: releasing.RescanRows) -> list[Scanned]:
    """Scan the next rows: this takes long, and nobody waits for it."""
    with turn():
        waiting = _waiting.get(study)
        if not waiting:
            waiting = _waiting[study] = _unscanned(study)
        batch = waiting[: -command.rows - 1 : -1]
        read = list(texts(study, _as_they_are(study, batch)))
    scanned = [
        Scanned(row, question, answer, (study.scanner.scan(question), study.scanner.scan(answer)))
        for row, question, answer in read
    ]
    with turn():
        # Only now: a scan that was interrupted is begun again.
        taken = {row.exchange for row in batch}
        waiting[:] = [row for row in waiting if row.exchange not in taken]
    return scanned


def rescan_rows(
    study: Study, command: releasing.RescanRows, role: Role, found: list[Scanned] | None = None
) -> release_views.Rescanned:
    """Store what the fresh scan of the next rows has found.  `found` is what `scan` found."""
    detector = detector_digest(study.policy.redaction)
    current = {one.row for one in found or ()} & {*_as_they_are(study, [one.row for one in found or ()])}
    scanned = [one for one in found or () if one.row in current]
    if scanned:
        known: dict[int, list[rescans.Place]] = {}
        for place in rescans.places(study.db, {one.row.exchange: one.row.version for one in scanned}):
            known.setdefault(place.exchange, []).append(place)
        rows = [
            (one.row.exchange, one.row.version, json.dumps(_places(study, one, known.get(one.row.exchange, []))))
            for one in scanned
        ]
        with study.change(role) as change:
            details = ReleaseRescanned(
                detector=detector, rows=len(rows), found=sum(places != NOTHING for *_, places in rows)
            )
            event = change.record(details, "rescan")
            rescans.add(study.db, rows, detector, event.sequence)
    numbers = rescans.found_in(study.db, detector, NOTHING)
    return release_views.Rescanned(
        scanned=len(scanned), left=len(_waiting.get(study, ())), found=len(numbers), exchanges=tuple(numbers[:SHOWN])
    )


SHOWN = 100
"""So many exchanges in which something was found are named."""


def scan_text(study: Study, text: str) -> None:
    """Raise Refused where words of the policy or the manifest that go with the rows may identify somebody."""
    kinds = sorted({f.entity.value for f in study.scanner.scan(text) if f.identifies and _tells(f, text)})
    if kinds:
        raise Refused(
            f"Nothing was built: words of the policy, the manifest or the release's name may identify somebody "
            f"({', '.join(kinds)}); write them without."
        )


HARMLESS = frozenset({Entity.DATE, Entity.AGE, Entity.LOCATION, Entity.FACILITY, Entity.INDIRECT})
"""What words about a release may say: when and where it is made, and of which ages."""
SENTENCE = 6
"""In fewer words than this the detector has nothing to tell a name by."""
DIGITS = 6


def _tells(finding: Finding, text: str) -> bool:
    if finding.entity in HARMLESS:
        return False
    words = finding.text_in(text)
    return len(text.split()) >= SENTENCE or "@" in words or sum(map(str.isdigit, words)) >= DIGITS


def _unscanned(study: Study) -> list[Going]:
    return plan(study).unscanned[::-1]


def _as_they_are(study: Study, rows: Sequence[Going]) -> list[Going]:
    """Those rows that stand as they stood when they were planned."""
    if not rows:
        return []
    now = {standing.exchange: standing for standing in standings.several(study.db, [row.exchange for row in rows])}
    return [row for row in rows if now[row.exchange].version == row.version and now[row.exchange].state == "approved"]


def _places(study: Study, one: Scanned, known: Sequence[rescans.Place]) -> list[tuple[str, int, int, str]]:
    """Where the fresh scan found what was neither treated nor dismissed: side, start, stop, entity."""
    if all(_known(finding, side, known) for side, found in zip(SIDES, one.found, strict=True) for finding in found):
        return []
    # Something is new here; what of it counts is for screening to say, as after an edit.
    latest = latest_of(study, one.row.exchange)
    screened = screened_again(study, latest, one.question, one.answer, one.found)
    return [(f.side, f.start, f.stop, f.entity) for f in screened.findings if f.state == "open"]


def _known(finding: Finding, side: str, known: Sequence[rescans.Place]) -> bool:
    """Whether a finding lies within one that was treated, kept or dismissed when the text was screened."""
    return finding.keep or any(
        place.side == side and place.start <= finding.start and finding.end <= place.stop and place.state != "open"
        for place in known
    )
