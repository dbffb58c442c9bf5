"""Measurements in words, English and Korean, that say that they are no description."""

from portfolio_core.engines.captioning import Caption, Detail, Fact
from portfolio_core.engines.captioning.looks import Look

_KOREAN = {
    "black": "검은색",
    "white": "흰색",
    "grey": "회색",
    "red": "빨간색",
    "orange": "주황색",
    "yellow": "노란색",
    "green": "초록색",
    "blue": "파란색",
    "purple": "보라색",
    "pink": "분홍색",
    "brown": "갈색",
    "beige": "베이지색",
    "very dark": "매우 어두움",
    "dark": "어두움",
    "of medium brightness": "보통 밝기",
    "bright": "밝음",
    "very bright": "매우 밝음",
    "sharp": "선명함",
    "a little soft": "약간 흐림",
    "blurred": "흐림",
}
_KINDS = {
    "plain": ("one colour throughout", "한 가지 색뿐인 화면"),
    "drawing": ("a drawing, a page or a screen", "그림, 문서 또는 화면"),
    "black and white": ("a black-and-white picture", "흑백 사진"),
    "photograph": ("a photograph", "사진"),
}
_LEADS = {
    Detail.SHORT: ("Picture facts: ", "사진 정보: "),
    Detail.DETAILED: ("Picture facts, no description: ", "설명이 아닌 사진 정보: "),
    Detail.VERY_DETAILED: ("Picture facts, no description: ", "설명이 아닌 사진 정보: "),
}
_TEXT_CHARACTERS = {Detail.SHORT: 60, Detail.DETAILED: 200, Detail.VERY_DETAILED: 600}
_ALWAYS = ("kind", "colours", "faces")
_MOSTLY = 0.5  # of the picture


def facts(look: Look, text: str) -> tuple[Fact, ...]:
    """Return what can be told, one fact after the other.

    Args:
        look: What was measured.
        text: What stands in the picture; empty where nothing was read.
    """
    told = [Fact("kind", *_KINDS[look.kind]), _colours(look)]
    if look.faces:
        told.append(_faces(look.faces))
    told.append(Fact("light", look.light, _KOREAN[look.light]))
    if look.kind != "plain":
        told.append(Fact("sharpness", look.sharpness, _KOREAN[look.sharpness]))
    if text:
        told.append(Fact("text", text, text))
    return tuple(told)


def caption(told: tuple[Fact, ...], detail: Detail, look: Look, size: tuple[int, int]) -> Caption:
    """Put facts together.

    Args:
        told: Facts.
        detail: How many of them.
        look: What was measured.
        size: Width and height of the picture, in pixels.
    """
    said = [
        fact
        for fact in told
        if fact.code in _ALWAYS or (detail is not Detail.SHORT and fact.code != "text")
    ]
    english, korean = [fact.value for fact in said], [fact.value_ko for fact in said]
    if detail is Detail.VERY_DETAILED:
        english += [f"{share:.0%} {name}" for name, share in look.colours]
        korean += [f"{_KOREAN[name]} {share:.0%}" for name, share in look.colours]
        english.append(f"{size[0]} x {size[1]} pixels")
        korean.append(f"{size[0]} x {size[1]} 픽셀")
    lead, lead_ko = _LEADS[detail]
    text = next((fact.value for fact in told if fact.code == "text"), "")
    ending, ending_ko = _quoted(text, _TEXT_CHARACTERS[detail])
    return Caption(
        f"{lead}{', '.join(english)}.{ending}", f"{lead_ko}{', '.join(korean)}.{ending_ko}", told
    )


def _colours(look: Look) -> Fact:
    names = [name for name, _ in look.colours]
    main, others = names[0], names[1:]
    mostly = look.colours[0][1] >= _MOSTLY
    if not others:
        return Fact("colours", main, _KOREAN[main])
    lead = f"mostly {main}, with" if mostly else f"{main},"
    korean = ", ".join(_KOREAN[name] for name in names)
    return Fact(
        "colours",
        f"{lead} {' and '.join(others)}",
        f"주로 {korean}" if mostly else korean,
    )


def _faces(count: int) -> Fact:
    """A detector of frontal faces also finds what only looks like one, and no turned head."""
    if count == 1:
        return Fact("faces", "one face or what looks like one", "얼굴처럼 보이는 것 1개")
    return Fact("faces", f"{count} faces or what looks like them", f"얼굴처럼 보이는 것 {count}개")


def _quoted(text: str, most: int) -> tuple[str, str]:
    if not text:
        return "", ""
    shown = " ".join(text.split())
    if len(shown) > most:
        shown = shown[:most].rsplit(" ", 1)[0] + "…"
    return f" Text in it: “{shown}”", f" 글자: “{shown}”"
