"""What a sample that was looked at again says of all that would go: how large the share of leaks can be at most.

Three numbers, each exact or on the safe side:

- `naive`: the one-sided 95 % bound of C. J. Clopper and E. S. Pearson (Biometrika 26, 1934), as if each row stood for
  itself.
- `rows`: rows of one person are alike, so that they tell less than their number.  E. L. Korn and B. I. Graubard
  ("Confidence intervals for proportions with small expected number of positive counts estimated from survey data",
  Survey Methodology 24, 1998) put the effective sample size into Clopper and Pearson's formula: rows over the design
  effect, which is measured by how leaks spread over people.  From few leaks that cannot be measured, and it comes out
  too small.  So the effect is never taken to be smaller than at its worst with people who are otherwise alike: all rows
  of a person leak, or none does (L. Kish, Survey Sampling, 1965: an intra-cluster correlation of 1).
- `people`: of the people sampled, those with at least one leak in their sampled rows; people are independent.

A second reader misses leaks as well.  `rows` and `people` are therefore divided by the least share of leaks that these
readers find, from what they found of planted leaks.  Both parts are taken at 97.5 %, so that they hold together in at
least 95 % of all cases (Bonferroni).  Where nobody was measured, nothing is known, and the bound is 1.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies import Role
from workbench.desk import release_views as rv
from workbench.desk import releasing
from workbench.errors import Refused
from workbench.release.rules import Going
from workbench.review.agreement import highest, lowest, upper_bound
from workbench.store import plants, samples
from workbench.study.study import Study

ERROR = 0.05
"""How often a bound may be wrong."""
EACH = ERROR / 2
"""How often each of two parts may be: the bound of leaks found, and the share of leaks that are found."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A row that was looked at again: whose it is, and whether it leaks."""

    subject: str
    leak: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who looked: at how many rows, and how many of how many planted leaks they have found so far."""

    rows: int
    caught: int
    planted: int


def show_bound(study: Study, command: releasing.ShowBound, role: Role) -> rv.Bound:
    """The bound of the last sample; raises Refused before every row of it was looked at."""
    found = of(study)
    if found is None:
        raise Refused("No sample has been looked at to its end; see: workbench release sample show")
    return found


def of(study: Study, going: Sequence[Going] | None = None) -> rv.Bound | None:
    """The bound of the last sample, or None before every row of it was looked at.

    With `going` it is also None where one of these rows is none of those that the sample was drawn from.
    """
    sample = samples.last(study.db)
    if sample is None or sample.state != "drawn":
        return None
    looked_at = samples.looked_at(study.db, sample.sample)
    if not all(row.looks for row in looked_at):
        return None
    if going is not None:
        frame = samples.frame(study.db, sample.sample)
        if any((row.exchange, row.version) not in frame for row in going):
            return None
    rows = [Looked(row.subject, row.leak) for row in looked_at]
    return bound(sample.sample, rows, _readers(study, sample.sample))


def bound(sample: int, rows: Sequence[Looked], readers: Sequence[Reader]) -> rv.Bound:
    """What these rows say; there is at least one."""
    leaks_by = _leaks_by_subject(rows)
    leaks = sum(leaks_by.values())
    leaking = sum(1 for number in leaks_by.values() if number)
    seen = catch_rate(readers)
    return rv.Bound(
        sample=sample,
        size=len(rows),
        subjects=len(leaks_by),
        leaks=leaks,
        catch_rate=seen,
        naive=upper_bound(leaks, len(rows)),
        rows=_missed(clustered(rows, EACH), seen),
        people=_missed(highest(leaking, len(leaks_by), EACH), seen),
    )


def catch_rate(readers: Sequence[Reader]) -> float | None:
    """The least share of leaks that these readers find, at 97.5 %; None where none of them ever decided a planted one.

    Each reader's rate counts for the rows that they looked at.  The error is divided among them, so that no two readers
    need be alike; one who was never measured finds nothing.
    """
    if not any(reader.planted for reader in readers):
        return None
    rows = sum(reader.rows for reader in readers)
    return sum(reader.rows * lowest(reader.caught, reader.planted, EACH / len(readers)) for reader in readers) / rows


def clustered(rows: Sequence[Looked], error: float) -> float:
    """The upper bound of the share of rows with a leak, at the effective sample size; wrong in `error` of all cases."""
    size = effective_size(rows, error)
    share = sum(row.leak for row in rows) / len(rows)
    return highest(share * size, size, error)


def effective_size(rows: Sequence[Looked], error: float) -> float:
    """How many independent rows these are worth: at most as many as there are people."""
    sizes = Counter(row.subject for row in rows)
    total = len(rows)
    worst = total**2 / sum(size**2 for size in sizes.values())
    leaks = _leaks_by_subject(rows)
    share = sum(leaks.values()) / total
    if len(sizes) == 1 or share in (0, 1):
        return worst
    people = len(sizes)
    spread = sum((leaks[subject] - share * size) ** 2 for subject, size in sizes.items())
    variance = people / (people - 1) * spread / total**2
    if not variance:
        return worst
    measured = share * (1 - share) / variance * _fewer_people(total, people, error)
    return min(worst, measured)


def _fewer_people(total: int, people: int, error: float) -> float:
    """Korn and Graubard's correction for a variance that is itself estimated from few people."""
    from scipy.special import stdtrit

    return float((stdtrit(total - 1, 1 - error) / stdtrit(people - 1, 1 - error)) ** 2)


def _missed(found: float, seen: float | None) -> float:
    """The bound of what there is, from that of what was found."""
    return min(1.0, found / seen) if seen else 1.0


def _leaks_by_subject(rows: Sequence[Looked]) -> Mapping[str, int]:
    leaks: dict[str, int] = defaultdict(int)
    for row in rows:
        leaks[row.subject] += row.leak
    return leaks


def _readers(study: Study, sample: int) -> list[Reader]:
    catches = plants.catches(study.db)
    return [
        Reader(
            rows=number,
            caught=sum(catch.caught for catch in catches if catch.person == person),
            planted=sum(1 for catch in catches if catch.person == person),
        )
        for person, number in samples.readers(study.db, sample)
    ]
