"""Training an adapter for Qwen3-0.6B at its real size: tokens a second and memory.

lora_training.py FOLDER ROWS TOKENS    our side: prints tokens a second, the most bytes, and the
                                       last loss

Both sides see the same rows, with the same rank and the same matrices; the weights are random,
see qwen_weights.py: neither figure depends on what they are. That both learn the same from the
same rows is tested in tests/training.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
STEPS, BATCH = 2, 4  # of the plain side; ours takes the same rows
LENGTH = 512
_SECONDS, _BYTES = 0, 1


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    found: dict[str, list[float]] = {}

    def run(side: str, figure: int) -> float:
        if figure == _SECONDS:
            found[side] = _run(side)
        return found[side][figure]  # the memory is that of the last run

    return [
        comparison(
            name,
            unit,
            lambda figure=figure: run("lora_training.py", figure),
            lambda figure=figure: run("plain_lora.py", figure),
            most=most,
        )
        for name, unit, figure, most in (
            ("LoRA of Qwen3-0.6B, 1,000 tokens", "s", _SECONDS, 1 / 3),
            ("LoRA of Qwen3-0.6B, most memory", "bytes", _BYTES, 1 / 2),
        )
    ]


def _run(side: str) -> list[float]:
    """Let one side train and return seconds for 1,000 tokens, and bytes."""
    folder = _material()
    command = [str(HERE / side), str(folder / "model"), str(folder / "rows.jsonl"), str(STEPS)]
    done = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, text=True, check=True)
    speed, peak, _ = map(float, done.stdout.split()[-3:])
    return [1000 / speed, peak]


@cache
def _material() -> Path:
    """Write model and rows into a folder that goes when the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="lora-bench-")
    atexit.register(folder.cleanup)
    place = Path(folder.name)
    subprocess.run(
        [sys.executable, str(HERE / "qwen_weights.py"), str(place / "model")], check=True
    )
    (place / "rows.jsonl").write_text("\n".join(map(json.dumps, rows(STEPS * BATCH))), "utf-8")
    return place


def rows(count: int) -> list[dict[str, Any]]:
    """Return questions and answers of the lengths that chat data has, in letters."""
    chance = random.Random(0)  # noqa: S311 - data, not secrets
    texts = [
        "".join(chance.choices("abcdefgh ", k=min(220, int(chance.lognormvariate(middle, 0.6)))))
        for _ in range(count)
        for middle in (4.0, 4.6)
    ]
    return [
        {"messages": [{"role": "user", "content": a}, {"role": "assistant", "content": b}]}
        for a, b in zip(texts[::2], texts[1::2], strict=True)
    ]


def main(folder: Path, data: Path, steps: int) -> None:
    """Run our side."""
    from portfolio_core import hardware, settings
    from portfolio_core.errors import Cancelled
    from portfolio_core.training.lora import Plan, Progress, tune

    told: list[Progress] = []

    def note(progress: Progress) -> None:
        told.append(progress)
        if progress.step == progress.steps:
            raise Cancelled  # what comes after the last step is not compared

    plan = Plan(epochs=1, length=LENGTH, held_out=0, save_every=1000, batch=BATCH // steps)
    machine = hardware.detect(settings.current())
    with tempfile.TemporaryDirectory() as out, contextlib.suppress(Cancelled):
        tune(folder, data, Path(out), plan, machine, report=note)
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
    print(told[-1].tokens_per_second, peak, told[-1].loss)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
