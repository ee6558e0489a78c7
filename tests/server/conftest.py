"""Studies and the servers that hold them, for the tests of this folder."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server.served import Served, free_address, start_server, write_certificate

Serve = Callable[..., Served]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder whose path is short enough for a socket, and that other logins may pass through."""
    path = Path(tempfile.mkdtemp(prefix="wb-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def study_to_serve(folder: Path, filled_study: Path) -> Path:
    """A study with two pages and their exchanges; each server gets a copy."""
    return Path(shutil.copytree(filled_study, folder / "study"))


@pytest.fixture(scope="module")
def serve(folder: Path) -> Iterator[Serve]:
    """Starts servers, and stops those that still run."""
    started: list[Served] = []

    def start(study: Path, *options: object, name: str = "server") -> Served:
        started.append(start_server(study, folder / f"{name}.sock", *options))
        return started[-1]

    yield start
    for served in started:
        if served.process.poll() is None:
            served.stop()


@pytest.fixture(scope="module")
def served(folder: Path, study_to_serve: Path, serve: Serve) -> Served:
    """One server for a whole file of tests, at a socket of the group `nogroup` and in the network."""
    certificate, key = write_certificate(folder)
    network = free_address()
    group = ("--group", "nogroup") if os.getuid() == 0 else ()
    network_options = ("--listen", network, "--tls-cert", certificate, "--tls-key", key)
    made = serve(shutil.copytree(study_to_serve, folder / "served"), *network_options, *group)
    made.network, made.certificate = network, certificate
    return made
