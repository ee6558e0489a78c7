"""Rows that must not be used any more are named to everybody who has them, by a list that the log's key signs."""

import shutil
import sys
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from audit import revocation
from audit.bundle import Bundle
from audit.checkpoint import PublicKey
from audit.revocation import Revocations
from policies import LoadedPolicy, Scope, parse_policy
from tests.command import KEY
from tests.conftest import SECRET, detector
from tests.release.house import House
from workbench.cli.main import main
from workbench.desk.commands import PlanRelease
from workbench.desk.release_views import Revoked
from workbench.desk.releasing import ChangeConsent, RecordPublication, RevokeRows
from workbench.errors import NotAllowed, NotThere, Refused
from workbench.study.opening import create_study


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Path:
    """A study of two subjects, with two and one approved exchanges."""
    folder = tmp_path_factory.mktemp("house") / "study"
    body = policy.body.replace("  seed: 42", "  seed: 42\n  attempts: 1")
    create_study(folder, parse_policy(body, "The policy"), SECRET, "founder")
    house = House(folder, detector())
    house.fill([2], subject="S-1")
    house.fill([1], subject="S-2")
    house.approve_all()
    house.close()
    return folder


@pytest.fixture
def house(filled: Path, tmp_path: Path) -> Iterator[House]:
    made = House(shutil.copytree(filled, tmp_path / "study"), detector())
    yield made
    made.close()


def withdraw(house: House, subject: str = "S-1") -> None:
    house.founder.execute(ChangeConsent(subject=subject, scopes=(), withdrawn=True, date=date(2025, 5, 1)))


def revoke(house: House, exchange: int | None = None, **more: str) -> Revoked:
    reason = more.pop("reason", "consent_withdrawn" if exchange is None else "identifying")
    return house.founder.execute(RevokeRows(reason=reason, exchange=exchange, **more))


def listed(house: House, path: str | Path) -> Revocations:
    return revocation.read(Path(path), PublicKey.load(house.study.folder.log_public_key))


def ids(house: House, bundle: Bundle, *exchanges: int) -> set[str]:
    rows = house.study.db.rows("SELECT row_id, exchange FROM release_rows WHERE name = ?", [bundle.manifest.name])
    return {row for row, exchange in rows if exchange in exchanges}


def test_withdrawn_consent_revokes_the_subject_s_rows_in_all_releases(house: House) -> None:
    one, two = house.build("one"), house.build("two")
    withdraw(house)
    revoked = revoke(house)
    assert revoked.releases == (("one", 2), ("two", 2))
    read = listed(house, revoked.path)
    assert read.rows_of(one) == ids(house, one, 1, 2) != read.rows_of(two) == ids(house, two, 1, 2)
    assert read.log_size == house.study.log.size
    events = house.events("release.revoked")
    assert [(event["object_id"], event["reason"]) for event in events] == [
        ("one", "consent_withdrawn"), ("two", "consent_withdrawn"),
    ]  # fmt: skip
    assert events[0]["details"] == {"manifest_digest": one.digest, "rows": 2}
    told = " ".join(revoked.sentences)
    for part in ("one 1.0.0", "2 of 3 rows", "in writing", "--revocations", "history", "tags"):
        assert part in told
    assert "S-1" not in told + Path(revoked.path).read_text()


def test_revoking_again_revokes_nothing_twice_and_writes_the_list_anew(house: House, tmp_path: Path) -> None:
    one = house.build("one")
    withdraw(house)
    before = listed(house, revoke(house).path)
    size = house.study.log.size
    again = revoke(house, folder=str(tmp_path))
    assert (again.releases, again.sentences, house.study.log.size) == ((), (), size)
    assert again.path == str(tmp_path / "REVOKED.note")
    assert listed(house, again.path).rows == before.rows
    # A later list holds what the earlier ones held.
    third = revoke(house, exchange=3)
    assert listed(house, third.path).rows_of(one) == ids(house, one, 1, 2, 3)


