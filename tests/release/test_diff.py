"""Two releases are compared by what they say, for ids are new in each."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.bundle import Bundle, verify_bundle
from tests.audit.sealed import Row, rows_of, seal_bundle
from tests.command import run_workbench
from workbench.release.diff import Row as Compared
from workbench.release.diff import _pair, compare

OLD, NEW = rows_of(7), rows_of(7, "another release")


def bundle(path: Path, rows: list[Row], version: str = "1.0.0", policy: str = "a" * 64) -> Bundle:
    return verify_bundle(seal_bundle(path, rows=rows, version=version, policy=policy).path)


def test_new_ids_alone_are_no_difference(tmp_path: Path) -> None:
    found = compare(bundle(tmp_path / "a", OLD), bundle(tmp_path / "b", NEW))
    assert (found.same, found.moved, found.changed, found.removed, found.added) == (7, (), (), (), ())
    assert {name for name, *_ in found.manifest} <= {"signers.keys"}


def test_each_kind_of_difference_is_told_by_ids(tmp_path: Path) -> None:
    later = [
        NEW[0]._replace(answer="Another answer."),
        NEW[1]._replace(question="Another question."),
        NEW[2]._replace(question="A new question.", answer="A new answer."),
        NEW[3],
        NEW[6],
        NEW[5],
        NEW[4],
    ]
    found = compare(bundle(tmp_path / "a", OLD), bundle(tmp_path / "b", later, "2.0.0", "b" * 64))
    assert found.same == 2
    assert found.changed == tuple(sorted([(OLD[0].id, NEW[0].id), (OLD[1].id, NEW[1].id)]))
    assert found.moved == tuple(sorted([(OLD[4].id, NEW[4].id), (OLD[6].id, NEW[6].id)]))
    assert (found.removed, found.added) == ((OLD[2].id,), (NEW[2].id,))
    told = {name: (before, after) for name, before, after in found.manifest}
    assert told["version"] == ("1.0.0", "2.0.0")
    assert told["policy.digest"] == ("a" * 64, "b" * 64)


@settings(max_examples=100)
@given(before=st.lists(st.integers(0, 4), max_size=12), after=st.lists(st.integers(0, 4), max_size=12))
def test_every_row_is_counted_once(before: list[int], after: list[int]) -> None:
    def rows(numbers: list[int]) -> list[Compared]:
        return [Compared(str(at), "s", bytes([number]), b"") for at, number in enumerate(numbers)]

    pairs, gone, new = _pair(rows(before), rows(after), lambda row: row.text)
    assert len(pairs) == sum(min(before.count(number), after.count(number)) for number in set(before))
    assert len(pairs) + len(gone) == len(before)
    assert len(pairs) + len(new) == len(after)
    assert all(one.text == other.text for one, other in pairs)
    assert not {row.text for row in gone} & {row.text for row in new}


@pytest.mark.parametrize("named", [True, False])
def test_the_command_prints_counts_and_ids_only_where_asked(tmp_path: Path, named: bool) -> None:
    first = bundle(tmp_path / "a", OLD)
    second = bundle(tmp_path / "b", [*NEW[:6], NEW[6]._replace(question="Q.", answer="A.")])
    done = run_workbench("release", "diff", str(first.path), str(second.path), *(["--rows"] if named else []))
    assert done.returncode == 0, done.stderr
    assert (f"removed {OLD[6].id}" in done.stdout, f"added {NEW[6].id}" in done.stdout) == (named, named)
    assert "removed" in done.stdout
    assert "worry" not in done.stdout
