"""The door of one mounted page: what passes, what is refused, what is bounded.

It stands between the server and Gradio, and decides by method, path and phase alone.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from portfolio_core.errors import Draining
from portfolio_core.settings import Settings
from portfolio_server import allowlist, errors, uploads
from portfolio_server.keys import Keys
from portfolio_server.mount import Page
from portfolio_server.readiness import Readiness

_FORBIDDEN = 403
_NOT_FOUND = 404


class Gate:
    """An ASGI application around another one."""

    def __init__(
        self, app: ASGIApp, page: Page, readiness: Readiness, settings: Settings, keys: Keys
    ) -> None:
        self.app = app
        self.page = page
        self.readiness = readiness
        self.settings = settings
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})  # no page has sockets
            return
        method, path = scope["method"], scope["path"].removeprefix(self.page.path)
        if allowlist.names_address_elsewhere(path):
            await errors.plain(_FORBIDDEN)(scope, receive, send)
        elif not allowlist.allows(method, path, self.page.features):
            await errors.plain(_NOT_FOUND)(scope, receive, send)
        elif self.readiness.draining and allowlist.starts_work(method, path):
            await errors.response(Draining())(scope, receive, send)
        else:
            if allowlist.is_mcp(path) and scope.get("server"):
                self.page.use_loopback(self.settings.host, scope["server"][1], self.keys.own)
            if allowlist.carries_files(path):
                receive = uploads.bounded(scope, receive, self.settings.limits.upload_files)
            await self.app(scope, receive, send)
