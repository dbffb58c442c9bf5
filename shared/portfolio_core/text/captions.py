"""Captions of a sound, as SRT and as WebVTT.

What no player shows well is divided: at most two lines of 42 characters, or 20 of a script
with wide characters, stand on the screen at a time. Times come out in order, apart from each
other and never negative, whatever went in.

Source: https://www.w3.org/TR/webvtt1/ (cue text, cue timings, timestamp tags)
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

LINES = 2
WIDTH, WIDE_WIDTH = 42, 20
_LATEST_SECONDS = 359_999.0  # 99:59:59, the last that two digits of hours hold
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff]")


@dataclass(frozen=True)
class Cue:
    """Something said.

    Attributes:
        start_seconds: When it begins in the sound, in seconds.
        end_seconds: When it ends.
        text: What is said, without marks: a sentence, or one word of it.
    """

    start_seconds: float
    end_seconds: float
    text: str


@dataclass(frozen=True)
class _Shown:
    """What stands on the screen at a time: lines as slices of the text, times in ms."""

    start: int
    end: int
    text: str
    lines: Sequence[tuple[int, int]]
    stamps: dict[int, int] = field(default_factory=dict)  # place in the text -> ms


def srt(cues: Iterable[Cue], words: Iterable[Cue] = ()) -> str:
    """Return SRT captions; ``""`` for no cue.

    Args:
        cues: What is said, in any order; a cue without text is left out.
        words: The words with their times, in order; where a long cue is divided, they say when.
    """
    blocks = []
    for number, shown in enumerate(_shown(cues, words), start=1):
        # SRT knows no escape for the arrow that its times are written with.
        lines = (shown.text[a:b].replace("-->", "→") for a, b in shown.lines)
        times = f"{_clock(shown.start, ',')} --> {_clock(shown.end, ',')}"
        blocks.append("\n".join((str(number), times, *lines, "")))
    return "\n".join(blocks)


def vtt(cues: Iterable[Cue], words: Iterable[Cue] = (), *, whole: bool = False) -> str:
    """Return WebVTT captions, with a timestamp before each word whose time is known.

    Args:
        cues: What is said, in any order; a cue without text is left out.
        words: The words with their times, in order; their text is found in that of the cues.
        whole: Leave each cue as it is, however long: it is read out, not shown.
    """
    blocks = ["WEBVTT\n"]
    for number, shown in enumerate(_shown(cues, words, whole=whole), start=1):
        lines = (_stamped(shown, line) for line in shown.lines)
        times = f"{_clock(shown.start, '.')} --> {_clock(shown.end, '.')}"
        blocks.append("\n".join((str(number), times, *lines, "")))
    return "\n".join(blocks)


def fits(text: str) -> bool:
    """Return whether ``text`` can stand on the screen at a time."""
    return len(_filled(text, _width(text))) <= LINES


def _shown(cues: Iterable[Cue], words: Iterable[Cue], *, whole: bool = False) -> Iterator[_Shown]:
    """Yield what stands on the screen, in order, each part ending before the next begins."""
    free = 0
    for one in _wholes(cues, words):
        for part in (_undivided(one),) if whole else _divided(one):
            start = max(part.start, free)
            free = max(part.end, start + 1)
            yield replace(part, start=start, end=free)


def _wholes(cues: Iterable[Cue], words: Iterable[Cue]) -> Iterator[_Shown]:
    """Yield the cues that have a text, in order, each with the times of its words."""
    given = sorted(
        (_milliseconds(cue.start_seconds), _milliseconds(cue.end_seconds), text)
        for cue in cues
        if (text := _visible(cue.text))
    )
    spoken = sorted((_milliseconds(w.start_seconds), _visible(w.text)) for w in words)
    at = 0
    for index, (start, end, text) in enumerate(given):
        following = given[index + 1][0] if index + 1 < len(given) else end
        until = following if start < following < end else end
        stamps: dict[int, int] = {}
        cursor, latest = 0, start - 1
        while at < len(spoken) and spoken[at][0] < until:
            began, word = spoken[at]
            at += 1
            # Not far ahead: a word that was written otherwise is skipped, with its time only.
            place = text.find(word, cursor, cursor + len(word) + 2 * WIDTH) if word else -1
            if began > latest and place >= 0:
                stamps[place] = latest = began
                cursor = place + len(word)
        yield _Shown(start, until, text, _lines(text), stamps)


def _undivided(whole: _Shown) -> _Shown:
    end = max(whole.end, whole.start + 1)
    return replace(whole, end=end, lines=((0, len(whole.text)),))


def _divided(whole: _Shown) -> Iterator[_Shown]:
    """Yield what is said in parts of two lines, each with its share of the time."""
    parts = [whole.lines[at : at + LINES] for at in range(0, len(whole.lines), LINES)]
    bounds = [whole.start]
    for index, part in enumerate(parts[1:], start=1):
        place = part[0][0]
        share = whole.start + (whole.end - whole.start) * place // len(whole.text)
        # Every part keeps a millisecond, so that each ends after its start.
        low, high = bounds[-1] + 1, whole.end - (len(parts) - index)
        bounds.append(max(low, min(whole.stamps.get(place, share), high)))
    bounds.append(max(whole.end, bounds[-1] + 1))
    for part, (start, end) in zip(parts, pairwise(bounds), strict=True):
        yield _Shown(start, end, whole.text, part, whole.stamps)


def _lines(text: str) -> list[tuple[int, int]]:
    """Return the slices of ``text`` that are its lines, about equally long."""
    widest = _width(text)
    lines = _filled(text, widest)
    if len(lines) > 1:
        low, high = 1, widest
        while low < high:  # the narrowest that needs no line more
            middle = (low + high) // 2
            if len(_filled(text, middle)) <= len(lines):
                high = middle
            else:
                low = middle + 1
        lines = _filled(text, high)
    return lines


def _filled(text: str, width: int) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    for word in re.finditer(r"\S+", text):
        start, end = word.span()
        if lines and end - lines[-1][0] <= width:
            lines[-1] = (lines[-1][0], end)
            continue
        while end - start > width:  # an address, or a script without spaces
            lines.append((start, start + width))
            start += width
        lines.append((start, end))
    return lines


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    narrow = sum(not c.isspace() for c in text) - wide
    return WIDE_WIDTH if 2 * wide > narrow else WIDTH


def _visible(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def _milliseconds(seconds: float) -> int:
    if math.isnan(seconds):
        return 0
    return round(1000 * min(max(seconds, 0.0), _LATEST_SECONDS))


def _clock(milliseconds: int, mark: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{rest:03}"


def _stamped(shown: _Shown, line: tuple[int, int]) -> str:
    """Return a line's text, escaped, with the timestamps that stand within its cue."""
    start, end = line
    pieces: list[str] = []
    for place in sorted(place for place in shown.stamps if start <= place < end):
        if shown.start < shown.stamps[place] < shown.end:
            pieces += [_escaped(shown.text[start:place]), f"<{_clock(shown.stamps[place], '.')}>"]
            start = place
    return "".join([*pieces, _escaped(shown.text[start:end])])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
