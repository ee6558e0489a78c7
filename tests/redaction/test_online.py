"""E-mail, web and IP addresses, written and spoken."""

import pytest


@pytest.mark.parametrize(
    ("text", "entity", "words"),
    [
        ("Coach: Write to ward7@clinic.internal today.", "EMAIL", "ward7@clinic.internal"),
        ("Coach: Write to o.brandvold@example.org.", "EMAIL", "o.brandvold@example.org"),
        (
            "Caregiver: It's ottilie dot brandvold at gmail dot com.",
            "EMAIL",
            "ottilie dot brandvold at gmail dot com",
        ),
        (
            "caregiver: my email is tilly underscore nine at yahoo dot com\ncoach: ok",
            "EMAIL",
            "tilly underscore nine at yahoo dot com",
        ),
        ("Coach: See https://example.org/carers?id=7 for it.", "URL", "https://example.org/carers?id=7"),
        ("Coach: The page is carers respite dot org slash exit.", "URL", "carers respite dot org slash exit"),
        ("Coach: It came from 192.168.4.17 last night.", "IP_ADDRESS", "192.168.4.17"),
        ("Coach: It came from fe80:0:0:0:2:aa:ff:1 last night.", "IP_ADDRESS", "fe80:0:0:0:2:aa:ff:1"),
    ],
)
def test_an_address_on_the_net_is_found(covered, text, entity, words):
    assert (entity, words) in covered(text)


def test_speaking_of_dots_is_no_address(covered):
    assert covered("Caregiver: Connect the dots at home, dot by dot, come what may.") == []
