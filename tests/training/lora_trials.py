"""Trains and is killed, many times: a program that imports once and forks for each trial.

lora_trials.py training BASE ROWS FOLDER COUNT    prints a line of JSON for each trial: kill -9 at
                                                  a random moment, then a start that goes on
lora_trials.py saving FOLDER WAY                  prints one for each place of a save at which it
                                                  was killed; WAY is "ours" or "in place"
"""

import importlib
import json
import os
import random
import shutil
import signal
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

import accelerate  # noqa: F401 - imported here once, not in each fork
import peft  # noqa: F401 - likewise
import torch
import torch.distributed.checkpoint.state_dict
import transformers  # noqa: F401 - likewise

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
from tests.training.lora_parts import MACHINE, PLAN, QUICK

from portfolio_core import hardware
from portfolio_core.training.lora import checkpoints, tune
from portfolio_core.training.lora.checkpoints import Checkpoint, Checkpoints
from portfolio_core.training.tuning_report import TuningReport

STEPS = 10
AUDITED = ("open", "os.", "shutil.")


class InPlace(Checkpoints):
    """The twin without the guard: writes under the last name, and takes what is newest."""

    def _write(self, step, content):
        place = self._folder / f"step-{step:08}"
        place.mkdir(exist_ok=True)
        for name, data in content.items():
            (place / name).write_bytes(data)

    def newest(self):
        whole, checkpoints.is_whole = checkpoints.is_whole, lambda place: True
        try:
            return super().newest()
        finally:
            checkpoints.is_whole = whole


def forked(work):
    """Start ``work`` in a fork that ends with it, and return its id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def ended(child):
    """Wait for a fork and return what it ended with; below 0 a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def training(base, rows, folder, count):
    """Kill trainings; the first one is left alone, and tells how long one takes."""
    for name in ("accelerate", "peft", "transformers", "torch.distributed.checkpoint.state_dict"):
        importlib.import_module(name)  # here once, not in each fork
    chance = random.Random(0)
    plan = replace(PLAN, steps=STEPS, save_every=1, dropout=0.1)

    def work(out):
        return lambda: tune(Path(base), Path(rows), out, plan, MACHINE, **QUICK)

    def told(out):
        return [step.loss for step in TuningReport.read(out).curve]

    start = time.monotonic()
    assert ended(forked(work(Path(folder) / "whole"))) == 0
    seconds = time.monotonic() - start
    whole = told(Path(folder) / "whole")
    for number in range(count):
        out = Path(folder) / str(number)
        child = forked(work(out))
        time.sleep(seconds * chance.random())
        os.kill(child, signal.SIGKILL)
        first = ended(child)
        reached = len(list(out.glob("checkpoints-*/step-*")))
        second = ended(forked(work(out)))
        left = [place.name for place in out.glob("checkpoints-*/.*")]
        losses = told(out) if second == 0 else []
        trial = {"killed": first < 0, "kept": reached, "resumed": second == 0, "left": left}
        print(json.dumps({**trial, "losses": losses, "whole": whole}), flush=True)
        shutil.rmtree(out)


def saving(folder, way):
    """Kill a save at each of its operations, from the first to the one after the last."""
    place = 0
    killed = True
    while killed:
        place += 1
        store = Path(folder) / str(place)
        made = Checkpoints if way == "ours" else InPlace

        def save(store=store, made=made, place=place):
            kept = made(store, 2)
            for step in (1, 2):
                kept.save(some(step))
            kill_at(place)
            kept.save(some(3))

        killed = ended(forked(save)) == -signal.SIGKILL
        try:
            found = made(store, 2).newest()
        except Exception as error:  # noqa: BLE001 - the twin breaks in many ways
            print(json.dumps({"killed": killed, "found": type(error).__name__}), flush=True)
            continue
        whole = found is not None and found.state == {"step": found.step}
        whole = whole and bool((found.tensors["a"] == found.step).all())
        told = {"killed": killed, "found": found.step if whole else "mixed"}
        print(json.dumps(told), flush=True)


def some(step):
    """Return a checkpoint all of whose numbers are those of its step."""
    return Checkpoint(step, {"a": torch.full((3000,), float(step))}, {"step": step})


def kill_at(place):
    """Kill this process at its next ``place``-th operation on files."""
    seen = []

    def hook(event, arguments):
        if event.startswith(AUDITED):
            seen.append(event)
            if len(seen) == place:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
    torch.set_num_threads(1)
    hardware.product_type = lambda machine: machine.dtype
    if sys.argv[1] == "training":
        training(*sys.argv[2:5], int(sys.argv[5]))
    else:
        saving(*sys.argv[2:4])
