"""A sentence of American English as it is spoken."""

import re
from itertools import pairwise

from portfolio_core.text.numbers_en import cardinal, ordinal
from portfolio_core.text.signs import addresses_said
from portfolio_core.text.spoken_en_numbers import RULES
from portfolio_core.text.spoken_en_tables import ADDRESS, NUMERALLED, REGNAL, SHORT, SIGNS, TITLES

_ROMAN = re.compile(
    rf"\b(?:(?P<king>{REGNAL})|(?P<part>{NUMERALLED})) (?P<numeral>[IVX]{{1,6}})\b"
    r"(?P<alone>(?=[,.;:!?)\"']|\Z| of\b| and\b| was\b|'s))?"
)
_NUMERALS = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_VALUES = {"I": 1, "V": 5, "X": 10}

# The latin ones in both cases: how they begin a sentence is how their words do.
_LATIN = re.compile(r"\b(?:([Ee])\.? ?g\.|([Ii])\. ?e\.|(etc)\b\.?|(w/o)(?= )|(w/)(?=[ a-z]))")
_DOCTOR = re.compile(r"\bDr\.(?=\s{0,2}[A-Z])|(?P<road>(?<=[a-z] )Dr\b\.?)|\bDr\.")
_SAINT = re.compile(r"(?P<street>(?<=[a-z0-9] )St\.(?! ?[A-Z][a-z]))|\bSt\.(?= ?[A-Z])|\bSt\.")
_TITLE = re.compile(rf"\b({'|'.join(TITLES)})\.(?= ?[A-Z])")
_SHORT = re.compile(rf"\b({'|'.join(SHORT)})\.")
_LOWER_NO_POINT = re.compile(r"\bvs\b")

_DASH = re.compile(r" {0,3}(?:—|–|-{2,8}| - ) {0,3}(?P<end>(?=[\s.,;:!?)\"']|\Z))?")
_CAPITALS = re.compile(r"(?<=[a-z])–(?=[A-Z])")  # New York–London
_SIGN = re.compile(rf" ?([{re.escape(''.join(SIGNS))}]) ?")


def english(text: str) -> str:
    """Return one sentence of ``text``, its signs in one form, as it is spoken.

    Slashed dates are read as in the United States: 3/4/2024 is March fourth.
    """
    text = re.sub(r"\A[-–—] ", "", text.replace("&amp;", "&"))  # an item of a list
    text = re.sub(r"\b([CF])#(?!\w)", r"\1 sharp", text)
    text = addresses_said(text, ADDRESS)
    text = _abbreviations(_ROMAN.sub(_numeral, text))
    text = re.sub(r"(?<=[0-9]) ?[xX×] ?(?=[0-9]{3})", " by ", text)
    text = re.sub(r"(?<=[0-9]) ?[xX×](?= ?[0-9])|(?<=[0-9])x(?![\w])", " times", text)
    text = re.sub(r"(?<=[0-9]) - (?=[0-9.]{1,20} ?=)", " minus ", text)
    text = re.sub(r"(?<=[0-9]) ?[*] ?(?=[0-9])", " times ", text)
    text = re.sub(r"(?<![\w~])~ ?(?=[$£€]?[0-9])", "about ", text)
    text = re.sub(r"(?<=[\w)]) ?< ?(?=[0-9])", " is less than ", text)
    text = re.sub(r"(?<=[\w)]) ?> ?(?=[0-9])", " is greater than ", text)
    for rule in RULES:
        text = rule(text)
    return _signs(text)


def _numeral(found: re.Match[str]) -> str:
    numeral = found["numeral"]
    # "Henry I think": one letter is a numeral only where nothing follows it closely
    if not _NUMERALS.fullmatch(numeral) or (numeral == "I" and found["alone"] is None):
        return found[0]
    values = [_VALUES[letter] for letter in numeral] + [0]
    number = str(sum(-a if a < b else a for a, b in pairwise(values)))
    if found["king"]:
        return f"{found['king']} the {ordinal(number)}"
    return f"{found['part']} {cardinal(number)}"


def _abbreviations(text: str) -> str:
    text = _LATIN.sub(_latin, text)
    text = _DOCTOR.sub(lambda m: f"Drive{_point(m)}" if m["road"] else "Doctor", text)
    text = _SAINT.sub(lambda m: f"Street{_point(m)}" if m["street"] else "Saint", text)
    text = _TITLE.sub(lambda m: TITLES[m[1]], text)
    text = _SHORT.sub(lambda m: SHORT[m[1]] + _point(m), text)
    return _LOWER_NO_POINT.sub("versus", text)


def _latin(found: re.Match[str]) -> str:
    example, that, etc, without, _ = found.groups()
    if example:
        return "for example" if example == "e" else "For example"
    if that:
        return "that is" if that == "i" else "That is"
    if etc:
        return f"et cetera{_point(found)}"
    return "without" if without else "with"


def _point(found: re.Match[str]) -> str:
    """Return the point of a short form where it ends the sentence too, else nothing."""
    rest = found.string[found.end() : found.end() + 3]
    return "." if found[0].endswith(".") and not rest.strip("\"') ") else ""


def _signs(text: str) -> str:
    text = _CAPITALS.sub(" to ", text)
    text = re.sub(r"#(?=[A-Za-z])", "hashtag ", text)
    text = re.sub(r"\b([Aa]nd|[Oo]r)/(?=or\b|and\b)", r"\1 ", text)
    text = re.sub(r"(?<=[A-Z])/(?=[A-Z])", " ", text)
    text = re.sub(r"(?<=[A-Za-z])/(?=[A-Za-z])", " slash ", text)
    text = re.sub(r"\^ ?two\b", " squared", text)
    text = re.sub(r"\^ ?three\b", " cubed", text)
    text = re.sub(r"\^ ?(?=\w)", " to the power of ", text)
    text = re.sub(r"[-=]{1,2}>", "→", text)
    text = _SIGN.sub(lambda m: f" {SIGNS[m[1]]} ", text)
    text = re.sub(r"[*_#^~\\|•·™®°²³<>]", " ", text)
    text = _DASH.sub(_comma, text)
    text = re.sub(r" {1,3}([.,;:!?](?![\w.]))", r"\1", text)
    return re.sub(r" {2,}+", " ", text).strip()


def _comma(found: re.Match[str]) -> str:
    return "" if found["end"] is not None or not found.start() else ", "
