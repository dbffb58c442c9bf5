"""Speech to text: what an engine that writes down speech is, and what it is asked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Protocol, Self

from portfolio_core.hardware import Hardware
from portfolio_core.media.audio import Sound

TASK = "speech-to-text"
AUTOMATIC = "auto"
"""The language that stands for the one that is heard."""

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
        language: ISO 639-1 code of what was said; empty where nothing was.
        note: ``"repeated"`` where a phrase that went round and round was cut, else empty.
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
    """What to write down, checked and ready.

    Attributes:
        sound: At any rate, mono.
        language: ISO 639-1 code that the engine has, or ``"auto"``.
        translate: Write it in English, whatever was said.
    """

    sound: Sound
    language: str = AUTOMATIC
    translate: bool = False


class SpeechToTextEngine(Protocol):
    """An engine that writes down speech."""

    KEY: ClassVar[str]
    """Its key in the catalog."""
    LANGUAGES: ClassVar[Sequence[str]]
    """ISO 639-1 codes of what it understands."""
    TRANSLATES: ClassVar[bool]
    """Whether it can write English for another language."""
    revision: str
    """Commit of its weights, or the version of what carries them."""

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,
    ) -> Self:
        """Make it ready to listen.

        Raises:
            MissingDependency: a package is not installed.
            EngineFailed: a file of the folder cannot be read.
        """
        ...

    def transcribe(
        self, wanted: SpeechToTextRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[Segment]:
        """Yield the segments in order, without gaps, from the start of the sound to its end.

        Args:
            wanted: What to write down.
            check: Called before each stretch of speech; what it raises ends the work.
        """
        ...
