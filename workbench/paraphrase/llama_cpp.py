"""The local model: a GGUF file run by llama-cpp-python in this process, without any network."""

import hashlib
from pathlib import Path
from typing import Any

from policies import Policy, load_prompt
from workbench.desk.views import PageJob
from workbench.errors import BackendError
from workbench.paraphrase.backend import PageTooLong

NAME = "llama-cpp"
GGUF_MAGIC = b"GGUF"


class LlamaCpp:
    """Backend over one GGUF file (Mistral-7B-Instruct-v0.2 in the paper's setting)."""

    name = NAME

    def __init__(self, policy: Policy, model: Path, threads: int | None = None, gpu_layers: int = 0) -> None:
        """Load the model; raises BackendError where the file or the library is missing or unusable."""
        try:
            from llama_cpp import Llama
        except ImportError:
            raise BackendError(
                "The llama-cpp backend is not installed; run: pip install 'curation-workbench[llm]'"
            ) from None
        settings = policy.paraphrase
        self.model_digest = _digest(model)
        self._prompt = load_prompt(settings.prompt)
        self.prompt_digest: str | None = self._prompt.digest
        self._values = {
            "population": settings.population,
            "caregiver_label": settings.caregiver_label,
            "coach_label": settings.coach_label,
            "side_words": str(settings.side_words),
        }
        self._max_tokens = settings.max_tokens
        self._sampling = {"temperature": settings.temperature, "top_p": settings.top_p}
        self.parameters: dict[str, float | int | str] = {
            **self._sampling,
            "max_tokens": settings.max_tokens,
            "context_tokens": settings.context_tokens,
        }
        try:
            self._model = Llama(
                str(model),
                n_ctx=settings.context_tokens,
                n_threads=threads,
                n_gpu_layers=gpu_layers,
                seed=settings.seed,
                verbose=False,
            )
        except (ValueError, AssertionError, OSError, RuntimeError):
            raise BackendError(
                f"The model {model} cannot be loaded; check that it is a complete GGUF file for this llama.cpp."
            ) from None

    def generate(self, job: PageJob, seed: int) -> str:
        """The model's raw output for one page, under the model's own chat template."""
        # Everything goes into the user turn: Mistral's template has no system turn and would drop it in silence.
        request = self._prompt.render(**self._values, page=job.text)
        tokens = len(self._model.tokenize(request.encode(), add_bos=True, special=False))
        if tokens + self._max_tokens > self._model.n_ctx():
            raise PageTooLong
        self._model.reset()
        answer: Any = self._model.create_chat_completion(
            messages=[{"role": "user", "content": request}], max_tokens=self._max_tokens, seed=seed, **self._sampling
        )
        return str(answer["choices"][0]["message"]["content"] or "")

    def close(self) -> None:
        """Free the model's memory."""
        self._model.close()


def _digest(path: Path) -> str:
    """SHA-256 (hex) of the model file; raises BackendError when it is no GGUF."""
    try:
        with open(path, "rb") as file:
            if file.read(len(GGUF_MAGIC)) != GGUF_MAGIC:
                raise BackendError(f"{path} is not a GGUF model; name the model file with --model.")
            file.seek(0)
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise BackendError(f"The model {path} cannot be read; check the path given with --model.") from None
