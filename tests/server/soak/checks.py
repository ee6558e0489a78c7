"""What must hold of a study after many people worked in it, by the rows of its store and the lines of its log.

Nothing here asks the review room how it sees things, apart from which exchanges its policy draws for a second review.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

from tests.server.soak.journal import Told, digest_of
from workbench.desk.commands import PlanRelease, Status, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.release.gate import plan
from workbench.review.standing import needs_second
from workbench.store import events, exchanges
from workbench.store.connection import Row
from workbench.study.study import Study

VERDICTS = {
    "exchange.approved": "approve",
    "exchange.rejected": "reject",
    "exchange.sent_back": "send_back",
    "exchange.withdrawn": "withdraw",
}
STATES = {"approve": "approved", "reject": "rejected", "send_back": "sent_back"}
STORED = ("decision", "version", "note", "skip", "draft")
"""Kinds of keys in a journal that name something stored."""


@dataclass(frozen=True, slots=True)
class Given:
    """A decision as its row tells it."""

    exchange: int
    version: int
    verdict: str
    reason: str | None
    person: str
    review_round: str
    sequence: int


def after(counted: list[Given], decision: Given) -> list[Given]:
    """Which decisions of a version count after this one: undo takes the last back, any other withdrawal all."""
    if decision.verdict != "withdraw":
        return [*counted, decision]
    return counted[:-1] if decision.reason == "undo" else []


class Checks:
    """A closed-down study, opened again; `began` is how many events it had before the first client."""

    def __init__(self, study: Study, began: int) -> None:
        self.study = study
        self.began = began
        self.desk = LocalDesk(study)
        self.events = [json.loads(line) for line in events.lines(study.db, 0, study.log.size)]
        self.decisions = [
            Given(*row)
            for row in self.rows(
                "SELECT exchange, version, verdict, reason, person, review_round, sequence FROM decisions "
                "ORDER BY sequence"
            )
        ]

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a query."""
        return self.study.db.rows(sql, list(values))

    @cached_property
    def by_version(self) -> dict[tuple[int, int], list[Given]]:
        """The decisions of each version of an exchange, in order."""
        found: dict[tuple[int, int], list[Given]] = defaultdict(list)
        for decision in self.decisions:
            found[decision.exchange, decision.version].append(decision)
        return found

    def faults(self, journals: dict[str, Told]) -> Iterator[str]:
        """Everything that is not as it must be, in sentences."""
        yield from self.held_by_two()
        yield from self.decided_twice()
        yield from self.without_event()
        for person, told in journals.items():
            yield from (f"{person}: {fault}" for fault in told.faults)
            yield from self.lost(person, told)
        yield from self.miscounted()
        yield from self.planted()
        outcome = self.desk.execute(VerifyAudit())
        if outcome.fault is not None:
            yield f"the log is not sound: {outcome.fault}"

    def held_by_two(self) -> Iterator[str]:
        """At no time two people had the same exchange; the log alone says who took one, and who gave it back."""
        held = {
            str(exchange): person
            for exchange, person, is_held in self.rows(
                "SELECT exchange, person, held FROM claims "
                "WHERE rowid IN (SELECT max(rowid) FROM claims WHERE sequence < ? GROUP BY exchange)",
                self.began,
            )
            if is_held
        }
        for event in self.events[self.began :]:
            action, actor, details = event["action"], event["actor"], event["details"]
            exchange = event["object_id"].split(":")[0]
            holder = held.get(exchange)
            takes = action == "exchange.viewed" and details["claimed"]
            changes = takes or action in VERDICTS or action in ("exchange.edited", "finding.dismissed")
            if changes and holder not in (None, actor):
                yield f"event {event['sequence']}: {actor} takes or changes exchange {exchange}, which {holder} has"
            # Whoever skips what they had not claimed gives back what nobody had.
            if action == "claim.returned" and details["holder"] != holder and (holder or event["reason"] != "skipped"):
                yield f"event {event['sequence']}: exchange {exchange} came back from somebody who did not have it"
            if takes:
                held[exchange] = actor
            elif action == "claim.returned" or (action in VERDICTS and VERDICTS[action] != "withdraw"):
                held.pop(exchange, None)
        stored = self.rows("SELECT exchange, person FROM current_claims WHERE held")
        if sorted((str(exchange), person) for exchange, person in stored) != sorted(held.items()):
            yield f"the store has {len(stored)} claims that last, the log tells of {len(held)}, or of others"

    def decided_twice(self) -> Iterator[str]:
        """In a round, a text is decided once, unless that was taken back."""
        for (exchange, version), given in self.by_version.items():
            counted: list[Given] = []
            for decision in given:
                if decision.verdict == "withdraw" and not counted:
                    yield f"exchange {exchange}, version {version}: a withdrawal of nothing"
                if decision.verdict != "withdraw" and decision.review_round in {d.review_round for d in counted}:
                    people = ", ".join([*(d.person for d in counted), decision.person])
                    yield f"exchange {exchange}, version {version} was decided twice in one round: {people}"
                counted = after(counted, decision)

    def without_event(self) -> Iterator[str]:
        """Each decision has its event, and each event its decision."""
        recorded = {
            (int(event["object_id"]), event["object_version"], VERDICTS[event["action"]], event["actor"], number)
            for number, event in enumerate(self.events)
            if event["action"] in VERDICTS
        }
        stored = {(d.exchange, d.version, d.verdict, d.person, d.sequence) for d in self.decisions}
        if recorded != stored:
            yield f"{len(stored - recorded)} decisions have no event, and {len(recorded - stored)} events no decision"
        if any(event["sequence"] != number for number, event in enumerate(self.events)):
            yield "the numbers of the events have a gap"

    def stored_by(self, person: str) -> Counter[tuple[Any, ...]]:
        """What somebody has stored since the start, by the keys of their journal."""
        asked = (
            "SELECT 'decision', exchange, version, verdict FROM decisions WHERE true",
            "SELECT 'version', exchange, version FROM bodies WHERE true",
            "SELECT 'note', exchange FROM notes WHERE true",
            "SELECT 'skip', exchange FROM claims WHERE reason = 'skipped'",
            "SELECT 'draft', exchange, version, question, answer FROM drafts WHERE question IS NOT NULL",
        )
        stored = Counter(
            row for sql in asked for row in self.rows(f"{sql} AND person = ? AND sequence >= ?", person, self.began)
        )
        return Counter(
            {(*key[:3], digest_of(*key[3:])) if key[0] == "draft" else key: times for key, times in stored.items()}
        )

    def lost(self, person: str, told: Told) -> Iterator[str]:
        """What was acknowledged is stored as often; what is stored was acknowledged, or nobody could say."""
        stored = self.stored_by(person)
        for key, times in told.acknowledged.items():
            # A draft that says what it said before is not stored anew.
            wanted = 1 if key[0] == "draft" else times
            if key[0] in STORED and len(key) > 1 and stored[key] < wanted:
                yield f"{person}: {key} was acknowledged {times} times and is stored {stored[key]} times"
        for key, times in stored.items():
            if times > told.acknowledged[key] + told.doubted[key]:
                yield f"{person}: {key} is stored {times} times, which is more than was asked for"

    def miscounted(self) -> Iterator[str]:
        """States from texts and decisions, against the rows that the queue is made of, and against `Status`."""
        counted = {key: reduce(after, given, list[Given]()) for key, given in self.by_version.items()}
        away = {key[0] for key, given in counted.items() if given and given[-1].verdict == "send_back"}
        settled = {number for (number,) in self.rows("SELECT exchange FROM standings WHERE sequence >= ?", self.began)}
        queue = dict(self.rows("SELECT exchange, state FROM current_standings"))
        states = Counter[str]()
        for text in exchanges.all_latest(self.study.db):
            given = counted.get((text.exchange, text.version), [])
            state = "sent_back" if text.exchange in away else _state(given)
            # What was decided before the soak knew no second reviews.
            once = state in ("approved", "rejected") and given[-1].review_round == "first"
            if once and text.exchange in settled and needs_second(self.study, text):
                state = "second"
            if queue[text.exchange] != state:
                yield f"exchange {text.exchange} was {state} and stands as {queue[text.exchange]}"
            states[state] += 1
        told = self.desk.execute(Status())
        for state in ("waiting", "approved", "rejected", "sent_back", "second", "disputed"):
            if getattr(told, state) != states[state]:
                yield f"{state}: the status says {getattr(told, state)}, the decisions say {states[state]}"

    def planted(self) -> Iterator[str]:
        """What was invented can never be released."""
        invented = {number for (number,) in self.rows("SELECT exchange FROM plants")}
        decided = {number for (number,) in self.rows("SELECT exchange FROM catches")}
        if not invented or not decided:
            yield "nothing was planted or nobody decided what was, so that nothing is known about it"
        if leaving := invented & {row.exchange for row in plan(self.study).rows}:
            yield f"{len(leaving)} planted exchanges would be released"
        if dict(self.desk.execute(PlanRelease()).excluded)["planted"] != len(invented):
            yield "the plan of a release does not keep all planted exchanges back"


def _state(given: Sequence[Given]) -> str:
    if not given:
        return "waiting"
    last = given[-1]
    if last.review_round == "second" and given[-2].verdict != last.verdict:
        return "disputed"
    return STATES[last.verdict]
