"""Many people at one server for some time, while clients, the screen and the server are killed; then the checks."""

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from math import inf
from pathlib import Path

from policies import Face, LoadedPolicy, Role, load_policy, parse_policy
from tests.conftest import SECRET, SESSION, add_text
from tests.server.served import Served, free_address, start_server, write_certificate
from tests.server.soak.checks import Checks
from tests.server.soak.client import Orders
from tests.server.soak.journal import read
from tests.server.soak.report import Outcome
from tests.server.soak.screen import Screen
from workbench.desk.commands import AddPerson, IssueToken, ListPeople, Status
from workbench.desk.remote import RemoteDesk
from workbench.desk.reviewing import ShowQuality
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.study.opening import open_study

AWAY = 75.0
"""Seconds that every fourth killed client stays away: longer than the lease."""
PATIENCE = 100.0
"""Seconds beyond the plan in which everything must have happened once."""


def soak_policy() -> LoadedPolicy:
    """A usual policy with the shortest lease, second reviews and more plants."""
    rules = (
        "  lease_minutes: 1\n  second: {share: 0.05, forced_by: [leak]}\n  attention: {planted_rate: 0.2}\n  faces: "
    )
    return parse_policy(load_policy("mentalchat16k").body.replace("  faces: ", rules, 1), "The policy")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how many, how fast, and what is killed when (`inf`: never); in seconds from the first client on."""

    seconds: float = 600
    clients: int = 16
    think: tuple[float, float] = (1.0, 3.0)
    clients_killed_every: float = 15
    screen_killed_at: float = 240
    server_killed_at: float = 300
    seed: int = 1


@dataclass(slots=True)
class Person:
    """A client's person, and the process that works for them now."""

    name: str
    orders: Orders
    process: "subprocess.Popen[bytes] | None" = None
    back_at: float = 0.0
    """When the next process begins, where there is none."""

    def start(self) -> None:
        """Begin, or go on after a kill."""
        given = [sys.executable, "-m", "tests.server.soak.client", json.dumps(asdict(self.orders))]
        self.process = subprocess.Popen(given, stdin=subprocess.DEVNULL)

    def kill(self, back_at: float) -> None:
        """End it as a crash does."""
        assert self.process
        self.process.kill()
        self.process.wait()
        self.process, self.back_at = None, back_at


