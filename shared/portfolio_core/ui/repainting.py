"""The work behind a page that fills what is masked: what a caller may ask, and who does it.

Erasing takes seconds and needs no prompt; drawing something new takes a model that follows one.
The work is a generator: it yields whenever there may be news, and returns its result.
"""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portfolio_core import catalog, recipe
from portfolio_core.catalog import Choice
from portfolio_core.engines import inpainting
from portfolio_core.engines.diffusion import estimate
from portfolio_core.engines.inpainting import (
    MOST_FEATHER,
    Abilities,
    Mask,
    Step,
    Tools,
    Wish,
    composing,
    editing,
    masks,
)
from portfolio_core.engines.inpainting.composing import Margins
from portfolio_core.engines.inpainting.editing import Edit, Edited, Note
from portfolio_core.errors import EmptyMask, NoFile, NoRecipe, NothingReplaces
from portfolio_core.media import images
from portfolio_core.media.images import Pixels
from portfolio_core.ui import restoring
from portfolio_core.ui.background import Running, Signal, both
from portfolio_core.ui.bench import Bench, News
from portfolio_core.ui.gpu import OnGpu
from portfolio_core.ui.i18n import Locale
from portfolio_core.ui.restoring import Restored
from portfolio_core.workload import Place

Asked = tuple[Pixels, Mask, Wish]
PLAIN: Mapping[str, Any] = {
    "invert": False, "fill_holes": False, "grow": 0, "prompt": "", "negative_prompt": "",
    "method": "auto", "feather": -1, "steps": 0, "guidance": 0, "seed": 0,
}  # fmt: skip
"""The arguments of a call when nobody says otherwise."""
SIDES: Mapping[str, Any] = {"left": 0, "right": 0, "top": 0, "bottom": 0}
"""The same of those that only a call to extend a picture has, in pixels."""
_TOOLS = ("invert", "fill_holes", "grow")
_WISH = ("prompt", "negative_prompt", "method", "steps", "guidance", "seed")
_HANGUL = re.compile("[ㄱ-ㆎ가-힣]")


@dataclass(frozen=True)
class Upload:
    """A file of a visitor.

    Attributes:
        path: Where it lies.
        name: What it was called at its owner's.
    """

    path: Path
    name: str


@dataclass(frozen=True)
class Order:
    """What is asked for, checked.

    Attributes:
        edit: The picture with its mask.
        wish: What is to become of it.
        feather: Pixels from the mask's edge inwards; none = the model's own.
        choice: Who does it.
        notes: What a visitor should know beside what the picture brings.
    """

    edit: Edit
    wish: Wish
    feather: int | None
    choice: Choice
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Done:
    """A picture that is done, with what its recipe needs.

    Attributes:
        order: What was asked for.
        edited: The picture.
        choice: Who did it.
        revision: Of its weights.
        feather: Pixels over which it was feathered.
        seconds: Of the work.
    """

    order: Order
    edited: Edited
    choice: Choice
    revision: str
    feather: int
    seconds: float


