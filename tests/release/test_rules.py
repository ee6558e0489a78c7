"""What the rules are told: words counted in the store, digests, whose sessions they are, and what made them."""

import hmac
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from policies import LoadedPolicy, Protection
from policies.models import known_models
from policies.schema import Determination
from tests.conftest import SECRET, detector
from tests.review.ward import Ward, approve, policy_with
from workbench.errors import Refused
from workbench.release import gate
from workbench.release.rules import Going
from workbench.store import candidates
from workbench.study.opening import create_study
from workbench.study.study import record_key

MISTRAL = known_models()[0].sha256
WHITE = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2009\u2028\u2029\u202f\u205f\u3000"


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Iterator[Ward]:
    """Two approved exchanges of a subject."""
    folder = tmp_path_factory.mktemp("rules") / "study"
    create_study(folder, policy_with(policy, "attention:\n  planted_rate: 0"), SECRET, "tester")
    ward = Ward(folder, detector())
    ward.fill([2], subject="S-1")
    ann = ward.hire("ann")
    for number in (1, 2):
        approve(ann, number)
    yield ward
    ward.close()


@pytest.fixture
def changed(ward: Ward) -> Iterator[Ward]:
    """The same to change: whatever is done to its tables and its policy is taken back."""
    before = ward.study.policy, ward.study.loaded_policy
    ward.study.db.execute("BEGIN")
    yield ward
    ward.study.db.execute("ROLLBACK")
    ward.study.policy, ward.study.loaded_policy = before


def set_release(ward: Ward, **rules: object) -> None:
    release = ward.study.policy.release.model_copy(update=rules)
    ward.study.policy = ward.study.policy.model_copy(update={"release": release})


def stays(ward: Ward) -> dict[str, int]:
    return gate.plan(ward.study).excluded


@given(st.binary(min_size=1, max_size=64), st.text(max_size=40))
def test_a_record_s_key_is_hkdf_as_everybody_knows_it(secret: bytes, record: str) -> None:
    known = HKDF(algorithm=SHA256(), length=32, salt=None, info=record.encode()).derive(secret)
    assert record_key(secret, record) == known


@given(st.text(), st.text())
def test_digests_are_what_they_always_were(ward: Ward, question: str, answer: str) -> None:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"body:7:3").derive(ward.study.secret)
    words = json.dumps([question, answer], ensure_ascii=True).encode()
    assert ward.study.body_digest(7, 3, question, answer) == hmac.new(key, words, "sha256").hexdigest()


@given(st.text(alphabet=WHITE + "ab\u00e9\u200b\u2060\ufeff", max_size=30))
def test_the_store_counts_words_as_python_does(ward: Ward, text: str) -> None:
    sql = candidates.missing("$1::VARCHAR"), candidates.fewer("$1::VARCHAR", 3)
    blank, few = ward.study.db.row(f"SELECT {sql[0]}, {sql[1]}", [text]) or (None, None)
    assert (blank, few) == (not text.split(), len(text.split()) < 3)


def test_a_plan_holds_no_text_and_knows_whose_rows_they_are(ward: Ward) -> None:
    planned = gate.plan(ward.study)
    assert [(row.exchange, row.config, row.session, row.subject, row.number) for row in planned.rows] == [
        (1, "interview", 1, "S-1", 1),
        (2, "interview", 1, "S-1", 2),
    ]
    assert not set(Going._fields) & {"question", "answer"}
    assert planned.approvers == {"ann"}
    assert list(planned.unscanned) == list(planned.rows)


def test_texts_come_in_the_order_asked_for(ward: Ward) -> None:
    rows = gate.plan(ward.study).rows[::-1]
    assert [row.exchange for row, *_ in gate.texts(ward.study, rows)] == [2, 1]
    assert all(question and answer for _, question, answer in gate.texts(ward.study, rows))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE bodies SET answer = answer || ' More.' WHERE exchange = 1", "not the text that was approved"),
        ("DELETE FROM bodies WHERE exchange = 1", "not the text that was approved"),
    ],
)
def test_a_text_that_is_not_the_approved_one_goes_nowhere(changed: Ward, change: str, sentence: str) -> None:
    rows = gate.plan(changed.study).rows
    changed.study.db.execute(change)
    with pytest.raises(Refused, match=sentence):
        list(gate.texts(changed.study, rows))


