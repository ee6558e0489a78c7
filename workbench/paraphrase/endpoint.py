"""An OpenAI-compatible engine on the site (vLLM, llama-server, ...), asked for many pages at once."""

import asyncio
import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from typing import Any

from policies import Policy
from policies.hosts import host_of, is_allowed
from workbench.desk.views import PageJob
from workbench.errors import BackendError, HostRefused
from workbench.paraphrase.backend import PageTooLong
from workbench.paraphrase.request import Request

NAME = "openai"
KEY_VARIABLE = "OPENAI_API_KEY"
IN_FLIGHT = 16
RETRIES = 5
"""The library tries again after connection errors, 408, 409, 429 and 5xx, with growing, jittered pauses."""
TIMEOUT = 600.0
"""Seconds for one page."""


def checked_host(url: str, policy: Policy) -> str:
    """The host of an endpoint that the policy allows; raises HostRefused or BackendError.

    Nothing is looked up or sent.
    """
    host = host_of(url)
    if host is None:
        raise BackendError("--endpoint is not a plain http or https address; give one like http://127.0.0.1:8000/v1.")
    if not is_allowed(host, policy.paraphrase.hosts):
        raise HostRefused(
            host,
            f"--endpoint leads to {host}, which the policy does not allow, so nothing was sent; "
            "a host is allowed under paraphrase.hosts.",
        )
    return host


class Endpoint:
    """Backend over chat completions.  Pages are asked for in any order, answers come in the order of the pages.

    No proxy from the environment is used and no redirect is followed, so that bytes go to the checked host only.
    """

    name = NAME

    def __init__(
        self, policy: Policy, url: str, model: str, in_flight: int = IN_FLIGHT, timeout: float = TIMEOUT
    ) -> None:
        self.host = checked_host(url, policy)
        os.environ.pop("OPENAI_LOG", None)  # its debug level would print requests, that is, pages
        try:
            import openai
        except ImportError:
            raise BackendError(
                "The openai backend is not installed; run: pip install 'curation-workbench[llm]'"
            ) from None
        logging.getLogger("openai").setLevel(logging.ERROR)
        logging.getLogger("httpx2").setLevel(logging.ERROR)
        self._openai = openai
        self.in_flight = in_flight
        self._model = model
        settings = policy.paraphrase
        self._request = Request(settings)
        self.prompt_digest: str | None = self._request.digest
        # An endpoint does not tell the digest of its weights; its address and the model's name stand for them.
        self.model_digest = hashlib.sha256(f"{url}\n{model}".encode()).hexdigest()
        self._sampling: dict[str, Any] = {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens,
        }
        if settings.stop:
            self._sampling["stop"] = list(settings.stop)
        self.parameters: dict[str, float | int | str] = {
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens,
            "retry_digest": self._request.retry_digest,
            "endpoint": self.host,
            "model": model,
        }
        self._runner = asyncio.Runner()
        self._client: Any = openai.AsyncOpenAI(
            base_url=url,
            api_key=os.environ.get(KEY_VARIABLE, "none"),
            max_retries=RETRIES,
            timeout=timeout,
            http_client=openai.DefaultAsyncHttpxClient(trust_env=False, follow_redirects=False),
        )

    def generate(self, job: PageJob, seed: int) -> str:
        """The raw output for one page."""
        (output,) = self.generate_many([(job, seed)])
        if output is None:
            raise PageTooLong
        return output

    def generate_many(self, jobs: Sequence[tuple[PageJob, int]]) -> Iterator[str | None]:
        """The raw outputs of the pages in their order, at most `in_flight` of them asked for at a time.

        None stands for a page that does not fit into the model's context.  Raises BackendError when the endpoint cannot
        be reached or refuses; what was yielded before stays good.
        """
        loop, room = self._runner.get_loop(), asyncio.Semaphore(self.in_flight)
        tasks = [loop.create_task(self._ask(job, seed, room)) for job, seed in jobs]
        try:
            for task in tasks:
                yield self._runner.run(_result(task))
        finally:
            for task in tasks:
                task.cancel()
            self._runner.run(_settled(tasks))

    async def _ask(self, job: PageJob, seed: int, room: asyncio.Semaphore) -> str | None:
        async with room:
            try:
                reply = await self._client.chat.completions.create(
                    model=self._model,
                    messages=[{"role": "user", "content": self._request.text(job)}],
                    seed=seed,
                    **self._sampling,
                )
            except self._openai.APIConnectionError:
                raise BackendError(
                    f"The endpoint at {self.host} cannot be reached; check it, then run the same command to go on."
                ) from None
            except self._openai.APIStatusError as problem:
                code = problem.status_code
                if code in (400, 413) and "context" in str(problem).casefold():
                    return None
                raise BackendError(
                    f"The endpoint at {self.host} answered with status {code}; check --model and the key in "
                    f"{KEY_VARIABLE}, then run the same command to go on."
                ) from None
            except (self._openai.OpenAIError, ValueError):
                reply = None
        try:
            return str(reply.choices[0].message.content or "")
        except (AttributeError, IndexError, TypeError):
            raise BackendError(
                f"The endpoint at {self.host} does not answer with chat completions; check --endpoint."
            ) from None

    def close(self) -> None:
        """Close the connections."""
        self._runner.run(self._client.close())
        self._runner.close()


async def _result(task: "asyncio.Task[str | None]") -> str | None:
    return await task


async def _settled(tasks: "Sequence[asyncio.Task[str | None]]") -> None:
    await asyncio.gather(*tasks, return_exceptions=True)
