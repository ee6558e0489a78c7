"""The desk's side of a roster: its rows are stored, and what the study holds already is held against them at once."""

from collections import Counter

from audit.details import RosterAdded
from policies import Entity, Role
from redaction.leaks import leaks
from redaction.roster import Known, Roster, hunt
from workbench.desk import commands, views
from workbench.errors import Refused
from workbench.review.versions import found_on, screened_again, store_version
from workbench.store import exchanges, roster, sources
from workbench.study.study import Study


def add_roster(study: Study, command: commands.AddRoster, role: Role) -> views.RosterOutcome:
    """Store the rows that are new, and find what they know on all pages and in all exchanges: all of it, or nothing.

    An exchange that names what a new row knows gets a new version, so that it waits for a decision again.
    Raises Refused when no row is new.
    """
    known = set(roster.everything(study.db).rows)
    new = [row for row in dict.fromkeys(command.rows) if row not in known]
    if not new:
        raise Refused("Every row of this roster is in the study already; nothing was changed.")
    added = Roster(tuple(new))
    with study.change(role) as change:
        roster.add(study.db, new)
        wanted = {session: added.known(subject or "") for session, subject in sources.owners(study.db)}
        pages = sum(_pages(study, session, known_there) for session, known_there in wanted.items())
        named = 0
        for latest in exchanges.all_latest(study.db):
            there, texts = wanted[latest.session], (latest.question, latest.answer)
            if latest.origin != "planted" and any(leaks(there, text) for text in texts):
                found = found_on(study, latest.exchange, latest.version)
                screened = screened_again(study, latest, latest.question, latest.answer, found)
                store_version(study, change, latest, screened)
                named += 1
        kinds = Counter(entity.value for _, entity, _ in new)
        change.record(RosterAdded(rows=dict(kinds), pages=pages, exchanges=named), "roster")
    return views.RosterOutcome(rows=len(new), pages=pages, exchanges=named)


def _pages(study: Study, session: int, wanted: tuple[Known, ...]) -> int:
    """Add what is newly found on the pages of a session; on how many something was."""
    if not wanted:
        return 0
    count = 0
    for page in sources.session_pages(study.db, session):
        before = [f for f in sources.findings(study.db, page.page) if f.identifies and f.entity is not Entity.INDIRECT]
        found = [
            f for f in hunt(page.text, wanted) if not any(f.start < old.end and old.start < f.end for old in before)
        ]
        sources.add_findings(study.db, page.page, found)
        count += bool(found)
    return count
