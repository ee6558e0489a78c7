"""Rows as token sequences: the base's own chat format, loss on the answer only, both ends kept.

An over-long source loses the beginning of the caregiver's statement, never the instruction or the answer marker; an
over-long answer loses its last words, never its end-of-sequence token.  Both are counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from finetune.errors import TrainingError
from finetune.rows import Row
from policies.bases import plain_format, user_turn, without_markers
from policies.recipes import Lengths

IGNORED = -100
"""Label of a token that takes no part in the loss (PyTorch's cross entropy)."""

_PROBE = "probe"


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids of source and target, and whether either was shortened."""

    source: list[int]
    target: list[int]
    source_cut: bool
    target_cut: bool

    def features(self) -> dict[str, list[int]]:
        """What the trainer reads: ids, attention, and labels that ignore the source."""
        ids = self.source + self.target
        return {
            "input_ids": ids,
            "attention_mask": [1] * len(ids),
            "labels": [IGNORED] * len(self.source) + self.target,
        }


class Encoder:
    """Turns rows into examples with one base's tokenizer (transformers, fast) and a recipe's lengths in tokens.

    A tokenizer without a chat template is given the plain one; saved with the adapter, it carries the format along.
    """

    def __init__(self, tokenizer: Any, lengths: Lengths) -> None:
        if not tokenizer.is_fast or tokenizer.eos_token_id is None:
            raise TrainingError(
                "The base's tokenizer has no tokenizer.json or no end-of-sequence token; change --base."
            )
        if not tokenizer.chat_template:
            tokenizer.chat_template = plain_format()
        self.tokenizer, self.lengths = tokenizer, lengths
        self._lead, close = self._around_answer()
        self._close = self._ids(close)
        if tokenizer.eos_token_id not in self._close:
            self._close.append(tokenizer.eos_token_id)
        if len(self._close) >= lengths.target:
            raise TrainingError("The recipe's target length leaves no room for an answer; raise lengths.target.")

    def encode(self, row: Row) -> Example:
        """One row; raises TrainingError when instruction and chat format alone exceed the source length."""
        markers = self.tokenizer.all_special_tokens
        source_text, source, cut = self._source(row.instruction, without_markers(row.input, markers).strip())
        answer = self._lead + without_markers(row.output, markers).strip()
        whole = self._ids(source_text + answer)
        # Where the text falls apart into other tokens at the seam, the answer is taken as the model will produce it:
        # after the source's own tokens.
        target = whole[len(source) :] if whole[: len(source)] == source else self._ids(answer)
        room = self.lengths.target - len(self._close)
        return Example(source, target[:room] + self._close, cut, len(target) > room)

    def _source(self, instruction: str, text: str) -> tuple[str, list[int], bool]:
        """The source as text and tokens, and whether the statement was shortened."""
        instruction, whole = without_markers(instruction, self.tokenizer.all_special_tokens), text
        while True:
            rendered = self._render([{"role": "user", "content": user_turn(instruction, text)}], prompt=True)
            ids = self._ids(rendered)
            excess = len(ids) - self.lengths.source
            if excess <= 0:
                return rendered, ids, text != whole
            if not text:
                raise TrainingError(
                    f"Instruction and chat format alone need {len(ids)} of the recipe's {self.lengths.source} source "
                    "tokens with this base; raise lengths.source or shorten the instruction."
                )
            text = self._without_first(text, excess)

    def _without_first(self, text: str, count: int) -> str:
        offsets = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        start = offsets[count][0] if count < len(offsets) else len(text)
        return text[max(1, start) :].lstrip()

    def _around_answer(self) -> tuple[str, str]:
        """What the chat format writes between the answer marker and the answer, and what it closes the answer with."""
        user = {"role": "user", "content": "question"}
        prompt = self._render([user], prompt=True)
        whole = self._render([user, {"role": "assistant", "content": _PROBE}], prompt=False)
        if not whole.startswith(prompt) or _PROBE not in whole[len(prompt) :]:
            return "", ""
        lead, _, close = whole[len(prompt) :].partition(_PROBE)
        return lead, close.rstrip()

    def _render(self, turns: list[dict[str, str]], *, prompt: bool) -> str:
        return str(self.tokenizer.apply_chat_template(turns, add_generation_prompt=prompt, tokenize=False))

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])


def count_cuts(examples: Iterable[Example]) -> dict[str, int]:
    """How many examples lost part of their source, and how many part of their answer."""
    cuts = [(example.source_cut, example.target_cut) for example in examples]
    return {"source_cut": sum(source for source, _ in cuts), "target_cut": sum(target for _, target in cuts)}
