"""``python -m portfolio_server``: the gallery and every Space, with settings from outside."""

import logging
import sys

from portfolio_core.errors import BadSetting
from portfolio_core.settings import current

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_BAD_SETTING = 2
_NO_ADDRESS = 1


def main() -> int:
    """Run the server; return the exit code."""
    logging.basicConfig(level=logging.INFO, format=_FORMAT)
    for chatty in ("httpx", "uvicorn", "mcp"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        settings = current()
        # Imported late: a slip in a setting is told at once, not after the seconds of Gradio.
        from portfolio_server.app import create_app
        from portfolio_server.serve import listen, serve

        listener = listen(settings)
        with listener:
            serve(create_app(settings), listener)
    except BadSetting as error:
        return _say(f"{error.message} {error.hint}", _BAD_SETTING)
    except OSError as error:
        return _say(_no_address(current().host, current().port, error), _NO_ADDRESS)
    return 0


def _no_address(host: str, port: int, error: OSError) -> str:
    return (
        f"Port {port} on {host} cannot be used ({error.strerror}). "
        "Set PORTFOLIO_PORT to another one, or stop what uses it."
    )


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(sentence + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
