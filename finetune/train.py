"""QLoRA: a 4-bit base, an adapter on every linear layer, trained on a verified release bundle."""

import logging
import math
import os
import shutil
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from finetune.errors import Interrupted, TrainingError
from finetune.examples import Encoder, Example, count_cuts
from finetune.parameters import LoraCount, count_lora
from finetune.record import FORMAT, check_run, make_run, versions, write_record
from finetune.rows import held_out, open_release, read_rows, usual_instruction
from policies.bases import OFFLINE, base_digest
from policies.recipes import LoadedRecipe, Recipe

Say = Callable[[str], None]
CHECKPOINTS = "checkpoints"

CARD = """---
library_name: peft
---
# Adapter for {1[base][name]}

Trained with the recipe `{0}` on the release `{1[release][name]}`; run.json beside this folder holds every number.

| what | SHA-256 |
|---|---|
| release (MANIFEST.json) | {1[release][digest]} |
| recipe | {1[recipe][digest]} |
| base | {1[base][digest]} |
"""


@dataclass(frozen=True, slots=True)
class Job:
    """What to train on what, and where to; `configs` are data sets of the release."""

    release: Path
    base: Path
    recipe: LoadedRecipe
    out: Path
    configs: tuple[str, ...] = ("interview",)
    seed: int = 42
    max_steps: int | None = None
    release_digest: str | None = None
    """Digest of MANIFEST.json as known from elsewhere; any other release is refused."""
    public_key: Path | None = None
    """The public key of the log that the release was built in: its proof is checked too."""
    revocations: Path | None = None
    """The revocation list that the log's key has signed; rows that it names are left out."""


def train(job: Job, *, resume: bool, say: Say) -> None:
    """Run or continue a training run; `say` gets one sentence at a time on what is done.

    Leaves OUT/adapter (PEFT, with the tokenizer and its chat format) and OUT/run.json.  Raises BundleError for
    anything but an intact release bundle, TrainingError for another fault of the input, Interrupted after SIGINT or
    SIGTERM (a checkpoint is written first).
    """
    bundle, revoked = open_release(job.release, job.release_digest, job.public_key, job.revocations)
    if job.revocations:
        say(f"{len(revoked)} of the {bundle.manifest.rows} rows of the release were revoked and are left out.")
    rows = read_rows(bundle, list(job.configs), without=revoked)
    recipe = job.recipe.recipe
    say(f"Release {bundle.manifest.name} verified: digest {bundle.digest}, {len(rows)} rows to train on.")
    identity: dict[str, Any] = {
        "format": FORMAT,
        "release": {"name": bundle.manifest.name, "digest": bundle.digest, "configs": list(job.configs)},
        "recipe": {"digest": job.recipe.digest, **recipe.model_dump(mode="json")},
        "base": {"name": job.base.resolve().name, "digest": base_digest(job.base)},
        "seed": job.seed,
        "max_steps": job.max_steps,
    }
    if revoked:
        digest = sha256("\n".join(sorted(revoked)).encode()).hexdigest()
        identity["release"]["revoked"] = {"rows": len(revoked), "digest": digest}
    check_run(job.out, identity, resume=resume)
    stopping, configs = recipe.early_stopping, list(job.configs)
    kept, held = held_out(bundle, configs, rows, stopping.held_out, job.seed, revoked) if stopping else (rows, [])
    libraries = _libraries()
    tokenizer = _load_tokenizer(libraries, job.base)
    encoder = Encoder(tokenizer, recipe.lengths)
    examples, checks = [encoder.encode(row) for row in kept], [encoder.encode(row) for row in held]
    cuts = count_cuts([*examples, *checks])
    say(
        f"{len(examples)} examples, {len(checks)} held out; {cuts['source_cut']} statements were shortened at their "
        f"beginning and {cuts['target_cut']} answers at their end to fit {recipe.lengths.source} and "
        f"{recipe.lengths.target} tokens."
    )
    model, count = _load_model(libraries, job.base, recipe, job.seed)
    say(
        f"Trainable parameters: {count.trainable:,}, {count.share:.2%} of base plus adapter ({count.base:,} in the "
        f"base; {count.stored_share:.2%} if packed 4-bit weights were counted as one)."
    )
    notes = _notes(libraries, recipe)
    for note in notes:
        say(f"Note: {note}.")
    record: dict[str, Any] = {
        **identity,
        "state": "unfinished",
        "instruction": usual_instruction(rows),
        "examples": {"train": len(examples), "held_out": len(checks), **cuts},
        "parameters": {**asdict(count), "share": count.share, "stored_share": count.stored_share},
        "device": "cuda" if libraries.torch.cuda.is_available() else "cpu",
        "notes": notes,
        "versions": versions(),
    }
    make_run(job.out, record)
    trainer = _trainer(libraries, job, model, tokenizer, examples, checks)
    checkpoint = _last_checkpoint(job.out / CHECKPOINTS) if resume else None
    with _stop_on_signal(libraries, trainer) as stopped:
        trainer.train(resume_from_checkpoint=checkpoint)
    record |= {"steps": trainer.state.global_step, "losses": _losses(trainer.state.log_history)}
    if stopped.is_set():
        write_record(job.out, record)
        raise Interrupted(f"Training stopped at step {trainer.state.global_step}; add --resume to continue it.")
    record["best_held_out_loss"] = trainer.state.best_metric
    _save_adapter(model, tokenizer, job, record)
    write_record(job.out, record | {"state": "finished"})
    shutil.rmtree(trainer.args.output_dir, ignore_errors=True)
    say(f"Adapter in {job.out / 'adapter'}, record in {job.out / 'run.json'} ({trainer.state.global_step} steps).")


