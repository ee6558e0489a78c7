"""The local model: a GGUF file run by llama-cpp-python in this process, without any network."""

import json
from itertools import takewhile
from pathlib import Path
from typing import Any

from policies import Policy
from workbench.desk.views import PageJob
from workbench.errors import BackendError
from workbench.paraphrase.backend import PageTooLong
from workbench.paraphrase.models import file_digest
from workbench.paraphrase.request import Request

NAME = "llama-cpp"


class LlamaCpp:
    """Backend over one GGUF file (Mistral-7B-Instruct-v0.2 in the paper's setting)."""

    name = NAME

    def __init__(
        self, policy: Policy, model: Path, threads: int | None = None, gpu_layers: int = 0, digest: str | None = None
    ) -> None:
        """Load the model; raises BackendError where the file or the library is missing or unusable.

        `digest` is the file's SHA-256 (hex) where the caller has computed it already.
        """
        try:
            from jinja2 import TemplateError
            from llama_cpp import Llama, LlamaGrammar, __version__
        except ImportError:
            raise BackendError(
                "The llama-cpp backend is not installed; run: pip install 'curation-workbench[llm]'"
            ) from None
        settings = policy.paraphrase
        self.model_digest = digest or file_digest(model)
        self._ask = Request(settings)
        self.prompt_digest: str | None = self._ask.digest
        self._max_tokens = settings.max_tokens
        # Not the model's n_ctx(): llama.cpp rounds that up, and its binding has room for what was asked for only.
        self._context = settings.context_tokens
        self._sampling = {"temperature": settings.temperature, "top_p": settings.top_p}
        self.parameters: dict[str, float | int | str] = {
            **self._sampling,
            "max_tokens": settings.max_tokens,
            "retry_digest": self._ask.retry_digest,
            "context_tokens": settings.context_tokens,
            "gpu_layers": gpu_layers,
            # Sampling values that no policy names are this version's own.
            "engine": f"llama-cpp-python {__version__}",
        }
        try:
            self._model = Llama(
                str(model),
                n_ctx=settings.context_tokens,
                n_threads=threads,
                n_threads_batch=threads,
                n_gpu_layers=gpu_layers,
                seed=settings.seed,
                verbose=False,
            )
        except TemplateError:
            raise _no_template(model) from None
        except (ValueError, AssertionError, OSError, RuntimeError):
            raise BackendError(
                f"The model {model} cannot be loaded; check that it is a complete GGUF file for this llama.cpp."
            ) from None
        self._read_template(model, settings.stop)
        self._grammar = LlamaGrammar.from_string(grammar(settings.caregiver_label, settings.coach_label), verbose=False)
        self._prefix = self._shared_prefix()
        self.evaluated: list[int] = []
        """Prompt tokens that were evaluated for each page so far; the shared prefix is evaluated once."""

    def generate(self, job: PageJob, seed: int) -> str:
        """The model's raw output for one page, under the model's own chat template."""
        request = self.tokens(self._ask.text(job))
        if len(request) + self._max_tokens > self._context:
            raise PageTooLong
        # Back to the end of the shared prefix, and not further: what follows is evaluated in the same steps whatever
        # page came before, so that a page gives the same exchange in any order.
        self._model.n_tokens = len(self._prefix)
        self.evaluated.append(len(request) - len(self._prefix))
        answer: Any = self._model.create_completion(
            request, max_tokens=self._max_tokens, seed=seed, stop=self._stop, grammar=self._grammar, **self._sampling
        )
        return str(answer["choices"][0]["text"])

    def _shared_prefix(self) -> list[int]:
        """The tokens that all requests begin with, evaluated once and kept in the model's memory."""
        one, other = (
            self.tokens(self._ask.text(PageJob(page=0, session=0, number=0, text=text, words=2, findings=())))
            for text in ("Caregiver: I", "1. Well")
        )
        shared = [a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))]
        if len(shared) + self._max_tokens >= self._context:
            return []  # no page fits, as each will tell
        self._model.reset()
        self._model.eval(shared)
        return shared

    def tokens(self, request: str) -> list[int]:
        """The request as one user turn.  What a page spells is text, even where it spells a control token."""
        before, after = self._turn
        start = before.rstrip(" ")
        return [
            *self._tokens(start, special=True, first=not start.startswith(self._bos)),
            *self._tokens(before[len(start) :] + request, special=False),
            *self._tokens(after, special=True),
        ]

    def _tokens(self, text: str, *, special: bool, first: bool = False) -> list[int]:
        # A SentencePiece model puts a space before every text it is given; one that stands there already is that one.
        text = text.removeprefix(" ") if self._adds_space else text
        return list(self._model.tokenize(text.encode(), add_bos=first, special=special))

    def _read_template(self, model: Path, stop: tuple[str, ...]) -> None:
        """What the model's chat template puts before and after a user turn, and the text that ends an answer.

        Everything goes into the user turn: Mistral's template has no system turn and would drop it in silence.  A model
        without a template is taken for one of Mistral's.  Raises BackendError where the template cannot be used.
        """
        from jinja2 import TemplateError
        from llama_cpp.llama_chat_format import MISTRAL_INSTRUCT_CHAT_TEMPLATE, Jinja2ChatFormatter

        bos, eos = (
            self._model.detokenize([token], special=True).decode()
            for token in (self._model.token_bos(), self._model.token_eos())
        )
        metadata = self._model.metadata
        template = metadata.get("tokenizer.chat_template", MISTRAL_INSTRUCT_CHAT_TEMPLATE)
        mark = "\N{OBJECT REPLACEMENT CHARACTER}"
        try:
            formatter = Jinja2ChatFormatter(template=template, eos_token=eos, bos_token=bos)
            before, found, after = formatter(messages=[{"role": "user", "content": mark}]).prompt.partition(mark)
        except (TemplateError, ValueError, TypeError):
            found = ""
        if not found:
            raise _no_template(model)
        self._bos, self._turn, self._stop = bos, (before, after), [eos, *stop]
        self._adds_space = (
            metadata.get("tokenizer.ggml.model") == "llama"
            and metadata.get("tokenizer.ggml.add_space_prefix", "true") == "true"
        )

    def close(self) -> None:
        """Free the model's memory."""
        self._model.close()


LONGEST_SIDE = 1200
"""Characters of one side: twice a side of a hundred words; two such sides fit into the tokens of an answer."""


def grammar(caregiver_label: str, coach_label: str) -> str:
    """GBNF of one exchange as the prompt asks for it: under each label a line in double brackets, and nothing else."""
    labels = [json.dumps(f"{label}: [[", ensure_ascii=False) for label in (caregiver_label, coach_label)]
    return (
        f'root ::= {labels[0]} side "]]\\n" {labels[1]} side "]]"\n'
        f"side ::= start [^\\n\\[\\]]{{1,{LONGEST_SIDE}}}\n"
        "start ::= [^ \\n\\t\\[\\]]\n"
    )


def _no_template(model: Path) -> BackendError:
    return BackendError(f"The chat template in {model} cannot be used; name an instruct model with --model.")
