"""The dataset card: what a user of the release must know, with statistics computed from its rows."""

from collections.abc import Iterable, Sequence

import yaml

from audit.bundle import SPLITS
from workbench.desk.reasons import in_words
from workbench.release.about import BACKENDS, About, unique
from workbench.release.cells import UNTOLD, suppress, told
from workbench.release.citation import bibtex
from workbench.release.tables import markdown
from workbench.release.told import ReleaseStatistics

CARD = "README.md"
INTRODUCTIONS = {
    "interview": "question and answer pairs condensed from counselling sessions, one pair for a page of transcript",
    "multi_turn": "turns of the coach in counselling sessions, word for word, each with the turns before it",
    "synthetic": "question and answer pairs written by a language model, decided by the same people and rules",
}
SIDES = {"multi_turn": ("input (turns before)", "output (coach)")}
CAREGIVER_SIDES = ("input (caregiver)", "output (coach)")
INPUTS = {
    "interview": "what the caregiver brings",
    "multi_turn": "the turns before, oldest first, a line each: `Caregiver:`, `Coach:`, or `Other:` for anybody else",
    "synthetic": "what an invented caregiver brings",
}


def card(about: About, numbers: ReleaseStatistics, figures: Sequence[str]) -> str:
    """The README.md of a release; `figures` are paths of pictures within the bundle."""
    policy = about.policy
    columns = "\n".join(f"- `{name}`: {text}." for name, text in _columns(about))
    cells = suppress(about.excluded, policy.release.smallest_cell)
    excluded = "\n".join(f"| {in_words(reason)} | {told(number)} |" for reason, number in cells.items())
    return f"""---
{yaml.safe_dump(_front(about), sort_keys=False, allow_unicode=True, width=110).strip()}
---

# {about.name}

{_lines(f"`{config}`: {INTRODUCTIONS[config]}." for config in about.configs)}

Version {about.version}. {about.summary}

{_table(about, numbers)}

| data set | | rows | mean words | fewest | most |
|---|---|---|---|---|---|
{_lengths(about, numbers)}

The rows of one subject stand in one split only.

{_statistics(numbers, figures)}## Columns

{columns}

## How it was made

- Collection: {about.collection}
{_generators(about)}
- Treatment: {about.treatment}
- {about.filter}
- Consent: {about.consent}.
- Policy `{policy.name}` version {policy.version}, SHA-256 `{about.policy_digest}`, basis `{policy.basis}`.
- Row order carries no meaning.

## Annotation

- {about.annotation}
- {about.agreement_sentence}
- {about.assurance_sentence}

What stayed behind, by the first reason for it:

| reason | exchanges |
|---|---|
{excluded or "| nothing | 0 |"}

## Privacy

{_lines(about.sensitive)}
- Ids are new in each release. Rows of one person {_linked(about)}.
{_conditions(about)}

## Limits

{_lines((*about.limits, *about.biases))}

{about.impact}

## Maintenance

{about.maintenance}

## Check it

`MANIFEST.json` lists every file with its SHA-256; `sha256sum -c SHA256SUMS` checks them.  With the public key of the
audit log, got on another way, `python verify_release.py . --public-key log.pub` also checks signatures and the proof
that the building of this release stands in the log, without any library.
`approvals.parquet` discloses the digest key of each row: with it anybody can link the row to the event of its approval.

## Citation

```bibtex
{bibtex(about)}
```
"""


def _front(about: About) -> dict[str, object]:
    """The Hub's YAML."""
    configs: list[dict[str, object]] = [
        {
            "config_name": config,
            "data_files": [
                {"split": split, "path": f"data/{config}/{split}-*.parquet"} for split in _splits_of(about, config)
            ],
        }
        for config in about.configs
    ]
    if len(configs) > 1:
        configs[0]["default"] = True  # what `load_dataset` takes where nobody says which
    licence = about.policy.release.licence
    front: dict[str, object] = {"pretty_name": about.name, "license": licence}
    if licence == "other":
        front |= {"license_name": "conditions-of-the-release", "license_link": "README.md"}
    front |= {
        "language": ["en"],
        "task_categories": ["text-generation"],
        "annotations_creators": ["expert-generated"],
        "tags": list(about.keywords),
        "size_categories": [_size_category(about.rows)],
        "configs": configs,
    }
    if about.gated:
        front |= {
            "extra_gated_heading": "Ask for this dataset",
            "extra_gated_prompt": "These rows come from people in counselling. Say who you are and what for.",
            "extra_gated_fields": {
                "Name": "text",
                "Institution": "text",
                "Purpose": "text",
                "I will not try to identify anybody": "checkbox",
                "I will not pass the rows on": "checkbox",
                "I will leave out rows that are revoked": "checkbox",
            },
        }
    return front


