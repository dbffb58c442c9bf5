"""English rules for what is written with digits: dates, times, money, units, counts.

Each rule takes a sentence and returns it with its own kind of expression in words. They are
run in the order of ``RULES``: what is more particular first. All repetitions are bounded.
"""

import re
from collections.abc import Callable, Iterable

from portfolio_core.text.numbers_en import (
    LONGEST_NUMBER,
    cardinal,
    digits,
    ordinal,
    plural,
    plural_ordinal,
    year,
)
from portfolio_core.text.spoken_en_tables import (
    CURRENCIES,
    MONTH_NAMES,
    MONTHS,
    NUMBERED,
    RATES,
    SCALES,
    UNITS,
)

Rule = Callable[[str], str]
_Said = Callable[[re.Match[str]], str]

_FREE = r"(?<![0-9])(?<![0-9][.,:/])"  # no digit of the same number stands before
_END = r"(?![0-9])(?![.,:/][0-9])"
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}(?!,?[0-9])|[0-9]{1,18})(?:\.[0-9]{1,18})?"
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_MONTH_NAME = "|".join(sorted(MONTH_NAMES, key=len, reverse=True))
_FIRST_YEAR, _LAST_YEAR = 1100, 2099
_MODERN_YEAR = 1800
_NOON, _TEN = 12, 10


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _rule(pattern: str, said: _Said) -> Rule:
    compiled = re.compile(pattern)
    return lambda text: compiled.sub(said, text)


# --- dates -------------------------------------------------------------------------------


def _date(month: str, day: str, of_year: str) -> str:
    said = f"{MONTHS[int(month) - 1]} {ordinal(str(int(day)))}"
    return f"{said}, {_year_or_count(of_year)}" if of_year else said


def _year_or_count(number: str) -> str:
    if len(number) == 2:  # noqa: PLR2004
        return f"{'oh ' if number[0] == '0' else ''}{cardinal(str(int(number)))}"
    return year(number) if _FIRST_YEAR <= int(number) <= _LAST_YEAR else cardinal(number)


def _slashed(found: re.Match[str]) -> str:
    month, day = found[1], found[2]
    if int(month) > len(MONTHS):
        month, day = day, month
    return _date(month, day, found[3]) if int(month) <= len(MONTHS) else found[0]


def _named_date(found: re.Match[str]) -> str:
    said = f"{MONTH_NAMES[found['month']]} {ordinal(str(int(found['day'])))}"
    if found["until"]:
        said += f" to {ordinal(str(int(found['until'])))}"
    return f"{said}, {_year_or_count(found['year'])}" if found["year"] else said


def _day_first(found: re.Match[str]) -> str:
    said = f"the {ordinal(str(int(found[1])))} of {MONTH_NAMES[found[2]]}"
    return f"{said} {_year_or_count(found[3])}" if found[3] else said


_DATES = (
    _rule(
        rf"{_FREE}([12][0-9]{{3}})([-./])({_MONTH})\2({_DAY})(T(?=[0-9])|(?![0-9]|[-/.][0-9]))",
        lambda m: _date(m[3], m[4], m[1]) + (" at " if m[5] else ""),
    ),
    _rule(rf"{_FREE}({_DAY})/({_DAY})/([12][0-9]{{3}}|[0-9]{{2}})(?![0-9/])", _slashed),
    _rule(
        rf"{_FREE}({_DAY})\.({_MONTH})\.([12][0-9]{{3}})(?![0-9])",
        lambda m: _date(m[2], m[1], m[3]),
    ),
    _rule(
        rf"(?<=\bon )({_MONTH})/({_DAY})(?![0-9/])",
        lambda m: _date(m[1], m[2], ""),
    ),
    _rule(
        rf"\b(?P<month>{_MONTH_NAME})\.? (?P<day>{_DAY})(?:st|nd|rd|th)?(?![0-9]|[.,:/%][0-9])"
        rf"(?: {{0,1}}[-–] {{0,1}}(?P<until>{_DAY})(?![0-9]))?"
        r"(?:(?:,| of)? (?P<year>[12][0-9]{3})(?![0-9]|[.,:/][0-9]))?",
        _named_date,
    ),
    _rule(
        rf"{_FREE}({_DAY}) ?[-–] ?(?={_DAY} (?:{_MONTH_NAME})\b)",
        lambda m: f"the {ordinal(str(int(m[1])))} to ",
    ),
    _rule(
        rf"{_FREE}(?:\b[Tt]he )?({_DAY})(?:st|nd|rd|th)?(?: of)? ({_MONTH_NAME})\b\.?"
        r"(?:,? ([12][0-9]{3})(?![0-9]|[.,:/][0-9]))?",
        _day_first,
    ),
    _rule(
        rf"\b({_MONTH_NAME})\.? ([12][0-9]{{3}})(?![0-9]|[.,:/-][0-9])",
        lambda m: f"{MONTH_NAMES[m[1]]} {_year_or_count(m[2])}",
    ),
)

