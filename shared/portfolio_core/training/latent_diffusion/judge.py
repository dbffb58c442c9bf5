"""A classifier that tells which scene of the world a picture shows.

It is trained apart from the model that draws: another network, on pictures of its own, of all
combinations. A picture agrees with a scene when everything that the judge tells is as in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from portfolio_core.files import write_atomically
from portfolio_core.media.images import Pixels
from portfolio_core.training.latent_diffusion.autoencoder import to_tensor
from portfolio_core.training.latent_diffusion.drawing import draw
from portfolio_core.training.latent_diffusion.schedule import rate_at
from portfolio_core.training.latent_diffusion.world import (
    BACKGROUNDS,
    COLOURS,
    EMOJI,
    EVERYTHING,
    LAYOUTS,
    SHAPES,
    Kinds,
    Scene,
    Thing,
    any_scene,
)

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""
Module: TypeAlias = Any
"""A ``torch.nn.Module``; torch is imported late."""

Questions: TypeAlias = tuple[tuple[str, ...], ...]
"""What is asked of a picture, each by its possible answers."""

_SEED = 1000  # far from the seeds of what is judged
_NOISE = 0.06  # so that it looks at things, not at single pixels


@dataclass(frozen=True)
class Judge:
    """A trained judge.

    Attributes:
        network: Tells the answers of all questions.
        questions: What it is asked.
    """

    network: Module
    questions: Questions

    def scenes(self, pictures: Sequence[Pixels]) -> list[Scene]:
        """Return what each picture, shape (128, 128, 3), seems to show."""
        import torch

        with torch.inference_mode():
            told = self.network(to_tensor(np.stack(pictures)))
        answers = told.split(_widths(self.questions), dim=1)
        chosen = zip(*(answer.argmax(1).tolist() for answer in answers), strict=True)
        return [_scene([q[i] for q, i in zip(self.questions, one, strict=True)]) for one in chosen]

    def agreement(self, pictures: Sequence[Pixels], asked: Sequence[Scene]) -> float:
        """Return the share of ``pictures`` that show what was ``asked``, in every respect."""
        shown = self.scenes(pictures)
        return float(np.mean([a == b for a, b in zip(shown, asked, strict=True)]))

    def save(self, path: Path) -> None:
        """Write the weights to ``path``, in float16."""
        from safetensors.torch import save

        weights = self.network.state_dict()
        halves = {k: v.half() if v.is_floating_point() else v for k, v in weights.items()}
        write_atomically(path, save(halves))


def load(path: Path, kinds: Kinds = EVERYTHING) -> Judge:
    """Return the judge of ``kinds`` whose weights are in ``path``."""
    from safetensors.torch import load as unpacked

    questions = _questions(kinds)
    network = _build(questions)
    network.load_state_dict(unpacked(path.read_bytes()))
    return Judge(network.eval(), questions)


def train(
    steps: int,
    *,
    kinds: Kinds = EVERYTHING,
    batch: int = 64,
    rate: float = 2e-3,
    note: Callable[[int, float], None] = lambda _step, _loss: None,
) -> Judge:
    """Return a judge that has seen ``steps`` batches, each picture drawn for it alone."""
    import torch

    torch.manual_seed(_SEED)
    random = np.random.default_rng(_SEED)
    questions = _questions(kinds)
    network = _build(questions).train()
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.01)
    for step in range(1, steps + 1):
        scenes = [any_scene(random, kinds) for _ in range(batch)]
        pictures = to_tensor(np.stack([draw(scene, random) for scene in scenes]))
        loss = _loss(network(pictures + torch.randn_like(pictures) * _NOISE), questions, scenes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = rate_at(step, steps, rate)
        optimizer.step()
        note(step, loss.item())
    return Judge(network.eval(), questions)


def _questions(kinds: Kinds) -> Questions:
    added = tuple(name for name in kinds.emoji if name not in EMOJI)
    names, tints = ("", *EMOJI, *SHAPES, *added), ("", *COLOURS)
    return (LAYOUTS, names, tints, names, tints, tuple(BACKGROUNDS))


def _build(questions: Questions) -> Module:
    from torch import nn

    def level(before: int, after: int) -> list[Module]:
        parts = [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
        return [*parts, nn.MaxPool2d(2)]

    return nn.Sequential(
        nn.AvgPool2d(2),
        nn.Conv2d(3, 32, 5, stride=2, padding=2),
        nn.ReLU(),
        *level(32, 64),
        *level(64, 96),
        *level(96, 96),
        nn.Flatten(),
        nn.Linear(96 * 4 * 4, 128),
        nn.ReLU(),
        nn.Linear(128, sum(_widths(questions))),
    )


def _loss(told: Tensor, questions: Questions, scenes: Sequence[Scene]) -> Tensor:
    import torch
    from torch.nn.functional import cross_entropy

    answers = told.split(_widths(questions), dim=1)
    right = torch.tensor([_numbers(scene, questions) for scene in scenes])
    return sum(cross_entropy(answer, right[:, i]) for i, answer in enumerate(answers))


def _widths(questions: Questions) -> list[int]:
    return [len(question) for question in questions]


def _numbers(scene: Scene, questions: Questions) -> list[int]:
    """Return the number of each right answer."""
    second = scene.second or Thing("")
    answers = (
        scene.layout,
        scene.first.name,
        scene.first.colour,
        second.name,
        second.colour,
        scene.background,
    )
    return [q.index(answer) for q, answer in zip(questions, answers, strict=True)]


def _scene(answers: Sequence[str]) -> Scene:
    layout, name, colour, other, other_colour, background = answers
    second = Thing(other, other_colour) if other else None
    return Scene(layout, Thing(name, colour), second, background)
