"""What is seen and what is said, on one timeline.

Scenes with their captions and stretches of sound are entries side by side, in order of time. It
knows nothing of what captioned or listened; what it is told by a stranger is checked in
:func:`read`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate, pairwise
from typing import Any, Literal, get_args

from portfolio_core.errors import TimelineUnreadable
from portfolio_core.settings import Limits
from portfolio_core.text.clean import clean

Kind = Literal["scene", "speech", "silence", "music", "noise"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""What captions and marks can be written in."""

MARKS: dict[Language, dict[str, str]] = {
    "en": {"music": "[music]", "noise": "[noise]", "speech": "[speech, not understood]"},
    "ko": {"music": "[음악]", "noise": "[소음]", "speech": "[알아듣지 못한 말]"},
}
"""What stands for a sound that is no speech, and for speech that was not understood."""

DOUBTFUL_BELOW = 0.5
"""A word of less confidence is marked: as likely wrong as right."""

NOT_UNDERSTOOD = "not_understood"
"""Note of speech whose words are but guesses: a mark stands for them where people read."""

_SHORTEST_SECONDS = {"silence": 1.0, "music": 0.5, "noise": 0.5}
# Three minutes have far less of each.
_MOST_ENTRIES, _MOST_WORDS, _MOST_CHARACTERS = 2000, 10_000, 100_000
_SLACK_SECONDS = 2.0  # by which a recording may be longer than its limit: encoders round up


@dataclass(frozen=True)
class Word:
    """One word that was heard.

    Attributes:
        text: The word, with the punctuation that belongs to it.
        start_seconds: Where it begins.
        end_seconds: Where it ends.
        confidence: How sure it is, 0 to 1.
    """

    text: str
    start_seconds: float
    end_seconds: float
    confidence: float = 1.0

    @property
    def doubtful(self) -> bool:
        """Whether it is to be marked."""
        return self.confidence < DOUBTFUL_BELOW


@dataclass(frozen=True)
class Entry:
    """One thing on the timeline.

    Attributes:
        kind: A scene that is seen, speech, or what else is heard.
        start_seconds: Where it begins.
        end_seconds: Where it ends.
        text: What is seen or said; empty for silence, music and noise.
        words: Of speech, with their times; may be empty.
        language: ISO 639-1 code of the text; empty where there is none.
        note: Code of what a reader should know, as ``"repeated"``, ``"doubtful"`` or
            :data:`NOT_UNDERSTOOD`; may be empty.
    """

    kind: Kind
    start_seconds: float
    end_seconds: float
    text: str = ""
    words: tuple[Word, ...] = ()
    language: str = ""
    note: str = ""

    @property
    def guessed(self) -> bool:
        """Whether its text is a guess as it was heard, which nobody has edited."""
        heard = " ".join(word.text for word in self.words)
        return self.note == NOT_UNDERSTOOD and self.text == heard


@dataclass(frozen=True)
class Timeline:
    """A picture, a sound or a clip, in words.

    Attributes:
        seconds: How long it lasts; 0 for a picture.
        entries: In order of their beginnings, a scene before what is heard in it.
        language: What the captions, and the marks of what is no speech, are written in.
    """

    seconds: float
    entries: tuple[Entry, ...]
    language: Language = "en"

    def of(self, *kinds: Kind) -> tuple[Entry, ...]:
        """Return the entries of these kinds."""
        return tuple(entry for entry in self.entries if entry.kind in kinds)

    def said(self, entry: Entry) -> str:
        """Return what people read of an entry: its text, or the mark that stands for a sound."""
        marked = entry.guessed or entry.kind in {"music", "noise"}
        return MARKS[self.language][entry.kind] if marked else entry.text


def woven(
    scenes: Iterable[Entry], heard: Iterable[Entry], seconds: float, language: Language
) -> Timeline:
    """Return scenes and what is heard as one timeline.

    Neighbours of a kind that have no text become one; what is too short to speak of is left out:
    silence under a second, music and noise under half of one.
    """
    joined: list[Entry] = []
    for entry in sorted(heard, key=lambda one: one.start_seconds):
        if joined and entry.kind != "speech" and joined[-1].kind == entry.kind:
            joined[-1] = replace(joined[-1], end_seconds=entry.end_seconds)
        else:
            joined.append(entry)
    kept = [
        one
        for one in joined
        if one.end_seconds - one.start_seconds >= _SHORTEST_SECONDS.get(one.kind, 0.0)
    ]
    return Timeline(seconds, _ordered([*scenes, *kept]), language)