# --- telephones and clocks ---------------------------------------------------------------


def _telephone(found: re.Match[str]) -> str:
    plus = "plus " if found[0].startswith("+") else ""
    groups = re.findall("[0-9]+", found[0])
    return plus + ", ".join(digits(group) for group in groups)


_TELEPHONES = (
    _rule(
        r"(?<![\w.+-])\+[0-9]{1,3}[ .-]?(?:\([0-9]{1,4}\)[ .-]?)?[0-9]{1,4}(?:[ .-][0-9]{2,4}){1,4}"
        r"(?![\w-])",
        _telephone,
    ),
    _rule(
        r"(?<![\w.+-])(?:1[ .-])?(?:\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[.-][0-9]{4}(?![\w-])",
        _telephone,
    ),
    _rule(r"(?<![\w.+-])0[0-9]{1,2}-[0-9]{3,4}-[0-9]{4}(?![\w-])", _telephone),
    _rule(r"(?<![\w.,$£€/-])[2-9][0-9]{2}-[0-9]{4}(?![\w-]|[.,][0-9])", _telephone),
)


def _clock(found: re.Match[str]) -> str:
    hour, minute, half = int(found[1]), found[2], found[4]
    second = "" if found[3] == "00" else found[3]
    if minute != "00" or second:
        early = "o'clock" if minute == "00" else f"oh {cardinal(minute[1])}"
        low = early if int(minute) < _TEN else cardinal(minute)
        said = f"{cardinal(str(hour))} {low}"
    elif half:
        said = cardinal(str(hour))
    elif 0 < hour <= _NOON:
        said = f"{cardinal(str(hour))} o'clock"
    else:
        said = f"{cardinal(str(hour))} hundred"
    if second:
        said += f" and {_counted(str(int(second)), 'second', 'seconds')}"
    return said + _half_of_day(found, half)


def _hour(found: re.Match[str]) -> str:
    return cardinal(str(int(found[1]))) + _half_of_day(found, found[2])


def _half_of_day(found: re.Match[str], half: str | None) -> str:
    if not half:
        return ""
    rest = found.string[found.end() : found.end() + 3].lstrip("\"')")
    # The last point of "p.m." ends the sentence too, where that ends.
    ends = found[0].endswith(".") and (not rest.strip() or rest[0] == "\n")
    return f" {half.upper()}M{'.' if ends else ''}"


_HALF = r" ?([AaPp])\.?[Mm](?![A-Za-z0-9])\.?"
_CLOCKS = (
    # "9:00-17:00", "9-11 am"
    _rule(
        r"((?<![0-9])[0-9]{1,2}:[0-9]{2}(?: ?[AaPp]\.?[Mm]\.?)?) ?[-–—] ?(?=[0-9]{1,2}:[0-9]{2})",
        lambda m: f"{m[1]} to ",
    ),
    _rule(
        r"((?<![0-9:.,-])[0-9]{1,2}(?: ?[AaPp]\.?[Mm]\.?)?) ?[-–—] ?(?=[0-9]{1,2} ?[AaPp]\.?[Mm])",
        lambda m: f"{m[1]} to ",
    ),
    _rule(
        rf"(?<![0-9:.,])([01]?[0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?(?![0-9:])(?:{_HALF})?",
        _clock,
    ),
    _rule(rf"(?<![0-9:.,])(0?[1-9]|1[0-2]){_HALF}", _hour),
    _rule(  # 25:30 on a stopwatch
        rf"{_FREE}([2-9][0-9]|1[0-9]{{2}}):([1-5][0-9]){_END}",
        lambda m: f"{m[1]} {'to ' if m[1] == m[2] else ''}{m[2]}",
    ),
    _rule(rf"{_FREE}([0-9]{{1,4}}):([0-9]{{1,4}}){_END}", lambda m: f"{m[1]} to {m[2]}"),
)

# --- money, units, rates -----------------------------------------------------------------

_SIGN = r"(?P<minus>(?<![\w)\]])-)?(?<![A-Za-z])(?P<sign>US\$|[$£€¥₩₹]) ?-?"
_SCALE = (
    r"(?:[ -]?(?P<word>thousand|million|billion|trillion)\b"
    r"|(?P<scale>k|K|mn|m|M|bn|b|B|tn|t)(?![A-Za-z0-9]))?"
)
_UNTIL = rf" ?[-–—] ?(?P<again>US\$|[$£€¥₩₹])?(?P<until>{_NUMBER})(?![0-9])"


def _counted(number: str, one: str, many: str) -> str:
    return f"{cardinal(number)} {one if number == '1' else many}"


