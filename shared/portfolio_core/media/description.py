"""Audio description for who cannot see: scenes told aloud where nobody speaks.

A scene is told in the first gap between speech, from its beginning on, that holds all of its
sentences; where none does, as many of the first ones as fit, or as much of the first one up to a
comma; where not even that does, it is left out, and said so. What it begins with just as the one
before, up to a colon, is not said again; where that one was left out, it is said if there is room
for it. The sound is turned down under the voice. Who speaks is the caller's affair.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from portfolio_core.errors import NothingToDescribe
from portfolio_core.media.audio import Sound, audible_seconds, join, limited, resample, silence
from portfolio_core.text.clean import has_words
from portfolio_core.text.sentences import sentences
from portfolio_core.text.timeline import Entry, Timeline, spoken_words

Speak = Callable[[str], Sound]
"""Says one sentence."""

Outcome = Literal["spoken", "shortened", "no_room", "as_before"]

BREATH_SECONDS = 0.15
"""Silence that is left between the voice and speech, on both sides."""
OVERRUN_SECONDS = 1.5
"""How far the telling of a scene may go on into the next one."""

_GAP_SECONDS = 0.3  # what is shorter between two words is no gap
_RATES_HZ = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)  # that every format takes
_DUCKED = 0.25  # of its loudness: 12 dB less
_RAMP_SECONDS = 0.15
_FULL_SCALE = 32_767
_LEAD_END = ": "
_COMMA = re.compile(r"[,;]\s")
_VOICE_PEAK = 0.8

Span = tuple[float, float]


@dataclass(frozen=True)
class Told:
    """What became of one scene.

    Attributes:
        scene: The scene.
        outcome: ``"spoken"``, ``"shortened"``, ``"no_room"``, or ``"as_before"`` where the text
            is that of the last scene that was told.
        text: What is said; empty where nothing is.
        start_seconds: Where it begins in the whole.
        end_seconds: Where it ends.
    """

    scene: Entry
    outcome: Outcome
    text: str = ""
    start_seconds: float = 0.0
    end_seconds: float = 0.0


@dataclass(frozen=True)
class Description:
    """A sound with its scenes told in it.

    Attributes:
        sound: All of it.
        told: What became of each scene, in order.
    """

    sound: Sound
    told: tuple[Told, ...]


def describe(
    timeline: Timeline,
    sound: Sound | None,
    speak: Speak,
    check: Callable[[], None] = lambda: None,
) -> Description:
    """Tell the scenes of ``timeline`` aloud, mixed under ``sound``.

    Args:
        timeline: What is seen and said. Of a picture, which lasts no time, all is told.
        sound: The sound of it; none where it has none.
        speak: Says one sentence.
        check: Called before each sentence; what it raises ends the work.

    Raises:
        NothingToDescribe: no scene has words.
    """
    scenes = timeline.of("scene")
    if not any(has_words(scene.text) for scene in scenes):
        raise NothingToDescribe
    seconds = max(timeline.seconds, sound.seconds if sound else 0.0)
    base = _based(sound, seconds)
    busy = _busy(timeline)
    voices: list[tuple[float, Sound]] = []
    told: list[Told] = []
    free, heard, before = 0.0, "", ""

    def say(text: str) -> Sound:
        """Return ``text``, spoken, without the silence after it."""
        check()
        said = speak(text)
        heard = round(audible_seconds(said) * said.rate)
        return resample(Sound(said.samples[:heard], said.rate), base.rate)

    for scene in scenes:
        if scene.text == heard:
            told.append(Told(scene, "as_before"))
            continue
        until = min(scene.end_seconds + OVERRUN_SECONDS, seconds) if seconds else float("inf")
        gaps = list(_gaps(busy, max(scene.start_seconds, free), until))
        found, said = _placed(scene, _news(scene.text, heard), gaps, say)
        if said is None and heard != before:
            found, said = _placed(scene, _news(scene.text, before), gaps, say)
        before = scene.text
        told.append(found)
        if said is not None:
            heard = scene.text
            voices.append((found.start_seconds, said))
            free = found.end_seconds + BREATH_SECONDS
    return Description(_mixed(base, voices), tuple(told))


def _based(sound: Sound | None, seconds: float) -> Sound:
    """Return what the voice is mixed into, as long as the whole, at a rate of all formats."""
    base = sound or silence(0, _RATES_HZ[1])
    if base.rate not in _RATES_HZ:
        base = resample(base, _RATES_HZ[-1])
    missing = silence(max(0.0, seconds - base.seconds), base.rate)
    return join([base, missing], base.rate)


def _busy(timeline: Timeline) -> list[Span]:
    """Return where somebody speaks, in order, with a breath around it."""
    spans: list[Span] = []
    for entry in timeline.of("speech"):
        for word in spoken_words(entry) or (entry,):
            start = word.start_seconds - BREATH_SECONDS
            end = word.end_seconds + BREATH_SECONDS
            if spans and start - spans[-1][1] < _GAP_SECONDS:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
    return spans


def _gaps(busy: Sequence[Span], start: float, until: float) -> Iterator[Span]:
    """Yield what is free between ``start`` and ``until``, in order."""
    for begins, ends in busy:
        if begins > start:
            yield start, min(begins, until)
        start = max(start, ends)
        if start >= until:
            return
    yield start, until


def _news(text: str, before: str) -> str:
    """Return what ``text`` says that the scene before it did not begin with."""
    lead, colon, rest = text.partition(_LEAD_END)
    repeated = colon and rest and before.startswith(lead + colon)
    return rest[0].upper() + rest[1:] if repeated else text


def _placed(scene: Entry, text: str, gaps: Sequence[Span], say: Speak) -> tuple[Told, Sound | None]:
    """Return where as much of a scene's text as fits is told, and its sound."""
    said = [(sentence, say(sentence)) for sentence in filter(has_words, sentences(text))]
    for count in range(len(said), 0, -1):
        sound = _in_a_row([voice for _, voice in said[:count]])
        start = _room(gaps, sound.seconds)
        if start is not None:
            whole = " ".join(sentence for sentence, _ in said[:count])
            outcome: Outcome = "spoken" if count == len(said) else "shortened"
            return Told(scene, outcome, whole, start, start + sound.seconds), sound
    for part in _beginnings(said[0][0]) if said else ():
        if _room(gaps, said[0][1].seconds * len(part) / len(said[0][0])) is None:
            continue  # too long by far
        sound = say(part)
        start = _room(gaps, sound.seconds)
        if start is not None:
            return Told(scene, "shortened", part, start, start + sound.seconds), sound
    return Told(scene, "no_room"), None


