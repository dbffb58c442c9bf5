"""Lets no page wait on a stream that has ended.

A page hears of all its calls on one stream, which Gradio ends with the last of them. Its client
opens the next one when it learns of a call while none is open; a call that is taken while the end
is still on its way to the page is never heard of again. So the page learns of such a call only
after it has hung up, as its client does at the end of a stream.
"""

import asyncio
import json
from contextlib import suppress

from starlette.datastructures import QueryParams
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = 1.0
"""How long a call waits for a page that does not hang up, as behind a proxy that hides it."""

_END = b'"close_stream"'


class Joining:
    """An ASGI application around Gradio's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._ending: dict[str, asyncio.Event] = {}  # page's session: set when it has hung up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; end a stream together with its page, hold a call back until then."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path.endswith("/queue/data"):
            await self._stream(scope, receive, send)
        elif path.endswith("/queue/join"):
            body: list[bytes] = []
            await self._app(scope, _copied(receive, body), self._waiting(body, send))
        else:
            await self._app(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep the end back until Gradio is done: a page that hangs up before cancels its calls."""
        session = QueryParams(scope["query_string"]).get("session_hash", "")
        end: list[bytes] = []
        hung_up = asyncio.Event()

        async def keeping(message: Message) -> None:
            if _END in message.get("body", b""):
                end.append(message["body"])
                self._ending[session] = hung_up
            elif not end:
                await send(message)

        try:
            await self._app(scope, receive, keeping)
            if end:
                await send({"type": "http.response.body", "body": end[0], "more_body": True})
                await _hung_up(receive)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            hung_up.set()
            if self._ending.get(session) is hung_up:
                del self._ending[session]

    def _waiting(self, body: list[bytes], send: Send) -> Send:
        async def waiting(message: Message) -> None:
            ending = self._ending.get(_named(b"".join(body)))
            if message["type"] == "http.response.start" and ending:
                await ending.wait()
            await send(message)

        return waiting


GUARD = Middleware(Joining)
"""What Gradio's application takes."""


async def _hung_up(receive: Receive) -> None:
    """Wait until the other side has closed the connection, for SECONDS at most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            while (await receive())["type"] != "http.disconnect":
                pass


def _named(body: bytes) -> str:
    """Return the session that a call names, or nothing: what is wrong is for Gradio to say."""
    try:
        return str(json.loads(body).get("session_hash", ""))
    except (ValueError, AttributeError):
        return ""


def _copied(receive: Receive, body: list[bytes]) -> Receive:
    async def copied() -> Message:
        message = await receive()
        body.append(message.get("body", b""))
        return message

    return copied
