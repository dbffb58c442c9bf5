"""LoRA adapters as folders in the layout of ``peft``: read, and refused when they are not safe.

Nothing here needs the model: a folder is judged by its configuration and by the header of its
weights, before a single number of them is read.
"""

import hashlib
import json
import logging
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from portfolio_core.errors import (
    AdapterTooLarge,
    AdapterUnreadable,
    AdapterUnsafe,
    PortfolioError,
)

log = logging.getLogger(__name__)

CONFIG_FILE = "adapter_config.json"
WEIGHTS_FILE = "adapter_model.safetensors"
CARD_FILE, REPORT_FILE = "README.md", "report.json"
MOST_RANK = 256
"""Rank of the largest adapter that is loaded; common ones have 4 to 64."""

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")
_MOST_CONFIG_BYTES = 2**20
_REVISION_DIGITS = 12
_NAME = re.compile(r"base_model\.model\.(.+)\.lora_([AB])\.weight")
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
# What of peft's configuration changes the sum that is computed, and the value that does not.
_PLAIN: Mapping[str, object] = {
    "peft_type": "LORA",
    "bias": "none",
    "use_dora": False,
    "use_qalora": False,
    "fan_in_fan_out": False,
    "lora_bias": False,
    "modules_to_save": None,
    "layer_replication": None,
    "trainable_token_indices": None,
    "target_parameters": None,
    "alpha_pattern": {},
}


@dataclass(frozen=True)
class Adapter:
    """An adapter that may be loaded.

    Attributes:
        key: Its name in a request.
        folder: Where it is.
        base: The model it was made for, as its training named it.
        base_revision: Commit or checksum of that model; empty where it is not told.
        rank: The largest of its matrices' ranks.
        revision: Beginning of its weights' sha256.
        scale: Each rank's factor, by rank.
    """

    key: str
    folder: Path
    base: str
    base_revision: str
    rank: int
    revision: str
    scale: Mapping[int, float]

    def matrices(self) -> Iterator[tuple[str, Tensor, Tensor]]:
        """Yield path of the layer, A of shape (rank, in), and B of shape (out, rank) with scale.

        Raises:
            AdapterUnreadable: the file has changed since it was judged.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.folder / WEIGHTS_FILE, "pt") as weights:
                names = {_NAME.fullmatch(name) for name in weights.keys()}  # noqa: SIM118
                paths = sorted({match[1] for match in names if match})
                for path in paths:
                    down, up = (
                        weights.get_tensor(f"base_model.model.{path}.lora_{side}.weight").float()
                        for side in "AB"
                    )
                    yield path, down, up * self.scale[len(down)]
        except (OSError, KeyError, SafetensorError):
            raise AdapterUnreadable(self.key, WEIGHTS_FILE) from None


def read(folder: Path, key: str = "") -> Adapter:
    """Judge the adapter in ``folder``.

    Args:
        folder: Holds ``adapter_config.json`` and ``adapter_model.safetensors``.
        key: Its name in a request; by default the folder's.

    Raises:
        AdapterUnsafe: its weights are a pickle.
        AdapterTooLarge: its rank is over :data:`MOST_RANK`.
        AdapterUnreadable: a file is missing or damaged, or it is more than a plain LoRA.
    """
    key = key or folder.name
    config = _config(folder, key)
    ranks = {_rank(config, key)}
    weights = folder / WEIGHTS_FILE
    if not weights.is_file():
        if any(found for pattern in _PICKLES for found in folder.glob(pattern)):
            raise AdapterUnsafe(key)
        raise AdapterUnreadable(key, WEIGHTS_FILE)
    ranks |= _ranks(weights, key)
    if max(ranks) > MOST_RANK:
        raise AdapterTooLarge(max(ranks), MOST_RANK)
    alpha, root = config.get("lora_alpha"), bool(config.get("use_rslora"))
    if isinstance(alpha, bool) or not isinstance(alpha, int | float):
        raise AdapterUnreadable(key, CONFIG_FILE)
    return Adapter(
        key,
        folder,
        base=str(config.get("base_model_name_or_path") or ""),
        base_revision=str(config.get("revision") or _told_revision(folder)),
        rank=max(ranks),
        revision=hashlib.sha256(weights.read_bytes()).hexdigest()[:_REVISION_DIGITS],
        scale={rank: alpha / (math.sqrt(rank) if root else rank) for rank in ranks},
    )


def found(folders: Iterable[Path]) -> Iterator[Adapter]:
    """Yield the adapters among ``folders``; those that are refused are named in the log."""
    for folder in folders:
        if not (folder / CONFIG_FILE).is_file():
            continue
        try:
            yield read(folder)
        except PortfolioError as error:
            log.warning("the adapter %s is left out: %s", folder.name, error.code)


def description(folder: Path) -> str:
    """Return the first paragraph of the model card in ``folder``; empty where there is none."""
    try:
        text = (folder / CARD_FILE).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    told = _FRONT.sub("", text).split("\n\n")
    plain = (part for part in told if part.strip() and not part.lstrip().startswith("#"))
    return " ".join(next(plain, "").split())


def _config(folder: Path, key: str) -> Mapping[str, Any]:
    try:
        with (folder / CONFIG_FILE).open("rb") as file:
            config = json.loads(file.read(_MOST_CONFIG_BYTES))
    except (OSError, ValueError, RecursionError):
        raise AdapterUnreadable(key, CONFIG_FILE) from None
    told = config if isinstance(config, dict) else {}
    if any(told.get(name, plain) not in (plain, None) for name, plain in _PLAIN.items()):
        raise AdapterUnreadable(key, CONFIG_FILE)
    return told


def _told_revision(folder: Path) -> str:
    """Return the base's checksum in the report of a training; empty where there is none."""
    try:
        return str(json.loads((folder / REPORT_FILE).read_bytes())["base_revision"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def _rank(config: Mapping[str, Any], key: str) -> int:
    rank = config.get("r")
    if isinstance(rank, bool) or not isinstance(rank, int) or rank < 1:
        raise AdapterUnreadable(key, CONFIG_FILE)
    if rank > MOST_RANK:
        raise AdapterTooLarge(rank, MOST_RANK)
    return rank


def _ranks(weights: Path, key: str) -> set[int]:
    """Return the ranks of the matrices, from the header of the file.

    Raises:
        AdapterUnreadable: it is no such file, or has anything but pairs of matrices in it.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(weights, "np") as file:
            shapes = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError):
        raise AdapterUnreadable(key, WEIGHTS_FILE) from None
    ranks: dict[str, set[int]] = {}
    for name, shape in shapes.items():
        match = _NAME.fullmatch(name)
        if not match or len(shape) != 2 or 0 in shape:  # noqa: PLR2004 - a matrix
            raise AdapterUnreadable(key, WEIGHTS_FILE)
        ranks.setdefault(match[1], set()).add(shape[0 if match[2] == "A" else 1])
    if not ranks or 2 * len(ranks) != len(shapes) or any(len(of) > 1 for of in ranks.values()):
        raise AdapterUnreadable(key, WEIGHTS_FILE)
    return set().union(*ranks.values())
