"""Every failure as HTTP: the only place of the server that turns an exception into a response.

What a caller sees is a fixed sentence of :mod:`portfolio_core.errors` and a code. Of an
exception that nobody foresaw, a caller sees an id, and the log the rest.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portfolio_core.errors import Busy, PortfolioError
from portfolio_core.ui.errors import said
from portfolio_core.ui.i18n import preferred
from portfolio_server.following import languages, request_id
from portfolio_server.observed import pattern

log = logging.getLogger(__name__)

_RETRY_AFTER_SECONDS = 5
_SERVER_ERROR = 500
_BAD_REQUEST = 400
# Parts of a place that no caller wrote: where it lies, and the first of the types that it may have.
_NO_FIELDS = ("body", "str")
_NO_JSON = (
    "The body is not the JSON object that this address takes, or its Content-Type says another."
)


def install(app: FastAPI) -> None:
    """Make ``app`` answer in one shape, whatever goes wrong in its own routes."""
    app.add_exception_handler(PortfolioError, _on_portfolio_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_wrong_body)


def response(error: PortfolioError) -> JSONResponse:
    """Return ``error`` as a response, with ``Retry-After`` where a repeat may succeed."""
    headers = {}
    if isinstance(error, Busy):
        headers["Retry-After"] = str(error.retry_after_seconds)
    elif error.status == HTTPStatus.SERVICE_UNAVAILABLE:  # without it, its words are replaced
        headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    return JSONResponse(body(error), error.status, headers)


def body(error: PortfolioError) -> dict[str, Any]:
    """Return ``error`` in OpenAI's shape, for a response or for an event of a stream.

    Its sentences are in the language that the request asks for.
    """
    message = said(error, preferred(languages.get()))
    return _content(error.status, message, error.code, error.fields.get("parameter"))


def plain(status: int) -> JSONResponse:
    """Return a response that says no more than its status."""
    known = HTTPStatus(status)
    headers = {}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    sentence = _SENTENCES.get(status, f"{known.phrase}.")
    return _json(status, sentence, known.name.lower(), None, headers)


_SENTENCES: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "The arguments are not those that this address takes.",
    HTTPStatus.FORBIDDEN: "This is not served here.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is larger than the limit; see /v1/limits.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests. Try again in a few seconds.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The service is busy. Try again in a few seconds.",
}


class Boundary:
    """The outermost guard: no exception, and no text of one, leaves it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a fixed sentence and an id when the application breaks."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def remember_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, remember_start)
        except Exception as error:  # the HTTP boundary: whatever it is, the process goes on
            if started:
                raise
            await _unforeseen(error)(scope, receive, send)


def _unforeseen(error: Exception) -> JSONResponse:
    own = request_id.get()
    log.error("Request %s failed", own, exc_info=error)
    message = f"Something went wrong on our side. Report it with the id {own}."
    return _json(_SERVER_ERROR, message, "internal_error", None, {})


async def _on_portfolio_error(_: Request, error: Exception) -> JSONResponse:
    return response(error) if isinstance(error, PortfolioError) else _unforeseen(error)


async def _on_wrong_body(_: Request, error: Exception) -> JSONResponse:
    """Name the field that is wrong; what was sent is not repeated."""
    if not isinstance(error, RequestValidationError):
        return _unforeseen(error)
    field = _field(error.errors()[0])
    sentence = f"{field} is missing or of the wrong type." if field else _NO_JSON
    hint = "The fields and their types are at /openapi.json."
    return _json(_BAD_REQUEST, f"{sentence} {hint}", "invalid_input", field, {})


def _field(problem: Mapping[str, Any]) -> str | None:
    """Return the name of what is wrong in a body; none where it is no JSON at all."""
    if problem["type"] == "json_invalid":  # its place is a number of characters
        return None
    return ".".join(str(part) for part in problem["loc"] if part not in _NO_FIELDS) or None


async def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        return _unforeseen(error)
    answer = plain(error.status_code)
    if allowed := (error.headers or {}).get("Allow"):  # which a 405 must say
        answer.headers["Allow"] = ", ".join(_methods(request)) or allowed
    return answer


def _methods(request: Request) -> list[str]:
    """Return all methods of an address; each of its routes knows its own only."""
    described = request.app.openapi()["paths"].get(pattern(request.scope), {})
    return [method.upper() for method in described]


def _json(
    status: int, message: str, code: str, param: object, headers: dict[str, str]
) -> JSONResponse:
    return JSONResponse(_content(status, message, code, param), status, headers)


def _content(status: int, message: str, code: str, param: object) -> dict[str, Any]:
    kind = "invalid_request_error" if status < _SERVER_ERROR else "server_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
