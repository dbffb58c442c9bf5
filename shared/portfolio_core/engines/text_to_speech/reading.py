"""A whole text read aloud: its script, the voice of each sentence, the engines behind them.

The engines do not know each other; what joins them is here: a cast of voices, each with the
engine that has it, and a plan that gives every sentence to one of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from portfolio_core.engines.text_to_speech import (
    AUTOMATIC,
    SpeechEngine,
    SpeechRequest,
    SpokenSentence,
    Voice,
    mixing,
    request,
)
from portfolio_core.errors import InvalidInput, NothingToSay, UnknownChoice
from portfolio_core.media.audio import audible_seconds, resample, silence
from portfolio_core.settings import Limits
from portfolio_core.text import captions, script
from portfolio_core.text.clean import clean, has_words, language_of
from portfolio_core.text.sentences import sentences
from portfolio_core.text.spoken import spoken

_KOREAN: Literal["ko"] = "ko"
_LONGEST_SPEAKERS = 1000  # characters of the lines that give speakers their voices


@dataclass(frozen=True)
class Utterance:
    """One sentence and who says it.

    Attributes:
        text: The sentence as written, with its own pronunciations.
        spoken: The sentence as it will be said.
        voice: Key of a voice, or a mix of voices.
        engine: Key of the engine that has the voice.
    """

    text: str
    spoken: str
    voice: str
    engine: str


LANGUAGES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "hi": "हिन्दी",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "pt": "Português",
    "zh": "中文",
}
"""Each language by its own name."""

Plan = list[Utterance | script.Pause]


@dataclass(frozen=True)
class Wish:
    """What a caller wants read, checked. Make it with :func:`wish`.

    Attributes:
        text: Cleaned text with its marks.
        voice: A voice of the cast, a mix, or "auto".
        speed: 1 = the voices' own pace, from 0.5 to 2.
        speakers: Name in the text to voice.
        as_written: Leave numbers, dates and abbreviations to the engine.
    """

    text: str
    voice: str
    speed: float
    speakers: Mapping[str, str]
    as_written: bool

    def arguments(self) -> dict[str, str | float | bool]:
        """Return the arguments of a call that asks for the same."""
        lines = "\n".join(f"{name}: {voice}" for name, voice in self.speakers.items())
        return {**vars(self), "speakers": lines}


class Cast:
    """The voices on offer, and the engine of each.

    Args:
        engines: Key of an engine to its class, the best engine first.
    """

    def __init__(self, engines: Mapping[str, type[SpeechEngine]]) -> None:
        self._engine_of = {v.key: key for key, kind in engines.items() for v in kind.VOICES}
        self._kind = dict(engines)
        self.voices: tuple[Voice, ...] = tuple(v for kind in engines.values() for v in kind.VOICES)
        self._by_key = {voice.key: voice for voice in self.voices}

    def checked(self, voice: object) -> str:
        """Return ``voice`` if it is one of the cast, a mix that its engine can make, or "auto".

        Raises:
            UnknownChoice: it is not.
            NumberOutOfRange: the weights of a mix are not usable.
        """
        if voice == AUTOMATIC:
            return AUTOMATIC
        if isinstance(voice, str) and voice in self._by_key:
            return voice
        first = self._first(voice)
        if isinstance(voice, str) and first in self._by_key:
            kind = self._kind[self._engine_of[first]]
            if kind.MIXES:
                mixing.parse(voice, kind.VOICES)
                return voice
        raise UnknownChoice("voice", voice, [AUTOMATIC, *self._by_key])

    def language_of(self, voice: str) -> str | None:
        """Return the language of a voice or a mix; None for "auto"."""
        return None if voice == AUTOMATIC else self._by_key[self._first(voice)].language

    def utterance(self, text: str, voice: str, *, as_written: bool) -> Utterance:
        """Give a sentence to a voice that can read it: the wanted one, or the best of its language.

        A voice that knows no Hangul leaves Korean sentences to a Korean voice.
        """
        language = language_of(text)
        if voice == AUTOMATIC:
            voice = self._best(language)
        elif language == _KOREAN and not self._reads_korean(self._first(voice)):
            voice = self._best(_KOREAN)
        engine = self._engine_of[self._first(voice)]
        said = text if as_written else self._said(text, voice)
        if not self._kind[engine].PRONOUNCES:
            said = script.without_pronunciations(said)
        return Utterance(text, said, voice, engine)

    def _said(self, text: str, voice: str) -> str:
        """Return a sentence with its numbers and signs in words, where we know the language."""
        if language_of(text) == _KOREAN:
            return spoken(text, _KOREAN)
        return spoken(text, "en") if self.language_of(voice) in ("en", _KOREAN) else text

    def propose(self, text: str, lines: str) -> str:
        """Give each speaker found in ``text`` a voice of its own, and keep the given ``lines``.

        Returns:
            Lines of ``NAME: voice``, as :func:`wish` reads them.
        """
        given = [line for line in lines.split("\n") if line.strip()]
        named = {line.partition(":")[0].strip() for line in given}
        found = [name for name in script.find_speakers(text) if name not in named]
        for number, name in enumerate(found):
            language = language_of(name)
            voices = [voice.key for voice in self.voices if voice.language == language]
            given.append(f"{name}: {voices[number % len(voices)]}")
        return "\n".join(given)

    def _best(self, language: str) -> str:
        return next((v.key for v in self.voices if v.language == language), self.voices[0].key)

    def _reads_korean(self, voice: str) -> bool:
        kind = self._kind[self._engine_of[voice]]
        return self._by_key[voice].language == _KOREAN or _KOREAN in kind.READS

    @staticmethod
    def _first(voice: object) -> str:
        """Return the first voice of a mix."""
        return str(voice).split("+")[0].split("(")[0].strip()


def wish(
    text: object,
    voice: object,
    speed: object,
    speakers: object,
    as_written: object,
    *,
    cast: Cast,
    limits: Limits,
) -> Wish:
    """Check a caller's values, whatever their types.

    Raises:
        InvalidInput: one of many, see :func:`text_to_speech.request`; or the voices of a
            dialogue are not lines of ``NAME: voice``.
    """
    checked = request(text, AUTOMATIC, speed, voices=cast.voices, limits=limits)
    return Wish(
        checked.text,
        cast.checked(voice),
        checked.speed,
        _speakers(speakers, cast),
        bool(as_written),
    )


def plan(wanted: Wish, cast: Cast) -> Plan:
    """Give every sentence a voice and the words that will be said, with the pauses between.

    Raises:
        NothingToSay: the text has no word, number or emoji beside its marks.
        NumberOutOfRange: a pause is over its limit.
    """
    planned: Plan = []
    for item in script.parse(wanted.text, wanted.speakers):
        if isinstance(item, script.Pause):
            planned.append(item)
            continue
        voice = wanted.speakers[item.speaker] if item.speaker else wanted.voice
        hangul = language_of(item.text) == _KOREAN
        planned.extend(
            cast.utterance(sentence, voice, as_written=wanted.as_written)
            for sentence in sentences(item.text, _KOREAN if hangul else cast.language_of(voice))
            if has_words(sentence)
        )
    if not any(isinstance(item, Utterance) for item in planned):
        raise NothingToSay
    return planned


def _speakers(lines: object, cast: Cast) -> dict[str, str]:
    """Read the voices of a dialogue from lines of ``NAME: voice``."""
    if not isinstance(lines, str | None) or len(lines or "") > _LONGEST_SPEAKERS:
        raise InvalidInput
    found: dict[str, str] = {}
    for line in filter(str.strip, clean(lines or "").split("\n")):
        name, colon, voice = line.partition(":")
        if not colon:
            raise UnknownChoice("line of voices", line, ["NAME: voice"])
        found[name.strip()] = cast.checked(voice.strip())
    return found


def read(
    planned: Plan,
    speed: float,
    engines: Mapping[str, SpeechEngine],
    rate: int,
    check: Callable[[], None],
) -> Iterator[SpokenSentence]:
    """Yield the plan, spoken, in order; a pause is a sentence without text.

    Args:
        planned: What to read.
        speed: 1 = the voices' own pace.
        engines: Loaded engines by key.
        rate: Samples per second of all that is yielded, in hertz.
        check: Called before each sentence; what it raises ends the work.
    """
    count = sum(isinstance(item, Utterance) for item in planned)
    start, index = 0.0, 0
    for item in planned:
        check()
        for part in _sounding(item, speed, engines, rate, check):
            yield replace(part, index=index, count=count, start_seconds=start)
            start += part.sound.seconds
        index += isinstance(item, Utterance)


def cues(spoken: Sequence[SpokenSentence]) -> list[captions.Cue]:
    """Return a caption for each sentence, over the time in which it can be heard."""
    return [
        captions.Cue(
            part.start_seconds,
            part.start_seconds + audible_seconds(part.sound),
            script.plain(part.text),
        )
        for part in spoken
        if part.text and audible_seconds(part.sound) > 0
    ]


def words(spoken: Sequence[SpokenSentence]) -> list[captions.Cue]:
    """Return a caption for each word, where the engines gave their times."""
    return [
        captions.Cue(
            part.start_seconds + word.start_seconds,
            part.start_seconds + word.end_seconds,
            word.text,
        )
        for part in spoken
        for word in part.words
    ]


def _sounding(
    item: Utterance | script.Pause,
    speed: float,
    engines: Mapping[str, SpeechEngine],
    rate: int,
    check: Callable[[], None],
) -> Iterator[SpokenSentence]:
    """Yield what becomes of one item of the plan, with the text as written, at ``rate``."""
    if isinstance(item, script.Pause):
        yield SpokenSentence(0, 1, "", 0.0, silence(item.seconds, rate))
        return
    wanted = SpeechRequest(item.spoken, item.voice, speed)
    for part in engines[item.engine].speak(wanted, check):
        text = item.text if part.count == 1 else part.text  # too long for one breath
        yield replace(part, text=text, sound=resample(part.sound, rate))
