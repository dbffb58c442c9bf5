"""``/v1/chat/completions``: a reply whole, or as it grows."""

import contextlib
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field, StrictBool, StrictFloat, StrictInt

from portfolio_core import recipe
from portfolio_core.catalog import Choice
from portfolio_core.engines import chat
from portfolio_core.engines.chat import ChatRequest, End, Piece, offered
from portfolio_core.engines.chat.adapters import Adapter
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.errors import InvalidInput, NumberOutOfRange, PortfolioError, UnknownChoice
from portfolio_server import errors
from portfolio_server.rest import work
from portfolio_server.rest.events import DONE, event
from portfolio_server.rest.service import AUTOMATIC, Service
from portfolio_server.rest.shapes import EVENTS, RECIPE, Described, content, shown
from portfolio_server.rest.streamed import Streamed

_TOKENS = 256
_ROLES = {"developer": "system"}  # a newer word for the same
_EXAMPLE = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1767225600,
    "model": "chat-starter",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "I like to read.", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17},
    "recipe": {**RECIPE, "task": chat.TASK, "model": "chat-starter", "seed": 1},
}


class StreamOptions(Described):
    """What a stream tells beside the reply."""

    include_usage: StrictBool = False


class ChatBody(Described):
    """A conversation and how to reply. Fields of OpenAI's that are not here are passed over."""

    model_config = shown(
        {
            "model": AUTOMATIC,
            "messages": [{"role": "user", "content": "What do you like on a rainy day?"}],
            "seed": 1,
        }
    )

    model: str = AUTOMATIC
    """A model or an adapter from /v1/models, or "auto"."""
    messages: list[dict[str, Any]]
    """Roles system (or developer), user and assistant; contents are texts or lists of them."""
    max_completion_tokens: StrictInt | None = None
    """The reply ends after so many tokens."""
    max_tokens: StrictInt | None = None
    """An older name for the same."""
    temperature: StrictFloat | None = None
    """0 = always the likeliest token, up to 2."""
    top_p: StrictFloat | None = None
    """Share of probability that the likeliest tokens must reach, 0 to 1."""
    top_k: StrictInt | None = None
    """Number of likeliest tokens drawn from; not OpenAI's."""
    repetition_penalty: StrictFloat | None = None
    """1 = none, up to 2; not OpenAI's."""
    thinking: StrictBool = False
    """Let the model think first, where it has learnt to; not OpenAI's."""
    seed: StrictInt | None = None
    """Decides all draws; the recipe tells the one that was drawn where none is given."""
    stop: str | list[str] | None = None
    """Up to four texts that end the reply."""
    stream: StrictBool = False
    """Send the reply as it grows, as server-sent events."""
    stream_options: Annotated[StreamOptions | None, Field(description="Of a stream only.")] = None
    n: Annotated[StrictInt, Field(description="Only 1.")] = 1


@dataclass
class Reply:
    """One reply on its way."""

    wanted: ChatRequest
    choice: Choice
    worn: tuple[Adapter, ...]
    name: str
    id: str
    created: int
    text: str = ""
    thinking: str = ""
    end: End | None = None
    revision: str = ""
    seconds: float = 0.0

    def grow(self, piece: Piece) -> None:
        """Take the next piece."""
        self.text += piece.text
        self.thinking += piece.thinking
        self.end = piece.end

    def usage(self) -> dict[str, int]:
        """Return the tokens that were read and written."""
        read, written = (self.end.prompt_tokens, self.end.reply_tokens) if self.end else (0, 0)
        return {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
        }

    def recipe(self) -> dict[str, Any]:
        """Return what is needed to make the reply again."""
        made = recipe.write(
            self.choice,
            revision=self.revision,
            parameters=chat.arguments(self.wanted),
            seconds=self.seconds,
            seed=self.wanted.seed,
            also=[f"{adapter.key} {adapter.revision}" for adapter in self.worn],
        )
        return made.model_dump(mode="json")


def router(service: Service) -> APIRouter:
    """Return the route of conversations."""
    routes = APIRouter(tags=["chat"])

    @routes.post(
        "/chat/completions",
        summary="Reply to a conversation",
        response_model=None,
        responses=content("application/json", EVENTS, example=_EXAMPLE),
    )
    async def completions(body: ChatBody, request: Request) -> JSONResponse | Streamed:
        """Reply to a conversation, in the shape of OpenAI's API; ``recipe`` is ours."""
        reply = _asked(body, service)
        pieces = work.stream(
            service.workload, service.spec(reply.choice.model), _steps(reply, service.adapters)
        )
        if not body.stream:
            await work.result(request, pieces)
            return JSONResponse(_whole(reply))
        usage = bool(body.stream_options and body.stream_options.include_usage)
        events = _events(reply, await work.begun(request, pieces), usage=usage)
        return Streamed(events, EVENTS)

    return routes


