"""What a training is between two steps, kept with the checkpoint code of the adapters."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

from portfolio_core.training.lora.checkpoints import Checkpoint, Checkpoints

Module: TypeAlias = Any
"""A ``torch.nn.Module`` or an optimizer; torch is imported late."""
Tensor: TypeAlias = Any
"""A weight, or what an optimizer keeps of it."""
Plan: TypeAlias = Any
"""A dataclass of plain values."""

_KEPT = 2
_WEIGHT = "weight"


class Saved:
    """The checkpoints of networks and their optimizers, in a folder of their own."""

    def __init__(
        self,
        folder: Path,
        networks: Sequence[Module],
        optimizers: Sequence[Module],
        plans: Sequence[Plan],
    ) -> None:
        """Look after ``networks`` and ``optimizers``, for a training by ``plans``."""
        self._checkpoints = Checkpoints(folder, keep=_KEPT)
        self._networks, self._optimizers = networks, optimizers
        self._plans = json.loads(json.dumps([asdict(plan) for plan in plans]))

    def resume(self) -> int:
        """Take up the newest checkpoint of the same plans; return its step, 0 if there is none."""
        newest = self._checkpoints.newest()
        if newest is None or newest.state["plans"] != self._plans:
            return 0
        weights = dict(self._weights())
        for name, tensor in newest.tensors.items():
            key, what = name.split(" ")
            weight = weights[key]
            if what == _WEIGHT:
                weight.data.copy_(tensor)
            else:
                self._learner(weight).state[weight][what] = tensor
        return newest.step

    def save(self, step: int) -> None:
        """Write everything."""
        tensors = {}
        for name, weight in self._weights():
            tensors[f"{name} {_WEIGHT}"] = weight.detach()
            learner = self._learner(weight)
            kept = learner.state[weight] if learner else {}
            tensors |= {f"{name} {what}": value for what, value in kept.items()}
        self._checkpoints.save(Checkpoint(step, tensors, {"plans": self._plans}))

    def _weights(self) -> Iterator[tuple[str, Tensor]]:
        for number, network in enumerate(self._networks):
            for name, weight in network.named_parameters():
                yield f"{number}.{name}", weight

    def _learner(self, weight: Tensor) -> Module:
        for optimizer in self._optimizers:
            if any(weight is w for group in optimizer.param_groups for w in group["params"]):
                return optimizer
        return None
