"""What the dossier says, chapter by chapter; every count in it may be told."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from policies import Entity
from workbench.desk.reasons import in_words
from workbench.desk.release_views import Bound
from workbench.many import many
from workbench.release import bound, cells
from workbench.release.cells import Count, suppress
from workbench.release.dossier_page import Chapter, Points, Table
from workbench.release.dossier_texts import COUNTERS, LIMITS, METHOD, NO_SAMPLE, REFERENCES, UNMEASURED
from workbench.release.risks import Risks
from workbench.release.told import NOT_STATED
from workbench.review import quality
from workbench.review.agreement import interval
from workbench.screening.detector import detector_digest
from workbench.store import plants, releases, sources
from workbench.store import quality as stored
from workbench.study.study import Study

LONGEST = 40
"""Letters of a value of the manifest that is shown."""
WITHHELD = "a value that is not told"
PLAIN = re.compile(r"[A-Za-z]{0,2}\d{1,3}(?:\s?(?:-|to)\s?\d{1,3}|\+)?")
"""Numbers of visits and ranges of ages."""
GROUPS = frozenset(
    "female male woman man nonbinary other unknown white black asian hispanic latino latina african american native "
    "indian alaska hawaiian pacific islander european middle eastern and or of not more than one two races".split()
)
"""Words of which the usual demographic groups are made; the detector takes some of them for names."""


def chapters(study: Study, found: Risks) -> list[Chapter]:
    """The whole dossier."""
    sampled = bound.of(study, found.planned.rows)
    return [
        Chapter("Method", [*METHOD, *_method(study)]),
        Chapter("Recipients and conditions", [_recipients(study)]),
        Chapter("What would go", [*_going(study, found)]),
        Chapter("Review", [*_review(study)]),
        Chapter("Residual leaks", [*_residual(sampled)]),
        Chapter("Attack scenarios", [*_attacks(study, found, sampled)]),
        Chapter("Quasi-identifiers", [*_quasi(study, found)]),
        Chapter("Near duplicates", [_near(study, found)]),
        Chapter("What is not covered", [Points([*_open_ends(study, found, sampled), *LIMITS])]),
        Chapter("References", [Points(REFERENCES)]),
    ]


def _method(study: Study) -> Iterator[Table]:
    policy = study.policy
    counts: dict[str, int] = Counter()
    recognizers: dict[str, set[str]] = defaultdict(set)
    for recognizer, entity, number in sources.by_recognizer(study.db):
        counts[entity] += number
        recognizers[entity].add(recognizer)
    told = suppress({entity.value: counts.get(entity.value, 0) for entity in Entity}, policy.release.smallest_cell)
    yield Table(
        "What this was made with",
        ("", ""),
        [
            ("policy", f"{policy.name}, version {policy.version}"),
            ("SHA-256 of the policy", study.loaded_policy.digest),
            ("SHA-256 of the detector", detector_digest(policy.redaction)),
            ("findings count from a score of", f"{policy.redaction.threshold}"),
            *(
                (f"texts made by {backend}", f"model {model}" + (f", prompt {prompt}" if prompt else ""))
                for backend, model, prompt in releases.made_by(study.db, ("exchange", "multi_turn"))
            ),
        ],
    )
    yield Table(
        "Identifiers: what is done to each, and how often and by what it was found in the source",
        ("entity", "treatment", "findings", "recognizers that found it"),
        [
            (
                entity.value,
                policy.redaction.treatment(entity).value,
                told[entity.value],
                ", ".join(sorted(recognizers[entity.value])) if told[entity.value] else "",
            )
            for entity in Entity
        ],
    )


def _recipients(study: Study) -> Table:
    release, policy = study.policy.release, study.policy
    determined = policy.determination
    protections = ", ".join(protection.value for protection in release.allowed_protection) or "none"
    return Table(
        "What the policy says of recipients",
        ("", ""),
        [
            ("basis", policy.basis.replace("_", " ")),
            ("for", release.scope.value),
            ("licence", release.licence),
            ("data use agreement", policy.agreement or "none"),
            ("conditions of an earlier determination", determined.conditions if determined else "none"),
            ("it ends on", determined.expires.isoformat() if determined else "none"),
            ("subjects who have not been asked for consent", release.unstated_consent),
            ("special protections that may go", protections),
            ("signatures beside the builder's", str(release.signatures)),
            ("rows of one person can be linked", "yes" if release.keep_links else "no"),
        ],
    )


def _going(study: Study, found: Risks) -> Iterator[Table]:
    smallest = study.policy.release.smallest_cell
    yield Table(
        "Rows and people",
        ("", "number"),
        [
            ("rows", _told(found.quasi.rows, smallest)),
            ("people (a session without a manifest counts as one)", _told(found.quasi.people, smallest)),
        ],
    )
    stays = suppress(found.planned.excluded, smallest)
    rows = [(in_words(reason), number) for reason, number in stays.items()]
    yield Table("What stays, by the first reason for it", ("reason", "exchanges"), rows)


def _review(study: Study) -> Iterator[Table]:
    smallest = study.policy.release.smallest_cell
    pairs = stored.pairs(study.db)
    agreed = quality.agreement(pairs)
    catches = plants.catches(study.db)
    caught = sum(catch.caught for catch in catches)
    low, high = interval(caught, len(catches))
    kappa = f"{agreed.kappa:.2f} ({agreed.low:.2f} to {agreed.high:.2f})" if agreed.kappa is not None else "not defined"
    enough = len(pairs) >= smallest
    yield Table(
        "Two people who did not know of each other's decision",
        ("", ""),
        [
            ("exchanges decided twice", cells.told(_told(len(pairs), smallest))),
            ("decided alike", cells.told(cells.part(agreed.agreed, len(pairs), smallest)) if enough else cells.UNTOLD),
            ("Cohen's kappa (95 % interval)", kappa if enough else cells.UNTOLD),
        ],
    )
    yield Table(
        "Planted leaks, all reviewers together",
        ("", ""),
        [
            ("planted leaks decided", cells.told(_told(len(catches), smallest))),
            (
                "share that was seen (95 % interval)",
                f"{low:.1%} to {high:.1%}" if len(catches) >= smallest else cells.UNTOLD,
            ),
        ],
    )


def _residual(sampled: Bound | None) -> Iterator[str | Table]:
    if sampled is None:
        yield NO_SAMPLE
        return
    yield (
        "Reviewers who had neither decided nor changed a row looked at a random sample again, without seeing its first "
        "review.  The sample's seed was committed to in the audit log beforehand and disclosed there afterwards."
    )
    yield Table(
        f"Sample {sampled.sample}",
        ("", ""),
        [
            ("rows looked at", f"{sampled.size:,}"),
            ("of so many people", f"{sampled.subjects:,}"),
            ("rows with a leak", f"{sampled.leaks:,}"),
            ("share of rows with a leak, at most (exact 95 %, rows as if independent)", f"{sampled.naive:.2%}"),
            ("share of planted leaks that these readers see, at least (97.5 %)", _share(sampled.catch_rate)),
            (
                "share of rows with a leak, at most (95 %, by people, corrected for what readers miss)",
                _share(sampled.rows),
            ),
            ("share of people with a leak in their sampled rows, at most (95 %, corrected)", _share(sampled.people)),
        ],
    )
    if sampled.catch_rate is None:
        yield UNMEASURED


def _attacks(study: Study, found: Risks, sampled: Bound | None) -> Iterator[str | Table]:
    report, release = found.quasi, study.policy.release
    yield (
        "Each scenario with what the attacker knows, what stands against it, and what was measured.  Classes are "
        "counted by all quasi-identifiers of a row together, those that only the hospital knows included, so that the "
        "figures are on the safe side."
    )
    smallest = release.smallest_cell
    k = str(report.smallest) if report.smallest >= smallest else f"fewer than {smallest}"
    rare = cells.part(report.rows_in_rare, report.rows, smallest)
    few = f"{rare / report.rows:.1%} of the rows" if rare is not None else "a share that is not told"
    leaks = f"at most {sampled.rows:.2%} of rows, {sampled.people:.2%} of people" if sampled else "not measured yet"
    kept = any(kind == "indirect identifier" for kind, _ in report.items)
    measured = {
        "prosecutor": f"smallest class: {k} people; {few} in classes of fewer than {release.rare_below}",
        "journalist": f"{len(report.rare):,} rare combinations of up to three quasi-identifiers",
        "marketer": f"{report.classes / report.rows:.1%} of the rows at most, were every class found out",
        "acquaintance": f"leaks: {leaks}; indirect identifiers were kept in {'some rows' if kept else 'no row'}",
        "linkage": "links are kept" if release.keep_links else "links are dropped",
        "extraction": _near_words(study, found),
        "insider": f"{many(release.signatures, 'signature')} beside the builder's",
    }
    yield Table(
        "Scenarios",
        ("attacker", "knows and wants", "what stands against it", "measured"),
        [(name, wants, against, measured[key]) for key, name, wants, against in COUNTERS],
    )


def _quasi(study: Study, found: Risks) -> Iterator[str | Table]:
    release, report = study.policy.release, found.quasi
    yield (
        f"People by quasi-identifier.  A number of 1 to {release.smallest_cell - 1} is not told, nor is any from which "
        "one follows."
    )
    kinds: dict[str, dict[str, int]] = defaultdict(dict)
    for (kind, value), people in report.items.items():
        kinds[kind][value] = people
    names = {subject.casefold() for row in found.planned.rows if (subject := row.subject) and len(subject) > 2}
    for kind, values in kinds.items():
        # Columns of the manifest are named by the hospital, and hold nobody's data.
        title = kind.replace("_", " ")
        if kind.startswith("group ") and (rest := report.people - sum(values.values())) > 0:
            values[NOT_STATED] = rest
        told = _people(values, report.people, release.smallest_cell)
        shown = kind.startswith("group ") or kind == "visit"
        rows = [(_label(study, value, names) if shown else value, told[value]) for value in values]
        yield Table(title, ("value", "people"), rows)
    by_kinds = Counter(" + ".join(sorted(kind for kind, _ in rare.combination)) for rare in report.rare)
    yield Table(
        f"Combinations that fewer than {release.rare_below} people share, by the kinds in them",
        ("kinds", "combinations"),
        [(kinds_of.replace("_", " "), number) for kinds_of, number in sorted(by_kinds.items())],
    )


def _people(values: dict[str, int], people: int, smallest: int) -> dict[str, Count]:
    """People by value: neither one value nor what is left of all people may be small, nor the last one of a list."""
    together = suppress(values, smallest)
    return {
        value: None if together[value] is None else cells.part(number, people, smallest)
        for value, number in values.items()
    }


def _label(study: Study, words: str, names: set[str]) -> str:
    """A word of the manifest, unless it may identify somebody: in so few words the detector errs on the safe side."""
    folded = words.casefold()
    if len(words) > LONGEST or any(name in folded for name in names):
        return WITHHELD
    if PLAIN.fullmatch(words) or set(folded.split()) <= GROUPS:
        return words
    alone, said = study.scanner.scan(words), study.scanner.scan(f"They said that it is {words}.")
    identifies = all(any(finding.identifies for finding in found) for found in (alone, said))
    return WITHHELD if identifies else words


def _near(study: Study, found: Risks) -> str:
    return (
        f"Rows are near duplicates where {study.policy.release.near_duplicate:.0%} or more of their runs of five words "
        f"are the same (Jaccard).  {_near_words(study, found).capitalize()}."
    )


def _near_words(study: Study, found: Risks) -> str:
    smallest, near = study.policy.release.smallest_cell, found.duplicates
    if not near.pairs:
        return "no row is nearly another"
    rows = cells.told(cells.part(len(near.pairs), near.rows, smallest))
    across = cells.told(cells.part(near.across, len(near.pairs), smallest))
    return f"rows that are nearly an earlier one: {rows}; of these, with one of another person: {across}"


def _open_ends(study: Study, found: Risks, sampled: Bound | None) -> Iterator[str]:
    if sampled is None:
        yield NO_SAMPLE
    elif sampled.catch_rate is None:
        yield UNMEASURED
    if found.planned.unscanned:
        yield "Some rows have not been scanned a last time yet; no release is built before they were."
    if found.planned.unstated:
        yield "Some rows have no consent on record; they go because the policy allows it."
    if not study.policy.review.second.wanted:
        yield "The policy asks for no second review, so that nothing is said of how far two reviewers agree."


def _told(number: int, smallest: int) -> Count:
    return number if number == 0 or number >= smallest else None


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2%}"
