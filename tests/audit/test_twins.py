"""A twin makes a sealed file quick to search, and never says anything that its file does not."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import LogFault
from audit.events import canonical_json
from audit.mirror import Mirror, MirrorReader
from audit.query import Query, find_events
from audit.twins import OFFSET, create_view, make_twins, spans, twin_path

Make = Callable[..., Any]
SIZE = 110


@pytest.fixture(scope="module")
def made(history: Make) -> Any:
    return history(SIZE, 5)


@pytest.fixture
def mirror(tmp_path: Path, made: Any) -> MirrorReader:
    """Four sealed files of 25 events and an open one of 10."""
    writer = Mirror(tmp_path / "mirror", segment_events=25)
    writer.append(made.lines, first=0)
    return MirrorReader(writer.path)


def files(mirror: MirrorReader) -> list[Path]:
    return [path for _, path in mirror.segments()]


def table(mirror: MirrorReader, *, twins: bool = True) -> pa.Table:
    """The view of all events, in order."""
    with duckdb.connect() as connection:
        create_view(connection, mirror, twins=twins)
        return connection.execute("SELECT * FROM events ORDER BY sequence").to_arrow_table()


def used(mirror: MirrorReader) -> int:
    return sum(len(span.twins) for span in spans(mirror))


def test_every_sealed_file_gets_a_twin_and_the_open_one_none(mirror: MirrorReader) -> None:
    assert used(mirror) == 0
    assert make_twins(mirror) == 4
    assert [twin_path(path).exists() for path in files(mirror)] == [True] * 4 + [False]
    assert make_twins(mirror) == 0
    assert [(span.start, span.stop, len(span.twins)) for span in spans(mirror)] == [(0, 100, 4), (100, None, 0)]
    assert all(twin_path(path).stat().st_mode & 0o777 == 0o640 for path in files(mirror)[:-1])


def test_a_twin_holds_every_field_of_every_event_and_where_its_line_begins(mirror: MirrorReader, made: Any) -> None:
    make_twins(mirror)
    segment = files(mirror)[1]
    rows = pq.read_table(twin_path(segment)).to_pylist()
    data = segment.read_bytes()
    for row, event, line in zip(rows, made.events[25:50], made.lines[25:50], strict=True):
        assert data[row.pop(OFFSET) :].startswith(line + b"\n")
        fields = event.model_dump(mode="json")
        assert row.pop("details") == canonical_json(fields.pop("details")).decode()
        for name in ("time", "previous_time"):
            moment = getattr(event, name)
            assert row.pop(name) == (moment and moment.replace(tzinfo=None))
            fields.pop(name)
        assert row == fields


def test_all_events_are_in_the_table_in_order_with_and_without_twins(mirror: MirrorReader, made: Any) -> None:
    make_twins(mirror)
    whole = table(mirror)
    assert whole["sequence"].to_pylist() == list(range(SIZE))
    assert whole["id"].to_pylist() == [event.id for event in made.events]
    assert table(mirror, twins=False).equals(whole)
    odd = mirror.path.with_name("what [is] *this*? 'it'")
    mirror.path.rename(odd)
    assert table(MirrorReader(odd)).equals(whole)
    assert used(MirrorReader(odd)) == 4
    assert len(list(find_events(MirrorReader(odd), Query(limit=50)))) == 50


def test_a_twin_of_a_file_that_was_changed_is_not_used_and_made_anew(mirror: MirrorReader, made: Any) -> None:
    make_twins(mirror)
    segment = files(mirror)[2]
    segment.write_bytes(segment.read_bytes().replace(b'"actor":"anna"', b'"actor":"otto"'))
    assert used(mirror) == 3
    assert [event.actor for event in find_events(mirror, Query(actor="otto"))]
    assert make_twins(mirror) == 1
    assert used(mirror) == 4


def test_a_file_that_was_only_copied_keeps_its_twin(mirror: MirrorReader) -> None:
    make_twins(mirror)
    for segment in files(mirror):
        os.utime(segment, (1, 1))
    assert used(mirror) == 4


@pytest.mark.parametrize("damage", ["garbage", "empty", "foreign", "link", "other events"])
def test_a_twin_that_is_not_that_of_its_file_is_not_used(mirror: MirrorReader, damage: str, tmp_path: Path) -> None:
    make_twins(mirror)
    twin, other = (twin_path(path) for path in files(mirror)[:2])
    if damage == "garbage":
        twin.write_bytes(b"PAR1 nonsense")
    elif damage == "empty":
        twin.write_bytes(b"")
    elif damage == "foreign":
        twin.write_bytes(other.read_bytes())
    elif damage == "link":
        twin.replace(tmp_path / "elsewhere.parquet")
        twin.symlink_to(tmp_path / "elsewhere.parquet")
    else:
        pq.write_table(pq.read_table(twin).slice(1), twin)
    assert used(mirror) == 3
    assert len(list(find_events(mirror, Query(limit=SIZE)))) == SIZE
    assert make_twins(mirror) == 1
    assert used(mirror) == 4


def test_a_twin_that_lies_is_found_out(mirror: MirrorReader, made: Any) -> None:
    make_twins(mirror)
    twin = twin_path(files(mirror)[0])
    rows = pq.read_table(twin)
    shifted = rows.set_column(rows.schema.get_field_index("object_id"), "object_id", [["liar"] * 25])
    pq.write_table(shifted.replace_schema_metadata(rows.schema.metadata), twin)
    assert used(mirror) == 4
    with pytest.raises(LogFault, match="not what the Parquet twin") as caught:
        list(find_events(mirror, Query(object_id="liar")))
    assert (caught.value.kind, caught.value.sequence) == ("twin", 0)
    assert list(find_events(mirror, Query(object_id="liar"), twins=False)) == []
    assert list(find_events(mirror, Query(object_id=made.events[0].object_id), twins=False))


def test_a_twin_with_damaged_pages_is_passed_over(mirror: MirrorReader, made: Any) -> None:
    make_twins(mirror)
    twin = twin_path(files(mirror)[0])
    data = bytearray(twin.read_bytes())
    data[8 : len(data) // 2] = bytes(len(data) // 2 - 8)
    twin.write_bytes(data)
    wanted = made.events[0].object_id
    assert list(find_events(mirror, Query(object_id=wanted))) == [e for e in made.events if e.object_id == wanted]


def test_a_file_with_a_line_that_is_no_event_gets_no_twin_and_the_line_is_named(mirror: MirrorReader) -> None:
    segment = files(mirror)[1]
    lines = segment.read_bytes().split(b"\n")
    lines[3] = b"{}"
    segment.write_bytes(b"\n".join(lines))
    assert make_twins(mirror) == 3
    for ask in (lambda: list(find_events(mirror, Query(actor="anna"))), lambda: table(mirror)):
        with pytest.raises(LogFault) as caught:
            ask()
        assert caught.value.sequence == 28


@pytest.mark.parametrize("wrong", ["missing", "torn", "doubled"])
def test_files_that_do_not_follow_one_another_are_faults_with_twins_too(mirror: MirrorReader, wrong: str) -> None:
    make_twins(mirror)
    segment = files(mirror)[1]
    if wrong == "missing":
        segment.unlink()
    elif wrong == "torn":
        segment.write_bytes(segment.read_bytes()[:-1])
    else:
        segment.write_bytes(segment.read_bytes() + segment.read_bytes().split(b"\n")[0] + b"\n")
    assert make_twins(mirror) == 0
    with pytest.raises(LogFault):
        list(find_events(mirror, Query(actor="anna")))


def test_no_twin_is_made_where_the_mirror_is_only_readable(
    mirror: MirrorReader, made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    assert make_twins(mirror) == 0
    assert list(find_events(mirror, Query(actor="anna"))) == [e for e in made.events if e.actor == "anna"]


def test_twins_leave_nothing_else_behind(mirror: MirrorReader) -> None:
    make_twins(mirror)
    names = {path.name for path in mirror.path.iterdir() if path.is_file()}
    assert {name for name in names if not name.startswith("events-")} <= {"checkpoint"}


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_twins_change_no_answer(data: st.DataObject, made: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "twins-change-no-answer"
    if not folder.exists():
        Mirror(folder, segment_events=25).append(made.lines, first=0)
        make_twins(MirrorReader(folder))
    mirror, some = MirrorReader(folder), st.sampled_from(made.events)
    query = Query(
        actor=data.draw(st.none() | some.map(lambda event: event.actor)),
        action=data.draw(st.none() | some.map(lambda event: event.action)),
        object_id=data.draw(st.none() | some.map(lambda event: event.object_id)),
        since=data.draw(st.none() | some.map(lambda event: event.time)),
        until=data.draw(st.none() | some.map(lambda event: event.time)),
        limit=data.draw(st.none() | st.integers(0, SIZE + 5)),
    )
    expected = [event for event in made.events if query.matches(event)]
    if query.limit is not None:
        expected = expected[len(expected) - min(query.limit, len(expected)) :]
    assert list(find_events(mirror, query)) == expected
    assert list(find_events(mirror, query, twins=False)) == expected