def test_an_exchange_that_is_revoked_as_identifying_goes_into_no_release_any_more(house: House) -> None:
    one = house.build("one")
    revoked = revoke(house, exchange=3)
    assert revoked.releases == (("one", 1),)
    assert listed(house, revoked.path).rows_of(one) == ids(house, one, 3)
    assert "workbench withdraw 3" in revoked.sentences[-1]
    assert house.events("release.revoked")[0]["reason"] == "identifying"
    planned = house.founder.execute(PlanRelease())
    assert (planned.rows, planned.excluded) == (one.manifest.rows - 1, (("revoked", 1),))


def test_a_row_that_was_revoked_for_want_of_consent_can_still_be_called_identifying(house: House) -> None:
    one = house.build("one")
    withdraw(house)
    revoke(house)
    assert revoke(house, exchange=1).releases == (("one", 1),)
    assert revoke(house, exchange=1).releases == ()
    house.founder.execute(
        ChangeConsent(subject="S-1", scopes=(Scope.TRAINING,), withdrawn=False, date=date(2025, 6, 1))
    )
    planned = house.founder.execute(PlanRelease())
    assert (planned.rows, planned.excluded) == (one.manifest.rows - 1, (("revoked", 1),))


def test_who_consents_to_something_else_only_is_revoked_too(house: House) -> None:
    house.build("one")
    narrowed = ChangeConsent(subject="S-2", scopes=(Scope.INTERNAL,), withdrawn=False, date=date(2025, 5, 1))
    house.founder.execute(narrowed)
    assert revoke(house).releases == (("one", 1),)


def test_where_a_release_was_published_to_is_said(house: House) -> None:
    one = house.build("one")
    house.build("two")
    house.founder.execute(RecordPublication(name="one", manifest_digest=one.digest, destination="hub"))
    told = revoke(house, exchange=3).sentences
    assert "As the study was told, one was published to: hub." in told
    assert not any("two was published" in sentence for sentence in told)


def test_with_consent_nothing_is_revoked(house: House) -> None:
    house.build("one")
    revoked = revoke(house)
    assert (revoked.releases, revoked.sentences) == ((), ())
    assert listed(house, revoked.path).rows == frozenset()


class Terminal(StringIO):
    """Somebody at a terminal who has typed this."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("given", "yes", "code", "told", "revoked"),
    [
        (StringIO(), False, 2, "in a script give --yes", 0),
        (StringIO(), True, 0, "must not be used any more", 2),
        (Terminal("n\n"), False, 1, "Nothing was revoked.", 0),
        (Terminal("y\n"), False, 0, "must not be used any more", 2),
    ],
)
def test_the_command_shows_the_rows_and_asks_before_it_revokes(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    given: StringIO, yes: bool, code: int, told: str, revoked: int,
) -> None:  # fmt: skip
    one = house.build("one")
    ids_of_s1 = ids(house, one, 1, 2)
    withdraw(house)
    folder = house.study.folder.root
    house.close()
    monkeypatch.setattr(sys, "argv", ["workbench", "release", "revoke", "--study", str(folder), *["--yes"] * yes])
    monkeypatch.setattr(sys, "stdin", given)
    monkeypatch.setenv("WORKBENCH_KEY", KEY)
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert ended.value.code == code
    assert told in " ".join((out + err).split())
    assert all(row in out for row in ids_of_s1) is given.isatty()
    after = House(folder, detector())
    assert sum(event["details"]["rows"] for event in after.events("release.revoked")) == revoked
    after.close()


def test_what_cannot_be_revoked_is_said(house: House, tmp_path: Path) -> None:
    house.build("one")
    with pytest.raises(Refused, match="name the exchange"):
        revoke(house, reason="identifying")
    with pytest.raises(NotThere, match="into no release"):
        revoke(house, exchange=99)
    with pytest.raises(Refused, match="is not a folder"):
        revoke(house, folder=str(tmp_path / "nowhere"))
    with pytest.raises(NotAllowed):
        house.desk("anna").execute(RevokeRows(reason="consent_withdrawn"))
    assert house.events("release.revoked") == []
