"""A study of very many invented exchanges, made in bulk: rows, digests, events, mirror and signature fit together.

`python -m tests.bench.large_study FOLDER [EXCHANGES]` makes one; the key is that of the tests.  Its history is that of
a busy study: every page has its exchange, half of which wait, and the rest was approved, rejected, edited or undone
by sixteen reviewers, up to seven times.
"""

import hashlib
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import pyarrow as pa

from audit.details import (
    Details,
    ExchangeApproved,
    ExchangeCreated,
    ExchangeEdited,
    ExchangeRejected,
    ExchangeScreened,
    ExchangeWithdrawn,
    FileIngested,
    PersonAdded,
    StepUndone,
)
from audit.events import EventDraft, canonical_json, format_time
from audit.log import Log
from audit.merkle import Frontier, leaf_hash
from policies import Face, LoadedPolicy, Role, load_policy
from workbench.review.standing import UNDO
from workbench.store.connection import Row
from workbench.store.exchanges import Body, BodyFinding, DecisionRow, FlagRow
from workbench.store.generations import Generation
from workbench.store.standings import Standing
from workbench.store.steps import Step
from workbench.store.values import values
from workbench.study.keys import Secret
from workbench.study.opening import create_study, open_study
from workbench.study.study import Study

PAGES = 20
"""Pages of a session."""
BATCH = 10_000
REVIEWERS = tuple(f"reviewer-{number:02}" for number in range(1, 17))
SCRIPTS = ("", "", "", "e", "ea", "eaw", "eawr", "eaweawa", "aweawea", "rweeawa")
"""What became of an exchange, by the last digit of its number: edited, approved, rejected, undone (w)."""
DECIDED = {
    "a": ("approve", None, "approved"),
    "r": ("reject", "off_topic", "rejected"),
}
NAMES = ("Odalys", "Pernilla", "Quillon", "Rosamund", "Svetozar", "Tadeusz", "Ursulina", "Venetia")
TOWNS = ("Marrowfield", "Netherbeck", "Ostwick", "Pennerley")
SUBJECTS = ("My mother", "The night nurse", "Our neighbour", "My brother", "The doctor", "Nobody", "My daughter")
VERBS = ("listens to", "worries about", "forgets", "asks for", "waits for", "cannot bear", "talks of", "remembers")
OBJECTS = ("the long evenings", "a full night of sleep", "the bills", "the stairs", "an hour alone", "the tablets")
ENDS = ("and then everything is quiet.", "as if that were nothing.", "before the week is over.", "every single day.")
RARE = "lighthouse"
"""A word that stands only on the page of every thousandth exchange."""
BACKEND, MODEL = "extractive", hashlib.sha256(b"invented").hexdigest()

REFERRING = ("page", "decision", "step")
"""Details that name something else."""

Rows = defaultdict[str, list[Row]]


def make_study(folder: Path, exchanges: int, secret: Secret, policy: LoadedPolicy | None = None) -> None:
    """Make a closed study of so many exchanges in a new folder; its founder is `bench`."""
    create_study(folder, policy or load_policy("mentalchat16k"), secret, "bench")
    study = open_study(folder, secret, Face.CLI)
    history = _History(study)
    for rows in history.batches(exchanges):
        history.store(rows)
    study.log = history.log()
    study.close()


@dataclass(slots=True)
class _Now:
    """An exchange as it stands while its history is told."""

    number: int
    question: str
    answer: str
    findings: list[BodyFinding]
    flags: list[FlagRow]
    version: int = 0
    digest: str = ""
    state: str = "waiting"
    reviewer: str | None = None
    steps: list[Step] = field(default_factory=list)

    @property
    def risk(self) -> str:
        """As the review room reckons it."""
        if {flag.kind for flag in self.flags} & {"leak", "crisis"} or any(f.state == "open" for f in self.findings):
            return "high"
        return "standard" if self.flags or self.findings else "low"