class Desk:
    """The work of one page."""

    def __init__(self, page: Bench) -> None:
        """Work for ``page``."""
        self._page, self._limits = page, page.settings.limits
        self._pace = estimate.process_wide()
        self._on_gpu: OnGpu[Asked, Step | Pixels] = OnGpu(
            _painted, self._seconds, borrows=page.machine.device == "cuda"
        )
        best = page.choice
        self.replacing = best if abilities(best).replaces else None
        """What draws something new, where there is such a model."""
        self.erasing = page.optional(inpainting.ERASING) or best
        """What erases."""

    @property
    def feather(self) -> int:
        """Pixels of feathering when nobody says otherwise."""
        return abilities(self._page.choice).feather

    def wish(self, arguments: Mapping[str, Any]) -> Wish:
        """Check what is to become of the masked part; see :func:`inpainting.request`."""
        values = {name: arguments[name] for name in _WISH}
        return inpainting.request(**values, limits=self._limits)

    def restored(self, picture: Upload) -> Restored | None:
        """Return the settings that a picture carries, each of them checked; none without any."""
        try:
            return restoring.restored(
                picture.path,
                known={**PLAIN, **SIDES},
                check=self._check,
                model=self._page.choice.model,
                revision="",
                limits=self._limits,
            )
        except NoRecipe:
            return None

    def _check(self, arguments: Mapping[str, Any]) -> None:
        """Raise what an endpoint would raise for these settings."""
        self.wish(arguments)
        inpainting.tools(**{name: arguments[name] for name in _TOOLS})
        inpainting.whole("feather", arguments["feather"], -1, MOST_FEATHER)
        self._margins({name: arguments[name] for name in SIDES})

    def edit(
        self,
        picture: Upload | None,
        sent: Sequence[Upload],
        drawn: Sequence[Upload] = (),
        *,
        invert: object,
        fill_holes: object,
        grow: object,
    ) -> Edit:
        """Read a picture and its masks.

        Args:
            picture: What is to be changed.
            sent: Pictures that mark what may change, see :func:`masks.read`.
            drawn: Layers that a visitor painted over the picture, as large as it was shown.
            invert: See :class:`Tools`, as for the others.
            fill_holes: The same.
            grow: The same.

        Raises:
            NoFile: there is no picture.
            EmptyMask: there is no mask, or nothing is marked.
            MaskSize, FullMask: see :func:`editing.masked`.
            InvalidInput: a switch or a number cannot be used; or see :func:`images.read`.
        """
        tools: Tools = inpainting.tools(invert=invert, fill_holes=fill_holes, grow=grow)
        if picture is None:
            raise NoFile
        whole = images.read(picture.path, self._limits)
        height, width = whole.rgb.shape[:2]
        read = [masks.read(images.read(one.path, self._limits)) for one in sent]
        for layer in drawn:
            painted = masks.layer(images.read(layer.path, self._limits))
            read.append(masks.fitted(painted, (height, width))[0])
        if not read:
            raise EmptyMask
        return editing.masked(whole, read, tools)

    def extended(
        self, picture: Upload | None, *, left: object, right: object, top: object, bottom: object
    ) -> Edit:
        """Read a picture, and give it room on its sides, in pixels.

        Raises:
            NoFile: there is no picture.
            NumberOutOfRange: a side is no whole number that a picture may have.
            NoMargin, ImageTooLarge: see :func:`editing.outpainted`.
        """
        margins = self._margins({"left": left, "right": right, "top": top, "bottom": bottom})
        if picture is None:
            raise NoFile
        return editing.outpainted(images.read(picture.path, self._limits), margins, self._limits)

    def _margins(self, sides: Mapping[str, object]) -> Margins:
        most = self._limits.image_side
        return Margins(
            **{name: inpainting.whole(name, value, 0, most) for name, value in sides.items()}
        )

    def order(self, edit: Edit, wish: Wish, feather: object) -> Order:
        """Say who fills a picture.

        Args:
            edit: The picture with its mask.
            wish: What is to become of it.
            feather: Pixels; -1 = the model's own.

        Raises:
            NumberOutOfRange: ``feather`` is no whole number from -1 to :data:`MOST_FEATHER`.
            NothingReplaces: something new is asked for, and nothing here draws it.
        """
        given = inpainting.whole("feather", feather, -1, MOST_FEATHER)
        width = None if given < 0 else given
        if wish.method == "replace" and self.replacing is None:
            raise NothingReplaces
        draws = wish.method == "replace" or (wish.method == "auto" and bool(wish.prompt))
        if draws and self.replacing is not None:
            return Order(edit, wish, width, self.replacing, _of_prompt(wish, self.replacing))
        notes = (Note("prompt_unused"),) if wish.prompt else ()
        return Order(edit, wish, width, self.erasing, notes)

    def done(
        self, order: Order, progress: News, locale: Locale, choice: Choice | None = None
    ) -> Generator[Step | None, None, Done]:
        """Fill a picture.

        Args:
            order: What is asked for.
            progress: Told how it goes.
            locale: The visitor's language.
            choice: Another model than the order's.

        Raises:
            PictureHidden: the model's safety checker does not show what it made.
            EngineFailed: the model broke off.
        """
        choice = choice or order.choice
        asked = (order.edit.seen, order.edit.mask, order.wish)
        own = abilities(choice)
        with self._page.workload.enter(self._page.spec_of(choice.model)) as place:
            for _ in self._page.turn(place, progress, locale):
                yield None
            engine = place.engine()
            watch = recipe.Stopwatch()
            work = self._drawn if own.replaces else self._erased
            filled = yield from work(choice, place, asked, progress, locale)
            seconds = watch.seconds
        if own.replaces:
            pixels = own.side**2 * len(composing.boxes(order.edit.mask))
            self._pace.note(choice.model.key, order.wish.steps or own.steps, pixels, 1, seconds)
        feather = own.feather if order.feather is None else order.feather
        edited = editing.edited(order.edit, filled, feather)
        return Done(order, edited, choice, engine.revision, feather, seconds)

    def _drawn(
        self, choice: Choice, place: Place[Any], asked: Asked, progress: News, locale: Locale
    ) -> Generator[Step | None, None, Pixels]:
        """Let a model draw step by step; whoever leaves ends it at the next one."""
        filled = asked[0]
        with closing(self._on_gpu(choice.model.key, place.engine(), asked)) as steps:
            for item in steps:
                place.check()
                if isinstance(item, Step):
                    fields = {"done": item.done, "total": item.total}
                    said = self._page.words.say("drawing", locale, **fields)
                    progress(item.done / item.total, desc=said)
                    yield item
                else:
                    filled = item
        return filled

    def _erased(
        self, _choice: Choice, place: Place[Any], asked: Asked, progress: News, locale: Locale
    ) -> Generator[None, None, Pixels]:
        """Fill in a thread: for seconds, these libraries do not speak up."""

        def work(signal: Signal) -> Pixels:
            filled = asked[0]
            for item in _painted(place.engine(), asked, both(signal.check, place.check)):
                if isinstance(item, Step):
                    signal.progress(item.done, item.total)
                else:
                    filled = item
            return filled

        running = Running(work)
        for signal in running:
            share = signal.done / signal.whole if signal.whole else 0.0
            progress(share, desc=self._page.words.say("erasing", locale))
            yield None
        return running.result

    def _seconds(self, key: str, asked: Asked) -> float:
        own: Abilities = catalog.engine_class(catalog.by_key(key)).ABILITIES
        pixels = own.side**2 * len(composing.boxes(asked[1]))
        return self._pace.seconds(key, asked[2].steps or own.steps, pixels).seconds


def upload(path: Path, name: str) -> Upload:
    """Return a file of a visitor; see :func:`uploads.taken`."""
    return Upload(path, name or path.name)


def abilities(choice: Choice) -> Abilities:
    """Return what the chosen model can be asked for."""
    found: Abilities = catalog.engine_class(choice.model).ABILITIES
    return found


def _painted(
    engine: Any,  # noqa: ANN401 - an engine of the task
    asked: Asked,
    check: Any = None,  # noqa: ANN401 - a function; a borrowed GPU has none
) -> Iterator[Step | Pixels]:
    return composing.painted(engine, *asked, check or _go_on)


def _of_prompt(wish: Wish, choice: Choice) -> tuple[Note, ...]:
    """Say so where a prompt is in Korean and the model has not learnt it."""
    if "ko" in choice.model.languages or not _HANGUL.search(wish.prompt):
        return ()
    return (Note("prompt_language", {"model": choice.model.name}),)


def _go_on() -> None:
    """Ask nothing: whoever leaves closes the work."""
