"""What the tests of reading share: a policy with short pages, and files made on the spot."""

from collections.abc import Callable
from pathlib import Path

import pytest

from policies import Policy, load_policy
from policies.schema import Pages
from workbench.ingest import Transcript, read_file


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The shipped policy."""
    return load_policy("mentalchat16k").policy


@pytest.fixture(scope="session")
def short_pages(policy: Policy) -> Policy:
    """The shipped policy with pages of about 20 words."""
    return policy.model_copy(update={"pages": Pages(words=20)})


@pytest.fixture
def transcript(tmp_path: Path, policy: Policy) -> Callable[..., Transcript]:
    """Read the one transcript of a file with the given name and content."""

    def read(content: str | bytes, name: str = "visit.txt", under: Policy = policy) -> Transcript:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        (only,) = read_file(path, under).transcripts
        return only

    return read
