"""LoRA adapters on a loaded model, chosen for each row of a batch and for one pass at a time.

A library that switches adapters does so for the whole model: two conversations at once would
get each other's. Here the pass itself carries which adapter each of its rows wears, so that one
pass may hold the base beside the tuned model, and nothing has to be switched back.
Source of the method: Hu et al., LoRA, 2021, https://arxiv.org/abs/2106.09685.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from portfolio_core.engines.chat.adapters import Adapter
from portfolio_core.errors import AdapterMismatch, UnknownAdapter

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""

_DIGITS = 8  # of a revision, for people

_ROWS: ContextVar[tuple[str, ...]] = ContextVar("rows", default=())


@contextmanager
def rows(keys: Sequence[str]) -> Iterator[None]:
    """Let the rows of the passes inside wear these adapters.

    Args:
        keys: Of each row of the batch; empty = the base alone.
    """
    before = _ROWS.set(tuple(keys))
    try:
        yield
    finally:
        _ROWS.reset(before)


@dataclass
class Adapted:
    """Adds to what a linear layer gives, whatever kind of layer it is: ``y += B(A(x))``.

    Attributes:
        matrices: By adapter: A, shape (rank, in), and B, shape (out, rank), B with the
            adapter's scale in it, both of the number type of the activations.
    """

    matrices: dict[str, tuple[Tensor, Tensor]] = field(default_factory=dict)

    def __call__(self, _layer: object, given: tuple[Tensor, ...], made: Tensor) -> Tensor:
        """Add to the output ``made`` of a layer; torch calls it after the layer.

        Args:
            given: The layer's input, shape (batch, …, in), as its only member.
            made: Its output, shape (batch, …, out), changed in place.
        """
        for row, key in enumerate(_ROWS.get()):
            if key in self.matrices:
                down, up = self.matrices[key]
                made[row] += given[0][row] @ down.T @ up.T
        return made


def adapted(layer: Any) -> Adapted:  # noqa: ANN401 - a module of torch
    """Return what adapts ``layer``, put there at the first call."""
    for hook in layer._forward_hooks.values():  # noqa: SLF001 - torch tells it nowhere else
        if isinstance(hook, Adapted):
            return hook
    made = Adapted()
    layer.register_forward_hook(made)
    return made


class Adapters:
    """The adapters that are on one model. Adding and removing disturbs no pass under way."""

    def __init__(self, model: Any, names: Sequence[str], revision: str) -> None:  # noqa: ANN401
        """Begin with none.

        Args:
            model: A ``Qwen3ForCausalLM``.
            names: By which adapters may call this model, the first one for people.
            revision: Commit or checksum of its weights; empty = any will do.
        """
        self._model = model
        self._names = tuple(names)
        self._revision = revision
        self.here: Mapping[str, Adapter] = {}
        """Those that are on it, by key."""

    def add(self, adapter: Adapter) -> None:
        """Put an adapter on the model; one of the same key makes room for it.

        Raises:
            AdapterMismatch: it was made for another model, by name, revision or shape.
            AdapterUnreadable: its weights cannot be read.
        """
        if adapter.base not in self._names:
            raise AdapterMismatch(adapter.key, adapter.base, self._names[0])
        if self._revision and adapter.base_revision not in ("", self._revision):
            given = f"{self._names[0]}@{self._revision[:_DIGITS]}"
            raise AdapterMismatch(adapter.key, f"…@{adapter.base_revision[:_DIGITS]}", given)
        fitted = [self._fitted(adapter, *matrix) for matrix in adapter.matrices()]
        self.remove(adapter.key)
        for layer, down, up in fitted:
            adapted(layer).matrices[adapter.key] = (down, up)
        self.here = {**self.here, adapter.key: adapter}

    def remove(self, key: str) -> None:
        """Take an adapter off the model, if it is there."""
        self.here = {name: adapter for name, adapter in self.here.items() if name != key}
        for layer in self._model.modules():
            for hook in layer._forward_hooks.values():  # noqa: SLF001 - as above
                if isinstance(hook, Adapted):
                    hook.matrices.pop(key, None)

    def require(self, key: str) -> None:
        """Say that a request may name ``key``.

        Raises:
            UnknownAdapter: there is no such adapter.
        """
        if key and key not in self.here:
            raise UnknownAdapter(key)

    def _fitted(
        self, adapter: Adapter, path: str, down: Tensor, up: Tensor
    ) -> tuple[Any, Tensor, Tensor]:
        """Return a layer and the matrices for it, of its number type and on its device."""
        try:
            layer = self._model.get_submodule(path)
            fits = (layer.in_features, layer.out_features) == (down.shape[1], up.shape[0])
        except AttributeError:  # there is no such layer, or it is not linear
            fits = False
        if not fits:
            raise AdapterMismatch(adapter.key, adapter.base, self._names[0])
        kind = {"dtype": self._model.dtype, "device": self._model.device}
        return layer, down.to(**kind), up.to(**kind)
