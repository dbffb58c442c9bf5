"""Loading a model that turns pictures into text, with what prepares its input and its output.

Source: https://huggingface.co/docs/transformers/model_doc/auto
"""

import logging
from pathlib import Path
from typing import Any, NamedTuple

from portfolio_core.errors import EngineFailed, MissingDependency
from portfolio_core.hardware import Hardware, product_type

log = logging.getLogger(__name__)


class Pretrained(NamedTuple):
    """A model of transformers, which has no types, and its two companions."""

    model: Any
    """On its device, ready to generate."""
    pictures: Any
    """Image processor."""
    letters: Any
    """Tokenizer."""


def load(
    name: str,
    folder: Path,
    hardware: Hardware,
    preparation: Path | None = None,
    **of_pictures: object,
) -> Pretrained:
    """Load the weights in ``folder``; they must be safetensors.

    Args:
        name: Name of the model for errors.
        folder: Holds ``config.json`` and ``model.safetensors``.
        hardware: Where it runs, which also chooses the number type.
        preparation: Holds the image processor and the tokenizer; none: ``folder`` does.
        of_pictures: Settings of the image processor that take the place of its own.

    Raises:
        MissingDependency: torch or transformers is not installed.
        EngineFailed: the files are not what they should be.
    """
    try:
        import torch
        from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer
    except ImportError as error:
        raise MissingDependency(
            error.name or "transformers", "pip install torch transformers"
        ) from None
    torch.set_num_threads(hardware.threads)
    preparation = preparation or folder
    try:
        model = AutoModelForImageTextToText.from_pretrained(
            folder,
            dtype=getattr(torch, product_type(hardware)),
            use_safetensors=True,
            local_files_only=True,
        )
        pictures = AutoImageProcessor.from_pretrained(
            preparation, backend="pil", local_files_only=True, **of_pictures
        )
        letters = AutoTokenizer.from_pretrained(preparation, local_files_only=True)
    except Exception as error:  # what tokenizers raises is nothing narrower
        log.warning("the weights of %s cannot be read: %s", name, type(error).__name__)
        raise EngineFailed(name) from error
    return Pretrained(model.to(hardware.device).eval(), pictures, letters)