def test_a_text_whose_length_the_store_has_wrong_goes_nowhere(changed: Ward) -> None:
    short = changed.study.policy.length_filter.model_copy(update={"min_words": 900})
    changed.study.policy = changed.study.policy.model_copy(update={"length_filter": short})
    rows = gate.plan(changed.study).rows
    with pytest.raises(Refused, match="shorter than the study knows"):
        list(gate.texts(changed.study, rows))


def test_special_protection_stays_unless_the_policy_names_it(changed: Ward) -> None:
    changed.study.db.execute("""UPDATE files SET protection = '["42cfr2"]'""")
    assert stays(changed) == {"special_protection": 2}
    set_release(changed, allowed_protection=(Protection.PART_2,))
    assert stays(changed) == {}
    changed.study.db.execute("""UPDATE files SET protection = '["42cfr2", "psychotherapy_notes"]'""")
    assert stays(changed) == {"special_protection": 2}


@pytest.mark.parametrize(
    ("forbidden", "digest", "expected"),
    [
        ("apache-2.0", MISTRAL, {"forbidden_licence": 2}),
        ("llama3", MISTRAL, {}),
        ("unknown", "0" * 64, {"forbidden_licence": 2}),
        ("apache-2.0", "0" * 64, {}),
    ],
)
def test_rows_of_a_model_under_a_forbidden_licence_stay(
    changed: Ward, forbidden: str, digest: str, expected: dict[str, int]
) -> None:
    db = changed.study.db
    db.execute("UPDATE generations SET model_digest = ?", [digest])
    db.insert("models", [("model", "/m", 1, digest, None)])
    set_release(changed, forbidden_licences=(forbidden,))
    assert stays(changed) == expected


def test_extracts_are_under_no_model_s_licence(changed: Ward) -> None:
    changed.study.db.execute("UPDATE generations SET backend = 'extractive'")
    set_release(changed, forbidden_licences=("unknown",))
    assert stays(changed) == {}


def refusals(ward: Ward) -> list[str]:
    return gate.forbidden(ward.study)


def test_an_expert_s_determination_must_be_there_and_last(changed: Ward) -> None:
    assert refusals(changed) == []
    today = datetime.now(UTC).date()

    def determined(expires: date | None) -> None:
        told = expires and Determination(digest="0" * 64, expires=expires, conditions="Keep it in the house.")
        changed.study.policy = changed.study.policy.model_copy(
            update={"basis": "expert_determination", "determination": told}
        )

    determined(None)
    assert "it names none" in refusals(changed)[0]
    determined(today)
    assert refusals(changed) == []
    determined(today - timedelta(days=1))
    assert "have it renewed" in refusals(changed)[0]


def test_a_log_that_is_not_anchored_lets_nothing_out(ward: Ward) -> None:
    checkpoint = next(path for path in ward.study.folder.mirror.iterdir() if "checkpoint" in path.name)
    kept = checkpoint.read_bytes()
    checkpoint.write_bytes(kept.replace(b"\n", b"\n1", 1))
    try:
        assert "The audit log does not bear a release out" in refusals(ward)[0]
    finally:
        checkpoint.write_bytes(kept)
    assert refusals(ward) == []


def test_a_mirror_that_ends_otherwise_than_the_store_lets_nothing_out(changed: Ward) -> None:
    last = changed.study.log.size - 1
    changed.study.db.execute("UPDATE events SET line = line || ' ' WHERE sequence = ?", [last])
    assert "do not end with the same event" in refusals(changed)[0]


def test_the_agreement_of_the_example_lets_nothing_out(changed: Ward) -> None:
    changed.study.policy = changed.study.policy.model_copy(update={"agreement": "DUA-0000"})
    assert "put the signed data use agreement under agreement first" in refusals(changed)[0]