def _amount(number: str, scale: str | None, currency: str) -> str:
    one, many, cent, cents = CURRENCIES[currency]
    if scale:
        return f"{cardinal(number)} {SCALES[scale]} {many}"
    whole, _, part = number.replace(",", "").partition(".")
    if len(part) != 2 or not cent:  # noqa: PLR2004
        return _counted(number, one, many)
    said = [_counted(whole, one, many)] if whole.strip("0") else []
    if part.strip("0"):
        said.append(_counted(str(int(part)), cent, cents))
    return " and ".join(said) or f"zero {many}"


def _price(found: re.Match[str]) -> str:
    amount = _amount(found["number"], found["word"] or found["scale"], found["sign"])
    return ("minus " if found["minus"] else "") + amount


def _price_range(found: re.Match[str]) -> str:
    sign, scale = found["sign"], found["word"] or found["scale"]
    low = _amount(found["number"], None, sign) if found["again"] else cardinal(found["number"])
    return f"{low} to {_amount(found['until'], scale, found['again'] or sign)}"


def _measured(found: re.Match[str]) -> str:
    one, many = UNITS[found["unit"]]
    if found["mark"] == "-":
        return f"{cardinal(found['number'])}-{one}"
    return _counted(found["number"], one, many)


def _decade(found: re.Match[str]) -> str:
    number = found[1]
    if number in {"10", "100", "1000"}:
        return {"10": "tens", "100": "hundreds", "1000": "thousands"}[number]
    if len(number) == 4 and number[0] in "12":  # noqa: PLR2004
        return plural(year(number))
    if len(number) == 2 and number[1] != "0":  # noqa: PLR2004
        return found[0]
    return plural(cardinal(number))


_MONEY = (
    _rule(rf"{_SIGN}(?P<number>{_NUMBER}){_UNTIL}{_SCALE}", _price_range),
    _rule(rf"{_SIGN}(?P<number>{_NUMBER})(?![0-9]){_SCALE}", _price),
    _rule(rf"{_SIGN}(?P<number>\.[0-9]{{2}})(?![0-9]){_SCALE}", _price),
    _rule(
        rf"{_FREE}(?P<number>{_NUMBER}){_SCALE} ?(?P<code>USD|EUR|GBP|KRW|JPY|[€₩])(?![A-Za-z0-9])",
        lambda m: _amount(m["number"], m["word"] or m["scale"], m["code"]),
    ),
)
_UNIT = _alternatives(UNITS)
_MEASURES = (
    # 2½ and 50 % of what stands before them are joined to their unit first.
    _rule(
        r"(?<![0-9])([0-9]{1,2})'([0-9]{1,2})(?:\"|'')",
        lambda m: f"{cardinal(m[1])} foot {cardinal(m[2])}",
    ),
    _rule(
        rf"{_FREE}([0-9]{{1,3}}) ?ft\.? ([0-9]{{1,2}}) ?in\b\.?",
        lambda m: f"{_counted(m[1], 'foot', 'feet')} {_counted(m[2], 'inch', 'inches')}",
    ),
    # Decades before seconds: "the 90s", but "5s".
    _rule(r"(?<!\w)'?([0-9]{2,4})'?s(?![A-Za-z0-9])", _decade),
    _rule(
        rf"(?P<number>(?<![\w.,]){_NUMBER}|{_FREE}{_NUMBER})(?P<mark>[ -]?)(?P<unit>{_UNIT})"
        r"(?![A-Za-z0-9²³°]|/[A-Za-z])(?:\.(?= [a-z]))?",
        _measured,
    ),
    _rule(
        rf"(?<=[\w)]) ?/ ?({_alternatives(RATES)})(?![A-Za-z0-9])", lambda m: f" per {RATES[m[1]]}"
    ),
    _rule(
        rf"{_FREE}({_NUMBER})(k|K|M|bn)(?![A-Za-z0-9])",
        lambda m: m[0] if m[0] in {"4K", "8K", "2K"} else f"{cardinal(m[1])} {SCALES[m[2]]}",
    ),
)


# --- parts, places, ranges ---------------------------------------------------------------

_NAMED_PARTS = frozenset(map(str, [*range(2, 21), 25, 50, 100, 1000]))


def _fraction(found: re.Match[str]) -> str:
    whole, count, parts = found[1], found[2], found[3]
    if not whole and (count, parts) in {("24", "7"), ("9", "11")}:
        return "twenty-four seven" if count == "24" else "nine eleven"
    if not whole and count == parts:
        return f"{cardinal(count)} {cardinal(parts)}"  # a 50/50 chance
    if not whole and parts == "100":
        return f"{cardinal(count)} out of one hundred"
    if parts not in _NAMED_PARTS or int(count) >= int(parts):
        said = f"{cardinal(count)} over {cardinal(parts)}"
        return f"{cardinal(whole)} and {said}" if whole else said
    name = plural_ordinal(parts, count)
    if not whole:
        return f"{cardinal(count)} {name}"
    one = "a" if count == "1" else cardinal(count)
    return f"{cardinal(whole)} and {one} {name}"


