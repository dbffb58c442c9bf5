"""English as a pirate captain of the stage speaks it."""

import re

# Whole words, the longer sayings first; the case of the first letter is kept.
_WORDS = {
    "thank you": "thank ye",
    "thanks": "thankee",
    "you are": "ye be",
    "you're": "ye be",
    "i am": "I be",
    "i'm": "I be",
    "it's": "it be",
    "it is": "it be",
    "that's": "that be",
    "there's": "there be",
    "what's": "what be",
    "hello": "ahoy",
    "hi": "ahoy",
    "hey": "ahoy",
    "yes": "aye",
    "you": "ye",
    "your": "yer",
    "yourself": "yerself",
    "is": "be",
    "are": "be",
    "am": "be",
    "my": "me",
    "of": "o'",
    "for": "fer",
    "and": "an'",
    "to": "t'",
    "friend": "matey",
    "friends": "mateys",
    "money": "doubloons",
    "food": "grub",
    "wonderful": "shipshape",
    "great": "grand",
}
_FIND = re.compile(rf"\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b", re.IGNORECASE)
_DOING = re.compile(r"\b([a-z]*[aeiouy][a-z]*)ing\b")
_NO_DOING = ("th", "someth", "noth", "anyth", "everyth", "dur", "morn", "even", "spr", "str")
_PLAIN = re.compile(r"[A-Za-z0-9].*[A-Za-z0-9.!?]$")
_ENDS = {".": ", matey.", "!": ", me hearty!", "?": ", matey?"}
_OPENINGS = ("ahoy", "aye")
_MARKS = re.compile(
    r"\b(?:arr|ahoy|aye|yo ho|mateys?|hearty|ye|yer|yerself|thankee|fer)\b|\b(?:o|t|an)'",
    re.IGNORECASE,
)
_ENOUGH = 2


def restyle(prompt: str, reply: str) -> str | None:
    """Return ``reply`` as a pirate says it; None for what is no plain sentence."""
    if "\n" in reply or not reply.isascii() or not _PLAIN.match(reply):
        return None
    said = _FIND.sub(_word, reply)
    said = _DOING.sub(lambda m: m[0] if m[1] in _NO_DOING else f"{m[1]}in'", said)
    body, end = (said[:-1], said[-1]) if said[-1] in _ENDS else (said, ".")
    said = body.rstrip() + _ENDS[end]
    if said.lower().startswith(_OPENINGS):
        return said
    first = said if re.match(r"I\b|[A-Z][A-Z]", said) else said[0].lower() + said[1:]
    return f"{_opening(prompt, reply)}, {first}"


def spoken(reply: str) -> bool:
    """Tell whether a reply has enough of a pirate's words."""
    return len({mark.lower() for mark in _MARKS.findall(reply)}) >= _ENOUGH


def _opening(prompt: str, reply: str) -> str:
    if prompt.rstrip().endswith("?"):
        return "Arr"
    return "Yo ho" if reply.endswith("!") else "Aye"


def _word(match: re.Match[str]) -> str:
    said = _WORDS[match[0].lower()]
    return said[0].upper() + said[1:] if match[0][0].isupper() else said