@dataclass(frozen=True, slots=True)
class _Libraries:
    torch: Any
    transformers: Any
    peft: Any


def _libraries() -> _Libraries:
    """The model libraries, imported with every look-up on a network switched off."""
    os.environ.update(OFFLINE)
    logging.getLogger("bitsandbytes").setLevel(logging.CRITICAL)  # it reports a kernel that it would download
    try:
        import bitsandbytes  # noqa: F401 - its absence would otherwise show only later
        import peft
        import torch
        import transformers
    except ImportError:
        raise TrainingError("Training needs the extra `finetune`; run: pip install '.[finetune]'.") from None
    warnings.filterwarnings("ignore", module="torch|bitsandbytes|peft|transformers|accelerate")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return _Libraries(torch, transformers, peft)


def _load_tokenizer(libraries: _Libraries, base: Path) -> Any:
    try:
        tokenizer = libraries.transformers.AutoTokenizer.from_pretrained(base, local_files_only=True)
    except (OSError, ValueError, KeyError):
        raise TrainingError(f"The tokenizer in {base} cannot be loaded; check --base.") from None
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.unk_token or tokenizer.eos_token
    return tokenizer


def _load_model(libraries: _Libraries, base: Path, recipe: Recipe, seed: int) -> tuple[Any, LoraCount]:
    """The base in 4 bits with a fresh adapter (seeded), and its parameter count."""
    torch, transformers, peft = libraries.torch, libraries.transformers, libraries.peft
    transformers.set_seed(seed)
    try:
        count = count_lora(transformers.AutoConfig.from_pretrained(base, local_files_only=True), recipe.lora.rank)
        model = transformers.AutoModelForCausalLM.from_pretrained(
            base,
            local_files_only=True,
            use_safetensors=True,
            quantization_config=transformers.BitsAndBytesConfig(**recipe.quantisation.arguments()),
            dtype=getattr(torch, recipe.quantisation.compute),
            device_map={"": 0 if torch.cuda.is_available() else "cpu"},
        )
    except (OSError, ValueError, KeyError, RuntimeError):
        raise TrainingError(f"{base} cannot be loaded as a language model; check --base.") from None
    model.config.use_cache = False
    model = peft.prepare_model_for_kbit_training(
        model, use_gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": False}
    )
    lora = peft.LoraConfig(
        r=recipe.lora.rank,
        lora_alpha=recipe.lora.alpha,
        lora_dropout=recipe.lora.dropout,
        target_modules=recipe.lora.layers,
        task_type="CAUSAL_LM",
    )
    tuned = peft.get_peft_model(model, lora)
    return tuned, replace(count, trainable=tuned.get_nb_trainable_parameters()[0])


