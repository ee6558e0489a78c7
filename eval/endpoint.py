"""The one way out of this room: an OpenAI-compatible endpoint, on this machine unless a host is allowed by name."""

import logging
import os
from typing import Any

from eval.errors import EvalError
from policies.hosts import host_of, is_allowed

KEY_VARIABLE = "OPENAI_API_KEY"


class Unusable(Exception):
    """The endpoint replied, but not with a judgement; the message says how, without the reply."""


def check_host(url: str, allowed: list[str]) -> None:
    """Refuse an endpoint that is neither on this machine nor allowed by name; nothing is looked up or sent.

    Raises EvalError.  Only literal loopback addresses and `localhost` count as this machine.
    """
    host = host_of(url)
    if host is None:
        raise EvalError("--endpoint is not a plain http or https address; give one like http://127.0.0.1:8000/v1.")
    if not is_allowed(host, allowed):
        raise EvalError(
            f"--endpoint leads to {host}, which is not this machine, so nothing was sent; "
            f"add --allow-host {host} if questions and answers may go there."
        )


class Endpoint:
    """Chat completions with a JSON schema; transport errors are tried again with growing, jittered pauses.

    No proxy from the environment is used and no redirect is followed, so bytes go to the checked host only.
    """

    def __init__(self, url: str, model: str, allowed: list[str], *, retries: int = 4, timeout: float = 120.0) -> None:
        check_host(url, allowed)
        os.environ.pop("OPENAI_LOG", None)  # its debug level would print requests, that is, questions and answers
        try:
            import openai
        except ImportError:
            raise EvalError("The judge needs the extra `judge`; install it with: pip install '.[judge]'.") from None
        logging.getLogger("openai").setLevel(logging.ERROR)
        self._openai = openai
        self.model = model
        self._client = openai.OpenAI(
            base_url=url,
            api_key=os.environ.get(KEY_VARIABLE, "none"),
            max_retries=retries,
            timeout=timeout,
            http_client=openai.DefaultHttpxClient(trust_env=False, follow_redirects=False),
        )

    def ask(self, prompt: str, schema: dict[str, Any]) -> tuple[str, str]:
        """The reply's text and the name of the model that says it gave it.

        Raises `Unusable` for a reply that is no finished text, and EvalError when the endpoint cannot be reached or
        refuses to work at all (unknown model, wrong key).
        """
        try:
            reply = self._client.chat.completions.create(
                model=self.model,
                messages=[{"role": "user", "content": prompt}],
                temperature=0,
                max_tokens=1024,
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "judgement", "strict": True, "schema": schema},
                },
            )
        except self._openai.APIConnectionError:
            raise EvalError(
                "The endpoint cannot be reached; check --endpoint, then run the same command to go on."
            ) from None
        except self._openai.APIStatusError as problem:
            code = problem.status_code
            if code in (401, 403):
                raise EvalError(f"The endpoint refuses the key (status {code}); set {KEY_VARIABLE}.") from None
            if code == 404:
                raise EvalError(f"The endpoint knows no model {self.model!r}; check --model and --endpoint.") from None
            raise Unusable(f"the endpoint answered with status {code}") from None
        except (self._openai.OpenAIError, ValueError):
            raise Unusable("the endpoint's reply is not a chat completion") from None
        try:
            choice = reply.choices[0]
            finish, text, served_by = choice.finish_reason, choice.message.content, reply.model
        except (AttributeError, IndexError, KeyError, TypeError):
            raise Unusable("the endpoint's reply is not a chat completion") from None
        if finish == "length":
            raise Unusable("the reply was cut off")
        if not isinstance(text, str) or not text:
            raise Unusable("the reply holds no text")
        return text, str(served_by)
