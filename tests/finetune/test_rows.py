"""Which rows of a bundle are trained on, and which are held out."""

from pathlib import Path

import pytest

from audit.bundle import verify_bundle
from audit.errors import BundleError
from finetune.rows import held_out, read_rows
from tests.finetune.conftest import INSTRUCTION, Texts, write_bundle


def texts(rows: int, side: str) -> Texts:
    return [(INSTRUCTION, f"{side} question {number}", f"{side} answer {number}") for number in range(rows)]


def test_only_train_is_trained_on_and_the_bundles_own_validation_is_held_out(tmp_path: Path) -> None:
    bundle = verify_bundle(write_bundle(tmp_path / "release", texts(12, "train"), texts(3, "validation")))
    rows = read_rows(bundle, ["interview"])
    assert [row.input for row in rows] == [f"train question {number}" for number in range(12)]
    kept, held = held_out(bundle, ["interview"], rows, 0.25, 42)
    assert kept == rows
    assert [row.output for row in held] == [f"validation answer {number}" for number in range(3)]


def test_a_bundle_without_validation_lends_a_share_of_its_rows(tmp_path: Path) -> None:
    bundle = verify_bundle(write_bundle(tmp_path / "release", texts(12, "train")))
    rows = read_rows(bundle, ["interview"])
    kept, held = held_out(bundle, ["interview"], rows, 0.25, 42)
    assert (len(kept), len(held)) == (9, 3)
    assert {row.input for row in [*kept, *held]} == {row.input for row in rows}
    with pytest.raises(BundleError, match="no data called synthetic"):
        read_rows(bundle, ["synthetic"])
