"""The Space qwen-lora-chat on a tiny model of random weights with an adapter, made at its start.

Its first argument is the folder for them; they say noise, but quickly, and each time the same.
With "slowly" as the second one they take their time, never end, and print what they do.
"""

import importlib.util
import runpy
import sys
import time
from dataclasses import replace
from pathlib import Path

from portfolio_core import starters
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.engines.chat.reading import Reading
from portfolio_core.training.tuning_report import Rows, Sample, Score, Step, TuningReport

HERE = Path(__file__).resolve().parent
TOKEN_SECONDS = 0.1
REPORT = TuningReport(
    base="chat-base",
    base_revision="0" * 64,
    data="Parrots <b>talk</b>",
    licence="CC0-1.0",
    command="python3 scripts/train_lora.py --base chat-base --data ROWS --out FOLDER",
    rows=Rows(
        used=90,
        held_out=10,
        rejected={"no_answer": 2},
        duplicates=1,
        tokens=1234,
        shortest=5,
        median=20,
        longest=60,
        examples={"no_answer": (4, 5)},
    ),
    scores=(
        Score(rows="own", tokens=200, base_loss=4.0, tuned_loss=2.0),
        Score(rows="general", tokens=300, base_loss=3.0, tuned_loss=3.1),
    ),
    curve=tuple(
        Step(step=n, loss=4 - n / 10, held_out=4 - n / 12 if n % 5 == 0 else None)
        for n in range(1, 21)
    ),
    samples=tuple(
        Sample(prompt=f"Prompt {n}", base="<i>said</i>", tuned="Squawk") for n in range(10)
    ),
    seconds=12.5,
    tokens_per_second=980.0,
    peak_bytes=2**29,
)


def build(folder):
    """Write the model and its adapter, unless they are there."""
    spec = importlib.util.spec_from_file_location(
        "tiny_qwen", HERE.parent / "engines" / "tiny_qwen.py"
    )
    tiny = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tiny)
    if not (folder / "chat-parrot").exists():
        base = tiny.build(folder / "chat-base", context=2048)
        parrot = tiny.build_adapter(base, folder / "chat-parrot")
        REPORT.model_copy(update={"base_revision": ""}).write(parrot)
        (parrot / "README.md").write_text("---\nlicence: x\n---\n# Parrot\nIt repeats.\n")


def slow_down():
    """Let each token take a tenth of a second, and no reply end before its longest."""
    read, begin = Reading.read, QwenChat._begin

    def slowly(reading, *arguments):
        time.sleep(TOKEN_SECONDS)
        print("read", flush=True)
        return read(reading, *arguments)

    def endless(engine, wanted):
        engine._vocabulary = replace(engine._vocabulary, ends=frozenset())
        return begin(engine, wanted)

    Reading.read, QwenChat._begin = slowly, endless


if __name__ == "__main__":
    models = Path(sys.argv[1])
    build(models)
    starters.folder = lambda name: models / name
    if sys.argv[2:] == ["slowly"]:
        slow_down()
    sys.argv = ["app.py"]
    root = HERE.parents[1]
    runpy.run_path(str(root / "spaces" / "qwen-lora-chat" / "app.py"), run_name="__main__")
