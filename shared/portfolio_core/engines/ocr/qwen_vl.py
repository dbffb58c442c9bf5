"""Qwen3-VL as a writer of Markdown: the model, its input, and its output piece by piece.

The classes are those of transformers. Its own processor wants torchvision for videos, which
pages do not have; so the picture and the question are put together here.

Source: https://huggingface.co/docs/transformers/model_doc/qwen3_vl
"""

import queue
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from portfolio_core.engines.image_to_text import pretrained
from portfolio_core.engines.ocr import Pixels
from portfolio_core.errors import EngineFailed
from portfolio_core.hardware import Hardware

QUESTION = (
    "Transcribe this page as Markdown, in the order of reading and in its own language and "
    "wording. Write headings as headings and tables as Markdown tables. Write nothing that is "
    "not on the page, and […] for what cannot be read."
)
_PICTURE = "<|image_pad|>"
# The model's own form of a dialogue, as its chat template writes it.
_PROMPT = (
    "<|im_start|>user\n<|vision_start|>{picture}<|vision_end|>{question}<|im_end|>\n"
    "<|im_start|>assistant\n"
)
_LEAST_PIXELS = 256 * 256
_MOST_PIXELS = 1536 * 1536  # a page of A4 at 150 dots per inch; 2,304 tokens of the model
_LOOK_SECONDS = 0.1


@dataclass
class Piece:
    """What came next.

    Attributes:
        text: New text; empty when nothing came within a tenth of a second.
        tokens: Tokens written so far.
    """

    text: str
    tokens: int


class QwenVl:
    """One Qwen3-VL model."""

    def __init__(self, name: str, model: Any, pictures: Any, letters: Any) -> None:  # noqa: ANN401
        """Use transformers' model, image processor and tokenizer; :meth:`load` makes them."""
        self._name = name
        self._model = model
        self._pictures = pictures
        self._letters = letters
        self._lock = threading.Lock()

    @classmethod
    def load(cls, name: str, folder: Path, hardware: Hardware) -> Self:
        """Build the model from ``folder``.

        Args:
            name: Name of the model for errors.
            folder: Holds the files of a Qwen3-VL repository.
            hardware: Where it runs.

        Raises:
            MissingDependency: torch or transformers is not installed.
            EngineFailed: the files are not what they should be.
        """
        size = {"shortest_edge": _LEAST_PIXELS, "longest_edge": _MOST_PIXELS}
        loaded = pretrained.load(name, folder, hardware, size=size)
        _likeliest_only(loaded.model)
        return cls(name, *loaded)

    def write(self, page: Pixels, most_tokens: int) -> Generator[Piece, None, None]:
        """Write down what is on a page, piece by piece.

        Whoever stops asking stops the model within a token.

        Args:
            page: Shape (height, width, 3), RGB, uint8.
            most_tokens: Longest output.

        Raises:
            EngineFailed: the model broke off, out of memory for example.
        """
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        given = self._given(page)
        streamer = TextIteratorStreamer(
            self._letters, skip_prompt=True, timeout=_LOOK_SECONDS, skip_special_tokens=True
        )
        watch = _Watch(given["input_ids"].shape[1])

        def write() -> None:
            try:
                self._model.generate(
                    **given,
                    streamer=streamer,
                    stopping_criteria=StoppingCriteriaList([watch]),
                    max_new_tokens=most_tokens,
                )
            except Exception as error:  # noqa: BLE001 - told to the thread that asked
                watch.error = error
                streamer.end()

        with self._lock:
            writer = threading.Thread(target=write, name="document-model", daemon=True)
            writer.start()
            try:
                for text in _pieces(streamer):
                    yield Piece(text, watch.tokens)
            finally:
                watch.stop = True
                writer.join()
        if watch.error is not None:
            raise EngineFailed(self._name) from watch.error

    def _given(self, page: Pixels) -> dict[str, Any]:
        """Put a page and the question into the model's form."""
        import torch

        pictures = self._pictures(
            images=[page], input_data_format="channels_last", return_tensors="pt"
        )
        merged = self._model.config.vision_config.spatial_merge_size**2
        count = int(pictures.image_grid_thw[0].prod()) // merged
        prompt = _PROMPT.format(picture=_PICTURE * count, question=QUESTION)
        tokens = self._letters(prompt, return_tensors="pt", add_special_tokens=False)
        device, dtype = self._model.device, self._model.dtype
        of_picture = tokens.input_ids == self._model.config.image_token_id
        return {
            "input_ids": tokens.input_ids.to(device),
            "attention_mask": torch.ones_like(tokens.input_ids).to(device),
            "mm_token_type_ids": of_picture.int().to(device),
            "pixel_values": pictures.pixel_values.to(device, dtype),
            "image_grid_thw": pictures.image_grid_thw.to(device),
        }


class _Watch:
    """Counts the tokens of one text, and ends it when told to; asked after every token."""

    def __init__(self, prompt: int) -> None:
        self._prompt = prompt
        self.tokens = 0
        self.stop = False
        self.error: Exception | None = None

    def __call__(self, input_ids: Any, _scores: Any, **_: object) -> Any:  # noqa: ANN401
        import torch

        self.tokens = input_ids.shape[1] - self._prompt
        return torch.full((len(input_ids),), self.stop, device=input_ids.device)


def _pieces(streamer: Iterator[str]) -> Iterator[str]:
    while True:
        try:
            yield next(streamer)
        except queue.Empty:
            yield ""
        except StopIteration:
            return


def _likeliest_only(model: Any) -> None:  # noqa: ANN401 - transformers' own
    """Take the likeliest token each time: a transcript is nothing to be drawn by lot."""
    from transformers import GenerationConfig

    own = model.generation_config
    model.generation_config = GenerationConfig(
        bos_token_id=own.bos_token_id,
        eos_token_id=own.eos_token_id,
        pad_token_id=own.pad_token_id,
        do_sample=False,
    )
