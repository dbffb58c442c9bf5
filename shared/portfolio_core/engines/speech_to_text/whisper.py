"""Whisper in CTranslate2's form, through faster-whisper: 100 languages, English as a translation.

On a CPU its weights are 8-bit integers and it decodes greedily, see :mod:`whisper_fast`; on a GPU
they are float16 and it follows five hypotheses. Only what is speech is decoded, so that it cannot
invent words for silence or music, which it would.

Sources: https://arxiv.org/abs/2212.04356 and https://github.com/SYSTRAN/faster-whisper
"""

import logging
from collections.abc import Callable, Iterator
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from portfolio_core.catalog import by_key
from portfolio_core.engines.speech_to_text import (
    AUTOMATIC,
    WHISPER_LANGUAGES,
    Segment,
    SpeechToTextRequest,
    Word,
)
from portfolio_core.engines.speech_to_text.activity import Activity, seconds, signal_of
from portfolio_core.engines.speech_to_text.ambience import RATE_HZ, Signal, Stretch
from portfolio_core.engines.speech_to_text.repetition import without_loops
from portfolio_core.errors import EngineFailed, HubUnreachable, MissingDependency
from portfolio_core.hardware import Hardware

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 1.0
"""Each stretch costs a look at 30 s, however short it is: a shorter pause divides none."""
_HEARD_AT_ONCE = 30 * RATE_HZ
# As published with the model: a guess that is unsure of its words, where it thinks that nobody
# speaks, is none.
_NO_SPEECH = {"no_speech_threshold": 0.6, "log_prob_threshold": -1.0}
_BEAMS = {"cpu": 1, "cuda": 5}
_NUMBERS = {"cpu": "int8", "cuda": "float16"}
_LOOP_BREAKER = {"no_repeat_ngram_size": 4}
_DOUBTFUL = 0.5
"""Mean confidence below which it may be noise, or a language that it does not know."""


