"""The page ``/chat``: a conversation with the models of this server, in one HTML file.

It uses the same routes as everybody else. The file works from another origin, too, when it is
told where the server is and the server lets that origin in.
"""

import base64
import hashlib
import re
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

_FILE = Path(__file__).parent / "templates" / "chat.html"
_INLINE = re.compile(r"<(?P<kind>script|style)>(?P<content>.*?)</(?P=kind)>", re.DOTALL)


def router() -> APIRouter:
    """Return the route ``/chat``."""
    routes = APIRouter()
    text = _FILE.read_text("utf-8")
    headers = {"Content-Security-Policy": _policy(text), "Cache-Control": "no-cache"}

    @routes.api_route("/chat", methods=["GET", "HEAD"], include_in_schema=False)
    async def page() -> HTMLResponse:
        return HTMLResponse(text, headers=headers)

    return routes


def _policy(text: str) -> str:
    """Return what the page may do: run its own script, and call this server."""
    own = {found["kind"]: _digest(found["content"]) for found in _INLINE.finditer(text)}
    return (
        f"default-src 'none'; script-src {own['script']}; style-src {own['style']}; "
        "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self' https://huggingface.co"
    )


def _digest(content: str) -> str:
    """Return a part of the page as its policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
