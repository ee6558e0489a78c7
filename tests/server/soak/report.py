"""What came of a soak, and how it is told."""

from collections import Counter
from dataclasses import dataclass

from tests.server.soak.journal import Told


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that one run has shown."""

    faults: list[str]
    journals: dict[str, Told]
    on_screen: int
    """Decisions on the review screen."""
    screen_milliseconds: list[float]
    """From the key that approves to the next exchange on screen."""
    killed: Counter[str]
    seconds_to_return: float
    """From the kill of the server until it answered again."""
    events: Counter[str]
    """Of each action and reason, since the first client."""
    memory: int
    """The most that the server held, in MiB."""
    load: tuple[float, float]
    """Load of the machine in the last minute, at the start and at the end."""

    def milliseconds(self) -> dict[str, list[float]]:
        """How long clients waited, by kind of command, sorted; those of the screen apart."""
        found: dict[str, list[float]] = {}
        for told in self.journals.values():
            for kind, spent in told.milliseconds.items():
                found.setdefault(kind, []).extend(spent)
        return {kind: sorted(spent) for kind, spent in sorted(found.items())}

    def report(self) -> str:
        """What happened, how long people waited, and every fault."""
        waits = self.milliseconds()
        refused, doubts = Counter[str](), 0
        for told in self.journals.values():
            refused += told.refused
            doubts += told.doubts
        lines = [
            f"load of the machine: {self.load[0]:.1f} at the start, {self.load[1]:.1f} at the end",
            f"killed: {_listed(self.killed)}; the server answered again after {self.seconds_to_return:.1f} s",
            f"the server held at most {self.memory} MiB",
            f"commands of clients: {sum(map(len, waits.values()))}; decisions on the screen: {self.on_screen}",
            f"{'milliseconds':14}{'count':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'most':>8}",
        ]
        for kind, spent in {**waits, "on screen": sorted(self.screen_milliseconds)}.items():
            if spent:
                told_waits = "".join(f"{quantile(spent, share):8.0f}" for share in (0.5, 0.95, 0.99, 1))
                lines.append(f"{kind:14}{len(spent):8}{told_waits}")
        lines.append(f"refused: {_listed(refused)}; in doubt: {doubts}")
        lines.append(f"events: {_listed(self.events)}")
        return "\n".join([*lines, *(f"FAULT: {fault}" for fault in self.faults)] + ["no faults"] * (not self.faults))


def quantile(spent: list[float], share: float) -> float:
    """Of sorted times, the one that this share does not exceed."""
    return spent[min(len(spent) - 1, int(share * len(spent)))]


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{what} {times}" for what, times in sorted(counted.items()))
