"""How good the decisions are: agreement of two people, leaks that slipped through, catch rates, and pace."""

from collections import Counter

from policies import FlagKind, Risk, Role
from workbench.desk import review_views, reviewing
from workbench.desk.review_views import Agreement, CatchRate, Pace, Residual
from workbench.review.agreement import interval, kappa, upper_bound
from workbench.store import plants
from workbench.store import quality as store
from workbench.store.plants import Catch
from workbench.store.quality import Pair
from workbench.study.study import Study

SEES_ALL = frozenset({Role.SENIOR, Role.STEWARD, Role.AUDITOR})


def show_quality(study: Study, command: reviewing.ShowQuality, role: Role) -> review_views.Quality:
    """Agreement and leaks of the whole study; catch rates and paces of one's own, or of everybody for those who look
    after them (senior, steward, auditor).
    """
    me = study.actor
    everybody = bool(me.roles & SEES_ALL)
    caught: dict[str, list[Catch]] = {}
    for catch in plants.catches(study.db, None if everybody else [me.name]):
        caught.setdefault(catch.person, []).append(catch)
    pairs = store.pairs(study.db)
    states = store.by_state(study.db)
    return review_views.Quality(
        catch_rates=tuple(_rate(person, catches) for person, catches in sorted(caught.items())),
        paces=tuple(
            Pace(
                person=pace.person,
                decisions=pace.decisions,
                active_seconds=pace.milliseconds // 1000,
                words=pace.words,
                words_a_minute=words_a_minute(pace.words, pace.milliseconds),
            )
            for pace in store.paces(study.db)
            if everybody or pace.person == me.name
        ),
        agreement=agreement(pairs),
        residual=residual(pairs, [_takes_out(*change) for change in store.changed_by_second(study.db)]),
        second_waiting=states.get("second", 0),
        disputed=states.get("disputed", 0),
        flags=tuple((FlagKind(kind), number) for kind, number in store.by_flag(study.db)),
        risks=tuple((Risk(risk), number) for risk, number in store.by_risk(study.db)),
    )


def catch_rate(study: Study, person: str) -> CatchRate | None:
    """How many planted leaks a person caught, or None before the first."""
    catches = plants.catches(study.db, [person])
    return _rate(person, catches) if catches else None


def words_a_minute(words: int, milliseconds: int) -> int | None:
    """The pace of reading, or None where nothing was read for."""
    return round(words * 60_000 / milliseconds) if milliseconds else None


def agreement(pairs: list[Pair]) -> Agreement:
    """Whether two people who did not know of each other decided alike."""
    verdicts = [(pair.first, pair.second) for pair in pairs]
    found = kappa(verdicts)
    return Agreement(
        exchanges=len(verdicts),
        both=tuple((first, second, number) for (first, second), number in sorted(Counter(verdicts).items())),
        agreed=sum(first == second for first, second in verdicts),
        kappa=found.value if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
    )


def residual(pairs: list[Pair], changed: list[bool]) -> Residual:
    """In how many approved exchanges a second person found something identifying; `changed` says it of those that they
    changed instead of deciding.
    """
    looked = [pair.second == "reject" and pair.leak for pair in pairs if pair.first == "approve"] + changed
    return Residual(
        reviewed=len(looked),
        leaking=sum(looked),
        rate=sum(looked) / len(looked) if looked else None,
        upper=upper_bound(sum(looked), len(looked)) if looked else None,
    )


def _takes_out(before: str, after: str, marked: bool) -> bool:
    """Whether a change may have taken out an identifier: words were marked, or a word with a capital or digit is gone.

    That counts some edits that were none; a bound that is too high is the safe mistake.
    """
    left = Counter(after.split())
    gone = Counter(before.split()) - left
    return marked or any(any(c.isdigit() or c.isupper() for c in word) for word in gone)


def _rate(person: str, catches: list[Catch]) -> CatchRate:
    caught = [catch.caught for catch in catches]
    low, high = interval(sum(caught), len(caught))
    half = len(caught) // 2
    return CatchRate(
        person=person,
        planted=len(caught),
        caught=sum(caught),
        low=low,
        high=high,
        earlier=sum(caught[:half]) / half if half else None,
        recent=sum(caught[-half:]) / half if half else None,
    )
