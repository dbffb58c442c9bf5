"""What was learnt, measured on the files that are given away: losses and answers of both."""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from portfolio_core.engines.chat import GREEDY, ChatRequest, Message
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.hardware import Hardware
from portfolio_core.training.lora import base as bases
from portfolio_core.training.lora import learner
from portfolio_core.training.lora.base import Base, Module
from portfolio_core.training.lora.batches import Batch
from portfolio_core.training.lora.rows import Row
from portfolio_core.training.tuning_report import Measured, Sample, Score

SAMPLES = 10
_SAMPLE_TOKENS = 80
_EARLIER = "earlier"
_SEED = 0  # of no effect: the likeliest token is taken


class Pair:
    """A base model and its adapter, on and off; perhaps an earlier adapter, too."""

    def __init__(
        self,
        base: Base,
        adapter: Path,
        hardware: Hardware,
        check: Callable[[], None],
        earlier: Path | None = None,
    ) -> None:
        """Load both, and perhaps an earlier adapter; what ``check`` raises ends the work."""
        self._dtype = bases.number_type(hardware)
        model = bases.model_of(base, self._dtype)
        self._tuned = bases.with_adapter(model, base, adapter).to(hardware.device).eval()
        if earlier:
            self._tuned.load_adapter(earlier, _EARLIER)
        self._earlier = earlier is not None
        self._learner = learner.learner(self._tuned)
        self._device, self._check = hardware.device, check

    def score(self, rows: Measured, batches: Sequence[Batch]) -> Score:
        """Return the losses of the reply tokens of ``batches``, which are not none."""
        return Score(
            rows=rows,
            tokens=sum(len(batch.targets) for batch in batches),
            base_loss=self._loss(batches, on=False),
            tuned_loss=self._loss(batches, on=True),
            earlier_loss=self._earlier_loss(batches) if self._earlier else None,
        )

    def _earlier_loss(self, batches: Sequence[Batch]) -> float:
        now = self._tuned.active_adapter
        self._tuned.set_adapter(_EARLIER)
        try:
            return self._loss(batches, on=True)
        finally:
            self._tuned.set_adapter(now)

    def _loss(self, batches: Sequence[Batch], *, on: bool) -> float:
        import torch

        total = 0.0
        with torch.no_grad(), self._switched(on=on), learner.autocast(self._dtype, self._device):
            for batch in batches:
                self._check()
                total += float(self._learner(*learner.tensors(batch, self._device)))
        return total / sum(len(batch.targets) for batch in batches)

    def samples(self, tokenizer: Module, prompts: Sequence[Row]) -> tuple[Sample, ...]:
        """Let both answer ``prompts``, each of which ends with the user's message."""
        model = self._tuned.get_base_model()
        engine = QwenChat(model, tokenizer, key="", device=self._device)
        replies = {}
        for on in (False, True):
            with self._switched(on=on):
                replies[on] = [self._reply(engine, prompt) for prompt in prompts]
        return tuple(
            Sample(prompt=prompt[-1].text, base=base, tuned=tuned)
            for prompt, base, tuned in zip(prompts, replies[False], replies[True], strict=True)
        )

    def _reply(self, engine: QwenChat, prompt: Row) -> str:
        wanted = ChatRequest(prompt, _SAMPLE_TOKENS, _SEED, GREEDY)
        return "".join(piece.text for piece in engine.stream(wanted, self._check)).strip()

    def _switched(self, *, on: bool) -> Any:  # noqa: ANN401 - a context
        return contextlib.nullcontext() if on else self._tuned.disable_adapter()


def prompts(texts: Sequence[str], *sources: Sequence[Row]) -> list[Row]:
    """Return what both are asked: ``texts``, or else the first rows of ``sources``."""
    if texts:
        return [(Message("user", text),) for text in texts[:SAMPLES]]
    return [row[:-1] for rows in sources for row in rows][:SAMPLES]