class _History:
    """Tells a history in the order in which it would have happened, some thousand exchanges at a time."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._policy = study.loaded_policy.digest
        self._random = random.Random(1)
        self._sentences = [
            f"{one} {two} {three} {four}" for one in SUBJECTS for two in VERBS for three in OBJECTS for four in ENDS
        ]
        self._now: dict[int, _Now] = {}
        self._steps = 0
        self._lines: list[bytes] = []
        self._templates: dict[str, str] = {}
        state = study.log.state
        self._tree = Frontier(state.size, [bytes.fromhex(root) for root in state.frontier])
        self._last = state.last
        self._time = study.log.last[0] or datetime.now(UTC)
        self._spelled_time = format_time(self._time)

    # -- the order of things ---------------------------------------------------------------------------------------

    def batches(self, exchanges: int) -> Iterator[Rows]:
        """People, sessions with their exchanges, then one round of reviewing after the other."""
        rows = _rows()
        for number, name in enumerate(REVIEWERS, 2):
            self._event("bench", PersonAdded(roles=("reviewer",), uid=None), name)
            rows["people"].append((number, name, None, Role.REVIEWER.value))
        yield rows
        whole = range(1, exchanges + 1)
        parts = [whole[first : first + BATCH] for first in range(0, exchanges, BATCH)]
        for part in parts:
            rows = _rows()
            for number in part:
                self._page(rows, number)
                self._exchange(rows, number)
            yield rows
        for turn in range(max(map(len, SCRIPTS))):
            for part in parts:
                rows = _rows()
                for number, reviewer in zip(part, cycle(REVIEWERS)):
                    steps = SCRIPTS[number % len(SCRIPTS)]
                    if turn < len(steps):
                        self._step(rows, self._now[number], steps[turn], reviewer)
                yield rows

    def store(self, rows: Rows) -> None:
        """Put rows and their events into store and mirror."""
        study, lines, self._lines = self._study, self._lines, []
        first = self._tree.size - len(lines)
        rows["events"] = [(first + offset, line.decode()) for offset, line in enumerate(lines)]
        with study.db.transaction():
            for table, values in rows.items():
                if values:
                    columns = [pa.array(column) for column in zip(*values, strict=True)]
                    names = [f"c{number}" for number in range(len(columns))]
                    study.db._db.register("batch", pa.table(columns, names=names))
                    study.db.execute(f"INSERT INTO {table} SELECT * FROM batch")
                    study.db._db.unregister("batch")
        study.ledger.add(lines)
        if lines:
            study.mirror.append(lines, first=first)

    def log(self) -> Log:
        """The log after everything that was told."""
        roots = tuple(root.hex() for root in self._tree.roots)
        new = {"size": self._tree.size, "frontier": roots, "last": self._last, "last_time": self._time}
        return Log.from_state(self._study.log.state.model_copy(update=new))

    # -- what happens ----------------------------------------------------------------------------------------------

    def _page(self, rows: Rows, page: int) -> None:
        session, number = _place(page)
        if number == 1:
            digest = hashlib.sha256(f"{session}".encode()).hexdigest()
            details = FileIngested(number=1, digest=MODEL, kind="txt", sessions=1, pages=PAGES, words=7000)
            self._event("bench", details, session)
            rows["files"].append((session, digest, "invented.txt", "txt", 42_000, *[None] * 6))
            rows["sessions"].append((session, session, digest, 7000))
        person, town = _who(session)
        text = f"Caregiver: this is {person} from {town}, on page {page}. {self._text(29)}"
        if page % 1000 == 0:
            text += f" From the window we saw the {RARE}."
        rows["pages"].append((page, session, number, text, len(text.split()), "[]"))
        for entity, words in (("NAME", person), ("LOCATION", town)):
            at = text.index(words)
            rows["page_findings"].append((page, at, at + len(words), entity, 0.9, "invented", "invented", False))

    def _exchange(self, rows: Rows, number: int) -> None:
        person, _ = _who(_place(number)[0])
        question, answer = self._text(2 if number % 50 == 7 else 8), self._text(15)
        raw = f"{person}, this is for you. {answer}"
        now = _Now(number, question, raw, [], [])
        source = json.dumps([f"{question}\n{raw}"], ensure_ascii=True)
        created = ExchangeCreated(
            page=str(number), run="r", attempt=1, backend=BACKEND, model_digest=MODEL, seed=42, malformed=False
        )
        before = self._study.keyed_digest(f"attempts:{number}", source)
        made = Generation(number, number, 1, json.loads(source)[0], None, "", BACKEND, MODEL, None, "{}", 42)
        rows["exchanges"].append((number, number, "exchange", "interview", 1))
        rows["generations"].append(values(made))
        self._version(rows, now, "raw", "bench", created, 0, before)
        if number % 3:
            now.answer = f"[NAME_1], this is for you. {answer}"
            now.findings = [BodyFinding(0, "answer", 0, 8, "NAME", 0.9, "invented", "invented", "treated")]
        else:
            now.answer = f"This is for you. {answer}"
        now.flags = list(_flags(number))
        if any(flag.kind == "leak" for flag in now.flags):
            now.findings.append(BodyFinding(len(now.findings), "question", 0, 2, "NAME", 0.5, "invented", "-", "open"))
        screened = ExchangeScreened(
            findings=_count(f.entity for f in now.findings), flags=_count(f.kind for f in now.flags)
        )
        self._now[number] = now
        self._stand(rows, now, self._version(rows, now, "treated", "bench", screened, 1))

    def _step(self, rows: Rows, now: _Now, step: str, reviewer: str) -> None:
        if step == "w":
            event = self._undone(rows, now, reviewer)
        elif step == "e":
            before, now.answer = now.version, f"{now.answer} {self._random.choice(self._sentences)}"
            now.state, now.reviewer = "waiting", None
            edited = ExchangeEdited(words_before=300, words_after=310)
            event = self._version(rows, now, "edited", reviewer, edited, before + 1)
            self._done(rows, now, reviewer, "edit", event, before)
        else:
            verdict, reason, now.state = DECIDED[step]
            kind = ExchangeApproved if step == "a" else ExchangeRejected
            details = kind(findings=len(now.findings), flags=_count(flag.kind for flag in now.flags))
            now.reviewer = reviewer
            event = self._decision(rows, now, reviewer, details, verdict, reason)
            what = {"decision": event, "verdict": verdict, "reason": reason, "review_round": "first", "reading": None}
            self._done(rows, now, reviewer, "decision", event, now.version, **what)
        rows["claims"] += [(now.number, reviewer, "s", held, None, event) for held in (True, False)]
        self._stand(rows, now, event)

    def _undone(self, rows: Rows, now: _Now, reviewer: str) -> int:
        decided = now.steps[-1]
        now.state, now.reviewer = "waiting", None
        details = ExchangeWithdrawn(decision=decided.sequence)
        event = self._decision(rows, now, reviewer, details, "withdraw", UNDO)
        undone = self._event(reviewer, StepUndone(kind="decision", step=decided.sequence), now.number)
        rows["steps"].append(_step_row(replace(decided, state="undone", sequence=undone)))
        return event

    def _decision(
        self, rows: Rows, now: _Now, reviewer: str, details: Details, verdict: str, reason: str | None
    ) -> int:
        event = self._event(reviewer, details, now.number, now.version, after=now.digest, reason=reason)
        decided = DecisionRow(
            now.number, now.version, verdict, reason, now.digest, self._policy, reviewer, "cli",
            self._spelled_time, "first", None, None, event,
        )  # fmt: skip
        rows["decisions"].append(values(decided))
        return event

    def _done(self, rows: Rows, now: _Now, reviewer: str, kind: str, event: int, before: int, **what: object) -> None:
        self._steps += 1
        first, then = {"versions": {str(now.number): before}}, {"versions": {str(now.number): now.version}, **what}
        now.steps.append(Step(self._steps, reviewer, "s", now.number, kind, "done", first, then, event))
        rows["steps"].append(_step_row(now.steps[-1]))

    def _version(
        self, rows: Rows, now: _Now, kind: str, person: str, details: Details, version: int, before: str | None = None
    ) -> int:
        before, now.version = before or now.digest, version
        now.digest = self._study.body_digest(now.number, version, now.question, now.answer)
        event = self._event(person, details, now.number, version, before=before, after=now.digest)
        body = Body(now.number, version, kind, now.question, now.answer, now.digest, self._policy, person, event)
        rows["bodies"].append(values(body))
        rows["body_findings"] += [(now.number, version, *values(finding)) for finding in now.findings]
        rows["flags"] += [(now.number, version, *values(flag)) for flag in now.flags]
        return event

    def _stand(self, rows: Rows, now: _Now, event: int) -> None:
        session, number = _place(now.number)
        question, answer = len(now.question.split()), len(now.answer.split())
        standing = Standing(
            exchange=now.number,
            kind="exchange",
            origin="interview",
            page=now.number,
            session=session,
            number=number,
            version=now.version,
            state=now.state,
            flags=" ".join(sorted({flag.kind for flag in now.flags})),
            open=sum(finding.state == "open" for finding in now.findings),
            words=question + answer,
            short=min(question, answer) < 40,
            risk=now.risk,
            reviewer=now.reviewer,
            sequence=event,
        )
        rows["standings"].append(values(standing))

    # -- words and events ------------------------------------------------------------------------------------------

    def _text(self, sentences: int) -> str:
        return " ".join(self._random.choices(self._sentences, k=sentences))

    def _event(
        self,
        actor: str,
        details: Details,
        number: object,
        version: int | None = None,
        *,
        before: str | None = None,
        after: str | None = None,
        reason: str | None = None,
    ) -> int:
        """Add the line of an event: one such was made in earnest, and the rest is like it but for what changes."""
        sequence = self._tree.size
        previous_time, self._time = self._spelled_time, self._time + timedelta(microseconds=1)
        self._spelled_time = format_time(self._time)
        changing: dict[str, object] = {
            "sequence": sequence, "id": f"{sequence:032x}", "previous": self._last,
            "previous_time": previous_time, "time": self._spelled_time, "actor": actor,
            "object_id": str(number), "object_version": version, "digest_before": before, "digest_after": after,
        }  # fmt: skip
        said = dict(vars(details))
        changing |= {name: said.pop(name) for name in REFERRING if name in said}
        key = f"{type(details).__name__} {reason} {said}"
        if key not in self._templates:
            self._templates[key] = self._template(details, reason, changing)
        values = {name: f'"{value}"' if isinstance(value, str) else value for name, value in changing.items()}
        values |= {name: "null" for name, value in values.items() if value is None}
        line = (self._templates[key] % values).encode()
        leaf = leaf_hash(line)
        self._tree.append(leaf)
        self._last = leaf.hex()
        self._lines.append(line)
        return sequence

    def _template(self, details: Details, reason: str | None, changing: Iterable[str]) -> str:
        """The line of a real event, with places for what changes."""
        context = self._study.context(Role.OPERATOR)
        _, line = self._study.log.next(EventDraft(details=details, object_id="1", reason=reason), context)
        spelled = json.loads(line)
        for name in changing:
            (spelled["details"] if name in REFERRING else spelled)[name] = f"%({name})s"
        return re.sub(r'"(%\(\w+\)s)"', r"\1", canonical_json(spelled).decode())


def _rows() -> Rows:
    return defaultdict(list)


def _step_row(step: Step) -> Row:
    return tuple(json.dumps(value) if isinstance(value, dict) else value for value in values(step))


def _place(page: int) -> tuple[int, int]:
    """Session of a page, and its number there."""
    return (page - 1) // PAGES + 1, (page - 1) % PAGES + 1


def _who(session: int) -> tuple[str, str]:
    return NAMES[session % len(NAMES)], TOWNS[session % len(TOWNS)]


def _count(kinds: Iterator[str]) -> dict[str, int]:
    return dict(sorted(Counter(kinds).items()))


def _flags(number: int) -> Iterator[FlagRow]:
    """The flags of an exchange: a verbatim one in ten, a leak in thirty-three, a crisis in a hundred."""
    kinds = {
        "verbatim": number % 10 == 3,
        "leak": number % 33 == 2,
        "crisis": number % 100 == 1,
        "short": number % 50 == 7,
    }
    for ordinal, kind in enumerate(kind for kind, has in kinds.items() if has):
        yield FlagRow(ordinal, kind, "question", 0, 2, "invented", 0, 9)


if __name__ == "__main__":
    from tests.conftest import SECRET

    began = time.perf_counter()
    make_study(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000, SECRET)
    print(f"made in {time.perf_counter() - began:.0f} s")
