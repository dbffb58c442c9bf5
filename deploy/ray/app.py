"""The server on Ray Serve: each engine scales by itself, on as many machines as there are.

    python3 -P deploy/ray/app.py [FOLDER]

Two applications stand behind Ray's proxies. ``pages`` is the whole server, once: the gallery,
the Spaces and all that is not under ``/v1``. ``engines`` is the same server without Spaces, as
often as need be; it has its routes answered by one deployment per engine. Settings are those of
``python -m portfolio_server``, read here and sent to all. RAY_ADDRESS names a cluster to join;
without it, this machine is one.
"""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import threading
import tomllib
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import ray
from pydantic import BaseModel, ConfigDict, Field
from ray import serve
from ray.serve.exceptions import BackPressureError
from ray.serve.handle import DeploymentHandle
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from portfolio_core import temporary
from portfolio_core.errors import BadSetting, QueueFull, WaitedTooLong
from portfolio_core.settings import Limits, Settings, current, listening
from portfolio_core.workload import Workload
from portfolio_server import keys, logs, relay
from portfolio_server.app import create_app, create_engines
from portfolio_server.observed import HEADER

_TABLE = Path(__file__).with_name("engines.toml")
# Its answers tell of one process, and there are many.
_OF_ONE_PROCESS = ("/v1/engines", "/v1/engines/{name}")
_TAKEN = "taken"
_HANGS_SECONDS = 30
_RETRY_AFTER_SECONDS = 5
_BAD_SETTING = 2
_NO_SPACES = "no-spaces"
_FRONTS = 4
_FRONT_HOLDS = 64
_FRONT_CPUS = 0.1
_PAGES_HOLD = 1000  # open tabs wait for events, one request each
_STORE_BYTES = 100 * 1024 * 1024  # for bodies under way; what Ray needs least is 75 MiB
_QUIET = {"enable_access_log": False}  # the server writes its own, where it is asked to


class Row(BaseModel):
    """One table of ``engines.toml``, which says what the fields mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    paths: list[str]
    at_once: int = Field(2, gt=0)
    least: int = Field(1, ge=0)
    most: int = Field(4, gt=0)
    cpus: float = Field(0.1, gt=0)
    gpus: float = Field(0, ge=0)


class Replica:
    """One process of a deployment, with a temporary folder of its own."""

    def __init__(self, settings: Settings) -> None:
        logs.configure(settings.log_format)
        self._settings = temporary.claim_part(settings)

    def __del__(self) -> None:
        """Leave nothing behind; Ray calls this when it stops a replica in good order."""
        shutil.rmtree(self._settings.temp_dir, ignore_errors=True)


class Engine(Replica):
    """One replica of one engine, or of those that its routes use together."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._workload = Workload(self._settings)
        self._app = create_engines(self._settings, self._workload)

    async def answer(self, scope: dict[str, Any], body: bytes) -> AsyncGenerator[Message | str]:
        """Yield a word that the request is taken, and then what the routes send."""
        yield _TAKEN
        async with aclosing(relay.answered(self._app, scope, body)) as messages:
            async for message in messages:
                yield message

    async def check_health(self) -> None:
        """Have Ray replace this replica when its work hangs, which no deadline ends.

        Raises:
            RuntimeError: it does.
        """
        if self._workload.overdue_seconds > _HANGS_SECONDS:
            raise RuntimeError("work goes on long after its deadline")


class Front(Replica):
    """One replica of the guards and of the routes that need no engine."""

    def __init__(self, settings: Settings, *engines: tuple[list[str], DeploymentHandle]) -> None:
        super().__init__(settings)
        self._engines = engines

    def __serve_build_asgi_app__(self) -> ASGIApp:  # Ray's name
        app = create_app(self._settings, self._settings.temp_dir / _NO_SPACES)
        for paths, handle in self._engines:
            relay.install(app, paths, _by(handle, self._settings))
        relay.install(app, _OF_ONE_PROCESS, _nowhere)
        return _behind_ray(app, self._settings)


class Pages(Replica):
    """The only replica of the Spaces: a visitor's page lives in one process."""

    def __init__(self, settings: Settings, folder: Path | None) -> None:
        super().__init__(settings)
        self._folder = folder

    def __serve_build_asgi_app__(self) -> ASGIApp:  # Ray's name
        return _behind_ray(create_app(self._settings, self._folder), self._settings)


def main() -> int:
    """Serve until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(
        "deploy/ray/app.py", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("folder", nargs="?", type=Path, help="folder of the Spaces")
    parser.add_argument("--engines", type=Path, default=_TABLE, help="table of the deployments")
    parser.add_argument("--cores", type=int, help="cores of this machine to use; all by default")
    asked = parser.parse_args()
    try:
        settings = listening(current())
        keys.of(settings)
        table = read(asked.engines)
    except BadSetting as error:
        sys.stderr.write(f"{error.message} {error.hint}\n")
        return _BAD_SETTING
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{asked.engines} is no table of engines: {error}\n")
        return _BAD_SETTING
    _join(asked.cores)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _deploy(settings, table, asked.folder)
        sys.stderr.write(f"Listening on http://{settings.host}:{settings.port}\n")
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return 0
    finally:
        serve.shutdown()
        ray.shutdown()


def read(table: Path) -> dict[str, Row]:
    """Return the tables of a file like ``engines.toml``, by name.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not TOML, or a field is unknown or wrong.
    """
    rows = tomllib.loads(table.read_text("utf-8"))
    return {name: Row.model_validate(row) for name, row in rows.items()}


def _join(cores: int | None) -> None:
    """Join the cluster that RAY_ADDRESS names, or make one of this machine."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell others of this use
    if "RAY_ADDRESS" in os.environ:
        ray.init()
    else:
        ray.init(num_cpus=cores, include_dashboard=False, object_store_memory=_STORE_BYTES)


