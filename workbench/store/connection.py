"""Opening the one encrypted DuckDB file of a study, and locking the door behind."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb

from workbench.errors import KeyRefused, StudyBusy, StudyError, WritesDamaged

Row = tuple[Any, ...]


def _extension() -> Path:
    """The httpfs extension that the wheel brings; DuckDB checks its signature on load."""
    try:
        folder = Path(str(resources.files("duckdb_extension_httpfs")))
    except ModuleNotFoundError:
        folder = Path("/nonexistent")
    path = folder / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"
    if not path.is_file():
        raise StudyError(
            f"DuckDB's encryption is missing; install duckdb-extension-httpfs=={duckdb.__version__} "
            "from your package mirror."
        )
    return path


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _spare_pandas(db: duckdb.DuckDBPyConnection) -> None:
    """Keep DuckDB from importing pandas, and with it numpy and pyarrow: 80 MiB and a fifth of a second.

    It would do so at the first bound value, to compare each with pandas' two kinds of nothing.  It asks for these once
    a process; those that it is shown equal no value.
    """
    if "pandas" not in sys.modules:
        shown = ModuleType("pandas")
        shown.__dict__.update(NaT=object(), NA=object())
        sys.modules["pandas"] = shown
        try:
            db.execute("SELECT ?", [""])
        finally:
            del sys.modules["pandas"]


MEMORY = 128
"""MiB that DuckDB may hold.  Left alone it keeps every block that it has read, four fifths of the machine's memory."""
SHARE = 4
"""Or this part of the store, where that is more: what is sorted or joined as a whole grows with it."""
MOST_MEMORY = 192
"""What does not fit into so many MiB waits, encrypted, in the temporary folder."""


