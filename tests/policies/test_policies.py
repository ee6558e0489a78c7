"""A policy file is held to its schema and to what its basis promises; every refusal is one sentence with a remedy."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from policies import Entity, Treatment, load_policy
from policies.entities import about
from policies.errors import PolicyError
from policies.loader import shipped
from tests.command import run_workbench
from workbench.cli.policy import app

SHIPPED = ("hipaa-safe-harbor", "limited-data-set", "mentalchat16k", "minimal")


def changed(tmp_path: Path, name: str, **changes: object) -> str:
    """A copy of a shipped policy with keys changed; a dotted key reaches into a section, None removes it."""
    data = yaml.safe_load((Path("policies") / f"{name}.yaml").read_text())
    for key, value in changes.items():
        *sections, last = key.split("__")
        part = data
        for section in sections:
            part = part.setdefault(section, {})
        if value is None:
            part.pop(last, None)
        else:
            part[last] = value
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(data))
    return str(file)


def refusal(file: str) -> str:
    with pytest.raises(PolicyError) as problem:
        load_policy(file)
    sentence = str(problem.value)
    assert sentence.count("\n") == 0
    return sentence


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_policy_is_sound(name: str) -> None:
    assert load_policy(name).policy.name == name
    assert sorted(shipped(".", ".yaml")) == sorted(SHIPPED)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"redaction__treatments": {"DATE": "shift"}}, "safe_harbor allows no shifted dates"),
        ({"redaction__treatments": {"PHONE": "keep"}}, "safe_harbor does not allow PHONE to be kept"),
        ({"redaction__treatments": {"AGE": "keep"}}, "safe_harbor does not allow AGE to be kept"),
        ({"redaction__implied_ages": False}, "safe_harbor must find implied ages over 89"),
        ({"redaction__threshold": 0.9}, "safe_harbor needs redaction.threshold at 0.5 or below"),
        ({"redaction__treatments": {"NAME": "shift"}}, "shift does not fit NAME; it fits DATE"),
        ({"redaction__treatments": {"DATE": "surrogate"}}, "surrogate does not fit DATE"),
        ({"redaction__treshold": 0.4}, "redaction.treshold is not a known key; did you mean 'threshold'?"),
        ({"redacton": {}}, "redacton is not a known key; did you mean 'redaction'?"),
        ({"redaction__treatments": {"NMAE": "mask"}}, "'NMAE' is not known; did you mean 'NAME'?"),
        ({"redaction__treatments": {"NAME": "surogate"}}, "'surogate' is not known; did you mean 'surrogate'?"),
        ({"basis": "safeharbor"}, "did you mean 'safe_harbor'?"),
        ({"redaction__treatments": {"name": "mask"}}, "did you mean 'NAME'?"),
        ({"colour": 1}, "colour is not a known key; use one of name, version"),
        ({"redaction": 5}, "redaction must hold keys with values"),
        ({"review": {"faces": "tui"}}, "review.faces must be a list"),
        ({"basis": None}, "basis is missing; add it"),
        ({"length_filter": {"min_words": "forty"}}, "length_filter.min_words must be a whole number; correct it"),
        ({"length_filter": {"min_words": 0}}, "length_filter.min_words must be at least 1; correct it"),
        ({"redaction__threshold": "high"}, "redaction.threshold must be a number; correct it"),
        ({"redaction__keep_states": "perhaps"}, "redaction.keep_states must be true or false; correct it"),
        ({"speakers__coach": [3]}, "speakers.coach.0 must be words in quotes; correct it"),
    ],
)
def test_safe_harbor_is_held_to_its_promise(tmp_path: Path, changes: dict, told: str) -> None:
    assert told in refusal(changed(tmp_path, "hipaa-safe-harbor", **changes))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"agreement": None}, "limited_data_set needs the data use agreement"),
        ({"agreement": " "}, "limited_data_set needs the data use agreement"),
        ({"redaction__treatments": {"NAME": "keep"}}, "limited_data_set does not allow NAME to be kept"),
        ({"redaction__treatments": {"LOCATION": "keep"}}, "limited_data_set does not allow LOCATION to be kept"),
        ({"release__scope": "public"}, "limited_data_set is never public"),
    ],
)
def test_a_limited_data_set_is_held_to_its_promise(tmp_path: Path, changes: dict, told: str) -> None:
    assert told in refusal(changed(tmp_path, "limited-data-set", **changes))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("redaction: {threshold: 0.1, threshold: 0.9}", "threshold stands twice (line"),
        ("name: other", "name stands twice"),
        ("pages: {words: 2021-02-45}", "is not readable as YAML"),
        ("pages: {words: [", "is not readable as YAML (line"),
    ],
)
def test_a_rule_that_stands_twice_or_cannot_be_read_is_refused(tmp_path: Path, line: str, told: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text((Path("policies") / "minimal.yaml").read_text() + line + "\n")
    assert told in refusal(str(file))


@pytest.mark.parametrize("body", ["", "- a\n- b\n", "just words"])
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, body: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(body)
    assert "the file must hold keys with values" in refusal(str(file))


def test_an_internal_policy_releases_inside_the_house_only(tmp_path: Path) -> None:
    assert "set release.scope to internal" in refusal(changed(tmp_path, "minimal", release__scope="public"))


def test_an_expert_may_decide_otherwise(tmp_path: Path) -> None:
    treatments = {"DATE": "shift", "NAME": "surrogate"}
    file = changed(tmp_path, "mentalchat16k", basis="expert_determination", redaction__treatments=treatments)
    assert load_policy(file).policy.redaction.treatment(Entity.DATE) is Treatment.SHIFT


def test_an_indirect_identifier_is_left_to_the_reviewer_unless_the_policy_says_otherwise(tmp_path: Path) -> None:
    assert load_policy("mentalchat16k").policy.redaction.treatment(Entity.INDIRECT) is Treatment.KEEP
    file = changed(tmp_path, "mentalchat16k", redaction__treatments={"INDIRECT": "placeholder"})
    assert load_policy(file).policy.redaction.treatment(Entity.INDIRECT) is Treatment.PLACEHOLDER


@pytest.mark.parametrize("entity", list(Entity))
def test_every_entity_is_explained_with_an_example_that_changes(entity: Entity) -> None:
    assert about(entity).covers
    done = CliRunner().invoke(app, ["explain", entity.lower(), "--policy", "hipaa-safe-harbor"])
    assert done.exit_code == 0, done.output
    example = next(line for line in done.output.splitlines() if line.startswith("Example: "))
    before, after = example.removeprefix("Example: ").split(" -> ")
    assert (before == after) is (entity is Entity.INDIRECT)


def test_explain_names_the_rule_the_reason_and_the_version_of_the_zip_table() -> None:
    told = CliRunner().invoke(app, ["explain", "LOCATION", "--policy", "hipaa-safe-harbor"]).output
    for words in ("164.514(b)(2)(i) (B)", "basis is safe_harbor", "Census 2000", "30309 -> 303**"):
        assert words in " ".join(told.split())
    assert "the reviewer decides" in CliRunner().invoke(app, ["explain", "INDIRECT"]).output


def test_policy_commands_end_in_one_sentence(tmp_path: Path) -> None:
    assert run_workbench("policy", "list").stdout.count("safe_harbor") == 2
    assert "is sound" in run_workbench("policy", "check", "minimal").stdout
    done = run_workbench("policy", "check", changed(tmp_path, "minimal", nmae="x"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    done = run_workbench("policy", "explain", "nmae")
    assert (done.returncode, done.stderr.strip()) == (2, "There is no entity 'nmae'; did you mean NAME?")
    shown = run_workbench("policy", "show", "limited-data-set").stdout
    assert yaml.safe_load(shown)["basis"] == "limited_data_set"


def test_a_prompt_is_shown_as_the_model_gets_it() -> None:
    done = run_workbench("prompt", "show")
    assert done.returncode == 0, done.stderr
    assert "family caregivers of people with a serious illness" in done.stdout
    assert "(the page stands here)" in done.stdout
    assert "$" not in done.stdout
    assert "digest" in done.stderr
    assert "exchange" in run_workbench("prompt", "list").stdout


def test_a_name_in_other_letters_is_refused_in_plain_words(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(load_policy("minimal").body.replace("name: minimal", "name: My Policy"))
    assert "name must be written with small letters, digits and hyphens alone" in refusal(str(file))


def test_what_is_no_policy_file_is_told_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "pages.jsonl").write_text("{}")
    (tmp_path / "folder.yaml").mkdir()
    assert refusal(str(tmp_path)).endswith("is a folder; name a policy file in it.")
    assert refusal(str(tmp_path / "folder.yaml")).endswith("is a folder; name a policy file in it.")
    assert "minimal" in refusal("nope")


def test_a_file_with_another_ending_is_not_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pages.jsonl").write_text("{}")
    Path("minimal").mkdir()
    assert refusal("pages.jsonl") == "pages.jsonl is not named as a policy file; one ends in .yaml."
    assert load_policy("minimal").policy.name == "minimal"
