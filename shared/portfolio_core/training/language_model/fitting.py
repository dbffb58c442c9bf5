"""The training: a Qwen3 from random weights, stopped and resumed at any step.

In the first part every token counts, so that the model learns the languages; in the last one
only the replies do, which is what it is asked for, while the learning rate falls in a line
(warm-up, stable, decay: Hu et al., MiniCPM, 2024). As long as a training is in its first part,
it can be taken up with another number of steps. Matrices of the layers learn by Muon (Jordan et
al., 2024), the rest by AdamW.

Small products wait for each other: where other programs want the cores, too, set
``OMP_WAIT_POLICY=PASSIVE``, or the waiting takes more time than the work.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias

from portfolio_core.training.language_model import checkpoint
from portfolio_core.training.language_model.chance import chance
from portfolio_core.training.language_model.network import Module
from portfolio_core.training.language_model.plan import Plan, Progress
from portfolio_core.training.language_model.rows import IGNORED, Batch, Row, batches

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""

# Share of a row's tokens that its last reply must have, where only replies count.
_LEAST_SHARE = 0.08
_BETAS, _DECAY, _CLIP = (0.9, 0.95), 0.1, 1.0


def fit(
    model: Module,
    rows: Callable[[int], Sequence[Row]],
    plan: Plan,
    folder: Path,
    *,
    every: int = 100,
    note: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Train ``model`` in place and return where the training ended.

    Started again after a kill, it goes on from the newest checkpoint as if nothing had been.

    Args:
        model: A ``Qwen3ForCausalLM``.
        rows: Returns the rows of a pass over the data, given its number from 0.
        plan: How it is trained.
        folder: Where the checkpoint is kept; one of another plan is not taken up.
        every: Steps between checkpoints.
        note: Told after each step.
    """
    import torch

    optimizers = _optimizers(model)
    model.train()
    now = checkpoint.resume(folder, model, optimizers, plan)
    left = _batches(rows, plan) if now.step < plan.steps else ()
    for step, taken in enumerate(left, 1):
        if step <= now.step:  # batches are made again, not learnt again
            continue
        began = monotonic()
        loss = loss_of(model, taken, half=plan.half)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
        for optimizer in optimizers:
            optimizer.param_groups[0]["lr"] = plan.rate_at(step)
            optimizer.step()
            optimizer.zero_grad()
        now = Progress(
            step,
            loss.item(),
            now.tokens + taken.ids.size,
            now.seconds + monotonic() - began,
        )
        note(now)
        if step % every == 0 or step == plan.steps:
            checkpoint.save(folder, model, optimizers, now, plan)
    model.eval()
    return now


def loss_of(model: Module, taken: Batch, *, half: bool, total: bool = False) -> Tensor:
    """Return the mean, or the total, loss of the tokens that count, in nats."""
    import torch
    from torch.nn.functional import cross_entropy, linear

    targets = torch.from_numpy(taken.targets)
    counted = targets != IGNORED
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        # Filling stands at the end, where no token that counts can see it: no mask is needed.
        hidden = model.model(torch.from_numpy(taken.ids), use_cache=False).last_hidden_state
        scores = linear(hidden[counted], model.lm_head.weight)
    return cross_entropy(scores.float(), targets[counted], reduction="sum" if total else "mean")


def _optimizers(model: Module) -> list[Module]:
    """Return the optimizers: Muon for what maps vectors to vectors, AdamW for the rest."""
    import torch

    named = list(model.named_parameters())
    inner = [w for name, w in named if name.endswith("proj.weight")]
    outer = [w for name, w in named if not name.endswith("proj.weight")]
    return [
        torch.optim.Muon(inner, weight_decay=_DECAY, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(outer, betas=_BETAS, weight_decay=0.0),
    ]


def _batches(rows: Callable[[int], Sequence[Row]], plan: Plan) -> Iterator[Batch]:
    """Yield a batch for each step."""
    yield from islice(_passes(rows, plan, whole=True), plan.first)
    yield from islice(_passes(rows, plan, whole=False), plan.steps - plan.first)


def _passes(rows: Callable[[int], Sequence[Row]], plan: Plan, *, whole: bool) -> Iterator[Batch]:
    for number in count():
        # Of a talk whose last reply is a small part, little would be learnt from replies alone.
        chosen = [r for r in rows(number) if whole or r.share >= _LEAST_SHARE]
        random = chance(plan.seed, number, whole)
        yield from batches(chosen, plan.tokens, random, whole=whole)