def _asked(body: ChatBody, service: Service) -> Reply:
    """Check a caller's values; see :func:`chat.request`."""
    if body.n != 1:
        raise NumberOutOfRange("n", body.n, 1, 1)
    adapter = body.model if body.model in service.adapters else ""
    worn = (service.adapters[adapter],) if adapter else ()
    choice = service.choice(chat.TASK, AUTOMATIC if adapter else body.model)
    given = {
        "max_tokens": body.max_completion_tokens or body.max_tokens,
        "temperature": body.temperature,
        "top_p": body.top_p,
        "top_k": body.top_k,
        "repetition_penalty": body.repetition_penalty,
    }
    wanted = chat.request(
        [_message(one) for one in body.messages],
        limits=service.settings.limits,
        seed=body.seed,
        stop=body.stop or (),
        adapter=adapter,
        thinking=body.thinking,
        **{"max_tokens": _TOKENS, **{k: v for k, v in given.items() if v is not None}},
    )
    return Reply(
        wanted=wanted,
        choice=offered.choice(worn, choice),
        worn=worn,
        name=adapter or choice.model.key,
        id=f"chatcmpl-{uuid.uuid4().hex}",
        created=int(time.time()),
    )


def _message(given: Mapping[str, Any]) -> dict[str, Any]:
    role = given.get("role")
    known = _ROLES.get(role, role) if isinstance(role, str) else role
    return {"role": known, "content": _text(given.get("content"))}


def _text(content: object) -> object:
    """Return a content in parts as one text; whatever else it is, its reader judges it."""
    if not isinstance(content, list):
        return content
    if not all(isinstance(part, dict) for part in content):
        raise InvalidInput
    kinds = [part.get("type", "text") for part in content]
    if other := [kind for kind in kinds if kind != "text"]:  # a picture or a sound
        raise UnknownChoice("type of content", other[0], ["text"])
    parts = [part.get("text") for part in content]
    if not all(isinstance(part, str) for part in parts):
        raise InvalidInput
    return "\n".join(map(str, parts))


def _steps(reply: Reply, kept: Mapping[str, Adapter]) -> work.Steps[QwenChat, Piece]:
    def steps(engine: QwenChat, check: Callable[[], None]) -> Iterator[Piece]:
        watch = recipe.Stopwatch()
        reply.revision = engine.revision
        with offered.wearing(engine, reply.worn, kept):
            for piece in engine.stream(reply.wanted, check):
                reply.grow(piece)
                reply.seconds = watch.seconds
                yield piece

    return steps


def _whole(reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": None}
    if reply.thinking:
        message["reasoning_content"] = reply.thinking
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _reason(reply)}
    return {
        "id": reply.id,
        "object": "chat.completion",
        "created": reply.created,
        "model": reply.name,
        "choices": [choice],
        "usage": reply.usage(),
        "recipe": reply.recipe(),
    }


def _reason(reply: Reply) -> str | None:
    return reply.end.reason if reply.end else None


async def _events(
    reply: Reply, pieces: AsyncGenerator[Piece], *, usage: bool
) -> AsyncGenerator[str]:
    delta: dict[str, Any] = {"role": "assistant", "content": ""}
    try:
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                if piece.text:
                    delta["content"] = piece.text
                if piece.thinking:
                    delta["reasoning_content"] = piece.thinking
                if delta:
                    yield event(_chunk(reply, delta))
                delta = {}
        yield event(_chunk(reply, {}, _reason(reply)) | {"recipe": reply.recipe()})
        if usage:
            yield event(_chunk(reply, None) | {"usage": reply.usage()})
    except PortfolioError as error:  # the status is out already: the error is an event
        yield event(errors.body(error))
    yield DONE


def _chunk(
    reply: Reply, delta: Mapping[str, Any] | None, reason: str | None = None
) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return {
        "id": reply.id,
        "object": "chat.completion.chunk",
        "created": reply.created,
        "model": reply.name,
        "choices": [] if delta is None else [choice],
    }
