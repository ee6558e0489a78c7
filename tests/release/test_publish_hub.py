"""A release reaches a hub once: verified, private, gated, byte for byte, and nothing else is asked of anybody."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.release import attempts
from tests.release.bundles import Received, make
from tests.release.hub import Fault, Hub, Repository, serving

NAME = "clinic/pilot"
TAG = "pilot-1-1.0.0"
ROOT = Path(__file__).parents[2]


class Publisher:
    """Starts attempts, each in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.told: list[dict[str, Any]] = []

    def __call__(
        self, received: Received, hub: Hub, *, started: Callable[[int], None] = lambda child: None, **more: Any
    ) -> int:
        """One attempt; its exit code, negative for the signal that ended it."""
        asked = {"folder": str(received.folder), "key": received.key.text, "endpoint": hub.endpoint, "token": hub.token}
        self.told = []
        self._write(json.dumps(asked | more))
        started(self._read()["child"])
        self._write("go")
        while "ended" not in (answer := self._read()):
            self.told.append(answer)
        return int(answer["ended"])

    @property
    def error(self) -> str:
        """What the last attempt refused with."""
        return " ".join(told["error"] for told in self.told if "error" in told)

    @property
    def new(self) -> bool | None:
        """Whether the last attempt published something."""
        return next(told["new"] for told in self.told if "new" in told)

    def _write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline()))


