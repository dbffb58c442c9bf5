"""A sentence of Korean as it is spoken.

Counting is in two rows of numbers: 세 개, but 삼 층. The counter decides, and for a few of
them (번, 장, 대, 분) what stands around it. All repetitions are bounded.
"""

import re
from decimal import Decimal

from portfolio_core.text.numbers_ko import DIGITS, LONGEST_NUMBER, digits, native, sino
from portfolio_core.text.rules import any_of, rule
from portfolio_core.text.signs import addresses_said
from portfolio_core.text.spoken_ko_tables import (
    ADDRESS,
    CURRENCIES,
    LETTERS,
    MONTHS,
    NATIVE,
    NUMBERED_AFTER,
    NUMBERED_BEFORE,
    SAID,
    SIGNS,
    SINO,
    UNITS,
    WORDS,
)

_FREE = r"(?<![0-9])(?<![0-9][.,:/])"
_N = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}(?!,?[0-9])|[0-9]{1,20})(?:\.[0-9]{1,20})?"
_SCALED = (
    rf"{_N}(?:[십백천만억조]{{1,3}}(?: ?{_N}[백천만억조]{{1,3}}){{0,4}}(?: ?{_N}(?=[^0-9]))?)?"
)
_MONTH, _DAY = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_UNIT, _MONEY = any_of(UNITS), r"US\$|[₩$€£¥₹]"
_COUNTER = any_of({*NATIVE, *SINO})
_NOON, _ONE_PLACE = 12, 2
_DECADES = frozenset(f"{ten}0" for ten in range(1, 10))


def _value(scaled: str) -> str:
    """Return a number that may be written with 만 and 억: ``3억 2천만`` -> ``삼억 이천만``."""

    def part(found: re.Match[str]) -> str:
        # 만, 천 and 백 stand alone for one of them; 일억 does not.
        one = found[1] == "1" and found[2][:1] in {"만", "천", "백", "십"}
        return ("" if one else sino(found[1])) + found[2]

    return re.sub(rf"({_N})([십백천만억조]{{0,3}})", part, scaled)


def _counted(number: str, counter: str, before: str = "", after: str = "") -> str:
    """Return a number with its counter, in the row that the counter asks for."""
    if counter in UNITS:
        return f"{_value(number)} {UNITS[counter]}"
    if re.fullmatch("[0-9,]{1,9}", number) and _is_native(number, counter, before, after):
        if counter == "번째" and number == "1":
            return "첫 번째"
        return f"{native(number)} {counter}"
    return f"{_value(number)} {counter}"


def _is_native(number: str, counter: str, before: str, after: str) -> bool:
    value = int(number.replace(",", ""))
    highest = NATIVE.get(counter)
    if highest is None or not value or number[0] == "0":
        return False
    if counter == "번":
        named = re.match(rf" ?(?:{NUMBERED_AFTER})", after)
        if named or re.search(rf"(?:{NUMBERED_BEFORE})(?:은|는|이|가)? ?\Z", before):
            return False
    if counter == "대" and number in _DECADES:
        return False  # 20대: people in their twenties
    if counter == "장" and re.match(r" ?[0-9]{1,3}절", after):
        return False
    return value <= highest or (counter not in {"시", "시간", "배", "건", "달"} and value > 99)  # noqa: PLR2004


def _count(found: re.Match[str]) -> str:
    if found["counter"] == "월":
        return MONTHS.get(found["number"].lstrip("0"), sino(found["number"]) + "월")
    before, after = found.string[: found.start()][-12:], found.string[found.end() :][:12]
    minus = _minus(found, found["counter"])
    return minus + _counted(found["number"], found["counter"], before, after)


def _minus(found: re.Match[str], unit: str) -> str:
    if not found["minus"]:
        return ""
    return "영하 " if unit in {"도", "°"} else "마이너스 "


