"""A report of a period shows what somebody responsible should look at, and the same log gives the same report."""

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from audit.checkpoint import SigningKey
from audit.details import (
    Details,
    ExchangeApproved,
    ExchangeViewed,
    FindingDismissed,
    HostRefused,
    PageSent,
    PersonAdded,
    ReleaseBuilt,
    ReleaseRefused,
    UnlockFailed,
)
from audit.errors import AuditError
from audit.events import Context, EventDraft, Outcome
from audit.log import Log
from audit.mirror import Mirror, MirrorReader
from audit.period import Period
from audit.report import AuditReport, make_report
from audit.report_page import as_html
from audit.twins import make_twins

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = Period(date(2026, 3, 2), date(2026, 3, 8))
DIGEST = "cd" * 32


class Writer:
    """Writes the events of a test; times are hours after Monday, midnight UTC."""

    def __init__(self, folder: Path) -> None:
        self.log = Log()
        self.mirror = Mirror(folder, segment_events=5)

    def add(
        self,
        hours: float,
        actor: str,
        details: Details,
        object_id: str = "1",
        *,
        role: str = "reviewer",
        version: int | None = None,
        outcome: Outcome = Outcome.OK,
        reason: str | None = None,
    ) -> int:
        context = Context(
            actor=actor, role=role, authenticated="os-uid", sitting="s1", host="h1", version="0.1.0",
            policy_digest="ab" * 32, face="tui",
        )  # fmt: skip
        draft = EventDraft(details=details, object_id=object_id, object_version=version, outcome=outcome, reason=reason)
        event, line = self.log.add(draft, context, MONDAY + timedelta(hours=hours))
        self.mirror.append([line], first=event.sequence)
        return event.sequence

    def approve(self, hours: float, seconds: float, exchange: str, actor: str = "anna", **more: Any) -> int:
        self.add(hours, actor, ExchangeViewed(source=True), exchange)
        details = ExchangeApproved(findings=more.pop("findings", 0), flags=more.pop("flags", {}))
        return self.add(hours + seconds / 3600, actor, details, exchange, version=1, **more)


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    return Writer(tmp_path / "mirror")


def rows(report: AuditReport, key: str) -> list[dict[str, Any]]:
    (section,) = [section for section in report.sections if section.key == key]
    return [dict(zip(section.columns, row, strict=True)) for row in section.rows]


def test_everybody_is_listed_with_what_they_did(writer: Writer) -> None:
    writer.add(9, "root", PersonAdded(roles=("reviewer",)), "anna", role="operator")
    writer.approve(10, 60, "1")
    writer.approve(34, 60, "2", role="senior")
    writer.add(35, "ben", FindingDismissed(exchange="1", entity="NAME"), "1:4", reason="common_word")
    report = make_report(writer.mirror, WEEK)
    assert (report.events, report.first, report.last) == (6, 0, 5)
    people = {row["person"]: row for row in rows(report, "people")}
    assert set(people) == {"root", "anna", "ben"}
    assert people["anna"]["roles"] == "reviewer, senior"
    assert (people["anna"]["events"], people["anna"]["days"]) == (4, 2)
    work = {row["person"]: row for row in rows(report, "work")}
    assert (work["anna"]["opened"], work["anna"]["approved"], work["ben"]["dismissed"]) == (2, 2, 1)
    assert rows(report, "dismissed") == [
        {"person": "ben", "kind": "NAME", "reason": "common_word", "findings": 1, "exchanges": 1}
    ]


