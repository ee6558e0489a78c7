"""The expert's file: all the figures, nobody's words, no small number; for its owner alone, and in the log."""

import hashlib
import re
import stat
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from random import Random

import pytest

from policies import LoadedPolicy, Scope, parse_policy
from tests.conftest import SECRET, detector
from tests.review.ward import ANSWER, MODEL, PAGE, QUESTION, Ward, approve
from workbench.desk.commands import ClaimPages, IngestFile, StartRun, SubmitGeneration
from workbench.desk.releasing import CommitSample, DrawSample, LookAgain, NextSampled, ShowRisks, WriteDossier
from workbench.errors import NotAllowed, Refused
from workbench.ingest.manifest import Entry
from workbench.ingest.transcript import PageText, Transcript
from workbench.release.dossier_chapters import _people
from workbench.study.opening import create_study

PEOPLE = 12
WORDS = "quietly slowly again often perhaps then still maybe soon later together carefully seldom gently".split()


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Iterator[Ward]:
    """Twelve people with one approved row each; one of them has a group of her own."""
    folder = tmp_path_factory.mktemp("dossier") / "study"
    body = policy.body.replace("  seed: 42", "  seed: 42\n  attempts: 1")
    create_study(folder, parse_policy(body, "The policy"), SECRET, "founder")
    ward = Ward(folder, detector())
    for number in range(PEOPLE):
        groups = {"gender": "male" if number == 0 else "female", "site": "Ingrid Solberg"}
        entry = Entry(2, Path("a"), f"PSEUDO-{number}", "1", 1, (Scope.TRAINING,), "1", None, None, (), groups)
        ward.founder.execute(
            IngestFile(
                name="a", kind="txt", size=1, sha256=number.to_bytes(32, "big"), manifest=entry,
                transcripts=(Transcript(f"s{number}", (PageText(1, PAGE, ()),), 40),),
            )
        )  # fmt: skip
    run, place = ward.founder.execute(StartRun(**MODEL)).run, 0
    while jobs := ward.founder.execute(ClaimPages()).jobs:
        for job in jobs:
            place += 1
            # Rows of their own, but for the last two.
            told = " ".join(Random(min(place, PEOPLE - 1)).choices(WORDS, k=60))
            raw = f"Caregiver: {QUESTION} {told}\nCoach: {ANSWER} {told}"
            submit = SubmitGeneration(run=run, page=job.page, raw=raw, parameters={}, seed=1, **MODEL)
            ward.founder.execute(submit)
    ann = ward.hire("ann")
    for exchange in range(1, PEOPLE + 1):
        approve(ann, exchange)
    yield ward
    ward.close()


def written(ward: Ward, folder: Path) -> str:
    return Path(ward.founder.execute(WriteDossier(folder=str(folder))).path).read_text(encoding="utf-8")


def test_it_is_for_its_owner_alone_and_its_digest_stands_in_the_log(ward: Ward, tmp_path: Path) -> None:
    dossier = ward.founder.execute(WriteDossier(folder=str(tmp_path / "expert")))
    path = Path(dossier.path)
    assert path.parent == tmp_path / "expert"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert hashlib.sha256(path.read_bytes()).hexdigest() == dossier.digest
    event = ward.events("dossier.written")[-1]
    assert event["details"] == {"digest": dossier.digest}
    assert [entry.name for entry in tmp_path.iterdir()] == ["expert"]


def test_nobodys_words_names_or_pseudonyms_stand_in_it(ward: Ward, tmp_path: Path) -> None:
    page = unescape(written(ward, tmp_path / "expert"))
    for words in ("PSEUDO", "Ingrid", "Solberg", "quietly", "My mother calls", "worn out", "ann", "founder"):
        assert not re.search(rf"\b{words}", page), words
    assert "a value that is not told" in page
    assert "<script" not in page
    assert "//" not in page


