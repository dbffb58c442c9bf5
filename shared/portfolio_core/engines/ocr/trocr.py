"""TrOCR: a reader of single lines, one model for print and one for handwriting; English only.

The classes are those of transformers. This module gives them several lines at once,
bounds what they may write (given a picture without text they invent some), and asks for leave
at every token, so that work can be stopped.

Source: https://huggingface.co/docs/transformers/model_doc/trocr
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from portfolio_core.engines.image_to_text import pretrained
from portfolio_core.engines.ocr import Pixels
from portfolio_core.engines.ocr.agreement import Reading
from portfolio_core.hardware import Hardware

BATCH = 4
"""Lines read at once; on a CPU more are not faster, and less waiting lies between progress."""
# A line as wide as it is high holds a few letters: tokens per height of width, and besides.
_TOKENS_PER_SQUARE = 4.0
_TOKENS_BESIDE = 8
_MOST_TOKENS = 128


class TrOcr:
    """One TrOCR model."""

    def __init__(self, key: str, model: Any, pictures: Any, letters: Any) -> None:  # noqa: ANN401
        """Use transformers' model, image processor and tokenizer; :meth:`load` makes them."""
        self.key = key
        self._model = model
        self._pictures = pictures
        self._letters = letters
        self._lock = threading.Lock()

    @classmethod
    def load(cls, key: str, folder: Path, hardware: Hardware, preparation: Path) -> Self:
        """Build the model from ``folder``.

        Args:
            key: Name of this reader in readings.
            folder: Holds ``config.json`` and ``model.safetensors``.
            hardware: Where it runs.
            preparation: Holds the image processor and the tokenizer.

        Raises:
            MissingDependency: torch or transformers is not installed.
            EngineFailed: the files are not what they should be.
        """
        loaded = pretrained.load(key, folder, hardware, preparation)
        _bound(loaded.model)
        return cls(key, *loaded)

    def read(
        self, lines: Sequence[Pixels], check: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[int, Reading]]:
        """Read lines, several at once; yield each with its number.

        Args:
            lines: Pictures of single lines, each of shape (height, width, 3), RGB, uint8; they
                take as long as the longest of those next to it, so like ones belong together.
            check: Called before every batch and every token; what it raises ends the reading.
        """
        for start in range(0, len(lines), BATCH):
            check()
            with self._lock:
                readings = self._read_batch(lines[start : start + BATCH], check)
            yield from enumerate(readings, start)

    def _read_batch(self, lines: Sequence[Pixels], check: Callable[[], None]) -> list[Reading]:
        import torch
        from transformers import StoppingCriteria, StoppingCriteriaList

        class Leave(StoppingCriteria):  # type: ignore[misc]
            """Asks at every token whether to go on; never ends a line by itself."""

            def __call__(self, input_ids: Any, _scores: Any, **_: object) -> Any:  # noqa: ANN401
                check()
                return torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)

        pixels = self._pictures(
            images=list(lines), input_data_format="channels_last", return_tensors="pt"
        ).pixel_values
        written = self._model.generate(
            pixels.to(self._model.device, self._model.dtype),
            max_new_tokens=most_tokens(max(_squares(line) for line in lines)),
            stopping_criteria=StoppingCriteriaList([Leave()]),
            return_dict_in_generate=True,
            output_scores=True,
        )
        scores = self._model.compute_transition_scores(
            written.sequences, written.scores, normalize_logits=True
        )
        tokens = written.sequences[:, -scores.shape[1] :]
        meant = tokens != self._letters.pad_token_id
        means = scores.masked_fill(~meant, 0).sum(1) / meant.sum(1).clamp(min=1)
        texts = self._letters.batch_decode(tokens, skip_special_tokens=True)
        return [
            Reading(" ".join(text.split()), score, self.key)
            for text, score in zip(texts, means.exp().tolist(), strict=True)
        ]


def most_tokens(squares: float) -> int:
    """Return how many tokens a line may have whose width is ``squares`` times its height."""
    return min(_MOST_TOKENS, round(_TOKENS_BESIDE + _TOKENS_PER_SQUARE * squares))


def _squares(line: Pixels) -> float:
    height, width = line.shape[:2]
    return float(width / height)


def _bound(model: Any) -> None:  # noqa: ANN401 - transformers' own
    """Say how to write once and for all: the likeliest token each time, no hidden length."""
    from transformers import GenerationConfig

    decoder = model.config.decoder
    model.generation_config = GenerationConfig(
        decoder_start_token_id=decoder.decoder_start_token_id,
        eos_token_id=decoder.eos_token_id,
        pad_token_id=decoder.pad_token_id,
        do_sample=False,
        num_beams=1,
    )
