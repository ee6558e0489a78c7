"""What may leave: only an exchange whose latest text was approved as it stands, under the policy in force."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

from audit.errors import AuditError
from policies import Policy, Verdict
from policies.basis import UNSIGNED
from policies.models import recognise
from workbench.errors import Refused
from workbench.many import many
from workbench.release.ahead import ahead
from workbench.release.going import Rows
from workbench.release.rules import UNKNOWN, Candidate, Consent, Going, Made, Rules, reason_to_stay
from workbench.screening.detector import detector_digest
from workbench.screening.length import are_long_enough
from workbench.store import candidates, events, models, revocations, samples
from workbench.store.candidates import TEXTS_AT_ONCE, Facts
from workbench.store.connection import Row
from workbench.study.reconcile import last_checkpoint
from workbench.study.study import Study, digest_under
from workbench.turns.lint import of_targets

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose session it is, what that subject consents to (None: nothing is on record), and what protects it."""

    session: int
    subject: str | None
    consent: Consent | None
    protection: frozenset[str]


@dataclass(slots=True)
class Plan:
    """The rows that may go, and how many stay, by reason."""

    rows: Rows = field(default_factory=Rows)
    excluded: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """Sentences on what would be learned from these rows."""
    unstated: int = 0
    """How many of the rows have no consent on record; they go because the policy says so."""
    unscanned: Rows = field(default_factory=Rows)
    """Those of the rows that the detector as it is now has not scanned yet."""
    approvers: frozenset[str] = frozenset()
    """Who gave the approvals that let these rows go."""


def plan(study: Study) -> Plan:
    """Sort every exchange of the study into what may go and what stays."""
    policy, db = study.policy, study.db
    rules = Rules.of(policy, study.loaded_policy.digest, study.actor.name)
    owners, licences = owners_of(study), licences_of(study)
    planned = Plan()
    excluded: Counter[str] = Counter()
    total: Counter[str] = Counter()
    short: Counter[str] = Counter()
    approvers: set[str] = set()
    detector = detector_digest(policy.redaction)
    leaking, revoked = samples.leaks(db), revocations.identifying(db)
    for facts, decisions in ahead(candidates.batches(db, detector, policy.multi_turn.short_words)):
        for fact in facts:
            owner = owners[fact.session]
            candidate = candidate_of(fact, owner, decisions.get(fact.exchange, ()), licences)
            candidate.leak_in_sample = (fact.exchange, fact.version) in leaking
            candidate.revoked = (fact.exchange, fact.version) in revoked
            reason = reason_to_stay(candidate, rules)
            if reason is not None:
                excluded[reason] += 1
                continue
            config = config_of(fact.kind, fact.origin)
            going = Going(
                fact.exchange, fact.version, fact.digest, config, owner.session, owner.subject, fact.page, fact.number
            )
            planned.rows.add(going)
            planned.unstated += owner.consent is None
            if fact.found is None:
                planned.unscanned.add(going)
            total[config] += 1
            short[config] += fact.few_words
            approvers.update([decision.person for decision in candidate.counted if decision.verdict == Verdict.APPROVE])
    planned.excluded = dict(sorted(excluded.items()))
    planned.warnings = _warnings(total, short, policy)
    planned.approvers = frozenset(approvers)
    return planned


def refusals(study: Study, planned: Plan) -> list[str]:
    """Sentences on why nothing at all may be built now, each with its remedy; empty where something may."""
    found = forbidden(study)
    if planned.unscanned:
        found.append(
            f"{len(planned.unscanned):,} of {many(len(planned.rows), 'row')} wait for the last scan; run: "
            "workbench release rescan"
        )
    return found


def forbidden(study: Study) -> list[str]:
    """The same, but for the last scan, which whoever builds can have done first."""
    policy, today = study.policy, datetime.now(UTC).date()
    found: list[str] = []
    if policy.agreement == UNSIGNED:
        found.append("The policy names the example agreement; put the signed data use agreement under agreement first.")
    if policy.basis == "expert_determination" and policy.determination is None:
        found.append(
            "The policy's basis is an expert's determination and it names none; put its digest, conditions and day of "
            "expiry under determination first."
        )
    if policy.determination is not None and policy.determination.expires < today:
        found.append(
            f"The expert's determination ended on {policy.determination.expires.isoformat()}; have it renewed and put "
            "the new one under determination."
        )
    if (fault := fault_of_log(study)) is not None:
        found.append(f"The audit log does not bear a release out: {fault}; run: workbench audit verify")
    return found


def fault_of_log(study: Study) -> str | None:
    """Why the log cannot vouch for what was approved, as one clause; None where it can.

    The opening has compared store, mirror and signature event by event; here it is seen that they still stand.
    """
    try:
        study.complete_mirror()
        anchor = last_checkpoint(study.folder, study.mirror)
        if anchor is None:
            return "no signed checkpoint of it is there"
        if anchor.size > study.log.size or (anchor.size == study.log.size and anchor.root != study.log.root):
            return "its signed checkpoint is of another log"
        last = study.log.size - 1
        if [*study.mirror.lines(last, last + 1)] != [*events.lines(study.db, last, last + 1)]:
            return "the store and its mirror do not end with the same event"
    except AuditError as problem:
        return str(problem).rstrip(".")
    return None


