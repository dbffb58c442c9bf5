"""Requests that another process answers, by the same routes.

The process in front keeps every guard and sends a request on as it is: a scope and a body. The
one behind has the same routes and sends messages back as they come, so that a stream stays one.
What carries them from one to the other is not known here.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Any

import anyio
from fastapi import FastAPI, Request
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portfolio_server.following import request_id
from portfolio_server.observed import HEADER

Elsewhere = Callable[[dict[str, Any], bytes], AsyncGenerator[Message]]
"""Has a request answered by another process, and yields what that sends."""

# What describes a request; the rest of a scope belongs to the process that it is in.
_DESCRIPTION = (
    *("type", "http_version", "method", "scheme", "path", "raw_path", "query_string"),
    *("headers", "client", "server"),
)
# Under this one an application asks whether its caller is gone, and is not left to find out.
_ASGI = {"version": "3.0", "spec_version": "2.3"}
_MESSAGES_AHEAD = 16


class Relay:
    """An ASGI application that has requests answered elsewhere."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        self._elsewhere = elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a request on, and its answer back until the caller leaves.

        Raises:
            PortfolioError: the other process has no room.
        """
        try:
            body = await Request(scope, receive).body()
        except ClientDisconnect:  # gone before the request was whole
            return
        reply = asyncio.ensure_future(_passed_on(self._elsewhere(_described(scope), body), send))
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await asyncio.wait([reply, gone], return_when=asyncio.FIRST_COMPLETED)
            if reply.done():
                reply.result()
        finally:
            reply.cancel()
            gone.cancel()
            await asyncio.wait([reply, gone])


def install(app: FastAPI, patterns: Iterable[str], elsewhere: Elsewhere) -> None:
    """Have ``elsewhere`` answer the routes of ``app`` with these patterns of paths."""
    for pattern in patterns:
        app.router.routes.insert(0, Route(pattern, Relay(elsewhere), include_in_schema=False))


async def answered(app: ASGIApp, scope: dict[str, Any], body: bytes) -> AsyncGenerator[Message]:
    """Yield what ``app`` sends for a request; when this is closed, its caller is gone to ``app``.

    Args:
        app: The routes.
        scope: The request as :class:`Relay` sends it.
        body: All of its body.
    """
    gone = asyncio.Event()
    bodies = iter([body])
    sending, sent = anyio.create_memory_object_stream[Message](_MESSAGES_AHEAD)

    async def receive() -> Message:
        for part in bodies:
            return {"type": "http.request", "body": part, "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        with contextlib.suppress(anyio.BrokenResourceError):  # as a server does when they are gone
            await sending.send(message)

    async def answer() -> None:
        async with sending:
            await app(dict(scope), receive, send)

    work = asyncio.ensure_future(answer())
    try:
        async with sent:
            async for message in sent:
                yield message
        await asyncio.shield(work)
    finally:
        gone.set()
        await asyncio.wait([work])  # it is over before another one takes its place


async def _passed_on(messages: AsyncGenerator[Message], send: Send) -> None:
    async with contextlib.aclosing(messages):
        async for message in messages:
            await send(message)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _described(scope: Scope) -> dict[str, Any]:
    """Return the request under the id that it has here, and with its whole path."""
    name = HEADER.lower().encode()
    headers = [pair for pair in scope["headers"] if pair[0] != name]
    told = {key: scope[key] for key in _DESCRIPTION if key in scope}
    return {**told, "asgi": _ASGI, "headers": [*headers, (name, request_id.get().encode())]}
