"""What an auditor does at the command line: asks, reports, reviews, exports; and what is refused."""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
import pytest

from audit.mirror import Mirror, MirrorReader
from audit.twins import spans
from policies import Role
from tests.command import KEY
from workbench.cli.main import main
from workbench.desk.commands import AddPerson, ListPeople, Status
from workbench.desk.local import LocalDesk

ALWAYS = ("--from", "2026-01-01", "--to", "2999-12-31")


class Told(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Tell = Callable[..., Told]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], study_folder: Path) -> Tell:
    """Runs an audit command over the study in this process, without a key unless one is given."""

    def run(*arguments: object, key: str | None = None) -> Told:
        monkeypatch.setattr(sys, "argv", ["workbench", "audit", *map(str, arguments), "--study", str(study_folder)])
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.delenv("WORKBENCH_KEY", raising=False)
        if key is not None:
            monkeypatch.setenv("WORKBENCH_KEY", key)
        with pytest.raises(SystemExit) as ended:
            main()
        return Told(int(ended.value.code or 0), *capsys.readouterr())

    return run


def events(tell: Tell, action: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in tell("query", "--action", action, "--format", "json").out.splitlines()]


def test_the_log_is_asked_in_sql_while_the_study_is_open(tell: Tell, desk_over: Callable[..., LocalDesk]) -> None:
    desk_over()
    counted = tell("sql", "SELECT count(*) AS n FROM events WHERE actor = 'tester'", "--format", "json")
    assert (counted.code, json.loads(counted.out)["n"] > 2) == (0, True)
    assert "person.added" in tell("sql", "SELECT action FROM events").out


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("COPY (SELECT 1) TO '/tmp/never.csv'", "COPY"),
        ("SELECT 1; SELECT 2", "exactly one"),
        ("SELECT * FROM read_text('/etc/passwd')", "read_text"),
        ("ATTACH '/tmp/never.db'", "ATTACH"),
        ("SELECT nothing FROM events", "nothing"),
    ],
)
def test_what_is_no_plain_question_ends_in_one_sentence(tell: Tell, question: str, word: str) -> None:
    told = tell("sql", question)
    assert told.code == 2
    assert word in told.err
    assert len(told.err.strip().splitlines()) == 1
    assert told.out == ""


def test_answers_are_written_to_new_files_only(tell: Tell, tmp_path: Path, study_folder: Path) -> None:
    target = tmp_path / "answer.parquet"
    assert tell("query", "--format", "parquet", "--output", target).code == 0
    assert pq.read_table(target)["action"].to_pylist()[0] == "study.created"
    assert target.stat().st_mode & 0o777 == 0o600
    before = target.read_bytes()
    told = tell("query", "--format", "parquet", "--output", target)
    assert (told.code, "exists" in told.err, target.read_bytes() == before) == (2, True, True)
    inside = study_folder / "mirror" / "answer.csv"
    told = tell("sql", "SELECT 1", "--format", "csv", "--output", inside)
    assert (told.code, "mirror" in told.err, inside.exists()) == (2, True, False)
    assert "--output" in tell("query", "--format", "parquet").err
    failed = tmp_path / "failed.csv"
    assert tell("sql", "SELECT actor::INT FROM events", "--format", "csv", "--output", failed).code == 2
    assert not failed.exists()


def test_a_report_is_shown_or_written_and_recorded_where_the_study_can_be_opened(tell: Tell, tmp_path: Path) -> None:
    shown = tell("report", *ALWAYS)
    assert shown.code == 0
    assert "Unusual hours" in shown.out
    page = tmp_path / "report.html"
    told = tell("report", *ALWAYS, "--output", page, "--record", key=KEY)
    assert told.code == 0
    (event,) = events(tell, "audit.exported")
    details = event["details"]
    assert isinstance(details, dict)
    assert details["digest"] == hashlib.sha256(page.read_bytes()).hexdigest()
    assert details["output"] == "report"