def candidate_of(fact: Facts, owner: Owner, decisions: Sequence[Row], licences: dict[str, str]) -> Candidate:
    """What the rules ask of an exchange, from the rows of the store."""
    return Candidate(
        fact.origin,
        fact.state,
        fact.version,
        fact.digest,
        [Made._make(decision) for decision in decisions],
        fact.open,
        fact.missing_side,
        fact.short,
        owner.consent,
        owner.protection,
        licences.get(fact.model, UNKNOWN) if fact.backend in MODELLED else None,
        bool(fact.found) and fact.found != NOTHING,
    )


NOTHING = "[]"
"""What a scan leaves that has found nothing."""
MODELLED = frozenset({"llama-cpp", "openai"})
"""Backends behind which a language model writes; others cut out what was said."""


def config_of(kind: str, origin: str) -> str:
    """The data set of a release that a record goes into."""
    return "multi_turn" if kind == "multi_turn" else origin


def licences_of(study: Study) -> dict[str, str]:
    """The licence of each model file of the study that is a known one, by its digest."""
    found = {row.digest: recognise(row.digest) for row in models.everything(study.db)}
    return {digest: known.licence for digest, known in found.items() if known is not None}


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that follow each other, with their texts; the first of them has the number `first`."""

    first: int
    questions: "pa.StringArray"
    answers: "pa.StringArray"
    words: "tuple[NDArray[np.int64], NDArray[np.int64]]"
    """Of each question and each answer."""
    keys: bytearray = field(default_factory=bytearray)
    """The digest key of each, one behind the other."""

    def by_config(self, going: Rows) -> "Iterator[tuple[str, NDArray[np.bool_]]]":
        """Each data set, and which of these rows of `going` go into it."""
        import numpy as np

        config = np.frombuffer(going.config, np.uint8)[self.first : self.first + len(self.questions)]
        for place, name in enumerate(going.configs):
            yield name, config == place


def parts(study: Study, going: Rows) -> Iterator[Part]:
    """The texts of rows, part by part; quick where they come in the order of the study.

    Raises Refused where a text is not the one that was approved, or not one that may go by its length.
    """
    for part in ahead(_read(study, going)):
        _check_digests(study, going, part)
        _check_lengths(study.policy, going, part)
        yield part


def _read(study: Study, going: Rows) -> Iterator[Part]:
    # Brings numpy and pyarrow along, which who only reviews never needs.
    from workbench.release.counting import count_words

    for first in range(0, len(going), TEXTS_AT_ONCE):
        these = slice(first, first + TEXTS_AT_ONCE)
        questions, answers = candidates.texts(study.db, going.exchanges[these], going.versions[these])
        yield Part(first, questions, answers, (count_words(questions), count_words(answers)))


def _check_digests(study: Study, going: Rows, part: Part) -> None:
    """Raise Refused where a text is not the one that was approved."""
    texts = zip(count(part.first), part.questions.to_pylist(), part.answers.to_pylist(), strict=False)
    for number, question, answer in texts:
        exchange = going.exchanges[number]
        key = study.body_key(exchange, going.versions[number])
        if digest_under(key, question, answer) != going.digest(number):
            raise Refused(
                f"The text of exchange {exchange} is not the text that was approved; run: workbench audit verify"
            )
        part.keys.extend(key)


def texts(study: Study, going: Sequence[Going]) -> Iterator[tuple[Going, str, str]]:
    """The same row by row: question and answer of each."""
    rows = going if isinstance(going, Rows) else Rows(going)
    for part in parts(study, rows):
        yield from zip(
            rows[part.first : part.first + TEXTS_AT_ONCE], part.questions.to_pylist(), part.answers.to_pylist(),
            strict=True,
        )  # fmt: skip


def _check_lengths(policy: Policy, going: Rows, part: Part) -> None:
    """Raise Refused where a text is shorter than it must be."""
    for kind, rows in part.by_config(going):
        short = rows & ~are_long_enough(kind, *part.words, policy)
        if short.any():
            exchange = going.exchanges[part.first + int(short.argmax())]
            raise Refused(f"Exchange {exchange} is shorter than the study knows it to be; run: workbench audit verify")


def _warnings(total: Counter[str], short: Counter[str], policy: Policy) -> tuple[str, ...]:
    found = [
        of_targets(config, number, short[config], policy.multi_turn.short_words)
        for config, number in sorted(total.items())
    ]
    return tuple(sentence for sentence in found if sentence)


def owners_of(study: Study) -> dict[int, Owner]:
    """Whose each session is, with the consent as it is now, and what protects it."""
    # Most sessions share the same few of them, and there may be fifty thousand.
    read: dict[str | None, Consent | None] = {None: None}
    protections: dict[str | None, frozenset[str]] = {None: frozenset()}
    owners = {}
    for session, subject, consent, protection in candidates.owners(study.db):
        if consent is not None and consent not in read:
            given = json.loads(consent)
            read[consent] = Consent(frozenset(given["scopes"]), bool(given["withdrawn"]))
        if protection is not None and protection not in protections:
            protections[protection] = frozenset(json.loads(protection))
        owners[session] = Owner(session, subject, read[consent], protections[protection])
    return owners
