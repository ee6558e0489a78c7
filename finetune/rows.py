"""The rows of a verified bundle."""

import random
from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from audit.bundle import Bundle
from finetune.errors import TrainingError

COLUMNS = ("instruction", "input", "output")


@dataclass(frozen=True, slots=True)
class Row:
    """One exchange as it was released."""

    instruction: str
    input: str
    output: str


def read_rows(bundle: Bundle, configs: list[str]) -> list[Row]:
    """The rows of these data sets of a bundle, in order, held in memory only (no data-set cache is written).

    Raises BundleError for a data set that the bundle does not have, TrainingError for a bundle that cannot train.
    """
    rows: list[Row] = []
    for config in configs:
        for file in bundle.data_files(config):
            try:
                table = pq.read_table(file, columns=list(COLUMNS))
            except (pa.ArrowException, OSError, KeyError):
                raise TrainingError(f"{file} lacks a column of {', '.join(COLUMNS)}; build the release anew.") from None
            rows += [Row(**{name: value or "" for name, value in row.items()}) for row in table.to_pylist()]
    if not rows:
        raise TrainingError(f"{bundle.path} holds no rows to train on; approve exchanges and build the release anew.")
    return rows


def split(rows: list[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """Rows to train on and rows held out (at least one of each); the same seed gives the same split."""
    if len(rows) < 2:
        raise TrainingError("Early stopping needs at least two rows; use a larger release or the recipe `paper`.")
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    size = min(max(1, round(len(rows) * share)), len(rows) - 1)
    held = set(order[:size])
    return [r for i, r in enumerate(rows) if i not in held], [r for i, r in enumerate(rows) if i in held]


def usual_instruction(rows: list[Row]) -> str:
    """The instruction that most rows carry."""
    return min(Counter(row.instruction for row in rows).items(), key=lambda item: (-item[1], item[0]))[0]
