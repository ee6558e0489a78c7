"""Invented exchanges with a planted leak: nothing gives them away, they are told at once, and they never leave."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from policies import Entity, LoadedPolicy, Role
from redaction.scanner import Scanner
from tests.review.ward import Ward, approve, reject
from workbench.desk.commands import (
    BuildRelease,
    EditExchange,
    ListQueue,
    OpenExchange,
    PlanRelease,
    ReplayExchange,
    Status,
    VerifyAudit,
)
from workbench.desk.rescan import rescan
from workbench.desk.review_views import Revealed
from workbench.desk.reviewing import BeginSitting, ListAlike, MarkWords, NextExchange, ShowQuality, TryText
from workbench.desk.views import ExchangeView
from workbench.review import planting
from workbench.review.planting import Blindfolded, Invented, fill, templates
from workbench.screening.screen import Screen, Source
from workbench.store import plants, sources
from workbench.store.plants import Plant

OFTEN = "attention: {planted_rate: 0.2}"
SESSIONS = (19, 10, 2)
"""With OFTEN, behind the second there are exactly two plants; the first ends before the twentieth exchange."""


@pytest.fixture
def planted(ward_under: Callable[..., Ward]) -> Ward:
    """A ward with planted exchanges among the others."""
    return ward_under(OFTEN, SESSIONS)


def plants_of(ward: Ward) -> list[Plant]:
    numbers = [int(str(event["object_id"])) for event in ward.events("exchange.planted")]
    return [found for number in numbers if (found := plants.plant(ward.study.db, number)) is not None]


def in_text(view: ExchangeView, plant: Plant) -> tuple[int, int]:
    """Where the planted words stand now."""
    text = view.question if plant.side == "question" else view.answer
    start = text.index(plant.words)
    return start, start + len(plant.words)


def every_template() -> Iterator[Invented]:
    for page in templates()["pages"]:
        for number, exchange in enumerate(page["exchanges"]):
            yield fill(page, exchange, random.Random(number))


def test_there_are_enough_of_them_and_of_many_kinds() -> None:
    invented = list(every_template())
    assert len({one.page for one in invented}) >= 12
    assert len(invented) >= 24
    assert len({one.entity for one in invented}) >= 8
    assert {one.entity for one in invented} <= set(Entity)
    sides = [one.side for one in invented]
    assert min(sides.count("question"), sides.count("answer")) >= 8, "nobody learns on which side to look"


def test_a_planted_exchange_looks_like_a_clean_one(policy: LoadedPolicy, scanner: Scanner) -> None:
    """No flag and no open finding points at it, its leak stands once, and the page speaks of the same thing."""
    for one in every_template():
        text = one.question + one.answer
        assert (text.count(one.words), one.words in one.page, "{" in text + one.page) == (1, True, False)
        assert 150 <= len(one.page.split()) <= 260
        blind = Blindfolded(scanner, one.words)
        screened = Screen(policy.policy, blind).treated(
            one.question, one.answer, Source(one.page, blind.scan(one.page)), None, NoBook()
        )
        assert (screened.question, screened.answer, screened.flags) == (one.question, one.answer, []), one.words


class NoBook:
    """Nothing may be treated in a template."""

    def _refuse(self, *_: object) -> NoReturn:
        raise AssertionError("something was treated")

    number = surrogate = chance = days = _refuse


def test_they_come_behind_a_session_as_if_it_had_more_pages(planted: Ward) -> None:
    rows = planted.founder.execute(ListQueue()).rows
    numbers = [plant.exchange for plant in plants_of(planted)]
    assert numbers[:2] == [30, 31]
    assert [(row.session, row.page) for row in rows[28:31]] == [(2, 10), (2, 11), (2, 12)]
    assert [row.exchange for row in rows] == list(range(1, len(rows) + 1))
    like = planted.founder.execute(OpenExchange(exchange=29))
    for plant in plants_of(planted):
        view = planted.founder.execute(OpenExchange(exchange=plant.exchange))
        assert (view.backend, view.body_kind, view.row.state) == (like.backend, like.body_kind, "waiting")
        assert len(view.attempts) == 1
        start, stop = in_text(view, plant)
        assert not [f for f in view.findings if f.side == plant.side and f.start < stop and start < f.stop]
        assert plant.words not in str([view.source[f.start : f.stop] for f in view.source_findings])


@pytest.mark.parametrize(("sessions", "rate"), [((10, 10), 0.2), ((22,), 0)])
def test_a_small_study_has_none_nor_one_whose_policy_wants_none(
    ward_under: Callable[..., Ward], sessions: tuple[int, ...], rate: float
) -> None:
    ward = ward_under(f"attention: {{planted_rate: {rate}}}", sessions)
    assert ward.events("exchange.planted") == []


def test_on_average_there_are_as_many_as_the_policy_says(planted: Ward) -> None:
    drawn = [planting._due(planted.study, session, 7) for session in range(10_000)]
    # The mean of 10,000 draws of variance below 1/4; six standard errors.
    assert abs(sum(drawn) / len(drawn) - 0.2 * 7) < 0.03


def test_they_are_no_pages_of_the_study_and_never_leave(planted: Ward, tmp_path: Path) -> None:
    before = planted.founder.execute(Status())
    assert (before.pages, before.exchanges, before.paraphrased_by) == (31, 31, (("llama-cpp", 31),))
    for row in planted.founder.execute(ListQueue()).rows:
        approve(planted.founder, row.exchange)
    plan = planted.founder.execute(PlanRelease())
    assert (plan.rows, plan.excluded) == (31, (("planted", len(plants_of(planted))),))
    rescan(planted.founder)
    built = planted.founder.execute(BuildRelease(name="r1", folder=str(tmp_path)))
    assert built.rows == 31
    assert sources.session_end(planted.study.db, 2)[1:] == (10, 10)
    assert planted.founder.execute(VerifyAudit()).fault is None


def test_a_missed_leak_is_told_at_once_with_its_place(planted: Ward) -> None:
    alice, plant = planted.desk("alice"), plants_of(planted)[0]
    view = alice.execute(OpenExchange(exchange=plant.exchange))
    revealed = approve(alice, plant.exchange).revealed
    assert revealed == Revealed(
        caught=False, entity=plant.entity, side=plant.side, start=plant.start, stop=plant.stop,
        explanation=plant.explanation,
    )  # fmt: skip
    assert (revealed.start, revealed.stop) == in_text(view, plant)
    (event,) = planted.events("exchange.plant_revealed")
    assert (event["actor"], event["details"]) == ("alice", {"caught": False, "entity": plant.entity})
    assert plant.words not in str(planted.events("exchange.planted"))
    assert approve(alice, 1).revealed is None


@pytest.mark.parametrize("how", ["rejected", "edited", "marked"])
def test_a_leak_is_caught_by_rejecting_editing_or_marking_it(planted: Ward, how: str) -> None:
    alice, plant = planted.desk("alice"), plants_of(planted)[0]
    number = plant.exchange
    view = alice.execute(OpenExchange(exchange=number, claim=True))
    if how == "rejected":
        done = reject(alice, number, reason="identifying")
    else:
        start, stop = in_text(view, plant)
        if how == "edited":
            texts = {"question": view.question, "answer": view.answer}
            texts[plant.side] = texts[plant.side].replace(plant.words, "someone")
            view = alice.execute(EditExchange(exchange=number, version=1, **texts))
        else:
            mark = MarkWords(exchange=number, version=1, where=plant.side, start=start, stop=stop, entity=plant.entity)
            view = alice.execute(mark)
        done = approve(alice, number, view.row.version)
    assert done.revealed is not None
    assert done.revealed.caught
    opening = alice.execute(BeginSitting())
    assert opening.catch_rate is not None
    assert (opening.catch_rate.planted, opening.catch_rate.caught) == (1, 1)


def test_no_edit_gives_it_away(planted: Ward) -> None:
    alice, plant = planted.desk("alice"), plants_of(planted)[0]
    view = alice.execute(OpenExchange(exchange=plant.exchange))
    texts = {"question": view.question + " Yes.", "answer": view.answer}
    assert not alice.execute(TryText(exchange=plant.exchange, version=1, **texts)).findings
    view = alice.execute(EditExchange(exchange=plant.exchange, version=1, **texts))
    assert view.row.open == 0
    revealed = approve(alice, plant.exchange, 2).revealed
    assert revealed is not None
    assert not revealed.caught


def test_keeping_one_back_for_another_reason_counts_neither_way(planted: Ward) -> None:
    alice, plant = planted.desk("alice"), plants_of(planted)[0]
    revealed = reject(alice, plant.exchange, reason="off_topic").revealed
    assert revealed is not None
    assert not revealed.caught
    assert alice.execute(BeginSitting()).catch_rate is None


def test_only_the_first_decision_counts(planted: Ward) -> None:
    alice, plant = planted.desk("alice"), plants_of(planted)[0]
    approve(alice, plant.exchange)
    reject(alice, plant.exchange, reason="identifying")
    assert [catch.caught for catch in plants.catches(planted.study.db)] == [False]


def test_its_history_is_like_any_other_until_it_is_decided(planted: Ward) -> None:
    alice, plant = planted.desk("alice"), plants_of(planted)[0]

    def actions() -> list[str | None]:
        replay = alice.execute(ReplayExchange(exchange=plant.exchange))
        assert replay.sound, replay.steps
        return [step.action for step in replay.steps]

    ordinary = [step.action for step in alice.execute(ReplayExchange(exchange=29)).steps]
    assert actions() == ordinary[:2]
    approve(alice, plant.exchange)
    assert actions()[0] == "exchange.planted"


def test_a_planted_exchange_is_never_decided_twice(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under(f"{OFTEN}\nsecond: {{share: 1.0}}", (11, 10))
    plant = plants_of(ward)[0]
    assert approve(ward.desk("alice"), plant.exchange).row.state == "approved"
    assert approve(ward.desk("alice"), 1).row.state == "second"


def test_a_list_of_the_same_words_leaves_other_plants_out(planted: Ward) -> None:
    alice, plant = planted.desk("alice"), plants_of(planted)[0]
    view = alice.execute(OpenExchange(exchange=1))
    leaking = f"{view.question} Call {plant.words}."
    view = alice.execute(EditExchange(exchange=1, version=1, question=leaking, answer=view.answer))
    start = view.question.index(plant.words)
    mark = MarkWords(
        exchange=1, version=2, where="question", start=start, stop=start + len(plant.words), entity=Entity.NAME
    )
    view = alice.execute(mark)
    (found,) = [f for f in view.findings if f.recognizer == "reviewer"]
    listed = alice.execute(ListAlike(exchange=1, version=view.row.version, ordinal=found.ordinal))
    assert plant.exchange not in {place.exchange for place in listed.places}


def test_plants_are_given_out_like_any_other_and_everybody_sees_their_own_rate(planted: Ward) -> None:
    alice, bob, sue = planted.desk("alice"), planted.desk("bob"), planted.desk("sue", Role.SENIOR)
    first, second = plants_of(planted)[:2]
    given = alice.execute(NextExchange(after=first.exchange - 1)).view
    assert given is not None
    assert given.row.exchange == first.exchange
    approve(alice, first.exchange)
    reject(bob, second.exchange, reason="identifying")
    rates = {rate.person: rate.caught for rate in sue.execute(ShowQuality()).catch_rates}
    assert rates == {"alice": 0, "bob": 1}
    assert [rate.person for rate in alice.execute(ShowQuality()).catch_rates] == ["alice"]
