"""``/v1/ocr``: pages to text, each word with its place and how sure it is."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from portfolio_core import recipe
from portfolio_core.engines import ocr
from portfolio_core.engines.ocr import exports
from portfolio_core.engines.ocr.call import Call, ReadPage, Upload
from portfolio_core.ui.bench import Bench
from portfolio_core.workload import Place
from portfolio_server.rest import received, work
from portfolio_server.rest.benches import unheard
from portfolio_server.rest.received import Received
from portfolio_server.rest.service import AUTOMATIC, Service
from portfolio_server.rest.shapes import RECIPE, Described, choice, content, shown

_JSON = "json"


class OcrBody(Described):
    """Pages to read."""

    model_config = shown({"files": ["letter.jpg"], "language": "en", "file_format": "json"})

    files: list[UploadFile]
    """PDF, JPEG, PNG or WEBP files; their pages together are limited, see /v1/limits."""
    language: str = choice(ocr.LANGUAGES, AUTOMATIC)
    """What is written on them: en, ko, or auto for both."""
    file_format: str = choice(exports.FORMATS, _JSON)
    """json is answered as below; the others as a file."""
    model: str = AUTOMATIC
    """A model from /v1/models, or "auto"."""


class ReadWord(Described):
    """One word of a line."""

    text: str
    confidence: float
    """Share of such words that are right, 0 to 1."""
    polygon: list[list[float]]
    """Four corners, clockwise from the upper left, in pixels of the page."""
    doubtful: bool
    """Whether somebody should look at the picture."""
    other: str
    """What a second reader read there, where the two disagree."""
    other_reader: str
    """Key of that reader's model."""


class Line(Described):
    """One line of a page."""

    text: str
    confidence: float
    polygon: list[list[float]]
    reader: str
    """Key of the model that read it."""
    block: int
    """Number of the column or paragraph that it belongs to."""
    words: list[ReadWord]


class Correction(Described):
    """What was put right before reading."""

    turned_degrees: int
    skew_degrees: float
    perspective: bool


class Page(Described):
    """One page."""

    number: int
    """From 1."""
    width: int
    """Pixels of the page as it was read, upright and level."""
    height: int
    text: str
    markdown: str
    correction: Correction
    notes: list[str]
    """Codes of what a reader should know."""
    lines: list[Line]


class Pages(Described):
    """What was read."""

    model_config = shown({"text": "Dear reader,", "pages": [], "recipe": {**RECIPE, "task": "ocr"}})

    text: str
    """All of it; an empty line between pages."""
    pages: list[Page]
    recipe: dict[str, Any]
    """How it was read."""


def router(service: Service) -> APIRouter:
    """Return the route that reads pages."""
    routes = APIRouter(tags=["ocr"])
    others = [kind.media_type for kind in exports.FORMATS.values() if kind.key != _JSON]
    described = content(*others)
    described[200]["model"] = Pages

    @routes.post("/ocr", summary="Read pages", response_model=None, responses=described)
    async def read(body: Annotated[OcrBody, File()], request: Request) -> Response:
        """Read pictures and documents, page by page."""
        service.choice(ocr.TASK, body.model)
        wanted = exports.check_format(body.file_format)
        call, files = await work.result(request, _read(service, body))
        if wanted.key != _JSON:
            title = Path(files[0].name.replace("\\", "/")).stem or "page"
            file = await work.in_thread(lambda: call.file(wanted, title))
            return Response(file, media_type=wanted.media_type)
        pages = [exports.data.page(page.reading, page.number) for page in call.pages]
        made = _recipe(service.reading, call, files, wanted.key)
        text = "\n\n".join(page["text"] for page in pages)
        return JSONResponse({"text": text, "pages": pages, "recipe": made})

    return routes


async def _read(service: Service, body: OcrBody) -> AsyncGenerator[tuple[Call, list[Received]]]:
    bench, limits = service.reading, service.settings.limits
    async with received.files(service.settings, body.files) as files:
        sent = [Upload(one.path, one.name) for one in files]
        call = await work.in_thread(lambda: Call(sent, body.language, limits))
        places: list[Place[Any]] = []

        def turn(place: Place[Any]) -> Iterator[None]:
            places[:] = [place]
            yield from bench.turn(place, unheard, "en")

        def cancel() -> None:
            for place in places:
                place.cancel()

        steps = (one if isinstance(one, ReadPage) else None for one in _steps(call, bench, turn))
        async for _ in work.in_threads(steps, cancel):
            pass
        yield call, files


def _steps(call: Call, bench: Bench, turn: Any) -> Iterator[Any]:  # noqa: ANN401 - see Call.steps
    return call.steps(bench.workload, bench.spec, turn)


def _recipe(bench: Bench, call: Call, files: list[Received], file_format: str) -> dict[str, Any]:
    made = recipe.write(
        bench.choice,
        revision=call.revision,
        parameters={
            "files": [one.mark for one in files],
            "language": call.language,
            "file_format": file_format,
        },
        seconds=call.seconds,
        also=[reader for reader in call.readers() if reader != bench.choice.model.key],
    )
    return made.model_dump(mode="json")
