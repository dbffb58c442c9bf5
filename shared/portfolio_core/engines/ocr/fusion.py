"""One line from two readers: Hangul from Tesseract, Latin words from where PP-OCR agrees.

Tesseract's Korean data reads Hangul best and Latin words as junk; with the English data added
it reads Latin words, and now and then takes Hangul for one. PP-OCR knows no Hangul, but what
it reads as Latin is Latin. So a Latin word counts where both see it in the same place.
"""

from collections.abc import Sequence
from dataclasses import replace

from portfolio_core.engines.ocr.letters import (
    Letter,
    Letters,
    is_hangul,
    is_latin,
    score_of,
    words_of,
)

_NEAR = 0.8
"""Two readers mean the same letter when they are nearer than so many letter widths."""
_SEEN = 0.3
"""Share of a word's letters that both must see."""
_FEWEST = 2
"""And so many letters at least."""
_BETTER = 0.1
"""A word that only Tesseract sees must be so much surer than the signs in its place."""
_CREDIBLE = 0.6
"""Score from which a letter of the first reader is a witness."""


def has_latin(first: Sequence[Letter]) -> bool:
    """Whether PP-OCR sees enough Latin letters on a line for a word."""
    return sum(is_latin(x.text) and x.score >= _CREDIBLE for x in first) >= _FEWEST


def fuse(korean: Letters, both: Letters, first: Letters) -> Letters:
    """Return ``korean`` with the Latin words of ``both`` that ``first`` bears out.

    Args:
        korean: The line as read with the Korean data alone.
        both: The same with the Korean and the English data.
        first: The same by PP-OCR.
    """
    witnesses = [x for x in first if x.score >= _CREDIBLE]
    letters = list(korean)
    for word in words_of(both):
        seen = [x for x in word if _is_seen(x, witnesses)]
        if sum(is_latin(x.text) for x in seen) >= _FEWEST or _is_better(word, letters):
            letters = _replace(letters, word, seen)
    return tuple(letters)


def _is_better(word: Letters, letters: Sequence[Letter]) -> bool:
    """Whether a Latin word stands where the Korean data alone gives poor signs, no Hangul."""
    there = [x for x in letters if _overlap(x, word)]
    latin = sum(is_latin(x.text) for x in word)
    return (
        latin >= max(_FEWEST, len(word) / 2)
        and not any(is_hangul(x.text) for x in there)
        and score_of(word) > score_of(there) + _BETTER
    )


def _replace(letters: list[Letter], word: Letters, seen: Sequence[Letter]) -> list[Letter]:
    """Put the Latin part of ``word`` in its place; its rest, where Hangul stands, stays."""
    standing = [x for x in letters if is_hangul(x.text) and not _overlap(x, seen)]
    run = [x for x in word if x in seen or not _overlap(x, standing)]
    if seen and len(seen) < _SEEN * len(run):
        return letters
    start, end = run[0].start, run[-1].end
    gone = [x for x in letters if start <= x.place <= end and x not in standing]
    kept = [x for x in letters if x not in gone]
    spaced = run[0].spaced or bool(gone and gone[0].spaced)
    head = replace(run[0], spaced=spaced and any(x.place < run[0].place for x in kept))
    return sorted([*kept, head, *run[1:]], key=lambda x: x.place)


def _overlap(letter: Letter, others: Sequence[Letter]) -> bool:
    """Whether the middle of one lies in the other."""
    return any(
        x.start <= letter.place <= x.end or letter.start <= x.place <= letter.end for x in others
    )


def _is_seen(letter: Letter, witnesses: Sequence[Letter]) -> bool:
    reach = _NEAR * max(letter.end - letter.start, 0.005)
    return any(
        abs(w.place - letter.place) < reach and w.text.casefold() == letter.text.casefold()
        for w in witnesses
    )