def _range(found: re.Match[str]) -> str:
    first, last = found[1], found[2]
    # "5 - 3 = 2" is no range
    if re.match(r" ?=", found.string[found.end() : found.end() + 2]):
        return f"{cardinal(first)} minus {cardinal(last)}"
    is_year = len(first) == 4 and _FIRST_YEAR <= int(first.replace(",", "")) <= _LAST_YEAR  # noqa: PLR2004
    if is_year and len(last) in {2, 4}:
        return f"{year(first)} to {_year_or_count(last)}"
    return f"{first} to {last}"


def _version(found: re.Match[str]) -> str:
    parts = found[0].split(".")
    return (" dot " if len(parts) == 4 else " point ").join(map(cardinal, parts))  # noqa: PLR2004


_PLACES = (
    _rule(
        r"(?<![0-9A-Za-z.,])([0-9]{1,18})(?:st|nd|rd|th)(?![A-Za-z0-9])", lambda m: ordinal(m[1])
    ),
    _rule(
        r"(?<![0-9/.,])(?:([0-9]{1,3})[ -]{1,2})?([0-9]{1,3})/([0-9]{1,4})(?![0-9/]|[.,][0-9])",
        _fraction,
    ),
    _rule(r"(?<![0-9A-Za-z.,])[0-9]{1,5}(?:\.[0-9]{1,5}){2,5}(?![0-9]|\.[0-9])", _version),
    _rule(
        rf"(?<![\w.,/$-])({_NUMBER}) ?[-–—] ?({_NUMBER})(?![0-9A-Za-z/]|[-.,:–][0-9])(?!-[0-9])",
        _range,
    ),
    _rule(
        rf"\b({_alternatives(NUMBERED)})\. ?(?=[0-9])",
        lambda m: f"{NUMBERED[m[1]]} ",
    ),
    _rule(r"№ ?(?=[0-9])|#(?=[0-9])", lambda _: "number "),
)

# --- what is left ------------------------------------------------------------------------

_YEAR_BEFORE = re.compile(
    r"(?:\b(?:in|since|until|till|by|from|of|to|after|before|during|around|circa|year|late|early|"
    r"mid|and|spring|summer|autumn|fall|winter|copyright|the)|[(©,]) ?\Z",
    re.IGNORECASE,
)
_COUNTED_AFTER = re.compile(
    r" (?:people|men|women|children|[a-z]{2,20}(?<!s)s)\b(?<! was)(?<! has)"
)


def _number(found: re.Match[str]) -> str:
    number = found["number"]
    before, after = found.string[: found.start()][-12:], found.string[found.end() :][:30]
    if re.fullmatch("[0-9]{4}", number) and _FIRST_YEAR <= int(number) <= _LAST_YEAR:
        counted = _COUNTED_AFTER.match(after)
        known = _YEAR_BEFORE.search(before)
        said = (
            year(number)
            if (known and not (counted and before.lower().endswith(("the ", "and ", "of ", "to "))))
            or (int(number) >= _MODERN_YEAR and not counted)
            else cardinal(number)
        )
    else:
        said = cardinal(number)
    if found["minus"]:
        said = ("plus " if found["minus"] == "+" else "minus ") + said
    if before[-1:].isalnum() or before[-1:] == ".":
        said = f" {said}"
    return f"{said} " if after[:1].isalnum() else said


_REST = (
    _rule(r"(?<!\w)'(0?)(?=[0-9]{1,2}(?![0-9']))", lambda m: "oh " if m[1] else ""),  # in '99
    _rule(r"(?<=[A-Za-z])-(?=[0-9])", lambda _: " "),
    _rule(r"(?<=[0-9])-(?=[0-9])", lambda _: " "),
    _rule(rf"(?P<minus>(?<![\w)\]])[-+])?(?P<number>{_NUMBER}|(?<![0-9])\.[0-9]{{1,18}})", _number),
)


def _long(found: re.Match[str]) -> str:
    point = "point " if found[0].startswith(".") else ""
    return f" {point}{digits(found[0].strip('.'))} "


_LONG = _rule(rf"(?:(?<=[0-9])\.)?[0-9]{{{LONGEST_NUMBER + 1},}}+", _long)

RULES: tuple[Rule, ...] = (
    _LONG,
    *_DATES,
    *_TELEPHONES,
    *_CLOCKS,
    *_MONEY,
    _rule(r"(?<![\w)\]])-(?=\.?[0-9])", lambda _: "minus "),
    *_PLACES,
    *_MEASURES,
    *_REST,
)
