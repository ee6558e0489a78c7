"""The rules of the gate, written down a second time from their text alone, over what was done, not what is stored.

A row may go when its words, as they stand, were approved by everybody who had to: one person, or two who did not see
each other's decision, or a senior where two disagree; all under the policy of today, and not by the steward alone where
the policy forbids that.  Its subject consents to what the release is for and has not withdrawn, nothing of special
protection and no forbidden licence is in it, it is long enough, has two sides, and nothing in it waits for a decision.
"""

from dataclasses import dataclass, field


@dataclass
class Decision:
    """What somebody said of the words as they stood."""

    person: str
    what: str
    policy: str


@dataclass
class Paper:
    """One exchange on a reviewer's desk: its words are on it, and who decided what about exactly these."""

    words: str = "first"
    decisions: list[Decision] = field(default_factory=list)
    two_needed: bool = False
    invented: bool = False
    waits: bool = False
    """Something on it may identify somebody, and nobody has said what to do."""
    found_later: set[str] = field(default_factory=set)
    """Words in which the last scan found something."""
    told: set[str] = field(default_factory=set)
    """Words of which somebody has said afterwards that they identify a person: in a second look, or once released."""
    short: bool = False
    one_sided: bool = False
    licence: str | None = None
    protection: set[str] = field(default_factory=set)

    def write(self, words: str) -> None:
        """Other words are on it; nobody has decided about them.  One that was sent back stays so."""
        self.words, self.decisions = words, []

    def status(self) -> str:
        """What is to be done with it."""
        said = [decision.what for decision in self.decisions]
        if not said:
            return "waiting"
        if said[-1] == "send_back":
            return "sent back"
        if not self.two_needed:
            return said[-1]
        match len(said):
            case 1:
                return "second"
            case 2:
                return said[0] if said[0] == said[1] else "disputed"
            case _:
                return said[2]

    def deciders(self) -> set[str]:
        """Who decided about its words."""
        return {decision.person for decision in self.decisions}

    def valid(self, today: str) -> bool:
        """Whether those who had to approve did so under the policy of today."""
        if self.status() != "approve":
            return False
        settled = len(self.decisions) == 3 and self.two_needed
        asked = self.decisions[-1:] if settled or not self.two_needed else self.decisions
        return all(decision.policy == today for decision in asked)


@dataclass
class House:
    """What holds for all papers of a subject, and for the release."""

    today: str = "policy-1"
    purpose: str = "training"
    steward: str | None = None
    """Who builds, where the policy wants that somebody else has reviewed."""
    unstated: bool = False
    allowed: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    consent: dict[str, set[str] | None] = field(default_factory=dict)
    """What each subject consents to now: nothing after a withdrawal; None where nothing was ever said."""

    def goes(self, paper: Paper, subject: str) -> bool:
        """Whether a paper may leave the house."""
        given = self.consent[subject]
        consented = self.unstated if given is None else self.purpose in given
        return (
            not paper.invented
            and paper.valid(self.today)
            and not (self.steward is not None and paper.deciders() == {self.steward})
            and not (paper.waits or paper.short or paper.one_sided)
            and consented
            and paper.protection <= self.allowed
            and paper.licence not in self.forbidden
            and paper.words not in paper.found_later | paper.told
        )
