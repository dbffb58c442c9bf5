"""``/v1/audio/speech``: a text as sound, whole or sentence by sentence."""

import base64
import contextlib
from collections.abc import AsyncGenerator, Iterator
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import StrictFloat

from portfolio_core import catalog
from portfolio_core.engines import text_to_speech as tts
from portfolio_core.engines.text_to_speech import SpokenSentence, reading
from portfolio_core.engines.text_to_speech.call import Call
from portfolio_core.errors import PortfolioError, UnknownChoice
from portfolio_core.media import audio
from portfolio_core.media.audio import Format
from portfolio_core.workload import Place
from portfolio_server import errors
from portfolio_server.rest import work
from portfolio_server.rest.events import event
from portfolio_server.rest.service import AUTOMATIC, Service
from portfolio_server.rest.shapes import EVENTS, Described, choice, content, shown
from portfolio_server.rest.streamed import Streamed

_PCM_HZ = 24_000
"""Rate of ``pcm``, which has no header to tell it."""
_FORMATS: dict[str, tuple[Format, str]] = {
    "mp3": ("mp3", "audio/mpeg"),
    "opus": ("ogg", "audio/ogg"),
    "flac": ("flac", "audio/flac"),
    "wav": ("wav", "audio/wav"),
    "pcm": ("wav", "audio/pcm"),
}
# Clients send one of these because they must send something.
_OPENAI_VOICES = (
    "alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer",
    "verse", "marin", "cedar",
)  # fmt: skip


class SpeechBody(Described):
    """A text to speak. Fields of OpenAI's that are not here are passed over."""

    model_config = shown({"input": "Good morning. 안녕하세요."})

    input: str
    """What to say; marks as in the Space: pauses, speakers, pronunciations."""
    model: str = AUTOMATIC
    """A model from /v1/models, or "auto"."""
    voice: str = tts.AUTOMATIC
    """A voice of the model, "auto" for the language of each sentence; OpenAI's names mean that."""
    speed: StrictFloat = 1.0
    """0.5 to 2."""
    response_format: str = choice(_FORMATS, "mp3")
    """mp3, opus, flac, wav, or pcm: 24 kHz, 16 bits, one channel, little-endian, no header."""
    stream_format: Literal["audio", "sse"] = "audio"
    """The sound itself, or events with a part of it for each sentence."""


def router(service: Service) -> APIRouter:
    """Return the route of speech."""
    routes = APIRouter(tags=["audio"])

    @routes.post(
        "/audio/speech",
        summary="Speak a text",
        response_class=Response,
        responses=content(*(media_type for _, media_type in _FORMATS.values()), EVENTS),
    )
    async def speak(body: SpeechBody, request: Request) -> Response:
        """Return a text as a sound file; ``pcm`` and events come sentence by sentence."""
        call, media_type = _asked(body, service)
        parts = _spoken(call, service)
        told = {"X-Model": call.engine}
        if body.stream_format == "sse":
            events = _events(body, await work.begun(request, parts))
            return Streamed(events, EVENTS, told)
        if body.response_format == "pcm":
            sound = _pcm(await work.begun(request, parts))
            return Streamed(sound, media_type, told)
        await work.result(request, parts)
        return Response(call.file, media_type=media_type, headers=told)

    return routes


def _asked(body: SpeechBody, service: Service) -> tuple[Call, str]:
    """Check a caller's values and plan the reading; see :func:`reading.wish`."""
    known = _FORMATS.get(body.response_format)
    if known is None:
        raise UnknownChoice("response_format", body.response_format, _FORMATS)
    model = service.choice(tts.TASK, body.model).model
    voice = tts.AUTOMATIC if body.voice in _OPENAI_VOICES else body.voice
    cast = reading.Cast({key: catalog.engine_class(m) for key, m in _models(service).items()})
    limits = service.settings.limits
    wanted = reading.wish(body.input, voice, body.speed, "", False, cast=cast, limits=limits)
    rate = _PCM_HZ if body.response_format == "pcm" else catalog.engine_class(model).RATE
    return Call(wanted, cast, rate, known[0]), known[1]


def _models(service: Service) -> dict[str, catalog.Model]:
    """Return the chosen model, and the one that has the voices of every language."""
    chosen = service.choice(tts.TASK, AUTOMATIC).model
    return {model.key: model for model in (chosen, catalog.embedded(tts.TASK))}


def _spoken(call: Call, service: Service) -> AsyncGenerator[SpokenSentence]:
    places: list[Place[Any]] = []

    def turn(place: Place[Any]) -> Iterator[None]:
        places.append(place)
        for _ in place.waiting():
            yield None

    def cancel() -> None:
        for place in places:
            place.cancel()

    specs = {key: service.spec(model) for key, model in _models(service).items()}
    limits = service.settings.limits
    return work.in_threads(call.sentences(service.workload, specs, turn, limits), cancel)


async def _pcm(parts: AsyncGenerator[SpokenSentence]) -> AsyncGenerator[bytes]:
    async with contextlib.aclosing(parts):
        async for part in parts:
            yield part.sound.samples.astype("<i2", copy=False).tobytes()


async def _events(body: SpeechBody, parts: AsyncGenerator[SpokenSentence]) -> AsyncGenerator[str]:
    try:
        async with contextlib.aclosing(parts):
            async for part in parts:
                sound = base64.b64encode(_encoded(part, body)).decode()
                yield event({"type": "speech.audio.delta", "audio": sound})
        yield event({"type": "speech.audio.done"})
    except PortfolioError as error:  # the status is out already: the error is an event
        yield event(errors.body(error))


def _encoded(part: SpokenSentence, body: SpeechBody) -> bytes:
    if body.response_format == "pcm":
        return part.sound.samples.astype("<i2", copy=False).tobytes()
    return audio.encode(part.sound, _FORMATS[body.response_format][0])
