"""What a release is worth to whoever receives it, and what is left behind where none was built."""

import json
import os
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from audit.bundle import MANIFEST, verify_bundle
from audit.bundle_proof import PROOF
from audit.checkpoint import PublicKey, SigningKey
from audit.errors import BundleError
from audit.proof import Proof
from policies import LoadedPolicy, Verdict, parse_policy
from tests.conftest import READ, detector
from tests.disk import small_disk
from tests.release.test_gate import ENTRY, approved_study
from workbench.desk.commands import BuildRelease, Decide, EditExchange, ListQueue, OpenExchange, PlanRelease
from workbench.desk.local import LocalDesk
from workbench.desk.rescan import rescan
from workbench.errors import Refused

COLUMNS = ["id", "instruction", "input", "output", "messages"]


def ready(folder: Path, policy: LoadedPolicy, entry: object = ENTRY) -> LocalDesk:
    """A study of two rows that may go, scanned once more."""
    desk = approved_study(folder, policy, entry, detector())  # type: ignore[arg-type]
    rescan(desk)
    return desk


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Path:
    """A release of two rows; a second one of the same rows stands beside it."""
    desk = ready(tmp_path_factory.mktemp("bundle"), policy)
    built = desk.execute(BuildRelease(name="one"))
    desk.execute(BuildRelease(name="two"))
    desk.close()
    return Path(built.path)


def copied(bundle: Path, folder: Path) -> Path:
    """A copy that can be written."""
    copy = Path(shutil.copytree(bundle, folder))
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return copy


def data_of(bundle: Path) -> Path:
    (data,) = (bundle / "data").rglob("*.parquet")
    return data


