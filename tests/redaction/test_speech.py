"""What machines make of speech: lost apostrophes, clauses that run on, names of congregations in small letters."""

import pytest

from redaction.scanner import Scanner


def found(scanner: Scanner, *pages: str) -> list[list[str]]:
    return [
        [f.text_in(page) for f in findings] for page, findings in zip(pages, scanner.scan_session(pages), strict=True)
    ]


@pytest.mark.parametrize("word", ["youre", "shes", "theyve", "yall", "mhm", "doesnt"])
def test_a_contraction_that_lost_its_apostrophe_is_nobody(scanner: Scanner, word: str) -> None:
    page = f"caregiver: well {word} going to be late again\ncoach: {word}\ncaregiver: i think {word} tired of it"
    assert not [words for words in found(scanner, page)[0] if words == word]


def test_a_name_ends_before_the_contraction_that_begins_the_next_clause(scanner: Scanner) -> None:
    first = "caregiver: that was my cousin ottilie brandvold shes seventy and she drives\ncoach: good for her"
    second = "caregiver: shes tired and the seventy dollars are gone\ncoach: i see"
    one, other = found(scanner, first, second)
    assert "ottilie brandvold" in one
    assert other == []


def test_a_known_name_is_found_with_the_s_of_a_lost_apostrophe(scanner: Scanner) -> None:
    one, other = found(
        scanner,
        "caregiver: my neighbor mister brandvold came over and he helped\ncoach: nice",
        "caregiver: so i sat on brandvolds porch all night\ncoach: and then",
    )
    assert "brandvold" in " ".join(one)
    assert "brandvolds" in " ".join(other)


@pytest.mark.parametrize(
    "name", ["second presbyterian church", "calvary lutheran", "greater missionary baptist church", "First Methodist"]
)
def test_a_congregation_is_found_by_its_number_or_patron_and_denomination(scanner: Scanner, name: str) -> None:
    page = f"caregiver: we park behind {name} and walk from there\ncoach: all right"
    assert any(name in words for words in found(scanner, page)[0])
