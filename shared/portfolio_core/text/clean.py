"""Text of strangers made safe to work on: one form of each character, nothing invisible."""

import re
import unicodedata

# Invisible characters that steer layout but have no sound and no meaning here: zero-width
# space, direction marks and overrides, byte-order mark. The joiners U+200C and U+200D stay:
# Hindi and family emoji need them.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u00ad]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Longer runs of combining marks than any language writes only cost time (normalising is
# quadratic in their length).
_MARKS = re.compile("([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})[\u0300-\u20ff]+")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


def clean(text: str) -> str:
    """Return ``text`` in Unicode form NFC, with plain line ends, nothing invisible, trimmed."""
    text = text.encode("utf-8", "ignore").decode("utf-8")  # lone surrogates
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = _MARKS.sub(r"\1", _CONTROL.sub(" ", _INVISIBLE.sub("", text)))
    return unicodedata.normalize("NFC", text).strip()


def has_words(text: str) -> bool:
    """Return whether ``text`` has a letter, a digit or a symbol with a name, as emoji have."""
    return any(unicodedata.category(c)[0] in "LN" or unicodedata.category(c) == "So" for c in text)


def language_of(text: str) -> str:
    """Return ``"ko"`` when Hangul outweighs Latin letters in ``text``, else ``"en"``.

    A syllable of Hangul counts for four Latin letters: a Korean sentence carries many English
    names, and its numbers are Korean all the same.
    """
    hangul = len(_HANGUL.findall(text))
    latin = sum(c.isascii() and c.isalpha() for c in text)
    return "ko" if 4 * hangul > latin else "en"
