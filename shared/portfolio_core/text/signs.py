"""Signs brought to one form, and addresses said aloud: the same in every language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Only what is spoken the same is brought together; letters and Hangul stay as they are.
_ONE_FORM = str.maketrans(
    {
        **dict(zip("０１２３４５６７８９", "0123456789", strict=True)),
        **dict.fromkeys("‘’‛＇ʼ", "'"),
        **dict.fromkeys("“”„‟＂", '"'),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("−‐‑", "-"),
        **dict.fromkeys("∼～〜", "~"),
        **dict.fromkeys("✕✖⨯", "×"),
        "…": "...",
        "′": "'",
        "″": '"',
        "％": "%",
        "℃": "°C",
        "℉": "°F",
        "㎏": "kg",
        "㎎": "mg",
        "㎞": "km",
        "㎝": "cm",
        "㎜": "mm",
        "㎡": "m²",
        "㎥": "m³",
        "㎖": "ml",
        "ℓ": "L",
        "µ": "μ",
        "￦": "₩",
        "￥": "¥",
        "＄": "$",
        "½": " 1/2",
        "⅓": " 1/3",
        "⅔": " 2/3",
        "¼": " 1/4",
        "¾": " 3/4",
        "⅕": " 1/5",
        "⅛": " 1/8",
        "⅜": " 3/8",
        "⅝": " 5/8",
        "⅞": " 7/8",
    }
)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U000e0020-\U000e007f]++ ?"
)
_TOP = "com|org|net|edu|gov|io|ai|dev|app|info|kr|jp|uk|us|de|fr|eu|tv|me|co|gg|xyz"
_LABEL = "[A-Za-z0-9_-]{1,63}"
# Bounded, and begun only where a word begins: no text makes the search slow.
_ADDRESS = re.compile(
    rf"(?<![A-Za-z0-9_.@/-])(?:"
    rf"(?P<mail>[A-Za-z0-9._+-]{{1,64}}@(?:{_LABEL}\.){{1,6}}[a-z]{{2,12}}(?![A-Za-z0-9]))"
    rf"|(?:https?://(?=[A-Za-z0-9])|(?=www\.)|(?=(?:{_LABEL}\.){{1,6}}(?:{_TOP})(?![A-Za-z0-9-]"
    rf"|\.[A-Za-z0-9])))(?P<web>[A-Za-z0-9][^\s<>\"'\[\]가-힣]{{0,300}})"
    rf")"
)
_SAID_APART = re.compile(r"[A-Za-z]{1,80}|[0-9]{1,80}|[^A-Za-z0-9]")


@dataclass(frozen=True)
class AddressNames:
    """How a language says the parts of an address.

    Attributes:
        signs: A name for every sign; a sign without one is a break.
        words: Parts that are said otherwise than they are written.
        letter: A name for each small letter, for parts that are spelled.
        joint: What stands between letters that are spelled.
        numbers: Names of the ten digits.
    """

    signs: Mapping[str, str]
    words: Mapping[str, str]
    letter: Mapping[str, str]
    joint: str
    numbers: Sequence[str]


def one_form(text: str, *, emoji: bool) -> str:
    """Return ``text`` with each sign in one form, e.g. straight quotes; maybe without emoji."""
    text = text.translate(_ONE_FORM)
    return text if emoji else _EMOJI.sub(" ", text)


def addresses_said(text: str, names: AddressNames) -> str:
    """Return ``text`` with addresses on the web and of mail as they are said.

    ``https://`` is not said. What ends the sentence behind an address is no part of it.
    """

    def said(found: re.Match[str]) -> str:
        address = found["mail"] or found["web"]
        kept = address.rstrip(".,;:!?)/*~")
        if not any(c in ".@/" for c in kept):
            return found[0]
        return " ".join(_said(kept, names)) + address[len(kept) :].lstrip("/")

    return _ADDRESS.sub(said, text)


def _said(address: str, names: AddressNames) -> list[str]:
    host = re.split("[/?#]", address, maxsplit=1)[0]
    words: list[str] = []
    for found in _SAID_APART.finditer(address):
        part = found[0]
        spelled = (
            part == "www"
            or (
                len(part) == 2  # noqa: PLR2004
                and address[: found.start()].endswith(".")
                and found.end() <= len(host)
                and part not in {"me", "to", "is", "it"}
            )
        )
        if part in names.words:
            words.append(names.words[part])
        elif spelled and part.islower():
            words.append(names.joint.join(names.letter[c] for c in part))
        elif part.isascii() and part.isdigit():
            words += [names.numbers[int(digit)] for digit in part]
        elif part.isalpha():
            words.append(part)
        else:
            words.append(names.signs.get(part, ""))
    return [word for word in words if word]
