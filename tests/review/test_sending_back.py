"""An exchange that is sent back stays back, and its page is paraphrased once more, differently."""

from collections.abc import Callable
from typing import ClassVar

import pytest

from policies import FlagKind, Role
from tests.conftest import READ
from tests.review.texts import PLAIN, QUARRY, bring, finding, look, mark
from tests.review.ward import ANSWER, CRISIS, MODEL, QUESTION, Ward, approve, reject
from workbench.desk.commands import (
    ClaimPages,
    Decide,
    EditExchange,
    ExtractTurns,
    ListQueue,
    PlanRelease,
    ReplayExchange,
    StartRun,
    Status,
    SubmitGeneration,
    VerifyAudit,
)
from workbench.desk.local import PersonalDesk
from workbench.desk.reviewing import Redo, SendBack, Undo, Withdraw
from workbench.desk.views import PageJob, Screened
from workbench.errors import NotAllowed, Refused, Stale
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import OTHER_SEED, paraphrase

PAGE = (
    "Caregiver: I am so tired that I cry in the car. I worry every night that she will fall. I feel guilty when I "
    "sleep. I am ashamed of being angry with my mother. My back hurts and I hate the stairs. I feel alone with all of "
    "it at night. I worry about the bills that pile up on the table. I panic when the phone rings late. I cannot rest "
    "on any Sunday. My head aches from morning until evening. I miss the garden and the birds in it. I get impatient "
    "with the nurse and regret it. I eat whatever is in the kitchen. My hands shake when I lift the heavy pan. I dread "
    "the winter and the long dark mornings. I lost touch with everybody I used to know. I am scared of what comes. "
    "I hope that somebody tells me what to do.\n"
    "Coach: It makes sense that you are exhausted by the nights. I wonder what would help you to rest. Let us choose "
    "one small step for this week. You could ask somebody to sit with her. We can plan one evening for you to sleep. I "
    "hear how much you care for her. You need support and a break. Notice what you feel when you stop. Try to be kind "
    "to yourself. Perhaps you can imagine a good morning. It is normal to feel anger and love together. You have the "
    "strength to make a choice. Remember the things that worked for you before. Together we can explore the options "
    "that you have. A boundary is a way to respect yourself. Take a slow breath before you respond. It is important to "
    "share the load with somebody. What matters most to you this week is enough.\n"
)


@pytest.fixture
def ward(ward_under: Callable[..., Ward]) -> Ward:
    """Two exchanges of two pages."""
    ward = ward_under(sessions=())
    bring(ward, [QUARRY, PLAIN])
    return ward


@pytest.fixture
def ann(ward: Ward) -> PersonalDesk:
    """A reviewer."""
    return ward.hire("ann")


def back(desk: PersonalDesk, exchange: int, reason: str = "unfaithful", version: int = 1) -> str:
    command = SendBack(exchange=exchange, version=version, reason=reason, reading=READ)
    return desk.execute(command).row.state


def waiting(ward: Ward) -> tuple[PageJob, ...]:
    return ward.founder.execute(ClaimPages()).jobs


def submit(ward: Ward, job: PageJob, question: str = QUESTION) -> Screened:
    run = ward.founder.execute(StartRun(**MODEL)).run
    raw = f"Caregiver: {question}\nCoach: {PLAIN[2]}"
    return ward.founder.execute(
        SubmitGeneration(run=run, page=job.page, attempt=job.attempt, raw=raw, parameters={}, seed=job.attempt, **MODEL)
    )


def test_the_page_waits_again_and_its_next_exchange_has_a_number_of_its_own(ann: PersonalDesk, ward: Ward) -> None:
    assert waiting(ward) == ()
    assert back(ann, 1) == "sent_back"
    (job,) = waiting(ward)
    assert (job.page, job.attempt, job.faults) == (1, 2, (FlagKind.UNSUPPORTED,))
    assert ward.founder.execute(StartRun(**MODEL)).pages == 1
    assert submit(ward, job).exchange == 3
    assert waiting(ward) == ()
    assert [look(ann, number).row.state for number in (1, 2, 3)] == ["sent_back", "waiting", "waiting"]
    approve(ann, 3)
    assert ward.founder.execute(PlanRelease()).excluded == (("not_decided", 1), ("sent_back", 1))
    (event,) = ward.events("exchange.sent_back")
    assert (event["reason"], event["details"]["page"], event["details"]["milliseconds"]) == (
        "unfaithful", "1", READ.milliseconds
    )  # fmt: skip
    assert ward.founder.execute(Status()).sent_back == 1
    back(ann, 3, "too_short")
    assert [(job.attempt, job.faults) for job in waiting(ward)] == [(3, (FlagKind.SHORT,))]
    for number in (1, 3):
        assert ann.execute(ReplayExchange(exchange=number)).sound
    assert ward.founder.execute(VerifyAudit()).fault is None


