"""What is told of a release, in numbers and sentences that hold for it: the card, Croissant and the citation say these.

Nobody is named: neither who is spoken of nor who curated, and nothing of what one reviewer alone did is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from policies import Policy, Scope
from workbench.desk.release_views import Bound
from workbench.desk.review_views import Agreement
from workbench.many import many
from workbench.release.rows import DataFile

BACKENDS = {
    "extractive": "extracts of the speakers' own sentences, made by fixed rules without a language model (extractive)",
    "llama-cpp": "paraphrases by a language model run locally (llama-cpp)",
    "openai": "paraphrases by a language model behind an engine on the site (openai)",
    "turns": "turns of the sessions as they were said, cut out by fixed rules without a language model (turns)",
}
BASES = {
    "safe_harbor": "HIPAA safe harbor, 45 CFR 164.514(b)(2): all eighteen kinds of identifiers are removed",
    "limited_data_set": "a limited data set, 45 CFR 164.514(e): it may hold dates, ages and places, and every "
    "recipient must have signed its data use agreement",
    "expert_determination": "an expert's determination that the risk is very small, 45 CFR 164.514(b)(1)",
    "internal": "use inside the house only",
}


@dataclass(frozen=True, slots=True)
class Lengths:
    """Words between white space of one side of the rows of a data set."""

    rows: int
    words: int
    fewest: int
    most: int

    @property
    def mean(self) -> float:
        """Words a row; there is at least one row."""
        return self.words / self.rows


@dataclass(frozen=True, slots=True)
class Generator:
    """What made rows: its backend, and the model behind it where that is a known one."""

    backend: str
    source: str | None
    licence: str | None


@dataclass(frozen=True, slots=True)
class About:
    """A release.  `lengths` are those of input and output by config; `sessions` is None where it is small."""

    name: str
    version: str
    created: datetime
    policy: Policy
    policy_digest: str
    files: tuple[DataFile, ...]
    columns: tuple[str, ...]
    lengths: dict[str, tuple[Lengths, Lengths]]
    sessions: dict[str, int | None]
    generators: tuple[Generator, ...]
    approvers: int
    excluded: dict[str, int]
    unstated: int
    """Rows without a consent on record."""
    agreement: Agreement
    bound: Bound | None
    shuffle: str

    @property
    def configs(self) -> tuple[str, ...]:
        """The data sets of the release."""
        return tuple(dict.fromkeys(file.config for file in self.files))

    @property
    def rows(self) -> int:
        """Rows of all data sets."""
        return sum(file.rows for file in self.files)

    @property
    def keywords(self) -> tuple[str, ...]:
        """Tags, as the Hub has them."""
        return ("counselling", "mental-health", "de-identified", "human-reviewed")

    @property
    def summary(self) -> str:
        """The release in two sentences."""
        return (
            f"{many(self.rows, 'row')} from counselling sessions, for the scope {self.policy.release.scope.value}. "
            "Each row was screened for identifiers and approved by a person before it was released."
        )

    @property
    def collection(self) -> str:
        """Where the rows come from."""
        made = "; ".join(BACKENDS.get(one.backend, one.backend) for one in unique(self.generators))
        return f"Transcripts of counselling sessions, page by page. The rows are {made}."

    @property
    def treatment(self) -> str:
        """What became of identifiers."""
        kinds = sorted({treatment.value for treatment in self.policy.redaction.treatments.values()})
        more = f"; for some kinds: {', '.join(kinds)}" if kinds else ""
        return (
            "Identifiers were looked for by rules and by a model that tags names, and each was replaced by a typed "
            f"placeholder such as `[NAME_1]`; within a session the same number means the same words{more}."
        )

    @property
    def filter(self) -> str:
        """How long a row must be."""
        rule = self.policy.length_filter
        filters = {
            "multi_turn": f"output of at least {self.policy.multi_turn.target_words} words",
        }
        usual = f"at least {rule.min_words} words, mode `{rule.mode}`"
        return f"Length filter: {'; '.join(f'`{config}`: {filters.get(config, usual)}' for config in self.configs)}."

    @property
    def annotation(self) -> str:
        """How rows were decided."""
        second = self.policy.review.second
        more = (
            f" A share of {second.share:.0%}, and rows with certain flags, were decided by a second person who did not "
            "know of the first decision."
            if second.wanted
            else ""
        )
        return (
            f"Every row was approved as it stands by staff ({_people(self)}), at a screen that takes an approval only "
            "after page and row have been on it, or where the policy allows it by a script of theirs; an edited text "
            f"was approved anew.{more}"
        )

    @property
    def agreement_sentence(self) -> str:
        """How well two people agreed."""
        found = self.agreement
        if not found.exchanges:
            return "Agreement: nothing was decided by two people, so that none was measured."
        if found.kappa is None or found.low is None or found.high is None:
            return (
                f"Agreement: two people decided {many(found.exchanges, 'exchange')} without knowing of each other; "
                "Cohen's kappa is not defined for these."
            )
        return (
            f"Agreement: two people decided {many(found.exchanges, 'exchange')} without knowing of each other; "
            f"Cohen's kappa {found.kappa:.2f} (95 % interval {found.low:.2f} to {found.high:.2f})."
        )

    @property
    def assurance_sentence(self) -> str:
        """What the blind second look says."""
        found = self.bound
        if found is None:
            return "Second look: no random sample of the rows was looked at once more; no bound is known."
        if found.catch_rate is None:
            return (
                f"Second look: in a blind random sample of {found.size} approved rows, {found.leaks} still held "
                "something identifying. How much the second readers miss was not measured, so that no bound is known "
                f"but for readers who miss nothing (with 95 % confidence at most {found.naive:.2%} of the rows, as if "
                "each stood for itself)."
            )
        return (
            f"Second look: in a blind random sample of {found.size} approved rows, {found.leaks} still held something "
            f"identifying. With 95 % confidence at most {found.rows:.2%} of the rows and {found.people:.2%} of the "
            "people are concerned (Clopper and Pearson, clustered by subject, corrected for what second readers miss)."
        )

    @property
    def tools(self) -> tuple[str, ...]:
        """What machines did."""
        models = (f"{one.backend}: {one.source}" if one.source else one.backend for one in unique(self.generators))
        return ("Presidio with recognizers of the curation workbench, source-aware", *models)

    @property
    def sensitive(self) -> tuple[str, ...]:
        """What stays sensitive."""
        return (
            "The rows tell of health, illness and family life of people in counselling.",
            f"Direct identifiers were removed on this basis: {BASES[self.policy.basis]}.",
        )

    @property
    def limits(self) -> tuple[str, ...]:
        """What the rows are not."""
        return (
            "Detection and review lower the risk that a person can be recognised; they do not remove it.",
            "The rows are no substitute for professional help, and a model trained on them is none either.",
            "Rows come from those who consented and whose sessions were transcribed, at the sites that took part.",
        )

    @property
    def biases(self) -> tuple[str, ...]:
        """Where the rows lean to."""
        return (
            f"The population is {self.policy.paraphrase.population}; others are not represented.",
            "Rows that reviewers could not free of identifying detail were left out, so that unusual stories are rarer "
            "than in the sessions.",
        )

    @property
    def uses(self) -> tuple[str, ...]:
        """What the rows are for."""
        return (
            f"Scope of this release: {self.policy.release.scope.value}.",
            "Fine-tuning and evaluation of language models that answer people who care for somebody.",
        )

    @property
    def impact(self) -> str:
        """What may come of it."""
        return (
            "Such models may help where counselling is scarce, and may harm where they are taken for it: whoever uses "
            "the rows must keep people in charge, and must not try to identify anybody."
        )

    @property
    def maintenance(self) -> str:
        """What becomes of the release."""
        return (
            "Versions are semantic: a new major version where rows of the one before are gone. Rows whose consent is "
            "withdrawn are named in a signed revocation list; whoever holds the release must leave them out from then."
        )

    @property
    def consent(self) -> str:
        """What is on record of the consent to these rows."""
        if not self.unstated:
            return f"the subject of every row consented to the scope `{self.policy.release.scope.value}`"
        return f"none is on record for {self.unstated:,} of {many(self.rows, 'row')}, and the policy lets such rows go"

    @property
    def gated(self) -> bool:
        """Whether recipients should have to ask."""
        return self.policy.release.scope is not Scope.PUBLIC


def unique(generators: Sequence[Generator]) -> list[Generator]:
    """One of each backend and source, in order."""
    return list({(one.backend, one.source): one for one in generators}.values())


def _people(about: About) -> str:
    return many(about.approvers, "person", "people")
