"""Names: cues, lists, capitals, and the words that are names only sometimes."""

import pytest

from redaction.recognizers.names import NameRecognizer
from redaction.recognizers.spelled import SpelledRecognizer


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Caregiver: My sister Ottilie drove over.", "Ottilie"),
        ("Coach: I spoke with Dr. Brandvold about it.", "Brandvold"),
        ("Coach: This is Perpetua from the study.", "Perpetua"),
        ("Caregiver: Her name is Zsuzsanna, with a z.", "Zsuzsanna"),
        ("Caregiver: They named him Ignatius.", "Ignatius"),
        ("Caregiver: Aunt Philippa brought soup.", "Philippa"),
        ("Caregiver: Pastor Okwuosa prayed with us.", "Okwuosa"),
        ("Caregiver: I asked Hope to sit with him.", "Hope"),
        ("Caregiver: Then Katarzyna Nowicka called.", "Katarzyna Nowicka"),
        ("caregiver: my cousin gwendolyn helps on weekends\ncoach: that is good", "gwendolyn"),
        ("caregiver: everybody calls him ignatius at work\ncoach: okay", "ignatius"),
        ("Coach: What is her name?\nCaregiver: Xiomara. She is nine.", "Xiomara"),
        ("Rosalind: I could not sleep.\nCoach: Tell me.", "Rosalind"),
    ],
)
def test_a_name_is_found_by_its_cue_its_list_or_its_capital(alone, text, name):
    assert name in alone(NameRecognizer(), text)


@pytest.mark.parametrize(
    "text",
    [
        "Caregiver: I will hope for grace and art in may.",
        "Caregiver: Hope is all I have left. Will it end? Grace would be nice to have.",
        "Caregiver: My mother is tired and my father never rests.",
        "Caregiver: I told my mom that Medicare would not pay for Tylenol on Tuesday.",
        "caregiver: my husband said it was a bill from the bank\ncoach: i see",
        "caregiver: i hung the nightshirt in the sickroom to reheat the soup\ncoach: i see",
        "caregiver: they said huntingtons and it took the lampshade of forty milligrams\ncoach: i see",
    ],
)
def test_words_that_could_be_names_are_left_alone_in_ordinary_speech(alone, text):
    assert alone(NameRecognizer(), text) == []


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Caregiver: It is M-A-R-I-A.", "M-A-R-I-A"),
        ("Caregiver: Write K, O, double S.", "K, O, double S"),
        ("caregiver: it is spelled n g u y e n like that", "n g u y e n"),
        ("Coach: V as in Victor, E, R, L.", "V as in Victor, E, R, L"),
        ("Coach: I asked J.T. about it.", "J.T."),
    ],
)
def test_letters_spelled_out_and_initials_are_found(alone, text, letters):
    assert letters in alone(SpelledRecognizer(), text)


@pytest.mark.parametrize(
    "text", ["He went to the E.R. and had the M.R.I. on Friday.", "I-I don't know, a-a-a lot.", "the V.A. paid"]
)
def test_common_abbreviations_and_stammering_are_no_spelled_names(alone, text):
    assert alone(SpelledRecognizer(), text) == []


@pytest.mark.parametrize(
    "text",
    ["caregiver: the nurse stepped out then\ncoach: okay", "caregiver: our deputy knocked twice\ncoach: i see"],
)
def test_what_an_office_holder_does_is_no_name(alone, text):
    assert alone(NameRecognizer(), text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("caregiver: and april my youngest she is in school\ncoach: okay", "april"),
        ("Caregiver: Then Mercedes sat with him.", "Mercedes"),
    ],
)
def test_a_given_name_that_is_also_a_month_or_a_brand_is_found_where_it_is_plainly_a_name(covered, text, name):
    assert ("NAME", name) in covered(text)


@pytest.mark.parametrize(
    "text", ["caregiver: it started last april\ncoach: okay", "Caregiver: He sold the Mercedes to a cousin."]
)
def test_a_month_or_a_brand_is_no_name(covered, text):
    assert not [words for entity, words in covered(text) if entity == "NAME"]


def test_a_learned_name_is_not_hunted_after_an_article_or_as_the_season(scanner):
    pages = [
        "Caregiver: My daughters Dawn and Summer take turns.",
        "caregiver: we sat up until the dawn broke and then dawn cried\ncoach: all summer long",
    ]
    second = scanner.scan_session(pages)[1]
    assert [(f.start, f.text_in(pages[1])) for f in second] == [(pages[1].index("dawn cried"), "dawn")]