def _from_to(found: re.Match[str]) -> str:
    first, last, counter = found["first"], found["last"], found["counter"]
    after = found.string[found.end() :][:12]
    if counter == "월":
        return f"{MONTHS.get(first, first)}에서 {MONTHS.get(last, last)}"
    low = found["own"] or counter
    if not found["own"] and re.search("[백천만억조]", last) and first.isdigit():
        return f"{sino(first)}에서 {_counted(last, counter)}"  # 일에서 이만 원
    return f"{_counted(first, low, '', after)}에서 {_counted(last, counter, '', after)}"


def _day(year: str, month: str, day: str) -> str:
    said = f"{MONTHS[month.lstrip('0')]} {sino(day.lstrip('0'))} 일"
    return f"{sino(year)} 년 {said}" if year else said


def _clock(found: re.Match[str]) -> str:
    hour, minute, second = str(int(found["hour"])), int(found["minute"]), found["second"]
    half = (found["first"] or found["last"] or "").lower()
    said = {"a": "오전 ", "p": "오후 "}.get(half[:1], "") + _counted(hour, "시")
    said += f" {sino(str(minute))} 분" if minute else ""
    return said + (f" {sino(str(int(second)))} 초" if second and int(second) else "")


def _telephone(found: re.Match[str]) -> str:
    plus = "플러스 " if found[0].startswith("+") else ""
    return plus + " ".join(digits(group) for group in re.findall("[0-9]+", found[0]))


def _money(found: re.Match[str]) -> str:
    minus = "마이너스 " if found["minus"] else ""
    number, sign = found["number"], found["sign"]
    whole, _, part = number.partition(".")
    if sign in {"$", "US$"} and len(part) == _ONE_PLACE and part.isdigit():
        cents = f" {sino(str(int(part)))} 센트" if int(part) else ""
        return f"{minus}{sino(whole)} 달러{cents}"
    return f"{minus}{_value(number)} {CURRENCIES[sign]}"


def _fraction(found: re.Match[str]) -> str:
    said = f"{sino(found[3])}분의 {sino(found[2])}"
    if not found[1]:
        return said
    whole = sino(found[1])
    return f"{whole}{'과' if _closed(whole) else '와'} {said}"


def _temperature(found: re.Match[str]) -> str:
    named = re.search(r"(?:영상|영하|섭씨) ?\Z", found.string[: found.start()][-4:])
    scale = "영하 " if found["minus"] else "" if named else "섭씨 "
    return f"{scale}{sino(found['number'])} 도"


def _equation(text: str) -> str:
    """Return ``text`` with ``=`` as the topic's particle: 일 더하기 일은 이."""
    return re.sub(
        r"((?<![가-힣])[영일이삼사오육칠팔구십백천만억조]{1,40}) ?= ?",
        lambda m: f"{m[1]}{'은' if _closed(m[1]) else '는'} ",
        text,
    )


def _closed(text: str) -> bool:
    """Return whether the last syllable ends in a consonant."""
    return bool(text) and "가" <= text[-1] <= "힣" and (ord(text[-1]) - ord("가")) % 28 > 0


def _letters(found: re.Match[str]) -> str:
    word = found[0]
    if word in SAID:
        return SAID[word]
    vowel = any(letter in "AEIOU" for letter in word[1:-1])
    # Four letters around a vowel are mostly a word, and so is what is longer.
    if word in WORDS or len(word) > 4 or (len(word) == 4 and vowel):  # noqa: PLR2004
        return word
    return "".join(LETTERS[letter] for letter in word)


def _left(found: re.Match[str]) -> str:
    minus = _minus(found, "")
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    said = minus + _value(found["number"])
    if before.isalpha():
        said = f" {said}"
    return f"{said} " if after.isascii() and after.isalpha() else said


