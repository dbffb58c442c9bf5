"""The whole server as one ASGI application: settings in, routes and guards out.

Nothing happens when this module is imported. It puts the parts together and knows the
inside of none.
"""

import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from portfolio_core import heap, sweeper, temporary
from portfolio_core import workload as work
from portfolio_core.settings import Settings, current
from portfolio_core.workload import Workload
from portfolio_server import (
    chat_page,
    docs_page,
    errors,
    gallery,
    headers,
    health,
    keys,
    metrics,
    mount,
    rest,
    selfcheck,
    spaces,
)
from portfolio_server.access import Access
from portfolio_server.gate import Gate
from portfolio_server.keys import Keys
from portfolio_server.metrics import Metrics
from portfolio_server.mount import Page
from portfolio_server.observed import HEADER, Observed
from portfolio_server.readiness import Readiness
from portfolio_server.runtime import Runtime
from portfolio_server.unread import Unread

log = logging.getLogger(__name__)

# The server calls itself by these when a page is used as a tool; people here do, too.
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def create_app(
    settings: Settings | None = None,
    spaces_dir: Path | None = None,
    workload: Workload | None = None,
) -> FastAPI:
    """Return the server with every Space in ``spaces_dir`` that can be built.

    Raises:
        BadSetting: the folder of temporary files cannot be used, or the keys: see :func:`keys.of`.
    """
    known = keys.of(settings or current())
    settings = temporary.claim(settings or current())
    workload = workload or work.process_wide()
    readiness = Readiness()
    app = FastAPI(
        title="Spaces Portfolio",
        docs_url=None,  # it would fetch its parts from elsewhere; ours is docs_page.py
        redoc_url=None,
    )
    errors.install(app)
    found = spaces.find(spaces_dir or spaces.DEFAULT_FOLDER)
    pages: dict[str, Page] = {}
    app.include_router(health.router(readiness, settings.limits))
    figures = Metrics(workload)
    app.include_router(metrics.router(figures))
    app.include_router(rest.router(settings, workload))
    app.include_router(chat_page.router())
    app.include_router(docs_page.router(app.title))
    app.include_router(gallery.router(found, pages, settings))
    mount.prepare_process(settings)
    for space in found:
        page = _mount(app, space, [other.slug for other in found], settings, workload)
        if page is None:
            readiness.could_not_start.append(space.slug)
        else:
            pages[space.slug] = page
            route = mount.mounted(app)
            route.app = Gate(route.app, page, readiness, settings, known)
    app.state.runtime = Runtime(settings, workload, readiness, tuple(pages.values()))
    _check_and_sweep(app, app.state.runtime, known)
    _guard(app, settings, known)
    app.add_middleware(Observed, figures)
    app.add_middleware(headers.NoForwarded)
    return app


def create_engines(settings: Settings, workload: Workload) -> FastAPI:
    """Return the routes of engines alone, for a process that only :mod:`relay` can reach.

    Guards and pages stand before it, in the process that relays.
    """
    app = FastAPI(max_body_size=settings.limits.body_bytes, docs_url=None, redoc_url=None)
    errors.install(app)
    app.include_router(rest.router(settings, workload))
    app.add_middleware(errors.Boundary)
    app.add_middleware(Observed, Metrics(workload))
    return app


def _mount(
    app: FastAPI, space: spaces.Space, slugs: list[str], settings: Settings, workload: Workload
) -> Page | None:
    try:
        return mount.mount(
            app, space.slug, spaces.builder(space, settings, workload), slugs, settings
        )
    except Exception:  # whatever one Space does when it is built, the others are served
        log.exception("The Space %s could not start.", space.slug)
        return None


def _check_and_sweep(app: FastAPI, runtime: Runtime, known: Keys) -> None:
    """Put the self-check and the sweeper around the start and the end of all pages."""
    start_pages = app.router.lifespan_context
    tool_files = runtime.settings.temp_dir / mount.TOOL_FILES
    folders = [*(page.folder for page in runtime.pages), tool_files]

    @contextlib.asynccontextmanager
    async def lifespan(parent: FastAPI) -> AsyncIterator[Any]:
        refused: selfcheck.SelfCheckFailed | None = None
        async with start_pages(parent) as state:
            try:
                await selfcheck.run(parent, runtime.pages, known.own)
            except selfcheck.SelfCheckFailed as error:
                refused = error  # raised below: in here it would come out wrapped
            else:
                with (
                    sweeper.sweeping(folders, runtime.kept_files, runtime.settings.limits),
                    heap.given_back(lambda: runtime.busy),
                ):
                    runtime.readiness.phase = "ready"
                    yield state
        if refused:
            log.critical("%s", refused)
            raise refused

    app.router.lifespan_context = lifespan


def _guard(app: FastAPI, settings: Settings, known: Keys) -> None:
    """Put the guards around all routes; the last one added is the outermost."""
    # Here, not as an option of FastAPI: that would stand outside of all that follows.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=settings.limits.body_bytes)
    counted = keys.exposed(settings) or bool(known)
    app.add_middleware(
        Access,
        known,
        required=bool(known) and not settings.open_to_all,
        limits=settings.limits if counted else None,
    )
    # Also without origins: a page that sees no such guard lets in any origin.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["Retry-After", HEADER],
    )
    hosts = _hosts(settings)
    if hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    app.add_middleware(errors.Boundary)
    app.add_middleware(headers.KindRefusals)
    app.add_middleware(headers.SafeResponses)
    app.add_middleware(Unread)


def _hosts(settings: Settings) -> list[str]:
    """Return the names that the server answers to; none means any.

    A page elsewhere can let its own name lead a visitor's browser to this machine. Who listens
    on loopback only is not meant to be reached by such a name.
    """
    if settings.hosts:
        return [*settings.hosts, *_LOOPBACK]
    return [settings.host, *_LOOPBACK] if keys.is_loopback(settings.host) else []
