"""The world of the drawn pictures: what is in one, and how a caption says it.

A scene has one kind of thing, one to three times, or two things beside or above each other, on a
background. It is small on purpose: a network trained on one CPU core follows all of it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

EMOJI: Mapping[str, str] = MappingProxyType(
    {
        "apple": "\N{RED APPLE}",
        "balloon": "\N{BALLOON}",
        "banana": "\N{BANANA}",
        "butterfly": "\N{BUTTERFLY}",
        "car": "\N{AUTOMOBILE}",
        "cat": "\N{CAT FACE}",
        "dog": "\N{DOG FACE}",
        "fish": "\N{TROPICAL FISH}",
        "frog": "\N{FROG FACE}",
        "ghost": "\N{GHOST}",
        "house": "\N{HOUSE BUILDING}",
        "mushroom": "\N{MUSHROOM}",
        "penguin": "\N{PENGUIN}",
        "rocket": "\N{ROCKET}",
        "sun": "\N{SUN WITH FACE}",
        "tree": "\N{DECIDUOUS TREE}",
    }
)
"""Things by the last word of their Unicode names, or the plainest one."""
SPARE_EMOJI: Mapping[str, str] = MappingProxyType(
    {
        "robot": "\N{ROBOT FACE}",
        "snowman": "\N{SNOWMAN WITHOUT SNOW}",
        "unicorn": "\N{UNICORN FACE}",
    }
)
"""Things that the base model is not shown: for a fine-tuning to add."""
SHAPES = ("circle", "diamond", "heart", "square", "star", "triangle")
COLOURS: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {
        "black": (20, 20, 24),
        "blue": (35, 80, 225),
        "green": (25, 150, 60),
        "orange": (245, 125, 15),
        "pink": (250, 95, 170),
        "purple": (125, 45, 180),
        "red": (220, 30, 35),
        "white": (252, 252, 252),
        "yellow": (250, 210, 30),
    }
)
"""Colours of shapes, sRGB."""
BACKGROUNDS: Mapping[str, tuple[tuple[int, int, int], tuple[int, int, int]]] = MappingProxyType(
    {
        "black": ((18, 18, 22), (18, 18, 22)),
        "blue": ((120, 180, 250), (120, 180, 250)),
        "gray": ((150, 150, 155), (150, 150, 155)),
        "green": ((150, 215, 140), (150, 215, 140)),
        "ocean": ((150, 225, 245), (10, 60, 140)),
        "pink": ((250, 190, 215), (250, 190, 215)),
        "purple": ((185, 160, 235), (185, 160, 235)),
        "sunset": ((90, 50, 130), (255, 160, 70)),
        "white": ((250, 250, 250), (250, 250, 250)),
        "yellow": ((253, 240, 150), (253, 240, 150)),
    }
)
"""Backgrounds: the colours at the top and at the bottom, sRGB."""
PLACES: Mapping[str, str] = MappingProxyType(
    {
        "middle": "in the middle",
        "left": "on the left",
        "right": "on the right",
        "top": "at the top",
        "bottom": "at the bottom",
    }
)
BESIDE, ABOVE = "beside", "above"
LAYOUTS = (*PLACES, "two", "three", BESIDE, ABOVE)
"""Where one thing is, how many there are, or how two stand to each other."""
_PLURALS = {"butterfly": "butterflies", "fish": "fish", "snowman": "snowmen"}
_HELD_OUT = 10  # one combination in this many
_PAIR_SHARE = 0.55
# Were it half, neither the order of the things nor the word between them would tell anything by
# itself, and a model takes very long to see that both together do.
_SWAPPED_SHARE = 0.15


@dataclass(frozen=True, order=True)
class Thing:
    """What is drawn: an emoji, or a shape of a colour."""

    name: str
    colour: str = ""

    def __str__(self) -> str:
        """Return its words."""
        return f"{self.colour} {self.name}".strip()

    @property
    def one(self) -> str:
        """Return its words with the article."""
        words = str(self)
        return f"{'an' if words[0] in 'aeio' else 'a'} {words}"

    @property
    def many(self) -> str:
        """Return its words in the plural."""
        return f"{self.colour} {_PLURALS.get(self.name, self.name + 's')}".strip()


@dataclass(frozen=True)
class Scene:
    """What is in a picture.

    Attributes:
        layout: One of ``LAYOUTS``.
        first: The only thing, or the left or upper one of two.
        second: The right or lower one of two.
        background: One of ``BACKGROUNDS``.
    """

    layout: str
    first: Thing
    second: Thing | None
    background: str

    @property
    def combination(self) -> str:
        """Return what is combined, whatever the background."""
        return f"{self.layout}: {self.first}" + (f", {self.second}" if self.second else "")

    @property
    def held_out(self) -> bool:
        """Return whether the training never sees this combination, on any background."""
        return hashlib.sha256(self.combination.encode()).digest()[0] % _HELD_OUT == 0


@dataclass(frozen=True)
class Kinds:
    """What scenes are made of.

    Attributes:
        emoji: Keys of ``EMOJI`` or ``SPARE_EMOJI``.
        emoji_share: How often a thing is an emoji and not a shape.
    """

    emoji: tuple[str, ...] = tuple(EMOJI)
    emoji_share: float = 0.5


EVERYTHING = Kinds()
ONLY_SHAPES = Kinds(emoji=(), emoji_share=0.0)


def things(kinds: Kinds = EVERYTHING) -> tuple[Thing, ...]:
    """Return everything that can be drawn."""
    shapes = (Thing(shape, colour) for shape in SHAPES for colour in COLOURS)
    return (*map(Thing, kinds.emoji), *shapes)


def any_scene(random: np.random.Generator, kinds: Kinds = EVERYTHING) -> Scene:
    """Return a scene of ``kinds``; shapes are never of the background's colour."""
    background = _one(random, tuple(BACKGROUNDS))
    first = _any_thing(random, background, kinds)
    if random.random() >= _PAIR_SHARE:
        return Scene(_one(random, LAYOUTS[:-2]), first, None, background)
    second = _any_thing(random, background, kinds)
    while second == first:
        second = _any_thing(random, background, kinds)
    return Scene(_one(random, (BESIDE, ABOVE)), first, second, background)


