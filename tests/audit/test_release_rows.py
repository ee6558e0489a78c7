"""Whoever holds a release and the log can see for each row that somebody approved just that text."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.bundle import verify_bundle
from audit.bundle_data import ROWS as ROWS_SCHEMA
from audit.bundle_data import messages
from audit.details import ExchangeRejected, ExchangeWithdrawn
from audit.errors import BundleError
from audit.mirror import Mirror
from audit.release_rows import check_rows
from tests.audit.sealed import Deed, Row, Sealed, rows_of, seal_bundle

ROWS = rows_of(7)


def rejected(row: Row) -> Deed:
    return ExchangeRejected(findings=0, flags={}), row.exchange, 1, row.digest, "other"


def withdrawn(row: Row, reason: str) -> Deed:
    return ExchangeWithdrawn(decision=0), row.exchange, 1, row.digest, reason


def missing(tmp_path: Path, deeds: list[Deed], after: int = 0) -> tuple[str, ...]:
    """Rows without an approval where these deeds stand in the log; the last `after` of them after the release."""
    first = deeds[: len(deeds) - after]
    sealed = seal_bundle(tmp_path / "pilot-1", rows=ROWS, deeds=first, later=deeds[len(deeds) - after :])
    return found(sealed, tmp_path)


def found(sealed: Sealed, tmp_path: Path) -> tuple[str, ...]:
    mirror = Mirror(tmp_path / "mirror", segment_events=5)
    mirror.append(sealed.lines, first=0)
    return check_rows(verify_bundle(sealed.path, key=sealed.key), mirror).missing


def test_rows_that_were_approved_are(tmp_path: Path) -> None:
    assert missing(tmp_path, [row.approved() for row in ROWS]) == ()


def test_a_row_that_nobody_approved_is_named(tmp_path: Path) -> None:
    assert missing(tmp_path, [row.approved() for row in ROWS[1:]]) == (ROWS[0].id,)


@pytest.mark.parametrize(
    ("name", "history", "is_approved"),
    [
        ("approved twice", lambda row: [row.approved(), row.approved()], True),
        ("rejected, then approved", lambda row: [rejected(row), row.approved()], True),
        ("approved, then rejected", lambda row: [row.approved(), rejected(row)], False),
        ("rejected only", lambda row: [rejected(row)], False),
        ("withdrawn", lambda row: [row.approved(), withdrawn(row, "mistake")], False),
        ("withdrawn, then approved anew", lambda row: [row.approved(), withdrawn(row, "x"), row.approved()], True),
        ("undone", lambda row: [row.approved(), withdrawn(row, "undo")], False),
        ("second undone", lambda row: [row.approved(), rejected(row), withdrawn(row, "undo")], True),
        ("all withdrawn", lambda row: [row.approved(), row.approved(), withdrawn(row, "mistake")], False),
        ("one of two undone", lambda row: [row.approved(), row.approved(), withdrawn(row, "undo")], True),
    ],
)  # fmt: skip
def test_the_last_word_before_the_release_counts(tmp_path: Path, name: str, history: object, is_approved: bool) -> None:
    assert callable(history)
    deeds = [deed for row in ROWS[1:] for deed in [row.approved()]]
    assert missing(tmp_path, [*deeds, *history(ROWS[0])]) == (() if is_approved else (ROWS[0].id,))


def test_what_came_after_the_release_does_not_count(tmp_path: Path) -> None:
    others = [row.approved() for row in ROWS[1:]]
    assert missing(tmp_path, [*others, ROWS[0].approved()], after=1) == (ROWS[0].id,)


def test_a_withdrawal_after_the_release_leaves_it_approved(tmp_path: Path) -> None:
    deeds = [row.approved() for row in ROWS]
    assert missing(tmp_path, [*deeds, withdrawn(ROWS[0], "mistake")], after=1) == ()


def test_an_approval_of_another_text_or_refused_by_a_rule_is_none(tmp_path: Path) -> None:
    other = ROWS[0]._replace(answer=f"{ROWS[0].answer} ")
    assert missing(tmp_path, [other.approved(), *(row.approved() for row in ROWS[1:])]) == (ROWS[0].id,)


def test_rows_that_changed_places_with_their_keys_are_named(tmp_path: Path) -> None:
    # The texts are approved, but each stands under the id, and so the key, of the other.
    one, other, *rest = ROWS
    swapped = [one._replace(question=other.question), other._replace(question=one.question), *rest]
    sealed = seal_bundle(tmp_path / "pilot-1", rows=swapped, deeds=[row.approved() for row in ROWS])
    assert found(sealed, tmp_path) == tuple(sorted((one.id, other.id)))


def test_a_log_that_does_not_know_the_release_is_refused(tmp_path: Path) -> None:
    sealed = seal_bundle(tmp_path / "pilot-1")
    mirror = Mirror(tmp_path / "mirror")
    mirror.append(sealed.lines[:7], first=0)
    with pytest.raises(BundleError, match="does not know the release"):
        check_rows(verify_bundle(sealed.path, key=sealed.key), mirror)


def test_an_approval_under_another_policy_is_none(tmp_path: Path) -> None:
    sealed = seal_bundle(tmp_path / "pilot-1", policy="b" * 64)
    assert len(found(sealed, tmp_path)) == 7


def test_messages_that_say_something_else_than_the_row_that_was_approved_are_noticed(tmp_path: Path) -> None:
    def reworded(path: Path) -> None:
        table = pq.read_table(path)
        instruction, question = (table[name].combine_chunks() for name in ("instruction", "input"))
        told = messages(instruction, question, pa.array(["Something else."] * len(table)))
        pq.write_table(table.set_column(4, ROWS_SCHEMA.field("messages"), told), path)

    sealed = seal_bundle(tmp_path / "pilot-1", rows=ROWS, change=reworded)
    with pytest.raises(BundleError, match="messages that say something else"):
        found(sealed, tmp_path)
