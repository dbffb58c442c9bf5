"""Asking Qwen3-VL about a picture.

Source: https://huggingface.co/Qwen/Qwen3-VL-2B-Instruct
"""

from pathlib import Path
from typing import Any

from portfolio_core.engines.image_to_text import pretrained
from portfolio_core.engines.image_to_text.pretrained import Pretrained
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels

_LEAST_PIXELS = 256 * 256
_PICTURE = "<|image_pad|>"
# The model's own form of a dialogue, as its chat template writes it.
_PROMPT = (
    "<|im_start|>user\n<|vision_start|>{picture}<|vision_end|>{question}<|im_end|>\n"
    "<|im_start|>assistant\n"
)


def load(name: str, folder: Path | None, hardware: Hardware, most_pixels: int) -> Pretrained:
    """Load a model that takes the likeliest token each time; see :func:`pretrained.load`.

    Args:
        name: Name of the model for errors.
        folder: Holds the files of a Qwen3-VL repository.
        hardware: Where it runs.
        most_pixels: A larger picture is made smaller; each 1,024 pixels are a token.
    """
    size = {"shortest_edge": _LEAST_PIXELS, "longest_edge": most_pixels}
    loaded = pretrained.load(name, folder, hardware, size=size)
    from transformers import GenerationConfig

    own = loaded.model.generation_config
    # What a picture shows is nothing to be drawn by lot.
    loaded.model.generation_config = GenerationConfig(
        bos_token_id=own.bos_token_id,
        eos_token_id=own.eos_token_id,
        pad_token_id=own.pad_token_id,
        do_sample=False,
    )
    return loaded


def seen(loaded: Pretrained, picture: Pixels) -> dict[str, Any]:
    """Put a picture into the model's form; one does for several questions."""
    pictures = loaded.pictures(
        images=[picture], input_data_format="channels_last", return_tensors="pt"
    )
    device = loaded.model.device
    return {
        "pixel_values": pictures.pixel_values.to(device, loaded.model.dtype),
        "image_grid_thw": pictures.image_grid_thw.to(device),
    }


def asked(loaded: Pretrained, picture: dict[str, Any], question: str) -> dict[str, Any]:
    """Return what ``generate`` is given, for a picture as :func:`seen` returns it."""
    import torch

    merged = loaded.model.config.vision_config.spatial_merge_size**2
    places = int(picture["image_grid_thw"][0].prod()) // merged
    prompt = _PROMPT.format(picture=_PICTURE * places, question=question)
    tokens = loaded.letters(prompt, return_tensors="pt", add_special_tokens=False).input_ids.to(
        loaded.model.device
    )
    return {
        **picture,
        "input_ids": tokens,
        "attention_mask": torch.ones_like(tokens),
        "mm_token_type_ids": (tokens == loaded.model.config.image_token_id).int(),
    }
