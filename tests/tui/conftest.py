"""A sitting at the review screen over a real study on invented text."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from policies import Face, LoadedPolicy, load_policy
from workbench.desk.commands import ClaimPages, FinishRun, IngestFile, ListQueue, OpenExchange, StartRun, SubmitGeneration
from workbench.desk.local import LocalDesk
from workbench.desk.views import ExchangeView, QueueRow
from workbench.ingest import read_file
from workbench.study.keys import Secret
from workbench.study.opening import create_study, open_study
from workbench.study.study import Study
from workbench.tui.app import ReviewApp
from workbench.tui.passage import Passage
from workbench.tui.screen import ReviewScreen

SECRET = Secret("environment", b"a secret of the tests")
MODEL = {"backend": "llama-cpp", "model_digest": "0" * 64, "prompt_digest": "1" * 64}
TEXTS = Path(__file__).parent / "texts"


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Study]:
    """The folder of a study with three pages and their exchanges (texts/), and the study itself, closed."""
    return make_study(tmp_path_factory.mktemp("invented") / "study", load_policy("mentalchat16k"))