_LONG = rule(
    rf"(?:(?<=[0-9])\.)?[0-9]{{{LONGEST_NUMBER + 1},}}+",
    lambda m: (" 점 " if m[0][0] == "." else "") + digits(m[0].strip(".")),
)
_TELEPHONES = (
    rule(
        r"(?<![\w.+-])(?:\+82[- ]?[0-9]{1,2}|0[0-9]{1,2})[-. )][0-9]{3,4}[-. ][0-9]{4}(?![0-9-])",
        _telephone,
    ),
    rule(r"(?<![\w.,+-])1[5-9][0-9]{2}-[0-9]{4}(?![0-9-])", _telephone),
    rule(r"(?<![0-9.,])(?:11[0-9]|911)(?=에 |로 | ?신고| ?구급)", _telephone),
)
_DATES = (
    rule(
        rf"{_FREE}([12][0-9]{{3}})(?:-|/|\. ?)({_MONTH})(?:-|/|\. ?)({_DAY})(?![0-9]|[-/][0-9])\.?",
        lambda m: _day(m[1], m[2], m[3]),
    ),
    rule(
        r"(?<![0-9.])([0-9])[.·]([0-9]{1,2}) ?(?=절|운동|민주화|전쟁|혁명|사태|광복)",
        lambda m: (
            f"{''.join(DIGITS[int(d)] for d in m[1] + m[2])}"
            + ("" if m.string[m.end() : m.end() + 1] == "절" else " ")
        ),
    ),
    rule(
        r"(?<![0-9])([1-4])[/·]4 ?분기",
        lambda m: f"{sino(m[1])}사분기",
    ),
    rule(
        rf"{_FREE}([0-9]{{1,3}})박 ?([0-9]{{1,3}})일",
        lambda m: f"{sino(m[1])}박 {sino(m[2])}일",
    ),
)
_LARGE = {"million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALES = rule(  # $5 billion: 오십억 달러
    rf"(?<=[$€£]){_FREE}([0-9]{{1,5}}(?:\.[0-9]{{1,4}})?) (million|billion|trillion)\b",
    lambda m: str(int(Decimal(m[1]) * _LARGE[m[2]])),
)
_CLOCKS = (
    rule(
        r"([0-9]:[0-5][0-9]) ?[~–-] ?(?=[0-9]{1,2}:[0-5][0-9])",
        lambda m: f"{m[1]}에서 ",
    ),
    rule(
        r"(?<![0-9:.,])(?:\b(?P<first>[AaPp])\.?[Mm]\.? ?)?(?P<hour>[01]?[0-9]|2[0-4])"
        r":(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9]))?(?![0-9:])"
        r"(?: ?(?P<last>[AaPp])\.?[Mm]\b)?",
        _clock,
    ),
    rule(
        rf"{_FREE}([0-9]{{1,4}}) ?: ?([0-9]{{1,4}})(?![0-9:])",
        lambda m: f"{sino(m[1])} 대 {sino(m[2])}",
    ),
)
_COUNTS = (
    rule(
        rf"(?P<minus>(?<![\w)])-)?(?P<sign>{_MONEY}) ?(?P<number>{_SCALED})(?: ?(?:원|달러))?",
        _money,
    ),
    rule(
        rf"{_FREE}(?P<minus>)(?P<number>{_SCALED}) ?(?P<sign>USD|EUR|JPY|KRW|[€₩])(?![A-Za-z])",
        _money,
    ),
    rule(
        r"(?<![0-9/.,])(?:([0-9]{1,3}) )?([0-9]{1,4})/([0-9]{1,4})(?![0-9/]|[.,][0-9])", _fraction
    ),
    rule(
        rf"제 ?(?P<number>[0-9]{{1,6}}) ?(?P<counter>{_COUNTER})?",
        lambda m: f"제{sino(m['number'])}" + (f" {m['counter']}" if m["counter"] else ""),
    ),
    rule(rf"{_FREE}([0-9]{{1,6}})분의 ?([0-9]{{1,6}})", lambda m: f"{sino(m[1])}분의 {sino(m[2])}"),
    rule(rf"{_FREE}([0-9]{{1,4}}) ?대 ?([0-9]{{1,4}})", lambda m: f"{sino(m[1])} 대 {sino(m[2])}"),
    rule(  # 123-45번지
        r"(?<![0-9-])([0-9]{1,5})-([0-9]{1,5}) ?(?=번지|번길|호(?!선))",
        lambda m: f"{sino(m[1])} 다시 {sino(m[2])} ",
    ),
    rule(
        rf"{_FREE}(?P<first>{_SCALED})(?: ?(?P<own>{_COUNTER}|월|{_UNIT}))?"
        rf" ?[~–-] ?(?P<last>{_SCALED}) ?(?P<counter>{_COUNTER}|월|%p|{_UNIT})(?![A-Za-z²³])",
        _from_to,
    ),
    rule(
        rf"{_FREE}(?P<number>{_N}) ?km/h(?![A-Za-z])",
        lambda m: f"시속 {sino(m['number'])} 킬로미터",
    ),
    rule(
        rf"(?P<minus>(?<![\w)])-)?{_FREE}(?P<number>{_N}) ?°C(?![A-Za-z])",
        _temperature,
    ),
    rule(
        rf"(?P<minus>(?<![\w)])-)?{_FREE}(?P<number>{_SCALED}) ?(?P<counter>%p|{_UNIT})"
        r"(?![A-Za-z²³])",
        _count,
    ),
    rule(
        rf"(?P<minus>(?<![\w)])-)?{_FREE}(?P<number>{_SCALED}) ?(?P<counter>월(?!드)|{_COUNTER})",
        _count,
    ),
)
_REST = (
    rule(rf"(?<=[0-9]) ?[~–-] ?(?={_N})", lambda _: "에서 "),
    rule(
        rf"(?P<minus>(?<![\w)])-)?(?P<number>(?<![0-9]){_SCALED}|{_N})",
        _left,
    ),
)
_MIXED = [word for word in SAID if not word.isalpha()]
_SAID = rule(rf"(?<![A-Za-z0-9])(?:{any_of(_MIXED)})(?![A-Za-z0-9])", _letters)
_CAPITALS = rule(r"(?<![A-Za-z.'&/-])[A-Z]{1,6}(?![A-Za-z'&]|\.[A-Za-z])", _letters)
_SIGN = re.compile(rf" ?([{re.escape(''.join(SIGNS))}]) ?")


