"""The forward pass of Qwen3 in few steps, for a CPU that has more to do than to dispatch.

The classes of ``transformers`` serve every device and use. On a CPU, one token costs them about
as much in small steps as in products. This pass takes over their loaded modules and gives what
they give, in fewer steps: room for keys and values is made ahead, so that nothing is copied for
a token; heads that share keys are one product; a mask is made only where a token could see too
much. Every linear layer is called as the module it is, so one of 8 bits in its place, or a hook
that adds an adapter, is part of the pass.
"""

from typing import Any, NamedTuple, TypeAlias

import torch  # noqa: TID253 - the module is imported late
from torch import Tensor, nn  # noqa: TID253 - likewise
from torch.nn import functional  # noqa: TID253 - likewise

from portfolio_core.engines import fast_linear

Module: TypeAlias = Any
"""A module or a cache of ``transformers``, which has no types."""

_ROOM = 256  # tokens that room is made for ahead, at least


class Scores(NamedTuple):
    """What a pass gives.

    Attributes:
        logits: Scores of the token that comes next, shape (rows, 1, vocabulary).
    """

    logits: Tensor


class Pass(NamedTuple):
    """What the layers of one pass share.

    Attributes:
        cosines: By which queries and keys are turned, shape (1 or rows, tokens, 1, width).
        sines: Likewise, those of the first half with the sign that it takes.
        mask: What is added to scores, shape (1 or rows, 1, 1, tokens, read); none = nothing.
        cache: Where keys and values are kept.
    """

    cosines: Tensor
    sines: Tensor
    mask: Tensor | None
    cache: "Cache"


