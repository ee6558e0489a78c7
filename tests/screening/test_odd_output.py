"""Whatever a model writes and whatever stands on a page, screening ends with an answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import LoadedPolicy
from redaction.scanner import Scanner
from workbench.screening.raw import screen_raw

# Characters that are numbers of some kind, that fold to several letters, that join, and that end lines in other ways.
NUMBERS = "\u00b2\u2460\u00bd\u0663\u09ea\u2167\u212a5"
ODD = st.text(NUMBERS + "\u0131\u00df\ufb01\u0130\u200d\u0301\u2019\u2028 '-.\n[]{}<>|*_#@:;/()ab1acIM", max_size=80)
TEXT = st.one_of(st.text(max_size=80), ODD)


@pytest.fixture(scope="module")
def scanner(policy: LoadedPolicy) -> Scanner:
    return Scanner(policy.policy.redaction, threads=1)


@settings(max_examples=150)
@given(source=TEXT, question=TEXT, answer=TEXT, labelled=st.booleans())
def test_odd_pages_and_outputs_are_screened(
    policy: LoadedPolicy, scanner: Scanner, source: str, question: str, answer: str, labelled: bool
) -> None:
    raw = f"Caregiver: {question}\nCoach: {answer}" if labelled else question + answer
    findings = scanner.scan(source)
    identifiers = [(f.entity, f.text_in(source)) for f in findings]
    screened = screen_raw(raw, source, identifiers, scanner, policy.policy)
    for span in (*screened.leaks, *screened.unsupported):
        assert 0 <= span.start < span.end <= len(raw)
