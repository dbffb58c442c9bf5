"""Kokoro-82M: a small neural voice that comes close to a human one, in eight languages.

The model and its classes are those of the package ``kokoro``; this module gives them files
that were checked, sentences one by one, words with their times, mixed voices, and noise from
a seed, so that the same request sounds the same to the last bit. Which sounds a text has is
decided in :mod:`kokoro_phonemes`, what makes it faster than the package in :mod:`kokoro_fast`.
It has no Korean: Korean letters are read with espeak-ng's rules in the voice's language.

Source: https://github.com/hexgrad/kokoro
"""

import logging
import pickle
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from portfolio_core.catalog import by_key
from portfolio_core.engines.text_to_speech import (
    SpeechRequest,
    SpokenSentence,
    Voice,
    Word,
    kokoro_fast,
    kokoro_phonemes,
    kokoro_voices,
    mixing,
)
from portfolio_core.engines.text_to_speech.kokoro_fast import Module, Tensor
from portfolio_core.errors import EngineFailed, HubUnreachable, MissingDependency, NothingToSay
from portfolio_core.hardware import Hardware
from portfolio_core.media.audio import Samples, Sound, join, silence
from portfolio_core.text.sentences import sentences

log = logging.getLogger(__name__)

KEY = "kokoro-82m"
"""Its key in the catalog."""
_RATE_HZ = 24_000
_SAMPLES_PER_FRAME = 600  # the model counts how long a phoneme lasts in frames of 25 ms
_PAUSE_SECONDS = 0.35  # after each sentence, as espeak's
_VOICE_SHAPE = (kokoro_phonemes.LONGEST, 1, 256)  # a style for each number of phonemes
_FULL_SCALE = 32_767
# What torch, json and KModel raise over a file that is not what it should be.
_UNREADABLE = (
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)
# The maker's finding: a word is heard three frames before the model counts its beginning.
_EARLY_FRAMES = 3


