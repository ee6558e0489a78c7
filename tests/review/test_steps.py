"""Whatever two people do, undo and do again: texts and states are those that simple rules foresee, and nothing is lost.

The rules stand in `undoing.py`.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from policies import LoadedPolicy
from redaction.scanner import Scanner
from tests.conftest import READ, SECRET
from tests.review.texts import PLAIN, bring, look, mark
from tests.review.texts import QUARRY as NAMED
from tests.review.undoing import PEOPLE, QUARRY, No, Rules, Sides, Step
from tests.review.ward import Ward, approve, policy_with, reject
from workbench.desk.commands import DismissFinding, EditExchange, PlanRelease, ReplayExchange, VerifyAudit
from workbench.desk.reviewing import AddNote, ListAlike, RedactAlike, Redo, SendBack, Undo, Withdraw
from workbench.errors import NotAllowed, Refused
from workbench.study.opening import create_study

PROVE = bool(os.environ.get("WORKBENCH_PROVE"))
WHO, NUMBER = st.sampled_from(PEOPLE), st.sampled_from([1, 2, 3])
SIDE = st.sampled_from(["question", "answer"])
STAND_IN = "[LOCATION_1]"


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy, scanner: Scanner) -> Path:
    """A closed study with three exchanges, of which two name the quarry."""
    folder = tmp_path_factory.mktemp("named") / "study"
    create_study(folder, policy_with(policy, ""), SECRET, "founder")
    ward = Ward(folder, scanner)
    bring(ward, [NAMED, NAMED, PLAIN])
    ward.close()
    return folder


class Steps(RuleBasedStateMachine):
    """Ann and Bob at one study, and the rules beside it."""

    fresh: Callable[[], Ward]

    @initialize()
    def open(self) -> None:
        self.ward = type(self).fresh()
        self.desks = {name: self.ward.desk(name) for name in PEOPLE}
        views = {number: look(self.ward.founder, number) for number in (1, 2, 3)}
        self.rules = Rules({number: (view.question, view.answer) for number, view in views.items()})
        self.rows = self.counted()

    def both(self, foreseen: Callable[[], object], done: Callable[[], object]) -> None:
        """The study must do what the rules foresee, and refuse what they refuse."""
        try:
            foreseen()
        except No:
            with pytest.raises((Refused, NotAllowed)):
                done()
        else:
            done()

    def version(self, number: int) -> int:
        return self.rules.exchanges[number].version

    @rule(who=WHO, number=NUMBER, verdict=st.sampled_from(["approved", "rejected", "sent_back"]))
    def decide(self, who: str, number: int, verdict: str) -> None:
        desk, version = self.desks[who], self.version(number)
        text = self.rules.exchanges[number].text
        kind = "sending_back" if verdict == "sent_back" else "decision"
        step = Step(kind, number, {number: (text, text)}, verdict)
        back = SendBack(exchange=number, version=version, reason="other", reading=READ)
        done = {
            "approved": lambda: approve(desk, number, version),
            "rejected": lambda: reject(desk, number, version),
            "sent_back": lambda: desk.execute(back),
        }[verdict]
        self.both(lambda: self.rules.do(who, step), done)

    @rule(who=WHO, number=NUMBER, side=SIDE, more=st.sampled_from(["I am tired now.", "We could rest."]))
    def edit(self, who: str, number: int, side: str, more: str) -> None:
        question, answer = text = self.rules.exchanges[number].text
        new = (f"{question} {more}", answer) if side == "question" else (question, f"{answer} {more}")
        command = EditExchange(exchange=number, version=self.version(number), question=new[0], answer=new[1])
        step = Step("edit", number, {number: (text, new)})
        self.both(lambda: self.rules.do(who, step), lambda: self.desks[who].execute(command))

    @rule(who=WHO, number=NUMBER, side=SIDE)
    def mark(self, who: str, number: int, side: str) -> None:
        text = self.rules.exchanges[number].text
        place = ("question", "answer").index(side)
        if found := QUARRY.search(text[place]):
            new = tuple(QUARRY.sub(STAND_IN, t, count=1) if at == place else t for at, t in enumerate(text))
            step = Step("mark", number, {number: (text, (new[0], new[1]))})
            self.both(lambda: self.rules.do(who, step), lambda: mark(self.desks[who], number, found[0], side))

    @rule(who=WHO, number=NUMBER)
    def dismiss(self, who: str, number: int) -> None:
        text = self.rules.exchanges[number].text
        if self.rules.exchanges[number].open:
            ordinal = next(found.ordinal for found in look(self.desks[who], number).findings if found.state == "open")
            command = DismissFinding(
                exchange=number, version=self.version(number), ordinal=ordinal, reason="common_word"
            )
            step = Step("dismissal", number, {number: (text, text)})
            self.both(lambda: self.rules.do(who, step), lambda: self.desks[who].execute(command))

    @rule(who=WHO, number=NUMBER)
    def redact_alike(self, who: str, number: int) -> None:
        texts = {n: exchange.text for n, exchange in self.rules.exchanges.items()}
        said = {n: text for n, text in texts.items() if any(QUARRY.search(side) for side in text)}
        view = look(self.desks[who], number)
        if said and view.findings:
            asked = {"exchange": number, "version": view.row.version, "ordinal": view.findings[0].ordinal}
            places = self.desks[who].execute(ListAlike(**asked)).places
            command = RedactAlike(
                **asked, places=tuple((p.exchange, p.version, p.side, p.start, p.stop) for p in places)
            )
            changed = {n: (text, _without(text)) for n, text in said.items()}
            step = Step("bulk_redaction", number, changed)
            self.both(lambda: self.rules.do(who, step), lambda: self.desks[who].execute(command))

    @rule(who=WHO, number=NUMBER)
    def note(self, who: str, number: int) -> None:
        self.rules.do(who, Step("note", number))
        self.desks[who].execute(AddNote(exchange=number, text="Look at this."))

    @rule(who=WHO, number=NUMBER)
    def withdraw(self, who: str, number: int) -> None:
        command = Withdraw(exchange=number, version=self.version(number), reason="mistake")
        self.both(lambda: self.rules.withdraw(who, number), lambda: self.desks[who].execute(command))

    # Twice as likely as anything else: that is what is to be shown.
    @rule(who=WHO)
    def undo(self, who: str) -> None:
        self.both(lambda: self.rules.undo(who), lambda: self.desks[who].execute(Undo()))

    @rule(who=WHO)
    def undo_once_more(self, who: str) -> None:
        self.undo(who)

    @rule(who=WHO)
    def redo(self, who: str) -> None:
        self.both(lambda: self.rules.redo(who), lambda: self.desks[who].execute(Redo()))

    @rule(who=WHO)
    def redo_once_more(self, who: str) -> None:
        self.redo(who)

    @invariant()
    def everything_is_as_foreseen(self) -> None:
        for number, rules in getattr(self, "rules", Rules({})).exchanges.items():
            view = look(self.ward.founder, number)
            assert (view.question, view.answer) == rules.text
            assert (view.row.state, view.row.version) == (rules.state, rules.version)
            assert (view.row.open > 0, len(view.notes)) == (rules.open, rules.notes)

    @invariant()
    def nothing_is_erased(self) -> None:
        if hasattr(self, "ward"):
            before, self.rows = self.rows, self.counted()
            assert all(self.rows[table] >= count for table, count in before.items())

    def counted(self) -> dict[str, int]:
        db = self.ward.study.db
        names = db.rows("SELECT table_name FROM duckdb_tables() WHERE database_name = 'study'")
        return {name: int(db.value(f"SELECT count(*) FROM {name}")) for (name,) in names}

    def teardown(self) -> None:
        if not hasattr(self, "ward"):
            return
        founder = self.ward.founder
        approved = sum(rules.state == "approved" for rules in self.rules.exchanges.values())
        assert founder.execute(PlanRelease()).rows == approved
        for number in self.rules.exchanges:
            shown = founder.execute(ReplayExchange(exchange=number))
            assert shown.sound, [(step.action, step.faults) for step in shown.steps if step.faults]
        assert founder.execute(VerifyAudit()).fault is None
        self.ward.close()


def _without(text: Sides) -> Sides:
    return QUARRY.sub(STAND_IN, text[0]), QUARRY.sub(STAND_IN, text[1])


@pytest.fixture
def fresh(named: Path, tmp_path: Path, scanner: Scanner) -> Iterator[Callable[[], Ward]]:
    """Opens a copy of the study each time."""
    made: list[Ward] = []

    def copy() -> Ward:
        made.append(Ward(Path(shutil.copytree(named, tmp_path / str(len(made)))), scanner))
        return made[-1]

    yield copy
    for ward in made:
        ward.close()


@pytest.mark.timeout(7200 if PROVE else 300)
def test_steps_come_undone_and_done_again_as_the_rules_foresee(fresh: Callable[[], Ward]) -> None:
    machine = type("Machine", (Steps,), {"fresh": staticmethod(fresh)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=150 if PROVE else 3,
            stateful_step_count=30 if PROVE else 12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
