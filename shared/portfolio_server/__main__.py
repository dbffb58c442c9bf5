"""``python -m portfolio_server [FOLDER]``: the gallery and every Space in a folder.

``python -m portfolio_server keys new NAME`` makes an API key.

Settings come from the environment; the folder is the repository's ``spaces`` unless named.
"""

import argparse
import errno
import sys
from pathlib import Path

from portfolio_core import temporary
from portfolio_core.errors import BadSetting
from portfolio_core.settings import Settings, current, listening
from portfolio_server import keys, keys_command, logs

_BAD_SETTING = 2
_NO_ADDRESS = 1


def main(arguments: list[str] | None = None) -> int:
    """Run the server, or make a key for it; return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["keys"]:
        return keys_command.main(given[1:])
    parser = argparse.ArgumentParser("python -m portfolio_server", description="Serve the Spaces.")
    parser.add_argument("folder", nargs="?", type=Path, help="folder of the Spaces")
    asked = parser.parse_args(given)
    try:
        settings = current()
        logs.configure(settings.log_format)
        return _run(settings, asked.folder)
    except BadSetting as error:
        return _say(f"{error.message} {error.hint}", _BAD_SETTING)


def _run(settings: Settings, folder: Path | None) -> int:
    from portfolio_server import serve  # late: a slip in a setting is told without its seconds

    settings = listening(settings)
    keys.of(settings)  # a server without them does not start; told before its seconds, too
    settings = temporary.claim(settings)
    try:
        listener = serve.listen(settings)
    except OSError as error:
        return _say(_no_address(settings, error), _NO_ADDRESS)
    from portfolio_core.ui import gpu
    from portfolio_server.app import create_app

    app = create_app(settings, folder)
    gpu.announce()
    with listener:
        serve.serve(app, listener, settings.proxies)
    return 0


def _no_address(settings: Settings, error: OSError) -> str:
    advice = "Set PORTFOLIO_HOST to an address of this machine."
    if error.errno in (errno.EADDRINUSE, errno.EACCES):
        advice = "Set PORTFOLIO_PORT to another one, or stop what uses it."
    where = f"Port {settings.port} on {settings.host}"
    return f"{where} cannot be used ({error.strerror}). {advice}"


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(sentence + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
