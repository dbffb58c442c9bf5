"""Follows each request: an id that goes in, out and into the logs, its time and its end.

Of a request it knows method, route and status. Addresses with their parameters, bodies and names
of files are the visitors' own and are neither counted nor logged.
"""

import logging
import re
import time
import uuid

from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portfolio_server.following import languages, request_id
from portfolio_server.metrics import Metrics

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
_PAGE = re.compile(r"/spaces/[^/]+")
_OTHER = "other"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BROKEN_OFF = 499


class Observed:
    """An ASGI application around all others."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note how it ends."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        languages.set(headers.get("accept-language", ""))
        given = headers.get(HEADER, "")
        own = given if _ID.fullmatch(given) else uuid.uuid4().hex
        request_id.set(own)
        start, status = time.perf_counter(), _BROKEN_OFF

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = own
            await send(message)

        with self._metrics.under_way.track_inprogress():
            try:
                await self.app(scope, receive, noted)
            finally:
                self._note(scope, status, time.perf_counter() - start)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = pattern(scope)
        method = scope["method"] if scope["method"] in _METHODS else _OTHER
        self._metrics.answered(route, method, status, seconds)
        told = {"route": route, "method": method, "status": status, "seconds": round(seconds, 4)}
        log.info("%s %s %d", method, route, status, extra={"told": told})


def pattern(scope: Scope) -> str:
    """Return the pattern that a request matched: there are few, whatever callers ask for."""
    path = scope["path"]
    if scope.get("root_path"):
        page = _PAGE.match(path)
        return page[0] if page else _OTHER
    route = scope.get("route")
    if not isinstance(route, APIRoute):
        return _OTHER
    # A route knows its own part of the pattern; what is before that is its router's.
    own = route.path_format.format(**scope["path_params"])
    return path.removesuffix(own) + route.path_format if path.endswith(own) else _OTHER
