"""Training whole networks as a recipe that cross-validation can test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from portfolio_core.engines.classification import Rules
from portfolio_core.engines.classification.preparation import Preparation
from portfolio_core.engines.classification.resnet import ResNetEngine
from portfolio_core.training import network
from portfolio_core.training.augment import TURNS
from portfolio_core.training.bank import Bank, Ints
from portfolio_core.training.crossvalidation import Predictor
from portfolio_core.training.network import Plan


@dataclass(frozen=True)
class NetworkRecipe:
    """Train a network on a bank of augmented pictures.

    Attributes:
        name: For reports.
        build: Makes an untrained ``ResNetForImageClassification`` from a seed.
        prepare: How it wants its pictures.
        bank: The pictures.
        groups: Group of each example.
        classes: Names of the classes.
        plan: How long and how fast it is trained.
        step: Called after each step with its number and its loss.
    """

    name: str
    build: Callable[[int], Any]
    prepare: Preparation
    bank: Bank
    groups: Ints
    classes: Sequence[str]
    plan: Plan
    step: Callable[[int, float], None] = lambda _step, _loss: None

    def train(self, train: Ints, seed: int) -> Any:  # noqa: ANN401 - a class of transformers
        """Return a network that learnt from these examples."""
        held_out = np.setdiff1d(np.arange(len(self.groups)), train)
        model = self.build(seed)
        network.train(
            model,
            self.bank,
            self.bank.without(held_out),
            self.plan,
            seed=seed,
            prepare=self.prepare,
            groups=self.groups,
            step=self.step,
        )
        return model

    def fit(self, train: Ints, seed: int) -> Predictor:
        """Return what the trained network answers, averaged over all turns."""
        return self.engine(self.train(train, seed)).logits

    def engine(self, model: Any) -> ResNetEngine:  # noqa: ANN401 - a class of transformers
        """Return an engine that answers with ``model``, not yet calibrated."""
        classes = tuple(self.classes)
        rules = Rules(classes, 1.0, (0.5,) * len(classes), TURNS)
        return ResNetEngine.of(model, self.prepare, rules, "in training")
