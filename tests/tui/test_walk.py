"""What the home says of a study: how far each stage is, and what this person does next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Role
from workbench.desk.views import StageCounts
from workbench.tui.walk import WIDTH, next_step, remaining, stages

EVERYTHING = frozenset(Role)


def counts(**given: int) -> StageCounts:
    """A study with these counts, and nothing else."""
    whole = {name: 0 for name, field in StageCounts.model_fields.items() if field.annotation is int}
    return StageCounts(
        study="0" * 32, policy="mentalchat16k 1", policy_digest="0" * 64, paraphrased_by=(), **(whole | given)
    )


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({}, "imported"),
        ({"pages": 3}, "paraphrased"),
        ({"pages": 3, "exchanges": 2, "waiting": 2}, "paraphrased"),
        ({"pages": 3, "exchanges": 3, "waiting": 1, "approved": 2}, "reviewed"),
        ({"pages": 3, "exchanges": 3, "second": 1, "approved": 2}, "reviewed"),
        ({"pages": 3, "exchanges": 3, "disputed": 1, "approved": 2}, "reviewed"),
        ({"pages": 3, "exchanges": 3, "approved": 3}, "released"),
        ({"pages": 3, "exchanges": 3, "rejected": 3}, "imported"),
    ],
)
def test_whoever_may_do_everything_is_led_along_the_path(given: dict[str, int], stage: str) -> None:
    assert next_step(counts(**given), EVERYTHING).stage == stage


def test_a_reviewer_is_led_to_what_a_reviewer_may_do() -> None:
    step = next_step(counts(pages=3, exchanges=2, waiting=2), frozenset({Role.REVIEWER}))
    assert (step.stage, step.sentence) == ("reviewed", "Review 2 exchanges.")


def test_who_can_do_nothing_now_learns_for_whom_the_study_waits() -> None:
    step = next_step(counts(pages=3), frozenset({Role.REVIEWER}))
    assert step.sentence == "Paraphrase 3 pages: that is for somebody with the role operator."


@given(done=st.integers(0, 50), rest=st.integers(0, 50), second=st.integers(0, 5), disputed=st.integers(0, 5))
def test_the_review_is_complete_when_nothing_is_left_to_decide(
    done: int, rest: int, second: int, disputed: int
) -> None:
    stage = stages(counts(approved=done, waiting=rest, second=second, disputed=disputed))[3]
    assert stage.complete == (done > 0 and rest + second + disputed == 0)
    assert len(stage.bar) == (WIDTH if done + rest + second + disputed else 0)
    assert 0 <= stage.share <= 1


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(5, "less than a minute left"), (61, "1 minute left"), (600, "10 minutes left"), (9000, "2.5 hours left")],
)
def test_remaining_time_is_told_roughly(seconds: float, told: str) -> None:
    assert remaining(seconds) == told
