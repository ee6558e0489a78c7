"""The dataset card: what a user of the release must know, with statistics computed from its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from policies import Policy
from workbench.screening.length import words

BACKENDS = {
    "extractive": "extracts of the speakers' own sentences, made by fixed rules without a language model (extractive)",
    "llama-cpp": "paraphrases by a language model run locally (llama-cpp)",
    "openai": "paraphrases by a language model behind an engine on the site (openai)",
    "turns": "turns of the sessions as they were said, cut out by fixed rules without a language model (turns)",
}

INTRODUCTIONS = {
    "interview": "question and answer pairs condensed from counselling sessions, one pair for a page of transcript",
    "multi_turn": "turns of the coach in counselling sessions, word for word, each with the turns before it",
}
SIDES = {"interview": ("input (caregiver)", "output (coach)"), "multi_turn": ("input (turns before)", "output (coach)")}
INPUTS = {
    "interview": "what the caregiver brings",
    "multi_turn": "the turns before, oldest first, a line each: `Caregiver:`, `Coach:`, or `Other:` for anybody else",
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


def card(
    name: str,
    policy: Policy,
    digest: str,
    data_files: Mapping[str, str],
    stats: Mapping[str, Statistics],
    backends: Sequence[str],
    unstated: int,
) -> str:
    """The README.md of a release; `data_files` and `stats` are by data set, and there is at least one.

    `unstated` is how many rows have no consent on record.
    """
    configs: list[dict[str, object]] = [
        {"config_name": config, "data_files": [{"split": "train", "path": path}]} for config, path in data_files.items()
    ]
    if len(configs) > 1:
        configs[0]["default"] = True  # what `load_dataset` takes where nobody says which
    front = {
        "pretty_name": name,
        "license": policy.release.licence,
        "language": ["en"],
        "task_categories": ["text-generation"],
        "tags": ["counselling", "de-identified", "human-reviewed"],
        "size_categories": [_size_category(sum(one.rows for one in stats.values()))],
        "configs": configs,
    }
    made = "; ".join(BACKENDS[backend] for backend in backends)
    data_sets = "\n".join(f"- `{config}`: {INTRODUCTIONS[config]}." for config in stats)
    numbers = "\n".join(
        f"| {config} | {side} | {one.rows} | {mean:.2f} | {fewest} | {most} |"
        for config, one in stats.items()
        for side, mean, (fewest, most) in zip(
            SIDES[config], (one.mean_input, one.mean_output), (one.range_input, one.range_output), strict=True
        )
    )
    inputs = "; ".join(f"in `{config}` {INPUTS[config]}" for config in stats)
    rule = policy.length_filter
    filters = {
        "interview": f"at least {rule.min_words} words, mode `{rule.mode}`",
        "multi_turn": f"output of at least {policy.multi_turn.target_words} words",
    }
    filtered = "; ".join(f"`{config}`: {filters[config]}" for config in stats)
    return f"""---
{yaml.safe_dump(front, sort_keys=False).strip()}
---

# {name}

{data_sets}

Each row was screened for identifiers and approved by a person before it was released.

| data set | | rows | mean words | fewest | most |
|---|---|---|---|---|---|
{numbers}

## Columns

- `id`: opaque, new in every release; it says nothing about where a row comes from.
- `instruction`: the same for all rows.
- `input`: {inputs}.
- `output`: how the coach answers.

## How it was made

- Made of: {made}.
- Treatment of identifiers: typed placeholders such as `[NAME_1]`; the same number means the same words.
- Length filter: {filtered}.
- Consent: {_consent(policy, sum(one.rows for one in stats.values()), unstated)}.
- Policy `{policy.name}` version {policy.version}, SHA-256 `{digest}`, basis `{policy.basis}`.
- Row order carries no meaning.

## Limits

Detection and review lower the risk that a person can be recognised; they do not remove it. Do not try to
identify anybody. The rows are no substitute for professional help, and a model trained on them is none either.

## Check it

`MANIFEST.json` lists every file with its SHA-256; `sha256sum -c SHA256SUMS` checks them.
"""


def _consent(policy: Policy, rows: int, unstated: int) -> str:
    """What is on record of the consent to these rows."""
    if not unstated:
        return f"the subject of every row consented to the scope `{policy.release.scope.value}`"
    return f"none is on record for {unstated} of {rows} rows, and the policy lets such rows go"


def _size_category(rows: int) -> str:
    """The Hub's size bracket."""
    for limit, label in ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")):
        if rows < limit:
            return label
    return "1M<n<10M"
