"""What is trained on: a release that was signed, without the rows that were revoked since."""

from pathlib import Path

import pytest

from audit import revocation
from audit.checkpoint import SigningKey, save_public_key
from finetune.cli import main
from finetune.rows import held_out, open_release, read_rows
from tests.audit.sealed import Sealed, seal_bundle


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    return seal_bundle(tmp_path / "pilot-1")


@pytest.fixture
def key(sealed: Sealed, tmp_path: Path) -> Path:
    save_public_key(sealed.key, tmp_path / "log.pub")
    return tmp_path / "log.pub"


def refused(capsys: pytest.CaptureFixture[str], release: Path, *more: str) -> str:
    arguments = ["train", "--release", str(release), "--base", "nowhere", "--out", "nowhere", *more]
    assert main(arguments) == 2
    return capsys.readouterr().err


def test_a_release_without_its_signatures_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    half = seal_bundle(tmp_path / "half", signed=1)
    assert "1 of the 2 signatures" in refused(capsys, half.path)


def test_revoked_rows_are_left_out_and_counted(
    sealed: Sealed, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = {sealed.rows[0].id, sealed.rows[4].id}
    listed = tmp_path / revocation.LIST
    revocation.write(listed, [("pilot-1", sealed.digest, row) for row in gone], 41, sealed.log_key)
    bundle, revoked = open_release(sealed.path, sealed.digest, key, listed)
    assert revoked == gone
    rows = read_rows(bundle, ["interview"], without=revoked)
    assert [row.input for row in rows] == [row.question for row in sealed.rows[1:4]]
    train, held = held_out(bundle, ["interview"], rows, 0.4, 1, revoked)
    assert sorted(row.input for row in [*train, *held]) == [row.question for row in sealed.rows[1:4]]
    assert len(read_rows(bundle, ["interview"])) == 5
    # There is no base here, but this is said before it is looked for.
    assert main(["train", "--release", str(sealed.path), "--base", "nowhere", "--out", str(tmp_path / "run"),
                 "--public-key", str(key), "--revocations", str(listed)]) == 2  # fmt: skip
    assert "2 of the 7 rows of the release were revoked and are left out." in capsys.readouterr().out


def test_a_list_that_the_log_s_key_has_not_signed_stops_training(
    sealed: Sealed, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / revocation.LIST
    revocation.write(listed, [], 41, SigningKey.generate(sealed.log_key.name))
    with_list = ("--revocations", str(listed))
    assert "that the log's key has signed" in refused(capsys, sealed.path, *with_list, "--public-key", str(key))
    assert "name that with --public-key" in refused(capsys, sealed.path, *with_list)


def test_with_the_log_s_key_a_release_without_proof_is_refused(
    sealed: Sealed, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sealed.path / "release.tlog-proof").unlink()
    assert "no proof" in refused(capsys, sealed.path, "--public-key", str(key))
