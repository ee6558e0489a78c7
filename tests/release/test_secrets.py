"""No file of a bundle holds what belongs to the house."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.checkpoint import SigningKey
from policies import LoadedPolicy
from tests.conftest import SECRET, detector
from tests.review.ward import Ward
from workbench.errors import Refused
from workbench.release.secrets import scan_files
from workbench.study.opening import create_study


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Iterator[Ward]:
    """A study with people."""
    folder = tmp_path_factory.mktemp("secrets") / "study"
    create_study(folder, policy, SECRET, "tester")
    ward = Ward(folder, detector())
    ward.hire("quillfeather")
    ward.hire("release")
    yield ward
    ward.close()


def spelled(ward: Ward, what: str) -> bytes:
    secret = ward.study.secret
    return {
        "secret": secret,
        "secret in hex": secret.hex().encode(),
        "secret in base64": base64.b64encode(secret),
        "log key": ward.study.folder.log_key.read_bytes(),
        "another signing key": SigningKey.generate("steward").text.encode(),
        "key of another kind": b"-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
        "token": b"token: hf_" + b"a" * 34,
        "path": str(ward.study.folder.root).encode(),
        "person": b"approved by quillfeather, on Monday",
    }[what]


@pytest.mark.parametrize(
    "what",
    [
        "secret", "secret in hex", "secret in base64", "log key", "another signing key", "key of another kind", "token",
        "path", "person",
    ],
)  # fmt: skip
def test_a_file_with_a_secret_is_refused_and_the_secret_is_not_repeated(ward: Ward, tmp_path: Path, what: str) -> None:
    hidden = spelled(ward, what)
    file = tmp_path / "figures" / "a.html"
    file.parent.mkdir()
    # Across the border of two parts that are looked at.
    file.write_bytes(b"x" * ((1 << 20) - 13) + b" " + hidden + b"\n")
    with pytest.raises(Refused, match=r"figures/a\.html would hold") as refused:
        scan_files(ward.study, tmp_path)
    assert hidden.decode(errors="replace") not in str(refused.value)


def test_packed_columns_are_looked_into(ward: Ward, tmp_path: Path) -> None:
    table = pa.table({"input": ["words", ward.study.secret.hex()]})
    pq.write_table(table, tmp_path / "rows.parquet", compression="zstd")
    with pytest.raises(Refused, match=r"rows\.parquet would hold the study's secret"):
        scan_files(ward.study, tmp_path)


def test_rows_may_hold_a_name_that_a_reviewer_has_too_and_our_own_words_are_nobody_s_name(
    ward: Ward, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"input": ["quillfeather is a bird"]}), tmp_path / "rows.parquet")
    (tmp_path / "README.md").write_text("This release holds rows. quillfeathers are no person.")
    scan_files(ward.study, tmp_path)
