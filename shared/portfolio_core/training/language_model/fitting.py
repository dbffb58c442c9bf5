"""The training: a Qwen3 from random weights, stopped and resumed at any step.

In the first part every token counts, so that the model learns the languages; in the last one
only the replies do, which is what it is asked for, while the learning rate falls in a line
(warm-up, stable, decay: Hu et al., MiniCPM, 2024). As long as a training is in its first part,
it can be taken up with another number of steps. Matrices of the layers learn by Muon (Jordan et
al., 2024), the rest by AdamW.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import count, islice
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias

from portfolio_core.files import write_atomically
from portfolio_core.training.language_model.chance import chance
from portfolio_core.training.language_model.rows import IGNORED, Batch, Row, batches

Module: TypeAlias = Any
Tensor: TypeAlias = Any
"""Of torch and transformers, which have no types."""

CHECKPOINT = "checkpoint.safetensors"
_WEIGHT, _TOLD = "weight", "told"
# Share of a row's tokens that its last reply must have, where only replies count.
_LEAST_SHARE = 0.08
_BETAS, _DECAY, _CLIP, _WARMING = (0.9, 0.95), 0.1, 1.0, 40


@dataclass(frozen=True)
class Shape:
    """Sizes of the model; see ``Qwen3Config``. The embedding serves as the last layer, too."""

    vocabulary: int = 6144
    hidden: int = 256
    inner: int = 640
    layers: int = 7
    heads: int = 4
    key_heads: int = 2
    context: int = 1024


@dataclass(frozen=True)
class Plan:
    """How it is trained.

    Attributes:
        steps: Steps of the optimizer.
        last: Share of them, the last ones, in which only replies count and the rate falls to 0.
        tokens: Tokens of a step, filling included.
        rate: Highest learning rate, kept from the warming to the last part.
        seed: Of the weights and the order of rows.
        half: Whether products are counted in bfloat16.
    """

    steps: int = 2600
    last: float = 0.4
    tokens: int = 4096
    rate: float = 2e-3
    seed: int = 0
    half: bool = True

    @property
    def first(self) -> int:
        """Steps before the last part."""
        return round(self.steps * (1 - self.last))

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step, counted from 1."""
        if step > self.first:
            return self.rate * (self.steps - step + 1) / (self.steps - self.first + 1)
        return self.rate * min(1, step / _WARMING)


@dataclass(frozen=True)
class Progress:
    """Where a training is.

    Attributes:
        step: Steps done.
        loss: Of the newest step, in nats.
        tokens: Tokens of all steps, filling included.
        seconds: That they took, those before a restart included.
    """

    step: int = 0
    loss: float = 0.0
    tokens: int = 0
    seconds: float = 0.0


def build(shape: Shape, tokenizer: Module, seed: int) -> Module:
    """Return a ``Qwen3ForCausalLM`` with random weights."""
    import torch
    from transformers import GenerationConfig, Qwen3Config, Qwen3ForCausalLM

    ends = [tokenizer.eos_token_id, tokenizer.pad_token_id]
    config = Qwen3Config(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_heads,
        head_dim=shape.hidden // shape.heads,
        max_position_embeddings=shape.context,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen3ForCausalLM(config)
    # What Qwen3 recommends for replies without thinking.
    model.generation_config = GenerationConfig(
        do_sample=True,
        temperature=0.7,
        top_p=0.8,
        top_k=20,
        eos_token_id=ends,
        pad_token_id=tokenizer.pad_token_id,
    )
    return model


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
    now = _resume(folder, model, optimizers, plan)
    for step, taken in enumerate(_batches(rows, plan), 1):
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
            _save(folder, model, optimizers, now, plan)
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


def _mark(plan: Plan, model: Module) -> str:
    """Return what tells trainings apart that cannot go on from each other."""
    told = json.dumps({**asdict(plan), "steps": 0, "last": 0}) + model.config.to_json_string()
    return sha256(told.encode()).hexdigest()


def _save(
    folder: Path, model: Module, optimizers: Sequence[Module], now: Progress, plan: Plan
) -> None:
    """Write weights and what the optimizers keep in one file, whole or not at all."""
    from safetensors.torch import save

    tensors = {}
    for name, weight in model.named_parameters():
        tensors[f"{name} {_WEIGHT}"] = weight.detach()
        for optimizer in optimizers:
            tensors |= {f"{name} {key}": kept for key, kept in optimizer.state[weight].items()}
    folder.mkdir(parents=True, exist_ok=True)
    told = {"now": asdict(now), "first": plan.first, "mark": _mark(plan, model)}
    write_atomically(folder / CHECKPOINT, save(tensors, {_TOLD: json.dumps(told)}))


def _resume(folder: Path, model: Module, optimizers: Sequence[Module], plan: Plan) -> Progress:
    """Take up the checkpoint of such a training, if there is one, and return where it was."""
    import torch
    from safetensors import safe_open

    if not (folder / CHECKPOINT).exists():
        return Progress()
    with safe_open(folder / CHECKPOINT, framework="pt") as file:
        told = json.loads(file.metadata()[_TOLD])
        now = Progress(**told["now"])
        alike = told["first"] == plan.first or now.step <= min(told["first"], plan.first)
        if told["mark"] != _mark(plan, model) or not alike:
            return Progress()
        weights = dict(model.named_parameters())
        for key in file.keys():  # noqa: SIM118 - not a dict
            name, what = key.split(" ")
            if what == _WEIGHT:
                with torch.no_grad():
                    weights[name].copy_(file.get_tensor(key))
                continue
            for optimizer in optimizers:
                if any(weights[name] is one for one in optimizer.param_groups[0]["params"]):
                    optimizer.state[weights[name]][what] = file.get_tensor(key)
    return now
