"""A picture's attention to itself on a CPU, faster than torch's where that is slow in 16 bits.

At 512 pixels half the time of a step of Stable Diffusion 1.5 in bfloat16 was attention: without
a unit for matrices, torch's own takes as long as in float32. Here the scores of a few hundred
queries at a time are a product of oneDNN in float32, from bfloat16 without a loss; they stay in
the cache until their softmax is rounded and multiplied with the values in bfloat16.
"""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

Tensor = Any
"""A ``torch.Tensor``; torch is imported late."""
Module = Any
"""A ``torch.nn.Module`` of diffusers, imported late."""

_QUERIES = 256  # times 4,096 keys of 4 bytes: 4 MB of scores
_FEW = 1024  # tokens from which on it pays: those of 32 x 32 latents
_WORTH = 1.2  # so much faster it must be
_TRIED = (2, 2048, 40)  # heads, tokens, channels of a head
_TRIES = 3


def speed_up(network: Module) -> None:
    """Let the self-attention of a UNet's blocks work as above, if that is faster here."""
    from diffusers.models.attention import BasicTransformerBlock

    blocks = [part for part in network.modules() if isinstance(part, BasicTransformerBlock)]
    if blocks and _faster():
        for block in blocks:
            block.attn1.set_processor(_InBlocks(block.attn1.processor))


def attended(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Return the values that each query attends to, as scaled dot-product attention has it.

    Args:
        query: Shape (heads, tokens, channels), on a CPU.
        key: The same, of as many tokens as ``value``.
        value: The same.
    """
    import torch

    # What compiled models call: torch.mm takes twice as long for it on some processors.
    product = torch.ops.mkldnn._linear_pointwise  # noqa: SLF001 - has no other name
    made = torch.empty_like(query)
    scaled = query.float() * query.shape[-1] ** -0.5
    for q, k, v, out in zip(scaled, key.float(), value, made, strict=True):
        keys, values = k.contiguous(), v.contiguous()
        for start in range(0, len(q), _QUERIES):
            rows = slice(start, start + _QUERIES)
            scores = product(q[rows].contiguous(), keys, None, "none", [], "")
            torch.mm(scores.softmax(-1).to(v.dtype), values, out=out[rows])
    return made


class _InBlocks:
    """What diffusers calls for an attention."""

    def __init__(self, usual: Callable[..., Tensor]) -> None:
        """Take what does it else, for few tokens and with a mask."""
        self._usual = usual

    def __call__(
        self,
        attn: Module,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor = None,
        attention_mask: Tensor = None,
        **others: Any,  # noqa: ANN401 - of other processors
    ) -> Tensor:
        """Return what an attention makes of a picture of shape (n, tokens, channels)."""
        given = encoder_hidden_states is not None or attention_mask is not None
        if given or hidden_states.shape[1] < _FEW:
            return self._usual(attn, hidden_states, encoder_hidden_states, attention_mask, **others)
        layers = (attn.to_q, attn.to_k, attn.to_v)
        query, key, value = (
            layer(hidden_states).unflatten(-1, (attn.heads, -1)).transpose(1, 2).flatten(0, 1)
            for layer in layers
        )
        made = attended(query, key, value).unflatten(0, (-1, attn.heads)).transpose(1, 2).flatten(2)
        return attn.to_out[1](attn.to_out[0](made))


@cache
def _faster() -> bool:
    """Return whether it is faster here than torch's own, by trying both once."""
    import torch
    from torch.nn import functional

    if not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return False  # as where torch was built without oneDNN
    tried = torch.ones(_TRIED, dtype=torch.bfloat16)

    def seconds(attend: Callable[[Tensor, Tensor, Tensor], Tensor]) -> float:
        times = []
        for _ in range(_TRIES):
            start = time.thread_time()  # others may be at work, too
            attend(tried, tried, tried)
            times.append(time.thread_time() - start)
        return min(times)

    usual = functional.scaled_dot_product_attention
    return seconds(lambda *given: usual(*(one[None] for one in given))) > _WORTH * seconds(attended)