@pytest.mark.parametrize("attempts", [1, 2])
def test_the_next_attempts_have_seeds_of_their_own_and_are_told_why(
    ward_under: Callable[..., Ward], attempts: int
) -> None:
    ward = ward_under(sessions=(1,))
    rules = ward.study.policy.paraphrase.model_copy(update={"attempts": attempts})
    ward.study.policy = ward.study.policy.model_copy(update={"paraphrase": rules})
    back(ward.hire("ann"), 1, "leaks")
    asked: list[tuple[int, int, tuple[FlagKind, ...]]] = []

    class Engine:
        name, model_digest, prompt_digest = MODEL["backend"], MODEL["model_digest"], None
        parameters: ClassVar[dict[str, float | int | str]] = {}

        def generate(self, job: PageJob, seed: int) -> str:
            asked.append((job.attempt, seed, job.faults))
            return "no labels at all"

        def close(self) -> None:
            """Nothing to free."""

    paraphrase(ward.founder, Engine(), 42, lambda run, tally: None)
    seeds = [42 + 1 + OTHER_SEED * place for place in (1, 2)]
    told = [(FlagKind.LEAK,), (FlagKind.MALFORMED, FlagKind.SHORT, FlagKind.LEAK)]
    assert asked == [(place + 2, seeds[place], told[place]) for place in range(attempts)]
    assert look(ward.founder, 2).row.state == "waiting"


def test_an_extract_takes_other_sentences(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under(sessions=())
    bring(ward, [(PAGE, *PLAIN[1:])])
    ann = ward.hire("ann")
    texts = []
    for exchange in (1, 2):
        back(ann, exchange, "other")
        paraphrase(ward.founder, Extractive(ward.study.policy), 42, lambda run, tally: None)
        texts.append(look(ann, exchange + 1))
    for side in ("question", "answer"):
        first, second = ({*getattr(view, side).split(". ")} for view in texts)
        assert len(first & second) < len(first) / 2
        assert first != second


def test_it_is_undone_only_until_the_page_has_another_exchange(ann: PersonalDesk, ward: Ward) -> None:
    back(ann, 1)
    undone = ann.execute(Undo())
    assert (undone.kind, undone.row and undone.row.state, waiting(ward)) == ("sending_back", "waiting", ())
    redone = ann.execute(Redo())
    assert (redone.kind, redone.row and redone.row.state) == ("sending_back", "sent_back")
    (job,) = waiting(ward)
    submit(ward, job)
    for command in (Undo(), Withdraw(exchange=1, version=1, reason="mistake")):
        with pytest.raises(Refused, match="decide exchange 3 instead"):
            ann.execute(command)


def test_a_run_under_way_passes_over_a_page_that_is_kept_after_all(ann: PersonalDesk, ward: Ward) -> None:
    back(ann, 1)

    class Engine(Extractive):
        def generate(self, job: PageJob, seed: int) -> str:
            ann.execute(Undo())
            return super().generate(job, seed)

    tally = paraphrase(ward.founder, Engine(ward.study.policy), 42, lambda run, tally: None)
    assert (tally.pages, tally.interrupted) == (0, False)
    assert look(ann, 1).row.state == "waiting"


def test_what_was_sent_back_is_neither_changed_nor_decided_until_that_is_taken_back(ann: PersonalDesk) -> None:
    back(ann, 1)
    edit = EditExchange(exchange=1, version=1, question="a", answer="b")
    for command in (edit, Decide(exchange=1, version=1, verdict="approve", reading=READ)):
        with pytest.raises(Refused, match="sent back"):
            ann.execute(command)
    assert ann.execute(Withdraw(exchange=1, version=1, reason="mistake")).state == "waiting"
    assert ann.execute(Undo()).kind is None
    reject(ann, 1)


def test_a_new_text_of_what_was_sent_back_stays_back(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under(sessions=())
    bring(ward, [QUARRY, QUARRY])
    ann, bob = ward.hire("ann"), ward.hire("bob")
    back(ann, 1)
    mark(bob, 2, "quarry", "source")
    view = look(ann, 1)
    assert (view.row.version, view.row.state, finding(view).state) == (2, "sent_back", "open")
    assert len(waiting(ward)) == 1
    with pytest.raises(Refused, match="bob"):
        ann.execute(Undo())
    assert ann.execute(Withdraw(exchange=1, version=2, reason="mistake")).state == "waiting"
    assert waiting(ward) == ()


def test_marked_words_are_treated_in_the_next_exchange_of_the_page(ann: PersonalDesk, ward: Ward) -> None:
    mark(ann, 1, "quarry", "question")
    back(ann, 1, "leaks", 2)
    (job,) = waiting(ward)
    submit(ward, job, f"{QUESTION} The dust of the quarry comes in.")
    assert look(ann, 3).question.endswith("The dust of the [LOCATION_1] comes in.")


def test_only_exchanges_are_sent_back_and_a_crisis_only_by_a_senior(ann: PersonalDesk, ward: Ward) -> None:
    long = f"Coach: {ANSWER}\nCaregiver: {QUESTION}\nCoach: {ANSWER} {ANSWER}"
    bring(ward, [(long, *PLAIN[1:])])
    while ward.founder.execute(ExtractTurns()).session is not None:
        pass
    record = next(row for row in ann.execute(ListQueue()).rows if row.kind == "multi_turn")
    with pytest.raises(Refused, match="turns as they were said"):
        back(ann, record.exchange)
    ann.execute(EditExchange(exchange=2, version=1, question=CRISIS, answer=ANSWER))
    with pytest.raises(NotAllowed, match="senior"):
        back(ann, 2, version=2)
    assert back(ward.hire("sue", Role.SENIOR), 2, version=2) == "sent_back"
    with pytest.raises(Stale):
        back(ann, 1, version=7)