class Layer:
    """Keys and values of one layer, in room for more."""

    def __init__(self) -> None:
        """Begin with none."""
        self.read = 0
        """Tokens that it holds."""
        # (rows, heads, width, room): products with keys in this order take a third of the time.
        self._keys = torch.empty(0, 0, 0, 0)
        self._values = torch.empty(0, 0, 0, 0)  # (rows, heads, room, width)

    @property
    def keys(self) -> Tensor:
        """All keys, shape (rows, heads, read, width)."""
        return self._keys[..., : self.read].transpose(2, 3)

    @property
    def values(self) -> Tensor:
        """All values, shape (rows, heads, read, width)."""
        return self._values[:, :, : self.read]

    def add(self, keys: Tensor, values: Tensor) -> None:
        """Append what was read now, shape (rows, heads, tokens, width)."""
        after = self.read + keys.shape[2]
        if after > self._values.shape[2]:
            self._make_room(keys, after + max(_ROOM, after // 2))
        self._keys[..., self.read : after] = keys.transpose(2, 3)
        self._values[:, :, self.read : after] = values
        self.read = after

    def select(self, rows: Tensor) -> None:
        """Go on with these rows only."""
        self._keys, self._values = self._keys[rows], self._values[rows]

    def _make_room(self, like: Tensor, room: int) -> None:
        rows, heads, _, width = like.shape
        keys = like.new_empty(rows, heads, width, room)
        values = like.new_empty(rows, heads, room, width)
        if self.read:
            keys[..., : self.read] = self._keys[..., : self.read]
            values[:, :, : self.read] = self.values
        self._keys, self._values = keys, values


class Cache:
    """Keys and values of all layers, with those methods of a ``DynamicCache`` that are used."""

    def __init__(self, layers: int) -> None:
        """Begin with nothing read."""
        self.layers = [Layer() for _ in range(layers)]

    def get_seq_length(self) -> int:
        """Return how many tokens each row holds."""
        return self.layers[0].read

    def update(self, keys: Tensor, values: Tensor, number: int) -> tuple[Tensor, Tensor]:
        """Append to a layer, shape (rows, heads, tokens, width), and return all that it holds."""
        layer = self.layers[number]
        layer.add(keys, values)
        return layer.keys, layer.values

    def batch_select_indices(self, rows: Tensor) -> None:
        """Go on with these rows only."""
        for layer in self.layers:
            layer.select(rows)


class Decoder(nn.Module):
    """A ``Qwen3ForCausalLM`` whose forward pass is this module's.

    Submodules have the paths that they had, ``model.layers.0.self_attn.q_proj`` among them.
    """

    def __init__(self, source: Module) -> None:
        """Take over the modules of ``source``, which is not to be used any more."""
        super().__init__()
        self.model = source.model
        self.lm_head = source.lm_head
        self.config = source.config
        self.generation_config = source.generation_config
        self.dtype: torch.dtype = source.dtype
        self.device: torch.device = source.device

    def forward(
        self,
        ids: Tensor,
        past_key_values: Cache,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        **_: object,
    ) -> Scores:
        """Read on; parameters have the names that ``transformers`` gives them.

        Args:
            ids: Shape (rows, tokens).
            past_key_values: What was read before; what is read now is appended.
            attention_mask: Which tokens a row has, those of ``ids`` too, shape (rows, read), bool;
                none = all. Each token of ``ids`` must be one that its row has.
            position_ids: Where the tokens stand, shape (rows, tokens); none = after those read.
        """
        seen, tokens = past_key_values.get_seq_length(), ids.shape[1]
        if position_ids is None:
            position_ids = torch.arange(seen, seen + tokens)[None]
        hidden = self.model.embed_tokens(ids)
        cosines, sines = self.model.rotary_emb(hidden, position_ids)
        before, after = sines.chunk(2, dim=-1)
        shared = Pass(
            cosines[:, :, None],
            torch.cat((-before, after), dim=-1)[:, :, None],
            _mask(seen, tokens, attention_mask, hidden.dtype),
            past_key_values,
        )
        for layer in self.model.layers:
            read = _normed(layer.input_layernorm, hidden)
            hidden = hidden + _attention(layer.self_attn, read, shared)
            read = _normed(layer.post_attention_layernorm, hidden)
            hidden = hidden + _fed_forward(layer.mlp, read)
        return Scores(self.lm_head(_normed(self.model.norm, hidden[:, -1:])))


def quick(model: Module) -> Module:
    """Return a model of ``transformers``, on a CPU, in its fastest form here; it is used up.

    Another architecture than Qwen3, or one with a sliding window, is returned as it is.
    """
    kinds = set(getattr(model.config, "layer_types", []))
    if model.config.model_type != "qwen3" or kinds != {"full_attention"}:
        return model
    if fast_linear.pays(model):
        fast_linear.pack(model)
    return Decoder(model)


def empty_cache(model: Module) -> Module:
    """Return a cache for ``model``, whether it is a :class:`Decoder` or of ``transformers``."""
    from transformers import DynamicCache

    if isinstance(model, Decoder):
        return Cache(len(model.model.layers))
    return DynamicCache(config=model.config)


def _mask(seen: int, tokens: int, rows: Tensor | None, dtype: torch.dtype) -> Tensor | None:
    """Return what keeps tokens from those after them, and from those that a row has not."""
    if tokens == 1 and rows is None:
        return None
    allowed = torch.ones(1, 1, 1, tokens, seen + tokens, dtype=torch.bool).tril(seen)
    if rows is not None:
        allowed = allowed & rows[:, None, None, None]
    return torch.zeros(allowed.shape, dtype=dtype).masked_fill_(~allowed, -torch.inf)


def _attention(part: Module, given: Tensor, shared: Pass) -> Tensor:
    """Return what attention adds to ``given``, shape (rows, tokens, width)."""
    rows, tokens, _ = given.shape
    split = (rows, tokens, -1, part.head_dim)
    queries = _turned(_normed(part.q_norm, part.q_proj(given).view(split)), shared)
    keys = _turned(_normed(part.k_norm, part.k_proj(given).view(split)), shared)
    values = part.v_proj(given).view(split)
    heads = keys.shape[2]
    keys, values = shared.cache.update(keys.transpose(1, 2), values.transpose(1, 2), part.layer_idx)
    # Queries that share a key's head lie below one another: one product, and no key is copied.
    queries = (queries * part.scaling).view(rows, tokens, heads, -1, part.head_dim)
    queries = queries.permute(0, 2, 3, 1, 4).reshape(rows * heads, -1, part.head_dim)
    scores = torch.bmm(queries, keys.transpose(2, 3).flatten(0, 1))
    if shared.mask is not None:
        scores.view(rows, heads, -1, tokens, scores.shape[-1]).add_(shared.mask)
    mixed = torch.bmm(scores.softmax(dim=-1), values.flatten(0, 1))
    mixed = mixed.view(rows, heads, -1, tokens, part.head_dim).permute(0, 3, 1, 2, 4)
    added: Tensor = part.o_proj(mixed.reshape(rows, tokens, -1))
    return added


def _fed_forward(part: Module, given: Tensor) -> Tensor:
    gate = functional.silu(part.gate_proj(given))
    added: Tensor = part.down_proj(gate.mul_(part.up_proj(given)))
    return added


def _normed(norm: Module, given: Tensor) -> Tensor:
    return functional.rms_norm(given, norm.weight.shape, norm.weight, norm.variance_epsilon)


def _turned(given: Tensor, shared: Pass) -> Tensor:
    """Turn queries or keys, shape (rows, tokens, heads, width), by where their tokens stand."""
    halves_swapped = given.roll(given.shape[-1] // 2, dims=-1)
    return torch.addcmul(given * shared.cosines, halves_swapped, shared.sines)
