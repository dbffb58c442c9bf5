"""What every response carries, and what no request may bring.

Three small ASGI applications; none of them looks into a body, except to replace the text
of a refusal.
"""

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portfolio_server import errors

# These would let a caller choose the address that a page calls its own.
_FORWARDED = (b"forwarded", b"x-forwarded-", b"x-real-ip", b"x-original-", b"x-rewrite-")
_BUSY = (429, 503)
_TOO_LARGE = 413
_ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


class NoForwarded:
    """Drops what a caller says about proxies; uvicorn believes none either."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on without those headers."""
        if scope["type"] == "http":
            scope = {**scope, "headers": list(_without_forwarded(scope["headers"]))}
        await self.app(scope, receive, send)


class SafeResponses:
    """Adds the headers that keep a browser from guessing types and telling addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and mark its response."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, marked)


class KindRefusals:
    """Gives each 429 and 503 a ``Retry-After``, and those of a page our own words.

    A page's own words tell how long its queue is. A 413 by Starlette is a bare line, and gets our
    words, too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and replace a refusal that says too little."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        replaced = False

        async def kind(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _says_too_little(message):
                replaced = True
                await errors.plain(message["status"])(scope, receive, send)
            if not replaced:
                await send(message)

        await self.app(scope, receive, kind)


def _says_too_little(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    if start["status"] in _BUSY:
        return "retry-after" not in headers
    return start["status"] == _TOO_LARGE and "json" not in headers.get("content-type", "")


def _without_forwarded(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    return (pair for pair in headers if not pair[0].lower().startswith(_FORWARDED))
