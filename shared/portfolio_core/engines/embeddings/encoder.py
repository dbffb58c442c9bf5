"""A transformer that makes one vector of a text: the mean of its last layer, at length 1.

It is what sentence-transformers does with the models of this package, less what slows it:
texts are sorted by length and batched by the number of their tokens, so that little is
computed on padding, and a small batch stays in the processor's cache. On a CPU that
multiplies matrices faster in bfloat16 the products are made in it, and the rest stays in
float32: the vectors then have a cosine of 0.9999 or more with those of float32 alone.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from portfolio_core.engines.embeddings import Vectors
from portfolio_core.errors import EngineFailed, MissingDependency
from portfolio_core.hardware import Hardware, product_type

log = logging.getLogger(__name__)

_BATCH_TOKENS = 1024
"""Tokens of a batch with its padding: more were no faster on two cores."""
_GPU_BATCH_TOKENS = 32_768
# What transformers, safetensors and tokenizers raise over a folder that is not what it should be.
_UNREADABLE = (LookupError, OSError, RuntimeError, TypeError, ValueError)


class Encoder:
    """Embeds texts with one model."""

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - transformers'
        tokenizer: Any,  # noqa: ANN401
        name: str,
        longest: int,
        rounded: bool = False,
    ) -> None:
        """Use a model and a tokenizer of transformers; :meth:`load` makes them.

        Args:
            model: Returns hidden states of shape (texts, tokens, dimension).
            tokenizer: Its tokenizer.
            name: Of the model, for people.
            longest: Tokens of a text that count.
            rounded: Whether products are made in bfloat16, on a CPU.
        """
        self._rounded = rounded
        self._model = model
        self._tokenizer = tokenizer
        self._name = name
        self._longest = longest
        self.dimension = int(model.config.hidden_size)

    @classmethod
    def load(cls, folder: Path, hardware: Hardware, name: str, longest: int) -> Self:
        """Load what ``folder`` holds; see :class:`EmbeddingEngine` for the errors."""
        try:
            import torch
            from transformers import AutoModel, AutoTokenizer
            from transformers.utils import logging as transformers_logging
        except ImportError as error:
            package = error.name or "transformers"
            raise MissingDependency(package, f"pip install {package}") from None
        transformers_logging.disable_progress_bar()
        torch.set_num_threads(hardware.threads)
        options = {"local_files_only": True, "trust_remote_code": False}
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, **options)
            model = AutoModel.from_pretrained(
                folder, dtype=getattr(torch, hardware.dtype), use_safetensors=True, **options
            )
        except _UNREADABLE as error:
            log.warning("the weights of %s cannot be read: %s", name, type(error).__name__)
            raise EngineFailed(name) from error
        rounded = hardware.device == "cpu" and product_type(hardware) == "bfloat16"
        return cls(model.to(hardware.device).eval(), tokenizer, name, longest, rounded)

    def encode(self, texts: Sequence[str], check: Callable[[], None] = lambda: None) -> Vectors:
        """Embed ``texts``.

        Returns:
            Shape (len(texts), dimension), float32, each of length 1, in the order given.

        Raises:
            EngineFailed: the model computed something that is no number.
        """
        made = np.empty((len(texts), self.dimension), np.float32)
        if not texts:
            return made
        tokens = self._tokenizer(list(texts), truncation=True, max_length=self._longest)
        lengths = [len(ids) for ids in tokens["input_ids"]]
        for batch in batches(lengths, self._batch_tokens):
            check()
            made[batch] = self._embed([tokens["input_ids"][i] for i in batch])
        if not np.isfinite(made).all():
            log.error("the vectors of %s hold values that are no numbers", self._name)
            raise EngineFailed(self._name)
        return made

    @property
    def _batch_tokens(self) -> int:
        return _BATCH_TOKENS if self._model.device.type == "cpu" else _GPU_BATCH_TOKENS

    def _embed(self, ids: list[list[int]]) -> Vectors:
        import torch

        padded = self._tokenizer.pad({"input_ids": ids}, return_tensors="pt")
        padded = padded.to(self._model.device)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self._rounded):
            hidden = self._model(**padded).last_hidden_state.float()
            counts = padded["attention_mask"].unsqueeze(-1).float()
            mean = (hidden * counts).sum(1) / counts.sum(1)
            vectors = torch.nn.functional.normalize(mean, dim=1).cpu().numpy()
        return np.asarray(vectors, np.float32)


def batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Yield the numbers of texts that go together: alike in length, the longest first.

    Args:
        lengths: Tokens of each text.
        tokens: Most tokens of a batch when each text is padded to its longest; a text that is
            longer goes alone.
    """
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > tokens:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch
