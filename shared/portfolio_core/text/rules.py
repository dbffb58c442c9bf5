"""A rule of reading: a pattern, and what is said for it."""

import re
from collections.abc import Callable, Iterable

Rule = Callable[[str], str]


def rule(pattern: str, said: Callable[[re.Match[str]], str]) -> Rule:
    """Return what replaces each match of ``pattern`` in a text by what is said for it."""
    compiled = re.compile(pattern)
    return lambda text: compiled.sub(said, text)


def any_of(words: Iterable[str]) -> str:
    """Return the pattern of any of ``words``, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
