"""What an auditor runs without our key: verify, witness, checkpoint, proof."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import segno

from audit.checkpoint import PublicKey, open_checkpoint
from audit.proof import Proof
from policies import Face, LoadedPolicy
from tests.command import KEY
from tests.conftest import SECRET
from workbench.cli.audit_trust import qr_lines
from workbench.cli.main import main
from workbench.desk.commands import AddPerson
from workbench.desk.local import LocalDesk
from workbench.study.opening import create_study, open_study


def work(study: Path, name: str) -> None:
    """Something happens in the study."""
    desk = LocalDesk(open_study(study, SECRET, Face.CLI))
    desk.execute(AddPerson(name=name, uid=None, role="reviewer"))
    desk.close()


def spoil(study: Path) -> None:
    """Change an event."""
    file = study / "mirror" / "events-00000000.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"tester"', b'"nobody"', 1))


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Audit = Callable[..., Done]


@pytest.fixture
def audit(study_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Audit:
    """Runs `workbench audit COMMAND …`, by default on the study and without its key."""

    def go(*arguments: str, study: Path | None = study_folder, key: str | None = None) -> Done:
        if key is None:
            monkeypatch.delenv("WORKBENCH_KEY", raising=False)
        else:
            monkeypatch.setenv("WORKBENCH_KEY", key)
        of_study = [] if study is None else ["--study", str(study)]
        monkeypatch.setattr(sys, "argv", ["workbench", "audit", *arguments, *of_study])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err
        return Done(int(ended.value.code or 0), shown.out, shown.err)

    return go


def test_the_mirror_is_verified_without_key_and_store(study_folder: Path, audit: Audit) -> None:
    (study_folder / "store.duckdb").unlink()
    for option in ("--mirror-only", "--hash-only"):
        done = audit("verify", option)
        assert done.returncode == 0, done.stderr
        assert "The audit log is sound: 2 events" in done.stdout
        assert "vouches for the first 2" in done.stdout
    spoil(study_folder)
    done = audit("verify", "--mirror-only")
    assert done.returncode == 1
    assert done.stderr.startswith("The audit log is broken at event 0 (chain): ")
    done = audit("verify", "--hash-only")
    assert done.returncode == 1
    assert done.stderr.startswith("The audit log is broken at event 1 (root): ")


def test_a_witness_sees_the_log_grow_and_refuses_one_that_was_rolled_back(
    study_folder: Path,
    tmp_path: Path,
    audit: Audit,
) -> None:
    stick = tmp_path / "stick"
    assert audit("witness", str(stick)).returncode == 2
    stick.mkdir()
    done = audit("verify", "--mirror-only", "--witness", str(stick))
    assert done.returncode == 2
    assert "has witnessed nothing yet" in done.stderr
    first = audit("witness", str(stick))
    assert "First visit" in first.stdout
    assert (stick / "log.pub").read_text().strip() in first.stdout
    old = {file: file.read_bytes() for file in (study_folder / "mirror").iterdir() if file.is_file()}
    work(study_folder, "anna")
    grown = audit("witness", str(stick))
    assert "The log grew from 2 to 4 events" in grown.stdout
    for options in (["--mirror-only"], ["--hash-only"]):
        assert audit("verify", *options, "--witness", str(stick)).returncode == 0
    whole = audit("verify", "--witness", str(stick), key=KEY)
    assert whole.returncode == 0, whole.stderr
    for file, data in old.items():
        file.write_bytes(data)
    assert audit("verify", "--mirror-only").returncode == 0
    done = audit("witness", str(stick))
    assert done.returncode == 1
    assert "the log went back" in done.stderr
    done = audit("verify", "--mirror-only", "--witness", str(stick))
    assert done.returncode == 1
    assert "at event 2 (truncated)" in done.stderr


def test_a_study_of_another_key_is_named(tmp_path: Path, audit: Audit, policy: LoadedPolicy) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    audit("witness", str(stick))
    create_study(tmp_path / "other", policy, SECRET, "tester")
    for command in (["witness", str(stick)], ["verify", "--witness", str(stick)]):
        done = audit(*command, study=tmp_path / "other", key=KEY)
        assert done.returncode == 1
        assert "another key" in done.stderr


def test_a_checkpoint_kept_as_a_file_is_a_witness_too(study_folder: Path, tmp_path: Path, audit: Audit) -> None:
    note = audit("checkpoint").stdout
    key = PublicKey.load(study_folder / "mirror" / "log.pub")
    assert open_checkpoint(note, key).size == 2
    (tmp_path / "note").write_text(note)
    done = audit("verify", "--mirror-only", "--witness", str(tmp_path / "note"))
    assert done.returncode == 0, done.stderr


def test_a_checkpoint_is_printed_in_words_and_as_a_code_that_holds_all_of_it(audit: Audit) -> None:
    note = audit("checkpoint").stdout
    page = audit("checkpoint", "--print").stdout
    assert note in page
    root = page[page.index("Root") :].split("Log's")[0].split()[1:]
    assert [len(group) for group in root] == [8] * 8
    assert "\n".join(qr_lines(note)) in page
    # Read back, the half blocks are the modules of the code.
    modules: list[list[int]] = []
    for line in qr_lines(note):
        modules.append([int(character in "▀█") for character in line])
        modules.append([int(character in "▄█") for character in line])
    wanted = [list(row) for row in segno.make(note, micro=False, error="m").matrix_iter(border=4)]
    assert modules[: len(wanted)] == wanted


def test_a_proof_is_printed_and_checked_elsewhere_with_nothing_but_the_public_key(
    study_folder: Path,
    tmp_path: Path,
    audit: Audit,
) -> None:
    made = audit("proof", "1")
    assert made.returncode == 0, made.stderr
    key = study_folder / "mirror" / "log.pub"
    assert Proof.parse(made.stdout).verify(PublicKey.load(key)).size == 2
    file = tmp_path / "one.tlog-proof"
    file.write_text(made.stdout)
    done = audit("check-proof", str(file), "--public-key", str(key), study=None)
    assert done.returncode == 0, done.stderr
    assert '"action":"person.added"' in done.stdout
    file.write_text(made.stdout.replace("index 1", "index 0"))
    done = audit("check-proof", str(file), "--public-key", str(key), study=None)
    assert done.returncode == 1
    assert "does not show" in done.stderr
    refused = audit("proof", "2")
    assert refused.returncode == 2
    assert "event 2 is not among them" in refused.stderr
