"""The dataset card: what a user of the release must know, with statistics computed from its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from policies import Policy
from workbench.screening.length import words

CONFIG = "interview"

BACKENDS = {
    "extractive": "extracts of the speakers' own sentences, made by fixed rules without a language model (extractive)",
    "llama-cpp": "paraphrases by a language model run locally (llama-cpp)",
}


@dataclass(frozen=True, slots=True)
class Statistics:
    """Words between white space, per side: mean, smallest and largest."""

    rows: int
    mean_input: float
    mean_output: float
    range_input: tuple[int, int]
    range_output: tuple[int, int]


def statistics(rows: Sequence[tuple[str, str]]) -> Statistics:
    """Lengths of (input, output) rows; there must be at least one."""
    inputs, outputs = [words(one) for one, _ in rows], [words(other) for _, other in rows]
    return Statistics(
        len(rows),
        sum(inputs) / len(rows),
        sum(outputs) / len(rows),
        (min(inputs), max(inputs)),
        (min(outputs), max(outputs)),
    )


def card(name: str, policy: Policy, digest: str, data_file: str, stats: Statistics, backends: Sequence[str]) -> str:
    """The README.md of a release."""
    front = {
        "pretty_name": name,
        "license": policy.release.licence,
        "language": ["en"],
        "task_categories": ["text-generation"],
        "tags": ["counselling", "de-identified", "human-reviewed"],
        "size_categories": [_size_category(stats.rows)],
        "configs": [{"config_name": CONFIG, "data_files": [{"split": "train", "path": data_file}]}],
    }
    made = "; ".join(BACKENDS[backend] for backend in backends)
    rule = policy.length_filter
    return f"""---
{yaml.safe_dump(front, sort_keys=False).strip()}
---

# {name}

Question and answer pairs condensed from counselling sessions, one pair for a page of transcript. Each pair was
screened for identifiers and approved by a person before it was released.

| | rows | mean words | fewest | most |
|---|---|---|---|---|
| input (caregiver) | {stats.rows} | {stats.mean_input:.2f} | {stats.range_input[0]} | {stats.range_input[1]} |
| output (coach) | {stats.rows} | {stats.mean_output:.2f} | {stats.range_output[0]} | {stats.range_output[1]} |

## Columns

- `id`: opaque, new in every release; it says nothing about where a row comes from.
- `instruction`: the same for all rows.
- `input`: what the caregiver brings.
- `output`: how the coach answers.

## How it was made

- Condensed by: {made}.
- Treatment of identifiers: typed placeholders such as `[NAME_1]`; the same number means the same words.
- Length filter: at least {rule.min_words} words, mode `{rule.mode}`.
- Policy `{policy.name}` version {policy.version}, SHA-256 `{digest}`, basis `{policy.basis}`.
- Row order carries no meaning.

## Limits

Detection and review lower the risk that a person can be recognised; they do not remove it. Do not try to
identify anybody. The pairs are no substitute for professional help, and a model trained on them is none either.

## Check it

`MANIFEST.json` lists every file with its SHA-256; `sha256sum -c SHA256SUMS` checks them.
"""


def _size_category(rows: int) -> str:
    """The Hub's size bracket."""
    for limit, label in ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")):
        if rows < limit:
            return label
    return "1M<n<10M"
