"""How well decisions can be trusted, in numbers: Cohen's kappa, and exact intervals of rates.

Kappa: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960).
Its standard error: J. L. Fleiss, J. Cohen and B. S. Everitt, "Large sample standard errors of kappa and weighted
kappa", Psychological Bulletin 72 (1969), formula 13.  Rates: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

NORMAL = 1.959963984540054
"""97.5 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa with its asymptotic 95 % interval."""

    value: float
    low: float
    high: float


def kappa(pairs: Sequence[tuple[str, str]]) -> Kappa | None:
    """Cohen's kappa of pairs of verdicts; None where it is not defined: no pairs, or always the same verdict."""
    total = len(pairs)
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    observed = sum(first == second for first, second in pairs) / total if total else 0.0
    expected = sum(firsts[verdict] * seconds[verdict] for verdict in firsts) / total**2 if total else 1.0
    if expected == 1.0:
        return None
    value = (observed - expected) / (1 - expected)
    # Fleiss, Cohen and Everitt: a over the diagonal, b over the rest, c for chance.
    a = b = 0.0
    for (first, second), count in Counter(pairs).items():
        share, sides = count / total, firsts[second] / total + seconds[first] / total
        if first == second:
            a += share * (1 - sides * (1 - value)) ** 2
        else:
            b += share * sides**2
    b *= (1 - value) ** 2
    c = (value - expected * (1 - value)) ** 2
    error = sqrt(max(0.0, a + b - c)) / ((1 - expected) * sqrt(total))
    return Kappa(value, max(-1.0, value - NORMAL * error), min(1.0, value + NORMAL * error))


def interval(hits: int, total: int) -> tuple[float, float]:
    """The exact two-sided 95 % interval of a rate; (0, 1) where nothing was tried."""
    return lowest(hits, total, 0.025), highest(hits, total, 0.025)


def upper_bound(hits: int, total: int) -> float:
    """The exact one-sided 95 % upper bound of a rate; 1 where nothing was tried."""
    return highest(hits, total, 0.05)


def highest(hits: float, total: float, error: float) -> float:
    """The exact one-sided upper bound of a rate; numbers may be broken.  1 where nothing was tried."""
    # Loading it takes a tenth of a second, and most commands need none of it.
    from scipy.special import betaincinv

    return float(betaincinv(hits + 1, total - hits, 1 - error)) if hits < total else 1.0


def lowest(hits: int, total: int, error: float) -> float:
    """The exact one-sided lower bound of a rate; 0 where nothing was tried."""
    from scipy.special import betaincinv

    return float(betaincinv(hits, total - hits + 1, error)) if hits else 0.0