class WhisperEngine:
    """Writes down speech with its punctuation."""

    KEY: ClassVar[str]
    LANGUAGES: ClassVar[tuple[str, ...]] = WHISPER_LANGUAGES
    TRANSLATES: ClassVar[bool] = True

    def __init__(self, model: Any, activity: Activity, beams: int) -> None:  # noqa: ANN401 - it has no types
        """Use a loaded model; :meth:`load` makes one."""
        self._model = model
        self._activity = activity
        self._beams = beams
        files = by_key(self.KEY).hub
        self.revision = files.revision if files else ""

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - it has no extras
    ) -> Self:
        """Load the weights of ``folder``; see :class:`SpeechToTextEngine`.

        Raises:
            HubUnreachable: there is no folder.
        """
        name = by_key(cls.KEY).name
        if folder is None:
            raise HubUnreachable(name)
        try:
            import ctranslate2
            import faster_whisper  # noqa: F401 - its model is made below
        except ImportError:
            raise MissingDependency("faster-whisper", "pip install faster-whisper") from None
        activity = Activity.load()
        on_gpu = hardware.device == "cuda" and ctranslate2.get_cuda_device_count() > 0
        for device in ("cuda", "cpu") if on_gpu else ("cpu",):
            try:
                model = _model(folder, device, hardware)
            except Exception as error:  # its C++ part raises RuntimeError, its tokenizer Exception
                log.warning("%s cannot be loaded on %s: %s", name, device, type(error).__name__)
                if device == "cpu":
                    raise EngineFailed(name) from error
            else:
                break
        return cls(model, activity, _BEAMS[device])

    def transcribe(
        self, wanted: SpeechToTextRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[Segment]:
        """Yield the segments; see :class:`SpeechToTextEngine`."""
        signal = signal_of(wanted.sound)
        stretches = self._activity.stretches(signal, _PAUSE_SECONDS)
        check()
        language = self._language(wanted.language, signal, stretches)
        for kind, first, after in stretches:
            start, end = (seconds(place, signal, wanted.sound) for place in (first, after))
            if kind == "speech":
                check()
                task = "translate" if wanted.translate else "transcribe"
                yield from self._written(signal[first:after], (start, end), language, task, check)
            else:
                yield Segment(kind, start, end)

    def _language(self, wanted: str, signal: Signal, stretches: list[Stretch]) -> str:
        """Return the language of all speech together, by its first 30 s."""
        speech = [signal[part.start : part.end] for part in stretches if part.kind == "speech"]
        if wanted != AUTOMATIC or not speech:
            return wanted
        language, _, _ = self._model.detect_language(np.concatenate(speech)[:_HEARD_AT_ONCE])
        return str(language)

    def _written(
        self,
        signal: Signal,
        edges: tuple[float, float],
        language: str,
        task: str,
        check: Callable[[], None],
    ) -> Iterator[Segment]:
        """Yield what is said in one stretch, without gaps from edge to edge."""
        sentences, looped = self._sentences(signal, edges, language, task, check)
        if looped:
            sentences, _ = self._sentences(signal, edges, language, task, check, **_LOOP_BREAKER)
        if not sentences:
            yield Segment("noise", *edges)
            return
        # A sentence lasts until the next one's first word.
        cuts = [edges[0], *(words[0].start_seconds for words in sentences[1:]), edges[1]]
        for words, (start, end) in zip(sentences, pairwise(cuts), strict=True):
            yield _segment(words, start, end, language, looped)

    def _sentences(
        self,
        signal: Signal,
        edges: tuple[float, float],
        language: str,
        task: str,
        check: Callable[[], None],
        **how: int,
    ) -> tuple[list[tuple[Word, ...]], bool]:
        """Return the words of each sentence, and whether they went round in circles."""
        found, _ = self._model.transcribe(
            signal,
            language=language,
            task=task,
            beam_size=self._beams,
            temperature=0.0,
            condition_on_previous_text=False,
            word_timestamps=True,
            **_NO_SPEECH,
            **how,
        )
        words: list[tuple[int, Word]] = []  # with the number of their sentence
        place = edges[0]
        for number, part in enumerate(found):
            check()
            for word in _words(part.words or (), edges, place):
                words.append((number, word))
                place = word.end_seconds
        kept = without_loops([word.text for _, word in words])
        return _grouped([words[place] for place in kept]), len(kept) < len(words)


class WhisperBase(WhisperEngine):
    """For two cores."""

    KEY = "whisper-base"


class WhisperSmall(WhisperEngine):
    """For a few cores more, or more patience."""

    KEY = "whisper-small"


class WhisperLargeTurbo(WhisperEngine):
    """For a GPU."""

    KEY = "whisper-large-v3-turbo"


def _model(folder: Path, device: str, hardware: Hardware) -> Any:  # noqa: ANN401
    from faster_whisper import WhisperModel

    if not (folder / "tokenizer.json").is_file():  # it would ask the Hub for one
        raise FileNotFoundError
    model = WhisperModel(
        str(folder),
        device=device,
        compute_type=_NUMBERS[device],
        cpu_threads=hardware.threads,
        local_files_only=True,
    )
    if device == "cuda":  # its libraries are looked for at the first work only
        model.detect_language(np.zeros(RATE_HZ, np.float32))
    else:
        from portfolio_core.engines.speech_to_text import whisper_fast

        model.model = whisper_fast.quick(model, folder, hardware)
    return model


def _grouped(words: list[tuple[int, Word]]) -> list[tuple[Word, ...]]:
    """Return the words of each sentence; one that takes no time belongs to the one before."""
    sentences: list[tuple[Word, ...]] = []
    for _, group in groupby(words, key=itemgetter(0)):
        sentence = tuple(word for _, word in group)
        if sentences and sentence[0].start_seconds <= sentences[-1][0].start_seconds:
            sentence = sentences.pop() + sentence
        sentences.append(sentence)
    return sentences


def _words(parts: Any, edges: tuple[float, float], place: float) -> Iterator[Word]:  # noqa: ANN401
    """Yield the words with times in order, from ``place`` to the end of the stretch."""
    for part in parts:
        text = part.word.strip()
        start = min(max(place, edges[0] + float(part.start)), edges[1])
        place = min(max(start, edges[0] + float(part.end)), edges[1])
        if text:
            yield Word(text, start, place, float(np.clip(part.probability, 0, 1)))


def _segment(
    words: tuple[Word, ...], start: float, end: float, language: str, looped: bool
) -> Segment:
    doubtful = np.mean([word.confidence for word in words]) < _DOUBTFUL
    note = "repeated" if looped else "doubtful" if doubtful else ""
    text = (" " if _spaced(language) else "").join(word.text for word in words)
    return Segment("speech", start, end, text, words, language, note)


def _spaced(language: str) -> bool:
    """Return whether the language is written with spaces between words."""
    return language not in {"zh", "ja", "th", "lo", "my", "yue", "km", "bo"}
