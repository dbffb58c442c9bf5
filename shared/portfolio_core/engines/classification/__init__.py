"""Classification: what an engine that names pictures is, and how its answers are read.

An engine answers for any number of pictures, in batches of its own size; how sure it must be
before its answer counts is data beside its weights, measured on pictures it had not seen.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from portfolio_core.engine import Engine
from portfolio_core.errors import EngineFailed
from portfolio_core.files import write_atomically
from portfolio_core.media.images import Pixels

TASK = "image-classification"
RULES_FILE = "classifier.json"
"""Beside the weights: how the network's numbers become an answer."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Rules:
    """How the numbers of a network become an answer.

    Attributes:
        classes: Names of the classes, in the order of the probabilities.
        temperature: What the network's numbers are divided by, so that of the answers given
            with 80 %, four in five are right.
        thresholds: For each class the least probability at which it is named; below it the
            engine says that it is unsure.
        turns: How many turns of a picture are looked at and averaged: 1, or all 8.
    """

    classes: tuple[str, ...]
    temperature: float
    thresholds: tuple[float, ...]
    turns: int = 1

    def verdict(self, probabilities: Floats) -> int | None:
        """Return the index of the class that is named, or none when the engine is unsure.

        Args:
            probabilities: Of one picture, shape (classes,).
        """
        best = int(np.argmax(probabilities))
        return best if float(probabilities[best]) >= self.thresholds[best] else None

    def probabilities(self, logits: Floats) -> Floats:
        """Return the softmax of ``logits`` at the temperature; both of shape (n, classes)."""
        return softmax(logits / np.float32(self.temperature))


class ClassificationEngine(Engine, Protocol):
    """An engine that tells which of its classes a picture shows."""

    KEY: ClassVar[str]
    """Its key in the catalog."""
    rules: Rules
    """Its classes, and when it is sure."""

    def classify(
        self, pictures: Sequence[Pixels], check: Callable[[], None] = lambda: None
    ) -> Floats:
        """Return the calibrated probabilities, shape (n, classes), float32; each row sums to 1.

        Args:
            pictures: Any number of pictures of any sizes; none gives no rows.
            check: Called before each batch; what it raises ends the work.
        """
        ...

    def features(
        self, pictures: Sequence[Pixels], check: Callable[[], None] = lambda: None
    ) -> Floats:
        """Return what the last layer sees of each picture, shape (n, width), float32."""
        ...

    def explain(
        self,
        picture: Pixels,
        label: int | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> Floats:
        """Return where the network looked, shape (height, width) of the picture, from 0 to 1.

        Args:
            picture: One picture.
            label: Index of the class that is to be explained; none = the likeliest.
            check: Called now and then; what it raises ends the work.
        """
        ...


def softmax(logits: Floats) -> Floats:
    """Return probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Floats = (shifted / shifted.sum(axis=-1, keepdims=True)).astype(np.float32)
    return result


def read_rules(folder: Path, model: str) -> Rules:
    """Read the rules beside some weights.

    Raises:
        EngineFailed: the file is missing or is not what it should be.
    """
    try:
        found = json.loads((folder / RULES_FILE).read_bytes())
        rules = Rules(
            classes=tuple(str(name) for name in found["classes"]),
            temperature=float(found["temperature"]),
            thresholds=tuple(float(least) for least in found["thresholds"]),
            turns=int(found["turns"]),
        )
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise EngineFailed(model) from error
    if len(rules.classes) != len(rules.thresholds) or not rules.temperature > 0:
        raise EngineFailed(model)
    return rules


def write_rules(folder: Path, rules: Rules) -> None:
    """Write the rules beside some weights."""
    write_atomically(folder / RULES_FILE, json.dumps(asdict(rules), indent=2).encode())
