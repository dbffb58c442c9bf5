"""What machines ask a server: does it live, does it take callers, what may they send."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from portfolio_core.settings import Limits
from portfolio_server.readiness import Readiness

_READ = ["GET", "HEAD"]
_NOT_NOW = 503
_SOON_SECONDS = "5"


def router(readiness: Readiness, limits: Limits) -> APIRouter:
    """Return the routes ``/livez``, ``/readyz`` and ``/v1/limits``."""
    routes = APIRouter()
    described = describe(limits)

    @routes.api_route("/livez", methods=_READ, include_in_schema=False)
    async def livez() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @routes.api_route("/readyz", methods=_READ, include_in_schema=False)
    async def readyz() -> JSONResponse:
        content = {"status": readiness.phase, "could_not_start": readiness.could_not_start}
        if readiness.ready:
            return JSONResponse(content)
        return JSONResponse(content, _NOT_NOW, {"Retry-After": _SOON_SECONDS})

    @routes.api_route("/v1/limits", methods=_READ, include_in_schema=False)
    async def v1_limits() -> dict[str, Any]:
        return described

    return routes


def describe(limits: Limits) -> dict[str, Any]:
    """Return each limit with its value and what it means."""
    return {
        name: {"value": getattr(limits, name), "description": field.description}
        for name, field in Limits.model_fields.items()
    }
