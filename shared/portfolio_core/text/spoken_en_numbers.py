"""English rules for what is written with digits: money, units, parts, ranges, counts.

Each rule takes a sentence and returns it with its own kind of expression in words. They are
run in the order of ``RULES``: what is more particular first. All repetitions are bounded.
"""

import re

from portfolio_core.text.numbers_en import (
    LONGEST_NUMBER,
    cardinal,
    counted,
    digits,
    ordinal,
    plural,
    plural_ordinal,
    year,
)
from portfolio_core.text.rules import Rule, any_of, rule
from portfolio_core.text.spoken_en_dates import FIRST_YEAR, FREE, LAST_YEAR, year_or_count
from portfolio_core.text.spoken_en_dates import RULES as DATES_AND_CLOCKS
from portfolio_core.text.spoken_en_tables import CURRENCIES, NUMBERED, RATES, SCALES, UNITS

_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}(?!,?[0-9])|[0-9]{1,18})(?:\.[0-9]{1,18})?"
_MODERN_YEAR = 1800

# --- money, units, rates -----------------------------------------------------------------

_SIGN = r"(?P<minus>(?<![\w)\]])-)?(?<![A-Za-z])(?P<sign>US\$|[$£€¥₩₹]) ?-?"
_SCALE = (
    r"(?:[ -]?(?P<word>thousand|million|billion|trillion)\b"
    r"|(?P<scale>k|K|mn|m|M|bn|b|B|tn|t)(?![A-Za-z0-9]))?"
)
_UNTIL = rf" ?[-–—] ?(?P<again>US\$|[$£€¥₩₹])?(?P<until>{_NUMBER})(?![0-9])"


def _amount(number: str, scale: str | None, currency: str) -> str:
    one, many, cent, cents = CURRENCIES[currency]
    if scale:
        return f"{cardinal(number)} {SCALES[scale]} {many}"
    whole, _, part = number.replace(",", "").partition(".")
    if len(part) != 2 or not cent:  # noqa: PLR2004
        return counted(number, one, many)
    said = [counted(whole, one, many)] if whole.strip("0") else []
    if part.strip("0"):
        said.append(counted(str(int(part)), cent, cents))
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
    return counted(found["number"], one, many)


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
    rule(rf"{_SIGN}(?P<number>{_NUMBER}){_UNTIL}{_SCALE}", _price_range),
    rule(rf"{_SIGN}(?P<number>{_NUMBER})(?![0-9]){_SCALE}", _price),
    rule(rf"{_SIGN}(?P<number>\.[0-9]{{2}})(?![0-9]){_SCALE}", _price),
    rule(
        rf"{FREE}(?P<number>{_NUMBER}){_SCALE} ?(?P<code>USD|EUR|GBP|KRW|JPY|[€₩])(?![A-Za-z0-9])",
        lambda m: _amount(m["number"], m["word"] or m["scale"], m["code"]),
    ),
)
_UNIT = any_of(UNITS)
_MEASURES = (
    # 2½ and 50 % of what stands before them are joined to their unit first.
    rule(
        r"(?<![0-9])([0-9]{1,2})'([0-9]{1,2})(?:\"|'')",
        lambda m: f"{cardinal(m[1])} foot {cardinal(m[2])}",
    ),
    rule(
        rf"{FREE}([0-9]{{1,3}}) ?ft\.? ([0-9]{{1,2}}) ?in\b\.?",
        lambda m: f"{counted(m[1], 'foot', 'feet')} {counted(m[2], 'inch', 'inches')}",
    ),
    # Decades before seconds: "the 90s", but "5s".
    rule(r"(?<!\w)'?([0-9]{2,4})'?s(?![A-Za-z0-9])", _decade),
    rule(
        rf"(?P<number>(?<![\w.,]){_NUMBER}|{FREE}{_NUMBER})(?P<mark>[ -]?)(?P<unit>{_UNIT})"
        r"(?![A-Za-z0-9²³°]|/[A-Za-z])(?:\.(?= [a-z]))?",
        _measured,
    ),
    rule(rf"(?<=[\w)]) ?/ ?({any_of(RATES)})(?![A-Za-z0-9])", lambda m: f" per {RATES[m[1]]}"),
    rule(
        rf"{FREE}({_NUMBER})(k|K|M|bn)(?![A-Za-z0-9])",
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
    is_year = len(first) == 4 and FIRST_YEAR <= int(first.replace(",", "")) <= LAST_YEAR  # noqa: PLR2004
    if is_year and len(last) in {2, 4}:
        return f"{year(first)} to {year_or_count(last)}"
    return f"{first} to {last}"


def _version(found: re.Match[str]) -> str:
    parts = found[0].split(".")
    return (" dot " if len(parts) == 4 else " point ").join(map(cardinal, parts))  # noqa: PLR2004


_PLACES = (
    rule(r"(?<![0-9A-Za-z.,])([0-9]{1,18})(?:st|nd|rd|th)(?![A-Za-z0-9])", lambda m: ordinal(m[1])),
    rule(
        r"(?<![0-9/.,])(?:([0-9]{1,3})[ -]{1,2})?([0-9]{1,3})/([0-9]{1,4})(?![0-9/]|[.,][0-9])",
        _fraction,
    ),
    rule(r"(?<![0-9A-Za-z.,])[0-9]{1,5}(?:\.[0-9]{1,5}){2,5}(?![0-9]|\.[0-9])", _version),
    rule(
        rf"(?<![\w.,/$-])({_NUMBER}) ?[-–—] ?({_NUMBER})(?![0-9A-Za-z/]|[-.,:–][0-9])(?!-[0-9])",
        _range,
    ),
    rule(
        rf"\b({any_of(NUMBERED)})\. ?(?=[0-9])",
        lambda m: f"{NUMBERED[m[1]]} ",
    ),
    rule(r"№ ?(?=[0-9])|#(?=[0-9])", lambda _: "number "),
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
    if re.fullmatch("[0-9]{4}", number) and FIRST_YEAR <= int(number) <= LAST_YEAR:
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
    rule(r"(?<!\w)'(0?)(?=[0-9]{1,2}(?![0-9']))", lambda m: "oh " if m[1] else ""),  # in '99
    rule(r"(?<=[A-Za-z])-(?=[0-9])", lambda _: " "),
    rule(r"(?<=[0-9])-(?=[0-9])", lambda _: " "),
    rule(rf"(?P<minus>(?<![\w)\]])[-+])?(?P<number>{_NUMBER}|(?<![0-9])\.[0-9]{{1,18}})", _number),
)


def _long(found: re.Match[str]) -> str:
    point = "point " if found[0].startswith(".") else ""
    return f" {point}{digits(found[0].strip('.'))} "


_LONG = rule(rf"(?:(?<=[0-9])\.)?[0-9]{{{LONGEST_NUMBER + 1},}}+", _long)

RULES: tuple[Rule, ...] = (
    _LONG,
    *DATES_AND_CLOCKS,
    *_MONEY,
    rule(r"(?<![\w)\]])-(?=\.?[0-9])", lambda _: "minus "),
    *_PLACES,
    *_MEASURES,
    *_REST,
)
