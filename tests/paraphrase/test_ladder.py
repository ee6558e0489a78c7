"""What cannot be used is asked for again, more strictly; every attempt is kept, and the best goes to the reviewer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Entity, Face, FlagKind, LoadedPolicy, Policy
from policies.retries import load_retry_notes
from redaction.finding import Finding
from tests.conftest import SECRET, add_text, open_tested
from workbench.desk.commands import ListQueue, OpenExchange, Status, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.errors import BackendError
from workbench.paraphrase.run import Tally, paraphrase
from workbench.paraphrase.split import halves
from workbench.store.sources import PageRow
from workbench.study.opening import create_study

pytest.importorskip("openai", reason="needs the extra `llm`")

from tests.paraphrase.test_endpoint import Engine
from workbench.paraphrase.endpoint import Endpoint

LONG = "I feel worn out and I lie awake at night, and in the day I am short with everybody around me. " * 3
GOOD = f"Caregiver: [[{LONG}]]\nCoach: [[I hear how heavy this is for you. {LONG.replace('I ', 'You ')}]]"
LEAKING = GOOD.replace("everybody", "Ottoline Zvornik")
SHORT = "Caregiver: [[I am tired.]]\nCoach: [[I hear you.]]"
MALFORMED = "I cannot do that."
PAGE = (
    "Caregiver: This is page number {}. My sister Ottoline Zvornik shouts at me and I hardly sleep.\nCoach: I hear you."
)
NOTES = load_retry_notes()[0]


@pytest.fixture
def engine() -> Iterator[Engine]:
    server = Engine()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def desk(desk_over: Callable[..., LocalDesk], tmp_path: Path) -> LocalDesk:
    """A study with three waiting pages."""
    desk = desk_over()
    add_text(desk, tmp_path, "\n---page---\n".join(PAGE.format(n) for n in (1, 2, 3)))
    return desk


def run(desk: LocalDesk, policy: Policy, engine: Engine) -> Tally:
    backend = Endpoint(policy, engine.url, "mistral", in_flight=2)
    try:
        return paraphrase(desk, backend, 42, lambda run, tally: None)
    finally:
        backend.close()


def in_turn(*answers: str) -> Callable[[int, str], str]:
    """Page 2 is answered by these, one an attempt; the others well."""
    waiting = list(answers)
    return lambda number, request: waiting.pop(0) if number == 2 else GOOD


def recording(requests: list[str], answer: Callable[[int, str], str]) -> Callable[[int, str], str]:
    """The same answers; the requests are put down."""

    def put_down(number: int, request: str) -> str:
        requests.append(request)
        return answer(number, request)

    return put_down


def test_a_leaking_exchange_is_asked_for_again_with_a_stricter_instruction(
    desk: LocalDesk, policy: LoadedPolicy, engine: Engine
) -> None:
    requests: list[str] = []
    engine.answer = recording(requests, in_turn(LEAKING, GOOD))
    tally = run(desk, policy.policy, engine)
    assert (tally.pages, tally.again) == (3, 1)
    assert [NOTES.lead in request for request in requests].count(True) == 1
    assert NOTES.leak in requests[-1]
    assert NOTES.malformed not in requests[-1]
    view = desk.execute(OpenExchange(exchange=2))
    assert FlagKind.LEAK not in view.row.flags
    assert [(a.attempt, a.raw, a.faults, a.shown) for a in view.attempts] == [
        (1, LEAKING, (FlagKind.LEAK,), False),
        (2, GOOD, (), True),
    ]
    assert desk.execute(VerifyAudit()).fault is None


def test_exchanges_keep_the_order_of_their_pages_whatever_is_asked_for_again(
    desk: LocalDesk, policy: LoadedPolicy, engine: Engine
) -> None:
    engine.answer = in_turn(MALFORMED, SHORT, GOOD)
    run(desk, policy.policy, engine)
    rows = desk.execute(ListQueue()).rows
    assert [(row.exchange, row.page) for row in rows] == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize(
    ("answers", "taken"),
    [
        ((MALFORMED, SHORT, LEAKING), SHORT),
        ((MALFORMED, LEAKING, MALFORMED), LEAKING),
        ((SHORT, MALFORMED, MALFORMED), SHORT),
        ((MALFORMED, "Something else.", MALFORMED + " Never."), MALFORMED + " Never."),
    ],
)
def test_after_the_last_attempt_the_best_goes_to_the_reviewer_with_all_the_others(
    desk: LocalDesk, policy: LoadedPolicy, engine: Engine, answers: tuple[str, ...], taken: str
) -> None:
    engine.answer = in_turn(*answers)
    tally = run(desk, policy.policy, engine)
    view = desk.execute(OpenExchange(exchange=2))
    assert view.raw == taken
    assert [attempt.raw for attempt in view.attempts] == list(answers)
    assert view.row.flags
    assert view.row.state == "waiting"
    assert tally.pages == desk.execute(Status()).exchanges == 3
    assert desk.execute(Status()).malformed == (view.malformed is not None)


def test_the_policy_says_how_often(policy_once: LoadedPolicy, engine: Engine, tmp_path: Path) -> None:
    create_study(tmp_path / "once", policy_once, SECRET, "tester")
    desk = LocalDesk(open_tested(tmp_path / "once", Face.CLI))
    add_text(desk, tmp_path, PAGE.format(2))
    engine.answer = in_turn(SHORT)
    tally = run(desk, policy_once.policy, engine)
    assert (tally.pages, tally.again) == (1, 0)
    assert desk.execute(OpenExchange(exchange=1)).raw == SHORT
    desk.close()


def test_a_run_that_breaks_off_between_two_attempts_goes_on_with_the_next(
    desk: LocalDesk, policy: LoadedPolicy, engine: Engine
) -> None:
    first = in_turn(MALFORMED)
    engine.answer = lambda number, request: None if NOTES.lead in request else first(number, request)
    with pytest.raises(BackendError):
        run(desk, policy.policy, engine)
    assert desk.execute(Status()).exchanges == 2
    requests: list[str] = []
    engine.answer = recording(requests, lambda number, request: GOOD)
    assert run(desk, policy.policy, engine).pages == 1
    assert len(requests) == 1
    assert NOTES.malformed in requests[0]
    assert [attempt.raw for attempt in desk.execute(OpenExchange(exchange=2)).attempts] == [MALFORMED, GOOD]


WORDS = st.lists(st.sampled_from(["tired", "nights", "mother", "no.", "So", "I"]), min_size=1, max_size=12).map(
    " ".join
)


@given(st.lists(WORDS, min_size=1, max_size=30), st.data())
def test_a_divided_page_loses_no_word_no_finding_and_no_mark(turns: list[str], data: st.DataObject) -> None:
    text = "\n".join(f"{'Coach' if n % 2 else 'Caregiver'}: {turn}" for n, turn in enumerate(turns))
    places = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = list(zip(places[::2], places[1::2], strict=False))
    findings = [Finding(a, b, Entity.NAME, 0.9, "test", "why") for a, b in spans]
    page = PageRow(7, 1, 3, text, len(text.split()), [(a, b, "note") for a, b in spans])
    parts = halves(page, findings, 10)
    if not parts:
        assert page.words < 40 or any(b - a > len(text) // 4 for a, b in spans)
        return
    assert [part.page for part, _ in parts] == [10, 11]
    assert [part.number for part, _ in parts] == [3, 3]
    assert " ".join(part.text for part, _ in parts).split() == text.split()
    assert sum(part.words for part, _ in parts) == page.words
    found = [f.text_in(part.text) for part, findings in parts for f in findings]
    assert found == [text[a:b] for a, b in spans]
    assert [part.text[a:b] for part, _ in parts for a, b, _ in part.marks] == [text[a:b] for a, b in spans]
    if not spans and len(turns) > 1:
        assert parts[1][0].text.startswith(("Coach: ", "Caregiver: ")), "divided at a turn"
