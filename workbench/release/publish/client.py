"""huggingface_hub made quiet: no telemetry, no cache, no token of its own, no host but those named."""

import os
import sys
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from policies import UserError
from workbench.release.publish.destination import Repository, origin

if TYPE_CHECKING:
    from huggingface_hub import HfApi

QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_XET": "1",  # large files go by HTTP, where the guard below sees each request
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",  # only the token that was given, never one that lies about
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_VERBOSITY": "critical",  # its warnings quote addresses, which can carry a signature
}
"""Environment that this process sets before it imports the library."""
LOUD = ("HF_DEBUG", "HF_HUB_USER_AGENT_ORIGIN")
"""Variables taken away: the first makes the library print the token."""
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_SECONDS = 120
"""A hub that says nothing for so long is gone."""


class HubError(UserError):
    """A hub that cannot be reached, refuses, or answers what it should not."""


class Unreachable(HubError):
    """Nothing can be asked of the hub from here, now."""


class HostRefused(HubError):
    """The hub leads to a host that nobody named."""


def api_of(repository: Repository, token: str | None, storage: Collection[str]) -> "HfApi":
    """The library's interface to one hub; `storage` are hosts beside it to which it may send large files."""
    if any(os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE") for name in OFFLINE):
        raise Unreachable(
            f"This machine is told to stay offline ({' or '.join(OFFLINE)}); publish from one that may connect, or "
            "unset it for this one command."
        )
    if "huggingface_hub" not in sys.modules:
        os.environ.update(QUIET)
        for name in LOUD:
            os.environ.pop(name, None)
    try:
        import httpx2
        from huggingface_hub import HfApi, constants, set_client_factory
    except ImportError:
        raise Unreachable("Publishing to a hub needs huggingface_hub; install the extra `release`.") from None
    if not (constants.HF_HUB_DISABLE_XET and constants.HF_HUB_DISABLE_TELEMETRY) or constants.HF_DEBUG:
        raise RuntimeError("huggingface_hub was imported before it was made quiet")
    allowed = {origin(repository.endpoint), *(origin(_as_url(host)) for host in storage)}

    def guard(request: httpx2.Request) -> None:
        """Runs before each request and each redirect."""
        scheme, host, port = there = origin(str(request.url))
        if there not in allowed:
            named = host if there[::2] == ("https", 443) else f"{scheme}://{host}:{port}"
            raise HostRefused(
                f"The hub leads to {named}, which nobody named; if this is its storage of files, run the command "
                f"again with --storage {named}. Nothing was sent there."
            )

    set_client_factory(lambda: httpx2.Client(event_hooks={"request": [guard]}, follow_redirects=True, timeout=_SECONDS))
    return HfApi(endpoint=repository.endpoint, token=token or False, library_name="curation-workbench")


def _as_url(host: str) -> str:
    return host if "://" in host else f"https://{host}"


@contextmanager
def told_plainly(repository: Repository) -> Iterator[None]:
    """Errors of the library as one sentence; none of them quotes an answer, an address or a token."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they quote the hub
            yield
    except Exception as problem:
        if str(problem).startswith("Invalid metadata"):
            raise HubError(
                f"{repository.endpoint} does not accept the head of the card (README.md); nothing was sent, and the "
                "release cannot go there as it is."
            ) from None
        cause: BaseException | None = problem
        while cause is not None and not isinstance(cause, (UserError, HfHubHTTPError, httpx2.HTTPError)):
            cause = cause.__cause__
        if isinstance(cause, UserError):
            raise cause from None
        if isinstance(cause, HfHubHTTPError):
            raise HubError(_of_status(repository, cause.response.status_code)) from None
        if isinstance(cause, httpx2.HTTPError):
            raise Unreachable(
                f"{repository.endpoint} does not answer ({type(cause).__name__}); run the command again: what has "
                "arrived is not sent twice."
            ) from None
        if isinstance(problem, OSError):
            raise HubError(
                f"{problem.filename or 'A file'} cannot be read ({problem.strerror}); copy the bundle again."
            ) from None
        if isinstance(problem, (ValueError, KeyError, RuntimeError)):
            raise HubError(
                f"{repository.endpoint} answers what a hub does not; check --endpoint and the hub's version."
            ) from None
        raise


def _of_status(repository: Repository, status: int) -> str:
    if status in (401, 403):
        return (
            f"{repository.endpoint} does not let this token write to {repository.name} ({status}); name a token with "
            "the right to write there: --token-file FILE, or the variable HF_TOKEN."
        )
    if status == 404:
        return f"{repository.name} is not on {repository.endpoint}, or this token may not see it; check --to."
    if status in (409, 412):
        return f"{repository.name} was changed by somebody else meanwhile ({status}); run the command again."
    if status == 413 or status == 507:
        return f"{repository.endpoint} has no room for this release ({status}); ask whoever runs it."
    return f"{repository.endpoint} failed ({status}); run the command again: what has arrived is not sent twice."