@pytest.mark.parametrize("form", ["fhir", "ocsf"])
def test_events_are_exported_and_that_is_recorded(tell: Tell, tmp_path: Path, form: str) -> None:
    target = tmp_path / "events.ndjson"
    assert tell("export", "--format", form, "--output", target).code == 0
    assert events(tell, "audit.exported") == []
    count = len(target.read_text().splitlines())
    target.unlink()
    assert tell("export", "--format", form, "--output", target, "--record", key=KEY).code == 0
    (event,) = events(tell, "audit.exported")
    details = event["details"]
    assert isinstance(details, dict)
    assert details["rows"] == len(target.read_text().splitlines()) > count
    assert (details["first"], details["digest"]) == (0, hashlib.sha256(target.read_bytes()).hexdigest())


def test_nothing_is_written_where_it_was_to_be_recorded_and_cannot(tell: Tell, tmp_path: Path) -> None:
    target = tmp_path / "events.ndjson"
    told = tell("export", "--format", "fhir", "--output", target, "--record", key="a wrong one")
    assert told.code == 2
    assert not target.exists()


def test_an_auditor_records_that_a_period_was_examined_and_nobody_else_can(
    tell: Tell, desk_over: Callable[..., LocalDesk]
) -> None:
    refused = tell("review", *ALWAYS, "--note-code", "explained", key=KEY)
    assert (refused.code, "auditor" in refused.err) == (2, True)
    desk = desk_over()
    (me, *_) = desk.execute(ListPeople()).people
    desk.execute(AddPerson(name=me.name, uid=me.uid, role=Role.AUDITOR))
    desk.close()
    assert "--note-code" in tell("review", *ALWAYS, "--note-code", "fine", key=KEY).err
    # A period that is over: what is examined now cannot change it.
    period = ("--from", "2026-01-01", "--to", "2026-01-02")
    report = tell("report", *period)
    digest = report.out.split()[-1]
    assert tell("review", *period, "--note-code", "nothing_unusual", "--digest", "0" * 64, key=KEY).code == 2
    told = tell("review", *period, "--note-code", "nothing_unusual", "--digest", digest, key=KEY)
    assert (told.code, digest in told.out) == (0, True)
    (event,) = events(tell, "audit.reviewed")
    details = event["details"]
    assert isinstance(details, dict)
    assert (event["role"], event["reason"], event["outcome"]) == ("auditor", "nothing_unusual", "ok")
    assert (details["report_digest"], details["events"], details["first"]) == (digest, 0, None)
    assert details["since"] == "2026-01-01T00:00:00.000000Z"
    assert desk_over().execute(Status()).events > 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("report", "--from", "yesterday", "--to", "2026-03-31"), "--from"),
        (("report", "--from", "2026-03-31", "--to", "2026-03-01"), "--from"),
        (("report", "--from", "2026-03-01", "--to", "2026-03-31", "--zone", "Moon/Base"), "time zone"),
        (("review", *ALWAYS, "--note-code", "explained", "--digest", "12"), "--digest"),
        (("query", "--role", "king"), "--role"),
        (("query", "--format", "csv", "--output", "/nonexistent/x.csv"), "/nonexistent/x.csv"),
    ],
)
def test_mistakes_end_in_one_sentence(tell: Tell, arguments: tuple[str, ...], word: str) -> None:
    told = tell(*arguments, key=KEY)
    assert told.code == 2
    assert word in told.err
    assert len(told.err.strip().splitlines()) == 1


def test_whoever_closes_a_study_leaves_the_twins_that_auditors_search(
    study_folder: Path, desk_over: Callable[..., LocalDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Mirror.__init__.__kwdefaults__, "segment_events", 2)
    monkeypatch.setattr("workbench.study.ledger.SEGMENT_EVENTS", 2)
    desk = desk_over()
    for uid in (7000, 7001, 7002):
        desk.execute(AddPerson(name=f"person-{uid}", uid=uid, role=Role.REVIEWER))
    desk.close()
    spans_of_it = spans(MirrorReader(study_folder / "mirror"))
    assert len(spans_of_it) == 2
    assert len(spans_of_it[0].twins) > 1