def spoken_words(entry: Entry) -> tuple[Word, ...]:
    """Return the words of an entry's text, each with a time.

    A word that was heard keeps its own time, also where others of the text were edited; what
    stands between gets the time between, shared by length.
    """
    texts = entry.text.split()
    known: list[Word | None] = [None] * len(texts)
    # It passes over what is all too frequent in a text of hundreds of words; else its time would
    # grow with the square.
    matcher = SequenceMatcher(
        None, [_bare(word.text) for word in entry.words], [_bare(text) for text in texts]
    )
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            known[block.b + offset] = entry.words[block.a + offset]
    words: list[Word] = []
    for at, text in enumerate(texts):
        found = known[at]
        if found is not None:
            words.append(replace(found, text=text))
        elif at == 0 or known[at - 1] is not None:  # the first of a run without times
            end = next((i for i in range(at, len(texts)) if known[i] is not None), len(texts))
            after = known[end] if end < len(texts) else None
            start = words[-1].end_seconds if words else entry.start_seconds
            until = after.start_seconds if after else entry.end_seconds
            words.extend(_shared(texts[at:end], start, max(start, until)))
    return tuple(words)


def data(timeline: Timeline) -> dict[str, Any]:
    """Return a timeline as plain values, ready for JSON; :func:`read` reads them again."""
    entries = []
    for entry in timeline.entries:
        words = [{**asdict(word), "doubtful": word.doubtful} for word in entry.words]
        entries.append({**asdict(entry), "words": words})
    return {"seconds": timeline.seconds, "language": timeline.language, "entries": entries}


def read(value: object, limits: Limits) -> Timeline:
    """Read a timeline that a caller sends, edited or not.

    Raises:
        TimelineUnreadable: it is not as :func:`data` writes it, or longer than a recording may be.
    """
    try:
        if not isinstance(value, Mapping) or len(value["entries"]) > _MOST_ENTRIES:
            raise TimelineUnreadable
        language = next(known for known in LANGUAGES if known == value.get("language", "en"))
        entries = [_entry(item) for item in value["entries"]]
        seconds = _seconds(value.get("seconds", 0.0))
    except (ArithmeticError, AttributeError, LookupError, StopIteration, TypeError, ValueError):
        raise TimelineUnreadable from None
    words = [word for entry in entries for word in entry.words]
    spoken: list[Entry | Word] = [*entries, *words]
    characters = sum(len(one.text) for one in spoken)
    latest = max([seconds, *(one.end_seconds for one in spoken)])
    if (
        characters > _MOST_CHARACTERS
        or len(words) > _MOST_WORDS
        or latest > limits.recording_seconds + _SLACK_SECONDS
    ):
        raise TimelineUnreadable
    return Timeline(seconds, _ordered(entries), language)


def _entry(item: Mapping[str, Any]) -> Entry:
    kind = next(known for known in KINDS if known == item["kind"])
    start, end = _seconds(item["start_seconds"]), _seconds(item["end_seconds"])
    words = tuple(
        Word(
            _text(word["text"]),
            _seconds(word["start_seconds"]),
            _seconds(word["end_seconds"]),
            _share(word.get("confidence", 1.0)),
        )
        for word in item.get("words", ())
    )
    language, note = _text(item.get("language", "")), _text(item.get("note", ""))
    return Entry(kind, start, max(start, end), _text(item.get("text", "")), words, language, note)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return " ".join(clean(value).split())


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError
    return max(float(value), 0.0)


def _share(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= 1:  # false for NaN
        raise TypeError
    return float(value)


def _ordered(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda one: (one.start_seconds, one.kind != "scene")))


def _bare(word: str) -> str:
    return "".join(filter(str.isalnum, word)).lower() or word


def _shared(texts: Sequence[str], start: float, end: float) -> list[Word]:
    """Return words that share the time from ``start`` to ``end`` by their lengths."""
    sums = [0, *accumulate(len(text) + 1 for text in texts)]
    bounds = [start + (end - start) * at / sums[-1] for at in sums]
    return [Word(text, *times) for text, times in zip(texts, pairwise(bounds), strict=True)]