class KokoroEngine:
    """A natural voice, faster than speech on two CPU cores."""

    VOICES: ClassVar[tuple[Voice, ...]] = kokoro_voices.VOICES
    RATE: ClassVar[int] = _RATE_HZ
    READS: ClassVar[frozenset[str]] = frozenset()
    MIXES: ClassVar[bool] = True
    PRONOUNCES: ClassVar[bool] = True

    def __init__(
        self, model: Module, folder: Path, fetch: Callable[[str], Path] | None = None
    ) -> None:
        """Use a model of the package ``kokoro``; :meth:`load` makes one."""
        self._model = model
        self._folder = folder
        self._fetch = fetch
        files = by_key(KEY).hub
        self.revision = files.revision if files else ""
        self._front_ends: dict[str, kokoro_phonemes.FrontEnd] = {}
        self._packs: dict[str, Tensor] = {}
        # The front ends keep state, and the noise comes from one source.
        self._lock = threading.Lock()

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,
    ) -> Self:
        """Build the model from ``folder``; see :class:`SpeechEngine`.

        Raises:
            HubUnreachable: there is no folder.
        """
        if folder is None:
            raise HubUnreachable(by_key(KEY).name)
        try:
            import torch
            from kokoro import KModel
        except ImportError as error:
            raise MissingDependency(error.name or "kokoro", "pip install kokoro") from None
        files = by_key(KEY)
        torch.set_num_threads(hardware.threads)
        try:
            # KModel opens the weights with weights_only, so no code in them can run.
            model = KModel(
                repo_id=files.hub.repository if files.hub else None,
                config=str(folder / "config.json"),
                model=str(folder / "kokoro-v1_0.pth"),
            )
        except _UNREADABLE as error:
            log.warning("the weights of Kokoro cannot be read: %s", type(error).__name__)
            raise EngineFailed(files.name) from error
        return cls(kokoro_fast.prepare(model, hardware), folder, fetch)

    def speak(
        self, wanted: SpeechRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[SpokenSentence]:
        """Yield the sentences, spoken; see :class:`SpeechEngine`.

        Raises:
            UnknownChoice: the voice is no voice and no mix of voices.
            HubUnreachable: a voice's file is not here and cannot be had.
            EngineFailed: a voice's file is damaged.
            MissingDependency: a package of the voice's language is not installed.
        """
        mix = mixing.parse(wanted.voice, self.VOICES)
        letter = mix[0].voice[0]
        with self._lock:
            pack = self._mixed(mix)
            if letter not in self._front_ends:
                self._front_ends[letter] = kokoro_phonemes.front_end(letter, self._model.vocab)
        language = kokoro_voices.LANGUAGES[letter][0]
        parts = kokoro_phonemes.sentences(wanted.text, lambda text: sentences(text, language))
        pause = silence(_PAUSE_SECONDS / wanted.speed, _RATE_HZ)
        start, heard = 0.0, False
        for index, part in enumerate(parts):
            said, phonemes, words = self._say(part, letter, pack, wanted.speed, check)
            heard = heard or len(said.samples) > 0
            sound = join([said, pause], _RATE_HZ)
            text = kokoro_phonemes.without_links(part)
            yield SpokenSentence(index, len(parts), text, start, sound, phonemes, words)
            start += sound.seconds
        if not heard:
            raise NothingToSay

    def _say(
        self, text: str, letter: str, pack: Tensor, speed: float, check: Callable[[], None]
    ) -> tuple[Sound, str, tuple[Word, ...]]:
        sounds: list[Sound] = []
        words: list[Word] = []
        with self._lock:
            pieces = self._front_ends[letter](text)
        for piece in pieces:
            check()  # a long row of digits is one sentence of many pieces
            with self._lock:
                samples, frames = self._sound_of(piece.phonemes, pack, speed)
            before = sum(sound.seconds for sound in sounds)
            words.extend(timed(piece.words, frames, before))
            sounds.append(Sound(samples, _RATE_HZ))
        phonemes = " ".join(piece.phonemes for piece in pieces)
        return join(sounds, _RATE_HZ), phonemes, tuple(words)

    def _sound_of(
        self, phonemes: str, pack: Tensor, speed: float
    ) -> tuple[Samples, npt.NDArray[np.int64]]:
        """Return the samples of some phonemes, and the frames of each of them.

        Returns:
            Samples, shape (n,), int16; frames, shape (phonemes + 2,), int64: the first and the
            last are the silence before and after.
        """
        import torch
        from kokoro import KPipeline

        with torch.inference_mode():
            said = KPipeline.infer(self._model, phonemes, pack, speed)
            audio = said.audio.float().numpy()
        if not np.isfinite(audio).all():
            log.error("Kokoro's sound holds values that are no numbers")
            raise EngineFailed(by_key(KEY).name)
        return full_scale(audio), said.pred_dur.reshape(-1).numpy()

    def _mixed(self, mix: tuple[mixing.Share, ...]) -> Tensor:
        """Return the styles of a mix: a tensor of shape (510, 1, 256), float32."""
        return sum(share.weight * self._pack(share.voice) for share in mix)

    def _pack(self, voice: str) -> Tensor:
        if voice not in self._packs:
            self._packs[voice] = _read_pack(self._voice_file(voice)).to(self._model.device)
        return self._packs[voice]

    def _voice_file(self, voice: str) -> Path:
        name = f"voices/{voice}.pt"
        if self._fetch is not None:
            return self._fetch(name)
        if not (self._folder / name).is_file():
            raise HubUnreachable(by_key(KEY).name)
        return self._folder / name


def timed(
    spans: tuple[kokoro_phonemes.Span, ...], frames: npt.NDArray[np.int64], before: float
) -> Iterator[Word]:
    """Yield the words with their times.

    Args:
        spans: The words and their places among the phonemes, in order.
        frames: Frames of each phoneme, shape (phonemes + 2,).
        before: Seconds of sound before these phonemes.
    """
    ends = np.cumsum(frames)
    early = min(_EARLY_FRAMES, int(frames[0]))
    for span in spans:
        # The silence comes first, so phoneme i begins where the entry before i + 1 ends.
        begin, end = ((int(ends[i]) - early) / _FRAMES_PER_SECOND for i in (span.start, span.end))
        yield Word(span.text, before + begin, before + end)


_FRAMES_PER_SECOND = _RATE_HZ / _SAMPLES_PER_FRAME


def full_scale(audio: npt.NDArray[np.float32]) -> Samples:
    """Return sound as samples; what is over full scale is made quieter, never clipped.

    Args:
        audio: Shape (n,), float32, full scale at +-1.
    """
    peak = float(np.abs(audio).max(initial=1.0))
    return np.round(audio * (_FULL_SCALE / peak)).astype(np.int16)


def _read_pack(file: Path) -> Tensor:
    """Read a voice: a tensor of shape (510, 1, 256), float32.

    Raises:
        EngineFailed: the file holds something else.
    """
    import torch

    try:
        pack = torch.load(file, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        log.warning("the voice %s cannot be read: %s", file.name, type(error).__name__)
        raise EngineFailed(by_key(KEY).name) from error
    if not isinstance(pack, torch.Tensor) or tuple(pack.shape) != _VOICE_SHAPE:
        log.error("the voice %s is not of shape %s", file.name, _VOICE_SHAPE)
        raise EngineFailed(by_key(KEY).name)
    return pack.float()
