"""The desk's side of multi-turn records: one session at a time, all of its records or none."""

import json
import secrets

from audit.details import TurnsExtracted
from policies import Role
from workbench.desk import commands, views
from workbench.paraphrase.parse import Parsed
from workbench.paraphrase.record import source_of
from workbench.paraphrase.submit import add_record
from workbench.screening.length import words
from workbench.screening.screen import Screen, Source
from workbench.store import exchanges, generations, sources
from workbench.store import turns as store
from workbench.store.book import StoredBook
from workbench.store.generations import Generation
from workbench.study.study import Change, Study
from workbench.turns import lint
from workbench.turns.turns import NAME, Record, records, rules_digest, session_turns


def extract_turns(study: Study, command: commands.ExtractTurns, role: Role) -> views.SessionTurns:
    """Store the multi-turn records of the next session that has none yet.

    The session, its records and their events are one transaction, so that this can be stopped at any moment; a
    session that gives no record is remembered too.
    """
    session = store.next_session(study.db)
    if session is None:
        return _answer(study, None)
    rules = study.policy.multi_turn
    pages = sources.session_pages(study.db, session)
    turns = session_turns(pages)
    found = list(records(turns, rules))
    lengths = [words(turn.text) for turn in turns if turn.side == "coach"]
    short = sum(length < rules.short_words for length in lengths)
    origins = {page.page: source_of(study, page, NAME, "multi_turn") for page in pages}
    run, flagged, treated = secrets.token_hex(8), 0, 0
    with study.change(role) as change:
        event = change.record(
            TurnsExtracted(
                session=str(session),
                backend=NAME,
                model_digest=rules_digest(),
                pages=len(pages),
                coach_turns=len(lengths),
                short_turns=short,
                records=len(found),
            ),
            run,
        )
        store.add_run(study.db, session, len(lengths), short, len(found), event.sequence)
        book = StoredBook(study.db, study.record_key("surrogates"), sources.subject(study.db, session))
        for record in found:
            flags, done = _add(study, change, run, record, origins[record.page], book)
            flagged += flags
            treated += done
    return _answer(study, session, len(lengths), len(found), flagged, treated)


def _add(study: Study, change: Change, run: str, record: Record, source: Source, book: StoredBook) -> tuple[bool, int]:
    """Store one record as said and as treated; whether it is flagged, and how many identifiers were treated."""
    screened = Screen(study.policy, study.scanner).treated(record.question, record.answer, source, None, book)
    parameters = json.dumps(study.policy.multi_turn.model_dump(), sort_keys=True)
    generation = Generation(
        exchanges.next_number(study.db), record.page, 1, record.raw, None, "", NAME, rules_digest(), None, parameters, 0
    )
    generations.add(study.db, generation)
    add_record(study, change, run, generation, Parsed(record.question, record.answer, None), screened, "multi_turn")
    return bool(screened.flags), sum(finding.state == "treated" for finding in screened.findings)


def _answer(
    study: Study, session: int | None, coach_turns: int = 0, found: int = 0, flagged: int = 0, treated: int = 0
) -> views.SessionTurns:
    rules = study.policy.multi_turn
    return views.SessionTurns(
        session=session,
        left=store.sessions_left(study.db),
        coach_turns=coach_turns,
        records=found,
        flagged=flagged,
        treated=treated,
        lint=lint.of_session_turns(*store.lengths(study.db), rules.short_words, rules.target_words),
    )
