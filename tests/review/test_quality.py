"""The numbers of the quality screen are those of the literature and of well-kept libraries."""

import warnings
from collections.abc import Callable
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from policies import Role
from tests.command import run_workbench
from tests.review.ward import QUESTION, Ward, approve, reject
from workbench.desk.commands import Decide, EditExchange, Reading
from workbench.desk.reviewing import Adjudicate, MarkWords, ShowQuality, Undo
from workbench.review.agreement import interval, kappa, upper_bound

VERDICTS = st.sampled_from(["approve", "reject"])


@given(pairs=st.lists(st.tuples(VERDICTS, VERDICTS), max_size=60))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    found = kappa(pairs)
    if found is None:
        assert len({verdict for pair in pairs for verdict in pair}) <= 1
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = cohen_kappa_score([first for first, _ in pairs], [second for _, second in pairs])
    assert isclose(found.value, wanted, abs_tol=1e-12)
    assert -1 <= found.low <= found.value <= found.high <= 1


def test_the_interval_of_kappa_is_that_of_a_published_example() -> None:
    """Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (2003), table 18.1: 0.676, error 0.088."""
    counts = {
        ("p", "p"): 75, ("p", "n"): 1, ("p", "o"): 4, ("n", "p"): 5, ("n", "n"): 4, ("n", "o"): 1, ("o", "o"): 10
    }  # fmt: skip
    found = kappa([pair for pair, count in counts.items() for _ in range(count)])
    assert found is not None
    assert round(found.value, 3) == 0.676
    assert round((found.high - found.value) / 1.959964, 3) == 0.088


@given(total=st.integers(1, 400), share=st.floats(0, 1))
def test_intervals_are_the_exact_ones(total: int, share: float) -> None:
    hits = round(total * share)
    exact = binomtest(hits, total).proportion_ci(0.95, "exact")
    low, high = interval(hits, total)
    assert isclose(low, exact.low, abs_tol=1e-9)
    assert isclose(high, exact.high, abs_tol=1e-9)
    one_sided = binomtest(hits, total, alternative="less").proportion_ci(0.95, "exact")
    assert isclose(upper_bound(hits, total), one_sided.high, abs_tol=1e-9)


def test_nothing_tried_is_nothing_known() -> None:
    assert (interval(0, 0), upper_bound(0, 0), kappa([])) == ((0.0, 1.0), 1.0, None)


@pytest.fixture
def judged(ward_under: Callable[..., Ward]) -> Ward:
    """Six exchanges, all decided twice: four alike, one leak that a second person found, one that they marked."""
    ward = ward_under("second: {share: 1.0}")
    alice, bob = ward.desk("alice"), ward.desk("bob")
    for number in (1, 2, 3):
        approve(alice, number)
        approve(bob, number)
    reject(alice, 4)
    reject(bob, 4)
    approve(alice, 5)
    reject(bob, 5, reason="identifying")
    approve(alice, 6)
    mark = MarkWords(exchange=6, version=1, where="question", start=0, stop=6, entity="NAME")
    bob.execute(mark)
    return ward


def test_agreement_counts_both_blind_decisions_on_the_same_text(judged: Ward) -> None:
    found = judged.founder.execute(ShowQuality()).agreement
    assert found.both == (("approve", "approve", 3), ("approve", "reject", 1), ("reject", "reject", 1))
    assert (found.exchanges, found.agreed) == (5, 4)
    assert found.kappa is not None
    assert isclose(found.kappa, cohen_kappa_score([1, 1, 1, 0, 1], [1, 1, 1, 0, 0]))


def test_the_residual_bound_counts_what_a_second_person_found_in_approved_ones(judged: Ward) -> None:
    found = judged.founder.execute(ShowQuality()).residual
    assert (found.reviewed, found.leaking) == (5, 2)
    assert found.upper is not None
    assert isclose(found.upper, upper_bound(2, 5))
    approve(judged.desk("bob"), 6, 2)
    alice = judged.desk("alice")
    alice.execute(EditExchange(exchange=6, version=2, question=QUESTION.upper(), answer=QUESTION))
    found = judged.founder.execute(ShowQuality()).residual
    assert (found.reviewed, found.leaking) == (6, 3), "words that are gone could have been identifiers"


def test_what_was_taken_back_or_settled_later_changes_no_agreement(judged: Ward) -> None:
    before = judged.founder.execute(ShowQuality())
    sue = judged.desk("sue", Role.SENIOR)
    read = Reading(milliseconds=1, source_words=1, exchange_words=1, whole_source=True, whole_exchange=True)
    sue.execute(Adjudicate(exchange=5, version=1, verdict="approve", reading=read))
    after = judged.founder.execute(ShowQuality())
    assert (before.disputed, after.disputed) == (1, 0)
    assert (after.agreement, after.residual) == (before.agreement, before.residual)
    bob = judged.desk("bob")
    bob.execute(Undo())
    assert judged.founder.execute(ShowQuality()).residual.leaking == 1, "the mark was taken back"


def test_pace_is_of_those_who_read_and_a_reviewer_sees_only_their_own(ward: Ward) -> None:
    alice, bob = ward.desk("alice"), ward.desk("bob")
    read = Reading(milliseconds=30_000, source_words=90, exchange_words=60, whole_source=True, whole_exchange=True)
    alice.execute(Decide(exchange=1, version=1, verdict="approve", reading=read))
    alice.execute(Decide(exchange=2, version=1, verdict="reject", reason="other"))
    approve(bob, 3)
    (pace,) = alice.execute(ShowQuality()).paces
    assert (pace.person, pace.decisions, pace.active_seconds, pace.words, pace.words_a_minute) == (
        "alice", 1, 30, 150, 300
    )  # fmt: skip
    for role in (Role.SENIOR, Role.STEWARD, Role.AUDITOR):
        assert len(ward.desk("someone", role).execute(ShowQuality()).paces) == 2


def test_the_command_line_says_it_all_in_tables(judged: Ward) -> None:
    judged.study.close()
    done = run_workbench("quality", "--study", str(judged.folder))
    assert done.returncode == 0, done.stderr
    for words in ("decided alike", "Cohen's kappa", "0.55", "so at most (95 %) are leaking", "words a minute"):
        assert words in done.stdout