def _table(about: About, numbers: ReleaseStatistics) -> str:
    """The layout of Table 1 of the MentalChat16K paper, a column a data set."""
    measured = _measured(numbers)
    configs = about.configs
    lines = [
        ("", *(f"`{config}`" for config in configs)),
        tuple("---" for _ in range(len(configs) + 1)),
        ("Dataset size (rows)", *(f"{about.lengths[config][0].rows:,}" for config in configs)),
        ("Columns", *(", ".join(f"`{column}`" for column in about.columns) for _ in configs)),
        *(
            (
                f"Average {side} word count",
                *(f"{about.lengths[config][at].mean:.2f}" if config in measured else UNTOLD for config in configs),
            )
            for at, side in enumerate(("input", "output"))
        ),
        ("Number of sessions", *(_told(about, about.sessions[config]) for config in configs)),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _statistics(numbers: ReleaseStatistics, figures: Sequence[str]) -> str:
    """Further numbers, each with its figure."""
    shown = markdown(numbers, without=("excluded",), pictures=figures)
    return f"## Statistics\n\n{shown}\nThe same on a page to print: `report.html`.\n\n"


def _told(about: About, number: int | None) -> str:
    return f"fewer than {about.policy.release.smallest_cell}" if number is None else f"{number:,}"


def _measured(numbers: ReleaseStatistics) -> set[str]:
    """Data sets with enough rows for their lengths to be told, in every part of the card."""
    return {one.config for one in numbers.lengths}


def _lengths(about: About, numbers: ReleaseStatistics) -> str:
    measured = _measured(numbers)
    return "\n".join(
        f"| {config} | {side} | {one.rows} | {one.mean:.2f} | {one.fewest} | {one.most} |"
        if config in measured
        else f"| {config} | {side} | {one.rows} | {UNTOLD} | {UNTOLD} | {UNTOLD} |"
        for config in about.configs
        for side, one in zip(SIDES.get(config, CAREGIVER_SIDES), about.lengths[config], strict=True)
    )


def _splits_of(about: About, config: str) -> dict[str, int]:
    """Rows of each split of a data set that has any."""
    rows = {split: sum(f.rows for f in about.files if (f.config, f.split) == (config, split)) for split in SPLITS}
    return {split: number for split, number in rows.items() if number}


def _columns(about: About) -> list[tuple[str, str]]:
    inputs = "; ".join(f"in `{config}` {INPUTS[config]}" for config in about.configs)
    said = {
        "id": "opaque, new in every release; it says nothing about where a row comes from",
        "instruction": "the same for all rows",
        "input": inputs,
        "output": "how the coach answers",
        "messages": "the same as a conversation, for chat trainers: instruction and input in the user's turn",
        "subject": "pseudonym of the subject, new in every release",
        "position": "which of the subject's rows it is, from 1",
    }
    return [(column, said[column]) for column in about.columns]


def _generators(about: About) -> str:
    lines = [
        f"Generator `{one.backend}`: {one.source or BACKENDS.get(one.backend, 'a language model')}; licence "
        f"`{one.licence or 'unknown'}`."
        for one in unique(about.generators)
        if one.source or one.backend in ("llama-cpp", "openai")
    ]
    return _lines(lines or ["Generators: no language model made any row; the licence of the rows is the release's."])


def _linked(about: About) -> str:
    if about.policy.release.keep_links:
        return "are linked by `subject`, because the policy keeps that"
    return "cannot be linked by any column"


def _conditions(about: About) -> str:
    """What recipients must keep to, beyond the licence."""
    policy = about.policy
    lines = ["Do not try to identify anybody, and tell the curators if somebody can be."]
    if policy.agreement is not None:
        lines.append("Every recipient must have signed the data use agreement that the policy names.")
    if policy.determination is not None:
        lines += [
            f"Expert's determination: SHA-256 `{policy.determination.digest}`, valid until "
            f"{policy.determination.expires.isoformat()}.",
            f"Conditions of the determination: {policy.determination.conditions}",
        ]
    return _lines(lines)


def _lines(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _size_category(rows: int) -> str:
    """The Hub's size bracket."""
    brackets = (
        (1_000, "n<1K"),
        (10_000, "1K<n<10K"),
        (100_000, "10K<n<100K"),
        (1_000_000, "100K<n<1M"),
        (10_000_000, "1M<n<10M"),
    )
    return next((label for limit, label in brackets if rows < limit), "10M<n<100M")
