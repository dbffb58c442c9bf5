"""How a page is served: the same options for one Space alone and for the gallery."""

from typing import Any

import gradio as gr

from portfolio_core.settings import Settings
from portfolio_core.ui import theme

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


def launch(blocks: gr.Blocks, settings: Settings) -> None:
    """Serve one Space until it is told to stop.

    Raises:
        OSError: the port is in use.
    """
    prepare(blocks, settings)
    blocks.launch(
        server_name=settings.host,
        server_port=settings.port or None,
        max_threads=_HANDLER_THREADS,
        state_session_capacity=1000,
        i18n=blocks.i18n_instance,  # launch() would otherwise forget it
        **options(settings),
    )
