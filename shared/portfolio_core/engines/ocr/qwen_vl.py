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

from portfolio_core.engines.image_to_text import qwen_vl
from portfolio_core.engines.image_to_text.pretrained import Pretrained
from portfolio_core.engines.ocr import Pixels
from portfolio_core.errors import EngineFailed
from portfolio_core.hardware import Hardware

QUESTION = (
    "Transcribe this page as Markdown, in the order of reading and in its own language and "
    "wording. Write headings as headings and tables as Markdown tables. Write nothing that is "
    "not on the page, and […] for what cannot be read."
)
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

    def __init__(self, name: str, loaded: Pretrained) -> None:
        """Use a loaded model; :meth:`load` makes one."""
        self._name = name
        self._loaded = loaded
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
        loaded = qwen_vl.load(name, folder, hardware, _MOST_PIXELS)
        return cls(name, loaded)

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

        given = qwen_vl.asked(self._loaded, qwen_vl.seen(self._loaded, page), QUESTION)
        streamer = TextIteratorStreamer(
            self._loaded.letters, skip_prompt=True, timeout=_LOOK_SECONDS, skip_special_tokens=True
        )
        watch = _Watch(given["input_ids"].shape[1])

        def write() -> None:
            try:
                self._loaded.model.generate(
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