def test_fast_approvals_and_unseen_ones_are_named(writer: Writer) -> None:
    slow, fast = writer.approve(9, 30, "1"), writer.approve(10, 2, "2")
    writer.add(11, "ben", ExchangeViewed(source=True), "3")
    unseen = writer.add(11, "anna", ExchangeApproved(findings=0, flags={}), "3", version=0)
    assert slow < fast < unseen
    report = make_report(writer.mirror, WEEK)
    (row,) = rows(report, "fast")
    assert (row["event"], row["person"], row["exchange"], row["after (ms)"]) == (fast, "anna", "2", 2000)
    (person,) = rows(report, "approvals")
    assert (person["approvals"], person["fast"], person["unseen"], person["shortest (ms)"]) == (3, 1, 1, 2000)
    patient = make_report(writer.mirror, Period(WEEK.first, WEEK.last, fast=60))
    assert [row["exchange"] for row in rows(patient, "fast")] == ["2", "1"]


def test_an_approval_counts_from_the_last_time_it_was_opened_even_before_the_period(writer: Writer) -> None:
    writer.add(-1, "anna", ExchangeViewed(source=True), "1")
    writer.add(-0.001, "anna", ExchangeViewed(source=True), "1")
    writer.add(0.0001, "anna", ExchangeApproved(findings=0, flags={}), "1", version=0)
    (row,) = rows(make_report(writer.mirror, WEEK), "fast")
    assert row["after (ms)"] == pytest.approx(3960, abs=1)


def test_approvals_in_spite_of_a_leak_come_first(writer: Writer) -> None:
    writer.approve(9, 30, "1", flags={"leak": 0})
    other = writer.approve(10, 30, "2", findings=2, flags={"short": 1})
    leak = writer.approve(11, 30, "3", flags={"leak": 1, "verbatim": 2})
    found = rows(make_report(writer.mirror, WEEK), "overrides")
    assert [(row["event"], row["open findings"], row["flags"]) for row in found] == [
        (leak, 0, "leak, verbatim"),
        (other, 2, "short"),
    ]


def test_unusual_hours_are_those_of_the_place(writer: Writer) -> None:
    for hours in (6.5, 12, 18.5, 24 * 5 + 12):
        writer.add(hours, "anna", ExchangeViewed(source=False))
    assert rows(make_report(writer.mirror, WEEK), "hours") == [
        {"person": "anna", "at night": 1, "at weekends": 1, "of all": 4}
    ]
    kolkata = Period(WEEK.first, WEEK.last, zone="Asia/Kolkata")  # 06:30 UTC is noon there, 18:30 UTC is midnight
    assert rows(make_report(writer.mirror, kolkata), "hours") == [
        {"person": "anna", "at night": 1, "at weekends": 1, "of all": 4}
    ]
    auckland = Period(WEEK.first, WEEK.last, zone="Pacific/Auckland", opens=6, closes=20)
    assert rows(make_report(writer.mirror, auckland), "hours") == [
        {"person": "anna", "at night": 1, "at weekends": 1, "of all": 4}
    ]


def test_releases_engines_and_refusals_are_listed(writer: Writer) -> None:
    built = writer.add(9, "eve", ReleaseBuilt(rows=3, excluded={}, manifest_digest=DIGEST), "spring", role="steward")
    for page in ("1", "2"):
        writer.add(10, "root", PageSent(run="r1", host="gpu-1"), page, role="operator")
    refused = [
        writer.add(11, "root", HostRefused(host="example.org"), "r1", role="operator"),
        writer.add(12, "eve", ReleaseRefused(rows=0, excluded={}), "june", outcome=Outcome.REFUSED, reason="no_rows"),
        writer.add(13, "root", UnlockFailed(attempts=2), "study"),
    ]
    report = make_report(writer.mirror, WEEK)
    assert [(row["event"], row["object"], row["rows"]) for row in rows(report, "exports")] == [
        (built, "release spring", 3),
        (refused[1], "release june", 0),
    ]
    assert rows(report, "engines") == [{"person": "root", "host": "gpu-1", "pages": 2}]
    assert [row["event"] for row in rows(report, "refused")] == refused


