"""Whatever was done to a study, the plan of a release holds exactly the rows that the rules allow."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from tests.release.history_model import Decision, House, Paper
from workbench.desk.reasons import REASONS
from workbench.release.rules import Candidate, Consent, Made, Rules, reason_to_stay
from workbench.review.standing import counting, state_of

HISTORIES = 5_000
PEOPLE = ("ann", "ben", "steward", "sue", "tom")
SENIORS = ("sue", "tom")
SCOPES = ("training", "internal", "public")
PROTECTIONS = ("42cfr2", "psychotherapy_notes")
LICENCES = (None, None, "apache-2.0", "other", "unknown")

Judge = Callable[[Candidate, Rules], str | None]


@dataclass
class Rows:
    """What the store would hold of one exchange: decisions are only ever added."""

    version: int = 1
    made: list[Made] = field(default_factory=list)
    found: dict[int, bool] = field(default_factory=dict)
    """By version, whether the last scan found something."""
    leaking: set[int] = field(default_factory=set)
    revoked: set[int] = field(default_factory=set)

    def digest(self, version: int | None = None) -> str:
        return f"digest of version {version or self.version}"

    def add(self, what: str, person: str, policy: str, review_round: str, reason: str | None = None) -> None:
        self.made.append(Made(self.version, what, reason, self.digest(), policy, person, review_round))


class Study:
    """A history of a few exchanges: each step is taken on the papers, and put down as the store has it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.subjects = [f"S{number}" for number in range(3)]
        consents = [self._consent() for _ in self.subjects]
        self.house = House(
            steward="steward" if chance.random() < 0.3 else None,
            unstated=chance.random() < 0.5,
            allowed={one for one in PROTECTIONS if chance.random() < 0.3},
            forbidden={one for one in ("other", "unknown") if chance.random() < 0.3},
            consent=dict(zip(self.subjects, consents, strict=True)),
        )
        twice = chance.choice([0.0, 0.3, 1.0])
        self.papers = [
            Paper(
                two_needed=chance.random() < twice,
                invented=chance.random() < 0.05,
                licence=chance.choice(LICENCES),
                protection={one for one in PROTECTIONS if chance.random() < 0.1},
            )
            for _ in range(6)
        ]
        self.rows = [Rows() for _ in self.papers]
        self.undone: list[list[tuple[Decision, str]]] = [[] for _ in self.papers]

    def live(self, steps: int) -> None:
        """Take random steps; a good part of them approve, for there would be nothing to release otherwise."""
        kinds = {
            "decide": 14, "edit": 3, "withdraw": 1, "undo": 2, "redo": 2, "send_back": 0.5, "stale": 1, "policy": 0.3,
            "consent": 0.7, "scan": 0.7, "learn": 0.3, "tell": 0.3,
        }  # fmt: skip
        for kind in self.chance.choices([*kinds], [*kinds.values()], k=steps):
            getattr(self, f"_{kind}")(self.chance.randrange(len(self.papers)))

    def plan(self, judge: Judge) -> set[int]:
        """What may go by these rules, from what the store holds."""
        rules = Rules(
            policy_digest=self.house.today,
            scope=self.house.purpose,
            unstated=self.house.unstated,
            protection=frozenset(self.house.allowed),
            forbidden_licences=frozenset(self.house.forbidden),
            steward=self.house.steward,
        )
        return {number for number, candidate in enumerate(self._candidates()) if judge(candidate, rules) is None}

    def expected(self) -> set[int]:
        """What may go by the papers."""
        return {n for n, paper in enumerate(self.papers) if self.house.goes(paper, self.subject(n))}

    def subject(self, number: int) -> str:
        return self.subjects[number % len(self.subjects)]

    def _candidates(self) -> Iterator[Candidate]:
        for number, (paper, rows) in enumerate(zip(self.papers, self.rows, strict=True)):
            given = self.house.consent[self.subject(number)]
            candidate = Candidate(
                origin="planted" if paper.invented else "interview",
                state="waiting",
                version=rows.version,
                digest=rows.digest(),
                made=rows.made,
                open=int(paper.waits),
                missing_side=paper.one_sided,
                short=paper.short,
                consent=None if given is None else Consent(frozenset(given or SCOPES), withdrawn=not given),
                protection=frozenset(paper.protection),
                licence=paper.licence,
                found_again=rows.found.get(rows.version, False),
                leak_in_sample=rows.version in rows.leaking,
                revoked=rows.version in rows.revoked,
            )
            candidate.state = state_of(counting(rows.made, candidate), paper.two_needed)
            yield candidate

    # -- steps -------------------------------------------------------------------------------------------------

    def _decide(self, number: int) -> None:
        paper = self.papers[number]
        person = self.chance.choice(PEOPLE)
        what = self.chance.choices(("approve", "reject"), (4, 1))[0]
        match paper.status():
            case "waiting":
                review_round = "first"
            case "second" if person not in paper.deciders():
                review_round = "second"
            case "disputed" if person in SENIORS and person not in paper.deciders():
                review_round = "adjudication"
            case "approve" | "reject" if not paper.two_needed and paper.deciders() == {person}:
                review_round = "first"  # they think better of it
            case _:
                return
        if what == "approve" and paper.waits:
            return
        self.undone[number].clear()
        self._give(number, Decision(person, what, self.house.today), review_round)

    def _give(self, number: int, decision: Decision, review_round: str) -> None:
        self.papers[number].decisions.append(decision)
        self.rows[number].add(decision.what, decision.person, decision.policy, review_round)

    def _send_back(self, number: int) -> None:
        if self.papers[number].status() == "waiting":
            self._give(number, Decision(self.chance.choice(PEOPLE), "send_back", self.house.today), "first")

    def _undo(self, number: int) -> None:
        paper, rows = self.papers[number], self.rows[number]
        if paper.decisions:
            taken = paper.decisions.pop()
            given = _round(rows)
            self.undone[number].append((taken, given))
            rows.add("withdraw", taken.person, self.house.today, given, "undo")

    def _redo(self, number: int) -> None:
        if self.undone[number] and not (self.papers[number].waits):
            decision, review_round = self.undone[number].pop()
            self._give(number, replace(decision, policy=self.house.today), review_round)

    def _withdraw(self, number: int) -> None:
        paper, rows = self.papers[number], self.rows[number]
        if paper.decisions:
            paper.decisions.clear()
            self.undone[number].clear()
            rows.add("withdraw", self.chance.choice(PEOPLE), self.house.today, "first", "mistake")

    def _edit(self, number: int) -> None:
        paper, rows = self.papers[number], self.rows[number]
        if paper.status() == "sent back":
            return
        self.undone[number].clear()
        rows.version += 1
        paper.write(rows.digest())
        paper.waits, paper.short = self.chance.random() < 0.2, self.chance.random() < 0.1
        paper.one_sided = self.chance.random() < 0.05

    def _policy(self, number: int) -> None:
        self.house.today = self.chance.choice(("policy-1", "policy-2"))

    def _consent(self, number: int | None = None) -> set[str] | None:
        given = {scope for scope in SCOPES if self.chance.random() < 0.7}
        if number is None:
            return self.chance.choice((None, given, set(SCOPES), set(SCOPES)))
        self.house.consent[self.subject(number)] = given
        return None

    def _scan(self, number: int) -> None:
        paper, rows = self.papers[number], self.rows[number]
        rows.found[rows.version] = self.chance.random() < 0.3
        (paper.found_later.add if rows.found[rows.version] else paper.found_later.discard)(paper.words)

    def _tell(self, number: int) -> None:
        """Somebody sees afterwards that its words identify a person."""
        rows = self.rows[number]
        self.chance.choice((rows.leaking, rows.revoked)).add(rows.version)
        self.papers[number].told.add(self.papers[number].words)

    def _learn(self, number: int) -> None:
        """Something in it turns out to wait for a decision, whatever was decided."""
        self.papers[number].waits = True

    def _stale(self, number: int) -> None:
        """Somebody approves what is no longer there: an earlier version, or other words under the same number."""
        rows = self.rows[number]
        if rows.version > 1 and self.chance.random() < 0.5:
            old = rows.version - 1
            rows.made.append(Made(old, "approve", None, rows.digest(old), self.house.today, "ann", "first"))
        else:
            made = Made(rows.version, "approve", None, "digest of other words", self.house.today, "ann", "first")
            rows.made.append(made)


