"""What may be handed to others, and the command that does it, on a machine without a study."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from audit import revocation
from audit.bundle import verify_bundle
from audit.checkpoint import SigningKey, save_public_key
from audit.errors import BundleError
from policies import UserError
from tests.release.bundles import Received, make
from tests.release.hub import Hub, serving
from workbench.errors import Refused
from workbench.release.publish.check import check, files_of, release_id
from workbench.release.publish.destination import HUB, Medium, Repository, parse

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Received:
    return make(tmp_path_factory.mktemp("received") / "pilot-1")


def test_a_bundle_that_is_proven_and_signed_may_go(received: Received) -> None:
    bundle = check(received.folder, received.key, public=False)
    assert [file.path for file in files_of(bundle)] == sorted(received.files())
    assert release_id(bundle.manifest) == "pilot-1-1.0.0"


@pytest.mark.parametrize(("needed", "signers"), [(1, 0), (2, 1)])
def test_too_few_signatures_keep_it_here(tmp_path: Path, needed: int, signers: int) -> None:
    received = make(tmp_path / "pilot-1", needed=needed, signers=signers)
    with pytest.raises(BundleError, match=f"{signers} of the {needed} signatures"):
        check(received.folder, received.key, public=False)


def test_another_logs_key_keeps_it_here(received: Received) -> None:
    with pytest.raises(BundleError, match="does not hold"):
        check(received.folder, SigningKey.generate("study/other").public, public=False)


def test_a_folder_with_a_file_of_its_own_stays_here(tmp_path: Path) -> None:
    received = make(tmp_path / "pilot-1")
    (received.folder / "notes.txt").touch()
    with pytest.raises(BundleError, match=r"notes\.txt does not belong"):
        check(received.folder, received.key, public=False)


@pytest.mark.parametrize(
    ("scope", "basis", "private", "public"),
    [
        ("internal", "safe_harbor", "scope internal", "scope internal"),
        ("training", "internal", "basis internal", "basis internal"),
        ("training", "safe_harbor", None, "released for the scope training"),
        ("controlled", "expert_determination", None, "released for the scope controlled"),
        ("training", "limited_data_set", None, "only to whom its data use agreement names"),
        ("public", "limited_data_set", None, "only to whom its data use agreement names"),
        ("public", "safe_harbor", None, None),
        ("public", "expert_determination", None, None),
    ],
)
def test_scope_and_basis_say_how_far_it_goes(
    tmp_path: Path, scope: str, basis: str, private: str | None, public: str | None
) -> None:
    received = make(tmp_path / "pilot-1", scope=scope, basis=basis, figure=False)
    for everybody, refusal in ((False, private), (True, public)):
        if refusal is None:
            check(received.folder, received.key, public=everybody)
        else:
            with pytest.raises(Refused, match=refusal):
                check(received.folder, received.key, public=everybody)


def test_a_release_with_a_revoked_row_is_not_published_any_more(tmp_path: Path) -> None:
    log_key = SigningKey.generate("study/log")
    received = make(tmp_path / "pilot-1", log_key=log_key)
    digest = verify_bundle(received.folder).digest
    revocation.write(tmp_path / "REVOKED.note", [("pilot-1", digest, "4be1")], 9, log_key)
    with pytest.raises(Refused, match="1 of the 3 rows of pilot-1 were revoked"):
        check(received.folder, received.key, public=False, revocations=tmp_path / "REVOKED.note")
    revocation.write(tmp_path / "REVOKED.note", [("pilot-0", "0" * 64, "4be1")], 9, log_key)
    check(received.folder, received.key, public=False, revocations=tmp_path / "REVOKED.note")


def test_a_release_is_not_published_after_its_determination_has_ended(tmp_path: Path) -> None:
    received = make(tmp_path / "past/pilot-1", basis="expert_determination", expires=date(2026, 5, 31), figure=False)
    with pytest.raises(Refused, match="ended on 2026-05-31"):
        check(received.folder, received.key, public=False)
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    valid = make(tmp_path / "valid/pilot-1", basis="expert_determination", expires=tomorrow, figure=False)
    assert check(valid.folder, valid.key, public=False).manifest.policy.expires == tomorrow


@pytest.mark.parametrize("name", ["a..b", ".a", "a:b"])
def test_a_name_that_is_no_tag_is_refused_before_anything_is_sent(tmp_path: Path, name: str) -> None:
    received = make(tmp_path / "pilot-1", name=name, figure=False)
    with pytest.raises(Refused, match="can be neither a tag nor a folder"):
        check(received.folder, received.key, public=False)


def test_destinations_are_read(tmp_path: Path) -> None:
    assert parse("hub:clinic/pilot", None) == Repository("clinic/pilot", HUB)
    assert parse("hub:clinic/pilot", "https://hub.example.org/api/") == Repository(
        "clinic/pilot", "https://hub.example.org/api"
    )
    assert parse("hub:a/b", "http://127.0.0.1:8080").endpoint == "http://127.0.0.1:8080"
    assert parse(f"path:{tmp_path}", None) == Medium(tmp_path)


@pytest.mark.parametrize("text", ["pilot", "hub:pilot", "hub:a/b/c", "hub:a/..", "hub:a/b--c", "hub:a/b.git", "path:"])
def test_what_is_no_destination_is_told(text: str) -> None:
    with pytest.raises(UserError, match="is no destination"):
        parse(text, None)


@pytest.mark.parametrize(
    ("endpoint", "refusal"),
    [
        ("http://hub.example.org", "without encryption"),
        ("hub.example.org", "no address of a hub"),
        ("https://", "no address of a hub"),
        ("https://hub.example.org:x", "no address of a hub"),
        ("https://anna:secret@hub.example.org", "plain address"),
    ],
)
def test_a_hub_is_spoken_to_with_encryption_only(endpoint: str, refusal: str) -> None:
    with pytest.raises(UserError, match=refusal) as refused:
        parse("hub:a/b", endpoint)
    assert "secret" not in str(refused.value)


def publish(received: Received, *arguments: str, home: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    told = ("HF_", "TRANSFORMERS_", "WORKBENCH_", "XDG_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(told)}
    command = [sys.executable, "-m", "workbench", "release", "publish", str(received.folder)]
    key = ["--public-key", str(received.key_file)]
    return subprocess.run(
        [*command, *key, *arguments], env=environment | variables | {"HOME": str(home)},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_command_publishes_to_a_hub_and_leaves_a_receipt_without_secrets(tmp_path: Path) -> None:
    received, home = make(tmp_path / "in/pilot-1"), tmp_path / "home"
    home.mkdir()
    (tmp_path / "token").write_text("hf_a-token-of-the-tests\n")
    (tmp_path / "token").chmod(0o600)
    with serving(Hub()) as hub:
        told = ("--to", "hub:clinic/pilot", "--endpoint", hub.endpoint, "--token-file", str(tmp_path / "token"))
        ran = publish(received, *told, home=home)
        assert ran.returncode == 0, ran.stderr
        again = publish(received, *told, home=home)
        assert again.returncode == 0, again.stderr
        assert "is published there already" in again.stderr
        repository = hub.repositories["clinic/pilot"]
        assert len(repository.commits) == 2
    (receipt,) = received.folder.parent.glob("*.receipt.json")
    written = json.loads(receipt.read_text())
    assert written["commit"] == repository.head
    assert written["tag"] == "pilot-1-1.0.0"
    assert written["manifest_digest"] == verify_bundle(received.folder).digest
    assert hub.endpoint in written["destination"]
    assert "hf_a" not in ran.stdout + ran.stderr + again.stdout + again.stderr + receipt.read_text()
    assert not [entry for entry in home.rglob("*") if entry.is_file()]


def test_the_command_copies_onto_a_medium_with_its_forms_and_a_receipt(tmp_path: Path) -> None:
    received, medium = make(tmp_path / "in/pilot-1"), tmp_path / "usb"
    medium.mkdir()
    for done in ("Copied", "There"):
        ran = publish(received, "--to", f"path:{medium}", home=tmp_path)
        assert ran.returncode == 0, ran.stderr
        assert f"{done}: {medium / 'pilot-1-1.0.0'}" in ran.stdout
    assert sorted(entry.name for entry in medium.iterdir()) == [
        "pilot-1-1.0.0", "pilot-1-1.0.0.custody.html", "pilot-1-1.0.0.custody.txt"
    ]  # fmt: skip
    (receipt,) = received.folder.parent.glob("*.receipt.json")
    assert json.loads(receipt.read_text())["destination"] == f"path:{medium}"


def test_the_command_tells_that_no_list_of_revoked_rows_was_given_and_takes_the_one_beside_the_release(
    tmp_path: Path,
) -> None:
    log_key = SigningKey.generate("study/log")
    received = make(tmp_path / "in/pilot-1", log_key=log_key, figure=False)
    hub = ("--to", "hub:clinic/pilot", "--endpoint", "http://127.0.0.1:9", "--dry-run")
    ran = publish(received, *hub, home=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "no revocation list was given" in ran.stderr
    assert "--revocations" in ran.stderr
    digest = verify_bundle(received.folder).digest
    revocation.write(tmp_path / "in/REVOKED.note", [("pilot-1", digest, "4be1")], 9, log_key)
    ran = publish(received, *hub, home=tmp_path)
    assert ran.returncode == 2
    assert "1 of the 3 rows of pilot-1 were revoked" in ran.stderr


def test_refusals_of_the_command_are_one_sentence(tmp_path: Path) -> None:
    received = make(tmp_path / "in/pilot-1", figure=False)
    (tmp_path / "token").write_text("hf_secret\n")
    (tmp_path / "token").chmod(0o644)
    hub = ("--to", "hub:clinic/pilot", "--endpoint", "http://127.0.0.1:9")
    for arguments, variables, sentence in (
        (("--to", f"path:{tmp_path}", "--public"), {}, "scope training"),
        ((*hub, "--token-file", str(tmp_path / "token")), {}, "chmod 600"),
        (hub, {"HF_HUB_OFFLINE": "1"}, "told to stay offline"),
    ):
        ran = publish(received, *arguments, home=tmp_path, **variables)
        assert ran.returncode == 2
        *checks, told = ran.stderr.splitlines()
        assert sentence in told
        assert all(line.startswith(("Checked: ", "Not checked: ")) for line in checks)
        assert "hf_secret" not in ran.stderr
    assert not list(received.folder.parent.glob("*.receipt.json"))


def test_the_logs_key_is_asked_for(tmp_path: Path) -> None:
    received = make(tmp_path / "in/pilot-1", figure=False)
    received.key_file.unlink()
    save_public_key(SigningKey.generate("study/other").public, received.key_file)
    ran = publish(received, "--to", f"path:{tmp_path}", home=tmp_path)
    assert ran.returncode == 2
    assert "does not hold" in ran.stderr


def test_no_part_but_publishing_loads_the_hubs_library() -> None:
    script = (
        "import sys, workbench.cli.main, workbench.desk.local, workbench.release.publish.check\n"
        "assert 'huggingface_hub' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)
