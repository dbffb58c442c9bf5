"""One page under its address: the only module of the server that imports Gradio.

It closes what Gradio leaves open on a page that another application serves, and tells
the rest of the server about the page in plain values (:class:`Page`). It knows nothing
of the server's own routes.
"""

import asyncio
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import gradio as gr
import gradio.blocks
import gradio.mcp
import gradio.routes
import huggingface_hub.constants
import huggingface_hub.utils
from fastapi import FastAPI, Request, Response
from gradio.components import Component
from gradio.components.api_component import Api
from gradio.context import LocalContext
from gradio.route_utils import FnIndexInferError, get_fn
from gradio.routes import App
from gradio.server_messages import UnexpectedErrorMessage
from gradio.utils import get_upload_folder
from starlette.routing import Mount

from portfolio_core.settings import Settings
from portfolio_core.ui import launch
from portfolio_server import errors, files_in
from portfolio_server.allowlist import Features

log = logging.getLogger(__name__)

_CLEAN_EVERY_SECONDS = 60
_ALL_ADDRESSES = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, never listened on
# Folder of the files that callers of tools send along.
TOOL_FILES = "mcp"
_CALL_BY_WORDS = "/gradio_api/call/v2/"
# An address that ends in ?view=api should open the description of the calls. Gradio 6.31 only
# believes it open, and shows it at the next click but one.
_OPEN_API_VIEW = """() => {
  if (new URLSearchParams(location.search).get("view") !== "api") return;
  const open = () => {
    const button = document.querySelector("footer button.show-api");
    if (button) { button.click(); button.click(); } else { setTimeout(open, 100); }
  };
  open();
}"""


class PageRefused(Exception):
    """A page is built in a way that cannot be served to several people."""


@dataclass(frozen=True)
class Call:
    """One function of a page with arguments: by number and, when it has one, by name."""

    index: int
    name: str | None
    arguments: list[object]


@dataclass(frozen=True)
class Page:
    """A mounted page, as the rest of the server sees it.

    Attributes:
        slug: Name of its Space.
        path: Where it is mounted.
        folder: Its uploads and results.
        features: What its open routes depend on.
        blocks: The page.
        app: What answers for it.
    """

    slug: str
    path: str
    folder: Path
    features: Features
    blocks: gr.Blocks
    app: App

    def calls_naming(self, file: Path) -> list[Call]:
        """Return calls that hand ``file`` to each function, once for each place that takes one."""
        return [
            Call(number, function.api_name or None, arguments)
            for number, function in self.blocks.fns.items()
            for arguments in files_in.arguments_naming(file, function.inputs)
        ]

    def pending(self) -> int:
        """Return how many calls run or wait here."""
        return len(self.blocks._queue.event_ids_to_events)  # noqa: SLF001 - no public count

    def kept_files(self) -> set[Path]:
        """Return the files that belong to the page itself: its defaults and examples."""
        return launch.kept_files(self.blocks)

    def use_loopback(self, host: str, port: int, key: str) -> None:
        """Tell the page's tools where to call the page, instead of asking a caller's header.

        They call it as anyone would, and so with a key: as the password in the address.
        """
        tools = self.blocks.mcp_server_obj
        if tools is not None and tools.local_url is None:
            host = "127.0.0.1" if host in _ALL_ADDRESSES else host
            tools._local_url = f"http://:{key}@{host}:{port}{self.path}/"  # noqa: SLF001 - set by launch

    def stop(self) -> None:
        """Tell everyone who still waits that nothing comes any more, and let open tabs go."""
        queue = self.blocks._queue  # noqa: SLF001 - no public way to reach the waiting
        queue.stopped = True
        for messages in queue.pending_messages_per_session.values():
            messages.put_nowait(UnexpectedErrorMessage(message="The service is restarting."))
        self.app.stop_event.set()


def mount(
    parent: FastAPI, slug: str, build: Callable[[], gr.Blocks], slugs: list[str], settings: Settings
) -> Page:
    """Build the page of ``slug`` and mount it; ``slugs`` are all that the server may have.

    Raises:
        PageRefused: see the message.
    """
    path = f"/spaces/{slug}"
    folder = settings.temp_dir / slug
    others = [settings.temp_dir / other for other in [*slugs, TOOL_FILES] if other != slug]
    _keep_results_in_own_folder()

    def build_and_mount() -> gr.Blocks:
        blocks = build()
        _refuse_unsafe(blocks)
        launch.prepare(blocks, settings)
        _keep_no_statistics(blocks)
        blocks.delete_cache = (_CLEAN_EVERY_SECONDS, int(settings.limits.temp_age_seconds))
        options = {"js": _OPEN_API_VIEW, **launch.options(settings)}
        gr.mount_gradio_app(
            parent, blocks, path, blocked_paths=[str(other) for other in others], **options
        )
        return blocks

    with _temp_dir(folder):
        blocks = _in_a_loop(build_and_mount)
    _accept_only_uploads(blocks)
    if blocks.mcp_error:
        log.error("The tools of the page %s did not start: %s", slug, blocks.mcp_error)
    app = mounted(parent).app
    assert isinstance(app, App)  # noqa: S101 - for the type checker
    _answer_wrong_calls(app)
    return Page(slug, path, folder, _features(blocks), blocks, app)


