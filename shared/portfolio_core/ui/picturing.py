"""The work behind a page that draws pictures: one, several, or a comparison over one parameter.

What a stranger asks for is checked here, before anything is loaded. The work is a generator: it
yields whenever there may be news for the visitor, and returns its result.
"""

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from portfolio_core import recipe
from portfolio_core.engines import text_to_image as drawing
from portfolio_core.engines.diffusion import estimate
from portfolio_core.engines.diffusion.estimate import Estimate
from portfolio_core.engines.text_to_image import Abilities, Drawn, ImageRequest, Note, Step
from portfolio_core.media.images import Pixels
from portfolio_core.ui import comparing
from portfolio_core.ui.bench import Bench, News
from portfolio_core.ui.comparing import Column
from portfolio_core.ui.gpu import OnGpu
from portfolio_core.ui.i18n import Locale
from portfolio_core.ui.styles import Styles

Requests = tuple[ImageRequest, ...]
_NUMBERS = (
    "width", "height", "steps", "guidance", "scheduler", "seed", "count", "refine_from",
)  # fmt: skip
_COMPARISON = ("compare", "values")
_HANGUL = re.compile("[ㄱ-ㆎ가-힣]")


@dataclass(frozen=True)
class Wish:
    """What is to be drawn, checked.

    Attributes:
        arguments: Those of the endpoint, with every value that was left to the page.
        columns: What is compared; a single one where nothing is.
        requests: What the engine is asked for each column.
    """

    arguments: Mapping[str, Any]
    columns: tuple[Column, ...]
    requests: Requests

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a picture, in pixels."""
        return self.requests[0].width, self.requests[0].height

    @property
    def rows(self) -> list[int]:
        """The seed of each picture of a column; of the first one, where seeds are compared."""
        first = self.requests[0]
        return [(first.seed + index) % drawing.SEEDS for index in range(first.count)]


@dataclass(frozen=True)
class Cell:
    """One picture in its place.

    Attributes:
        column: Number of its column.
        drawn: The picture.
        arguments: Those of the endpoint that give this picture alone.
        prompt: What the engine was asked for, with a style around it.
        negative_prompt: The same of what is not to be seen.
        notes: What to know of it.
        revision: Of the weights.
        seconds: That it took.
    """

    column: int
    drawn: Drawn
    arguments: Mapping[str, Any]
    prompt: str
    negative_prompt: str
    notes: tuple[Note, ...]
    revision: str
    seconds: float


@dataclass(frozen=True)
class Sketch:
    """How far the work is.

    Attributes:
        column: The one that is being drawn.
        done: Steps of it that are done.
        total: Steps of it in all.
        share: Of all the work, from 0 to 1.
        seconds_left: About; none while nothing can be said.
        preview: What the next picture looks like by now.
        finished: The picture that was just finished.
    """

    column: int
    done: int
    total: int
    share: float
    seconds_left: float | None
    preview: Pixels | None = None
    finished: Cell | None = None


class Desk:
    """The work of one page."""

    def __init__(self, page: Bench, styles: Styles) -> None:
        """Work for ``page``, which offers ``styles``."""
        self._page, self._styles = page, styles
        self._pace = estimate.process_wide()
        self._draw: OnGpu[Requests, tuple[int, Step | Drawn]] = OnGpu(
            _drawn, self._seconds, borrows=page.machine.device == "cuda"
        )
        self.abilities: Abilities = page.engine_class.abilities
        """What the page's engine can be asked for."""

    def wish(self, form: Mapping[str, Any]) -> Wish:
        """Check what a caller asks for.

        Args:
            form: Arguments of the endpoint that draws, by name; those left out, and none, are left
                to the page.

        Raises:
            InvalidInput: a value cannot be used; its own type says which and why.
        """
        given = {name: value for name, value in form.items() if value not in (None, "")}
        style, compare, values = (given.pop(name, "") for name in ("style", "compare", "values"))
        first = self._request(given)
        fixed = {**given, "seed": first.seed, "count": first.count}
        most = self._page.settings.limits.draw_compared
        columns = comparing.columns(compare, values, count=first.count, most=most)
        requests = tuple(
            self._styled(self._request({**fixed, **column.changes}), style) for column in columns
        )
        told = {"prompt": first.prompt, "negative_prompt": first.negative_prompt}
        told |= {"style": style} if style else {}
        told |= {name: getattr(first, name) for name in _NUMBERS}
        told |= {"compare": compare, "values": values} if compare else {}
        return Wish(told, columns, requests)

    def estimate(self, wish: Wish) -> Estimate:
        """Return how long the drawing will take on this machine, without a wait or a download."""
        key = self._page.choice.model.key
        parts = [self._pace.seconds(key, *_size(one)) for one in wish.requests]
        return Estimate(sum(part.seconds for part in parts), all(part.learnt for part in parts))

    def draw(
        self, wish: Wish, progress: News, locale: Locale
    ) -> Generator[Sketch | None, None, float]:
        """Draw what was asked for; return the seconds that it took.

        Yields:
            How far it is, and each picture; nothing where only time has passed.

        Raises:
            Busy: there is no room, or the turn did not come in time.
            WorkTooLong: it has passed its deadline.
            ModelUnavailable: the engine could not be loaded, or broke off.
        """
        page = self._page
        with page.workload.enter(page.spec) as place:
            yield from page.turn(place, progress, locale)
            engine, watch = place.engine(), recipe.Stopwatch()
            work = self._draw(page.choice.model.key, engine, wish.requests)
            with closing(work):
                for sketch in self._sketches(wish, work, engine.revision):
                    place.check()
                    yield sketch
            return watch.seconds

    def _request(self, form: Mapping[str, Any]) -> ImageRequest:
        limits = self._page.settings.limits
        return drawing.request(form, abilities=self.abilities, limits=limits)

    def _styled(self, request: ImageRequest, style: object) -> ImageRequest:
        prompt, negative_prompt = self._styles.applied(
            style, request.prompt, request.negative_prompt
        )
        return replace(request, prompt=prompt, negative_prompt=negative_prompt)

    def _sketches(
        self, wish: Wish, work: Iterator[tuple[int, Step | Drawn]], revision: str
    ) -> Iterator[Sketch]:
        """Yield how far it is at each step and each picture; learn how long a column takes."""
        key, parts = self._page.choice.model.key, [one.steps * one.count for one in wish.requests]
        whole, column_watch, cell_watch = (recipe.Stopwatch() for _ in range(3))
        done, total = 0, parts[0]
        missing = {number: one.count for number, one in enumerate(wish.requests)}
        for column, item in work:
            finished, preview = None, None
            if isinstance(item, Step):
                done, total, preview = item.done, item.total, item.preview
            else:
                finished = self._cell(wish, column, item, revision, cell_watch.seconds)
                cell_watch.restart()
                missing[column] -= 1
            share = (sum(parts[:column]) + parts[column] * done / max(total, 1)) / sum(parts)
            if not missing[column]:
                self._pace.note(key, *_size(wish.requests[column]), column_watch.seconds)
                column_watch.restart()
                done = 0
            left = whole.seconds * (1 - share) / share if share else None
            yield Sketch(column, done, total, share, left, preview, finished)

    def _cell(self, wish: Wish, column: int, drawn: Drawn, revision: str, seconds: float) -> Cell:
        request = wish.requests[column]
        own = {name: getattr(request, name) for name in _NUMBERS}
        whole = {name: told for name, told in wish.arguments.items() if name not in _COMPARISON}
        alone = {**whole, **own, "seed": drawn.seed, "count": 1}
        notes = drawn.notes
        if _HANGUL.search(request.prompt) and "ko" not in self.abilities.languages:
            notes = (Note("language"), *notes)
        return Cell(
            column, drawn, alone, request.prompt, request.negative_prompt, notes, revision, seconds
        )

    def _seconds(self, key: str, requests: Requests) -> float:
        return sum(self._pace.seconds(key, *_size(one)).seconds for one in requests)


def _size(request: ImageRequest) -> tuple[int, int, int]:
    """Return steps, pixels and count, as the pace counts them."""
    return request.steps, request.width * request.height, request.count


def _drawn(engine: Any, requests: Requests) -> Iterator[tuple[int, Step | Drawn]]:  # noqa: ANN401 - see the protocol
    for number, request in enumerate(requests):
        with closing(engine.draw(request)) as work:
            for item in work:
                yield number, item
