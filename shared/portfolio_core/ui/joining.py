"""Lets no page wait on a stream that is about to end.

A page hears of all its calls on one stream, which Gradio ends with the last of them. Its client
opens the next one when it learns of a call while none is open; a call that is taken while the end
is still on its way to the page is never heard of again. So the page learns of such a call only
after the end.
"""

import asyncio
import json
import time

from starlette.datastructures import QueryParams
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = 0.1
"""How much later than its end a call is told of: what two answers at once may differ by on the
way to one page."""

_END = b'"close_stream"'


class Joining:
    """An ASGI application around Gradio's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._ended: dict[str, float] = {}  # page's session: when its stream ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; note the end of a stream, wait for one before a call is told of."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path.endswith("/queue/data"):
            await self._app(scope, receive, self._noting(_asked(scope), send))
        elif path.endswith("/queue/join"):
            body: list[bytes] = []
            await self._app(scope, _copied(receive, body), self._waiting(body, send))
        else:
            await self._app(scope, receive, send)

    def _noting(self, session: str, send: Send) -> Send:
        async def noting(message: Message) -> None:
            if _END in message.get("body", b""):
                self._forget()
                self._ended[session] = time.monotonic()
            await send(message)

        return noting

    def _waiting(self, body: list[bytes], send: Send) -> Send:
        async def waiting(message: Message) -> None:
            if message["type"] == "http.response.start":
                ended = self._ended.get(_named(b"".join(body)), 0.0)
                await asyncio.sleep(ended + SECONDS - time.monotonic())
            await send(message)

        return waiting

    def _forget(self) -> None:
        """Forget the ends that no call has to wait for."""
        now = time.monotonic()
        self._ended = {key: at for key, at in self._ended.items() if now - at < SECONDS}


GUARD = Middleware(Joining)
"""What Gradio's application takes."""


def _asked(scope: Scope) -> str:
    return QueryParams(scope["query_string"]).get("session_hash", "")


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
