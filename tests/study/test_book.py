"""The study's book of stand-ins: what it gave once it gives again, and nobody's stand-in is somebody of the study."""

import base64
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from policies import Entity, Treatment
from redaction.folding import fold
from redaction.standins import name_lists
from redaction.treatments import replacement
from workbench.store.book import StoredBook
from workbench.store.connection import Connection
from workbench.store.schema import TABLES

KEY = base64.b64encode(bytes(32)).decode()
SECRET = b"a secret of the tests, 32 bytes."
ASKED = st.lists(
    st.one_of(
        st.tuples(
            st.just(Entity.NAME), st.sampled_from(["Maria Lopez", "maria", "Al Gonzales", *name_lists()["M", "TH"]])
        ),
        st.tuples(
            st.sampled_from([Entity.LOCATION, Entity.FACILITY]), st.sampled_from(["Quillback Road 14", "Marietta"])
        ),
        st.tuples(st.sampled_from([Entity.PHONE, Entity.ID]), st.from_regex(r"[0-9]{3}-[0-9]{4}", fullmatch=True)),
    ),
    min_size=1,
    max_size=8,
)


def opened(folder: Path, *, create: bool = False) -> Connection:
    db = Connection(folder / "store.db", folder / "temporary", KEY, create=create)
    if create:
        db.execute(TABLES)
    return db


@given(ASKED)
@settings(max_examples=12)
def test_a_book_read_back_from_the_store_gives_the_same_and_never_somebody_of_the_study(
    asked: list[tuple[Entity, str]],
) -> None:
    with TemporaryDirectory() as name:
        db = opened(Path(name), create=True)
        book = StoredBook(db, SECRET, "P-1")
        first = [replacement(entity, words, Treatment.SURROGATE, book) for entity, words in asked]
        days = book.days()
        db.close()

        db = opened(Path(name))
        book = StoredBook(db, SECRET, "P-1")
        assert [replacement(entity, words, Treatment.SURROGATE, book) for entity, words in asked] == first
        assert book.days() == days
        rows = db.rows("SELECT entity, key, folded FROM surrogates")
        db.close()
    assert len({(entity, folded) for entity, _, folded in rows}) == len(rows), "two of one kind share a stand-in"
    for (_, words), new in zip(asked, first, strict=True):
        assert fold(new) != fold(words)


def test_a_stand_in_is_no_identifier_that_the_book_knows_under_any_kind(tmp_path: Path) -> None:
    db = opened(tmp_path, create=True)
    book = StoredBook(db, SECRET, "P-1")
    book.number(Entity.NAME, "ottilie zvornik")
    assert book.surrogate(Entity.FACILITY, "marrow", ["Brook"]) == "Brook"
    assert book.surrogate(Entity.LOCATION, "wolverton", ["Zvornik", "Marrow", "Kessel"]) == "Kessel"
    assert book.surrogate(Entity.LOCATION, "athens", ["Kessel"]) is None
    db.close()


def test_the_dates_of_each_subject_move_by_whole_weeks_of_their_own(tmp_path: Path) -> None:
    db = opened(tmp_path, create=True)
    moves = [StoredBook(db, SECRET, f"P-{number}").days() for number in range(40)]
    db.close()
    assert all(days % 7 == 0 and 28 <= abs(days) <= 364 for days in moves)
    assert len(set(moves)) > 10
