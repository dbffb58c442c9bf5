"""Lets go of a caller who does not read his answer.

What he does not read, the server cannot send; whoever streams it stands still, at his engine, and
everybody behind him waits.
"""

import asyncio
import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

# Between two parts of an answer that he takes, not for all of it.
PATIENCE_SECONDS = 30.0


class Unread:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; break its answer off when nobody takes the next part of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def timed(message: Message) -> None:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await send(message)
            except TimeoutError:
                raise _NotReadError from None

        try:
            await self.app(scope, receive, timed)
        except _NotReadError:
            log.info("An answer was not read for %.0f seconds and broken off", PATIENCE_SECONDS)


class _NotReadError(Exception):
    """The next part of an answer was not taken in time."""