def _room(gaps: Sequence[Span], seconds: float) -> float | None:
    """Return where the first gap begins that is so long."""
    return next((start for start, end in gaps if end - start >= seconds), None)


def _beginnings(sentence: str) -> Iterator[str]:
    """Yield the sentence up to each of its commas, the longest first; never a bare lead."""
    lead = sentence.find(_LEAD_END)
    for found in reversed(list(_COMMA.finditer(sentence))):
        if found.start() > lead:
            yield f"{sentence[: found.start()]}."


def _in_a_row(voices: Sequence[Sound]) -> Sound:
    rate = voices[0].rate
    breath = silence(BREATH_SECONDS, rate)
    return join([part for voice in voices for part in (breath, voice)][1:], rate)


def _mixed(base: Sound, voices: Sequence[tuple[float, Sound]]) -> Sound:
    """Return ``base``, turned down where there is a voice, and the voices over it."""
    last = max((round(start * base.rate) + len(v.samples) for start, v in voices), default=0)
    samples = np.zeros(max(len(base.samples), last), np.float32)
    samples[: len(base.samples)] = base.samples.astype(np.float32) / _FULL_SCALE
    ramp = round(_RAMP_SECONDS * base.rate)
    for start, voice in voices:
        at = round(start * base.rate)
        end = at + len(voice.samples)
        _duck(samples, at, end, ramp)
        spoken = voice.samples.astype(np.float32)
        samples[at:end] += spoken * (_VOICE_PEAK / max(1.0, float(np.abs(spoken).max(initial=0))))
    return limited(samples, base.rate)


def _duck(samples: np.ndarray, at: int, end: int, ramp: int) -> None:
    """Turn ``samples`` down from ``at`` to ``end``, in place, softly on both sides."""
    first = max(0, at - ramp)
    samples[first:at] *= np.linspace(1.0, _DUCKED, ramp, dtype=np.float32)[ramp - (at - first) :]
    samples[at:end] *= _DUCKED
    rest = samples[end : end + ramp]
    rest *= np.linspace(_DUCKED, 1.0, ramp, dtype=np.float32)[: len(rest)]
