"""Prompts as the numbers that Stable Diffusion takes: weighted, and as long as they need be.

CLIP reads 77 tokens. A longer prompt is read in parts of as many, one after another, and the
network attends to all of them; a part of the prompt that counts for more or less is moved away
from, or towards, what an empty prompt says at its place.

Source: https://huggingface.co/docs/diffusers/using-diffusers/weighted_prompts
"""

from typing import Any

from portfolio_core.engines.diffusion.weighting import Piece, pieces

MOST_PARTS = 4
"""Parts of 75 words or pieces of words that a prompt may have; more of it is cut off."""

_ENDS = 2  # CLIP's tokens for the beginning and the end


def read(pipe: Any, prompt: str, negative: str | None) -> dict[str, Any]:  # noqa: ANN401
    """Read the prompts for a pipeline of Stable Diffusion 1 or XL, or XL's refiner.

    Args:
        pipe: The pipeline, for its tokenizers and text encoders.
        prompt: What is to be seen, with weights.
        negative: What is not to be seen; none for a pipeline that takes nothing of the kind.

    Returns:
        Arguments of the pipeline: ``prompt_embeds`` and its like.
    """
    import torch

    readers = _readers(pipe)
    asked = [pieces(text) for text in (prompt, negative) if text is not None]
    # Both prompts are read in as many parts as the longer one has.
    parts = min(MOST_PARTS, max(reader.parts(text) for reader in readers for text in asked))
    arguments: dict[str, Any] = {}
    with torch.no_grad():
        for text, name in zip(asked, ("", "negative_"), strict=False):
            made = [reader(text, parts) for reader in readers]
            arguments[f"{name}prompt_embeds"] = torch.cat([hidden for hidden, _ in made], dim=-1)
            if made[-1][1] is not None:
                arguments[f"{name}pooled_prompt_embeds"] = made[-1][1]
    if negative == "" and getattr(pipe.config, "force_zeros_for_empty_prompt", False):
        for name in ("negative_prompt_embeds", "negative_pooled_prompt_embeds"):
            arguments[name] = torch.zeros_like(arguments[name])
    return arguments


def is_cut(pipe: Any, prompt: str) -> bool:  # noqa: ANN401
    """Return whether the end of a prompt is left out."""
    text = pieces(prompt)
    return any(reader.parts(text) > MOST_PARTS for reader in _readers(pipe))


def _readers(pipe: Any) -> "list[_Reader]":  # noqa: ANN401
    found = [number for number in ("", "_2") if getattr(pipe, f"text_encoder{number}", None)]
    return [_Reader(pipe, number) for number in found]


class _Reader:
    """One tokenizer and its encoder."""

    def __init__(self, pipe: Any, number: str) -> None:  # noqa: ANN401
        self._tokenizer = getattr(pipe, f"tokenizer{number}")
        self._encoder = getattr(pipe, f"text_encoder{number}")
        self._device = pipe._execution_device  # noqa: SLF001 - where its parts come to work
        # XL takes the last layer but one of both encoders, and the whole of the second.
        self._inner = hasattr(pipe, "text_encoder_2")
        self._pooled = number == "_2"
        self._room: int = self._tokenizer.model_max_length - _ENDS

    def parts(self, text: list[Piece]) -> int:
        return max(1, -(-len(self._tokens(text)) // self._room))

    def __call__(self, text: list[Piece], parts: int) -> tuple[Any, Any]:
        """Return what the encoder makes of ``parts`` parts, (1, tokens, width), and the pooled."""
        import torch

        tokens = self._tokens(text)[: parts * self._room]
        chunks = [tokens[at : at + self._room] for at in range(0, parts * self._room, self._room)]
        hidden, pooled = self._encode([[token for token, _ in chunk] for chunk in chunks])
        if any(weight != 1 for _, weight in tokens):
            empty, _ = self._encode([[]])
            weights = torch.ones(hidden.shape[:2], device=hidden.device, dtype=hidden.dtype)
            for row, chunk in enumerate(chunks):
                for place, (_, weight) in enumerate(chunk):
                    weights[row, place + 1] = weight
            hidden = empty + (hidden - empty) * weights[..., None]
        return hidden.reshape(1, -1, hidden.shape[-1]), pooled

    def _tokens(self, text: list[Piece]) -> list[tuple[int, float]]:
        return [
            (token, weight)
            for words, weight in text
            for token in self._tokenizer(words, add_special_tokens=False, verbose=False).input_ids
        ]

    def _encode(self, chunks: list[list[int]]) -> tuple[Any, Any]:
        import torch

        special = self._tokenizer
        rows = []
        for chunk in chunks:
            row = [special.bos_token_id, *chunk, special.eos_token_id]
            rows.append(row + [special.pad_token_id] * (self._room + _ENDS - len(row)))
        ids = torch.tensor(rows, device=self._device)
        made = self._encoder(ids, output_hidden_states=self._inner)
        hidden = made.hidden_states[-2] if self._inner else made[0]
        return hidden, made[0][:1] if self._pooled else None
