"""The page ``/docs``: every route with its fields and examples, to read and to try.

Swagger UI draws it from ``/openapi.json``. Its files come from a package that carries them, and
not from the web; the page may load and call nothing but this server.
"""

import secrets
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Path(__file__).parent / "templates"
_PACKAGE = "fastapi_offline"
_FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_AGE = "public, max-age=3600"
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self' https://huggingface.co"
)


def router(title: str) -> APIRouter:
    """Return the route ``/docs`` and those of what it is made of."""
    routes = APIRouter()
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    template = environment.get_template("docs.html")
    folder = _folder()

    @routes.api_route("/docs", methods=["GET", "HEAD"], include_in_schema=False)
    async def page() -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        headers = {"Content-Security-Policy": _POLICY.format(nonce=nonce)}
        headers["Cache-Control"] = "no-store"
        return HTMLResponse(template.render(title=title, nonce=nonce), headers=headers)

    for name, media_type in _FILES.items():
        _serve(routes, folder / name, media_type)
    return routes


def _serve(routes: APIRouter, file: Path, media_type: str) -> None:
    @routes.api_route(f"/docs/{file.name}", methods=["GET", "HEAD"], include_in_schema=False)
    async def part() -> FileResponse:
        return FileResponse(file, media_type=media_type, headers={"Cache-Control": _AGE})


def _folder() -> Path:
    """Return where Swagger UI lies; the package itself is not imported."""
    spec = find_spec(_PACKAGE)
    assert spec is not None  # noqa: S101 - one of our requirements
    assert spec.origin is not None  # noqa: S101 - likewise
    return Path(spec.origin).parent / "static"
