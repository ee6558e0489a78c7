"""Fixtures of the review tests: a ward under any policy."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from policies import LoadedPolicy
from redaction.scanner import Scanner
from tests.conftest import SECRET, detector
from tests.review.ward import Ward, policy_with
from workbench.study.opening import create_study


@pytest.fixture(scope="session")
def scanner() -> Scanner:
    """One detector for all studies of these tests; it takes a second to build."""
    return detector()


@pytest.fixture(scope="session")
def studies(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy, scanner: Scanner) -> Callable[..., Path]:
    """Closed studies, each made once and copied from then on."""
    made: dict[tuple[str, tuple[int, ...]], Path] = {}

    def of(review: str, sessions: tuple[int, ...]) -> Path:
        if (review, sessions) not in made:
            folder = tmp_path_factory.mktemp("wards") / "study"
            create_study(folder, policy_with(policy, review), SECRET, "founder")
            ward = Ward(folder, scanner)
            ward.fill(sessions)
            ward.close()
            made[review, sessions] = folder
        return made[review, sessions]

    return of


@pytest.fixture
def ward_under(tmp_path: Path, scanner: Scanner, studies: Callable[..., Path]) -> Iterator[Callable[..., Ward]]:
    """Makes a ward whose policy has these lines under `review`, with sessions of so many pages."""
    made: list[Ward] = []

    def under(review: str = "", sessions: tuple[int, ...] = (4, 2)) -> Ward:
        folder = shutil.copytree(studies(review, sessions), tmp_path / f"ward-{len(made)}")
        made.append(Ward(folder, scanner))
        return made[-1]

    yield under
    for ward in made:
        ward.close()


@pytest.fixture
def ward(ward_under: Callable[..., Ward]) -> Ward:
    """A ward with two sessions of four and two pages, each with a clean exchange."""
    return ward_under()