def _round(rows: Rows) -> str:
    """In which round the last decision that still counts was given."""
    counted = counting(
        rows.made, Candidate("", "", rows.version, rows.digest(), (), 0, False, False, None, frozenset(), None)
    )
    return counted[-1].review_round


def histories(number: int) -> Iterator[Study]:
    for seed in range(number):
        study = Study(random.Random(f"history {seed}"))
        study.live(study.chance.randrange(5, 60))
        yield study


def test_exactly_what_the_rules_allow_may_go() -> None:
    going, staying = 0, 0
    for seed, study in enumerate(histories(HISTORIES)):
        planned, expected = study.plan(reason_to_stay), study.expected()
        assert planned == expected, f"history {seed}: {sorted(planned ^ expected)}"
        going, staying = going + len(planned), staying + len(study.papers) - len(planned)
    assert min(going, staying) > HISTORIES / 2, "histories that release all or nothing show nothing"


def test_every_reason_to_stay_occurs_in_these_histories() -> None:
    reasons: Counter[str] = Counter()

    def noted(candidate: Candidate, rules: Rules) -> str | None:
        reason = reason_to_stay(candidate, rules)
        reasons[reason or "goes"] += 1
        return reason

    for study in histories(300):
        study.plan(noted)
    assert set(reasons) == {
        "goes", "planted", "not_decided", "rejected", "sent_back", "awaits_second_review", "disputed",
        "approved_under_another_policy", "reviewed_by_steward_alone", "open_finding", "missing_side", "too_short",
        "no_consent", "special_protection", "forbidden_licence", "found_by_rescan",
        "leak_in_sample", "revoked",
    }  # fmt: skip
    assert REASONS.keys() == reasons.keys() - {"goes"}, "each has its words"


