"""Numbers in Korean words: the Chinese row (일, 이, 삼) and the native one (하나, 둘, 셋)."""

DIGITS = "영일이삼사오육칠팔구"
_TELEPHONE = "공" + DIGITS[1:]
_PLACES = ("", "십", "백", "천")
_GROUPS = ("", "만", "억", "조", "경")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
LONGEST_NUMBER = 20
"""Digits of the longest number that has a name here; a longer one is read digit by digit."""
_HUNDRED, _TEENS = 100, 20


def sino(number: str) -> str:
    """Return digits in the Chinese row: ``"12345"`` -> ``"만 이천삼백사십오"``.

    A point and the digits behind it are read too; leading zeros are read one by one.
    """
    whole, point, decimals = number.replace(",", "").partition(".")
    if len(whole) > LONGEST_NUMBER or (whole[:1] == "0" and len(whole) > 1):
        said = digits(whole)
    else:
        said = _named(int(whole or "0"))
    return f"{said} 점 {''.join(DIGITS[int(digit)] for digit in decimals)}" if point else said


def native(number: str) -> str:
    """Return digits in the native row, as before a counter: ``"21"`` -> ``"스물한"``."""
    value = int(number.replace(",", ""))
    if value == _TEENS:
        return "스무"
    hundreds, rest = divmod(value, _HUNDRED)
    # From a hundred on, only a small rest is still counted in the native row: 백세 개.
    if (hundreds and rest >= _TEENS) or not rest or hundreds >= _HUNDRED:
        return sino(number)
    head = _named(hundreds * _HUNDRED) if hundreds else ""
    return head + _TENS[rest // 10] + _ONES[rest % 10]


def digits(number: str) -> str:
    """Return digits one by one, as in a telephone number: ``"010"`` -> ``"공일공"``."""
    return "".join(_TELEPHONE[int(digit)] for digit in number)


def _named(number: int) -> str:
    if number == 0:
        return DIGITS[0]
    parts: list[str] = []
    for group in _GROUPS:
        number, low = divmod(number, 10_000)
        if low:
            # 만, never 일만; but 일억.
            parts.append("만" if low == 1 and group == "만" and not number else _four(low) + group)
        if not number:
            break
    return " ".join(reversed(parts))


def _four(number: int) -> str:
    """Return a number below 10,000: one ten is 십, never 일십."""
    said = ""
    for place, digit in zip(reversed(_PLACES), f"{number:04}", strict=True):
        if digit != "0":
            said += (DIGITS[int(digit)] if digit != "1" or not place else "") + place
    return said
