"""Who speaks, in whatever way a transcriber writes it down."""

from collections.abc import Callable

import pytest

from policies import Policy
from workbench.ingest import Transcript

Read = Callable[..., Transcript]


@pytest.mark.parametrize(
    ("written", "on_the_page"),
    [
        ("Caregiver: I am tired.", "Caregiver: I am tired."),
        ("CAREGIVER: I am tired.", "Caregiver: I am tired."),
        ("client:I am tired.", "Caregiver: I am tired."),
        ("**Caregiver:** I am tired.", "Caregiver: I am tired."),
        ("**Caregiver**: I am tired.", "Caregiver: I am tired."),
        ("Behavioral  Health Coach: Go on.", "Coach: Go on."),
        ("Therapist 2: Go on.", "Coach: Go on."),
        ("Therapist:\n  Go on.\n\n  I listen.", "Coach: Go on. I listen."),
        ("[00:01:23] Coach: Go on.", "Coach: [00:01:23] Go on."),
        ("00:01:23 Coach: Go on.", "Coach: 00:01:23 Go on."),
        ("Coach [00:01:23]: Go on.", "Coach: [00:01:23] Go on."),
        ("Coach (00:01): Go on.", "Coach: (00:01) Go on."),
        ("Coach  0:03\nGo on.", "Coach: 0:03 Go on."),
        ("00:01:23\nCoach: Go on.", "Coach: 00:01:23 Go on."),
        ("Caregiver (daughter): I am tired.", "Caregiver: (daughter) I am tired."),
        ("Caregiver: He said:\nplease: stay.", "Caregiver: He said: please: stay."),
        ("Coach: Come at\n10:30 tomorrow: please.", "Coach: Come at 10:30 tomorrow: please."),
        ("Coach: Ask the\nCoach 10:30 class.", "Coach: Ask the Coach 10:30 class."),
        ("Coach: See\nHTTPS://a.example now.", "Coach: See HTTPS://a.example now."),
        ("Caregiver: a\r\nb\rc\u2028d\x00".replace("\x00", "\x1b") + "e", "Caregiver: a b c d e"),
    ],
)
def test_a_turn_reads_the_same_however_it_is_written(transcript: Read, written: str, on_the_page: str) -> None:
    (page,) = transcript(written).pages
    assert page.text == on_the_page


def test_a_speaker_that_the_policy_does_not_name_keeps_the_label_and_ends_the_turn_before(transcript: Read) -> None:
    (page,) = transcript("Caregiver: I am tired.\nMrs. Dole: Shall I go?\nstill me\nCoach: Stay.").pages
    assert page.text == "Caregiver: I am tired.\nMrs. Dole: Shall I go? still me\nCoach: Stay."


def test_text_before_the_first_label_stays_on_the_page_without_a_speaker(transcript: Read) -> None:
    (page,) = transcript("recorded at home\nCoach: Hello.").pages
    assert page.text == "recorded at home\nCoach: Hello."


def test_a_turn_goes_on_under_its_label_after_a_page_break(transcript: Read) -> None:
    first, second = transcript("Coach: Hello.\nCaregiver: I am\fso tired.\nCoach: Rest.").pages
    assert first.text == "Coach: Hello.\nCaregiver: I am"
    assert second.text == "Caregiver: so tired.\nCoach: Rest."


def test_blank_and_cover_pages_are_dropped_and_counted(transcript: Read) -> None:
    read = transcript("protocol of a visit\fCoach: Hello.\f  \n\fCaregiver: Hi.")
    assert [page.number for page in read.pages] == [1, 2]
    assert read.dropped == 2


def test_spaces_by_the_million_do_not_hold_up_the_reader(transcript: Read) -> None:
    read = transcript("00:01 " + " " * 900_000 + "x\nCoach: Hello." + " *" * 100_000)
    assert read.words == 3 + 100_000


def test_marks_point_at_timestamps_and_notes(transcript: Read) -> None:
    read = transcript(
        "[00:01:23] Coach: Hello (as I said) there [laughs].\n"
        "Caregiver: 0:04 Well (crosstalk) at 10:30 I [inaudible 00:03] *sighs* left 01:02:03 ago."
    )
    (page,) = read.pages
    found = [(page.text[mark.start : mark.end], mark.kind) for mark in page.marks]
    assert found == [
        ("[00:01:23]", "timestamp"),
        ("[laughs]", "note"),
        ("0:04", "timestamp"),
        ("(crosstalk)", "note"),
        ("[inaudible 00:03]", "note"),
        ("*sighs*", "note"),
        ("01:02:03", "timestamp"),
    ]


def test_words_do_not_count_labels(transcript: Read, short_pages: Policy) -> None:
    assert transcript("Coach: one two\nCaregiver: three", under=short_pages).words == 3
