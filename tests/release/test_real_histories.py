"""The same over a real study: people at their desks do what they like, and what is not refused the papers learn."""

import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from policies import LoadedPolicy, Role, Scope
from tests.conftest import READ, SECRET, detector
from tests.release.history_model import Decision, House, Paper
from tests.review.ward import ANSWER, QUESTION, Ward, policy_with
from workbench.desk.commands import Decide, DismissFinding, EditExchange, OpenExchange, PlanRelease
from workbench.desk.local import PersonalDesk
from workbench.desk.releasing import ChangeConsent
from workbench.desk.reviewing import Adjudicate, Redo, SendBack, Undo, Withdraw
from workbench.errors import UserError
from workbench.release.gate import plan
from workbench.study.opening import create_study

HISTORIES = 20 if os.environ.get("WORKBENCH_PROVE") else 2
STEPS = 40
PHONE = " Please call me at 212-555-0147."


@dataclass
class Step:
    """What a person did to a paper, as far as it can be undone."""

    paper: int
    kind: str
    words: str = ""
    decision: Decision | None = None
    state: str = "done"
    at: int = 0


@dataclass
class Life:
    """A study with its people, and the papers that follow what they did."""

    ward: Ward
    people: dict[str, PersonalDesk]
    house: House
    two_needed: bool
    policies: dict[str, LoadedPolicy]
    subjects: dict[int, str] = field(default_factory=dict)
    papers: dict[int, Paper] = field(default_factory=dict)
    dismissed: set[int] = field(default_factory=set)
    steps: defaultdict[str, list[Step]] = field(default_factory=lambda: defaultdict(list))
    now: int = 0
    refused: int = 0

    def begin(self, subject: str) -> list[int]:
        """A new subject with a session of three pages."""
        before = set(self.papers)
        self.ward.fill([3], subject=subject)
        for row in plan_rows(self.ward):
            if row not in before:
                self.papers[row] = Paper(words=QUESTION + ANSWER, two_needed=self.two_needed)
                self.subjects[row] = subject
        self.house.consent[subject] = {"training"}
        return [row for row in self.papers if row not in before]

    def take(self, chance: random.Random, paper: int) -> None:
        """One step of somebody; whatever the workbench refuses has not happened."""
        kinds = ("approve", "reject", "edit", "dismiss", "withdraw", "undo", "redo", "send_back", "consent", "policy")
        kind = chance.choices(kinds, (14, 3, 3, 2, 1, 3, 2, 0.5, 0.5, 0.3))[0]
        person = chance.choice([*self.people])
        self.now += 1
        try:
            getattr(self, f"_{kind}")(chance, person, paper)
        except UserError:
            self.refused += 1

    # -- steps -------------------------------------------------------------------------------------------------

    def _done(self, person: str, step: Step) -> None:
        step.at = self.now
        self.steps[person].append(step)

    def _approve(self, chance: random.Random, person: str, number: int, what: str = "approve") -> None:
        paper, desk = self.papers[number], self.people[person]
        given = {"exchange": number, "version": self._version(person, number), "verdict": what, "reading": READ}
        given["reason"] = None if what == "approve" else "other"
        decision = Decision(person, what, self.house.today)
        if paper.status() == "disputed":
            desk.execute(Adjudicate(**given))
        else:
            again = paper.decisions[-1:] == [decision]
            desk.execute(Decide(**given))
            if again:
                return  # their answer had been lost, and nothing is decided anew
        paper.decisions.append(decision)
        self._done(person, Step(number, "decision", decision=decision))

    def _reject(self, chance: random.Random, person: str, number: int) -> None:
        self._approve(chance, person, number, "reject")

    def _send_back(self, chance: random.Random, person: str, number: int) -> None:
        version = self._version(person, number)
        self.people[person].execute(SendBack(exchange=number, version=version, reason="other", reading=READ))
        decision = Decision(person, "send_back", self.house.today)
        self.papers[number].decisions.append(decision)
        self._done(person, Step(number, "sending_back", decision=decision))

    def _edit(self, chance: random.Random, person: str, number: int) -> None:
        question = chance.choice([f"{QUESTION} So it was {self.now} times.", "I feel tired.", QUESTION + PHONE])
        command = EditExchange(exchange=number, version=self._version(person, number), question=question, answer=ANSWER)
        self.people[person].execute(command)
        self._done(person, Step(number, "edit", words=self.papers[number].words))
        self._write(number, question + ANSWER)

    def _dismiss(self, chance: random.Random, person: str, number: int) -> None:
        view = self.people[person].execute(OpenExchange(exchange=number))
        ordinal = next((found.ordinal for found in view.findings if found.state == "open"), 99)
        self.people[person].execute(
            DismissFinding(exchange=number, version=view.row.version, ordinal=ordinal, reason="not_identifying")
        )
        self._done(person, Step(number, "dismissal", words=self.papers[number].words))
        self.dismissed.add(number)
        self._write(number, self.papers[number].words)

    def _withdraw(self, chance: random.Random, person: str, number: int) -> None:
        version = self._version(person, number)
        self.people[person].execute(Withdraw(exchange=number, version=version, reason="mistake"))
        for decision in self.papers[number].decisions:
            for step in self.steps[decision.person]:
                if step.decision is decision:
                    step.state = "withdrawn"
        self.papers[number].decisions.clear()

    def _undo(self, chance: random.Random, person: str, number: int) -> None:
        undone = self.people[person].execute(Undo())
        step = next((step for step in reversed(self.steps[person]) if step.state in ("done", "redone")), None)
        assert (undone.kind, undone.exchange) == ((step.kind, step.paper) if step else (None, None))
        if step is None:
            return
        step.state, step.at = "undone", self.now
        paper = self.papers[step.paper]
        if step.decision is not None:
            assert paper.decisions.pop() is step.decision
            return
        if step.kind == "dismissal":
            self.dismissed.discard(step.paper)
        before, step.words = step.words, paper.words
        self._write(step.paper, before)

    def _redo(self, chance: random.Random, person: str, number: int) -> None:
        redone = self.people[person].execute(Redo())
        since = max((step.at for step in self.steps[person] if step.state == "done"), default=0)
        step = next((step for step in self.steps[person] if step.state == "undone" and step.at > since), None)
        assert (redone.kind, redone.exchange) == ((step.kind, step.paper) if step else (None, None))
        if step is None:
            return
        step.state, step.at = "redone", self.now
        paper = self.papers[step.paper]
        if step.decision is not None:
            step.decision = replace(step.decision, policy=self.house.today)
            paper.decisions.append(step.decision)
            return
        if step.kind == "dismissal":
            self.dismissed.add(step.paper)
        after, step.words = step.words, paper.words
        self._write(step.paper, after)

    def _consent(self, chance: random.Random, person: str, number: int) -> None:
        scopes = tuple(scope for scope in Scope if chance.random() < 0.6)
        subject = self.subjects[number]
        command = ChangeConsent(subject=subject, scopes=scopes, withdrawn=not scopes, date=date(2026, 1, 2))
        self.ward.founder.execute(command)
        self.house.consent[subject] = {scope.value for scope in scopes}

    def _policy(self, chance: random.Random, person: str, number: int) -> None:
        """The study goes on under other rules, as one will that was opened again after they were changed."""
        self.house.today = chance.choice([*self.policies])
        self.ward.study.loaded_policy = self.policies[self.house.today]

    def _write(self, number: int, words: str) -> None:
        paper = self.papers[number]
        paper.write(words)
        paper.short = words.startswith("I feel tired.")
        paper.waits = PHONE in words and number not in self.dismissed

    def _version(self, person: str, number: int) -> int:
        return self.people[person].execute(OpenExchange(exchange=number)).row.version


