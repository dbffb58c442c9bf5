"""What is measured of ronald-classifier: training a head, and classifying many pictures.

Both sides have the same ResNet-18 - its real size, random weights: speed does not depend on
them - the same pictures, five epochs of Adam at 1e-3 in batches of 64, and one thread.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PICTURES = 183  # as many as the data set of the recipe has
MACHINE_BYTES = 2**33


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return [
        comparison(
            "train a head, 183 pictures, 5 epochs",
            "s",
            lambda: _run(__file__, "train"),
            lambda: _run(HERE / "plain_probe.py", "train"),
            0.25,
        ),
        comparison(
            "classify 183 pictures",
            "s",
            lambda: _run(__file__, "classify"),
            lambda: _run(HERE / "plain_probe.py", "classify"),
            0.5,
        ),
    ]


def _run(script: str | Path, what: str) -> float:
    """Run one side in a process of its own and return its seconds."""
    folder = _material()
    command = [sys.executable, str(script), what, str(folder / "model"), str(folder / "pictures")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


@cache
def _material() -> Path:
    """Write a ResNet-18 and pictures into a folder that goes when the process ends."""
    import atexit
    import shutil

    import torch
    from PIL import Image
    from transformers import ConvNextImageProcessorPil, ResNetConfig, ResNetForImageClassification

    from portfolio_core.training.negatives import negatives

    folder = Path(tempfile.mkdtemp(prefix="portfolio-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    torch.manual_seed(0)
    shape = ResNetConfig(
        hidden_sizes=[64, 128, 256, 512],
        depths=[2, 2, 2, 2],
        layer_type="basic",
        num_labels=1000,
    )
    ResNetForImageClassification(shape).save_pretrained(folder / "model")
    ConvNextImageProcessorPil(size={"shortest_edge": 224}, crop_pct=0.875).save_pretrained(
        folder / "model"
    )
    for number, (_, picture) in enumerate(negatives(PICTURES, 0, 224)):
        place = folder / "pictures" / ("even", "odd")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(place / f"{number:03}.jpg", quality=90)
    return folder


def _ours(what: str, model: Path, pictures: Path) -> float:
    """Do what the first argument says with our parts, and return how long it took."""
    from portfolio_core.engines.classification.resnet import ResNetEngine
    from portfolio_core.hardware import Hardware
    from portfolio_core.settings import Limits, Preset
    from portfolio_core.training import imagefolder, linear_probe
    from portfolio_core.training.features import FeatureCache
    from portfolio_core.training.linear_probe import ProbePlan

    machine = Hardware("cpu", "float32", 1, MACHINE_BYTES, Preset.TINY, "")
    engine = ResNetEngine.load(model, machine)
    if what == "classify":
        found = imagefolder.read(pictures, Limits()).pictures
        started = time.perf_counter()
        engine.classify(found)
        return time.perf_counter() - started
    started = time.perf_counter()
    read = imagefolder.read(pictures, Limits())
    features = FeatureCache(engine)(read.pictures)
    plan = ProbePlan(variants=0, epochs=5, batch=64, rate=1e-3, decay=0.0)
    linear_probe.fit(features, read.labels, len(read.classes), engine.backbone, plan=plan, seed=0)
    return time.perf_counter() - started


if __name__ == "__main__":
    print(_ours(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
