"""Speech to text: what an engine that writes down speech is, and what it is asked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from portfolio_core.engine import Engine
from portfolio_core.errors import (
    CannotTranslate,
    InvalidInput,
    LanguageNotHeard,
    RecordingEmpty,
    RecordingTooLong,
    UnknownChoice,
)
from portfolio_core.media.audio import SHORTEST_SECONDS, Sound
from portfolio_core.settings import Limits

TASK = "speech-to-text"
AUTOMATIC = "auto"
"""The language that stands for the one that is heard."""
# By so much encoders lengthen a sound of the longest duration.
_ROUNDED_UP_SECONDS = 1.0
_CODES = """
en ko af am ar as az ba be bg bn bo br bs ca cs cy da de el es et eu fa fi fo fr gl gu ha haw he hi
hr ht hu hy id is it ja jw ka kk km kn la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc
pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue
zh
"""
WHISPER_LANGUAGES = tuple(_CODES.split())
"""What Whisper understands: the most that any engine does. ``jw`` is its name for Javanese."""

Kind = Literal["speech", "silence", "music", "noise"]


@dataclass(frozen=True)
class Word:
    """One word that was heard.

    Attributes:
        text: The word, with the punctuation that belongs to it.
        start_seconds: Where it begins in the whole sound.
        end_seconds: Where it ends.
        confidence: How sure the engine is, 0 to 1.
    """

    text: str
    start_seconds: float
    end_seconds: float
    confidence: float


@dataclass(frozen=True)
class Segment:
    """A stretch of the sound: speech with its words, or what is there instead.

    Attributes:
        kind: What is heard; only speech has words.
        start_seconds: Where it begins in the whole sound.
        end_seconds: Where it ends.
        text: What was said; empty where nothing was.
        words: Its words, in order.
        language: ISO 639-1 code of what was said; empty where nothing was, or nobody knows.
        note: ``"repeated"`` where a phrase that went round and round was cut, ``"doubtful"``
            where most words are so unsure that it may be another language,
            ``"not_understood"`` where it does not even sound like the words, else empty.
    """

    kind: Kind
    start_seconds: float
    end_seconds: float
    text: str = ""
    words: tuple[Word, ...] = ()
    language: str = ""
    note: str = ""


@dataclass(frozen=True)
class SpeechToTextRequest:
    """What to write down, checked and ready. Make it with :func:`request`.

    Attributes:
        sound: At any rate, mono.
        language: ISO 639-1 code that the engine has, or ``"auto"``.
        translate: Write it in English, whatever was said.
    """

    sound: Sound
    language: str = AUTOMATIC
    translate: bool = False


class SpeechToTextEngine(Engine, Protocol):
    """An engine that writes down speech."""

    KEY: ClassVar[str]
    """Its key in the catalog."""
    LANGUAGES: ClassVar[Sequence[str]]
    """ISO 639-1 codes of what it understands."""
    TRANSLATES: ClassVar[bool]
    """Whether it can write English for another language."""

    def transcribe(
        self, wanted: SpeechToTextRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[Segment]:
        """Yield the segments in order, without gaps, from the start of the sound to its end.

        Args:
            wanted: What to write down.
            check: Called before each stretch of speech; what it raises ends the work.
        """
        ...


def request(
    sound: object,
    language: object,
    translate: object,
    *,
    languages: Sequence[str],
    translates: bool,
    limits: Limits,
) -> SpeechToTextRequest:
    """Check a caller's values, whatever their types, and return them as a request.

    Args:
        sound: What :func:`portfolio_core.media.audio.read` made of a file.
        language: One of ``languages``, or ``"auto"``.
        translate: Whether to write it in English.
        languages: What the engine understands.
        translates: Whether the engine can translate.
        limits: What a caller may ask for.

    Raises:
        InvalidInput: the sound is no sound, or ``translate`` is neither true nor false.
        RecordingEmpty: it is shorter than any word.
        RecordingTooLong: it is over the limit.
        LanguageNotHeard: this engine does not understand the language; another one does.
        UnknownChoice: there is no such language.
        CannotTranslate: the engine does not translate.
    """
    if not isinstance(sound, Sound) or not isinstance(translate, bool):
        raise InvalidInput
    if sound.seconds < SHORTEST_SECONDS:
        raise RecordingEmpty
    if sound.seconds > limits.recording_seconds + _ROUNDED_UP_SECONDS:
        raise RecordingTooLong(limits.recording_seconds)
    known = [AUTOMATIC, *languages]
    if language not in known:
        if language in WHISPER_LANGUAGES:
            raise LanguageNotHeard(language, known)
        raise UnknownChoice("language", language, known)
    if translate and not translates:
        raise CannotTranslate
    return SpeechToTextRequest(sound, str(language), translate)
