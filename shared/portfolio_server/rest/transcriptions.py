"""``/v1/audio/transcriptions`` and ``/v1/audio/translations``: what is said, written down."""

import contextlib
import math
import zlib
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import Field

from portfolio_core.engines import speech_to_text as stt
from portfolio_core.errors import PortfolioError, UnknownChoice
from portfolio_core.text import timeline_files
from portfolio_core.text.timeline import Entry
from portfolio_core.ui.watched import Watched, Wish
from portfolio_server import errors
from portfolio_server.rest import received, work
from portfolio_server.rest.benches import unheard
from portfolio_server.rest.events import event
from portfolio_server.rest.received import Received
from portfolio_server.rest.service import AUTOMATIC, Service
from portfolio_server.rest.shapes import EVENTS, Described, choice, content, shown
from portfolio_server.rest.streamed import Streamed

_TEXTS: dict[str, str] = {"text": "text/plain", "srt": "application/x-subrip", "vtt": "text/vtt"}
_FORMATS = ("json", "verbose_json", *_TEXTS)
_GRANULARITIES = ("segment", "word")
_LEAST_CONFIDENCE = 1e-3  # the logarithm of none is no number that JSON has
_EXAMPLE = {"text": "Good morning.", "duration": 1.2, "language": "en", "recipe": {}}


class _Common(Described):
    """What both routes take. Fields of OpenAI's that are not here are passed over."""

    file: UploadFile
    """A sound or a clip: WAV, FLAC, MP3, OGG, M4A, WEBM, MP4, MOV or MKV."""
    model: str = AUTOMATIC
    """A model from /v1/models, or "auto"."""
    response_format: str = choice(_FORMATS, "json")
    """verbose_json has segments, and words where asked for; srt and vtt are subtitles."""


class TranslationBody(_Common):
    """A recording to write down in English."""

    model_config = shown({"file": "voice.flac", "response_format": "json"})


class TranscriptionBody(_Common):
    """A recording to write down."""

    model_config = shown({"file": "voice.flac", "language": "en", "response_format": "srt"})

    language: str = ""
    """ISO 639-1 code of what is said; empty where it is to be heard."""
    stream: bool = False
    """Send what is said as it is heard, as server-sent events; only json and text are."""
    timestamp_granularities: Annotated[
        list[str],
        Field(
            default_factory=lambda: ["segment"],
            alias="timestamp_granularities[]",
            json_schema_extra={"items": {"type": "string", "enum": list(_GRANULARITIES)}},
        ),
    ]
    """What verbose_json has times of."""


def router(service: Service) -> APIRouter:
    """Return the routes that write down speech."""
    routes = APIRouter(tags=["audio"])
    described: dict[str, Any] = {
        "response_model": None,
        "responses": content("application/json", *_TEXTS.values(), EVENTS, example=_EXAMPLE),
    }

    @routes.post("/audio/transcriptions", summary="Write down a recording", **described)
    async def transcribe(
        body: Annotated[TranscriptionBody, File()], request: Request
    ) -> Response | Streamed:
        """Return what is said in a recording, in the shape of OpenAI's API."""
        for one in body.timestamp_granularities:
            _check("timestamp_granularities", one, _GRANULARITIES)
        spoken = body.language or stt.AUTOMATIC
        heard = _heard(service, body, {"spoken": spoken, "translate": False})
        if body.stream:
            events = _events(await work.begun(request, heard))
            return Streamed(events, EVENTS)
        done = await work.result(request, heard)
        return _written(done[0], done[1], body.response_format, body.timestamp_granularities)

    @routes.post("/audio/translations", summary="Write down a recording in English", **described)
    async def translate(body: Annotated[TranslationBody, File()], request: Request) -> Response:
        """Return in English what is said, where the model of this server can translate."""
        heard = _heard(service, body, {"spoken": stt.AUTOMATIC, "translate": True})
        done = await work.result(request, heard)
        return _written(done[0], done[1], body.response_format, ["segment"])

    return routes


def _check(name: str, given: str, known: Sequence[str]) -> None:
    if given not in known:
        raise UnknownChoice(name, given, known)


async def _heard(
    service: Service, body: _Common, wanted: dict[str, Any]
) -> AsyncGenerator[tuple[Watched, Received]]:
    """Listen as the Space does; yield what is heard so far whenever that has grown."""
    service.choice(stt.TASK, body.model)
    _check("response_format", body.response_format, _FORMATS)
    watcher = service.watcher
    wish: Wish = watcher.wish(**wanted)
    async with received.files(service.settings, [body.file]) as (source,):
        listening = watcher.listen(source.path, wish, unheard, "en")
        async for watched in work.made(listening):
            if watched is not None:
                yield watched, source


def _text(watched: Watched) -> str:
    return "\n".join(entry.text for entry in watched.timeline.of("speech"))


def _written(
    watched: Watched, source: Received, kind: str, granularities: Sequence[str]
) -> Response:
    """Return the result as one of :data:`_FORMATS`."""
    if kind in _TEXTS:
        write: Callable[[], str] = partial(_text, watched)
        if kind != "text":
            write = partial(timeline_files.FORMATS[kind].write, watched.timeline)
        return PlainTextResponse(write(), media_type=_TEXTS[kind])
    return JSONResponse(_data(watched, source, kind, granularities))


def _data(
    watched: Watched, source: Received, kind: str, granularities: Sequence[str]
) -> dict[str, Any]:
    speech = watched.timeline.of("speech")
    told: dict[str, Any] = {"text": _text(watched)}
    if kind == "verbose_json":
        told |= {
            "task": "translate" if watched.wish.translate else "transcribe",
            "language": next((one.language for one in speech if one.language), ""),
            "duration": watched.timeline.seconds,
        }
        if "segment" in granularities:
            told["segments"] = [_segment(number, one) for number, one in enumerate(speech)]
        if "word" in granularities:
            told["words"] = [_word(word) for one in speech for word in one.words]
    used = {"file": source.mark, "language": watched.wish.spoken, "response_format": kind}
    return told | {"notes": list(watched.notes), "recipe": watched.recipe(used)}


def _word(word: Any) -> dict[str, Any]:  # noqa: ANN401 - of a segment
    return {
        "word": word.text,
        "start": round(word.start_seconds, 3),
        "end": round(word.end_seconds, 3),
        "confidence": round(word.confidence, 3),
    }


def _segment(number: int, entry: Entry) -> dict[str, Any]:
    """Return a segment with the figures that OpenAI's have, where there is something to say."""
    shares = [max(word.confidence, _LEAST_CONFIDENCE) for word in entry.words] or [1.0]
    packed = len(zlib.compress(entry.text.encode())) or 1
    return {
        "id": number,
        "seek": 0,
        "start": round(entry.start_seconds, 3),
        "end": round(entry.end_seconds, 3),
        "text": entry.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": round(sum(map(math.log, shares)) / len(shares), 4),
        "compression_ratio": round(len(entry.text.encode()) / packed, 3),
        "no_speech_prob": 0.0,
        "language": entry.language,
        "note": entry.note,
    }


async def _events(heard: AsyncGenerator[tuple[Watched, Received]]) -> AsyncGenerator[str]:
    told = ""
    try:
        async with contextlib.aclosing(heard):
            async for watched, _ in heard:
                text = _text(watched)
                if text != told:
                    new = text.removeprefix(told)
                    yield event({"type": "transcript.text.delta", "delta": new})
                    told = text
        yield event({"type": "transcript.text.done", "text": told})
    except PortfolioError as error:  # the status is out already: the error is an event
        yield event(errors.body(error))
