"""The shape of a policy file: every rule of a study that a hospital may want to set for itself."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policies.basis import fault_of
from policies.names import Entity, Face, FlagKind, Protection, Risk, Scope, Treatment

Words = Annotated[int, Field(ge=1, le=10_000)]


class Section(BaseModel):
    """Base of every part of a policy: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Pages(Section):
    """How a transcript becomes pages."""

    words: Words = 350
    """Target length of a page where the document has no page breaks of its own."""


class Speakers(Section):
    """The two sides of a session and the names transcribers use for them (case does not matter)."""

    caregiver: tuple[str, ...]
    coach: tuple[str, ...]

    @model_validator(mode="after")
    def _disjoint(self) -> "Speakers":
        both = {a.casefold() for a in self.caregiver} & {a.casefold() for a in self.coach}
        if both:
            raise ValueError(f"speaker alias stands on both sides: {', '.join(sorted(both))}")
        return self


class Paraphrase(Section):
    """How a page is condensed into one exchange."""

    backend: Literal["extractive", "llama-cpp", "openai"] = "extractive"
    hosts: tuple[str, ...] = ()
    """Machines beside this one on which an OpenAI-compatible engine may be asked."""
    prompt: str = "exchange"
    population: str
    caregiver_label: str = "Caregiver"
    coach_label: str = "Behavioral Health Coach"
    side_words: Words = 50
    """Words per side that the prompt asks for (the paper: 50; not the filter's 40)."""
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.7
    top_p: Annotated[float, Field(gt=0, le=1)] = 0.95
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 42
    stop: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Texts that end an answer, beside the model's own end."""
    attempts: Annotated[int, Field(ge=1, le=5)] = 3
    """How often a page is asked for at most, while the exchange is malformed, leaks or is too short."""
    max_tokens: Annotated[int, Field(ge=16, le=8192)] = 768
    context_tokens: Annotated[int, Field(ge=128, le=131_072)] = 4096

    @property
    def prompt_values(self) -> dict[str, str]:
        """What fills the placeholders of the prompt, the page apart."""
        return {
            "population": self.population,
            "caregiver_label": self.caregiver_label,
            "coach_label": self.coach_label,
            "side_words": str(self.side_words),
        }


FITTING: dict[Treatment, frozenset[Entity]] = {
    Treatment.SURROGATE: frozenset(Entity) - {Entity.DATE, Entity.AGE, Entity.INDIRECT},
    Treatment.SHIFT: frozenset({Entity.DATE}),
    Treatment.GENERALISE: frozenset({Entity.DATE, Entity.AGE, Entity.LOCATION}),
}
"""Entities that a treatment makes sense for; placeholder, mask and keep fit all."""


class Redaction(Section):
    """What counts as a finding, and what is done to it."""

    threshold: Annotated[float, Field(ge=0, le=1)] = 0.4
    """Findings that score lower are not reported."""
    treatments: dict[Entity, Treatment] = {}
    """Treatment by entity; an entity not named here gets a placeholder, INDIRECT is kept for the reviewer to decide."""
    keep_states: bool = True
    """State and country names are reported but may stay (Safe Harbor allows them)."""

    implied_ages: bool = True
    """Ages over 89 are found also where they are only implied ("born in nineteen thirty-one", "turned ninety")."""

    @model_validator(mode="after")
    def _fitting(self) -> "Redaction":
        for entity, treatment in self.treatments.items():
            if treatment in FITTING and entity not in FITTING[treatment]:
                fits = ", ".join(sorted(FITTING[treatment]))
                raise ValueError(f"redaction.treatments: {treatment} does not fit {entity}; it fits {fits}")
        return self

    def treatment(self, entity: Entity) -> Treatment:
        """The treatment of an entity under this policy; an indirect identifier is left to the reviewer by default."""
        default = Treatment.KEEP if entity is Entity.INDIRECT else Treatment.PLACEHOLDER
        return self.treatments.get(entity, default)


