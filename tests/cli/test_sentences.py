"""What the command line says: to a mistake, to Ctrl-C, and at the end of a command."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from policies import Role, Verdict, load_policy
from tests.command import KEY, Run
from tests.conftest import READ, SESSION
from workbench.cli.main import main
from workbench.desk.commands import AddPerson, Decide, IngestFile, ListQueue, Status
from workbench.desk.local import LocalDesk
from workbench.desk.reviewing import SendBack
from workbench.errors import KeyRefused
from workbench.ingest.run import ingest_paths
from workbench.study.keys import from_prompt

TURNS = "Coach: Hello Zylindra.\nCaregiver: Hi.\n"


class Told(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Runs a command in this process, with the tests' key in the environment unless another is given."""

    def run(*arguments: object, key: str | None = KEY, columns: int = 200) -> Told:
        monkeypatch.setattr(sys, "argv", ["workbench", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", str(columns))
        if key is not None:
            monkeypatch.setenv("WORKBENCH_KEY", key)
        with pytest.raises(SystemExit) as ended:
            main()
        return Told(int(ended.value.code or 0), *capsys.readouterr())

    return run


Tell = Callable[..., Told]


def one_sentence(told: Told, *words: str) -> None:
    assert told.code == 2, told
    assert told.err.count("\n") == 1, told.err
    for word in words:
        assert word in told.err, told.err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("decide", "1"), ("choose one of: approve, reject, edit, dismiss, send-back", "see: workbench decide --help")),
        (("release", "build", "--bogus"), ("see: workbench release build --help",)),
        (("people", "add", "ada", "--role", "boss", "--uid", "3"), ("'boss' is not one of 'operator'",)),
        (("people", "add", "ada", "--role", "senior", "--uid", "x"), ("--uid': it must be a whole number",)),
        (("paraphrase", "--limit", "0"), ("--limit': it must be at least 1",)),
        (("init", "x", "--name", "Ada Lovelace"), ("Your name may hold",)),
    ],
)
def test_a_mistake_in_the_words_of_a_command_names_the_choices_and_the_help_of_that_command(
    given: tuple[str, ...], words: tuple[str, ...], tell: Tell
) -> None:
    told = tell(*given)
    one_sentence(told, *words)
    assert "Value error" not in told.err
    assert "Input should" not in told.err


