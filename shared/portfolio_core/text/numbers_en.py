"""Numbers in American English words.

Digits come in as text, because leading zeros and the zeros of a decimal are spoken.
"""


def _words(text: str) -> list[str]:
    return text.split()


_ONES = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
DIGITS = _ONES[:10]
_TENS = ["", "", *_words("twenty thirty forty fifty sixty seventy eighty ninety")]
_GROUPS = ["", *_words("thousand million billion trillion quadrillion")]
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
LONGEST_NUMBER = 18
"""Digits of the longest number that has a name here; a longer one is read digit by digit."""


def cardinal(number: str) -> str:
    """Return digits as a number: ``"1234"`` -> ``"one thousand two hundred thirty-four"``.

    A long number, and one with leading zeros, is read digit by digit. A point is read too.
    """
    whole, point, decimals = number.replace(",", "").partition(".")
    if whole and (len(whole) > LONGEST_NUMBER or (whole[0] == "0" and len(whole) > 1)):
        words = digits(whole)
    else:
        words = _named(int(whole)) if whole else ""
    return f"{words} point {digits(decimals)}".strip() if point else words


def ordinal(number: str) -> str:
    """Return digits as a place: ``"21"`` -> ``"twenty-first"``."""
    words = cardinal(number)
    at = 1 + max(words.rfind(" "), words.rfind("-"))
    return words[:at] + _place(words[at:])


def plural_ordinal(number: str, count: str) -> str:
    """Return the name of a part: of 4, 3 are ``"quarters"`` and 1 is a ``"quarter"``."""
    name = {"2": "half", "4": "quarter"}.get(number) or ordinal(number)
    if count == "1":
        return name
    return "halves" if name == "half" else f"{name}s"


def year(number: str) -> str:
    """Return four digits as a year: ``"1905"`` -> ``"nineteen oh five"``."""
    century, rest = int(number[:2]), int(number[2:])
    if century % 10 == 0:  # 2000 to 2009, and what is no year that people speak of
        if not rest or rest < 10:  # noqa: PLR2004
            return cardinal(number)
    elif rest == 0:
        return f"{_named(century)} hundred"
    return f"{_named(century)} {'oh ' if rest < 10 else ''}{_named(rest)}"  # noqa: PLR2004


def digits(number: str) -> str:
    """Return digits one by one: ``"105"`` -> ``"one zero five"``."""
    return " ".join(_ONES[int(digit)] for digit in number)


def plural(word: str) -> str:
    """Return the plural of a number's word: ``"twenty"`` -> ``"twenties"``."""
    if word.endswith("y"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith("x") else f"{word}s"


def counted(number: str, one: str, many: str) -> str:
    """Return a number with what it counts: ``"one gram"``, ``"two grams"``."""
    return f"{cardinal(number)} {one if number == '1' else many}"


def _place(word: str) -> str:
    if word in _ORDINALS:
        return _ORDINALS[word]
    return f"{word[:-1]}ieth" if word.endswith("y") else f"{word}th"


def _named(number: int) -> str:
    if number == 0:
        return _ONES[0]
    parts: list[str] = []
    for group in _GROUPS:
        number, low = divmod(number, 1000)
        if low:
            parts.append(f"{_below_thousand(low)} {group}".strip())
        if not number:
            break
    return " ".join(reversed(parts))


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest < len(_ONES):
        words += [_ONES[rest]] if rest else []
    else:
        tens, ones = divmod(rest, 10)
        words.append(f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens])
    return " ".join(words)
