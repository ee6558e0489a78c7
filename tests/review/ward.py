"""A ward of several people at one open study on invented text."""

import json
from collections.abc import Sequence
from pathlib import Path

from policies import Face, LoadedPolicy, Role, Scope, parse_policy
from redaction.detector import Detector
from tests.conftest import READ, SECRET
from workbench.desk.commands import (
    AddPerson,
    ClaimPages,
    Decide,
    IngestFile,
    StartRun,
    SubmitGeneration,
)
from workbench.desk.local import LocalDesk, PersonalDesk
from workbench.desk.review_views import Decided
from workbench.ingest.manifest import Entry
from workbench.ingest.transcript import PageText, Transcript
from workbench.store import events
from workbench.study.opening import open_study
from workbench.study.presence import Presence
from workbench.study.study import Actor, Study

MODEL = {"backend": "llama-cpp", "model_digest": "0" * 64, "prompt_digest": None}
QUESTION = (
    "I feel tired and I worry about the nights, and I would like to sleep again. My mother calls for me every hour and "
    "I get up each time, although I know that she only wants to hear that somebody is there with her in the dark."
)
ANSWER = (
    "It makes sense that you are worn out when every night rests on you. We could look for one evening in the week on "
    "which somebody else listens for her, so that you can sleep behind a closed door and wake up as yourself again."
)
PAGE = (
    "Caregiver: My mother calls every hour and I get up. I am so tired. I worry about the nights.\n"
    "Coach: You carry every night alone. Who else could listen for one evening? You need a closed door and some sleep."
)
CRISIS = "Last night I wanted to kill myself. "


class Clock:
    """A clock that stands still until it is moved on."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Ward:
    """An open study, and a desk at it for each person; `founder` is the one who made it, with all roles but auditor."""

    def __init__(self, folder: Path, scanner: Detector) -> None:
        self.folder = folder
        self._scanner = scanner
        self.study: Study
        self.clock: Clock
        self.open()

    def open(self) -> None:
        """Open the study, as after a restart."""
        self.study = open_study(self.folder, SECRET, Face.TUI)
        self.study.scanner = self._scanner
        self.clock = Clock()
        self.study.presence = Presence(self.clock)
        self.founder = LocalDesk(self.study)

    def restart(self, *, crash: bool = False) -> None:
        """Close the study and open it again; in a crash nothing is closed in order."""
        if crash:
            self.study.heartbeat.stop()
            self.study.db.let_go()
        else:
            self.study.close()
        self.open()

    def fill(
        self, sessions: Sequence[int], question: str = QUESTION, answer: str = ANSWER, subject: str | None = None
    ) -> None:
        """Bring in sessions of so many pages each, with an exchange for each page."""
        begun = self.study.log.size
        transcripts = tuple(
            Transcript(f"s{begun}-{key}", tuple(PageText(n, PAGE, ()) for n in range(1, pages + 1)), 40 * pages)
            for key, pages in enumerate(sessions)
        )
        digest = begun.to_bytes(32, "big")
        entry = subject and Entry(2, Path("a"), subject, "1", 1, (Scope.TRAINING,), "1", None, None, (), {})
        self.founder.execute(
            IngestFile(name="a", kind="txt", size=1, sha256=digest, transcripts=transcripts, manifest=entry or None)
        )
        run = self.founder.execute(StartRun(**MODEL)).run
        raw = f"Caregiver: {question}\nCoach: {answer}"
        while jobs := self.founder.execute(ClaimPages()).jobs:
            for job in jobs:
                submit = SubmitGeneration(run=run, page=job.page, raw=raw, parameters={}, seed=1, **MODEL)
                self.founder.execute(submit)

    def desk(
        self, name: str, *roles: Role, face: Face = Face.TUI, sitting: str | None = None, login: str = "os-uid"
    ) -> PersonalDesk:
        """The desk of a person, in a sitting of their own."""
        actor = Actor(name, frozenset(roles or {Role.REVIEWER}), login, face)
        return PersonalDesk(self.study, actor, sitting or f"sitting-of-{name}")

    def hire(self, name: str, *roles: Role, uid: int | None = None) -> PersonalDesk:
        """The same for somebody whom the study knows as well."""
        for role in roles or (Role.REVIEWER,):
            self.founder.execute(AddPerson(name=name, uid=uid, role=role))
        return self.desk(name, *roles)

    def events(self, action: str) -> list[dict[str, object]]:
        """The events of an action, oldest first."""
        lines = [json.loads(line) for line in events.lines(self.study.db, 0, self.study.log.size)]
        return [line for line in lines if line["action"] == action]

    def close(self) -> None:
        """Close the study."""
        self.study.close()


def approve(desk: PersonalDesk, exchange: int, version: int = 1) -> Decided:
    """Approve what was read to the end."""
    return desk.execute(Decide(exchange=exchange, version=version, verdict="approve", reading=READ))


def reject(desk: PersonalDesk, exchange: int, version: int = 1, reason: str = "other") -> Decided:
    """Reject what was read to the end."""
    decide = Decide(exchange=exchange, version=version, verdict="reject", reason=reason, reading=READ)
    return desk.execute(decide)


def policy_with(policy: LoadedPolicy, review: str) -> LoadedPolicy:
    """A policy with these lines under `review`, and one attempt a page."""
    body = policy.body.replace("  seed: 42", "  seed: 42\n  attempts: 1")
    lines = "".join(f"  {line}\n" for line in review.splitlines())
    return parse_policy(body.replace("review:\n", "review:\n" + lines), "The policy")
