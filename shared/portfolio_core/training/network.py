"""Training a whole network: from nothing, or a part or all of one that is there.

From nothing, it learns first to tell drawn figures apart, of which there are as many as one
likes, and then the pictures. Batches come from a :mod:`bank`; here they are turned and coloured
once more, as tensors.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from portfolio_core.engines.classification.preparation import Preparation
from portfolio_core.media.images import Pixels
from portfolio_core.training.augment import TURNS
from portfolio_core.training.bank import Bank, Ints

if TYPE_CHECKING:
    import torch

# Every kind of a class's pictures and how often it is taken; what a class has none of, falls out.
_SHARES = {"plain": 0.4, "pasted": 0.1, "recoloured": 0.25, "drawn": 0.4}
_REST_WEIGHT = 1.6
_SMOOTHING = 0.05  # of the labels: nothing is quite certain
_WARM_UP = 0.15  # part of the steps in which the learning rate rises
_HALF = 127.5


@dataclass(frozen=True)
class Plan:
    """How a network is built and trained.

    Attributes:
        size: Side of the pictures in pixels.
        width: Channels of the first stage; each further one of the four has twice as many.
        depth: Layers of a stage.
        steps: Batches.
        batch: Pictures of a batch.
        rate: Highest learning rate of AdamW.
        decay: Its weight decay.
    """

    size: int = 64
    width: int = 32
    depth: int = 1
    steps: int = 700
    batch: int = 32
    rate: float = 2e-3
    decay: float = 0.05

    @property
    def preparation(self) -> Preparation:
        """How a picture becomes the network's input: the whole of it, from -1 to 1."""
        half = (0.5, 0.5, 0.5)
        return Preparation(self.size, None, half, half)


def build(plan: Plan, classes: Sequence[str], seed: int) -> Any:  # noqa: ANN401 - transformers'
    """Build a small ResNet for image classification with weights drawn from ``seed``."""
    import torch
    from transformers import ResNetConfig, ResNetForImageClassification

    torch.manual_seed(seed)
    config = ResNetConfig(  # the base class takes the classes
        embedding_size=plan.width,
        hidden_sizes=[plan.width * 2**stage for stage in range(4)],
        depths=[plan.depth] * 4,
        layer_type="basic",
        num_labels=len(classes),
        id2label=dict(enumerate(classes)),
        label2id={name: index for index, name in enumerate(classes)},
    )
    return ResNetForImageClassification(config)


def continue_with(network: Any, weights: "dict[str, torch.Tensor]") -> None:  # noqa: ANN401
    """Take over the weights of another network, but those of its last layer."""
    kept = {name: t for name, t in weights.items() if not name.startswith("classifier")}
    network.load_state_dict(kept, strict=False)


def tuned(folder: Path, classes: Sequence[str], seed: int, *, all_of_it: bool) -> Any:  # noqa: ANN401
    """Read a ResNet from ``folder`` and give it a new last layer for ``classes``.

    Args:
        folder: As the Hub has it.
        classes: Names of the classes.
        seed: Of the new layer's weights.
        all_of_it: Whether every weight learns; otherwise the last stage and the new layer do.
    """
    import torch
    from transformers import ResNetForImageClassification

    torch.manual_seed(seed)
    network = ResNetForImageClassification.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        dtype=torch.float32,
        ignore_mismatched_sizes=True,
        num_labels=len(classes),
        id2label=dict(enumerate(classes)),
        label2id={name: index for index, name in enumerate(classes)},
    )
    for weight in network.classifier.parameters():
        torch.nn.init.zeros_(weight)
    if not all_of_it:
        network.resnet.requires_grad_(requires_grad=False)
        network.resnet.encoder.stages[-1].requires_grad_(requires_grad=True)
    return network


def shift(network: Any, by: Sequence[float]) -> None:  # noqa: ANN401 - a class of transformers
    """Add a number to what ``network`` says of each class, in place."""
    import torch

    with torch.no_grad():
        network.classifier[1].bias += torch.tensor(by)


