"""No exchange is ever with two people, and what somebody leaves behind comes back."""

import os
import random
import threading
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies import Face, Role
from tests.review.ward import CRISIS, QUESTION, Ward, approve, reject
from workbench.desk.commands import Decide, EditExchange, ListQueue, OpenExchange, VerifyAudit
from workbench.desk.local import PersonalDesk
from workbench.desk.reviewing import BeginSitting, EndSitting, KeepClaims, NextExchange, SkipExchange
from workbench.desk.views import QueueFilter
from workbench.errors import Claimed, NotAllowed, Refused
from workbench.store import claims as store
from workbench.store import exchanges

LEASE = 15 * 60
"""Seconds, as in the policy."""


def next_of(desk: PersonalDesk, after: int = 0, **wanted: object) -> int | None:
    """The number of the exchange that somebody is given."""
    view = desk.execute(NextExchange(filter=QueueFilter(**wanted), after=after)).view
    return None if view is None else view.row.exchange


def test_what_one_person_has_nobody_else_is_given_or_can_change(ward: Ward) -> None:
    alice, bob = ward.desk("alice"), ward.desk("bob")
    assert [next_of(alice), next_of(bob), next_of(alice, 1), next_of(bob, 2)] == [1, 2, 3, 4]
    for command in (
        OpenExchange(exchange=1, claim=True),
        Decide(exchange=1, version=1, verdict="reject", reason="other"),
        EditExchange(exchange=1, version=1, question=QUESTION, answer=QUESTION),
        SkipExchange(exchange=1),
    ):
        with pytest.raises(Claimed, match="Exchange 1 is with alice now"):
            bob.execute(command)
    assert bob.execute(OpenExchange(exchange=1)).row.holder == "alice", "looking takes nothing away"
    assert approve(alice, 1).row.state == "approved"


def test_a_claim_is_stored_with_the_event_that_showed_the_exchange(ward: Ward) -> None:
    alice = ward.desk("alice")
    assert next_of(alice) == 1
    (claim,) = store.held(ward.study.db)
    (viewed,) = ward.events("exchange.viewed")
    assert (claim.sequence, viewed["details"]) == (viewed["sequence"], {"claimed": True, "source": True})
    alice.execute(OpenExchange(exchange=5))
    assert ward.events("exchange.viewed")[-1]["details"] == {"claimed": False, "source": True}


def test_an_abandoned_claim_comes_back_when_the_next_person_asks(ward: Ward) -> None:
    alice, bob = ward.desk("alice"), ward.desk("bob")
    assert next_of(alice) == 1
    ward.clock.seconds += LEASE - 1
    alice.execute(KeepClaims())
    ward.clock.seconds += LEASE - 1
    assert next_of(bob) == 2, "a sign of life keeps it"
    ward.clock.seconds += 2
    assert ward.events("claim.returned") == []
    assert next_of(bob, 5) == 6
    assert next_of(bob, 6) == 1
    (returned,) = ward.events("claim.returned")
    assert (returned["actor"], returned["reason"], returned["details"]) == ("bob", "expired", {"holder": "alice"})
    with pytest.raises(Claimed):
        approve(alice, 1)


def test_whoever_comes_back_before_anybody_asked_still_has_what_they_had(ward: Ward) -> None:
    alice, bob = ward.desk("alice"), ward.desk("bob")
    assert next_of(alice) == 1
    ward.clock.seconds += 10 * LEASE
    assert [row.exchange for row in alice.execute(BeginSitting()).mine] == [1]
    assert next_of(bob) == 2


@pytest.mark.parametrize("crash", [False, True])
def test_after_a_restart_a_claim_has_one_fresh_lease(ward: Ward, crash: bool) -> None:
    assert next_of(ward.desk("alice")) == 1
    ward.restart(crash=crash)
    bob = ward.desk("bob")
    assert next_of(bob) == 2
    ward.clock.seconds += LEASE + 1
    assert approve(bob, 1).row.reviewer == "bob"


