"""The loop: steps of the optimizer, told and saved as it goes, stopped at any of them.

What a step does follows from the seed and its number: its batches, its rate, its chance. So a
checkpoint needs no more than the adapter, the optimizer and that number.
"""

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from portfolio_core.errors import Cancelled, TrainingDiverged
from portfolio_core.files import write_atomically
from portfolio_core.hardware import NumberType
from portfolio_core.training.lora import learner
from portfolio_core.training.lora.about import Progress
from portfolio_core.training.lora.base import Module
from portfolio_core.training.lora.batches import Batch, Schedule
from portfolio_core.training.lora.checkpoints import Checkpoint, Checkpoints
from portfolio_core.training.lora.plan import Plan, rate_at

_MOMENTS = 10  # held-out losses and checkpoints in all, where the plan leaves it open
_GO_ON, _TIME_IS_UP, _STOP = 0, 1, 2


@dataclass
class Record:
    """What is logged.

    Attributes:
        lines: One for each step: step, loss, rate, tokens, and held_out where it was measured.
        seconds: Time of the steps alone.
        tokens: Read in them, padding not counted.
    """

    lines: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0
    tokens: int = 0

    @property
    def tokens_per_second(self) -> float:
        """The speed of the training."""
        return self.tokens / self.seconds if self.seconds else 0.0


