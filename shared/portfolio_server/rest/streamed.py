"""Answers that grow: what they are made of ends with them, however they end."""

from collections.abc import AsyncGenerator

import anyio
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

# What keeps those between from holding parts back.
_AT_ONCE = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class Streamed(StreamingResponse):
    """A response that closes its parts' generator, which would wait for the garbage collector."""

    def __init__(
        self,
        parts: AsyncGenerator[str | bytes],
        media_type: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(parts, media_type=media_type, headers=_AT_ONCE | (headers or {}))
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the parts until they end, or the caller goes away."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._parts.aclose()
