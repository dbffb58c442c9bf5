"""Runs the server until it is told to stop, and lets it stop well.

On SIGTERM or SIGINT new work is refused at once, running work gets its time, everyone who
still waits is told, and the process ends with 0 even when a browser tab stays open. A
second signal ends it on the spot. It knows HTTP's outside only.
"""

import asyncio
import errno
import logging
import os
import socket
import threading
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from portfolio_core.settings import Settings

if TYPE_CHECKING:
    from portfolio_server.runtime import Runtime  # imports Gradio, which a taken port need not

log = logging.getLogger(__name__)

# After the work is done: time for its last bytes to leave.
_LAST_BYTES_SECONDS = 2
# Beyond all that: a thread that does not come back cannot hold the process.
_PATIENCE_SECONDS = 3
_LOOK_SECONDS = 0.1
_HEADER_BYTES = 32 * 1024
# Longer than any Retry-After of a busy engine: who comes again as told finds his connection open,
# and not one that is closed at that very moment.
_IDLE_CONNECTION_SECONDS = 30
_SIGNAL_EXIT = 128


class Server(uvicorn.Server):
    """A uvicorn that drains before it shuts down."""

    def __init__(self, config: uvicorn.Config, runtime: "Runtime") -> None:
        super().__init__(config)
        self.runtime = runtime
        self._told_to_stop = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say where."""
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            log.info("Listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's
        """Begin to drain; at the second signal, go."""
        if self._told_to_stop:
            os._exit(_SIGNAL_EXIT + sig)
        self._told_to_stop = True
        self.runtime.readiness.phase = "draining"

    async def on_tick(self, counter: int) -> bool:
        """Go on until told to stop, and then until the work is done or out of time."""
        if self._told_to_stop:
            await self._drain()
            return True
        return await super().on_tick(counter)

    async def _drain(self) -> None:
        seconds = self.runtime.settings.limits.drain_seconds
        log.info("Stopping: new work is refused, running work gets %.0f seconds", seconds)
        self.runtime.drain()
        _leave_after(seconds + _LAST_BYTES_SECONDS + _PATIENCE_SECONDS)
        end = asyncio.get_running_loop().time() + seconds
        while self.runtime.busy and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 - threads work too
            await asyncio.sleep(_LOOK_SECONDS)
        if self.runtime.busy:
            log.warning("Some work was not done in time")
        self.runtime.stop()


def listen(settings: Settings) -> socket.socket:
    """Take the address before anything slow happens.

    Raises:
        OSError: the port is in use, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
    except TypeError:  # not even the form of a name
        listener.close()
        raise OSError(errno.EADDRNOTAVAIL, "not a host name") from None
    except BaseException:
        listener.close()
        raise
    return listener


def configuration(app: FastAPI, proxies: Sequence[str] = ()) -> uvicorn.Config:
    """Return how uvicorn serves ``app``; ``proxies`` are believed about scheme and client."""
    return uvicorn.Config(
        app,
        port=0,  # for a server without a socket of its own
        loop="asyncio",  # these two also where Ray has brought faster ones: they are tested,
        http="h11",  # and only this parser bounds the size of headers
        lifespan="on",
        log_config=None,
        access_log=False,  # addresses and names of files are the visitors' own
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        server_header=False,
        ws="none",
        timeout_keep_alive=_IDLE_CONNECTION_SECONDS,
        h11_max_incomplete_event_size=_HEADER_BYTES,
        timeout_graceful_shutdown=_LAST_BYTES_SECONDS,
    )


def serve(app: FastAPI, listener: socket.socket, proxies: Sequence[str] = ()) -> None:
    """Serve ``app`` on ``listener`` until told to stop.

    Raises:
        SystemExit: the server refused to start.
    """
    Server(configuration(app, proxies), app.state.runtime).run(sockets=[listener])
    if any(not thread.daemon for thread in threading.enumerate()[1:]):
        logging.shutdown()
        os._exit(0)  # a thread that still works would hold the process


def _leave_after(seconds: float) -> None:
    """End the process then, whatever hangs."""
    timer = threading.Timer(seconds, os._exit, [0])
    timer.daemon = True
    timer.start()
