"""What the study learns of a publication: that exactly this release was handed to somebody."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.checkpoint import PublicKey
from audit.details import ReleaseBuilt
from audit.errors import BundleError
from audit.mirror import MirrorReader
from policies import Face, LoadedPolicy, Role, UserError
from tests.command import Run
from tests.conftest import SECRET, detector, open_tested, opened
from tests.release.bundles import make
from tests.release.house import House, make_key, sign
from workbench.desk.releasing import RecordPublication, RevokeRows
from workbench.errors import NotThere, Refused
from workbench.release.publish import path, receipt
from workbench.release.publish.check import check
from workbench.store import releases
from workbench.study.opening import create_study


@pytest.fixture
def built(study_folder: Path, tmp_path: Path) -> Path:
    """The receipt of a release that the study has built."""
    received = make(tmp_path / "pilot-1", figure=False)
    bundle = check(received.folder, received.key, public=False)
    study = open_tested(study_folder, Face.CLI)
    with study.change(Role.STEWARD) as change:
        details = ReleaseBuilt(rows=3, excluded={}, manifest_digest=bundle.digest)
        event = change.record(details, bundle.manifest.name)
        about = ("pilot-1", "1.0.0", bundle.digest, 3, "tester", str(received.folder), change.time.isoformat())
        releases.add(study.db, about, [], event.sequence)
    study.close()
    return receipt.write(bundle, "path", "path:/media/usb", datetime(2026, 5, 2, tzinfo=UTC))


def test_a_receipt_that_was_carried_back_is_recorded(built: Path, study_folder: Path, run: Run) -> None:
    ran = run("release", "record-publication", str(built), "--study", str(study_folder))
    assert ran.returncode == 0, ran.stderr
    lines = MirrorReader(study_folder / "mirror").lines()
    (event,) = [line for line in lines if b"release.published" in line]
    assert b'"destination":"path"' in event
    assert receipt.read(built).manifest_digest.encode() in event
    assert b"usb" not in event


def test_a_release_goes_from_the_study_to_a_medium_and_no_further_once_a_row_is_revoked(
    tmp_path: Path, policy_once: LoadedPolicy
) -> None:
    create_study(tmp_path / "study", policy_once, SECRET, "founder")
    (tmp_path / "usb").mkdir()
    with closing(House(tmp_path / "study", detector())) as house:
        house.fill([2], subject="S-1")
        house.approve_all()
        berta = house.steward("berta")
        key = make_key(berta)
        built = house.build("one")
        log = PublicKey.load(house.study.folder.log_public_key)
        with pytest.raises(BundleError, match="0 of the 1 signatures"):
            check(built.path, log, public=False)
        sign(berta, built, key)
        copy, new = path.publish(check(built.path, log, public=False), tmp_path / "usb")
        assert new
        assert check(copy, log, public=False).digest == built.digest
        revoked = house.founder.execute(RevokeRows(reason="identifying", exchange=1))
        with pytest.raises(Refused, match="1 of the 2 rows of one were revoked"):
            check(copy, log, public=False, revocations=Path(revoked.path))


@pytest.mark.parametrize(("name", "digest", "error"), [("pilot-2", "a" * 64, NotThere), ("pilot-1", "a" * 64, Refused)])
def test_a_release_that_was_not_built_here_is_refused(
    built: Path, study_folder: Path, name: str, digest: str, error: type[UserError]
) -> None:
    with opened(study_folder) as desk, pytest.raises(error):
        desk.execute(RecordPublication(name=name, manifest_digest=digest, destination="hub"))


@pytest.mark.parametrize("text", ["", "{}", '{"format": "curation-publication/1", "name": "a b"}'])
def test_what_is_no_receipt_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "receipt.json").write_text(text)
    with pytest.raises(UserError, match="is no receipt of a publication"):
        receipt.read(tmp_path / "receipt.json")
    with pytest.raises(UserError, match="cannot be read"):
        receipt.read(tmp_path / "nowhere")