def plan_rows(ward: Ward) -> list[int]:
    """All exchanges of the study."""
    return [int(number) for (number,) in ward.study.db.rows("SELECT exchange FROM exchanges ORDER BY exchange")]


@pytest.fixture
def live(tmp_path: Path, policy: LoadedPolicy) -> Iterator[Callable[[bool], Life]]:
    """Makes a study in which one decision is enough, or two are needed."""
    wards = []

    def make(two_needed: bool) -> Life:
        second = "second:\n  share: 1.0\n" if two_needed else ""
        create_study(
            tmp_path / "study", policy_with(policy, f"{second}attention:\n  planted_rate: 0"), SECRET, "tester"
        )
        ward = Ward(tmp_path / "study", detector())
        wards.append(ward)
        people = {name: ward.hire(name) for name in ("ann", "ben")}
        people |= {name: ward.hire(name, Role.REVIEWER, Role.SENIOR) for name in ("sue", "tom")}
        today = ward.study.loaded_policy
        return Life(ward, people, House(), two_needed, {"policy-1": today, "policy-2": replace(today, digest="2" * 64)})

    yield make
    for ward in wards:
        ward.close()


@pytest.mark.parametrize("two_needed", [False, True])
def test_exactly_what_the_rules_allow_goes_from_a_real_study(live: Callable[[bool], Life], two_needed: bool) -> None:
    life, going = live(two_needed), 0
    sessions = [life.begin(f"S-{seed}") for seed in range(HISTORIES)]
    for seed, numbers in enumerate(sessions):
        chance = random.Random(f"life {seed}")
        for _ in range(STEPS):
            life.take(chance, chance.choice(numbers))
            if chance.random() < 0.2:
                planned = {row.exchange for row in plan(life.ward.study).rows}
                expected = {n for n, paper in life.papers.items() if life.house.goes(paper, life.subjects[n])}
                assert planned == expected
                going += len(planned)
    assert life.ward.founder.execute(PlanRelease()).rows == len(plan(life.ward.study).rows)
    assert going
    assert 0 < life.refused < HISTORIES * STEPS
