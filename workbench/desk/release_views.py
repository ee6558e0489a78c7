"""What the desk answers about releases: consent, re-scan, samples and their bound, signatures, revocations."""

from typing import Literal

from policies import Scope
from workbench.desk.views import View


class Consent(View):
    """What a subject consents to from now on, and how many sessions, approved rows and releases that concerns."""

    scopes: tuple[Scope, ...]
    withdrawn: bool
    sessions: int
    rows: int
    releases: tuple[str, ...]


class Rescanned(View):
    """How far the fresh scan of what would go is: rows scanned by this call, rows that still wait, rows in which an
    identifier was found so far, and the numbers of the first hundred of these.
    """

    scanned: int
    left: int
    found: int
    exchanges: tuple[int, ...] = ()


class StewardKey(View):
    """A steward's public key (signed-note text form; empty: none is known), whose it is and how it is called."""

    person: str
    name: str
    key: str


class Signed(View):
    """A release's signature as the study has it; `missing` signatures are still needed."""

    name: str
    manifest_digest: str
    signatures: tuple[StewardKey, ...]
    missing: int


class Publication(View):
    """A release that was handed to somebody, as the log now says."""

    name: str
    manifest_digest: str
    destination: Literal["hub", "path"]


class Sample(View):
    """A blind sample of approved rows: `state` says what is next.

    `committed`: the digest of the seed stands in the log; draw it next.  `drawn`: `left` of its rows wait for a second
    look.  `finished`: every row was looked at.
    """

    sample: int
    state: Literal["committed", "drawn", "finished"]
    commitment: str
    rows: int
    left: int
    leaks: int


class Sampled(View):
    """A row of the sample to look at, without anything of its first review; None when none waits for this person."""

    sample: int
    exchange: int | None
    question: str = ""
    answer: str = ""
    source: str = ""
    left: int = 0


class Bound(View):
    """What a finished sample says: `low` and `high` of catch rates and bounds are shares between 0 and 1.

    `naive` counts rows as if they were independent; `rows` and `people` are clustered by subject and corrected for
    `catch_rate`, the least share of planted leaks that the second readers find.  Both parts are taken at 97.5 %, so
    that they hold together at 95 %.  Where nothing is known of the readers (None), `rows` and `people` are 1.
    """

    sample: int
    size: int
    subjects: int
    leaks: int
    catch_rate: float | None
    naive: float
    rows: float
    people: float


class Revocable(View):
    """Rows of releases that would be revoked: (release, ids of the rows)."""

    releases: tuple[tuple[str, tuple[str, ...]], ...]


class Revoked(View):
    """Rows of releases that must not be used any more: (release, how many rows); what to tell recipients."""

    releases: tuple[tuple[str, int], ...]
    sentences: tuple[str, ...]
    path: str
    """The signed revocation list that was written."""


class RareCombination(View):
    """Quasi-identifiers (kind and value) that few people share, and the exchanges that have them all."""

    combination: tuple[tuple[str, str], ...]
    people: int
    exchanges: tuple[int, ...]


class NearDuplicate(View):
    """An exchange that is nearly another one; `alike` is the share of runs of words that both have (Jaccard)."""

    exchange: int
    other: int
    alike: float


class Risks(View):
    """What may single somebody out; for the study's own eyes only.

    `classes` are the different combinations of all quasi-identifiers of a row, `smallest` the people who share the
    rarest (the k of k-anonymity), `rows_in_rare` the rows in one that is rarer than the policy's limit.  Of rare
    combinations and duplicates the first ones are told, and how many there are in all.
    """

    rows: int
    people: int
    classes: int
    smallest: int
    rows_in_rare: int
    rare: tuple[RareCombination, ...]
    rare_in_all: int
    duplicates: tuple[NearDuplicate, ...]
    duplicates_in_all: int
    of_two_people: int
    """Duplicates of which the two rows are of two people."""


class Dossier(View):
    """The expert's file, where it was written, and its SHA-256."""

    path: str
    digest: str