def test_small_numbers_are_not_told_nor_what_they_follow_from(ward: Ward, tmp_path: Path) -> None:
    page = re.sub(r"<[^>]+>", "|", written(ward, tmp_path / "expert"))
    assert re.search(r"\|people \(a session without a manifest counts as one\)\|+12\|", page)
    assert re.search(r"\|female\|+not told\|", page)
    assert re.search(r"\|male\|+not told\|", page)
    assert re.search(r"\|mother\|+12\|", page)
    assert "smallest class: fewer than 11 people" in page


@pytest.mark.parametrize(
    ("values", "people", "told"),
    [
        ({"f": 60, "m": 35, "x": 5}, 100, {"f": 60, "m": None, "x": None}),
        ({"f": 95, "m": 5}, 100, {"f": None, "m": None}),
        ({"mother": 95, "father": 80}, 100, {"mother": None, "father": 80}),
        ({"one": 3}, 5, {"one": None}),
    ],
)
def test_neither_a_small_number_nor_a_small_rest_is_told(
    values: dict[str, int], people: int, told: dict[str, int | None]
) -> None:
    assert _people(values, people, 11) == told


def test_every_question_of_an_expert_has_its_chapter(ward: Ward, tmp_path: Path) -> None:
    page = unescape(written(ward, tmp_path / "expert"))
    for heading in (
        "Method", "Recipients and conditions", "What would go", "Review", "Residual leaks", "Attack scenarios",
        "Quasi-identifiers", "Near duplicates", "What is not covered", "References",
    ):  # fmt: skip
        assert re.search(rf"<h2>\d+\. {heading}</h2>", page)
    for attacker in ("Prosecutor", "Journalist", "Marketer", "Acquaintance", "Linker of rows", "Extractor", "Insider"):
        assert attacker in page
    assert ward.study.loaded_policy.digest in page


def test_what_was_not_measured_is_said_and_what_was_is_told(ward: Ward, tmp_path: Path) -> None:
    assert "No random sample of all these rows has been looked at" in written(ward, tmp_path / "before")
    ward.founder.execute(CommitSample(rows=PEOPLE))
    ward.founder.execute(DrawSample())
    carl = ward.hire("carl")
    shown = carl.execute(NextSampled())
    while shown.exchange is not None:
        shown = carl.execute(LookAgain(exchange=shown.exchange, leak=False))
    page = written(ward, tmp_path / "after")
    assert "No random sample" not in page
    assert "Nothing is known of what they miss" in page
    assert f"{1 - 0.05 ** (1 / PEOPLE):.2%}" in page


def test_stewards_see_rare_combinations_and_near_duplicates_by_exchange(ward: Ward) -> None:
    found = ward.founder.execute(ShowRisks())
    assert (found.rows, found.people) == (PEOPLE, PEOPLE)
    [alone] = [one for one in found.rare if one.combination == (("group gender", "male"),)]
    assert (alone.people, alone.exchanges) == (1, (1,))
    assert [(one.exchange, one.other) for one in found.duplicates] == [(PEOPLE, PEOPLE - 1)]
    assert (found.duplicates_in_all, found.of_two_people) == (1, 1)
    with pytest.raises(NotAllowed):
        ward.desk("ann").execute(ShowRisks())


def test_a_folder_that_is_there_or_cannot_be_made_is_refused_in_a_sentence(ward: Ward, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    events = ward.study.log.size
    for folder, sentence in ((tmp_path / "there", "exists already"), (tmp_path / "no" / "where", "cannot be written")):
        with pytest.raises(Refused, match=sentence):
            ward.founder.execute(WriteDossier(folder=str(folder)))
    assert ward.study.log.size == events
    assert [entry.name for entry in tmp_path.iterdir()] == ["there"]


def test_without_rows_there_is_nothing_to_tell_of(
    study_folder: Path, tmp_path: Path, run: Callable[..., object]
) -> None:
    ended = run("release", "dossier", "--out", str(tmp_path / "expert"), "--study", str(study_folder))
    assert ended.returncode == 2  # type: ignore[attr-defined]
    assert "Nothing would go yet" in ended.stderr  # type: ignore[attr-defined]
    assert not (tmp_path / "expert").exists()