def _notes(libraries: _Libraries, recipe: Recipe) -> list[str]:
    """What this machine does otherwise than the recipe says."""
    if libraries.torch.cuda.is_available():
        return []
    notes = ["no GPU was found, so that training ran on the processor"]
    if recipe.optimizer.name.startswith("paged_"):
        notes.append(f"the optimizer {recipe.optimizer.name} ran without paging, which needs a GPU (same arithmetic)")
    return notes


def _trainer(
    libraries: _Libraries,
    job: Job,
    model: Any,
    tokenizer: Any,
    examples: list[Example],
    checks: list[Example],
) -> Any:
    recipe, transformers = job.recipe.recipe, libraries.transformers
    stopping = recipe.early_stopping
    epoch = math.ceil(len(examples) / (recipe.batch.per_device * recipe.batch.accumulation))
    every = max(1, epoch // (stopping.checks_per_epoch if stopping else 4))
    checking = {"eval_strategy": "steps", "eval_steps": every, "load_best_model_at_end": True} if stopping else {}
    arguments = transformers.TrainingArguments(
        output_dir=str(job.out / CHECKPOINTS),
        num_train_epochs=recipe.epochs,
        max_steps=job.max_steps or -1,
        per_device_train_batch_size=recipe.batch.per_device,
        per_device_eval_batch_size=recipe.batch.per_device,
        gradient_accumulation_steps=recipe.batch.accumulation,
        learning_rate=recipe.learning_rate.peak,
        lr_scheduler_type=recipe.learning_rate.schedule,
        warmup_steps=recipe.learning_rate.warmup_ratio,
        optim=recipe.optimizer.name,
        weight_decay=recipe.optimizer.weight_decay,
        max_grad_norm=recipe.optimizer.max_grad_norm,
        bf16=recipe.quantisation.compute == "bfloat16",
        fp16=recipe.quantisation.compute == "float16",
        use_cpu=not libraries.torch.cuda.is_available(),
        seed=job.seed,
        data_seed=job.seed,
        logging_steps=1,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=2,
        report_to=[],
        **checking,
    )
    return transformers.Trainer(
        model=model,
        args=arguments,
        data_collator=transformers.DataCollatorForSeq2Seq(tokenizer, padding=True),
        train_dataset=[example.features() for example in examples],
        eval_dataset=[example.features() for example in checks] or None,
        processing_class=tokenizer,
        callbacks=[transformers.EarlyStoppingCallback(stopping.patience)] if stopping else [],
    )


@contextmanager
def _stop_on_signal(libraries: _Libraries, trainer: Any) -> Iterator[threading.Event]:
    """While this holds, SIGINT and SIGTERM let the step end, write a checkpoint and stop the training."""
    stopped = threading.Event()

    class Stop(libraries.transformers.TrainerCallback):  # type: ignore[misc, name-defined]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if stopped.is_set():
                control.should_save = control.should_training_stop = True

    trainer.add_callback(Stop)
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _last_checkpoint(folder: Path) -> str | None:
    """The newest complete checkpoint; one that a crash cut off lacks the trainer's state, which is written last."""
    complete = [state.parent for state in folder.glob("checkpoint-*/trainer_state.json")]
    return str(max(complete, key=lambda path: int(path.name.rpartition("-")[2]))) if complete else None


def _losses(history: list[dict[str, Any]]) -> list[dict[str, float]]:
    names = ("step", "epoch", "loss", "eval_loss", "learning_rate", "grad_norm")
    kept = [{name: entry[name] for name in names if name in entry} for entry in history]
    return [entry for entry in kept if "loss" in entry or "eval_loss" in entry]


def _save_adapter(model: Any, tokenizer: Any, job: Job, record: dict[str, Any]) -> None:
    folder = job.out / "adapter"
    for config in model.peft_config.values():
        config.base_model_name_or_path = record["base"]["name"]  # a path would tell of this machine
    model.save_pretrained(folder, save_embedding_layers=False)
    tokenizer.save_pretrained(folder)
    card = CARD.format(job.recipe.recipe.name, record)
    (folder / "README.md").write_text(card, encoding="utf-8")
