"""The manifest says whose session a file is and what may be done with it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from policies import Scope
from workbench.ingest import IngestError, Manifest, Protection, read_manifest

SECRET = "Zylindra"


@pytest.fixture
def manifest(tmp_path: Path) -> Callable[[str], Manifest]:
    def read(content: str) -> Manifest:
        path = tmp_path / "manifest.csv"
        path.write_text(content, encoding="utf-8")
        return read_manifest(path)

    return read


def test_a_row_says_everything_about_its_file(manifest: Callable[[str], Manifest], tmp_path: Path) -> None:
    entry = manifest(
        "\ufefffile,subject,visit,order,consent,form_version,consent_date,withdrawn,protection,group_sex,group_age\n\n"
        'in/a.txt,S-1,baseline,2,"Training; internal",v3,2024-03-31,,psychotherapy_notes;42cfr2,f,\n'
    ).entry(tmp_path / "in" / "a.txt")
    assert (entry.row, entry.subject, entry.visit, entry.order) == (3, "S-1", "baseline", 2)
    assert entry.consent == (Scope.INTERNAL, Scope.TRAINING)
    assert (entry.form_version, entry.consent_date, entry.withdrawn) == ("v3", date(2024, 3, 31), None)
    assert entry.protection == (Protection.PART_2, Protection.PSYCHOTHERAPY_NOTES)
    assert entry.groups == {"sex": "f"}


def test_a_file_is_found_however_its_path_is_written(manifest: Callable[[str], Manifest], tmp_path: Path) -> None:
    rows = manifest("file;subject;consent\n./in/../Andre\u0301.txt;S-1;public\n")
    assert rows.entry(tmp_path / "x" / ".." / "Andr\u00e9.txt").subject == "S-1"


def test_a_file_of_the_same_name_elsewhere_is_not_the_same_file(
    manifest: Callable[[str], Manifest], tmp_path: Path
) -> None:
    with pytest.raises(IngestError) as caught:
        manifest("file,subject,consent\na.txt,S-1,public\n").entry(tmp_path / "other" / "a.txt")
    assert caught.value.code == "not-in-manifest"


@pytest.mark.parametrize(
    "row", ["a.txt,S-1,,", "a.txt,S-1, ; ,", "a.txt,S-1,training,2024-01-01", "a.txt,S-1,training,2999-01-01"]
)
def test_without_consent_or_after_withdrawal_a_file_is_refused(
    manifest: Callable[[str], Manifest], tmp_path: Path, row: str
) -> None:
    with pytest.raises(IngestError) as caught:
        manifest(f"file,subject,consent,withdrawn\n{row}\n").entry(tmp_path / "a.txt")
    assert caught.value.code == "no-consent"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (f"file,subject,consent,{SECRET}\n", "row 1, column 4 "),
        ("file,subject\n", "row 1 has no column consent"),
        ("file,subject,consent,file\n", "row 1 has the column file twice"),
        (f"file,subject,consent\na.txt,S-1,training {SECRET}\n", "row 2, column consent "),
        (f"file,subject,consent\n{SECRET},S-1\n", "row 2 has 2 cells but the header has 3"),
        (f"file,subject,consent\na.txt,{SECRET} Jones,training\n", "row 2, column subject "),
        ("file,subject,consent\n,S-1,training\n", "row 2, column file "),
        ("file,subject,consent\na.txt,S-1,training\nb.txt,S-2,public\n./a.txt,S-3,public\n", "row 4 .* as row 2"),
        (f"file,subject,consent,consent_date\na.txt,S-1,training,{SECRET}\n", "row 2, column consent_date "),
        ("file,subject,consent,withdrawn\na.txt,S-1,training,31.3.2024\n", "row 2, column withdrawn "),
        ("file,subject,consent,withdrawn\na.txt,S-1,training,2024-02-31\n", "row 2, column withdrawn "),
        (f"file,subject,consent,protection\na.txt,S-1,training,{SECRET}\n", "row 2, column protection "),
        (f"file,subject,consent,order\na.txt,S-1,training,{SECRET}\n", "row 2, column order "),
        (f'file,subject,consent\n"{SECRET}', "line 2 is not readable as CSV"),
        (f'file,subject,consent\na.txt,"{SECRET},public\nb.txt,S-2,public\n', "line 2 is not readable as CSV"),
    ],
)
def test_a_fault_is_named_by_row_and_column_and_never_by_the_cell(
    manifest: Callable[[str], Manifest], content: str, named: str
) -> None:
    with pytest.raises(IngestError, match=named) as caught:
        manifest(content)
    assert caught.value.code == "bad-manifest"
    assert SECRET not in str(caught.value)


def test_rows_whose_file_was_not_given_are_told_by_number(manifest: Callable[[str], Manifest], tmp_path: Path) -> None:
    rows = manifest("file,subject,consent\na.txt,S-1,public\n\nb.txt,S-1,public\nc.txt,S-2,public\n")
    assert rows.rows_without([tmp_path / "x" / ".." / "b.txt"]) == (2, 5)