class Screening(Section):
    """What an exchange is checked for beyond identifiers."""

    verbatim_words: Annotated[int, Field(ge=4, le=200)] = 12
    """A run of so many words that stands on the page as well is a flag."""
    verbatim_share: Annotated[float, Field(gt=0, le=1)] = 0.3
    """So is an exchange of which this share of its runs of eight words stands on the page."""
    unsupported: bool = True
    """Look for people, numbers, illnesses and events that the page does not have."""


class Attention(Section):
    """What must have been read before an approval, and how attention is kept up and measured."""

    read: dict[Risk, Literal["page", "evidence"]] = {}
    """By risk: the whole page, or the place of each flag and finding on it; the exchange always as a whole.  A risk not
    named here wants the page."""
    words_a_minute: Annotated[int, Field(ge=100, le=1000)] = 300
    """A faster pace is pointed out; silently, adults read 238 words a minute (Brysbaert 2019)."""
    idle_seconds: Annotated[int, Field(ge=10, le=600)] = 60
    """Without a key for so long, time no longer counts as active."""
    break_minutes: Annotated[int, Field(ge=10, le=240)] = 50
    """After so much active time without a pause, a break is proposed."""
    planted_rate: Annotated[float, Field(ge=0, le=0.2)] = 0.02
    """Share of invented exchanges with a planted leak among those in the queue."""

    def what_to_read(self, risk: Risk) -> Literal["page", "evidence"]:
        """What must have been on screen before an exchange of this risk is approved."""
        return self.read.get(risk, "page")


class SecondReview(Section):
    """Which decided exchanges a second person decides once more without seeing the first decision."""

    share: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Of all others, this share, drawn by a key of the study."""
    forced_by: tuple[FlagKind | Literal["leak_dismissed"], ...] = ()
    """Flags (and a dismissed leak) with which there is always a second review."""

    @property
    def wanted(self) -> bool:
        """Whether this policy knows second reviews at all."""
        return self.share > 0 or bool(self.forced_by)


class Review(Section):
    """Who may decide, and how."""

    faces: tuple[Face, ...] = (Face.TUI, Face.CLI, Face.SERVER)
    """Faces that may record a decision; leave out `cli` to forbid scripted decisions."""
    auditors_read_text: bool = False
    """Whether an auditor may replay an exchange, which shows its text; reviewers may in any case."""
    lease_minutes: Annotated[int, Field(ge=1, le=480)] = 15
    """A claim of a reviewer who gives no sign of life comes back to the queue after so long."""
    two_persons: bool = False
    """Nobody approves a text that they edited themselves."""
    signing: Literal["none", "passphrase", "pam"] = "none"
    """How a person proves to be that person before the first approval of a sitting, and after each lock."""
    meaning: str = "I have read the page and the exchange; the exchange is faithful to it and identifies nobody."
    """What an approval says; shown where it is signed."""
    lock_minutes: Annotated[int, Field(ge=1, le=240)] = 10
    """Without a key for so long, the screen locks itself."""
    clipboard: bool = False
    """Whether words may be copied from the screen to the terminal."""
    browser: bool = False
    """Whether the screen may be shown in a browser on the same machine."""
    second: SecondReview = SecondReview()
    attention: Attention = Attention()


class LengthFilter(Section):
    """The length filter, counted on the final text; exactly `min_words` passes.

    `each` wants both sides that long, `sum` the two together, `both` drops only when both sides are short.
    """

    min_words: Words = 40
    mode: Literal["each", "sum", "both"] = "each"


class MultiTurn(Section):
    """Which turns of a session become multi-turn records, and from when on turns are too short to learn from.

    The numbers are those of the second report of MentalChat16K's authors ("Enhancing LLMs for Therapy"); its window of
    turns is not told, so that `context_turns` is a choice: three turns of each side.
    """

    target_words: Words = 50
    """A coach turn of at least so many words is a target; also its length filter, counted on the final text."""
    context_turns: Annotated[int, Field(ge=1, le=100)] = 6
    """Turns before the target that go with it."""
    short_words: Annotated[int, Field(ge=1, le=100)] = 8
    """Turns of fewer words are short; a warning is given where most are (the report: training on them collapsed)."""


class Splits(Section):
    """Shares of the rows in each split; a subject stands in one split only, so that the shares are met about."""

    train: Annotated[float, Field(gt=0, le=1)] = 0.9
    validation: Annotated[float, Field(ge=0, lt=1)] = 0.05
    test: Annotated[float, Field(ge=0, lt=1)] = 0.05

    @model_validator(mode="after")
    def _whole(self) -> "Splits":
        if abs(self.train + self.validation + self.test - 1) > 1e-9:
            raise ValueError("release.splits must add up to 1")
        return self


class Assurance(Section):
    """The blind second look at a random sample of what would go, before it goes."""

    sample: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Approved rows that others look at once more, drawn by a seed committed in the log beforehand; 0 asks for none."""
    highest_bound: Annotated[float, Field(gt=0, le=1)] | None = None
    """Nothing is built while the upper 95 % bound of the share of rows with a leak is above this."""