WRONG: dict[str, Judge] = {
    "any policy will do": lambda c, r: reason_to_stay(
        replace(c, made=[made._replace(policy_digest=r.policy_digest) for made in c.made]), r
    ),
    "the last policy alone counts": lambda c, r: (
        None
        if reason_to_stay(c, r) == "approved_under_another_policy" and c.made[-1].policy_digest == r.policy_digest
        else reason_to_stay(c, r)
    ),
    "an earlier text will do": lambda c, r: reason_to_stay(
        replace(
            c,
            made=[made._replace(version=c.version, digest=c.digest) for made in c.made],
            state="approved" if c.made and c.made[-1].verdict == "approve" else c.state,
        ),
        r,
    ),
    "one decision is enough": lambda c, r: reason_to_stay(
        replace(c, state="approved" if c.state == "second" else c.state), r
    ),
    "a dispute lets go": lambda c, r: None if reason_to_stay(c, r) == "disputed" else reason_to_stay(c, r),
    "withdrawn consent still holds": lambda c, r: reason_to_stay(
        replace(c, consent=c.consent and replace(c.consent, withdrawn=False)), r
    ),
    "open findings do not matter": lambda c, r: reason_to_stay(replace(c, open=0), r),
    "short ones go": lambda c, r: reason_to_stay(replace(c, short=False), r),
    "one side is enough": lambda c, r: reason_to_stay(replace(c, missing_side=False), r),
    "every purpose is consented to": lambda c, r: reason_to_stay(
        replace(c, consent=c.consent and replace(c.consent, scopes=frozenset(SCOPES))), r
    ),
    "protection does not matter": lambda c, r: reason_to_stay(replace(c, protection=frozenset()), r),
    "licences do not matter": lambda c, r: reason_to_stay(replace(c, licence=None), r),
    "a second look does not matter": lambda c, r: reason_to_stay(replace(c, leak_in_sample=False), r),
    "a revocation does not matter": lambda c, r: reason_to_stay(replace(c, revoked=False), r),
    "the last scan does not matter": lambda c, r: reason_to_stay(replace(c, found_again=False), r),
    "stewards may review alone": lambda c, r: reason_to_stay(c, replace(r, steward=None)),
    "the invented goes": lambda c, r: reason_to_stay(replace(c, origin="interview"), r),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_rule_that_is_wrong_is_noticed(wrong: str) -> None:
    assert any(study.plan(WRONG[wrong]) != study.expected() for study in histories(400))
