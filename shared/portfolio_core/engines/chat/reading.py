"""What a model has read of some conversations at once, each with its own adapter.

Prompts of one length are read together. Prompts of different lengths are read one after the
other and only then laid side by side, so that none is read through padding: what a row says does
not depend on what stands beside it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Self, TypeAlias

from portfolio_core.engines.chat import lora

Module: TypeAlias = Any
"""A model, a cache or a tensor of ``transformers`` and torch, which have no types."""

# Tokens of a prompt read at once: about half a second on two cores, the longest wait for a stop.
_PART = 256


class Reading:
    """The rows of a batch, and the keys and values of what they have read."""

    def __init__(self, model: Module, adapters: Sequence[str], device: str) -> None:
        """Begin with empty rows.

        Args:
            model: A ``Qwen3ForCausalLM``.
            adapters: Of each row the key of its adapter; empty = the base.
            device: Where the model is.
        """
        from transformers import DynamicCache

        self._model = model
        self._adapters = list(adapters)
        self._device = device
        self._cache = DynamicCache(config=model.config)
        self._seen: Module = None  # (rows, read), which of the columns a row has; none = all

    def read(
        self, ids: Sequence[Sequence[int]], check: Callable[[], None] = lambda: None
    ) -> Module:
        """Read on in each row.

        Args:
            ids: Of each row what it reads; the lengths may differ at the first call only.
            check: Called before each part; what it raises ends the work.

        Returns:
            The scores of the token that comes next, shape (rows, vocabulary), float32.
        """
        import torch

        if len({len(row) for row in ids}) > 1:
            return self._read_apart(ids, check)
        for start in range(0, len(ids[0]), _PART):
            check()
            # Not around a yield: the mode would hold for whoever takes the token, too.
            with torch.inference_mode(), lora.rows(self._adapters):
                part = torch.tensor([row[start : start + _PART] for row in ids])
                read = self._model(
                    part.to(self._device),
                    past_key_values=self._cache,
                    use_cache=True,
                    logits_to_keep=1,
                    **self._places(part),
                )
        return read.logits[:, -1].float()

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows only."""
        import torch

        with torch.inference_mode():
            self._cache.batch_select_indices(torch.tensor(rows, device=self._device))
            self._adapters = [self._adapters[row] for row in rows]
            self._seen = None if self._seen is None else self._seen[list(rows)]

    def _places(self, part: Module) -> dict[str, Module]:
        """Return mask and positions, where rows of different length stand side by side."""
        import torch

        if self._seen is None:
            return {}
        own = torch.ones_like(part, dtype=torch.bool, device=self._device)
        self._seen = torch.cat([self._seen, own], dim=1)
        positions = self._seen.sum(dim=1, keepdim=True) - 1
        return {"attention_mask": self._seen, "position_ids": positions}

    def _read_apart(self, ids: Sequence[Sequence[int]], check: Callable[[], None]) -> Module:
        import torch

        alone = [Reading(self._model, [adapter], self._device) for adapter in self._adapters]
        scores = [one.read([row], check) for one, row in zip(alone, ids, strict=True)]
        with torch.inference_mode():
            self._join(alone)
            return torch.cat(scores)

    def _join(self, alone: Sequence[Self]) -> None:
        """Lay what was read apart side by side, the shorter ones with nothing before them."""
        import torch
        from torch.nn.functional import pad

        lengths = [one._cache.get_seq_length() for one in alone]  # noqa: SLF001 - its own kind
        longest = max(lengths)

        def side_by_side(values: Sequence[Module]) -> Module:
            """Join tensors of shape (1, heads, read, width)."""
            before = [longest - length for length in lengths]
            padded = zip(values, before, strict=True)
            return torch.cat([pad(value, (0, 0, empty, 0)) for value, empty in padded])

        layers = zip(*(one._cache.layers for one in alone), strict=True)  # noqa: SLF001
        for number, layer in enumerate(layers):
            keys = side_by_side([one.keys for one in layer])
            self._cache.update(keys, side_by_side([one.values for one in layer]), number)
        columns = torch.arange(longest, device=self._device)
        starts = torch.tensor([longest - length for length in lengths], device=self._device)
        self._seen = columns >= starts[:, None]
