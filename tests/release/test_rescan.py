"""The last look: what would go is scanned once more with the detector as it is now."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from policies import Entity, LoadedPolicy
from redaction.detector import Detector
from redaction.finding import Finding
from redaction.roster import Known
from tests.conftest import SECRET, detector
from tests.review.ward import QUESTION, Ward, approve, policy_with
from workbench.desk.commands import BuildRelease, DismissFinding, EditExchange, OpenExchange, PlanRelease
from workbench.desk.releasing import RescanRows
from workbench.desk.rescan import rescan
from workbench.desk.reviewing import Withdraw
from workbench.errors import Refused
from workbench.release.rescan import scan_text
from workbench.screening.detector import detector_digest
from workbench.study.opening import create_study


class Sharper:
    """A detector that takes one word more for a name, and counts what it is asked."""

    def __init__(self, detector: Detector, word: str | None = None) -> None:
        self._detector, self._word = detector, word
        self.scans = 0

    def warm(self) -> None:
        self._detector.warm()

    def scan(self, text: str) -> list[Finding]:
        return self.scan_session([text])[0]

    def scan_session(self, texts: Sequence[str], known: Sequence[Known] = ()) -> list[list[Finding]]:
        found = self._detector.scan_session(texts, known)
        self.scans += len(texts)
        for text, here in zip(texts, found, strict=True):
            if self._word and self._word in text:
                at = text.index(self._word)
                here.append(Finding(at, at + len(self._word), Entity.NAME, 0.9, "sharper", "a test says so"))
                here.sort(key=lambda finding: finding.start)
        return found

    def close(self) -> None: ...


@pytest.fixture
def ward(tmp_path: Path, policy: LoadedPolicy) -> Iterator[Ward]:
    """Four exchanges that a reviewer has approved."""
    create_study(tmp_path / "study", policy_with(policy, "attention:\n  planted_rate: 0"), SECRET, "tester")
    ward = Ward(tmp_path / "study", detector())
    ward.fill([4])
    ann = ward.hire("ann")
    for number in range(1, 5):
        approve(ann, number)
    yield ward
    ward.close()


def sharpen(ward: Ward, word: str | None = None) -> Sharper:
    ward.study.scanner = Sharper(detector(), word)
    return ward.study.scanner


def test_nothing_is_built_before_every_row_was_scanned_again(ward: Ward, tmp_path: Path) -> None:
    assert ward.founder.execute(PlanRelease()).rescan_left == 4
    with pytest.raises(Refused, match="4 of 4 rows wait for the last scan; run: workbench release rescan"):
        ward.founder.execute(BuildRelease(name="r1", folder=str(tmp_path)))
    told = rescan(ward.founder)
    assert (told.left, told.found) == (0, 0)
    assert ward.founder.execute(PlanRelease()).rescan_left == 0
    assert [event["details"]["rows"] for event in ward.events("release.rescanned")] == [4]


def test_a_row_in_which_the_last_scan_finds_somebody_stays_behind_until_it_is_decided_anew(ward: Ward) -> None:
    ann = ward.desk("ann")
    view = ann.execute(OpenExchange(exchange=2))
    ann.execute(
        EditExchange(
            exchange=2,
            version=view.row.version,
            question=f"{QUESTION} The fruit rots in the cellar.",
            answer=view.answer,
        )
    )
    approve(ann, 2, 2)
    sharpen(ward, "cellar")
    told = rescan(ward.founder)
    assert (told.found, told.exchanges) == (1, (2,))
    planned = ward.founder.execute(PlanRelease())
    assert (planned.rows, planned.excluded, planned.rescan_left) == (3, (("found_by_rescan", 1),), 0)
    # The way out: it is withdrawn and saved again, what is found then is dismissed, and it is decided anew.
    ward.founder.execute(Withdraw(exchange=2, version=2, reason="mistake"))
    view = ann.execute(OpenExchange(exchange=2))
    view = ann.execute(EditExchange(exchange=2, version=2, question=view.question, answer=view.answer))
    (found,) = [finding for finding in view.findings if finding.state == "open"]
    ann.execute(DismissFinding(exchange=2, version=3, ordinal=found.ordinal, reason="not_identifying"))
    approve(ann, 2, 4)
    assert rescan(ward.founder).found == 0, "what was dismissed does not come back"
    assert ward.founder.execute(PlanRelease()).rows == 4


def test_an_interrupted_scan_goes_on_where_it_was(ward: Ward) -> None:
    scanner = sharpen(ward)
    ward.founder.execute(RescanRows(rows=3))
    assert scanner.scans == 6
    ward.restart()
    scanner = sharpen(ward)
    assert ward.founder.execute(PlanRelease()).rescan_left == 1
    assert rescan(ward.founder).left == 0
    assert scanner.scans == 2
    rescan(ward.founder)
    assert scanner.scans == 2, "what was scanned is not scanned again"


def test_a_scan_that_dies_is_begun_again(ward: Ward) -> None:
    class Dying(Sharper):
        def scan(self, text: str) -> list[Finding]:
            if self.scans == 3:
                raise MemoryError
            return super().scan(text)

    ward.study.scanner = Dying(detector())
    with pytest.raises(MemoryError):
        ward.founder.execute(RescanRows())
    sharpen(ward)
    assert ward.founder.execute(RescanRows()).scanned == 4


def test_a_row_that_changes_while_it_is_scanned_waits_for_its_next_scan(ward: Ward) -> None:
    class Disturbed(Sharper):
        def scan(self, text: str) -> list[Finding]:
            if not self.scans:
                view = ann.execute(OpenExchange(exchange=1))
                ward.founder.execute(Withdraw(exchange=1, version=view.row.version, reason="mistake"))
            return super().scan(text)

    ann = ward.desk("ann")
    ward.study.scanner = Disturbed(detector())
    told = rescan(ward.founder)
    assert (told.scanned, told.left) == (3, 0)
    approve(ann, 1)
    sharpen(ward)
    assert ward.founder.execute(PlanRelease()).rescan_left == 1


def test_another_detector_scans_everything_once_more(policy: LoadedPolicy) -> None:
    settings = policy.policy.redaction
    other = settings.model_copy(update={"threshold": 0.3})
    assert detector_digest(settings) == detector_digest(settings.model_copy())
    assert detector_digest(settings) != detector_digest(other)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("winter-2026", None),
        ("White", None),
        ("The recipient keeps the data on its own machines until 2030 and shares nothing.", None),
        ("call Henrietta Wolverton of the ward when anything in the data looks odd to you", "NAME"),
        ("ask rosalind.thackeray@example.org", "EMAIL"),
    ],
)
def test_words_that_go_with_the_rows_name_nobody(ward: Ward, words: str, told: str | None) -> None:
    if told is None:
        scan_text(ward.study, words)
    else:
        with pytest.raises(Refused, match=told):
            scan_text(ward.study, words)
