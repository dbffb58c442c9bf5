"""One line from two readers: Hangul from Tesseract, Latin words from where PP-OCR agrees.

Tesseract's Korean data reads Hangul best and Latin words as junk; with the English data added
it reads Latin words, and now and then takes Hangul for one. PP-OCR knows no Hangul, but what
it reads as Latin is Latin. So a Latin word counts where both see it in the same place.
"""

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from portfolio_core.engines.ocr.letters import (
    Letter,
    Letters,
    is_hangul,
    is_latin,
    score_of,
    words_of,
)

_CREDIBLE = 0.6
"""Score from which a letter of the first reader is a witness."""
_NEAR = 2.0
"""Its place counts to within so many letter widths."""
_FEWEST = 2
"""A word is borne out by so many Latin letters in a row."""
_BETTER = 0.1
"""A word that only Tesseract sees must be so much surer than the signs in its place."""


def has_latin(first: Letters) -> bool:
    """Whether PP-OCR sees enough Latin letters on a line for a word."""
    return sum(is_latin(x.text) and x.score >= _CREDIBLE for x in first) >= _FEWEST


def fuse(korean: Letters, both: Letters, first: Letters) -> Letters:
    """Return ``korean`` with the Latin words of ``both`` that ``first`` bears out.

    Args:
        korean: The line as read with the Korean data alone.
        both: The same with the Korean and the English data.
        first: The same by PP-OCR.
    """
    letters = korean
    for word in words_of(both):
        start, end = _borne_out(word, first)
        if end > start:
            letters = _put(letters, _widened(word, start, end, letters))
        elif _is_better(word, letters):
            letters = _put(letters, word)
    return letters


def _borne_out(word: Letters, first: Letters) -> tuple[int, int]:
    """Return from which to which of its letters PP-OCR sees a word; twice 0 if it does not."""
    reach = _NEAR * (word[-1].end - word[0].start) / len(word)
    there = [
        x
        for x in first
        if x.score >= _CREDIBLE and word[0].start - reach <= x.place <= word[-1].end + reach
    ]
    ours, theirs = ([x.text[0].casefold() for x in side] for side in (word, there))
    alike = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()[:-1]
    latin = [b for b in alike if any(map(is_latin, ours[b.a : b.a + b.size]))]
    if max((b.size for b in latin), default=0) < _FEWEST:
        return 0, 0
    return min(b.a for b in latin), max(b.a + b.size for b in latin)


def _widened(word: Letters, start: int, end: int, letters: Letters) -> Letters:
    """Return the part of a word, and its letters before and after up to the next Hangul."""
    inside = word[start:end]
    replaced = _within(letters, inside)
    hangul = [x for x in _within(letters, word) if is_hangul(x.text) and x not in replaced]
    while start > 0 and not _within(hangul, word[start - 1 : start]):
        start -= 1
    while end < len(word) and not _within(hangul, word[end : end + 1]):
        end += 1
    return word[start:end]


def _is_better(word: Letters, letters: Letters) -> bool:
    """Whether a Latin word stands where the Korean data alone gives poor signs, no Hangul."""
    there = _within(letters, word)
    latin = sum(is_latin(x.text) for x in word)
    return (
        latin >= max(_FEWEST, len(word) / 2)
        and not any(is_hangul(x.text) for x in there)
        and score_of(word) > score_of(there) + _BETTER
    )


def _put(letters: Letters, run: Letters) -> Letters:
    """Return ``letters`` with ``run`` in its place."""
    gone = _within(letters, run)
    before = [x for x in letters if x not in gone and x.place < run[0].place]
    after = [x for x in letters if x not in gone and x.place >= run[0].place]
    spaced = run[0].spaced or bool(gone and gone[0].spaced)
    return (*before, replace(run[0], spaced=spaced and bool(before)), *run[1:], *after)


def _within(letters: Sequence[Letter], run: Letters) -> list[Letter]:
    """Return the letters whose middle lies in the run, or in whose extent its middle lies."""
    start, end = run[0].start, run[-1].end
    middle = (start + end) / 2
    return [x for x in letters if start <= x.place <= end or x.start <= middle <= x.end]
