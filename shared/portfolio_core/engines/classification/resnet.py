"""ResNets: a network of the library's class, and any head on its features.

The logits are the head's on features averaged over the turns of a picture; as the head is
linear, that is the average of the logits, and a turned picture gets the same answer.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from portfolio_core import starters
from portfolio_core.engines.classification import (
    RULES_FILE,
    Floats,
    Rules,
    preparation,
    read_rules,
)
from portfolio_core.engines.classification.folding import folded
from portfolio_core.engines.classification.head import Head
from portfolio_core.engines.classification.occlusion import heat
from portfolio_core.engines.classification.preparation import Preparation
from portfolio_core.errors import EngineFailed, HubUnreachable, MissingDependency
from portfolio_core.hardware import Device, Hardware
from portfolio_core.media.images import Pixels

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

_WEIGHTS = "model.safetensors"
# Looked at together, turns counted: so much that a processor core is busy and its cache still
# holds the first layers. Eight pictures of 224 pixels take 20 ms each, one or 32 of them 30.
_BATCH_PIXELS = 8 * 224**2
_ALL_TURNS = 8
_PLAIN_THRESHOLD = 0.5
# What a model of pictures and texts has beside the part that looks.
_NOT_LOOKING = (r"^text_model\.", r"^logit_")
_REVISION_DIGITS = 12


class ResNetEngine:
    """A ResNet with its own classes, or as the backbone of a head trained later."""

    KEY: ClassVar[str] = "resnet-18"

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - a class of transformers
        prepare: Preparation,
        head: Head,
        rules: Rules,
        revision: str,
    ) -> None:
        """Use a ``ResNetModel`` and a head on its features; :meth:`load` makes both."""
        self._model = model
        self._prepare = prepare
        self._head = head
        self.rules = rules
        self.revision = revision

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - all is in the folder
    ) -> Self:
        """Read the network in ``folder``; see :class:`ClassificationEngine`."""
        whole, revision = pretrained("ResNetForImageClassification", folder, hardware, cls.KEY)
        folder = folder or Path()
        prepare = preparation.read(folder, cls.KEY)
        rules = (
            read_rules(folder, cls.KEY) if (folder / RULES_FILE).is_file() else _plain_rules(whole)
        )
        return cls.of(whole, prepare, rules, revision, hardware.device)

    @classmethod
    def of(
        cls,
        whole: Any,  # noqa: ANN401 - a class of transformers
        prepare: Preparation,
        rules: Rules,
        revision: str,
        device: Device = "cpu",
    ) -> Self:
        """Use a ``ResNetForImageClassification``, its last layer as the head.

        Raises:
            EngineFailed: it has another number of classes than the rules.
        """
        import torch

        last = whole.classifier[1]
        weight, bias = (t.detach().float().cpu().numpy().copy() for t in (last.weight, last.bias))
        if len(rules.classes) != len(bias):
            raise EngineFailed(cls.KEY)
        model = folded(whole.resnet).to(device, memory_format=torch.channels_last)
        return cls(model, prepare, Head(weight, bias, f"{cls.KEY}@{revision}"), rules, revision)

    @property
    def backbone(self) -> str:
        """Whose features these are: key and revision."""
        return f"{self.KEY}@{self.revision}"

    @property
    def size(self) -> int:
        """Side in pixels of the square that the network takes."""
        return self._prepare.size

    def with_head(self, head: Head, rules: Rules) -> Self:
        """Return an engine on the same network that names other classes.

        Raises:
            EngineFailed: the head was made for another network, or for other classes.
        """
        fits = head.weight.shape == (len(rules.classes), self._head.weight.shape[1])
        if head.backbone != self.backbone or not fits:
            raise EngineFailed(head.backbone)
        digest = hashlib.sha256(head.weight.tobytes() + head.bias.tobytes()).hexdigest()
        return type(self)(
            self._model, self._prepare, head, rules, f"{self.revision}+{digest[:_REVISION_DIGITS]}"
        )

    def classify(
        self, pictures: Sequence[Pixels], check: Callable[[], None] = lambda: None
    ) -> Floats:
        """Return the calibrated probabilities; see :class:`ClassificationEngine`."""
        return self.rules.probabilities(self.logits(pictures, check))

    def logits(
        self, pictures: Sequence[Pixels], check: Callable[[], None] = lambda: None
    ) -> Floats:
        """Return the numbers before calibration, shape (n, classes), float32."""
        return self._head(self.features(pictures, check))

    def features(
        self, pictures: Sequence[Pixels], check: Callable[[], None] = lambda: None
    ) -> Floats:
        """Return the features, averaged over the turns; see :class:`ClassificationEngine`."""
        found = []
        for batch in self._batches(pictures):
            check()
            found.append(self._features(self._prepare(batch)))
        return np.concatenate(found) if found else np.empty((0, self._head.weight.shape[1]), "f4")

    def explain(
        self,
        picture: Pixels,
        label: int | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> Floats:
        """Return where the network looked; see :class:`ClassificationEngine`."""
        prepared = self._prepare([picture])[0]

        def logits(covered: Floats) -> Floats:
            parts = []
            for at in range(0, len(covered), self._batch_size):
                check()
                parts.append(self._features(covered[at : at + self._batch_size]))
            return self._head(np.concatenate(parts))

        return heat(logits, prepared, label, (picture.shape[0], picture.shape[1]))

    def _features(self, prepared: Floats) -> Floats:
        """Return the features of prepared pictures, shape (n, 3, size, size) to (n, width)."""
        import torch

        with torch.inference_mode():
            squares = torch.from_numpy(prepared)
            turns = list(_turns(squares, self.rules.turns))
            together = torch.cat(turns).to(self._model.device, memory_format=torch.channels_last)
            pooled = self._model(together).pooler_output.flatten(1)
            mean = pooled.reshape(len(turns), len(squares), -1).mean(0)
        result: Floats = mean.float().cpu().numpy()
        return result

    @property
    def _batch_size(self) -> int:
        return max(1, _BATCH_PIXELS // (self._prepare.size**2 * self.rules.turns))

    def _batches(self, pictures: Sequence[Pixels]) -> Iterator[Sequence[Pixels]]:
        for at in range(0, len(pictures), self._batch_size):
            yield pictures[at : at + self._batch_size]


class StarterEngine(ResNetEngine):
    """The small network that this repository trained; it needs no download."""

    KEY: ClassVar[str] = "ronald-starter"

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,
    ) -> Self:
        """Read the starter, or another network of its kind in ``folder``."""
        return super().load(folder or starters.folder("ronald"), hardware, fetch)


def pretrained(name: str, folder: Path | None, hardware: Hardware, key: str) -> tuple[Any, str]:
    """Load a class of ``transformers`` from a folder.

    Args:
        name: The class.
        folder: Its weights, checked.
        hardware: Where it runs.
        key: What it is called in an error.

    Returns:
        The network in float32, and its revision: the beginning of its weights' sha256.

    Raises:
        HubUnreachable: there is no folder.
        MissingDependency: a package is not installed.
        EngineFailed: a file cannot be read.
    """
    if folder is None:
        raise HubUnreachable(key)
    try:
        import torch
        import transformers
        from safetensors import SafetensorError
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        package = error.name or "transformers"
        raise MissingDependency(package, f"pip install {package}") from None
    torch.set_num_threads(hardware.threads)
    disable_progress_bar()
    kind = getattr(transformers, name)
    kind._keys_to_ignore_on_load_unexpected = _NOT_LOOKING  # noqa: SLF001 - or each is listed
    try:
        network = kind.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
        )
        return network, _checksum(folder / _WEIGHTS)
    except (OSError, ValueError, RuntimeError, TypeError, SafetensorError) as error:
        log.warning("the weights of %s cannot be read: %s", key, type(error).__name__)
        raise EngineFailed(key) from error


def _turns(squares: "torch.Tensor", count: int) -> Iterator["torch.Tensor"]:
    """Yield the squares in ``count`` turns: the four quarters, then the same mirrored."""
    for turn in range(count):
        quarter = squares.rot90(turn % 4, (2, 3))
        yield quarter.flip(3) if turn >= _ALL_TURNS // 2 else quarter


def _plain_rules(model: Any) -> Rules:  # noqa: ANN401 - a class of transformers
    """Return the rules of a network that brings none: its own classes, as sure as it says."""
    names = model.config.id2label
    classes = tuple(str(names[index]) for index in range(len(names)))
    return Rules(classes, 1.0, (_PLAIN_THRESHOLD,) * len(classes))


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:_REVISION_DIGITS]
