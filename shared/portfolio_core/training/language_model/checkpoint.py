"""The state of a training in one file, whole or not at all."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from portfolio_core.files import write_atomically
from portfolio_core.training.language_model.network import Module
from portfolio_core.training.language_model.plan import Plan, Progress

FILE = "checkpoint.safetensors"
_WEIGHT, _TOLD = "weight", "told"


def save(
    folder: Path, model: Module, optimizers: Sequence[Module], now: Progress, plan: Plan
) -> None:
    """Write weights and what the optimizers keep of each into ``folder``."""
    from safetensors.torch import save as packed

    tensors = {}
    for name, weight in model.named_parameters():
        tensors[f"{name} {_WEIGHT}"] = weight.detach()
        for optimizer in optimizers:
            tensors |= {f"{name} {key}": kept for key, kept in optimizer.state[weight].items()}
    told = {"now": asdict(now), "plan": asdict(plan), "model": model.config.to_json_string()}
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / FILE, packed(tensors, {_TOLD: json.dumps(told)}))


def resume(folder: Path, model: Module, optimizers: Sequence[Module], plan: Plan) -> Progress:
    """Take up the checkpoint of such a training, if there is one, and return where it was."""
    from safetensors import safe_open

    if not (folder / FILE).exists():
        return Progress()
    with safe_open(folder / FILE, framework="pt") as file:
        told = json.loads(file.metadata()[_TOLD])
        now = Progress(**told["now"])
        same = told["model"] == model.config.to_json_string()
        if not same or not _goes_on(Plan(**told["plan"]), plan, now.step):
            return Progress()
        weights = dict(model.named_parameters())
        learns = {id(w): o for o in optimizers for w in o.param_groups[0]["params"]}
        for key in file.keys():  # noqa: SIM118 - not a dict
            name, what = key.split(" ")
            weight, saved = weights[name], file.get_tensor(key)
            if what == _WEIGHT:
                weight.data.copy_(saved)
            else:
                learns[id(weight)].state[weight][what] = saved
    return now


def _goes_on(earlier: Plan, plan: Plan, step: int) -> bool:
    """Tell whether at ``step`` the same has been done by both plans."""
    if earlier == plan:
        return True
    alike = replace(earlier, steps=plan.steps, last=plan.last) == plan
    return alike and step <= min(earlier.first, plan.first)
