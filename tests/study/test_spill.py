"""What DuckDB puts on the disk for a while holds no text, and what a killed process left of it hinders nobody."""

import base64
from pathlib import Path

from policies import Face
from tests.conftest import SECRET
from workbench.store.connection import Connection
from workbench.study.folder import Folder
from workbench.study.opening import open_study

KEY = base64.b64encode(b"k" * 32).decode()


def test_files_of_a_killed_process_neither_stop_the_next_opening_nor_stay(study_folder: Path) -> None:
    temporary = Folder(study_folder).temporary
    temporary.mkdir(exist_ok=True)
    for name in ("duckdb_temp_storage_DEFAULT-0.tmp", "duckdb_temp_block-7.block"):
        (temporary / name).write_bytes(b"x" * 4096)
    open_study(study_folder, SECRET, Face.CLI).close()
    assert list(temporary.iterdir()) == []


def test_what_does_not_fit_into_memory_is_encrypted_on_the_disk(tmp_path: Path) -> None:
    db = Connection(tmp_path / "store.duckdb", tmp_path / "tmp", KEY, create=True)
    db.execute(
        "CREATE TEMP TABLE long AS SELECT 'Rosalind sleeps badly ' || repeat(md5(i::VARCHAR), 16) AS text "
        "FROM range(400_000) numbers(i)"
    )
    spilled = list((tmp_path / "tmp").iterdir())
    assert sum(file.stat().st_size for file in spilled) > 1 << 20
    assert not any(b"Rosalind" in file.read_bytes() for file in spilled)
    db.close()