def seen_scene(random: np.random.Generator, kinds: Kinds = EVERYTHING) -> Scene:
    """Return a scene of the training's combinations."""
    while (scene := any_scene(random, kinds)).held_out:
        pass
    return scene


def unseen_scene(random: np.random.Generator, kinds: Kinds = EVERYTHING) -> Scene:
    """Return a scene of a combination that is held out."""
    while not (scene := any_scene(random, kinds)).held_out:
        pass
    return scene


def scene_with(
    random: np.random.Generator, thing: Thing, kinds: Kinds = EVERYTHING, *, held_out: bool = False
) -> Scene:
    """Return a scene of ``kinds`` and ``thing`` that has ``thing`` in it.

    Args:
        random: Chooses the scene.
        thing: One of ``SPARE_EMOJI``.
        kinds: What else there is.
        held_out: Whether its combination is one that no training sees.
    """
    wider = Kinds((thing.name, *kinds.emoji))
    make = unseen_scene if held_out else seen_scene
    while thing not in ((scene := make(random, wider)).first, scene.second):
        pass
    return scene


def one_changed(scene: Scene, random: np.random.Generator) -> Scene:
    """Return a scene that differs in one respect: a thing, the layout or the background."""
    ways = ["first", "layout", "background"] + ["second"] * bool(scene.second)
    while True:
        other, way = any_scene(random), _one(random, tuple(ways))
        changed = replace(scene, **{way: getattr(other, way)})
        if changed != scene and bool(other.second) == bool(scene.second) and _sound(changed):
            return changed


def caption(scene: Scene) -> str:
    """Return the caption in full, as prompts are best written."""
    return f"{_what(scene, swapped=False)} on {_article(scene.background)} background"


def any_caption(scene: Scene, random: np.random.Generator) -> str:
    """Return one of the ways to say it: with the second thing first, or shorter."""
    swapped, where = random.random() < _SWAPPED_SHARE, random.random() < 0.7  # noqa: PLR2004
    what = _what(scene, swapped=swapped, where=where)
    way = random.random()
    if way < 0.1:  # noqa: PLR2004
        return what
    if way < 0.3:  # noqa: PLR2004
        return f"{what}, {scene.background} background"
    return f"{what} on {_article(scene.background)} background"


def words(kinds: Kinds = EVERYTHING) -> tuple[str, ...]:
    """Return every word of the captions, in order."""
    said = {word for thing in things(kinds) for word in f"{thing.one} {thing.many}".split()}
    others = (*PLACES.values(), "two three above below to the left of right of on a background")
    return tuple(sorted(said | set(" ".join([*others, *BACKGROUNDS]).split())))


def spare_words() -> tuple[str, ...]:
    """Return words that the base model has a number for, and no meaning yet."""
    names = (Thing(name) for name in SPARE_EMOJI)
    return tuple(word for thing in names for word in (thing.name, thing.many))


def plurals(kinds: Kinds = EVERYTHING) -> dict[str, str]:
    """Return the plural of everything that can be drawn, without its colour."""
    return {name: Thing(name).many for name in (*kinds.emoji, *SHAPES)}


def _what(scene: Scene, *, swapped: bool, where: bool = True) -> str:
    first, second = scene.first, scene.second
    if second is None:
        if scene.layout not in PLACES:
            return f"{scene.layout} {first.many}"
        omitted = scene.layout == "middle" and not where
        return first.one if omitted else f"{first.one} {PLACES[scene.layout]}"
    if scene.layout == BESIDE:
        said = "to the right of" if swapped else "to the left of"
    else:
        said = "below" if swapped else "above"
    one, other = (second, first) if swapped else (first, second)
    return f"{one.one} {said} {other.one}"


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'aeio' else 'a'} {word}"


def _any_thing(random: np.random.Generator, background: str, kinds: Kinds) -> Thing:
    if random.random() < kinds.emoji_share:
        return Thing(_one(random, kinds.emoji))
    colours = tuple(colour for colour in COLOURS if colour != background)
    return Thing(_one(random, SHAPES), _one(random, colours))


def _sound(scene: Scene) -> bool:
    here = [scene.first, *([scene.second] if scene.second else [])]
    return scene.first != scene.second and all(t.colour != scene.background for t in here)


def _one(random: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(random.integers(len(options)))]
