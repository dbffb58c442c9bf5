"""Korean prompts of a small world in its English words, by rule.

"파란 배경에 빨간 하트 두 개" is "two red hearts on a blue background", "고양이 왼쪽에 별" is
"a star to the left of a cat". What the rules do not know is given back as it was written.
"""

import re
from dataclasses import dataclass, field

from portfolio_core.engines.text_to_image.vocabulary import Understood, World

# What may follow a noun without changing which noun it is; the longest first.
_PARTICLES = ("에서", "으로", "하고", "이랑", "에는", "은", "는", "이", "가", "을", "를", "에",
              "의", "와", "과", "랑", "로", "도", "들")  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_BACKGROUND = "background"
_RELATIONS = {"left": "to the left of", "right": "to the right of", "top": "above",
              "bottom": "below", "beside": "to the left of"}  # fmt: skip
_PLACES = {"left": "on the left", "right": "on the right", "top": "at the top",
           "bottom": "at the bottom", "middle": "in the middle"}  # fmt: skip
_COUNTED = frozenset({"개", *(f"개{particle}" for particle in _PARTICLES)})
_MOST = 2  # things in a picture


@dataclass
class _Reading:
    """What has been read of a prompt."""

    things: list[tuple[str, str]] = field(default_factory=list)  # colour, name
    colour: str = ""
    colour_as_written: str = ""
    background: str = ""
    count: str = ""
    count_as_written: str = ""
    where: str = ""
    where_after: int = 0  # things that came before it
    outside: list[str] = field(default_factory=list)


def translated(prompt: str, world: World) -> Understood:
    """Return what the Korean ``prompt`` asks for as a caption of ``world``."""
    reading = _Reading()
    for written in _WORD.findall(prompt):
        _take(reading, written, world)
    if reading.colour_as_written:
        reading.outside.append(reading.colour_as_written)
    if reading.count and len(reading.things) == _MOST:  # its captions count one thing only
        reading.outside.append(reading.count_as_written)
    caption = _caption(reading, world)
    return Understood(caption, tuple(dict.fromkeys(reading.outside)), translated=True)


def _take(reading: _Reading, written: str, world: World) -> None:
    """Take one more word in."""
    meaning = _meaning(written, world)
    if written in _COUNTED and reading.count and reading.things:
        return  # "개" counts here and is no dog
    if meaning is None:
        reading.outside.append(written)
    elif meaning == _BACKGROUND:
        reading.background, reading.colour = reading.colour, ""
        reading.colour_as_written = ""
    elif meaning in world.things or meaning in world.shapes:
        _take_thing(reading, meaning, written, world)
    elif meaning in world.colours or meaning in world.backgrounds:
        reading.colour, reading.colour_as_written = meaning, written
    elif meaning in _PLACES or meaning in _RELATIONS:
        reading.where, reading.where_after = meaning, len(reading.things)
    elif meaning in ("two", "three"):
        reading.count, reading.count_as_written = meaning, written


def _take_thing(reading: _Reading, name: str, written: str, world: World) -> None:
    colour = reading.colour
    if len(reading.things) == _MOST:
        reading.outside.append(written)
    elif name in world.things:
        if colour and f"{colour} {name}" not in world.synonyms:
            reading.outside.append(f"{reading.colour_as_written} {written}")
        reading.things.append(("", name))
    else:
        reading.things.append((colour if colour in world.colours else "", name))
    reading.colour = reading.colour_as_written = ""


def _meaning(written: str, world: World) -> str | None:
    """Return the world's word; an empty one for what says nothing; none for what is unknown."""
    stems = [written, *(written.removesuffix(p) for p in _PARTICLES if written.endswith(p))]
    stems += [stem.removesuffix("들") for stem in stems]
    for stem in stems:
        if stem in world.korean:
            return world.korean[stem]
    return None


def _caption(reading: _Reading, world: World) -> str:
    told = [_what(reading, world)] if reading.things else []
    if reading.background:
        told.append(f"on {_article(reading.background)} background")
    return " ".join(told)


def _what(reading: _Reading, world: World) -> str:
    one = [_article(f"{colour} {name}".strip()) for colour, name in reading.things]
    if len(one) == _MOST:
        relation = _RELATIONS.get(reading.where, _RELATIONS["beside"])
        # "A 왼쪽에 B" speaks of B, "A는 B 왼쪽에" of A.
        swapped = reading.where in _PLACES and reading.where_after == 1
        first, second = reversed(one) if swapped else one
        return f"{first} {relation} {second}"
    colour, name = reading.things[0]
    if reading.count:
        return f"{reading.count} {colour} {world.plurals[name]}".replace("  ", " ")
    return f"{one[0]} {_PLACES.get(reading.where, _PLACES['middle'])}"


def _article(words: str) -> str:
    return f"{'an' if words[0] in 'aeio' else 'a'} {words}"