@dataclass
class Loop:
    """One training.

    Attributes:
        tuned: The model with its adapter.
        plan: How to train.
        schedule: Batches of each step.
        held_out: Batches to measure on.
        dtype: Number type of the products.
        accelerator: Of ``accelerate``.
        shard: Whether several processes share the model instead of holding a copy each.
        store: Where checkpoints go; the first process writes.
        log: File of one line of JSON for each step.
        report: Called after each step, on the first process.
        check: Called before each step; what it raises ends the training.
    """

    tuned: Module
    plan: Plan
    schedule: Schedule
    held_out: Sequence[Batch]
    dtype: NumberType
    accelerator: Any
    shard: bool
    store: Checkpoints
    log: Path
    report: Callable[[Progress], None]
    check: Callable[[], None]
    record: Record = field(default_factory=Record)

    def run(self) -> Mapping[str, Any]:
        """Train to the end, from the newest checkpoint; return the adapter's matrices.

        Raises:
            TrainingDiverged: loss or gradient is not finite.
            NoRoomToSave: the disk is full.
        """
        import torch
        from peft.helpers import disable_input_dtype_casting

        self._model = learner.learner(self.tuned)
        if self.shard and self.accelerator.num_processes > 1:
            learner.shard(self._model, self.accelerator.device.type)
        else:
            self._model = self.accelerator.prepare(self._model)
        self._optimizer = torch.optim.AdamW(
            self._trained(), lr=self.plan.rate, weight_decay=self.plan.decay
        )
        # Under autocast the products are made in its type; peft would make them in float32.
        with disable_input_dtype_casting(self.tuned, active=self.dtype == "bfloat16"):
            self._steps()
        return learner.adapter(self._model)

    def _steps(self) -> None:
        done = self._resume()
        self._began, self._begun_at = time.monotonic(), done
        saved = done
        while done < self.schedule.steps:
            order, error = self._order()
            if order == _STOP:
                if done > saved:
                    self._save(done)
                raise error or Cancelled
            if order == _TIME_IS_UP:
                break
            self._step(done + 1)
            done += 1
            if done % (self.plan.save_every or _share(self.schedule.steps)) == 0:
                self._save(saved := done)
        if done > saved:
            self._save(done)

    def _step(self, step: int) -> None:
        """Take one step, measure where it is due, and tell."""
        start = time.monotonic()
        rate = rate_at(self.plan, step, self.schedule.steps)
        batches = self.schedule.at(step)
        loss = self._learn(step, batches, rate)
        self.record.seconds += time.monotonic() - start
        tokens = sum(batch.tokens for batch in batches)
        self.record.tokens += tokens
        line = {"step": step, "loss": loss, "rate": rate, "tokens": tokens}
        every = self.plan.measure_every or _share(self.schedule.steps)
        if self.held_out and (step % every == 0 or step == self.schedule.steps):
            line["held_out"] = self._measure()
        self.record.lines.append(line)
        if self.accelerator.is_main_process:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
            self.report(self._progress(line))

    def _learn(self, step: int, batches: Sequence[Batch], rate: float) -> float:
        """Take the step itself and return the mean loss of its reply tokens."""
        import torch

        here, count = self.accelerator.process_index, self.accelerator.num_processes
        chance = np.random.SeedSequence([self.plan.seed, step, here])
        torch.manual_seed(int(chance.generate_state(1)[0]))
        self._model.train()
        learnt = sum(len(batch.targets) for batch in batches)
        mine = [(b, 1) for b in batches[here::count]]
        # Every process calls as often: what is left over is read again and does not count.
        mine += [(batches[-1], 0)] * (-(-len(batches) // count) - len(mine))
        total = torch.zeros((), device=self.accelerator.device)
        for place, (batch, counts) in enumerate(mine, 1):
            with learner.synchronize(self._model, wanted=place == len(mine)):
                loss = self._loss(batch) * counts
                # Processes take the mean of their gradients; the sum is wanted.
                self.accelerator.backward(loss * (count / learnt))
                total += loss.detach()
        mean = float(self.accelerator.reduce(total, "sum")) / learnt
        norm: Any = torch.nn.utils.clip_grad_norm_(self._trained(), self.plan.clip)
        norm = norm.full_tensor() if hasattr(norm, "full_tensor") else norm
        if not math.isfinite(mean) or not math.isfinite(float(norm)):
            raise TrainingDiverged(step)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        self._optimizer.zero_grad()
        return mean

    def _loss(self, batch: Batch) -> Any:  # noqa: ANN401 - a tensor
        with learner.autocast(self.dtype, self.accelerator.device.type):
            return self._model(*learner.tensors(batch, self.accelerator.device))

    def _trained(self) -> list[Any]:
        return [p for p in self._model.parameters() if p.requires_grad]

    def _measure(self) -> float:
        """Return the mean loss of the held-out reply tokens."""
        import torch

        self._model.eval()
        here, count = self.accelerator.process_index, self.accelerator.num_processes
        total = torch.zeros((), device=self.accelerator.device)
        with torch.no_grad():
            for place in range(0, len(self.held_out), count):
                batch = self.held_out[min(place + here, len(self.held_out) - 1)]
                counts = place + here < len(self.held_out)
                total += self._loss(batch) * counts
        learnt = sum(len(batch.targets) for batch in self.held_out)
        return float(self.accelerator.reduce(total, "sum")) / learnt

    def _order(self) -> tuple[int, Exception | None]:
        """Return whether to go on; all processes come to the same answer."""
        import torch

        error: Exception | None = None
        order = _GO_ON
        if self.plan.minutes and self.record.seconds > 60 * self.plan.minutes:
            order = _TIME_IS_UP
        try:
            self.check()
        except Exception as raised:  # noqa: BLE001 - the caller's own, raised again
            order, error = _STOP, raised
        if self.accelerator.num_processes > 1:
            told = torch.tensor([order], device=self.accelerator.device)
            order = int(self.accelerator.gather(told).max())
        return order, error

    def _save(self, step: int) -> None:
        tensors = learner.state(self._model, self._optimizer)
        if self.accelerator.is_main_process:
            self.store.save(Checkpoint(step, tensors, vars(self.record)))

    def _resume(self) -> int:
        """Bring back the newest checkpoint and return its step, or 0."""
        found = self.store.newest()
        if found:
            learner.restore(self._model, self._optimizer, found.tensors)
            self.record = Record(**found.state)
        if self.accelerator.is_main_process:
            lines = [json.dumps(line) + "\n" for line in self.record.lines]
            write_atomically(self.log, "".join(lines).encode())
        return found.step if found else 0

    def _progress(self, line: Mapping[str, Any]) -> Progress:
        step, steps = line["step"], self.schedule.steps
        each = (time.monotonic() - self._began) / (step - self._begun_at)
        left = each * (steps - step)
        if self.plan.minutes:
            left = min(left, 60 * self.plan.minutes - self.record.seconds)
        speed = self.record.tokens_per_second
        return Progress(step, steps, line["loss"], speed, max(0.0, left), line.get("held_out"))


def _share(steps: int) -> int:
    return -(-steps // _MOMENTS)