def test_gaps_and_a_clock_that_was_put_back_are_named(writer: Writer) -> None:
    writer.add(9, "anna", ExchangeViewed(source=False))
    after_gap = writer.add(60, "anna", ExchangeViewed(source=False))
    put_back = writer.add(59, "anna", ExchangeViewed(source=False))
    report = make_report(writer.mirror, WEEK)
    assert [(row["event"], row["hours"]) for row in rows(report, "gaps")] == [(after_gap, 51)]
    assert [row["event"] for row in rows(report, "clock")] == [put_back]
    assert rows(make_report(writer.mirror, Period(WEEK.first, WEEK.last, gap=52)), "gaps") == []


def test_only_the_days_asked_for_are_reported_the_last_one_included(writer: Writer) -> None:
    for hours in (-0.01, 0, 24 * 7 - 0.01, 24 * 7):
        writer.add(hours, "anna", ExchangeViewed(source=False))
    assert (make_report(writer.mirror, WEEK).first, make_report(writer.mirror, WEEK).last) == (1, 2)
    nothing = make_report(writer.mirror, Period(date(2025, 1, 1), date(2025, 1, 31)))
    assert (nothing.events, nothing.first, nothing.last) == (0, None, None)
    assert set(nothing.counts.values()) == {0}


def test_it_says_how_far_the_checkpoint_reaches(writer: Writer, key: SigningKey) -> None:
    writer.approve(9, 30, "1")
    writer.mirror.write_checkpoint(key.sign(writer.log.size, writer.log.root))
    (before,) = [section.remark for section in make_report(writer.mirror, WEEK).sections if section.key == "checks"]
    assert "first 2 events" in before
    assert "vanish" not in before
    writer.approve(10, 30, "2")
    (after,) = [section.remark for section in make_report(writer.mirror, WEEK).sections if section.key == "checks"]
    assert "2 up to the end of the period come after it and can vanish unseen" in after


def test_the_same_log_gives_the_same_digest_with_or_without_twins_and_another_log_another(writer: Writer) -> None:
    for number in range(8):
        writer.approve(9 + number, 3, str(number))
    by_line = make_report(writer.mirror, WEEK, twins=False)
    make_twins(MirrorReader(writer.mirror.path))
    assert make_report(writer.mirror, WEEK) == by_line
    assert make_report(writer.mirror, WEEK).digest == by_line.digest
    assert make_report(writer.mirror, Period(WEEK.first, WEEK.last, fast=2)).digest != by_line.digest
    writer.approve(20, 3, "9")
    assert make_report(writer.mirror, WEEK).digest != by_line.digest


def test_a_long_section_is_cut_and_says_so(writer: Writer) -> None:
    for number in range(230):
        writer.add(9 + number / 1000, "anna", ExchangeApproved(findings=1, flags={}), str(number), version=0)
    report = make_report(writer.mirror, WEEK)
    (section,) = [section for section in report.sections if section.key == "overrides"]
    assert (len(section.rows), section.total, report.counts["overrides"]) == (200, 230, 230)
    assert "And 30 more" in as_html(report, "study/test")


class Page(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_the_page_is_one_file_without_script_or_outside_link(writer: Writer) -> None:
    writer.approve(9, 2, "1")
    report = make_report(writer.mirror, WEEK)
    text = as_html(report, "<study> & co")
    page = Page()
    page.feed(text)
    assert {"script", "link", "img", "iframe", "a"} & set(page.tags) == set()
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert not re.search(r"https?://|@import|url\(", text)
    assert "&lt;study&gt; &amp; co" in text
    assert report.digest in text
    assert all(section.title in text for section in report.sections)


def test_a_period_that_cannot_be_is_refused() -> None:
    with pytest.raises(AuditError, match="ends before it begins"):
        Period(date(2026, 3, 2), date(2026, 3, 1))
    with pytest.raises(AuditError, match="no time zone"):
        _ = Period(date(2026, 3, 2), date(2026, 3, 2), zone="Nowhere/At_All").bounds
