"""A question in SQL is answered from the events, and can do nothing but be answered."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from audit import sql
from audit.errors import LogFault
from audit.mirror import Mirror, MirrorReader
from audit.sql import QuestionError, ask
from audit.twins import COLUMNS, make_twins

Make = Callable[..., Any]

REFUSED = (
    "COPY (SELECT 1) TO '{path}'",
    "COPY events TO '{path}' (FORMAT parquet)",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY (SELECT 1) TO '{path}'",
    "",
    "-- nothing",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_json_auto('/etc/passwd')",
    "SELECT * FROM read_parquet('{mirror}/events-00000000.parquet')",
    "SELECT * FROM parquet_metadata('{mirror}/events-00000000.parquet')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '{mirror}/events-00000000.jsonl'",
    "SELECT (SELECT max(content) FROM read_text('/etc/passwd'))",
    "WITH a AS (SELECT * FROM glob('/*')) SELECT * FROM a",
    "SELECT * FROM events WHERE actor IN (SELECT file FROM GLOB('/*'))",
    "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    "SELECT * FROM query_table('events')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "WITH a AS (INSERT INTO events VALUES (1) RETURNING *) SELECT * FROM a",
    "INSERT INTO events SELECT * FROM events",
    "UPDATE events SET actor = 'x'",
    "DELETE FROM events",
    "DROP VIEW events",
    "CREATE TABLE a AS SELECT * FROM events",
    "CREATE OR REPLACE VIEW events AS SELECT 1",
    "ATTACH '{path}' AS other",
    "DETACH memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "SET threads = 1",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "EXPORT DATABASE '{path}'",
    "IMPORT DATABASE '{path}'",
    "EXPLAIN ANALYZE SELECT 1",
    "PREPARE a AS SELECT 1",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM",
    "USE memory",
    "BEGIN",
    "SELECT * FROM secret_of_this_process",
    "SELECT getenv('HOME')",
    "SELECT * FROM elsewhere",
    "SELECT nonsense",
    "SELECTED",
    "SELECT actor::INTEGER FROM events",
)


@pytest.fixture(scope="module")
def made(history: Make) -> Any:
    return history(60, 7)


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory, made: Any) -> MirrorReader:
    writer = Mirror(tmp_path_factory.mktemp("sql") / "mirror", segment_events=25)
    writer.append(made.lines, first=0)
    make_twins(MirrorReader(writer.path))
    return MirrorReader(writer.path)


def rows(mirror: MirrorReader, question: str, **options: Any) -> list[dict[str, Any]]:
    with ask(mirror, question, **options) as answer:
        found: list[dict[str, Any]] = answer.read_all().to_pylist()
        return found


@pytest.mark.parametrize("question", REFUSED)
def test_whatever_is_not_one_plain_select_over_the_events_is_refused_in_one_sentence(
    question: str, mirror: MirrorReader, tmp_path: Path
) -> None:
    secret_of_this_process = pq.read_table(mirror.path / "events-00000000.parquet")
    assert secret_of_this_process.num_rows
    before = {path.name: path.read_bytes() for path in mirror.path.iterdir() if path.is_file()}
    target = tmp_path / "out"
    with pytest.raises(QuestionError) as caught:
        rows(mirror, question.format(path=target, mirror=mirror.path))
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert "root:" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert {path.name: path.read_bytes() for path in mirror.path.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    "question",
    [
        "COPY (SELECT 1) TO '{path}'",
        "COPY (SELECT 1) TO '{mirror}/events-00000000.jsonl'",
        "COPY (SELECT 1) TO '{mirror}/events-00000000.csv'",
        "EXPORT DATABASE '{path}'",
        "ATTACH '{path}' AS other",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_text('{mirror}/events-00000000.jsonl')",
        "SELECT * FROM glob('{mirror}/*')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM secret_of_this_process",
    ],
)
def test_what_slipped_through_the_check_could_still_not_touch_a_file(
    question: str, mirror: MirrorReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret_of_this_process = pq.read_table(mirror.path / "events-00000000.parquet")
    assert secret_of_this_process.num_rows
    monkeypatch.setattr(sql, "check", lambda question: None)
    before = {path.name: path.read_bytes() for path in mirror.path.iterdir() if path.is_file()}
    with pytest.raises(QuestionError, match="no answer"):
        rows(mirror, question.format(path=tmp_path / "out", mirror=mirror.path))
    assert list(tmp_path.iterdir()) == []
    assert {path.name: path.read_bytes() for path in mirror.path.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("twins", [True, False])
def test_the_view_has_one_row_an_event_and_its_columns(mirror: MirrorReader, made: Any, twins: bool) -> None:
    found = rows(mirror, "SELECT * FROM events ORDER BY sequence", twins=twins)
    assert [row["id"] for row in found] == [event.id for event in made.events]
    assert tuple(found[0]) == COLUMNS


def test_questions_that_auditors_ask_are_answered(mirror: MirrorReader, made: Any) -> None:
    (row,) = rows(mirror, "SELECT count(*) AS n FROM events WHERE actor = 'anna' AND action = 'exchange.approved'")
    assert row["n"] == sum(e.actor == "anna" and e.action == "exchange.approved" for e in made.events)
    hours = rows(mirror, "SELECT hour(time) AS h, count(*) AS n FROM events GROUP BY h")
    assert {row["h"]: row["n"] for row in hours} == {
        hour: sum(e.time.hour == hour for e in made.events) for hour in {e.time.hour for e in made.events}
    }
    with_details = rows(
        mirror,
        "WITH a AS (SELECT (details->>'$.milliseconds')::BIGINT AS ms FROM events WHERE action = 'exchange.approved')"
        " SELECT sum(ms) AS ms FROM a",
    )
    assert with_details == [{"ms": sum(e.details.milliseconds for e in made.events if e.action == "exchange.approved")}]
    assert rows(mirror, "SELECT n FROM range(3) t(n), events WHERE sequence = 0 ORDER BY n") == [
        {"n": 0}, {"n": 1}, {"n": 2}
    ]  # fmt: skip
    assert rows(mirror, "FROM events SELECT count(*) AS n") == [{"n": 60}]


def test_the_answer_comes_as_csv_json_and_parquet(mirror: MirrorReader, made: Any, tmp_path: Path) -> None:
    question = "SELECT sequence, time, '=1+1' AS formula FROM events ORDER BY sequence LIMIT 2"
    with ask(mirror, question) as answer:
        lines = list(csv.DictReader(io.StringIO("\n".join(sql.as_csv(answer)))))
    assert [line["sequence"] for line in lines] == ["0", "1"]
    assert lines[0]["formula"] == "'=1+1"
    with ask(mirror, question) as answer:
        objects = [json.loads(line) for line in sql.as_json(answer)]
    assert objects[1]["time"] == str(made.events[1].time.replace(tzinfo=None))
    with ask(mirror, question) as answer, open(tmp_path / "answer.parquet", "wb") as file:
        sql.write_parquet(answer, file)
    assert pq.read_table(tmp_path / "answer.parquet")["sequence"].to_pylist() == [0, 1]


def test_events_that_are_written_meanwhile_are_in_the_next_answer(tmp_path: Path, history: Make) -> None:
    lines = history(40, 1).lines
    writer = Mirror(tmp_path / "mirror", segment_events=25)
    reader = MirrorReader(writer.path)
    for size in (10, 30, 40):
        writer.append(lines[writer.size : size], first=writer.size)
        with open(reader.segments()[-1][1], "ab") as half:
            half.write(b'{"action":"half an eve')
        assert rows(reader, "SELECT count(*) AS n FROM events") == [{"n": size}]
        half_line = reader.segments()[-1][1]
        half_line.write_bytes(half_line.read_bytes().removesuffix(b'{"action":"half an eve'))


def test_an_empty_log_can_be_asked(tmp_path: Path) -> None:
    assert rows(Mirror(tmp_path / "mirror"), "SELECT count(*) AS n FROM events") == [{"n": 0}]


def test_a_line_that_is_no_event_is_named(tmp_path: Path, history: Make) -> None:
    writer = Mirror(tmp_path / "mirror")
    writer.append([*history(3).lines, b"[]"], first=0)
    with pytest.raises(LogFault) as caught:
        rows(writer, "SELECT count(*) FROM events")
    assert caught.value.sequence == 3
