"""Publishing to a hub: one private, gated dataset repository, one commit and one tag for each release.

Every step looks first whether it is done already, so that an interrupted publication is finished by running it again.
The order keeps texts closed at any moment: private repository, gate, files, tag, and only then, if asked for, public.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha1, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from audit.bundle import MANIFEST, SUMS, Bundle
from audit.bundle_proof import PROOF
from audit.release_note import NOTE
from workbench.errors import Refused
from workbench.release.publish.check import File, files_of, release_id
from workbench.release.publish.client import HubError, Unreachable, api_of, told_plainly
from workbench.release.publish.destination import Repository

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

Gate = Literal["manual", "auto", "off"]
_KIND = "dataset"
_OF_THE_HUB = frozenset({".gitattributes"})
"""Files that a hub puts into every repository."""
_LATER = frozenset({PROOF, NOTE})
"""Files that can be made anew, as with one more signature, without another release."""
_SMALL = 1 << 20
"""Files up to this size are read once, checked, and sent from memory."""


@dataclass(frozen=True, slots=True)
class Published:
    """Where a release stands on a hub; `new` is False if it stood there before."""

    commit: str
    tag: str
    new: bool


def publish(
    bundle: Bundle,
    repository: Repository,
    *,
    token: str | None,
    public: bool = False,
    gate: Gate = "manual",
    storage: Collection[str] = (),
    dry_run: bool = False,
    say: Callable[[str], None] = lambda sentence: None,
) -> Published | None:
    """Publish a bundle that `check` has let through; None after a dry run, which changes nothing.

    `say` is told each step; a dry run tells what it can without the hub where that cannot be reached.  Raises `Refused`
    and `HubError`.
    """
    if gate == "off" and not public:
        raise Refused("Only what is published to everybody needs no gate; leave --gated off out.")
    publication = _Publication(bundle, repository.name, public, gate, dry_run, say)
    try:
        api = api_of(repository, token, storage)
        with told_plainly(repository):
            return publication.run(api)
    except Unreachable as problem:
        if not dry_run:
            raise
        say(f"Not looked up: whether {repository.name} is there, who sees it and what it holds. {problem}")
        say("Were it not there yet:")
        publication.tell_all()
        return None


class _Publication:
    def __init__(
        self,
        bundle: Bundle,
        name: str,
        public: bool,
        gate: Gate,
        dry_run: bool,
        say: Callable[[str], None],
    ) -> None:
        self.bundle, self.name = bundle, name
        self.public, self.gate, self.dry_run, self.say = public, gate, dry_run, say
        self.tag = release_id(bundle.manifest)
        self.files = files_of(bundle)

    api: "HfApi"

    def tell_all(self) -> None:
        """Say every step towards a repository that is not there yet; for a dry run."""
        self._changes(self._sentence_of_repository())
        self._changes(self._sentence_of_gate())
        self._changes(self._sentence_of_commit())
        self._changes(self._sentence_of_tag())
        if self.public:
            self._changes(self._sentence_of_opening())

    def run(self, api: "HfApi") -> Published | None:
        """Publish, or find that it is done; None after a dry run."""
        self.api = api
        private = self._open_repository()
        if private is None:
            self.tell_all()
            return None
        head, tags = self._refs()
        commit = tags.get(self.tag)
        new = commit is None
        if commit is not None:
            self._is_this_release(commit)
            self.say(f"{self.tag} is published there already; nothing is sent.")
        else:
            commit = self._commit(head)
            if commit is None:
                return None
            if self._changes(self._sentence_of_tag()):
                self.api.create_tag(
                    self.name,
                    tag=self.tag,
                    tag_message=f"Manifest SHA-256 {self.bundle.digest}",
                    revision=commit,
                    repo_type=_KIND,
                )
        if self.public and private and self._changes(self._sentence_of_opening()):
            self.api.update_repo_settings(self.name, private=False, repo_type=_KIND)
        return None if self.dry_run else Published(commit, self.tag, new)

    def _changes(self, sentence: str) -> bool:
        """Say what is done now, or in a dry run would be; whether to do it."""
        self.say(f"Would: {sentence[0].lower()}{sentence[1:]}" if self.dry_run else sentence)
        return not self.dry_run

    def _open_repository(self) -> bool | None:
        """Make the repository private and gated; whether it is private, None if it does not exist (dry run)."""
        from huggingface_hub.errors import RepositoryNotFoundError

        try:
            info = self.api.dataset_info(self.name)
        except RepositoryNotFoundError:
            if self.dry_run:
                return None
            self._changes(self._sentence_of_repository())
            self.api.create_repo(self.name, private=True, repo_type=_KIND)
            info = self.api.dataset_info(self.name)
        if not info.private and not self.public:
            raise Refused(
                f"{self.name} is public on the hub, and this release is not to be; make the repository private there, "
                "or name another."
            )
        gated: Literal["manual", "auto", False] = False if self.gate == "off" else self.gate
        if info.gated != gated and self._changes(self._sentence_of_gate()):
            self.api.update_repo_settings(self.name, gated=gated, repo_type=_KIND)
        return bool(info.private)

    def _refs(self) -> tuple[str | None, dict[str, str]]:
        """The commit at the head of `main`, and those of all tags."""
        refs = self.api.list_repo_refs(self.name, repo_type=_KIND)
        head = next((branch.target_commit for branch in refs.branches if branch.name == "main"), None)
        return head, {tag.name: tag.target_commit for tag in refs.tags}

    def _commit(self, head: str | None) -> str | None:
        """The commit that holds exactly this bundle: made now, or found after an interruption; None in a dry run."""
        there = self._tree(head) if head else {}
        if head and self._missing(there, self.files) is None and not self._foreign(there):
            self.say("The files have arrived already; nothing is sent.")
            return head
        if there.keys() - _OF_THE_HUB and not {MANIFEST, SUMS} <= there.keys():
            raise Refused(f"{self.name} holds files that are no release; name an empty or a new repository.")
        if not self._changes(self._sentence_of_commit()):
            self._changes(self._sentence_of_tag())
            return None
        made = self.api.create_commit(
            self.name,
            [*self._removals(there), *map(self._addition, self.files)],
            commit_message=f"Release {self.tag}",
            commit_description=f"Manifest SHA-256 {self.bundle.digest}",
            repo_type=_KIND,
            parent_commit=head,
        )
        arrived = self._tree(made.oid)
        if wrong := self._missing(arrived, self.files) or next(iter(self._foreign(arrived)), None):
            raise HubError(
                f"What arrived on the hub is not the bundle ({wrong} differs), so that no tag was set; check that the "
                "bundle is not being changed, and run the command again."
            )
        return made.oid

    def _sentence_of_repository(self) -> str:
        return f"Create the private repository {self.name}."

    def _sentence_of_tag(self) -> str:
        return f"Set the tag {self.tag}."

    def _sentence_of_gate(self) -> str:
        return f"Set the gate for those who ask for access: {self.gate}."

    def _sentence_of_opening(self) -> str:
        return f"Open {self.name} to everybody (gate: {self.gate})."

    def _sentence_of_commit(self) -> str:
        size = sum(file.size for file in self.files)
        return f"Send {len(self.files)} files ({size:,} bytes) in one commit."

    def _addition(self, file: File) -> "CommitOperationAdd":
        from huggingface_hub import CommitOperationAdd

        path = self.bundle.path / file.path
        if file.size > _SMALL:
            addition = CommitOperationAdd(file.path, path)
            addition.upload_info.sha256 = bytes.fromhex(file.sha256)  # the hub takes nothing else under this digest
            return addition
        return CommitOperationAdd(file.path, _unchanged(path, file))

    def _removals(self, there: dict[str, str]) -> list["CommitOperationDelete"]:
        """Files of the release before, which keep their place under its own tag."""
        from huggingface_hub import CommitOperationDelete

        return [CommitOperationDelete(path) for path in sorted(self._foreign(there))]

    def _foreign(self, there: dict[str, str]) -> set[str]:
        return there.keys() - {file.path for file in self.files} - _OF_THE_HUB

    def _is_this_release(self, commit: str) -> None:
        """Refuse a tag of this name that is another release."""
        fixed = [file for file in self.files if file.path not in _LATER]
        if self._missing(self._tree(commit), fixed) is not None:
            raise Refused(
                f"{self.name} has a tag {self.tag} already, with another release under it; build this one under a new "
                "name or version, or name another repository."
            )

    def _tree(self, commit: str) -> dict[str, str]:
        """Every file of a commit with its digest: SHA-256, or for small files git's own."""
        from huggingface_hub import RepoFile

        entries = self.api.list_repo_tree(self.name, recursive=True, revision=commit, repo_type=_KIND)
        files = [entry for entry in entries if isinstance(entry, RepoFile)]
        return {file.path: file.lfs.sha256 if file.lfs else file.blob_id for file in files}

    def _missing(self, there: dict[str, str], files: Sequence[File]) -> str | None:
        """The first of the files that does not stand there as it is here."""
        for file in files:
            digest = there.get(file.path, "")
            if digest != file.sha256 and digest != git_digest(self.bundle.path / file.path, file.size):
                return file.path
        return None


def git_digest(path: Path, size: int) -> str:
    """The name that git gives to a file's content (SHA-1, hex)."""
    digest = sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as source:
        while block := source.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _unchanged(path: Path, file: File) -> bytes:
    """The content that was verified.  Raises `Refused` if it was changed since."""
    content = path.read_bytes()
    if sha256(content).hexdigest() != file.sha256:
        raise Refused(f"{path} is being changed; copy the bundle again, and publish the copy.")
    return content