def environment(home: Path) -> dict[str, str]:
    """That of a connected machine, whatever other tests have set."""
    told = ("HF_", "TRANSFORMERS_", "WORKBENCH_", "XDG_")
    return {name: value for name, value in os.environ.items() if not name.startswith(told)} | {"HOME": str(home)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def publisher(home: Path) -> Iterator[Publisher]:
    command = [sys.executable, "-m", attempts.__name__]
    with subprocess.Popen(
        command, env=environment(home), cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield Publisher(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Received:
    return make(tmp_path_factory.mktemp("received") / "pilot-1")


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving(Hub()) as running:
        yield running


def published(hub: Hub) -> Repository:
    """The repository, which holds exactly one commit and one tag of ours."""
    repository = hub.repositories[NAME]
    assert len(repository.commits) == 2
    assert repository.tags == {TAG: repository.head}
    return repository


def holds(repository: Repository, received: Received, revision: str = TAG) -> bool:
    """Whether a revision is the bundle to the byte."""
    files = repository.files(revision)
    return {path: files[path] for path in files if path != ".gitattributes"} == received.files()


def test_a_release_arrives_byte_for_byte_in_a_private_gated_repository(
    publisher: Publisher, received: Received, hub: Hub, home: Path
) -> None:
    assert publisher(received, hub) == 0
    assert publisher.new is True
    repository = published(hub)
    assert holds(repository, received)
    assert repository.private
    assert repository.gated == "manual"
    assert all(private and (gated or not some) for private, gated, some in hub.states)
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_publishing_again_sends_nothing(publisher: Publisher, received: Received, hub: Hub) -> None:
    publisher(received, hub)
    hub.requests.clear()
    assert publisher(received, hub) == 0
    assert publisher.new is False
    assert {request.split()[0] for request in hub.requests} == {"GET"}
    published(hub)


def test_a_signature_that_comes_later_is_no_other_release(publisher: Publisher, tmp_path: Path, hub: Hub) -> None:
    received = make(tmp_path / "pilot-1", signers=2)
    publisher(received, hub)
    note = received.folder / "RELEASE.note"
    note.chmod(0o644)
    note.write_text("".join(note.read_text().splitlines(keepends=True)[:-1]))
    assert publisher(received, hub) == 0
    assert publisher.new is False


@pytest.mark.parametrize("fault", ["unheard", "unanswered"])
@pytest.mark.parametrize("killed", [True, False])
def test_interrupted_at_any_request_and_repeated_it_is_published_once(
    publisher: Publisher, received: Received, hub: Hub, fault: Fault, killed: bool
) -> None:
    publisher(received, hub)
    requests = len(hub.requests)
    assert requests > 10
    children: list[int] = []

    def kill() -> None:
        if killed:
            os.kill(children[-1], signal.SIGKILL)

    for number in range(requests):
        hub.repositories.clear()
        hub.large.clear()
        hub.requests.clear()
        hub.fault = (number, fault, kill)
        first = publisher(received, hub, started=children.append)
        assert first == -signal.SIGKILL if killed else first in (0, attempts.REFUSED), (number, publisher.told)
        hub.fault = None
        assert publisher(received, hub) == 0, (number, publisher.told)
        assert holds(published(hub), received), number


def test_a_dry_run_changes_nothing(publisher: Publisher, received: Received, hub: Hub) -> None:
    assert publisher(received, hub, dry_run=True) == 0
    assert hub.requests == [f"GET /api/datasets/{NAME}"]
    assert any("create the private repository" in told.get("said", "") for told in publisher.told)
    hub.make(NAME, private=True)
    hub.requests.clear()
    assert publisher(received, hub, dry_run=True) == 0
    assert {request.split()[0] for request in hub.requests} == {"GET"}
    assert len(hub.repositories[NAME].commits) == 1
    assert not hub.repositories[NAME].gated


def test_a_dry_run_without_a_network_tells_what_would_be_sent_and_what_was_not_looked_up(
    publisher: Publisher, received: Received
) -> None:
    with serving(Hub()) as gone:
        pass
    assert publisher(received, gone, dry_run=True) == 0
    told = " ".join(told.get("said", "") for told in publisher.told)
    assert f"Not looked up: whether {NAME} is there" in told
    assert "does not answer" in told
    assert f"Would: send {len(received.files())} files" in told
    assert f"Would: set the tag {TAG}." in told


def test_another_release_under_the_same_tag_is_refused(
    publisher: Publisher, received: Received, hub: Hub, tmp_path: Path
) -> None:
    publisher(received, hub)
    other = make(tmp_path / "pilot-1", card="# Another card\n")
    assert publisher(other, hub) == attempts.REFUSED
    assert "with another release under it" in publisher.error
    assert holds(published(hub), received)


def test_the_next_version_replaces_the_files_and_leaves_the_tag_before(
    publisher: Publisher, received: Received, hub: Hub, tmp_path: Path
) -> None:
    publisher(received, hub)
    after = make(tmp_path / "pilot-2", name="pilot-2")
    (after.folder / "figures/lengths.png").read_bytes()
    assert publisher(after, hub) == 0
    repository = hub.repositories[NAME]
    assert holds(repository, received, TAG)
    assert holds(repository, after, "pilot-2-1.0.0")
    assert holds(repository, after, "main")


def test_files_of_the_version_before_do_not_stay_in_the_next(publisher: Publisher, tmp_path: Path, hub: Hub) -> None:
    before, after = make(tmp_path / "a/pilot-1"), make(tmp_path / "b/pilot-2", name="pilot-2", figure=False)
    publisher(before, hub)
    assert publisher(after, hub) == 0
    assert holds(hub.repositories[NAME], after, "main")


def test_somebody_elses_repository_is_left_alone(publisher: Publisher, received: Received, hub: Hub) -> None:
    theirs = hub.make(NAME, private=True)
    theirs.add({"notes.md": b"theirs"})
    assert publisher(received, hub) == attempts.REFUSED
    assert "holds files that are no release" in publisher.error
    assert theirs.files("main") == {"notes.md": b"theirs"}


def test_a_public_repository_is_refused_without_public(publisher: Publisher, received: Received, hub: Hub) -> None:
    hub.make(NAME, private=False)
    assert publisher(received, hub) == attempts.REFUSED
    assert "is public on the hub" in publisher.error
    assert len(hub.repositories[NAME].commits) == 1


def test_a_release_for_everybody_is_opened_last_and_behind_its_gate(
    publisher: Publisher, tmp_path: Path, hub: Hub
) -> None:
    received = make(tmp_path / "pilot-1", scope="public")
    assert publisher(received, hub, public=True, gate="auto") == 0
    repository = published(hub)
    assert not repository.private
    assert repository.gated == "auto"
    assert [private for private, _, _ in hub.states] == [True] * (len(hub.states) - 1) + [False]


def test_only_what_is_for_everybody_can_go_without_a_gate(publisher: Publisher, tmp_path: Path, hub: Hub) -> None:
    received = make(tmp_path / "pilot-1", scope="public")
    assert publisher(received, hub, gate="off") == attempts.REFUSED
    assert not hub.requests
    assert publisher(received, hub, public=True, gate="off") == 0
    assert hub.repositories[NAME].gated is False


def test_an_unknown_token_is_told_in_one_sentence_without_the_token(
    publisher: Publisher, received: Received, hub: Hub
) -> None:
    assert publisher(received, hub, token="hf_of-somebody-else") == attempts.REFUSED
    assert "does not let this token write" in publisher.error
    assert "hf_of" not in json.dumps(publisher.told)
    assert not hub.repositories


def test_a_hub_that_is_gone_is_told_in_one_sentence(publisher: Publisher, received: Received) -> None:
    with serving(Hub()) as gone:
        pass
    assert publisher(received, gone) == attempts.REFUSED
    assert "does not answer" in publisher.error


def test_files_go_to_no_host_that_nobody_named(publisher: Publisher, received: Received, hub: Hub) -> None:
    hub.storage = "https://storage.example.org/large"
    assert publisher(received, hub) == attempts.REFUSED
    assert "--storage storage.example.org" in publisher.error
    hub.storage = "http://storage.example.org/large"
    assert publisher(received, hub) == attempts.REFUSED
    assert "without encryption" in publisher.error
    assert len(hub.repositories[NAME].commits) == 1


def test_a_hub_that_leads_elsewhere_is_not_followed(publisher: Publisher, received: Received, hub: Hub) -> None:
    with serving(Hub()) as other:
        hub.leads = other.endpoint
        assert publisher(received, hub) == attempts.REFUSED
        assert "which nobody named" in publisher.error
        assert not other.requests


def test_files_go_to_a_storage_that_was_named_without_the_token(
    publisher: Publisher, received: Received, hub: Hub
) -> None:
    with serving(Hub()) as storage:
        hub.storage, storage.large = f"{storage.endpoint}/storage", hub.large
        assert publisher(received, hub, storage=[storage.endpoint]) == 0
        assert {request.split("/")[1] for request in storage.requests} == {"storage"}
    assert holds(published(hub), received)


def test_a_file_that_changes_meanwhile_gets_no_tag(publisher: Publisher, tmp_path: Path, hub: Hub) -> None:
    received = make(tmp_path / "pilot-1")
    # The second request makes the repository, after the bundle was verified.
    hub.fault = (1, "unanswered", lambda: (received.folder / "README.md").write_text("changed") and None)
    assert publisher(received, hub) == attempts.REFUSED
    hub.fault = None
    assert publisher(received, hub) == attempts.REFUSED
    assert "README.md was changed" in publisher.error
    with suppress(KeyError):
        assert not hub.repositories[NAME].tags
