"""Answers of a base model, with or without an adapter, to the evaluation questions.

Needs the extra `finetune`.  The model is loaded in 4 bits and sampled as the recipe says; nothing is looked up on any
network.  Each question has its own seed, so that a run that was interrupted ends with the same answers.
"""

import hashlib
import json
import logging
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import EvalError
from eval.files import Appender, Question, read_answers, read_questions
from policies.bases import OFFLINE, base_digest, plain_format, user_turn, without_markers
from policies.recipes import LoadedRecipe


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything that decides an answer; rows of one file share one setting."""

    base: Path
    adapter: Path | None
    """A finished training run (its folder holds `run.json` and `adapter/`)."""
    recipe: LoadedRecipe
    instruction: str
    seed: int
    greedy: bool
    max_new_tokens: int

    def digest(self) -> str:
        """SHA-256 (hex) of the setting, of the base's files and of the adapter's."""
        adapter = hashlib.sha256()
        if self.adapter:
            for file in sorted((self.adapter / "adapter").glob("*.safetensors")):
                adapter.update(file.read_bytes())
        parts = [
            base_digest(self.base),
            adapter.hexdigest(),
            self.recipe.digest,
            self.instruction,
            self.seed,
            self.greedy,
            self.max_new_tokens,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def read_run(run: Path) -> dict[str, Any]:
    """The record of a finished training run; raises EvalError for anything else."""
    try:
        record = json.loads((run / "run.json").read_text(encoding="utf-8"))
        finished = record["format"] == "finetune-run/1" and record["state"] == "finished"
    except (OSError, ValueError, LookupError, TypeError):
        raise EvalError(f"{run} is not a training run; give the --out folder of a finished `finetune train`.") from None
    if not finished or not (run / "adapter").is_dir():
        raise EvalError(f"The training run {run} is not finished; continue it with `finetune train --resume`.")
    return dict(record)


def answer(
    setting: Setting,
    question_file: Path,
    model_id: str,
    out: Path,
    limit: int | None,
    progress: Callable[[int, int], None],
) -> int:
    """Append an answer to `out` for every question (the first `limit`) that has none there yet; returns how many.

    Raises EvalError when a file cannot be used, when `out` holds answers of another setting, or when base and adapter
    do not belong together.
    """
    questions = list(read_questions(question_file).values())[:limit]
    digest = setting.digest()
    if setting.adapter and read_run(setting.adapter)["base"]["digest"] != base_digest(setting.base):
        raise EvalError(f"The adapter in {setting.adapter} was trained on another base; check --base.")
    with Appender(out) as rows:
        done = _answered(out, digest) if rows.has_rows() else set()
        work = [question for question in questions if (question.question_id, model_id) not in done]
        if work:
            speaker = _Speaker(setting)
            for question in work:
                text, complete = speaker.say(question)
                rows.add(
                    {
                        "question_id": question.question_id,
                        "model_id": model_id,
                        "choices": [{"index": 0, "turns": [text]}],
                        "setting": digest,
                        "complete": complete,
                    }
                )
                done.add((question.question_id, model_id))
                progress(sum((q.question_id, model_id) in done for q in questions), len(questions))
    return len(work)


def _answered(out: Path, digest: str) -> set[tuple[int | str, str]]:
    done = set(read_answers([out]))
    for line in out.read_text(encoding="utf-8").split("\n"):
        if line and json.loads(line).get("setting") != digest:
            raise EvalError(f"{out} holds answers of another base, adapter or setting; give another --out.")
    return done


class _Speaker:
    """A loaded model that answers one question at a time."""

    def __init__(self, setting: Setting) -> None:
        os.environ.update(OFFLINE)
        logging.getLogger("bitsandbytes").setLevel(logging.CRITICAL)  # it reports a kernel that it would download
        try:
            import peft
            import torch
            import transformers
        except ImportError:
            raise EvalError("Answers need the extra `finetune`; install it with: pip install '.[finetune]'.") from None
        warnings.filterwarnings("ignore", module="torch|bitsandbytes|peft|transformers")
        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        self._torch, self._transformers, self._setting = torch, transformers, setting
        source = setting.adapter / "adapter" if setting.adapter else setting.base
        try:
            self.tokenizer = transformers.AutoTokenizer.from_pretrained(source, local_files_only=True)
            model = transformers.AutoModelForCausalLM.from_pretrained(
                setting.base,
                local_files_only=True,
                use_safetensors=True,
                quantization_config=transformers.BitsAndBytesConfig(**setting.recipe.recipe.quantisation.arguments()),
                dtype=getattr(torch, setting.recipe.recipe.quantisation.compute),
                device_map={"": 0 if torch.cuda.is_available() else "cpu"},
            )
            if setting.adapter:
                model = peft.PeftModel.from_pretrained(model, str(source), local_files_only=True)
        except (OSError, ValueError, RuntimeError, KeyError):
            what = f"--base {setting.base}" + (f" or --adapter {setting.adapter}" if setting.adapter else "")
            raise EvalError(f"{what} cannot be loaded as a language model; check its files.") from None
        if not self.tokenizer.chat_template:
            self.tokenizer.chat_template = plain_format()
        self.model = model.eval()

    def say(self, question: Question) -> tuple[str, bool]:
        """The answer, and whether the model ended it by itself."""
        torch, recipe, tokenizer = self._torch, self._setting.recipe.recipe, self.tokenizer
        asked = without_markers(question.text, tokenizer.all_special_tokens)
        turn = {"role": "user", "content": user_turn(self._setting.instruction, asked)}
        text = tokenizer.apply_chat_template([turn], add_generation_prompt=True, tokenize=False)
        prompt = tokenizer(text, add_special_tokens=False, return_tensors="pt").to(self.model.device)
        length = prompt["input_ids"].shape[1]
        room = int(getattr(self.model.config, "max_position_embeddings", 1 << 20)) - length
        if room < 1:
            raise EvalError(f"Question {question.question_id} is longer than the base can read; leave it out.")
        ends = self.model.generation_config.eos_token_id
        ends = {tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])} - {None}
        settings = self._transformers.GenerationConfig(
            max_new_tokens=min(self._setting.max_new_tokens, room),
            do_sample=not self._setting.greedy,
            eos_token_id=sorted(ends),
            pad_token_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else min(ends),
        )
        if not self._setting.greedy:
            g = recipe.generation
            settings.update(temperature=g.temperature, top_k=g.top_k, top_p=g.top_p)
        own = hashlib.sha256(f"{self._setting.seed} {question.question_id}".encode()).digest()
        torch.manual_seed(int.from_bytes(own[:4]))
        with torch.inference_mode():
            output = self.model.generate(**prompt, generation_config=settings)[0, length:]
        complete = bool(len(output)) and int(output[-1]) in ends
        return tokenizer.decode(output, skip_special_tokens=True).strip(), complete