def _deploy(settings: Settings, table: dict[str, Row], folder: Path | None) -> None:
    """Return when all of it answers."""
    where = {"host": settings.host, "port": settings.port}
    serve.start(http_options=where, proxy_location="EveryNode", logging_config=_QUIET)
    engines = [(row.paths, _engine(name, row, settings)) for name, row in table.items()]
    front = serve.deployment(
        name="front",
        max_ongoing_requests=_FRONT_HOLDS,
        autoscaling_config=_scaling(1, _FRONTS, _FRONT_HOLDS),
        ray_actor_options={"num_cpus": _FRONT_CPUS},
        **_common(settings),
    )(serve.ingress()(Front))
    pages = serve.deployment(
        name="pages",
        num_replicas=1,
        max_ongoing_requests=_PAGES_HOLD,
        ray_actor_options={"num_cpus": _FRONT_CPUS},
        **_common(settings),
    )(serve.ingress()(Pages))
    serve.run(front.bind(settings, *engines), name="engines", route_prefix="/v1")
    serve.run(pages.bind(settings, folder), name="pages", route_prefix="/")


def _engine(name: str, row: Row, settings: Settings) -> serve.Application:
    deployed = serve.deployment(
        name=name,
        max_ongoing_requests=row.at_once,
        max_queued_requests=max(1, settings.limits.queue_waiting),
        autoscaling_config=_scaling(row.least, row.most, row.at_once),
        ray_actor_options={"num_cpus": row.cpus, "num_gpus": row.gpus},
        **_common(settings),
    )
    threads = settings.threads or max(1, int(row.cpus))  # not those of all cores, for each
    return deployed(Engine).bind(settings.model_copy(update={"threads": threads}))


def _common(settings: Settings) -> dict[str, Any]:
    seconds = settings.limits.drain_seconds
    return {"graceful_shutdown_timeout_s": seconds, "logging_config": _QUIET}


def _scaling(least: int, most: int, at_once: int) -> dict[str, Any]:
    """Ask for another replica as soon as all are half full, on average."""
    half = max(1, at_once / 2)
    return {"min_replicas": least, "max_replicas": most, "target_ongoing_requests": half}


def _by(engine: DeploymentHandle, settings: Settings) -> relay.Elsewhere:
    """Return what has requests answered by the replicas of an engine."""
    calls, limits = engine.options(method_name="answer", stream=True), settings.limits

    async def elsewhere(scope: dict[str, Any], body: bytes) -> AsyncGenerator[Message]:
        messages: Any = calls.remote(scope, body)
        try:
            await _until_taken(messages, limits)
            async for message in messages:
                yield message
        except (asyncio.CancelledError, GeneratorExit, WaitedTooLong):
            _give_up(messages)
            raise

    return elsewhere


async def _until_taken(messages: Any, limits: Limits) -> None:  # noqa: ANN401 - Ray's
    """Wait for a replica with room.

    Raises:
        QueueFull: as many wait as are let in.
        WaitedTooLong: none had room in time.
    """
    try:
        async with asyncio.timeout(limits.queue_wait_seconds):
            await anext(messages)
    except BackPressureError as error:
        raise QueueFull(limits.queue_waiting, _RETRY_AFTER_SECONDS) from error
    except TimeoutError as error:
        raise WaitedTooLong(limits.queue_wait_seconds, _RETRY_AFTER_SECONDS) from error


def _give_up(messages: Any) -> None:  # noqa: ANN401 - Ray's
    """End a call of which nobody wants more.

    Ray waits on the way, for its own threads and for the state of the call; all other requests
    would wait with it. So this one is ended beside them, however long that takes.
    """

    def cancel() -> None:
        with suppress(Exception):  # it has ended by itself: there is nobody left to tell
            messages.cancel()

    threading.Thread(target=cancel, name="give-up", daemon=True).start()


async def _nowhere(_: dict[str, Any], __: bytes) -> AsyncGenerator[Message]:
    """Answer that there is nothing."""
    raise HTTPException(HTTPStatus.NOT_FOUND)
    yield {}


def _behind_ray(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Return ``app`` for Ray's proxy, which adds a prefix to paths, and to answers a request id."""
    believed: Any = ProxyHeadersMiddleware  # it types ASGI in words of its own
    inner = believed(app, list(settings.proxies)) if settings.proxies else app

    async def behind_ray(scope: Scope, receive: Receive, send: Send) -> None:
        async def with_one_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                del MutableHeaders(scope=message)[HEADER]  # the proxy adds the same
            await send(message)

        # Our paths are whole already.
        await inner({**scope, "root_path": ""}, receive, with_one_id)

    return behind_ray


if __name__ == "__main__":
    sys.exit(main())