def test_init_looks_at_the_folder_before_it_makes_a_key(tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    one_sentence(tell("init", tmp_path, "--key-file", tmp_path / "key"), "not empty")
    assert not (tmp_path / "key").exists()


def test_init_tells_the_key_file_the_roles_and_an_unsigned_agreement(tmp_path: Path, tell: Tell) -> None:
    first = tell(
        "init", tmp_path / "one", "--key-file", tmp_path / "key", "--policy", "limited-data-set", "--name", "ada"
    )
    assert f"the file {tmp_path / 'key'}, made just now" in first.out
    assert "operator, reviewer, senior and steward" in first.out
    assert "DUA-0000" in first.out
    second = tell("init", tmp_path / "two", "--key-file", tmp_path / "key")
    assert "which was there already" in second.out
    assert "DUA-0000" not in second.out


def test_policy_check_tells_that_an_example_agreement_must_be_replaced(tell: Tell) -> None:
    assert "DUA-0000 is an example" in tell("policy", "check", "limited-data-set").out
    assert "Note" not in tell("policy", "check", "hipaa-safe-harbor").out


def test_a_wrong_key_is_told_with_where_it_came_from(tmp_path: Path, study_folder: Path, tell: Tell) -> None:
    status = ("status", "--study", study_folder)
    one_sentence(tell(*status, key="short"), "variable WORKBENCH_KEY does not open", "the one the study was made with")
    other = tmp_path / "other.key"
    other.write_text("some other secret")
    other.chmod(0o600)
    one_sentence(
        tell(*status, "--key-file", other), f"The key file {other} does not open", "a key in the variable WORKBENCH_KEY"
    )


def test_a_folder_with_other_things_in_it_is_not_offered_to_init(tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    told = tell("status", "--study", tmp_path)
    one_sentence(told, "is not a study", "--study")
    assert f"init {tmp_path}" not in told.err


def test_a_login_that_is_taken_is_told_with_its_owner(
    study_folder: Path, desk_over: Callable[..., LocalDesk], tell: Tell
) -> None:
    desk_over().execute(AddPerson(name="ada", uid=4242, role=Role.REVIEWER))
    desk_over().close()
    add = ("people", "add", "bob", "--role", "reviewer", "--uid", "4242", "--study", study_folder)
    one_sentence(tell(*add), "belongs to ada")


def test_the_length_of_a_passphrase_is_told_before_it_is_typed_and_only_for_a_new_study() -> None:
    asked = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "short"

    with pytest.raises(KeyRefused, match="12 characters"):
        from_prompt(ask, new=True)
    assert "at least 12 characters" in asked[0]
    assert from_prompt(ask).value == b"short"
    assert "12" not in asked[1]


# -- ingest ------------------------------------------------------------------------------------------------------------


def test_files_without_a_manifest_are_told_to_have_no_consent_on_record(
    tmp_path: Path, study_folder: Path, tell: Tell
) -> None:
    (tmp_path / "a.txt").write_text(SESSION)
    told = tell("ingest", tmp_path / "a.txt", "--study", study_folder)
    assert told.code == 0
    assert "no consent is on record for 1 file added now" in told.err
    assert "releases their rows all the same (release.unstated_consent)" in told.err
    again = tell("ingest", tmp_path / "a.txt", "--study", study_folder)
    assert "consent" not in again.err


def test_a_manifest_that_comes_too_late_or_names_other_files_is_told(
    tmp_path: Path, study_folder: Path, tell: Tell
) -> None:
    (tmp_path / "a.txt").write_text(TURNS)
    assert tell("ingest", tmp_path / "a.txt", "--study", study_folder).code == 0
    manifest = tmp_path / "m.csv"
    manifest.write_text("file,subject,consent\na.txt,S-1,training\nSecretname.txt,S-2,training\n")
    told = tell("ingest", tmp_path / "a.txt", "--manifest", manifest, "--study", study_folder)
    assert told.code == 0
    assert "the manifest was not used for 1 file known already" in told.err
    assert "rows for 1 file that were not given (row 3)" in told.err
    assert "Secretname" not in told.err


def test_a_withdrawal_that_comes_too_late_is_told_to_change_nothing(
    tmp_path: Path, study_folder: Path, tell: Tell
) -> None:
    (tmp_path / "a.txt").write_text(TURNS)
    assert tell("ingest", tmp_path / "a.txt", "--study", study_folder).code == 0
    (tmp_path / "m.csv").write_text("file,subject,consent,withdrawn\na.txt,S-1,training,2026-01-02\n")
    told = tell("ingest", tmp_path / "a.txt", "--manifest", tmp_path / "m.csv", "--study", study_folder)
    assert told.code == 2
    assert "consent was withdrawn" in told.err
    assert "stays in the study under the consent recorded then" in told.err


def test_plan_and_build_tell_how_many_rows_have_no_consent_on_record(
    small_desk: LocalDesk, study_folder: Path, tell: Tell
) -> None:
    for row in small_desk.execute(ListQueue()).rows:
        small_desk.execute(Decide(exchange=row.exchange, version=row.version, verdict=Verdict.APPROVE, reading=READ))
    small_desk.close()
    plan, built = (tell("release", *what, "--study", study_folder) for what in (("plan",), ("build", "one")))
    assert "No consent is on record for 2 of 2 rows; they would go because the policy allows it" in plan.err
    assert "No consent is on record for 2 of 2 rows; they went because the policy allows it" in built.err


def test_the_queue_is_readable_in_a_terminal_of_80_columns(
    small_desk: LocalDesk, study_folder: Path, tell: Tell
) -> None:
    row = small_desk.execute(ListQueue()).rows[0]
    small_desk.execute(Decide(exchange=row.exchange, version=row.version, verdict=Verdict.REJECT, reason="flagged"))
    small_desk.close()
    told = tell("queue", "--study", study_folder, columns=80)
    assert max(map(len, told.out.splitlines())) <= 80
    assert "exchange  session  page  state" in told.out
    assert "rejected by tester" in told.out
    assert "…" not in told.out


def test_one_of_a_kind_is_told_in_the_singular(small_desk: LocalDesk, study_folder: Path, tell: Tell) -> None:
    small_desk.close()
    told = tell("status", "--study", study_folder)
    assert "1 file, 1 session, 2 pages, " in told.out
    assert "0 releases" in told.out


def test_the_plan_tells_in_words_why_exchanges_stay_and_what_to_do(
    small_desk: LocalDesk, study_folder: Path, tell: Tell
) -> None:
    row = small_desk.execute(ListQueue()).rows[0]
    small_desk.execute(SendBack(exchange=row.exchange, version=row.version, reason="unfaithful"))
    small_desk.close()
    told = tell("release", "plan", "--study", study_folder)
    lines = [" ".join(line.replace("│", " ").split()) for line in told.out.splitlines()]
    assert "sent back for another paraphrase 1 workbench paraphrase" in lines
    assert "not decided, or changed since 1 decide: workbench review" in lines


def test_one_faulty_file_is_named_and_the_others_are_taken(tmp_path: Path, study_folder: Path, tell: Tell) -> None:
    half = {"speaker": "coach", "text": "Zylindra \ud800", "session": "1"}
    (tmp_path / "half.jsonl").write_text(json.dumps(half) + "\n")
    (tmp_path / "notes.md").write_text(TURNS)
    (tmp_path / "z.txt").write_text(TURNS)
    (tmp_path / "m.csv").write_text("file,subject,consent\nhalf.jsonl,S-1,training\nz.txt,S-1,training\n")
    files = [tmp_path / name for name in ("half.jsonl", "notes.md", "z.txt")]
    told = tell("ingest", *files, "--manifest", tmp_path / "m.csv", "--study", study_folder)
    assert told.code == 2
    assert "half.jsonl is faulty: line 1 holds half a character" in told.err
    assert "notes.md is none of the kinds that are read" in told.err
    assert "Zylindra" not in told.err + told.out
    assert "files added         │     1" in told.out


def test_a_file_whose_name_is_not_utf8_is_taken(tmp_path: Path, study_folder: Path, tell: Tell) -> None:
    path = tmp_path / os.fsdecode(b"visit \xff.txt")
    path.write_text(TURNS)
    assert tell("ingest", path, "--study", study_folder).code == 0


def test_an_edit_with_half_a_character_is_refused(
    small_desk: LocalDesk, study_folder: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small_desk.close()
    given = tmp_path / "edit.json"
    given.write_text(json.dumps({"question": "Zylindra \udc00", "answer": "yes"}))
    with given.open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        told = tell("decide", "1", "edit", "--study", study_folder)
    one_sentence(told, "half a character")
    assert "Zylindra" not in told.err


class Interrupted:
    """A desk before which somebody presses Ctrl-C at the second file."""

    def __init__(self, desk: LocalDesk) -> None:
        self.desk, self.files = desk, 0

    def execute(self, command):
        self.files += isinstance(command, IngestFile)
        if self.files == 2:
            signal.raise_signal(signal.SIGINT)
        return self.desk.execute(command)

    def close(self) -> None:
        self.desk.close()


def test_an_interrupted_ingest_keeps_what_came_in_and_goes_on(
    tmp_path: Path, desk_over: Callable[..., LocalDesk]
) -> None:
    policy = load_policy("mentalchat16k").policy
    for number in (1, 2, 3):
        (tmp_path / f"{number}.txt").write_text(TURNS + "Coach: Go on." * number)
    files = [tmp_path / f"{number}.txt" for number in (1, 2, 3)]
    desk = desk_over()
    stopped = ingest_paths(Interrupted(desk), policy, files)
    assert (stopped.interrupted, stopped.outcomes["added"]) == (True, 1)
    again = ingest_paths(desk, policy, files)
    assert (again.interrupted, again.outcomes["added"], again.outcomes["duplicate"]) == (False, 2, 1)
    assert desk.execute(Status()).files == 3


# -- Ctrl-C ------------------------------------------------------------------------------------------------------------


def test_an_interrupt_while_the_command_is_loaded_is_silent() -> None:
    script = (
        "import signal, sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'workbench.cli.main':\n"
        "            signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from workbench.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("scan", "PIPE", "OUT"), "Nothing was written"),
        (("scan", "PIPE", "-"), "What was printed is not complete"),
        (("screen", "PIPE", "OUT"), "Nothing was written"),
        (("score", "PIPE"), "Nothing was written"),
        (("ingest", "a.txt", "--study", "STUDY", "--key-file", "PIPE"), "Run the same command again to go on"),
        (("init", "OUT", "--key-file", "PIPE"), "No study was made"),
        (("status", "--study", "STUDY", "--key-file", "PIPE"), "What was stored stays stored"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_an_interrupt_ends_in_a_sentence_on_what_stands(
    tmp_path: Path, study_folder: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    pipe, out = tmp_path / "pipe", tmp_path / "out"
    os.mkfifo(pipe, 0o600)
    places = {"PIPE": pipe, "OUT": out, "STUDY": study_folder}
    command = [sys.executable, "-m", "workbench", *(str(places.get(word, word)) for word in arguments)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        pipe.open("w"),  # waits until the command reads from it
    ):
        process.send_signal(signal.SIGINT)
        printed, told = process.communicate(timeout=60)
    assert (process.returncode, printed, told.count("\n")) == (130, "", 1), told
    assert told.startswith("Interrupted.")
    assert sentence in told
    assert not out.exists()


def test_what_a_page_spells_never_commands_the_terminal(run: Run, study_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("Coach: Hello.\nCaregiver: I am \u202e tired \x9b2J of it.\n", encoding="utf-8")
    assert run("ingest", str(tmp_path / "page.txt"), "--study", str(study_folder)).returncode == 0
    assert run("paraphrase", "--study", str(study_folder)).returncode == 0
    for command in (("show", "1"), ("audit", "replay", "1")):
        shown = run(*command, "--study", str(study_folder)).stdout
        assert "tired" in shown
        assert not {"\u202e", "\x9b", "\x1b"} & set(shown)