def _memory(store: Path) -> int:
    size = store.stat().st_size if store.is_file() else 0
    return min(MOST_MEMORY, max(MEMORY, (size >> 20) // SHARE))


class Connection:
    """A connection to one store, with no way out of it: no file access, no extension, no setting can be added."""

    def __init__(self, path: Path, temporary: Path, key: str, *, create: bool = False) -> None:
        """Open the store at `path`, or make it; `key` is the database key in base64."""
        if not create and not path.is_file():
            raise StudyError(f"The store {path} is missing; restore it from your backup.")
        self.path = path
        extension = _extension()
        self._db = duckdb.connect(
            ":memory:",
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_community_extensions": "false",
                "allow_unsigned_extensions": "false",
                "errors_as_json": "false",
                "memory_limit": f"{_memory(path)}MiB",
            },
        )
        try:
            _spare_pandas(self._db)
            self._db.execute(f"LOAD {_quoted(extension)}")
            # In this order: where a process was killed its files are still there, and then this cannot be set any more.
            self._db.execute("SET temp_file_encryption = true")
            self._db.execute(f"SET temp_directory = {_quoted(temporary)}")
            # Only `close` writes: a store that is found to be faulty must stay as it was found, its log of writes too.
            self._db.execute("PRAGMA disable_checkpoint_on_shutdown")
            self._db.execute(f"ATTACH {_quoted(path)} AS study (ENCRYPTION_KEY ?)", [key])
        except duckdb.Error as problem:
            self._db.close()
            raise _explained(path, problem) from None
        # Only now that the lock on the store is ours: another process could be using the folder.
        _empty(temporary)
        # No allowed_directories: with it, an unencrypted ATTACH and a plain COPY would succeed after the lock.
        self._db.execute("SET enable_external_access = false")
        self._db.execute("SET lock_configuration = true")
        self._db.execute("USE study")

    def another(self) -> "Connection":
        """A second connection to the same open store, for reading in another thread; it has no temporary tables."""
        other = Connection.__new__(Connection)
        other.path = self.path
        other._db = self._db.cursor()
        other._db.execute("USE study")
        return other

    def execute(self, sql: str, values: list[Any] | None = None) -> None:
        """Run one statement."""
        self._db.execute(sql, values)

    def rows(self, sql: str, values: list[Any] | None = None) -> list[Row]:
        """All rows of a query."""
        return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, values: list[Any] | None = None) -> Row | None:
        """The first row of a query, or None."""
        found: Row | None = self._db.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, values: list[Any] | None = None) -> Any:
        """The first column of the first row; the query must give one."""
        found = self.row(sql, values)
        assert found is not None
        return found[0]

    def insert(self, table: str, rows: list[Row]) -> None:
        """Append rows, given in the table's column order."""
        if not rows:
            return
        statement = f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"
        if len(rows) == 1:
            self._db.execute(statement, rows[0])
        else:
            self._db.executemany(statement, rows)

    def append(self, table: str, rows: Any, *first: Any) -> None:
        """Append an Arrow table, given in the table's column order, behind values that are the same in every row: for
        so many rows that `insert` takes too long.
        """
        self._db.register("appended", rows)
        try:
            self._db.execute(f"INSERT INTO {table} SELECT {'?, ' * len(first)}* FROM appended", [*first])
        finally:
            self._db.unregister("appended")

    def table(self, sql: str, values: list[Any], wanted: Any = None) -> Any:
        """All rows of a query as an Arrow table; the query may read from another one, which it calls `wanted`."""
        if wanted is None:
            return self._db.execute(sql, values).to_arrow_table()
        self._db.register("wanted", wanted)
        try:
            return self._db.execute(sql, values).to_arrow_table()
        finally:
            self._db.unregister("wanted")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: commits at the end, rolls back on any exception, an interrupt included."""
        try:
            self._db.execute("BEGIN")
            yield
            self._commit()
        except BaseException as problem:
            # After a commit that failed there may be no transaction any more.
            with suppress(duckdb.Error):
                self._db.execute("ROLLBACK")
            if isinstance(problem, duckdb.IOException | duckdb.FatalException):
                raise self._unwritable() from None
            raise

    def _commit(self) -> None:
        try:
            self._db.execute("COMMIT")
        except duckdb.Error:
            raise self._unwritable() from None

    def _unwritable(self) -> StudyError:
        return StudyError(
            f"The store {self.path} cannot be written, so the last step was not acknowledged; make room on its disk, "
            "or have it repaired, and run the command again."
        )

    def is_sound(self) -> bool:
        """Whether it still answers: after a fault within DuckDB, or a file that could not be written whole, it no
        longer does, until it is opened anew.
        """
        try:
            self.row("SELECT key FROM meta LIMIT 1")
        except duckdb.Error:
            return False
        return True

    def checkpoint(self) -> None:
        """Write everything into the one file, and empty the log of writes beside it."""
        self._db.execute("CHECKPOINT study")

    def close(self) -> None:
        """Write everything into the one file and let go of it.

        Where the disk has no room for that, it stays in the log of writes, and the next opening reads it from there.
        """
        with suppress(duckdb.Error):
            self.checkpoint()
        self.let_go()

    def let_go(self) -> None:
        """Leave the files as they are."""
        self._db.close()


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)


def _explained(path: Path, problem: duckdb.Error) -> StudyError:
    """DuckDB's reasons, in one sentence with its remedy."""
    reason = str(problem)
    if "Wrong encryption key" in reason:
        return KeyRefused("This key does not open the study; check the passphrase, key file or variable that you used.")
    if "while replaying WAL" in reason:
        return WritesDamaged(f"The last changes of the store {path} cannot be read back; restore it from your backup.")
    if "Could not set lock" in reason or "Conflicting lock" in reason:
        return StudyBusy(
            f"Another process has the study open ({path.parent}); close it and try again, or if that is workbench "
            "serve, work through it with --server."
        )
    if "Permission denied" in reason:
        return StudyError(f"The store {path} cannot be opened by this account; ask who owns the study.")
    if isinstance(problem, duckdb.IOException) and "LOAD" in reason:
        return StudyError("DuckDB's encryption extension could not be loaded; reinstall duckdb-extension-httpfs.")
    return StudyError(f"The store {path} is damaged or not a store; restore it from your backup.")
