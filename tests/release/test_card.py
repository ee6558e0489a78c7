"""Card, citation and Croissant say what holds for the rows, and no more."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
import yaml

from policies import LoadedPolicy, Policy, Scope, parse_policy
from policies.schema import Determination
from tests.conftest import detector
from tests.release.numbers import numbers
from tests.release.test_gate import ENTRY, approved_study
from workbench.desk.commands import BuildRelease
from workbench.desk.release_views import Bound
from workbench.desk.rescan import rescan
from workbench.desk.review_views import Agreement
from workbench.release.about import About, Generator, Lengths
from workbench.release.card import card
from workbench.release.citation import citation
from workbench.release.rows import DataFile

NOTHING = Agreement(exchanges=0, both=(), agreed=0, kappa=None, low=None, high=None)
NUMBERS = numbers()


def about(policy: Policy, **changed: object) -> About:
    fields: dict[str, object] = {
        "name": "winter-2026", "version": "1.2.0", "created": datetime(2026, 5, 1, tzinfo=UTC), "policy": policy,
        "policy_digest": "a" * 64, "columns": ("id", "instruction", "input", "output", "messages"),
        "files": (
            DataFile("interview", "train", "data/interview/train-00000-of-00001.parquet", 90),
            DataFile("interview", "test", "data/interview/test-00000-of-00001.parquet", 10),
            DataFile("multi_turn", "train", "data/multi_turn/train-00000-of-00001.parquet", 7),
        ),
        "lengths": {
            "interview": (Lengths(100, 7000, 41, 90), Lengths(100, 23550, 60, 400)),
            "multi_turn": (Lengths(7, 700, 90, 120), Lengths(7, 420, 50, 80)),
        },
        "sessions": {"interview": 20, "multi_turn": None},
        "generators": (Generator("extractive", None, None),), "approvers": 3,
        "excluded": {"rejected": 40, "too_short": 30, "no_consent": 2}, "unstated": 0, "agreement": NOTHING,
        "bound": None, "shuffle": "b" * 64,
    }  # fmt: skip
    return About(**{**fields, **changed})  # type: ignore[arg-type]


def front_of(text: str) -> dict[str, object]:
    """The YAML at the beginning."""
    _, front, _ = text.split("---\n", 2)
    found: dict[str, object] = yaml.safe_load(front)
    return found


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Path:
    # Two rows are too few for their lengths to be told; here they are not.
    told = parse_policy(policy.body.replace("release:\n", "release:\n  smallest_cell: 1\n"), "The policy")
    desk = approved_study(tmp_path_factory.mktemp("bundle"), told, ENTRY, detector())
    rescan(desk)
    built = desk.execute(BuildRelease(name="winter-2026"))
    desk.close()
    return Path(built.path)


def test_the_hub_reads_configs_splits_size_and_what_recipients_must_agree_to(policy: LoadedPolicy) -> None:
    front = front_of(card(about(policy.policy), NUMBERS, []))
    assert front["configs"] == [
        {
            "config_name": "interview",
            "data_files": [
                {"split": "train", "path": "data/interview/train-*.parquet"},
                {"split": "test", "path": "data/interview/test-*.parquet"},
            ],
            "default": True,
        },
        {
            "config_name": "multi_turn",
            "data_files": [{"split": "train", "path": "data/multi_turn/train-*.parquet"}],
        },
    ]
    assert (front["pretty_name"], front["license"], front["size_categories"]) == ("winter-2026", "other", ["n<1K"])
    assert front["task_categories"] == ["text-generation"]
    assert "I will not try to identify anybody" in front["extra_gated_fields"]  # type: ignore[operator]
    release = policy.policy.release.model_copy(update={"scope": Scope.PUBLIC, "licence": "cc-by-4.0"})
    public = front_of(card(about(policy.policy.model_copy(update={"release": release})), NUMBERS, []))
    assert "extra_gated_fields" not in public
    assert public["license"] == "cc-by-4.0"


def test_the_papers_table_stands_there_for_this_data(policy: LoadedPolicy) -> None:
    text = card(about(policy.policy), NUMBERS, [])
    for line in (
        "| Dataset size (rows) | 100 | 7 |",
        "| Average input word count | 70.00 | 100.00 |",
        "| Average output word count | 235.50 | 60.00 |",
        "| Number of sessions | 20 | fewer than 11 |",
    ):
        assert line in text


def test_no_part_of_the_card_tells_lengths_that_the_statistics_hold_back(policy: LoadedPolicy) -> None:
    lengths = tuple(one for one in NUMBERS.lengths if one.config == "interview")
    text = card(about(policy.policy), NUMBERS.model_copy(update={"lengths": lengths}), [])
    assert "| Dataset size (rows) | 100 | 7 |" in text, "anybody can count them"
    assert "| Average input word count | 70.00 | not told |" in text
    assert "| multi_turn | output (coach) | 7 | not told | not told | not told |" in text
    assert "| interview | output (coach) | 100 | 235.50 | 60 | 400 |" in text


def test_small_counts_are_not_told(policy: LoadedPolicy) -> None:
    text = card(about(policy.policy), NUMBERS, [])
    assert "| rejected by a reviewer | 40 |" in text
    assert "| no consent to what the release is for | not told |" in text
    assert "| fewer words than the policy asks for | not told |" in text, "or the sum would tell the other"


def test_what_was_counted_stands_there_beside_the_figures(policy: LoadedPolicy) -> None:
    text = card(about(policy.policy), NUMBERS, ["figures/lengths.png"])
    assert "4,310" in text
    assert "](figures/lengths.png)" in text


def test_agreement_second_look_and_conditions_are_told_where_there_are_any(policy: LoadedPolicy) -> None:
    plain = card(about(policy.policy), NUMBERS, [])
    assert "so that none was measured" in plain
    assert "no bound is known" in plain
    determination = Determination(digest="d" * 64, expires=date(2027, 1, 1), conditions="Keep it in the enclave.")
    bound = Bound(
        sample=1, size=200, subjects=40, leaks=1, catch_rate=0.9, naive=0.02, rows=0.0312, people=0.0701
    )  # fmt: skip
    agreement = Agreement(exchanges=50, both=(), agreed=45, kappa=0.8, low=0.6, high=0.95)
    expert = policy.policy.model_copy(update={"determination": determination, "basis": "expert_determination"})
    text = card(about(expert, bound=bound, agreement=agreement), NUMBERS, [])
    assert "kappa 0.80 (95 % interval 0.60 to 0.95)" in text
    assert "at most 3.12% of the rows and 7.01% of the people" in text
    assert "Keep it in the enclave." in text
    assert "d" * 64 in text


def test_the_model_that_wrote_rows_is_named_with_its_licence(policy: LoadedPolicy) -> None:
    known = Generator("llama-cpp", "Mistral-7B-Instruct-v0.2", "apache-2.0")
    text = card(about(policy.policy, generators=(known, Generator("openai", None, None))), NUMBERS, [])
    assert "Generator `llama-cpp`: Mistral-7B-Instruct-v0.2; licence `apache-2.0`." in text
    assert "licence `unknown`" in text
    assert "no language model made any row" in card(about(policy.policy), NUMBERS, [])


def test_the_card_of_a_bundle_states_numbers_that_its_rows_have(bundle: Path) -> None:
    text = (bundle / "README.md").read_text()
    rows = pd.concat(pd.read_parquet(file) for file in (bundle / "data").rglob("*.parquet"))
    for side, name in (("input", "input (caregiver)"), ("output", "output (coach)")):
        words = [len(one.split()) for one in rows[side]]
        assert f"| interview | {name} | 2 | {sum(words) / 2:.2f} | {min(words)} | {max(words)} |" in text
    assert "without a language model (extractive)" in text


def test_a_citation_names_no_person_and_keeps_to_the_format(bundle: Path, policy: LoadedPolicy) -> None:
    found = yaml.safe_load((bundle / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= found.keys()
    assert (found["cff-version"], found["type"], found["version"]) == ("1.2.0", "dataset", "1.0.0")
    assert found["authors"] == [{"name": "The curators of winter-2026"}]
    assert "license" not in found, "what the policy calls `other` is no licence of SPDX"
    release = policy.policy.release.model_copy(update={"licence": "cc-by-4.0"})
    licensed = citation(about(policy.policy.model_copy(update={"release": release})))
    assert yaml.safe_load(licensed)["license"] == "CC-BY-4.0"


def test_croissant_is_sound_and_reads_the_rows(bundle: Path, tmp_path: Path) -> None:
    script = (
        "import json, sys\n"
        "import mlcroissant\n"
        "data = mlcroissant.Dataset(jsonld=sys.argv[1])\n"
        "issues = data.metadata.ctx.issues\n"
        "rows = list(data.records(record_set='interview'))\n"
        "found = [sorted(issues.errors), sorted(issues.warnings), len(rows), rows[0]]\n"
        "print(json.dumps(found, default=bytes.decode))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(bundle / "croissant.json")],
        env={**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    errors, warned, rows, row = json.loads(done.stdout or "null") or pytest.fail(done.stderr)
    assert (errors, warned, rows) == ([], [], 2)
    frame = pd.concat(pd.read_parquet(file) for file in (bundle / "data").rglob("*.parquet")).set_index("id")
    assert row["interview/output"] == frame["output"][row["interview/id"]]
    assert [turn["interview/messages/role"] for turn in row["interview/messages"]] == ["user", "assistant"]


def test_croissant_tells_of_collection_annotation_and_what_stays_sensitive(bundle: Path) -> None:
    found = json.loads((bundle / "croissant.json").read_text())
    assert found["conformsTo"] == ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
    for name in (
        "dataCollection", "dataAnnotationProtocol", "personalSensitiveInformation", "dataLimitations", "dataBiases",
        "dataUseCases", "dataSocialImpact", "dataReleaseMaintenancePlan", "machineAnnotationTools",
    ):  # fmt: skip
        assert found[f"rai:{name}"], name
    sums = dict(line.split("  ")[::-1] for line in (bundle / "SHA256SUMS").read_text().splitlines())
    files = [one for one in found["distribution"] if one["@type"] == "cr:FileObject"]
    assert files
    for file in files:
        assert file["sha256"] == sums[file["contentUrl"]]
