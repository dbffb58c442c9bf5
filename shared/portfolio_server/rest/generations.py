"""``/v1/images/generations``: pictures drawn after a prompt."""

import base64
import re
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field, StrictFloat, StrictInt

from portfolio_core.engines import text_to_image
from portfolio_core.errors import UnknownChoice
from portfolio_core.media import images
from portfolio_core.media.images import Pixels
from portfolio_core.ui.pictured import Results
from portfolio_core.ui.picturing import Cell, Desk, Wish
from portfolio_core.ui.styles import Styles
from portfolio_server.rest import work
from portfolio_server.rest.benches import unheard
from portfolio_server.rest.service import AUTOMATIC, Service
from portfolio_server.rest.shapes import RECIPE, Described, choice, shown

_SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})", re.ASCII)
# A PNG carries its recipe; the others are nothing but the picture.
_FORMATS: Mapping[str, Callable[[Pixels], bytes] | None] = {
    "png": None,
    "jpeg": images.jpeg_bytes,
    "webp": images.webp_bytes,
}
RESPONSES = ("b64_json",)
"""How pictures come back. An address would be one that anybody who learns it could read."""


class DrawingsBody(Described):
    """What to draw. Fields of OpenAI's that are not here are passed over."""

    model_config = shown({"prompt": "a red circle", "n": 1, "seed": 1})

    prompt: str
    """What is to be seen."""
    model: str = AUTOMATIC
    """A model from /v1/models, or "auto"."""
    n: StrictInt | None = None
    """Pictures; the next has the next seed."""
    size: str = AUTOMATIC
    """Width and height in pixels as "256x256", or "auto" for what the model draws best."""
    response_format: str = choice(RESPONSES, RESPONSES[0])
    """In base64; there are no addresses of pictures here."""
    output_format: str = choice(_FORMATS, "png")
    """A PNG carries its recipe; jpeg has a loss, webp none."""
    negative_prompt: str | None = None
    """What is not to be seen. Not OpenAI's, like the rest."""
    seed: StrictInt | None = Field(None, json_schema_extra={"examples": [1]})
    """Of the first picture, 0 to 4294967295; none draws one, and the recipe tells it."""
    steps: StrictInt | None = None
    """Denoising steps; none for the model's own."""
    guidance: StrictFloat | None = None
    """How closely to follow the prompt, 0 to 20; none for the model's own."""
    scheduler: str | None = None
    """Key of a scheduler; none for the model's own."""


class Drawing(Described):
    """One picture."""

    b64_json: str
    """The file, in base64."""
    seed: int
    """Its own: with this and n = 1 it comes out the same."""
    notes: list[str]
    """Codes of what to know of it."""
    recipe: dict[str, Any]
    """How it was made."""


class Drawings(Described):
    """The pictures, in the shape of OpenAI's API."""

    model_config = shown(
        {
            "created": 1767225600,
            "model": "text-to-image-starter",
            "output_format": "png",
            "size": "128x128",
            "data": [{"b64_json": "iVBORw0…", "seed": 1, "notes": [], "recipe": RECIPE}],
        }
    )

    created: int
    """When, in seconds since 1970."""
    model: str
    """What drew them."""
    output_format: str
    """What kind of files they are."""
    size: str
    """Width and height in pixels."""
    data: list[Drawing]
    """The pictures."""


def router(service: Service) -> APIRouter:
    """Return the route that draws."""
    routes = APIRouter(tags=["images"])

    @routes.post("/images/generations", summary="Draw pictures")
    async def generate(body: DrawingsBody, request: Request) -> Drawings:
        """Draw pictures after a prompt; the same values with the same seed give the same."""
        chosen = service.choice(text_to_image.TASK, body.model)
        file_format = check("output_format", body.output_format, list(_FORMATS))
        check("response_format", body.response_format, RESPONSES)
        bench = service.drawing
        desk = Desk(bench, Styles({}))
        wish = desk.wish(_form(body))
        cells = await work.result(request, work.made(_drawn(desk, wish)))
        results = Results(bench)
        width, height = wish.size
        return Drawings(
            created=int(time.time()),
            model=chosen.model.key,
            output_format=file_format,
            size=f"{width}x{height}",
            data=[_data(results, cell, _FORMATS[file_format]) for cell in cells],
        )

    return routes


def check(name: str, given: str, known: list[str] | tuple[str, ...]) -> str:
    """Return a caller's choice, if it is one of those known.

    Raises:
        UnknownChoice: it is not.
    """
    if given not in known:
        raise UnknownChoice(name, given, known)
    return given


def _form(body: DrawingsBody) -> dict[str, Any]:
    """Return the arguments of the Space's endpoint; see :meth:`Desk.wish`."""
    names = ("prompt", "negative_prompt", "seed", "steps", "guidance", "scheduler")
    form: dict[str, Any] = {name: getattr(body, name) for name in names}
    form["count"] = body.n
    if body.size != AUTOMATIC:
        sides = _SIZE.fullmatch(body.size)
        if not sides:
            raise UnknownChoice("size", body.size, [AUTOMATIC, "256x256", "…"])
        form["width"], form["height"] = map(int, sides.groups())
    return form


def _drawn(desk: Desk, wish: Wish) -> Generator[list[Cell] | None, None, list[Cell]]:
    cells: list[Cell] = []
    for sketch in desk.draw(wish, unheard, "en"):
        if sketch and sketch.finished:
            cells.append(sketch.finished)
        yield None
    return cells


def _data(results: Results, cell: Cell, write: Callable[[Pixels], bytes] | None) -> Drawing:
    made = results.recipe(cell.arguments, cell.revision, cell.seconds)
    content = write(cell.drawn.rgb) if write else results.png(cell, made)
    return Drawing(
        b64_json=base64.b64encode(content).decode(),
        seed=cell.drawn.seed,
        notes=[note.code for note in cell.notes],
        recipe=made,
    )