@dataclass(slots=True)
class Soak:
    """One run over a study that nobody has open; `folder` is for sockets, journals and tokens."""

    study: Path
    folder: Path
    plan: Plan
    people: list[Person] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    _options: tuple[object, ...] = ()
    _server: Served | None = None
    _memory: int = 0
    _chance: random.Random = field(init=False)

    def run(self) -> Outcome:
        """Let them work, then stop everything and look."""
        self._chance = random.Random(self.plan.seed)
        certificate, key = write_certificate(self.folder)
        network = free_address()
        self._options = ("--listen", network, "--tls-cert", certificate, "--tls-key", key)
        with ExitStack() as stack:
            stack.callback(self._kill_what_is_left)
            self._serve()
            began = self._prepare(network, certificate)
            screen = Screen(str(self._socket), self.folder, self.plan.think, self.plan.seed)
            load = os.getloadavg()[0]
            for person in self.people:
                person.start()
            screen.start()
            seconds_to_return = self._work(screen)
            loads = load, os.getloadavg()[0]
            faults = self._stop(screen)
        journals = {person.name: read(Path(person.orders.journal)) for person in self.people}
        study = open_study(self.study, SECRET, Face.CLI)
        try:
            checks = Checks(study, began)
            faults += checks.faults(journals)
            events = Counter(f"{e['action']} {e['reason'] or ''}".strip() for e in checks.events[began:])
        finally:
            study.close()
        return Outcome(
            faults=faults,
            journals=journals,
            on_screen=screen.decided,
            screen_milliseconds=screen.milliseconds,
            killed=self.killed,
            seconds_to_return=seconds_to_return,
            events=events,
            memory=self._memory,
            load=loads,
        )

    # -- before ------------------------------------------------------------------------------------------------

    @property
    def _socket(self) -> Path:
        return self.folder / "s.sock"

    def _serve(self) -> None:
        self._server = start_server(self.study, self._socket, *self._options)

    def _prepare(self, network: str, certificate: Path) -> int:
        """People with tokens, and exchanges of which some are planted; how many events there are then."""
        assert self._server
        desk = self._server.desk()
        known = {person.name for person in desk.execute(ListPeople()).people}
        before = desk.execute(Status())
        for number in range(self.plan.clients):
            name = f"soak-{number:02}"
            if name not in known:
                role = Role.SENIOR if number % 5 == 0 else Role.REVIEWER
                desk.execute(AddPerson(name=name, uid=None, role=role))
            token = self.folder / f"{name}.token"
            token.touch(0o600)
            token.write_text(desk.execute(IssueToken(name=name)).token)
            orders = Orders(
                address=network,
                certificate=str(certificate),
                token=str(token),
                journal=str(self.folder / f"{name}.jsonl"),
                seed=number,
                think=self.plan.think,
                after=before.exchanges if number % 3 == 2 else 0,
                audits=number == 0,
            )
            self.people.append(Person(name, orders))
        self._plant(desk)
        began = desk.execute(Status()).events
        desk.close()
        return began

    def _plant(self, desk: RemoteDesk) -> None:
        text = "\n---page---\n".join([SESSION] * 3)
        for number in range(3):
            add_text(desk, self.folder, text.replace("twice", f"{number} times"), f"{secrets.token_hex(4)}.txt")
        paraphrase(desk, Extractive(soak_policy().policy), 42, lambda run, tally: None)

    # -- meanwhile ---------------------------------------------------------------------------------------------

    def _work(self, screen: Screen) -> float:
        """Until the time is over; how long the server was away."""
        plan, began = self.plan, time.monotonic()
        next_kill, away, to_return = plan.clients_killed_every, 0, 0.0
        while (now := time.monotonic() - began) < plan.seconds or not self._all_happened(screen, now):
            assert self._server
            assert self._server.process.poll() is None, self._server.printed.read_text()
            for person in self.people:
                assert person.process is None or person.process.poll() is None, f"{person.name} ended"
                if person.process is None and now >= person.back_at:
                    person.start()
            if now >= next_kill:
                next_kill += plan.clients_killed_every
                away += 1
                person = self._chance.choice([person for person in self.people if person.process is not None])
                person.kill(now + (AWAY if away % 4 == 0 else self._chance.uniform(0, 2)))
                self.killed["clients"] += 1
            if now >= plan.screen_killed_at and not self.killed["screen"]:
                screen.kill()
                screen.start()
                self.killed["screen"] += 1
            if now >= plan.server_killed_at and not self.killed["server"]:
                self._measure()
                self._server.stop(signal.SIGKILL)
                killed = time.monotonic()
                self._serve()
                to_return = time.monotonic() - killed
                self.killed["server"] += 1
            time.sleep(0.1)
        return to_return

    def _all_happened(self, screen: Screen, now: float) -> bool:
        """On a busy machine this takes longer than the plan says; not for ever."""
        plan = self.plan
        killed = {
            "clients": plan.clients_killed_every,
            "screen": plan.screen_killed_at,
            "server": plan.server_killed_at,
        }
        done = all(self.killed[who] or when == inf for who, when in killed.items()) and screen.decided > 0
        return (done and self._plant_decided()) or now > plan.seconds + PATIENCE

    def _plant_decided(self) -> bool:
        assert self._server
        desk = self._server.desk()
        try:
            return any(rate.planted for rate in desk.execute(ShowQuality()).catch_rates)
        finally:
            desk.close()

    def _measure(self) -> None:
        assert self._server
        status = Path(f"/proc/{self._server.process.pid}/status").read_text()
        self._memory = max(self._memory, int(status.partition("VmHWM:")[2].split()[0]) // 1024)

    # -- after -------------------------------------------------------------------------------------------------

    def _stop(self, screen: Screen) -> list[str]:
        """End everybody, the server last; what did not end as it should."""
        assert self._server
        faults = []
        working = [person for person in self.people if person.process is not None]
        for person in working:
            assert person.process
            person.process.terminate()
        for person in working:
            assert person.process
            # One that has only just begun ends by the signal itself.
            if person.process.wait(60) not in (0, -signal.SIGTERM):
                faults.append(f"{person.name} ended with a fault")
        screen.quit()
        faults += screen.faults
        self._measure()
        if self._server.stop():
            faults.append("the server ended with a fault")
        said = ("Serving the study at ", "Ended.  The log is signed")
        faults += [line for line in self._server.printed.read_text().splitlines() if not line.startswith(said)]
        return faults

    def _kill_what_is_left(self) -> None:
        for process in (*(person.process for person in self.people), self._server and self._server.process):
            if process is not None and process.poll() is None:
                with suppress(ProcessLookupError):
                    process.kill()
                process.wait()