def train(
    network: Any,  # noqa: ANN401 - a class of transformers
    bank: Bank,
    usable: Ints,
    plan: Plan,
    *,
    seed: int,
    prepare: Preparation,
    groups: Ints | None = None,
    step: Callable[[int, float], None] = lambda _step, _loss: None,
) -> None:
    """Train every weight of ``network`` that asks for it, in place.

    Args:
        network: A ``ResNetForImageClassification``.
        bank: Where batches come from.
        usable: Indices into the bank.
        plan: How long and how fast.
        seed: Of the batches; the same gives the same weights on the same machine.
        prepare: How the network wants its pictures.
        groups: Group of each example, so that all groups are seen alike often.
        step: Called after each step with its number, from 1, and its loss; what it raises
            ends the work.
    """
    import torch
    from torch.nn.functional import cross_entropy

    _learning(network.to(memory_format=torch.channels_last))
    sampler = _Sampler(bank, usable, groups, seed)
    weights = [w for w in network.parameters() if w.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [w for w in weights if w.dim() > 1], "weight_decay": plan.decay},
            {"params": [w for w in weights if w.dim() <= 1], "weight_decay": 0.0},
        ],
        lr=plan.rate,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, plan.rate, total_steps=plan.steps, pct_start=_WARM_UP
    )
    for number in range(1, plan.steps + 1):
        chosen = sampler.choose(plan.batch)
        squares = _turned(_tensor(bank.pixels[chosen]), sampler.random)
        squares = _as_wanted(_coloured(squares, sampler.random), prepare)
        logits = network(squares.contiguous(memory_format=torch.channels_last)).logits
        labels = torch.from_numpy(bank.labels[chosen])
        loss = cross_entropy(logits, labels, label_smoothing=_SMOOTHING)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        step(number, loss.item())
    network.eval()


def _learning(network: Any) -> None:  # noqa: ANN401 - a class of transformers
    """Put it into training mode, but for the parts whose weights stay as they are."""
    network.train()
    for part in network.modules():
        weights = list(part.parameters())
        if weights and not any(weight.requires_grad for weight in weights):
            part.eval()  # or its batch norm would go on counting


class _Sampler:
    """Chooses a class, a kind of its pictures, a group of those, and one of that group."""

    def __init__(self, bank: Bank, usable: Ints, groups: Ints | None, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self._tree: list[tuple[list[list[Ints]], np.ndarray[Any, np.dtype[np.float64]]]] = []
        source = bank.sources[usable, 0]
        own = np.where(source < 0, -1 - usable, source if groups is None else groups[source])
        for label in np.unique(bank.labels[usable]):
            kinds, shares = [], []
            for kind, share in _SHARES.items():
                here = (bank.labels[usable] == label) & (bank.kinds[usable] == kind)
                if here.any():
                    kinds.append([usable[here & (own == group)] for group in np.unique(own[here])])
                    shares.append(share)
            self._tree.append((kinds, np.asarray(shares) / sum(shares)))
        # The class that negatives were drawn for is the whole rest of the world.
        weights = [_REST_WEIGHT if len(kinds) == len(_SHARES) else 1.0 for kinds, _ in self._tree]
        self._classes = np.asarray(weights) / sum(weights)

    def choose(self, count: int) -> Ints:
        """Return ``count`` indices into the bank."""
        return np.asarray([self._one() for _ in range(count)])

    def _one(self) -> int:
        kinds, shares = self._tree[int(self.random.choice(len(self._tree), p=self._classes))]
        groups = kinds[int(self.random.choice(len(kinds), p=shares))]
        members = groups[int(self.random.integers(len(groups)))]
        return int(members[int(self.random.integers(len(members)))])


def _tensor(pixels: Pixels) -> "torch.Tensor":
    """Return pictures as a tensor: shape (n, 3, size, size), from -1 to 1."""
    import torch

    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div(_HALF).sub(1)


def _as_wanted(squares: "torch.Tensor", prepare: Preparation) -> "torch.Tensor":
    """Bring values from -1 to 1 to the mean and the spread that the network wants."""
    import torch

    mean, std = (torch.tensor(v).reshape(3, 1, 1) for v in (prepare.mean, prepare.std))
    return (squares.add(1).div(2) - mean) / std


def _turned(squares: "torch.Tensor", random: np.random.Generator) -> "torch.Tensor":
    """Turn each picture in one of eight ways."""
    import torch

    turns = random.integers(0, TURNS, len(squares))
    result = torch.empty_like(squares)
    for turn in range(TURNS):
        here = np.flatnonzero(turns == turn)
        quarter = torch.rot90(squares[here], turn % 4, (2, 3))
        result[here] = quarter.flip(3) if turn >= TURNS // 2 else quarter
    return result


def _coloured(squares: "torch.Tensor", random: np.random.Generator) -> "torch.Tensor":
    """Change contrast, brightness, saturation and tint of each picture a little."""
    import torch

    def around(spread: float) -> "torch.Tensor":
        drawn = random.uniform(-spread, spread, (len(squares), 1, 1, 1))
        return torch.from_numpy(drawn.astype(np.float32))

    middle = squares.mean((1, 2, 3), keepdim=True)
    squares = (squares - middle) * (1 + around(0.2)) + middle + around(0.2)
    grey = squares.mean(1, keepdim=True)
    tint = random.normal(0, 0.04, (len(squares), 3, 1, 1)).astype(np.float32)
    return grey + (squares - grey) * (1 + around(0.25)) + torch.from_numpy(tint)
