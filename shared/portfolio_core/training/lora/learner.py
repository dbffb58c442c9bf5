"""The model as the loop sees it: batches in, summed loss out; and its state as plain tensors.

On one process, on several that hold the same (DDP) or on several that share it (FSDP), the same
calls do the same; ``torch.distributed.checkpoint`` sees through all of them.
"""

import contextlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from portfolio_core.hardware import NumberType
from portfolio_core.training.lora import loss
from portfolio_core.training.lora.base import Module
from portfolio_core.training.lora.batches import Batch

Tensor = Any
_ADAPTER, _OPTIMIZER = "adapter:", "optimizer:"


def learner(tuned: Module) -> Module:
    """Return a module around a model with an adapter.

    It takes ``ids``, ``positions``, ``read`` and ``targets`` of a :class:`Batch` as tensors, and
    returns the sum of the losses. All of it happens inside its forward: where parameters are
    shared out among processes, they are whole only there.
    """
    return _class()(tuned)


@cache
def _class() -> Any:  # noqa: ANN401 - a class made of torch's, which is imported late
    import torch

    class Learner(torch.nn.Module):
        def __init__(self, tuned: Module) -> None:
            super().__init__()
            self.tuned = tuned

        def forward(self, ids: Tensor, positions: Tensor, read: Tensor, targets: Tensor) -> Tensor:
            whole = self.tuned.get_base_model()
            hidden = whole.model(input_ids=ids, position_ids=positions, use_cache=False)
            taken = hidden.last_hidden_state.flatten(0, 1)[read]
            return loss.summed(taken, whole.lm_head.weight, targets)

    return Learner


def shard(module: Module, device: str) -> None:
    """Share the parameters of a learner out among all processes, each layer by itself.

    With FSDP2 of torch: that of ``accelerate`` is for GPUs alone, and could not be tested here.
    """
    import torch
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh(device, (torch.distributed.get_world_size(),))
    for layer in module.tuned.get_base_model().model.layers:
        fully_shard(layer, mesh=mesh)
    fully_shard(module, mesh=mesh)


def synchronize(module: Module, *, wanted: bool) -> Any:  # noqa: ANN401 - a context
    """Return a context in which processes exchange gradients only if that is ``wanted``."""
    if hasattr(module, "set_requires_gradient_sync"):  # shared out
        module.set_requires_gradient_sync(wanted)
    elif hasattr(module, "no_sync") and not wanted:
        return module.no_sync()
    return contextlib.nullcontext()


def tensors(batch: Batch, device: Any) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # noqa: ANN401
    """Return what a learner takes of ``batch``."""
    import torch

    def placed(array: Any) -> Tensor:  # noqa: ANN401
        return None if array is None else torch.from_numpy(array).to(device)

    return placed(batch.ids), placed(batch.positions), placed(batch.read), placed(batch.targets)


def autocast(dtype: NumberType, device: str) -> Any:  # noqa: ANN401 - a context of torch
    """Return a context in which matrix products are made in ``dtype``.

    The adapter's matrices stay in float32: in bfloat16, small steps would round to nothing.
    """
    import torch

    return torch.autocast(device, dtype=torch.bfloat16, enabled=dtype == "bfloat16")


def state(wrapped: Module, optimizer: Module) -> dict[str, Tensor]:
    """Return adapter and optimizer as tensors on the CPU, by name.

    All processes call it; where they share the model, only the first is given something.
    """
    from torch.distributed.checkpoint import state_dict as torch_state

    weights = adapter(wrapped)
    told: Any = torch_state.get_optimizer_state_dict(wrapped, optimizer, options=_options())
    moments = {
        f"{_OPTIMIZER}{part}:{name}": tensor
        for name, parts in told.get("state", {}).items()
        for part, tensor in parts.items()
    }
    return {f"{_ADAPTER}{name}": tensor for name, tensor in weights.items()} | moments


def adapter(wrapped: Module) -> dict[str, Tensor]:
    """Return the adapter's matrices on the CPU, by their name in the learner."""
    from torch.distributed.checkpoint import state_dict as torch_state

    found: dict[str, Tensor] = torch_state.get_model_state_dict(wrapped, options=_options())
    return found


def restore(wrapped: Module, optimizer: Module, saved: Mapping[str, Tensor]) -> None:
    """Bring back what :func:`state` returned."""
    from torch.distributed.checkpoint import state_dict as torch_state

    weights = {n.removeprefix(_ADAPTER): t for n, t in saved.items() if n.startswith(_ADAPTER)}
    torch_state.set_model_state_dict(wrapped, weights, options=_options(strict=False))
    everywhere = _options(on_cpu=False)
    told: Any = torch_state.get_optimizer_state_dict(wrapped, optimizer, options=everywhere)
    for name, parts in told["state"].items():
        for part in parts:
            parts[part] = saved[f"{_OPTIMIZER}{part}:{name}"]
    torch_state.set_optimizer_state_dict(wrapped, optimizer, told, options=_options())


def _options(*, strict: bool = True, on_cpu: bool = True) -> Any:  # noqa: ANN401 - torch's
    from torch.distributed.checkpoint.state_dict import StateDictOptions

    return StateDictOptions(
        full_state_dict=True, cpu_offload=on_cpu, ignore_frozen_params=True, strict=strict
    )
