"""How a page is served: the same options for one Space alone and for the gallery."""

import logging
import sys
from collections.abc import Callable
from typing import Any

import gradio as gr

from portfolio_core.errors import PortfolioError
from portfolio_core.settings import Settings, current, on_hub_space
from portfolio_core.ui import theme

log = logging.getLogger(__name__)

# Threads of one page's handlers. They mostly wait for their turn in the workload's queue,
# which is the bound that counts; Gradio's own must only never be the tighter one.
_HANDLER_THREADS = 40


def prepare(blocks: gr.Blocks, settings: Settings) -> None:
    """Bound the queue of ``blocks``. Call it once, when the page is built whole.

    Gradio's own queue counts per page; the bound per engine for the whole process is
    :mod:`portfolio_core.workload`'s, so this one lets through what that one will judge.
    """
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
    }


def main(build: Callable[[], gr.Blocks]) -> None:
    """Build one Space by the settings of the environment and serve it until told to stop.

    What a person can put right, a wrong setting or a port in use, ends it with one sentence.
    """
    # Others' chatter at INFO would put visitors' session names into the log.
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("portfolio_core").setLevel(logging.INFO)
    try:
        settings = current()
        page = build()
    except PortfolioError as error:
        sys.exit(f"{error.message} {error.hint}")
    try:
        launch(page, settings)
    except OSError:
        port = settings.port
        sys.exit(f"Port {port} is in use: stop what runs there, or set PORTFOLIO_PORT={port + 1}.")


def launch(page: gr.Blocks, settings: Settings) -> None:
    """Serve one Space until it is told to stop.

    Raises:
        OSError: the port is in use.
    """
    prepare(page, settings)
    _, address, _ = page.launch(
        prevent_thread_lock=True,
        quiet=True,
        server_name=_address(settings),
        server_port=settings.port or None,
        max_threads=_HANDLER_THREADS,
        state_session_capacity=1000,
        i18n=page.i18n_instance,  # launch() would otherwise forget it
        **options(settings),
    )
    log.info("Listening on %s", address)
    page.block_thread()


def _address(settings: Settings) -> str:
    """On the Hub a Space is reached from outside its container."""
    return "0.0.0.0" if on_hub_space() else settings.host  # noqa: S104