def mounted(parent: FastAPI) -> Mount:
    """Return the page that was mounted last."""
    route = parent.router.routes[-1]
    assert isinstance(route, Mount)  # noqa: S101 - for the type checker
    return route


def prepare_process(settings: Settings) -> None:
    """Point Gradio to our folder of temporary files, and let it call nobody."""
    os.environ["GRADIO_TEMP_DIR"] = str(settings.temp_dir)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    gradio.mcp.DEFAULT_TEMP_DIR = str(settings.temp_dir / TOOL_FILES)
    _say_nothing_to_the_hub()


def _say_nothing_to_the_hub() -> None:
    """Let the Hub's library make its headers once without the Hub; it keeps what it found.

    Otherwise the first tool call of the process asks the Hub for a list of programs.
    """
    before = huggingface_hub.constants.HF_HUB_OFFLINE
    huggingface_hub.constants.HF_HUB_OFFLINE = True
    try:
        huggingface_hub.utils.build_hf_headers(token=False)  # type: ignore[attr-defined]
    finally:
        huggingface_hub.constants.HF_HUB_OFFLINE = before


def _refuse_unsafe(blocks: gr.Blocks) -> None:
    if any(block.stateful for block in blocks.blocks.values()):
        raise PageRefused(
            "The page keeps values in gr.State. Their key is chosen by the visitor's browser, so "
            "that two visitors may share them. Hold them under a key that the server makes."
        )
    for function in blocks.fns.values():
        if any(isinstance(block, Api) and files_in.takes_file(block) for block in function.inputs):
            raise PageRefused(
                f"The function {function.api_name} takes a file through gr.api, which does not "
                "look where the file comes from. Take it through a component."
            )


def _keep_no_statistics(blocks: gr.Blocks) -> None:
    """Spare each call the table for ``/monitoring``, which is closed, and the import of pandas."""
    blocks._queue.ANAYLTICS_CACHE_FREQUENCY = sys.maxsize  # noqa: SLF001 - Gradio's spelling


def _accept_only_uploads(blocks: gr.Blocks) -> None:
    """Let the page take files only from its own uploads, as it does when launched alone."""
    blocks.has_launched = True


def _answer_wrong_calls(app: App) -> None:
    """Answer a call of nothing, or with the wrong arguments; Gradio breaks on both.

    Only what comes from the very place that looks at the caller's words counts as the caller's
    mistake; the same exception from elsewhere stays one of ours.
    """

    async def on_unknown_name(_: Request, __: Exception) -> Response:
        return errors.plain(HTTPStatus.NOT_FOUND)

    async def on_unknown_number(request: Request, error: Exception) -> Response:
        named = error.args == (f"/{request.url.path.rstrip('/').rpartition('/')[2]}",)
        if _raised_in(error, get_fn) or (named and _CALL_BY_WORDS in request.url.path):
            return errors.plain(HTTPStatus.NOT_FOUND)
        raise error

    async def on_wrong_arguments(_: Request, error: Exception) -> Response:
        if _raised_in(error, gradio.routes.client_utils.construct_args):
            return errors.plain(HTTPStatus.BAD_REQUEST)
        raise error

    app.add_exception_handler(FnIndexInferError, on_unknown_name)
    app.add_exception_handler(KeyError, on_unknown_number)
    app.add_exception_handler(TypeError, on_wrong_arguments)


def _raised_in(error: Exception, function: Callable[..., object]) -> bool:
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and frames[-1].f_code is getattr(function, "__code__", None)


def _features(blocks: gr.Blocks) -> Features:
    inputs = [block for function in blocks.fns.values() for block in function.inputs]
    return Features(
        files=any(files_in.takes_file(block) for block in inputs if isinstance(block, Component)),
        server_functions=any(map(files_in.calls_server, blocks.blocks.values())),
        unqueued=any(not function.queue for function in blocks.fns.values()),
        pages=tuple(page[0] for page in blocks.pages if page[0]),
    )


def _in_a_loop(function: Callable[[], gr.Blocks]) -> gr.Blocks:
    """Call ``function`` where an event loop runs; elsewhere Gradio opens some and closes none."""

    async def call() -> gr.Blocks:
        return function()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(call())
    return function()


@contextmanager
def _temp_dir(folder: Path) -> Iterator[None]:
    """Components and the page's application note down their folder when they are made."""
    before = os.environ["GRADIO_TEMP_DIR"]
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    try:
        yield
    finally:
        os.environ["GRADIO_TEMP_DIR"] = before


def _keep_results_in_own_folder() -> None:
    """Let a component that is made anew during a call note down the folder of its page.

    A handler that returns ``gr.Audio(label=...)`` makes one for the rest of the visit; without
    this its results would lie in the folder of the process, from where no page serves.
    """
    setattr(gradio.blocks, "get_upload_folder", _folder_of_current_page)  # noqa: B010 - not exported


def _folder_of_current_page() -> str:
    page = LocalContext.blocks.get(None)
    return page.GRADIO_CACHE if page is not None else get_upload_folder()
