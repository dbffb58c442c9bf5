"""Subtitles for who cannot hear: what is said, divided so that it can be read in its time.

Each stands from 1 to 7 seconds, in at most two lines of 42 characters, over none other, and
begins and ends with the sound. Among all ways to divide the words the cheapest is taken: one
that ends where a sentence or a breath does, leaves time to read, and has few parts.

Source of the figures: https://partnerhelp.netflixstudios.com/hc/en-us/articles/217350977
(English Timed Text Style Guide: characters per line, lines, characters per second, durations)
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace

from portfolio_core.text import captions
from portfolio_core.text.captions import Cue
from portfolio_core.text.timeline import Timeline, spoken_words

SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 7.0
NEAR_SECONDS = 0.3
"""How far a subtitle may stand from the sound where it has to be made longer."""

_READ_PER_SECOND = 20  # characters that a reader keeps up with
_PAUSE_SECONDS = 0.4  # a breath
_LONG_PAUSE_SECONDS = 1.5  # what comes after it was not said when it would be shown
_MOST_WORDS = 60  # of one subtitle: two lines of 42 hold fewer
_SENTENCE_ENDS = tuple(".!?…。\uff1f\uff01")  # wide ones, too
_CLAUSE_ENDS = tuple(",;:，、")
_NEVER = Cue(float("inf"), float("inf"), "")

# What each blemish costs, beside the 3 of a subtitle itself.
_OWN, _SHORT, _HASTE, _INSIDE_PAUSE, _INSIDE_END = 3.0, 200.0, 1.0, 4.0, 4.0
_CUT_AT_CLAUSE, _CUT_IN_CLAUSE = 2.0, 6.0


def of(timeline: Timeline) -> list[Cue]:
    """Return the subtitles of a timeline, in order: speech, and marks for what has no words."""
    words = [
        Cue(word.start_seconds, word.end_seconds, word.text)
        for entry in timeline.of("speech")
        if not entry.guessed
        for word in spoken_words(entry)
    ]
    marks = [
        Cue(entry.start_seconds, entry.end_seconds, timeline.said(entry))
        for entry in timeline.of("music", "noise", "speech")
        if entry.kind != "speech" or entry.guessed
    ]
    return _with_marks(divided(words), marks)


def divided(words: Sequence[Cue]) -> list[Cue]:
    """Return ``words`` as subtitles.

    Args:
        words: What is said, word by word, with its times, in any order.
    """
    words = _apart(words)
    # best[n]: what the first n words cost, and where the last subtitle of them begins
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        best.append(
            min(
                (best[start][0] + _cost(words, start, end), start)
                for start in range(_earliest(words, end), end)
            )
        )
    cues: list[Cue] = []
    end = len(words)
    while end:
        start = best[end][1]
        cues.append(_joined(words[start:end]))
        end = start
    return _shown(cues[::-1])


def _apart(words: Sequence[Cue]) -> list[Cue]:
    """Return the words that have a text in order, each ending before the next begins."""
    given = sorted((word for word in words if word.text.strip()), key=lambda w: w.start_seconds)
    nexts = [*(word.start_seconds for word in given), float("inf")][1:]
    return [
        replace(word, end_seconds=max(word.start_seconds, min(word.end_seconds, following)))
        for word, following in zip(given, nexts, strict=True)
    ]


def _earliest(words: Sequence[Cue], end: int) -> int:
    """Return the first word with which a subtitle may begin that ends before ``end``."""
    start = end - 1
    text = words[start].text
    while start > max(0, end - _MOST_WORDS):
        before = words[start - 1]
        text = f"{before.text} {text}"
        pause = words[start].start_seconds - before.end_seconds
        lasts = words[end - 1].end_seconds - before.start_seconds
        if pause > _LONG_PAUSE_SECONDS or lasts > LONGEST_SECONDS or not captions.fits(text):
            break
        start -= 1
    return start


def _cost(words: Sequence[Cue], start: int, end: int) -> float:
    """Return how bad the words from ``start`` to ``end`` are as one subtitle."""
    part = words[start:end]
    following = words[end].start_seconds if end < len(words) else float("inf")
    lasts = part[-1].end_seconds - part[0].start_seconds
    shown = min(max(lasts, SHORTEST_SECONDS), following - part[0].start_seconds)
    length = sum(len(word.text) + 1 for word in part)
    cost = _OWN + _HASTE * max(0.0, length / max(shown, 0.1) - _READ_PER_SECOND)
    if shown < SHORTEST_SECONDS:
        cost += _SHORT * (1 + SHORTEST_SECONDS - shown)
    for one, other in itertools.pairwise(part):
        pause = other.start_seconds - one.end_seconds
        cost += _INSIDE_PAUSE * pause if pause > _PAUSE_SECONDS else 0.0
        cost += _INSIDE_END if one.text.endswith(_SENTENCE_ENDS) else 0.0
    last, breath = part[-1], following - part[-1].end_seconds > _PAUSE_SECONDS
    if not breath and not last.text.endswith(_SENTENCE_ENDS):
        cost += _CUT_AT_CLAUSE if last.text.endswith(_CLAUSE_ENDS) else _CUT_IN_CLAUSE
    return cost


def _joined(words: Sequence[Cue]) -> Cue:
    start = words[0].start_seconds
    end = min(words[-1].end_seconds, start + LONGEST_SECONDS)
    return Cue(start, end, " ".join(word.text for word in words))


def _shown(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues, those that are too short made longer where there is room.

    First both ends move by what still seems to be one with the sound; then the end moves on.
    """
    shown: list[Cue] = []
    for number, cue in enumerate(cues):
        free = shown[-1].end_seconds if shown else 0.0
        until = cues[number + 1].start_seconds if number + 1 < len(cues) else float("inf")
        missing = max(0.0, SHORTEST_SECONDS - (cue.end_seconds - cue.start_seconds))
        late = min(missing, NEAR_SECONDS, until - cue.end_seconds)
        early = max(0.0, min(missing - late, NEAR_SECONDS, cue.start_seconds - free))
        late = min(missing - early, until - cue.end_seconds)
        shown.append(
            replace(
                cue, start_seconds=cue.start_seconds - early, end_seconds=cue.end_seconds + late
            )
        )
    return shown


def _with_marks(cues: Sequence[Cue], marks: Sequence[Cue]) -> list[Cue]:
    """Return the cues, and each mark in the first place beside them that it can be read in."""
    whole = list(cues)
    for mark in marks:
        start = mark.start_seconds
        for said in [one for one in cues if one.end_seconds > start] + [_NEVER]:
            end = min(mark.end_seconds, said.start_seconds, start + LONGEST_SECONDS)
            if end - start >= SHORTEST_SECONDS:
                whole.append(Cue(start, end, mark.text))
                break
            start = said.end_seconds
    return sorted(whole, key=lambda one: one.start_seconds)
