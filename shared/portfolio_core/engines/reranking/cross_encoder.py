"""bge-reranker-v2-m3: a cross-encoder for a hundred languages.

Source: https://huggingface.co/BAAI/bge-reranker-v2-m3
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from portfolio_core.catalog import by_key
from portfolio_core.engines.reranking import Scores
from portfolio_core.errors import EngineFailed, HubUnreachable, MissingDependency
from portfolio_core.hardware import Hardware

log = logging.getLogger(__name__)

KEY = "bge-reranker-v2-m3"
"""Its key in the catalog."""
_TOKENIZING = {"padding": True, "truncation": True, "max_length": 512, "return_tensors": "pt"}
_BATCH = 16
# What transformers, safetensors and tokenizers raise over a folder that is not what it should be.
_UNREADABLE = (LookupError, OSError, RuntimeError, TypeError, ValueError)


class CrossEncoderEngine:
    """One number for each pair of question and passage."""

    key = KEY

    def __init__(self, model: Any, tokenizer: Any) -> None:  # noqa: ANN401 - those of transformers
        """Use a model with one output and its tokenizer; :meth:`load` makes them."""
        self._model = model
        self._tokenizer = tokenizer
        hub = by_key(KEY).hub
        self.revision = hub.revision if hub else ""

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - nothing is fetched later
    ) -> Self:
        """Load the weights of ``folder``; see :class:`RerankingEngine`."""
        name = by_key(KEY).name
        if folder is None:
            raise HubUnreachable(name)
        try:
            import torch
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
            from transformers.utils.logging import disable_progress_bar
        except ImportError as error:
            package = error.name or "transformers"
            raise MissingDependency(package, f"pip install {package}") from None
        disable_progress_bar()
        options = {"local_files_only": True, "trust_remote_code": False}
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, **options)
            model = AutoModelForSequenceClassification.from_pretrained(
                folder, dtype=getattr(torch, hardware.dtype), use_safetensors=True, **options
            )
        except _UNREADABLE as error:
            log.warning("the weights of %s cannot be read: %s", name, type(error).__name__)
            raise EngineFailed(name) from error
        return cls(model.to(hardware.device).eval(), tokenizer)

    def scores(self, question: str, texts: Sequence[str]) -> Scores:
        """Judge ``texts``; see :class:`RerankingEngine`."""
        import torch

        found = [np.empty(0, np.float32)]
        for start in range(0, len(texts), _BATCH):
            pairs = [(question, text) for text in texts[start : start + _BATCH]]
            tokens = self._tokenizer(pairs, **_TOKENIZING).to(self._model.device)
            with torch.inference_mode():
                logits = self._model(**tokens).logits.float().reshape(-1)
            found.append(logits.cpu().numpy())
        return np.concatenate(found)
