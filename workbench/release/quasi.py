"""Rare combinations of quasi-identifiers: what is not identifying by itself, and may be together.

What counts is how many people share a combination (L. Sweeney, "k-anonymity", 2002).  The text's own: topics, relatives
that it speaks of, kinds of places, an indirect identifier that was kept, a crisis.  And what somebody may know of a
person without having read it: which visit it was, and the manifest's groups.  A rare combination is reported where no
part of it is rare already (the minimal unique sets of M. Elliot, A. Manning and R. Ford, 2002), up to three of a row.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from workbench.release.rules import Going
from workbench.release.sample import whose
from workbench.release.topics import topics_of
from workbench.store import quasi as store
from workbench.store.quasi import KnownOf
from workbench.study.study import Study

LARGEST = 3
"""Quasi-identifiers of a combination."""

Item = tuple[str, str]
"""A kind of quasi-identifier and its value, such as (`relation`, `mother`)."""
Row = tuple[int, str, tuple[Item, ...]]
"""An exchange, whose it is, and its quasi-identifiers in order."""

RELATIONS = {
    "mother": "mother mom mum mama mommy",
    "father": "father dad papa daddy",
    "husband": "husband",
    "wife": "wife",
    "partner": "partner fiance fiancee boyfriend girlfriend",
    "son": "son sons",
    "daughter": "daughter daughters",
    "child": "child children kid kids baby",
    "brother": "brother brothers",
    "sister": "sister sisters",
    "grandparent": "grandmother grandfather grandma grandpa granny grandparents",
    "grandchild": "grandson granddaughter grandchild grandchildren",
    "aunt or uncle": "aunt aunts uncle uncles",
    "cousin": "cousin cousins",
    "niece or nephew": "niece nieces nephew nephews",
    "step relative": "stepmother stepfather stepson stepdaughter stepmom stepdad stepsister stepbrother",
    "relative in law": "mother-in-law father-in-law sister-in-law brother-in-law son-in-law daughter-in-law in-laws",
    "former spouse": "ex-husband ex-wife",
    "twin": "twin twins",
}
"""Words of relatives, by relation."""
_RELATION = {word: relation for relation, words in RELATIONS.items() for word in words.split()}
_ENDINGS = "'s", "\N{RIGHT SINGLE QUOTATION MARK}s"
_MARKS = ".,;:!?()[]\"'\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"


@dataclass(frozen=True, slots=True)
class Rare:
    """A combination that few people share, and the exchanges that have it.  For the study's own eyes only."""

    combination: tuple[Item, ...]
    people: int
    exchanges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Quasi-identifiers of all rows that would go.  Counts are of people, and not suppressed."""

    people: int
    rows: int
    items: dict[Item, int]
    """People by quasi-identifier."""
    rare: tuple[Rare, ...]
    classes: int
    """Different combinations of all that a row has."""
    smallest: int
    """People who share the rarest of these: the k of k-anonymity; at least the limit where it is that."""
    rows_in_rare: int
    """Rows whose combination of all is shared by fewer people than the limit."""


def rows_of(study: Study, read: Sequence[tuple[Going, str, str]]) -> list[Row]:
    """The quasi-identifiers of some rows that would go, with their question and answer."""
    known = store.of_sessions(study.db, {row.session for row, *_ in read})
    seen: dict[int, set[Item]] = defaultdict(set)
    for exchange, entity, state in store.found_on(study.db, [(row.exchange, row.version) for row, *_ in read]):
        if item := _item(entity, state):
            seen[exchange].add(item)
    found: list[Row] = []
    for row, question, answer in read:
        items = seen[row.exchange] | of_text(f"{question}\n{answer}") | _known(known[row.session])
        found.append((row.exchange, whose(row), tuple(sorted(items))))
    return found


def of_text(text: str) -> set[Item]:
    """The topics and the relatives that a text speaks of."""
    words = set(text.lower().split())
    bare = (word.strip(_MARKS) for word in words)
    stems = {word[:-2] if word.endswith(_ENDINGS) else word for word in bare}
    relations = {("relation", _RELATION[word]) for word in stems & _RELATION.keys()}
    return relations | {("topic", topic) for topic in topics_of(words)}


def report(rows: Sequence[Row], below: int) -> Report:
    """The report of these rows; rare is what fewer than `below` people share."""
    sharing: dict[Item, set[str]] = defaultdict(set)
    classes: dict[tuple[Item, ...], set[str]] = defaultdict(set)
    for _, subject, items in rows:
        for item in items:
            sharing[item].add(subject)
        classes[items].add(subject)
    return Report(
        people=len({subject for _, subject, _ in rows}),
        rows=len(rows),
        items={item: len(people) for item, people in sorted(sharing.items())},
        rare=_rare(rows, below),
        classes=len(classes),
        smallest=min((len(people) for people in classes.values()), default=0),
        rows_in_rare=sum(len(classes[items]) < below for *_, items in rows),
    )


def _rare(rows: Sequence[Row], below: int) -> tuple[Rare, ...]:
    """The rare combinations of which no part is rare, smaller ones first."""
    rare: list[Rare] = []
    common: set[tuple[Item, ...]] = set()
    for size in range(1, LARGEST + 1):
        sharing: dict[tuple[Item, ...], set[str]] = defaultdict(set)
        passed_over: set[tuple[Item, ...]] = set()
        for _, subject, items in rows:
            for combination in combinations(items, size):
                if combination in passed_over:
                    continue
                if combination not in sharing and not _parts_are_common(combination, common):
                    passed_over.add(combination)
                # Beyond the limit nobody needs to be counted.
                elif len(sharing[combination]) < below:
                    sharing[combination].add(subject)
        few = {combination: len(people) for combination, people in sharing.items() if len(people) < below}
        having: dict[tuple[Item, ...], list[int]] = defaultdict(list)
        for exchange, _, items in rows if few else ():
            for combination in combinations(items, size):
                if combination in few:
                    having[combination].append(exchange)
        rare += [Rare(combination, few[combination], tuple(having[combination])) for combination in sorted(few)]
        common = sharing.keys() - few.keys()
    return tuple(rare)


def _parts_are_common(combination: tuple[Item, ...], common: set[tuple[Item, ...]]) -> bool:
    if len(combination) == 1:
        return True
    return all(combination[:at] + combination[at + 1 :] in common for at in range(len(combination)))


def _item(entity: str, state: str) -> Item | None:
    """The quasi-identifier that a finding or flag makes, if any."""
    if entity == "crisis":
        return ("crisis", "yes")
    if entity == "INDIRECT":
        return ("indirect identifier", "kept") if state in ("kept", "dismissed") else None
    return ("place", f"{entity.lower()}, {'as said' if state in ('kept', 'dismissed') else 'replaced'}")


def _known(of: KnownOf) -> set[Item]:
    items = {(f"group {name}", value) for name, value in of.groups.items()}
    return items | {("visit", of.visit)} if of.visit else items
