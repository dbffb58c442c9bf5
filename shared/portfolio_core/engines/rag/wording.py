"""What a text speaks of, as far as its words tell: content words, numbers, names, denials.

English words are compared by stem. A Korean word carries its particles and endings with it, so
those of the one side are taken off, and the other side is searched for words that begin with
what is left: ``소유자가`` is found in ``소유자는``.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from portfolio_core.text.clean import language_of
from portfolio_core.text.sentences import sentences

_LATIN = "A-Za-z\u00c0-\u024f"
_WORD = re.compile(rf"[{_LATIN}][{_LATIN}\d_'’<>+#-]*|[가-힣]+|\d[\d.,]*\d|\d")
_HANGUL = re.compile(r"[가-힣]")
_NAME = re.compile(
    r"(?:[A-Z][\w'’.-]*\w|[A-Z]+\d*)"
    r"(?:\s+(?:(?:of|the|de|van|von|al|der)\s+)*(?:[A-Z][\w'’.-]*\w|[A-Z]+|\d+))*"
)
_EMPTY = frozenset(
    "a an the of in on at by for with from to into onto over under about as is are was were be "  # noqa: SIM905
    "been being am do does did done has have had having will would can could may might must "
    "shall should and or but if then than that this these those there here it its he she they "
    "them his her their we you i me my your our us who whom whose what which when where why how "
    "many much also just only very more most some any each all both such so not no nor never "
    "none neither without cannot don't doesn't didn't isn't aren't wasn't weren't won't can't "
    "그 이 저 것 수 등 및 또 더 때 중 무엇 무엇을 무엇인가 어떤 어느 누구 누가 언제 어디 어디서 왜 "
    "어떻게 얼마 얼마나 몇 하나 하나요 되나요 있나요 인가요 무엇인가요 무엇이라고 하는 있는 되는 "
    "대한 대해 위해 통해 있다 없다 하다 이다 된다 한다 합니다 입니다 있습니다 됩니다".split()
)
_NUMBER_WORDS = {
    word: str(n)
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
    )
}
_ENDINGS = re.compile(
    r"(?:이라고는|이라고|라고는|라고|이라는|라는|에서는|에서도|에서의|에게서|으로는|으로서|으로써|으로|에서|에게|"
    r"에는|에도|까지|부터|보다|처럼|만큼|이나|이란|하고|이며|이고|은|는|이|가|을|를|의|에|로|와|과|도|만|나|란|며|고|"
    r"인가요|인가|가요|까요|입니까|입니다|이다|이에요|예요|하나요|합니까|합니다|한다|했나요|했습니까|했습니다|했다|하는|하며|하여|해서|하게|"
    r"되나요|됩니까|됩니다|된다|되었나요|되었습니다|되었다|되는|되어|나요|습니까|습니다|었다|았다|는가|은가|던|된|한|할|될|해|됨|함|"
    r"들은|들이|들을|들의|들)\Z"
)
_DENIALS = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot)\b|n['’]t\b"
    r"|않|없|못\s?하|못했|아니|(?<![가-힣])(?:안|못)(?=\s)",
    re.IGNORECASE,
)
# What Markdown puts before a line: a quotation's sign is dropped, an item begins anew.
_QUOTED = re.compile(r"^\s*>\s?", re.MULTILINE)
_ALONE = ("#", "|", "```")  # lines that do not go on in the next one
_ROOM = 0.75  # a line that was wrapped is filled so far at least, next word included
_BULLET = re.compile(r"\s*(?:[#|*+-]|\d+[.)]\s|```)")


class Wording:
    """The words of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found = [word.strip(".,'’-") for word in _WORD.findall(text)]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Its content words, each once, in order: English stems, Korean words without endings."""
        words = (word.casefold() for word in self._found)
        keys = (_key(word) for word in words if word not in _EMPTY)
        return tuple(dict.fromkeys(key for key in keys if key and key not in _EMPTY))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Its numbers, in digits without separators of thousands."""
        words = (_NUMBER_WORDS.get(w.casefold(), w) for w in self._found)
        return frozenset(w.replace(",", "") for w in words if w[:1].isdigit())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What is written with a capital, but not because a sentence begins."""
        found = (m for m in _NAME.finditer(self.text) if not _begins(self.text, m))
        return tuple(dict.fromkeys(filter(None, map(_without_article, found))))

    @property
    def denies(self) -> bool:
        """Whether it says that something is not so."""
        return _DENIALS.search(self.text) is not None

    def has(self, key: str) -> bool:
        """Return whether it speaks of ``key``, one of another text's :attr:`keys`."""
        if not _HANGUL.match(key):
            return key in self._stems
        begins = key[:3]  # of a longer word the rest is most often an ending
        return any(word.startswith(begins) for word in self._korean) or (
            len(key) > 1 and key in self._korean_text
        )

    def mentions(self, name: str) -> bool:
        """Return whether a name stands in it, or each of its words."""
        return name.casefold() in self.text.casefold() or all(
            self.has(key) for key in Wording(name).keys
        )

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(_key(w.casefold()) for w in self._found if not _HANGUL.match(w))

    @cached_property
    def _korean(self) -> tuple[str, ...]:
        return tuple(w for w in self._found if _HANGUL.match(w))

    @cached_property
    def _korean_text(self) -> str:
        return " ".join(self._korean)