def test_a_decision_and_the_end_of_a_sitting_give_back(ward: Ward) -> None:
    alice = ward.desk("alice")
    for after in range(3):
        next_of(alice, after)
    approve(alice, 1)
    assert [claim.exchange for claim in store.held(ward.study.db)] == [2, 3]
    assert alice.execute(EndSitting()).returned == 2
    assert store.held(ward.study.db) == []
    reasons = [event["reason"] for event in ward.events("claim.returned")]
    assert reasons == ["ended", "ended"], "the decision's own event says it for the first"


def test_the_next_one_is_in_order_of_the_study_and_skipped_ones_come_last(ward: Ward) -> None:
    alice = ward.desk("alice")
    assert next_of(alice, 4) == 5
    alice.execute(SkipExchange(exchange=5))
    approve(alice, 6)
    assert next_of(alice, 4) == 1, "around the end, and past what was skipped"
    for number in (1, 2, 3, 4):
        reject(alice, number)
    assert next_of(alice) == 5, "there is nothing else"
    reject(alice, 5)
    assert alice.execute(NextExchange()).view is None
    assert next_of(ward.desk("alice", sitting="another")) is None


def test_a_filter_is_kept(ward: Ward) -> None:
    alice = ward.desk("alice")
    assert next_of(alice, session=2) == 5
    assert next_of(alice, 5, session=2) == 6
    assert next_of(alice, kind="multi_turn") is None
    assert next_of(alice, state="approved") is None, "what is decided waits for nobody"


def test_who_knows_the_person_is_kept_away_from_all_that_is_of_them(ward: Ward) -> None:
    ward.fill([1], subject="S-1")
    ward.fill([1], subject="S-1")
    alice, bob = ward.hire("alice"), ward.hire("bob")
    assert next_of(alice, 6) == 7
    alice.execute(SkipExchange(exchange=7, reason="known_person"))
    assert ward.events("claim.returned")[-1]["reason"] == "known_person"
    ward.restart()
    alice, bob = ward.desk("alice"), ward.desk("bob")
    for number in (7, 8):
        for command in (OpenExchange(exchange=number), Decide(exchange=number, version=1, verdict="approve")):
            with pytest.raises(NotAllowed, match="whom you know"):
                alice.execute(command)
    assert [next_of(alice, after) for after in (6, 1, 2, 3, 4, 5)] == [1, 2, 3, 4, 5, 6]
    assert [row.exchange for row in bob.execute(BeginSitting()).returned] == [7], "it is handed to somebody else"
    assert [row.exchange for row in alice.execute(BeginSitting()).returned] == []
    assert next_of(bob, 6) == 7


def test_a_crisis_is_given_to_seniors_only(ward: Ward) -> None:
    ward.fill([1], question=CRISIS + QUESTION)
    assert next_of(ward.desk("alice"), 6) == 1
    assert next_of(ward.desk("sue", Role.SENIOR), 6) == 7


def test_a_script_needs_no_claim_but_respects_those_of_others(ward: Ward) -> None:
    script = ward.desk("script", face=Face.CLI)
    next_of(ward.desk("alice"))
    with pytest.raises(Claimed):
        script.execute(Decide(exchange=1, version=1, verdict="approve"))
    assert script.execute(Decide(exchange=2, version=1, verdict="approve")).row.state == "approved"
    assert len(store.held(ward.study.db)) == 1


DEEDS = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(["next", "next", "approve", "reject", "skip", "edit", "end", "vanish", "restart", "steal"]),
    ),
    max_size=50,
)