def test_datasets_loads_it_by_its_folder(bundle: Path, tmp_path: Path) -> None:
    script = (
        "import json, sys, datasets\n"
        "loaded = datasets.load_dataset(sys.argv[1])\n"
        "rows = datasets.load_dataset(sys.argv[1], 'interview', split='train')\n"
        "print(json.dumps([{name: split.num_rows for name, split in loaded.items()}, rows.column_names, rows[0]]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(bundle)],
        env={**os.environ, "HF_HOME": str(tmp_path), "HF_DATASETS_CACHE": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    splits, columns, row = json.loads(done.stdout or "[]") or pytest.fail(done.stderr)
    assert (splits, columns) == ({"train": 2}, COLUMNS)
    assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"]
    assert row["messages"][1]["content"] == row["output"]


def test_duckdb_and_pandas_read_it(bundle: Path) -> None:
    data = data_of(bundle)
    found = duckdb.sql(f"SELECT count(*), min(length(input)), min(len(messages)) FROM '{data}'").fetchone()
    assert found is not None
    assert (found[0], found[1] > 0, found[2]) == (2, True, 2)
    frame = pd.read_parquet(data)
    assert list(frame.columns) == COLUMNS
    assert frame["messages"][0][0]["content"] == f"{frame['instruction'][0]}\n\n{frame['input'][0]}"
    assert set(pd.read_parquet(bundle / "approvals.parquet")["id"]) == set(frame["id"])


def test_ids_say_nothing_across_releases(bundle: Path) -> None:
    one, two = (set(pd.read_parquet(data_of(folder))["id"]) for folder in (bundle, bundle.parent / "two"))
    assert (len(one), len(two)) == (2, 2)
    assert not one & two


def test_the_manifest_is_the_one_in_the_log_and_a_changed_bundle_is_refused(bundle: Path, tmp_path: Path) -> None:
    manifest = verify_bundle(bundle)
    mirror = bundle.parents[1] / "mirror"
    events = [json.loads(line) for path in mirror.glob("events-*") for line in path.read_text().splitlines()]
    built = [event for event in events if event["action"] == "release.built" and event["object_id"] == "one"]
    assert [event["details"]["manifest_digest"] for event in built] == [manifest.digest]
    card = copied(bundle, tmp_path / "copy") / "README.md"
    card.write_bytes(card.read_bytes().replace(b"Limits", b"limits"))
    with pytest.raises(BundleError, match=r"README\.md"):
        verify_bundle(card.parent)


def test_it_is_read_only_and_names_nobody(bundle: Path) -> None:
    for path in (bundle, *bundle.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o555 if path.is_dir() else 0o444), path
    manifest = verify_bundle(bundle).manifest
    assert manifest.approvers == 1
    for path in [path for path in bundle.rglob("*") if path.is_file() and path.name != PROOF]:
        assert b"tester" not in path.read_bytes(), path.name


def test_the_script_within_checks_it(bundle: Path, tmp_path: Path) -> None:
    copy = copied(bundle, tmp_path / "copy")
    script = [sys.executable, "-I", str(copy / "verify_release.py")]
    key = [str(next(bundle.parents[1].rglob("log.pub")))]
    done = subprocess.run([*script, str(copy), "--public-key", *key], capture_output=True, text=True, check=False)
    assert "0 of the 1 signatures" in done.stdout + done.stderr, "all else is as it should be"
    (copy / "CITATION.cff").write_text("nothing")
    done = subprocess.run([*script, str(copy), "--public-key", *key], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "CITATION.cff" in done.stdout + done.stderr


def test_a_full_medium_is_told_and_nothing_stays_on_it(tmp_path: Path, policy: LoadedPolicy) -> None:
    desk = ready(tmp_path, policy)
    with small_disk(tmp_path / "medium", "32k") as medium:
        with pytest.raises(Refused, match="make room there"):
            desk.execute(BuildRelease(name="one", folder=str(medium)))
        assert [*medium.iterdir()] == []
    assert desk.execute(BuildRelease(name="one")).rows == 2
    desk.close()


# -- versions ----------------------------------------------------------------------------------------------------------


def test_versions_say_what_became_of_the_rows_of_the_release_before(tmp_path: Path, policy: LoadedPolicy) -> None:
    desk = ready(tmp_path, policy)

    def built(name: str, version: str | None = None) -> str:
        rescan(desk)
        made = desk.execute(BuildRelease(name=name, version=version))
        assert verify_bundle(Path(made.path)).manifest.version == made.version
        return made.version

    assert (built("a"), built("b")) == ("1.0.0", "1.0.1")
    desk.execute(Decide(exchange=2, version=1, verdict=Verdict.REJECT, reason="other"))
    assert built("c") == "2.0.0"
    desk.execute(Decide(exchange=2, version=1, verdict=Verdict.APPROVE, reading=READ))
    assert built("d") == "2.1.0"
    view = desk.execute(OpenExchange(exchange=1))
    edit = {"question": f"{view.question} So tired.", "answer": view.answer}
    desk.execute(EditExchange(exchange=1, version=view.row.version, **edit))
    row = next(row for row in desk.execute(ListQueue()).rows if row.exchange == 1)
    desk.execute(Decide(exchange=1, version=row.version, verdict=Verdict.APPROVE, reading=READ))
    with pytest.raises(Refused, match=r"needs version 3\.0\.0 or a higher one"):
        built("e", "2.9.0")
    assert built("e", "4.0.0") == "4.0.0"
    desk.close()


# -- the proof ---------------------------------------------------------------------------------------------------------


def log_key(bundle: Path) -> PublicKey:
    return PublicKey.load(next((bundle.parent.parent).rglob("log.pub")))


def test_a_release_carries_the_proof_that_its_building_stands_in_the_log(bundle: Path) -> None:
    proof = Proof.parse((bundle / PROOF).read_text())
    assert proof.verify(log_key(bundle)).size > proof.index
    assert verify_bundle(bundle, key=log_key(bundle)).manifest.name == "one"


@pytest.mark.parametrize("change", ["absent", "anothers", "flipped", "another key"])
def test_a_release_whose_proof_does_not_hold_is_refused(bundle: Path, tmp_path: Path, change: str) -> None:
    copy = copied(bundle, tmp_path / "copy")
    key = log_key(bundle)
    match change:
        case "absent":
            (copy / PROOF).unlink()
            assert verify_bundle(copy), "without a key the manifest alone is checked"
        case "anothers":
            (copy / PROOF).write_bytes((bundle.parent / "two" / PROOF).read_bytes())
        case "flipped":
            lines = (copy / PROOF).read_text().split("\n")
            lines[3] = lines[3].translate(str.maketrans("ABCabc012", "abcABC345"))
            (copy / PROOF).write_text("\n".join(lines))
        case "another key":
            key = SigningKey.generate("other").public
    with pytest.raises(BundleError, match=r"proof"):
        verify_bundle(copy, key=key)


# -- where nothing is built --------------------------------------------------------------------------------------------


def left(study: Path) -> list[str]:
    return sorted(path.name for path in (study / "releases").iterdir())


def test_a_refusal_leaves_nothing_behind_and_stands_in_the_log(tmp_path: Path, policy: LoadedPolicy) -> None:
    desk = ready(tmp_path, policy)
    study = tmp_path / "study"
    keyed = policy.policy.release.model_copy(update={"instruction": "Be kind. PRIVATE+KEY+house+12345678+AAAA"})
    before = desk._study.policy
    desk._study.policy = before.model_copy(update={"release": keyed})
    with pytest.raises(Refused, match="Nothing was built"):
        desk.execute(BuildRelease(name="one"))
    desk._study.policy = before
    assert left(study) == []
    for row in desk.execute(ListQueue()).rows:
        desk.execute(Decide(exchange=row.exchange, version=row.version, verdict=Verdict.REJECT, reason="other"))
    with pytest.raises(Refused, match="Nothing may be released yet"):
        desk.execute(BuildRelease(name="one"))
    assert left(study) == []
    assert not [path for path in (study / "tmp").rglob("*") if path.is_file() and path.stat().st_size > 1 << 20]
    desk.close()
    lines = [line for path in (study / "mirror").glob("events-*") for line in path.read_text().splitlines()]
    refused = [event["reason"] for event in map(json.loads, lines) if event["action"] == "release.refused"]
    assert refused == ["content", "nothing_approved"]


def test_a_text_that_is_not_the_approved_one_is_never_written(tmp_path: Path, policy: LoadedPolicy) -> None:
    desk = ready(tmp_path, policy)
    desk._study.db.execute("UPDATE bodies SET answer = answer || ' And Rosalind.' WHERE exchange = 2")
    with pytest.raises(Refused, match="not the text that was approved"):
        desk.execute(BuildRelease(name="one"))
    assert left(tmp_path / "study") == []
    desk.close()


def test_nothing_is_built_without_the_sample_that_the_policy_asks_for(tmp_path: Path, policy: LoadedPolicy) -> None:
    asks = parse_policy(policy.body.replace("release:\n", "release:\n  assurance: {sample: 2}\n"), "The policy")
    desk = ready(tmp_path, asks)
    with pytest.raises(Refused, match="sample"):
        desk.execute(BuildRelease(name="one"))
    assert left(tmp_path / "study") == []
    desk.close()


def test_a_name_is_given_once(bundle: Path, tmp_path: Path, policy: LoadedPolicy) -> None:
    desk = ready(tmp_path, policy)
    desk.execute(BuildRelease(name="one"))
    with pytest.raises(Refused, match="exists already"):
        desk.execute(BuildRelease(name="one"))
    with pytest.raises(Refused, match="choose a folder that exists"):
        desk.execute(BuildRelease(name="two", folder=str(tmp_path / "nowhere")))
    desk.close()


@pytest.mark.timeout(600)
def test_killed_at_any_touch_of_a_file_it_is_either_not_there_or_whole(tmp_path: Path, policy: LoadedPolicy) -> None:
    points = 60 if os.environ.get("WORKBENCH_PROVE") else 4
    desk = ready(tmp_path, policy)
    desk.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.release.kill_builds", str(tmp_path / "study"), str(points)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(found) >= points
    for point in found:
        assert point["looked"] == 0, done.stderr[-3000:]
        assert point["code"] == -9, point
        assert point["left"] == ["winter"], point
        assert (point["rows"], point["built"], point["fault"]) == ([2, 2], 1, None), point
        assert "winter" not in point["before"] or point["recorded"], point
    # Before and after the event: the one is built anew, the other finished.
    assert {point["recorded"] for point in found} == {True, False}


def test_rows_without_consent_on_record_are_counted_and_stand_on_the_card(
    tmp_path: Path, policy: LoadedPolicy, bundle: Path
) -> None:
    desk = ready(tmp_path, policy, None)
    built = desk.execute(BuildRelease(name="one"))
    assert (desk.execute(PlanRelease()).unstated, built.unstated) == (2, 2)
    desk.close()
    assert "Consent: none is on record for 2 of 2 rows" in (Path(built.path) / "README.md").read_text()
    assert "Consent: the subject of every row consented to the scope `training`" in (bundle / "README.md").read_text()


def test_a_manifest_says_how_the_rows_came_to_be(bundle: Path, policy: LoadedPolicy) -> None:
    manifest = verify_bundle(bundle).manifest
    assert manifest.policy.digest == policy.digest
    assert (manifest.policy.scope, manifest.policy.basis) == ("training", "safe_harbor")
    assert [model.backend for model in manifest.models] == ["extractive"]
    assert manifest.signers.needed == policy.policy.release.signatures
    assert manifest.columns == tuple(COLUMNS)
    assert replace(verify_bundle(bundle), path=bundle).digest == verify_bundle(bundle).digest
    assert (bundle / MANIFEST).read_bytes() == manifest.to_bytes()