def share(keys: Sequence[str], text: Wording) -> float:
    """Return the share of ``keys`` that ``text`` speaks of, 0 to 1; 0 where there are none."""
    return sum(map(text.has, keys)) / len(keys) if keys else 0.0


def split(text: str) -> tuple[str, ...]:
    """Return the sentences of a passage; lines that were only wrapped are joined first."""
    lines = _QUOTED.sub("", text).split("\n")
    longest = max(map(len, lines))
    joined: list[str] = []
    for before, line in pairwise(["", *lines]):
        begins = not joined or not before.strip() or not line.strip()
        if (
            begins
            or _BULLET.match(line)
            or before.startswith(_ALONE)
            or _ended(before, line, longest)
        ):
            joined.append(line)
        else:
            joined[-1] += " " + line.strip()
    whole = "\n".join(joined)
    return tuple(sentences(whole, language_of(whole), longest=len(whole) + 1))


def _ended(line: str, following: str, longest: int) -> bool:
    """Return whether a line was left short though the next word had room: it is a heading."""
    needed = len(line) + 1 + len(following.split(maxsplit=1)[0])
    return needed < _ROOM * longest


def stem(word: str) -> str:
    """Bring the forms of an English word together, in small letters; a Korean one stays."""
    return word if _HANGUL.match(word) else _key(word)


def is_empty(word: str) -> bool:
    """Return whether a word, in small letters, says nothing of what a text is about."""
    return word in _EMPTY


def _key(word: str) -> str:
    if _HANGUL.match(word):
        return _without_ending(word)
    if word[:1].isdigit():
        return word.replace(",", "")
    return _NUMBER_WORDS.get(word) or _stem(re.sub(r"['’]s?\Z", "", word))


def _without_ending(word: str) -> str:
    """Take off a particle or an ending; one that stands alone, behind code, leaves nothing."""
    return _ENDINGS.sub("", word)


def _stem(word: str) -> str:
    """Bring the forms of an English word together; what is left need not be a word."""
    for ending, instead in (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004
            word = word.removesuffix(ending) + instead
            break
    else:
        word = word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word  # noqa: PLR2004
    word = re.sub(r"([bdfgmnprt])\1\Z", r"\1", word)
    return word.removesuffix("e") if len(word) > 3 else word  # noqa: PLR2004


def _without_article(found: re.Match[str]) -> str:
    """Return a name without the small word that began the sentence: ``In Hinduism``."""
    first, _, rest = found[0].partition(" ")
    return rest if first.casefold() in _EMPTY else found[0]


def _begins(text: str, found: re.Match[str]) -> bool:
    """Return whether a sentence begins here and only that explains the capital."""
    before = text[: found.start()].rstrip(" \"'“‘(")
    one = not re.search(r"\s", found[0]) and not found[0].isupper()
    return one and (not before or before[-1] in ".!?:\n")
