"""The draw of the next token: what may be drawn, how likely, and by which seed."""

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

from portfolio_core.engines.chat import Sampling

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""


class Draw:
    """Draws tokens for one reply.

    The scores go through the processors of ``transformers`` in its order, so that the same
    settings mean what they mean there. The source of chance is its own: what other replies
    draw does not touch it.
    """

    def __init__(
        self, sampling: Sampling, seed: int, allowed: Collection[int], logits: int, device: str
    ) -> None:
        """Prepare for scores of ``logits`` tokens, of which only ``allowed`` may be drawn."""
        import torch
        from transformers import (
            LogitsProcessorList,
            RepetitionPenaltyLogitsProcessor,
            TemperatureLogitsWarper,
            TopKLogitsWarper,
            TopPLogitsWarper,
        )

        self._greedy = sampling.temperature == 0
        self._chance = torch.Generator(device).manual_seed(seed)
        self._barred = torch.ones(logits, dtype=torch.bool, device=device)
        self._barred[list(allowed)] = False
        self._steps = LogitsProcessorList()
        if sampling.repetition_penalty != 1:
            self._steps.append(RepetitionPenaltyLogitsProcessor(sampling.repetition_penalty))
        if self._greedy:
            return
        self._steps.append(TemperatureLogitsWarper(sampling.temperature))
        if sampling.top_k:
            self._steps.append(TopKLogitsWarper(sampling.top_k))
        self._last = TopPLogitsWarper(sampling.top_p)

    def __call__(self, before: Sequence[int], scores: Tensor) -> int:
        """Return the id of the next token.

        Args:
            before: Ids of prompt and reply so far.
            scores: The model's logits, shape (1, vocabulary), float32.
        """
        import torch

        ids: Tensor = torch.tensor([before], device=scores.device)
        scores = self._steps(ids, scores.masked_fill(self._barred, -torch.inf))
        if self._greedy:
            return int(scores.argmax())
        # The last step sorts: of a large vocabulary, only what is left after the others.
        left = (scores[0] > -torch.inf).nonzero()[:, 0]
        shares = self._last(ids, scores[:, left]).softmax(-1)
        return int(left[torch.multinomial(shares, 1, generator=self._chance)])
