"""How a page is served: the same options for one Space alone and for the gallery."""

import errno
import inspect
import logging
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import gradio.mcp

from portfolio_core import sweeper, temporary
from portfolio_core.errors import PortfolioError
from portfolio_core.settings import Settings, current, listening
from portfolio_core.ui import joining, mcp_files, theme

log = logging.getLogger(__name__)

# Threads of one page's handlers. They mostly wait for their turn in the workload's queue,
# which is the bound that counts; Gradio's own must only never be the tighter one.
_HANDLER_THREADS = 40
_LAST_PORT = 65535


def prepare(blocks: gr.Blocks, settings: Settings) -> None:
    """Bound the queue of ``blocks``, ready its tools. Call it once, when the page is built whole.

    Gradio's own queue counts per page; the bound per engine for the whole process is
    :mod:`portfolio_core.workload`'s, so this one lets through what that one will judge.
    """
    mcp_files.teach()
    places = settings.limits.queue_waiting + 1
    blocks.queue(api_open=False, max_size=4 * places, default_concurrency_limit=2 * places)


def options(settings: Settings) -> dict[str, Any]:
    """Return the keywords that ``launch`` and ``mount_gradio_app`` both take."""
    return {
        "theme": theme.THEME,
        "css": theme.CSS,
        "show_error": False,  # a stranger's exception text may hold paths
        "enable_monitoring": False,
        "run_history": False,
        "footer_links": ["api"],
        "max_file_size": settings.limits.upload_bytes,
        "mcp_server": True,
        "ssr_mode": False,
        "pwa": False,
        "app_kwargs": {"middleware": [joining.GUARD]},
    }


def main(build: Callable[[], gr.Blocks]) -> None:
    """Build one Space by the settings of the environment and serve it until told to stop.

    What a person can put right, a wrong setting or a port in use, ends it with one sentence.
    """
    # Others' chatter at INFO would put visitors' session names into the log.
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("portfolio_core").setLevel(logging.INFO)
    try:
        settings = listening(temporary.claim(current()))
        _use_own_folder(settings.temp_dir / f"alone-{_name(build)}")
        page = build()
    except PortfolioError as error:
        sys.exit(f"{error.message} {error.hint}")
    try:
        launch(page, settings)
    except OSError as error:
        sys.exit(_no_address(settings, error))


def launch(page: gr.Blocks, settings: Settings) -> None:
    """Serve one Space until it is told to stop, and delete its files by age and size.

    Raises:
        OSError: the port is in use, or the host is not of this machine.
    """
    prepare(page, settings)
    _try_address(settings.host, settings.port)
    _, address, _ = page.launch(
        prevent_thread_lock=True,
        quiet=True,
        server_name=settings.host,
        server_port=settings.port or None,
        max_threads=_HANDLER_THREADS,
        state_session_capacity=1000,
        i18n=page.i18n_instance,  # launch() would otherwise forget it
        **options(settings),
    )
    log.info("Listening on %s", address)
    with sweeper.sweeping([Path(page.GRADIO_CACHE)], lambda: kept_files(page), settings.limits):
        page.block_thread()


def kept_files(page: gr.Blocks) -> set[Path]:
    """Return the files that belong to ``page`` itself: its defaults and examples."""
    return {
        Path(file)
        for block in list(page.blocks.values())  # a call may add to it meanwhile
        for file in getattr(block, "keep_in_cache", ())
    }


def _use_own_folder(folder: Path) -> None:
    """Let a page that is built from now on, and its tools, put their files into ``folder``.

    The server and other Spaces may share the folder above; their files are not ours to delete.
    """
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    gradio.mcp.DEFAULT_TEMP_DIR = str(folder)  # was read when gradio was imported


def _name(build: Callable[[], gr.Blocks]) -> str:
    """Return the name of the folder that the Space lies in."""
    return Path(inspect.getfile(build)).resolve().parent.name


def _try_address(host: str, port: int) -> None:
    """Take the address and give it back: Gradio would not say why it could not."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # not even the form of a name
        raise OSError(errno.EADDRNOTAVAIL, "not a host name") from None
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)


def _no_address(settings: Settings, error: OSError) -> str:
    host, port = settings.host, settings.port
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < _LAST_PORT else port - 1
        return f"Port {port} is in use: stop what runs there, or set PORTFOLIO_PORT={other}."
    reason = error.strerror or error
    return f"{host}:{port} cannot be listened on ({reason}): set PORTFOLIO_HOST or PORTFOLIO_PORT."
