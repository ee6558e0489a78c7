"""The reviewer's other steps from the command line: thin, told in sentences, and refused in one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from audit.mirror import Mirror
from tests.command import KEY
from workbench.cli.main import main
from workbench.desk.commands import OpenExchange
from workbench.desk.local import LocalDesk

Tell = Callable[..., str]


@pytest.fixture
def tell(
    small_desk: LocalDesk, study_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Tell:
    """Runs a command on the small study, which must end with this code; what it printed.  FEEL: where a word stands."""
    start = small_desk.execute(OpenExchange(exchange=1)).question.index("feel")
    place = ["--where", "question", "--start", str(start), "--stop", str(start + 2)]
    small_desk.close()

    def run(*words: str, code: int = 0) -> str:
        monkeypatch.setenv("WORKBENCH_KEY", KEY)
        given = [part for word in words for part in (place if word == "FEEL" else [word])]
        monkeypatch.setattr("sys.argv", ["workbench", *given, "--study", str(study_folder)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert int(ended.value.code or 0) == code
        printed = capsys.readouterr()
        return " ".join((printed.out + printed.err).split())

    return run


def test_steps_are_done_undone_and_done_again(tell: Tell) -> None:
    assert tell("undo") == "There is nothing left of yours to undo or do again."
    assert "now version 2" in tell("mark", "1", "FEEL", "--entity", "NAME")
    assert "now version 3" in tell("retag", "1", "--finding", "1", "--entity", "FACILITY")
    assert tell("note", "1", "Look at this.") == "Noted on exchange 1."
    assert "note: " in tell("show", "1")
    assert "Undone: note, exchange 1" in tell("undo")
    assert "Undone: retag, exchange 1; it is version 4, waiting." in tell("undo")
    assert "Done again: retag, exchange 1; it is version 5, waiting." in tell("redo")


def test_a_script_that_decides_has_not_seen_the_exchange_and_the_log_does_not_say_so(
    tell: Tell, study_folder: Path
) -> None:
    def viewed() -> int:
        return sum(b'"exchange.viewed"' in line for line in Mirror(study_folder / "mirror").lines(0, None))

    before = viewed()
    assert "rejected" in tell("decide", "2", "reject", "--reason", "off_topic")
    assert viewed() == before
    tell("show", "2")
    assert viewed() == before + 1


def test_places_are_listed_first_and_replaced_with_yes(tell: Tell) -> None:
    tell("mark", "1", "FEEL", "--entity", "FACILITY")
    listed = tell("redact-alike", "1", "--finding", "1")
    assert "exchange 2, question: " in listed
    assert "[feel]" in listed
    assert "places can become FACILITY; do it with --yes." in listed
    done = tell("redact-alike", "1", "--finding", "1", "--yes")
    assert "Replaced in" in done
    assert "[feel]" not in tell("show", "2")
    assert "Undone: bulk redaction, exchange 1" in tell("undo")


def test_an_exchange_is_sent_back_and_withdrawn(tell: Tell) -> None:
    assert "its page waits for: workbench paraphrase" in tell("decide", "1", "send-back", "--reason", "unfaithful")
    assert "version 1: waiting" in tell("decide", "1", "withdraw", "--reason", "mistake")
    assert "--reason must be one of: new_knowledge" in tell("decide", "1", "withdraw", code=2)
    assert "Nothing is decided" in tell("decide", "1", "withdraw", "--reason", "mistake", code=2)
