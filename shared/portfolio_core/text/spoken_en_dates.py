"""English rules for dates, telephone numbers and clocks, in the order of ``RULES``."""

import re

from portfolio_core.text.numbers_en import cardinal, counted, digits, ordinal, year
from portfolio_core.text.rules import Rule, rule
from portfolio_core.text.spoken_en_tables import MONTH_NAMES, MONTHS

FREE = r"(?<![0-9])(?<![0-9][.,:/])"  # no digit of the same number stands before
_END = r"(?![0-9])(?![.,:/][0-9])"
FIRST_YEAR, LAST_YEAR = 1100, 2099
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_MONTH_NAME = "|".join(sorted(MONTH_NAMES, key=len, reverse=True))
_NOON, _TEN = 12, 10

# --- dates -------------------------------------------------------------------------------


def _date(month: str, day: str, of_year: str) -> str:
    said = f"{MONTHS[int(month) - 1]} {ordinal(str(int(day)))}"
    return f"{said}, {year_or_count(of_year)}" if of_year else said


def year_or_count(number: str) -> str:
    """Return two or four digits as a year, and what cannot be one as a number."""
    if len(number) == 2:  # noqa: PLR2004
        return f"{'oh ' if number[0] == '0' else ''}{cardinal(str(int(number)))}"
    return year(number) if FIRST_YEAR <= int(number) <= LAST_YEAR else cardinal(number)


def _slashed(found: re.Match[str]) -> str:
    month, day = found[1], found[2]
    if int(month) > len(MONTHS):
        month, day = day, month
    return _date(month, day, found[3]) if int(month) <= len(MONTHS) else found[0]


def _named_date(found: re.Match[str]) -> str:
    said = f"{MONTH_NAMES[found['month']]} {ordinal(str(int(found['day'])))}"
    if found["until"]:
        said += f" to {ordinal(str(int(found['until'])))}"
    return f"{said}, {year_or_count(found['year'])}" if found["year"] else said


def _day_first(found: re.Match[str]) -> str:
    said = f"the {ordinal(str(int(found[1])))} of {MONTH_NAMES[found[2]]}"
    return f"{said} {year_or_count(found[3])}" if found[3] else said


_DATES = (
    rule(
        rf"{FREE}([12][0-9]{{3}})([-./])({_MONTH})\2({_DAY})(T(?=[0-9])|(?![0-9]|[-/.][0-9]))",
        lambda m: _date(m[3], m[4], m[1]) + (" at " if m[5] else ""),
    ),
    rule(rf"{FREE}({_DAY})/({_DAY})/([12][0-9]{{3}}|[0-9]{{2}})(?![0-9/])", _slashed),
    rule(
        rf"{FREE}({_DAY})\.({_MONTH})\.([12][0-9]{{3}})(?![0-9])",
        lambda m: _date(m[2], m[1], m[3]),
    ),
    rule(
        rf"(?<=\bon )({_MONTH})/({_DAY})(?![0-9/])",
        lambda m: _date(m[1], m[2], ""),
    ),
    rule(
        rf"\b(?P<month>{_MONTH_NAME})\.? (?P<day>{_DAY})(?:st|nd|rd|th)?(?![0-9]|[.,:/%][0-9])"
        rf"(?: {{0,1}}[-–] {{0,1}}(?P<until>{_DAY})(?![0-9]))?"
        r"(?:(?:,| of)? (?P<year>[12][0-9]{3})(?![0-9]|[.,:/][0-9]))?",
        _named_date,
    ),
    rule(
        rf"{FREE}({_DAY}) ?[-–] ?(?={_DAY} (?:{_MONTH_NAME})\b)",
        lambda m: f"the {ordinal(str(int(m[1])))} to ",
    ),
    rule(
        rf"{FREE}(?:\b[Tt]he )?({_DAY})(?:st|nd|rd|th)?(?: of)? ({_MONTH_NAME})\b\.?"
        r"(?:,? ([12][0-9]{3})(?![0-9]|[.,:/][0-9]))?",
        _day_first,
    ),
    rule(
        rf"\b({_MONTH_NAME})\.? ([12][0-9]{{3}})(?![0-9]|[.,:/-][0-9])",
        lambda m: f"{MONTH_NAMES[m[1]]} {year_or_count(m[2])}",
    ),
)

# --- telephones and clocks ---------------------------------------------------------------


def _telephone(found: re.Match[str]) -> str:
    plus = "plus " if found[0].startswith("+") else ""
    groups = re.findall("[0-9]+", found[0])
    return plus + ", ".join(digits(group) for group in groups)


_TELEPHONES = (
    rule(
        r"(?<![\w.+-])\+[0-9]{1,3}[ .-]?(?:\([0-9]{1,4}\)[ .-]?)?[0-9]{1,4}(?:[ .-][0-9]{2,4}){1,4}"
        r"(?![\w-])",
        _telephone,
    ),
    rule(
        r"(?<![\w.+-])(?:1[ .-])?(?:\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[.-][0-9]{4}(?![\w-])",
        _telephone,
    ),
    rule(r"(?<![\w.+-])0[0-9]{1,2}-[0-9]{3,4}-[0-9]{4}(?![\w-])", _telephone),
    rule(r"(?<![\w.,$£€/-])[2-9][0-9]{2}-[0-9]{4}(?![\w-]|[.,][0-9])", _telephone),
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
        said += f" and {counted(str(int(second)), 'second', 'seconds')}"
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


_HALF = r" ?([AaPp])\.?[Mm](?![A-Za-z0-9])(?:\.(?!\.))?"
_CLOCKS = (
    # "9:00-17:00", "9-11 am"
    rule(
        r"((?<![0-9])[0-9]{1,2}:[0-9]{2}(?: ?[AaPp]\.?[Mm]\.?)?) ?[-–—] ?(?=[0-9]{1,2}:[0-9]{2})",
        lambda m: f"{m[1]} to ",
    ),
    rule(
        r"((?<![0-9:.,-])[0-9]{1,2}(?: ?[AaPp]\.?[Mm]\.?)?) ?[-–—] ?(?=[0-9]{1,2} ?[AaPp]\.?[Mm])",
        lambda m: f"{m[1]} to ",
    ),
    rule(
        rf"(?<![0-9:.,])([01]?[0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?(?![0-9:])(?:{_HALF})?",
        _clock,
    ),
    rule(rf"(?<![0-9:.,])(0?[1-9]|1[0-2]){_HALF}", _hour),
    rule(  # 25:30 on a stopwatch
        rf"{FREE}([2-9][0-9]|1[0-9]{{2}}):([1-5][0-9]){_END}",
        lambda m: f"{m[1]} {'to ' if m[1] == m[2] else ''}{m[2]}",
    ),
    rule(rf"{FREE}([0-9]{{1,4}}):([0-9]{{1,4}}){_END}", lambda m: f"{m[1]} to {m[2]}"),
)


RULES: tuple[Rule, ...] = (*_DATES, *_TELEPHONES, *_CLOCKS)
