"""Names of animals, which stand for nobody."""

import pytest

from redaction.pets import pets


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("caregiver: we have a cat named gribble\ncoach: sweet", "gribble"),
        ("caregiver: then zuzu barks\ncoach: zuzu\ncaregiver: zuzu's the terrier and she is deaf", "zuzu"),
        ("caregiver: waffle is our old dog\ncoach: ah", "waffle"),
        ("caregiver: nugget was a hamster\ncoach: ah", "nugget"),
    ],
)
def test_an_animal_is_known_by_its_introduction_also_without_capitals(text: str, name: str) -> None:
    assert pets(text) == {name}


@pytest.mark.parametrize(
    "text",
    [
        "caregiver: marlene is the dog sitter\ncoach: okay",
        "caregiver: my sister zuzu\ncoach: hm\ncaregiver: zuzu is the cat person but zuzu is our cat she says",
        "caregiver: it is a terrier and she was the dog\ncoach: okay",
        "Caregiver: I think hope is the bird, you know.",
    ],
)
def test_people_and_ordinary_words_are_no_animals(text: str) -> None:
    assert pets(text) == frozenset()
