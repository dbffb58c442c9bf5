"""Text to speech: what an engine of this task is, and what it is asked.

An engine speaks sentence by sentence, so that a caller can play the first while the rest
is made, show how far it is, and stop.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from portfolio_core.engine import Engine
from portfolio_core.errors import (
    EmptyText,
    InvalidInput,
    NothingToSay,
    NumberOutOfRange,
    SoundTooLong,
    TextTooLong,
    UnknownChoice,
)
from portfolio_core.media.audio import Sound
from portfolio_core.settings import Limits
from portfolio_core.text.clean import clean, has_words, language_of

TASK = "text-to-speech"
SLOWEST, FASTEST = 0.5, 2.0
AUTOMATIC = "auto"
"""The voice name that takes the first voice of the text's language."""


@dataclass(frozen=True)
class Voice:
    """One voice.

    Attributes:
        key: Name in the API.
        label: Name for people, in English.
        label_ko: The same in Korean.
        language: ISO 639-1 code of what it was made for.
    """

    key: str
    label: str
    label_ko: str
    language: str


@dataclass(frozen=True)
class SpeechRequest:
    """What to say, checked and ready. Make it with :func:`request`.

    Attributes:
        text: Cleaned text, with at least one word.
        voice: Key of a voice that the engine has, or a mix of them, see :mod:`mixing`.
        speed: 1 = the voice's own pace, from 0.5 to 2.
    """

    text: str
    voice: str
    speed: float


@dataclass(frozen=True)
class Word:
    """One word of a spoken sentence.

    Attributes:
        text: The word as written.
        start_seconds: Where it begins in the sentence's sound, in seconds.
        end_seconds: Where it ends.
    """

    text: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True)
class SpokenSentence:
    """One sentence, spoken.

    Attributes:
        index: Its place, from 0.
        count: Sentences in all.
        text: What was said.
        start_seconds: Where it begins in the whole, in seconds.
        sound: How it sounds, with the pause after it.
        phonemes: How it was pronounced, in the engine's phonetic alphabet; may be empty.
        words: Its words with their times, where the engine gives them.
    """

    index: int
    count: int
    text: str
    start_seconds: float
    sound: Sound
    phonemes: str = ""
    words: tuple[Word, ...] = ()


class SpeechEngine(Engine, Protocol):
    """An engine that speaks."""

    VOICES: ClassVar[Sequence[Voice]]
    """Its voices, the best of each language first."""
    RATE: ClassVar[int]
    """Its samples per second, in hertz."""
    READS: ClassVar[frozenset[str]]
    """Languages that every voice can read beside its own, ISO 639-1."""
    MIXES: ClassVar[bool]
    """Whether a request may name a mix of its voices."""
    PRONOUNCES: ClassVar[bool]
    """Whether it follows pronunciations in the text, ``[word](/ipa/)``."""

    def speak(
        self, wanted: SpeechRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[SpokenSentence]:
        """Yield the sentences of ``wanted`` in order, spoken.

        Args:
            wanted: What to say.
            check: Called before each sentence; what it raises ends the work.

        Raises:
            NothingToSay: not one sample of sound came out.
        """
        ...


def request(
    text: object,
    voice: object,
    speed: object,
    *,
    voices: Sequence[Voice],
    limits: Limits,
) -> SpeechRequest:
    """Check a caller's values, whatever their types, and return them as a request.

    Args:
        text: What to say.
        voice: Key of one of ``voices``, or ``"auto"``.
        speed: From 0.5 to 2.
        voices: The engine's voices.
        limits: What a caller may ask for.

    Raises:
        InvalidInput: the text is no text.
        TextTooLong: it is over the limit.
        EmptyText: it is only white space.
        NothingToSay: it has no word, number or emoji.
        UnknownChoice: there is no such voice.
        NumberOutOfRange: the speed is no finite number from 0.5 to 2.
    """
    if not isinstance(text, str):
        raise EmptyText if text is None else InvalidInput
    if len(text) > limits.speech_characters:
        raise TextTooLong(len(text), limits.speech_characters)
    cleaned = clean(text)
    if not cleaned:
        raise EmptyText
    if not has_words(cleaned):
        raise NothingToSay
    return SpeechRequest(cleaned, _voice(voice, cleaned, voices), _speed(speed))


def check_length(spoken: SpokenSentence, limits: Limits) -> None:
    """Look whether the sound may go on after ``spoken``.

    Raises:
        SoundTooLong: all of it together is over the limit.
    """
    if spoken.start_seconds + spoken.sound.seconds > limits.speech_seconds:
        raise SoundTooLong(limits.speech_seconds)


def _voice(voice: object, text: str, voices: Sequence[Voice]) -> str:
    if voice == AUTOMATIC:
        language = language_of(text)
        return next((v.key for v in voices if v.language == language), voices[0].key)
    keys = [v.key for v in voices]
    if voice not in keys:
        raise UnknownChoice("voice", voice, [AUTOMATIC, *keys])
    return str(voice)


def _speed(speed: Any) -> float:  # noqa: ANN401 - whatever a caller sent
    # bool is an int to Python. NaN fails every comparison; an integer may be too large for float().
    number = isinstance(speed, int | float) and not isinstance(speed, bool)
    if number and SLOWEST <= speed <= FASTEST:
        return float(speed)
    raise NumberOutOfRange("speed", speed, SLOWEST, FASTEST)
