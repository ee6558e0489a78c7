"""What a subject consents to changes: the next release follows, and the log never says whose consent it was."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from policies import LoadedPolicy, Role, Scope
from tests.command import Run
from tests.conftest import SECRET, detector
from tests.review.ward import Ward, approve, policy_with
from workbench.desk.commands import PlanRelease
from workbench.desk.release_views import Consent
from workbench.desk.releasing import ChangeConsent
from workbench.errors import NotAllowed, Refused
from workbench.store import events
from workbench.study.opening import create_study

DAY = date(2026, 1, 2)


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Iterator[Ward]:
    """Two subjects, two sessions of the first, an approved exchange in each session."""
    folder = tmp_path_factory.mktemp("consent") / "study"
    create_study(folder, policy_with(policy, "attention:\n  planted_rate: 0"), SECRET, "tester")
    ward = Ward(folder, detector())
    ward.fill([1, 1], subject="Q-17")
    ward.fill([1], subject="Q-18")
    ann = ward.hire("ann")
    for number in (1, 2, 3):
        approve(ann, number)
    yield ward
    ward.close()


def change(ward: Ward, *scopes: Scope, subject: str = "Q-17", withdrawn: bool = False, day: date = DAY) -> Consent:
    return ward.founder.execute(ChangeConsent(subject=subject, scopes=scopes, withdrawn=withdrawn, date=day))


def plan(ward: Ward) -> tuple[int, dict[str, int]]:
    planned = ward.founder.execute(PlanRelease())
    return planned.rows, dict(planned.excluded)


def test_a_withdrawal_keeps_all_rows_of_the_subject_back_and_a_new_consent_lets_them_go(ward: Ward) -> None:
    told = change(ward, withdrawn=True)
    assert (told.sessions, told.rows, told.withdrawn, told.releases) == (2, 2, True, ())
    assert plan(ward) == (1, {"no_consent": 2})
    change(ward, Scope.INTERNAL)
    assert plan(ward) == (1, {"no_consent": 2}), "for something else"
    change(ward, Scope.INTERNAL, Scope.TRAINING)
    assert plan(ward) == (3, {})


def test_the_log_says_that_a_consent_changed_and_not_whose(ward: Ward) -> None:
    change(ward, withdrawn=True)
    change(ward, Scope.TRAINING)
    told = [event["details"] for event in ward.events("consent.changed")]
    assert [(d["withdrawn"], d["scopes"], d["sessions"], d["rows"]) for d in told[-2:]] == [
        (True, 0, 2, 2),
        (False, 1, 2, 2),
    ]
    assert told[-1]["subject"] == ward.study.keyed_digest("consent", "Q-17")
    assert not any(b"Q-17" in line for line in events.lines(ward.study.db, 0, ward.study.log.size))


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ({"subject": "Q-99", "withdrawn": True, "scopes": ()}, "No session of this study is of that subject"),
        ({"withdrawn": False, "scopes": ()}, "--scopes, or withdraw"),
        ({"withdrawn": True, "scopes": (Scope.TRAINING,)}, "--scopes, or withdraw"),
        ({"withdrawn": True, "scopes": (), "date": datetime.now(UTC).date() + timedelta(days=3)}, "not to come yet"),
    ],
)
def test_what_makes_no_sense_is_refused_without_naming_anybody(
    ward: Ward, command: dict[str, object], sentence: str
) -> None:
    size = ward.study.log.size
    with pytest.raises(Refused, match=sentence) as refused:
        ward.founder.execute(ChangeConsent.model_validate({"subject": "Q-17", "date": DAY, **command}))
    assert "Q-" not in str(refused.value)
    assert ward.study.log.size == size


def test_what_is_no_pseudonym_is_none() -> None:
    with pytest.raises(ValidationError):
        ChangeConsent(subject="Rosalind Thackeray", scopes=(), withdrawn=True, date=DAY)


def test_reviewers_change_no_consent(ward: Ward) -> None:
    with pytest.raises(NotAllowed):
        ward.desk("ann").execute(ChangeConsent(subject="Q-17", scopes=(), withdrawn=True, date=DAY))
    command = ChangeConsent(subject="Q-17", scopes=(Scope.TRAINING,), withdrawn=False, date=DAY)
    assert ward.desk("olga", Role.OPERATOR).execute(command).sessions == 2


def test_the_command_line_asks_for_the_subject(run: Run, tmp_path: Path, policy: LoadedPolicy) -> None:
    create_study(tmp_path / "study", policy, SECRET, "tester")
    ward = Ward(tmp_path / "study", detector())
    ward.fill([1], subject="Q-17")
    ward.close()
    said = run("consent", "change", "--withdraw", "--study", str(tmp_path / "study"), given="Q-17\n")
    assert said.returncode == 0, said.stderr
    assert "Withdrawn: this concerns 1 session with 0 approved rows." in said.stdout
    said = run("consent", "change", "Q-17", "--scopes", "training,moon", "--study", str(tmp_path / "study"))
    assert said.returncode == 2
    assert "internal, controlled, public, training" in " ".join(said.stderr.split())
