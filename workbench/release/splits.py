"""Which split a subject stands in: all of its rows in one, so that no test is made of somebody who was trained on."""

import hmac
from collections.abc import Mapping

from policies.schema import Splits


def split_of(rows: Mapping[str, int], shares: Splits, seed: bytes) -> dict[str, str]:
    """The split of each subject, given how many rows each has, so that the shares of the rows are met about.

    Subjects come in an order that hangs on the seed and their names alone; each goes where most rows are missing, and
    to `train` where that is as good as another.  No split is off its share by more than the rows of one subject.
    """
    total = sum(rows.values())
    missing = {split: share * total for split, share in shares.model_dump().items() if share}
    placed: dict[str, str] = {}
    for subject in sorted(rows, key=lambda name: hmac.digest(seed, f"split:{name}".encode(), "sha256")):
        split = max(missing, key=missing.__getitem__)
        placed[subject] = split
        missing[split] -= rows[subject]
    return placed
