"""Whisper on a CPU as faster-whisper drives it, heard and written faster.

It stands where CTranslate2's model stood: that one still tells the language, finds the times of
words and follows several hypotheses. The text itself, word by word the likeliest, is written by
:mod:`whisper_decoder` under the same rules for times; where bfloat16 is fast,
:mod:`whisper_encoder` hears.

Source of the rules: https://github.com/openai/whisper, ``decoding.py``
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch  # noqa: TID253 - the module is imported late
from torch import Tensor  # noqa: TID253 - likewise

from portfolio_core import hardware
from portfolio_core.engines import fast_linear
from portfolio_core.engines.speech_to_text.converted import Converted
from portfolio_core.engines.speech_to_text.whisper_decoder import Decoder
from portfolio_core.engines.speech_to_text.whisper_encoder import Encoder
from portfolio_core.hardware import Hardware

log = logging.getLogger(__name__)

_NEVER = -torch.inf


class Written(NamedTuple):
    """What was written about one window; the names are CTranslate2's."""

    sequences_ids: list[list[int]]
    """One sequence, without its end."""
    scores: list[float]
    """The mean of the logarithms of its tokens' probabilities."""
    no_speech_prob: float
    """How likely it is that nobody speaks."""


@dataclass(frozen=True)
class Signs:
    """Tokens that are no text; those of times follow ``no_times`` to the last of all.

    Attributes:
        end: Ends the sequence; all text comes before it.
        no_speech: Says that nobody speaks.
        no_times: Asks for text without times.
    """

    end: int
    no_speech: int
    no_times: int

    @property
    def times(self) -> int:
        """The first of the times, 0.00 s."""
        return self.no_times + 1


class FastWhisper:
    """A model in CTranslate2's form whose greedy search is done here."""

    def __init__(
        self,
        source: Any,  # noqa: ANN401 - it has no types
        encoder: Encoder | None,
        decoder: Decoder,
        signs: Signs,
    ) -> None:
        """Stand where ``source``, CTranslate2's model, stood.

        Args:
            source: Does the rest.
            encoder: Of the same weights; none: that of ``source`` is faster.
            decoder: Of the same weights.
            signs: Its tokens that are no text.
        """
        self._source = source
        self._encoder = encoder
        self._decoder = decoder
        self._signs = signs

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Return what is CTranslate2's."""
        return getattr(self._source, name)

    def encode(self, features: Any, **how: Any) -> Any:  # noqa: ANN401
        """Hear windows; parameters are those of CTranslate2."""
        if self._encoder is None:
            return self._source.encode(features, **how)
        heard = torch.stack([self._encoder(w) for w in torch.from_numpy(np.asarray(features))])
        return type(features).from_array(heard.numpy())

    def generate(
        self,
        features: Any,  # noqa: ANN401 - CTranslate2's
        prompts: list[list[int]],
        **how: Any,  # noqa: ANN401
    ) -> list[Any]:
        """Write about windows that :meth:`encode` heard; parameters are those of CTranslate2."""
        greedy = how["beam_size"] == 1 and not how["no_repeat_ngram_size"]
        if not greedy or any(self._signs.no_times in prompt for prompt in prompts):
            return list(self._source.generate(features, prompts, **how))
        windows = torch.from_numpy(np.asarray(features))
        return [
            self._written(
                heard,
                prompt,
                how["max_length"],
                how["suppress_tokens"],
                how["max_initial_timestamp_index"],
            )
            for heard, prompt in zip(windows, prompts, strict=True)
        ]

    @torch.inference_mode()
    def _written(
        self,
        heard: Tensor,
        prompt: list[int],
        most: int,
        suppressed: Sequence[int],
        latest_first: int,
    ) -> Written:
        memories = self._decoder.begin(heard)
        scores = self._decoder.read(memories, prompt)
        nobody = float(scores[0].softmax(0)[self._signs.no_speech])
        never = [*suppressed, self._signs.no_times]
        written: list[int] = []
        likelihood = 0.0
        # As CTranslate2 has it: half of the length is for text that is shown to it before.
        for _ in range(min(most // 2, most - len(prompt) + 1)):
            last = scores[-1]
            last[never] = _NEVER
            _keep_order(last, written, self._signs, latest_first)
            token = int(last.argmax())
            likelihood += float(last[token] - last.logsumexp(0))
            if token == self._signs.end:
                break
            written.append(token)
            scores = self._decoder.read(memories, [token])
        return Written([written], [likelihood / max(1, len(written))], nobody)


def quick(model: Any, folder: Path, machine: Hardware) -> Any:  # noqa: ANN401 - it has no types
    """Return a model of CTranslate2 on a CPU in its fastest form here.

    Args:
        model: What faster-whisper loaded.
        folder: From where.
        machine: Where it runs.
    """
    if not fast_linear.has_vectors():
        return model.model
    dtype = getattr(torch, hardware.product_type(machine))
    try:
        weights = Converted(folder / "model.bin")
        encoder = Encoder(weights, dtype) if dtype == torch.bfloat16 else None
        decoder = Decoder(weights, dtype)
    except (KeyError, ValueError) as error:
        log.info("%s stays as it is: %s", folder.name, error)
        return model.model
    torch.set_num_threads(machine.threads)
    token = model.hf_tokenizer.token_to_id
    signs = Signs(
        token("<|endoftext|>"),
        token("<|nospeech|>") or token("<|nocaptions|>"),
        token("<|notimestamps|>"),
    )
    return FastWhisper(model.model, encoder, decoder, signs)


def _keep_order(scores: Tensor, written: list[int], signs: Signs, latest_first: int) -> None:
    """Take out of ``scores``, shape (words,), what may not follow what is written.

    A time comes first, and then before and after each piece of text, which takes some time.
    """
    text, times = scores[: signs.times], scores[signs.times :]
    if not written:
        text.fill_(_NEVER)
        times[latest_first + 1 :] = _NEVER
        return
    told = [token - signs.times for token in written if token >= signs.times]
    ended = written[-1] >= signs.times
    if ended and (len(written) == 1 or written[-2] >= signs.times):
        times.fill_(_NEVER)
        return
    if ended:
        scores[: signs.end] = _NEVER
    times[: told[-1] + (not ended)] = _NEVER
    # All times together against the likeliest text: their likelihood is spread over many.
    if times.logsumexp(0) > text.max():
        text.fill_(_NEVER)
