"""What the tests of LoRA share: a tiny base, rows, a machine."""

import json
from pathlib import Path

from tests.engines import tiny_qwen

from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset
from portfolio_core.training.lora import Plan

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
# The rate suits a model of 32 numbers a token; nothing is saved or measured but at the end.
PLAN = Plan(rank=4, alpha=8, rate=1e-2, batch=1, length=128, steps=4, held_out_rows=4)
QUICK = {"prompts": ["Why?"]}  # one sample instead of ten


def base(folder: Path, **options: int) -> Path:
    """Write the tiny base model."""
    return tiny_qwen.build(folder / "base", **options)


def rows(folder: Path, count: int = 40, name: str = "rows.csv", answer: str = "answer") -> Path:
    """Write rows that can be learnt."""
    file = folder / name
    lines = [f"question {n},{answer} is {n % 5}" for n in range(count)]
    file.write_text("\n".join(["Q,A", *lines]), "utf-8")
    return file


def lines(file: Path, *values: object) -> Path:
    """Write JSON lines."""
    file.write_text("\n".join(json.dumps(value) for value in values), "utf-8")
    return file