class Release(Section):
    """What a bundle is for, what each of its rows is introduced with, and what must hold before it goes."""

    instruction: str
    scope: Scope = Scope.TRAINING
    """Rows whose subject did not consent to this are left out."""
    unstated_consent: Literal["allow", "refuse"] = "refuse"
    """What happens to rows of files that came without a manifest, so that no consent is on record."""
    licence: str = "other"
    forbidden_licences: tuple[str, ...] = ()
    """Rows made by a model under one of these licences stay back."""
    allowed_protection: tuple[Protection, ...] = ()
    """Rows of files with a special protection that is not named here stay back."""
    separate_steward: bool = False
    """Rows that the building steward alone has reviewed stay back."""
    signatures: Annotated[int, Field(ge=0, le=5)] = 1
    """How many stewards beside the one who built it must sign a release before it is published or trained on."""
    splits: Splits = Splits()
    keep_links: bool = False
    """Whether rows keep a pseudonym of their subject and their order within the session."""
    smallest_cell: Annotated[int, Field(ge=1, le=100)] = 11
    """A number of people or rows below this is not told in any published statistic (CMS cell size suppression)."""
    rare_below: Annotated[int, Field(ge=1, le=100)] = 5
    """A combination of quasi-identifiers that fewer people share than this is reported as rare."""
    near_duplicate: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Rows whose runs of words are alike to this degree (Jaccard) are reported as near duplicates."""
    assurance: Assurance = Assurance()


class Determination(Section):
    """An expert's signed determination that the risk is very small (45 CFR 164.514(b)(1))."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the signed document."""
    expires: date
    """Nothing is built after this day."""
    conditions: Annotated[str, Field(min_length=1, max_length=2000)]
    """What the expert asks of whoever receives the data; told in the card."""


class Policy(Section):
    """All rules of a study.  Loaded from YAML by `policies.load_policy`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    version: Annotated[int, Field(ge=1)]
    basis: Literal["safe_harbor", "expert_determination", "limited_data_set", "internal"]
    description: str
    pages: Pages = Pages()
    speakers: Speakers
    paraphrase: Paraphrase
    redaction: Redaction = Redaction()
    screening: Screening = Screening()
    review: Review = Review()
    length_filter: LengthFilter = LengthFilter()
    multi_turn: MultiTurn = MultiTurn()
    release: Release
    agreement: str | None = None
    """The data use agreement that a limited data set needs (its number or file name)."""
    determination: Determination | None = None
    """The determination without which a policy with basis expert_determination builds no release."""

    @model_validator(mode="after")
    def _basis_holds(self) -> "Policy":
        fault = fault_of(self)
        if fault:
            raise ValueError(fault)
        return self