def sound(ward: Ward) -> None:
    """What must hold whatever several people did: each round of a text has one decision, of a person of its own."""
    rounds: set[tuple[int, int, str]] = set()
    people: dict[tuple[int, int], set[str]] = {}
    numbers = range(1, exchanges.next_number(ward.study.db))
    for decision in (decision for number in numbers for decision in exchanges.decisions(ward.study.db, number)):
        assert (decision.exchange, decision.version, decision.review_round) not in rounds
        rounds.add((decision.exchange, decision.version, decision.review_round))
        assert decision.person not in people.setdefault((decision.exchange, decision.version), set())
        people[decision.exchange, decision.version].add(decision.person)
    assert ward.founder.execute(VerifyAudit()).fault is None


@settings(
    max_examples=100 if os.environ.get("WORKBENCH_PROVE") else 6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=DEEDS)
def test_whatever_eight_people_do_nothing_is_with_two_and_nothing_is_decided_twice(
    ward_under: Callable[..., Ward], deeds: list[tuple[int, str]]
) -> None:
    ward = ward_under("second: {share: 0.5}", sessions=(3, 2))
    has: dict[int, tuple[str, int]] = {}
    for who, what in deeds:
        name = f"person-{who}"
        desk = ward.desk(name)
        mine = [number for number, (holder, _) in has.items() if holder == name]
        if what == "next":
            view = desk.execute(NextExchange(after=max(mine, default=0))).view
            if view is not None:
                holder, _ = has.get(view.row.exchange, (name, 0))
                assert holder == name, f"{view.row.exchange} is with {holder}"
                has[view.row.exchange] = name, view.row.version
        elif what == "vanish":
            # Everybody who gives no sign of life from here on loses what they have to whoever asks.
            ward.clock.seconds += LEASE + 1
            has.clear()
        elif what == "restart":
            ward.restart(crash=who % 2 == 0)
        elif what == "end":
            desk.execute(EndSitting())
            has = {number: held for number, held in has.items() if held[0] != name}
        elif what == "steal":
            for number, (holder, version) in has.items():
                if holder != name:
                    with pytest.raises(Claimed):
                        approve(desk, number, version)
        elif mine:
            number, version = mine[0], has[mine[0]][1]
            if what == "skip":
                desk.execute(SkipExchange(exchange=number))
            elif what == "edit":
                edit = EditExchange(exchange=number, version=version, question=QUESTION, answer=QUESTION)
                has[number] = name, desk.execute(edit).row.version
                continue
            else:
                (approve if what == "approve" else reject)(desk, number, version)
            del has[number]
    sound(ward)


def test_eight_people_at_once_decide_everything_and_nothing_twice(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under("second: {share: 0.4}", sessions=(12, 8))
    has: dict[int, str] = {}
    faults: list[BaseException] = []

    def work(name: str) -> None:
        desk, chance, after = ward.desk(name), random.Random(name), 0
        try:
            while True:
                view = desk.execute(NextExchange(after=after)).view
                if view is None:
                    return
                after, version = view.row.exchange, view.row.version
                assert has.setdefault(after, name) == name, f"{after} is with {has[after]} and {name}"
                del has[after]
                what = chance.choice(["approve", "approve", "reject", "skip"])
                if what == "skip":
                    desk.execute(SkipExchange(exchange=after))
                else:
                    (approve if what == "approve" else reject)(desk, after, version)
        except BaseException as problem:
            faults.append(problem)

    threads = [threading.Thread(target=work, args=(f"person-{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    # What the last of them skipped is there for somebody else.
    ninth = ward.desk("person-8")
    while (view := ninth.execute(NextExchange()).view) is not None:
        reject(ninth, view.row.exchange, view.row.version)
    assert {row.state for row in ward.founder.execute(ListQueue()).rows} <= {"approved", "rejected", "disputed"}
    sound(ward)


def test_what_somebody_else_has_decided_is_decided_anew_only_after_a_withdrawal(ward: Ward) -> None:
    approve(ward.desk("alice"), 1)
    with pytest.raises(Refused, match="decided by alice; only a withdrawal"):
        reject(ward.desk("bob"), 1)
    assert reject(ward.desk("alice"), 1).row.state == "rejected", "one's own mind may change"
