"""The login: whoever reads the terminal gets in, once."""

import re
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from workbench.browser.gate import ATTEMPTS, SECONDS_TO_OPEN, Gate, State


class Terminal:
    """A gate with its operator's terminal and clock."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.time = 0.0
        self.gate = Gate(self.lines.append, lambda: self.time)

    @property
    def code(self) -> str:
        found = re.search(r": (\S{4}-\S{4})$", self.lines[-1])
        assert found is not None
        return found[1]


def test_the_code_may_be_typed_as_people_type():
    terminal = Terminal()
    assert terminal.gate.enter(f" {terminal.code.replace('-', ' ').upper()} ") is not None


def test_five_wrong_codes_kill_the_right_one_and_a_new_one_is_printed():
    terminal = Terminal()
    right = terminal.code
    for _ in range(ATTEMPTS):
        assert terminal.gate.enter("2222-2222") is None
    assert len(terminal.lines) == 2
    assert terminal.gate.enter(right) is None
    assert terminal.gate.enter(terminal.code) is not None


def test_four_wrong_codes_do_not():
    terminal = Terminal()
    for _ in range(ATTEMPTS - 1):
        terminal.gate.enter("2222-2222")
    assert terminal.gate.enter(terminal.code) is not None


def test_a_pass_that_no_page_used_dies_after_a_minute():
    terminal = Terminal()
    given = terminal.gate.enter(terminal.code)
    terminal.time += SECONDS_TO_OPEN + 1
    assert not terminal.gate.begin(given)
    assert terminal.gate.state is State.CODE
    assert len(terminal.lines) == 2


class OneSittingForOneCode(RuleBasedStateMachine):
    """However codes are typed, pages opened and sittings ended."""

    def __init__(self) -> None:
        super().__init__()
        self.terminal = Terminal()
        self.gate = self.terminal.gate
        self.codes: list[str] = []
        """That were used."""
        self.passes: list[str] = []
        """That have had their sitting, or were replaced."""
        self.fresh: str | None = None
        self.sittings = 0

    @precondition(lambda self: self.gate.state is State.CODE)
    @rule()
    def type_the_code(self) -> None:
        code = self.terminal.code
        given = self.gate.enter(code)
        assert given is not None
        assert given not in self.passes
        if self.fresh:
            self.passes.append(self.fresh)
        self.fresh = given
        self.codes.append(code)

    @rule(typed=st.text(max_size=20))
    def type_anything(self, typed: str) -> None:
        assert self.gate.enter(typed) is None

    @rule(data=st.data())
    def type_a_used_code(self, data: Any) -> None:
        if self.codes:
            assert self.gate.enter(data.draw(st.sampled_from(self.codes))) is None

    @precondition(lambda self: self.fresh is not None)
    @rule()
    def open_the_page(self) -> None:
        assert self.fresh is not None
        in_time = self.gate.state is State.PAGE
        assert self.gate.admits(self.fresh) == in_time
        assert self.gate.begin(self.fresh) == in_time
        self.sittings += in_time
        self.passes.append(self.fresh)
        self.fresh = None

    @rule(data=st.data(), made_up=st.text(max_size=50))
    def open_another_page(self, data: Any, made_up: str) -> None:
        given = data.draw(st.sampled_from([*self.passes, made_up, ""]))
        assert not self.gate.admits(given)
        assert not self.gate.begin(given)

    @precondition(lambda self: self.sittings)
    @rule()
    def end_the_sitting(self) -> None:
        self.gate.end("It ended.")
        self.sittings -= 1

    @rule(seconds=st.floats(0, 2 * SECONDS_TO_OPEN))
    def wait(self, seconds: float) -> None:
        self.terminal.time += seconds

    @invariant()
    def one_sitting_at_most(self) -> None:
        assert self.sittings <= 1
        assert (self.gate.state is State.SITTING) == (self.sittings == 1)


TestOneSittingForOneCode = OneSittingForOneCode.TestCase
