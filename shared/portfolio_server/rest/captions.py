"""``/v1/captions`` and ``/v1/timeline``: what a picture shows; what is seen and said in a clip."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from portfolio_core.engines import captioning
from portfolio_core.engines import speech_to_text as stt
from portfolio_core.engines.captioning import Detail
from portfolio_core.text import timeline, timeline_files
from portfolio_core.ui.watched import Watched, Wish
from portfolio_core.ui.watching import Steps
from portfolio_server.rest import received, work
from portfolio_server.rest.benches import unheard
from portfolio_server.rest.received import Received
from portfolio_server.rest.service import AUTOMATIC, Service
from portfolio_server.rest.shapes import RECIPE, Described, choice, content, shown

_JSON = "json"
_TEXTS = {"srt": "application/x-subrip", "vtt": "text/vtt", "descriptions": "text/vtt",
          "txt": "text/plain"}  # fmt: skip


class _Common(Described):
    """What both routes take."""

    file: UploadFile
    detail: str = choice([one.value for one in Detail], Detail.DETAILED.value)
    """How much to tell."""
    language: str = choice(timeline.LANGUAGES, "en")
    """What captions and marks are written in."""
    model: str = AUTOMATIC
    """A model from /v1/models, or "auto"."""


class CaptionBody(_Common):
    """A picture to describe."""

    model_config = shown({"file": "picture.jpg", "detail": "detailed", "language": "en"})

    file: UploadFile
    """A JPEG, PNG or WEBP picture."""


class TimelineBody(_Common):
    """A picture, a sound or a clip to put into words."""

    model_config = shown({"file": "clip.mp4", "language": "en", "file_format": "json"})

    file: UploadFile
    """A picture, or WAV, FLAC, MP3, OGG, M4A, WEBM, MP4, MOV or MKV."""
    spoken: str = stt.AUTOMATIC
    """ISO 639-1 code of what is said, or "auto"."""
    translate: bool = False
    """Write in English what is said, whatever the language."""
    file_format: str = choice(timeline_files.FORMATS, _JSON)
    """json is answered as below; the others as text."""


class Fact(Described):
    """What can be told of a picture without guessing."""

    code: str
    value: str
    value_ko: str


class Caption(Described):
    """What a picture shows."""

    model_config = shown(
        {
            "text": "A bright picture, mostly blue.",
            "facts": [{"code": "light", "value": "bright", "value_ko": "밝은"}],
            "notes": ["facts_only"],
            "recipe": RECIPE,
        }
    )

    text: str
    facts: list[Fact]
    """What it was put together from, where it was."""
    notes: list[str]
    """Codes of what a reader should know."""
    recipe: dict[str, Any]
    """How it was made."""


class HeardWord(Described):
    """One word that was heard."""

    text: str
    start_seconds: float
    end_seconds: float
    confidence: float
    doubtful: bool


class Entry(Described):
    """One thing on the timeline."""

    kind: Literal["scene", "speech", "silence", "music", "noise"]
    start_seconds: float
    end_seconds: float
    text: str
    words: list[HeardWord]
    language: str
    note: str


class TimelineData(Described):
    """What is seen and said, in order of time."""

    model_config = shown(
        {
            "kind": "sound",
            "seconds": 1.2,
            "language": "en",
            "entries": [],
            "notes": ["english_only"],
            "recipe": RECIPE,
        }
    )

    kind: Literal["picture", "sound", "clip"]
    seconds: float
    language: str
    entries: list[Entry]
    notes: list[str]
    recipe: dict[str, Any]


def router(service: Service) -> APIRouter:
    """Return the routes that watch and listen."""
    routes = APIRouter(tags=["captions"])
    described = content("text/plain", "text/vtt", "application/x-subrip")
    described[200]["model"] = TimelineData

    @routes.post("/captions", summary="Say what a picture shows")
    async def caption(body: Annotated[CaptionBody, File()], request: Request) -> Caption:
        """Describe a picture, with what the description was made of."""
        wish = service.watcher.wish(body.detail, body.language)
        watching = _watched(service, body, wish, service.watcher.see)
        done, file = await work.result(request, watching)
        used = {"image": file.mark, "detail": body.detail, "language": body.language}
        return Caption(
            text=done.scenes[0].text,
            facts=[Fact(**vars(fact)) for fact in done.captions[0].facts],
            notes=_notes(done),
            recipe=done.recipe(used),
        )

    @routes.post(
        "/timeline", summary="Put a clip into words", response_model=None, responses=described
    )
    async def watch(body: Annotated[TimelineBody, File()], request: Request) -> Response:
        """Say what is seen and said in a picture, a sound or a clip."""
        kind = timeline_files.check_format(body.file_format)
        wish = service.watcher.wish(body.detail, body.language, body.spoken, body.translate)
        watching = _watched(service, body, wish, service.watcher.watch)
        done, file = await work.result(request, watching)
        if kind.key != _JSON:
            return PlainTextResponse(kind.write(done.timeline), media_type=_TEXTS[kind.key])
        told = {"kind": done.footage.kind, **timeline.data(done.timeline), "notes": _notes(done)}
        return JSONResponse(told | {"recipe": done.recipe({"file": file.mark, **wish.arguments()})})

    return routes


async def _watched(
    service: Service, body: _Common, wish: Wish, watch: Callable[..., Steps]
) -> AsyncGenerator[tuple[Watched, Received]]:
    service.choice(captioning.TASK, body.model)
    async with received.files(service.settings, [body.file]) as (file,):
        path: Path = file.path
        async for done in work.made(watch(path, wish, unheard, "en")):
            if done is not None:
                yield done, file


def _notes(done: Watched) -> list[str]:
    return [*done.footage.notes, *done.notes]