def korean(text: str) -> str:
    """Return one sentence of ``text``, its signs in one form, as it is spoken."""
    text = addresses_said(text.replace("&amp;", "&"), ADDRESS)
    text = re.sub(r"㈜ ?|\(주\) ?", "주식회사 ", text)
    text = _SAID(_LONG(text))
    text = re.sub(r"\A[-–—] ", "", text)  # an item of a list
    text = re.sub(r"(?<=[A-Z])\+", " 플러스", text)
    text = re.sub(r"(?<!\w)'(?=[0-9]{2}년)", "", text)
    text = re.sub("코로나 ?19", "코로나 일구", text)
    text = re.sub(r"(?<=[A-Za-z])-(?=[0-9])", " ", text)
    text = re.sub(r"\b[Nn]o\. ?(?=[0-9])|№ ?|#(?=[0-9])", "넘버 ", text)
    text = re.sub(r"(?<=[0-9]) ?[xX*] ?(?=[0-9])", " 곱하기 ", text)
    text = re.sub(r"(?<=[0-9]) ?- ?(?=[0-9.]{1,20} ?=)", " 빼기 ", text)
    for read in (_SCALES, *_TELEPHONES, *_DATES, *_CLOCKS, *_COUNTS, *_REST):
        text = read(text)
    return _signs(_CAPITALS(text))


def _signs(text: str) -> str:
    text = re.sub(r"(?<=[가-힣A-Za-z]) ?~ ?(?=[가-힣A-Za-z])", "에서 ", text)
    text = re.sub(r"#(?=[A-Za-z가-힣])", "해시태그 ", text)
    text = re.sub(r"\bvs\b\.?", "대", text)
    text = re.sub(r"[-=]{1,2}>|→", ", ", text)
    text = _SIGN.sub(lambda m: f" {SIGNS[m[1]]} ", _equation(text))
    text = re.sub(r"(?<=[가-힣A-Za-z])/(?=[가-힣A-Za-z])", " ", text)
    text = re.sub(r"[*_#^\\|•™®©<>=~]", " ", text)
    text = re.sub(r" {0,3}(?:—|–|-{2,8}| - ) {0,3}", lambda m: ", " if m.start() else "", text)
    text = re.sub(r" {1,3}([.,;:!?](?![\w.]))", r"\1", text)
    return re.sub(r" {2,}+", " ", text).strip()
