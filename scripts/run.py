"""Start the gallery with every Space, or one Space, and install what that needs first.

    python3 scripts/run.py                    the gallery on http://127.0.0.1:7860
    python3 scripts/run.py kokoro-tts --open  one Space, opened in the browser

This process becomes the server, so signals and the exit code are the server's own; a small
second process waits for the first answer and prints the address.
"""

from __future__ import annotations

import argparse
import errno
import os
import select
import signal
import socket
import sys
from typing import NoReturn

import debian
import environment
from environment import ROOT, Problem

PRESETS = ("auto", "embedded", "tiny", "small", "large")
_HOST, _PORT = "127.0.0.1", 7860
_HIGHEST_PORT = 65535
_POLL_SECONDS = 0.05
_ANSWER_SECONDS = 5.0
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  not bound here


def main() -> int:
    """Install when needed, check the port, and turn into the server."""
    options = _options(sys.argv[1:])
    slug = _known(options.space) if options.space else None
    host = options.host or os.environ.get("PORTFOLIO_HOST") or _HOST
    port = free_port(host, options.port if options.port is not None else _port_from_environment())
    python = environment.ensure([*environment.spaces(), "server"], reinstall=options.reinstall)
    _mention_debian_packages(slug)
    command = [str(python), "-P", "-m", "portfolio_server"]
    if slug:
        command = [str(python), str(ROOT / "spaces" / slug / "app.py")]
    variables = {**os.environ, "PORTFOLIO_HOST": host, "PORTFOLIO_PORT": str(port)}
    if options.preset:
        variables["PORTFOLIO_PRESET"] = options.preset
    _announce_when_ready(host, port, "/config" if slug else "/livez", browse=options.open)
    _become(command, variables)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("space", nargs="?", help="a folder in spaces/; without it, the gallery")
    parser.add_argument("--preset", choices=PRESETS, help="size of the models (auto)")
    parser.add_argument("--host", help=f"address to listen on ({_HOST})")
    parser.add_argument("--port", type=int, help=f"port to listen on ({_PORT}); 0 takes a free one")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument("--reinstall", action="store_true", help="make .venv anew first")
    return parser.parse_args(arguments)


def _known(slug: str) -> str:
    known = [path.parent.name for path in sorted(ROOT.glob("spaces/*/app.py"))]
    if slug not in known:
        raise Problem(f"There is no Space named {slug!r}; there are: {', '.join(known) or 'none'}.")
    return slug


def _port_from_environment() -> int:
    text = os.environ.get("PORTFOLIO_PORT") or str(_PORT)
    if not text.isdecimal():
        raise Problem(f"PORTFOLIO_PORT is {text!r}: give it a number from 0 to 65535.")
    return int(text)


def free_port(host: str, port: int) -> int:
    """Return ``port``, or a free one for 0.

    Raises:
        Problem: the server could not listen there; the sentence says what to do.
    """
    if not 0 <= port <= _HIGHEST_PORT:
        raise Problem(f"{port} is not a port: choose one from 0 to {_HIGHEST_PORT} with --port.")
    reasons = {
        errno.EADDRINUSE: f"Port {port} is in use: stop what runs there, or choose another"
        f" with --port {port + 1}.",
        errno.EACCES: f"Port {port} needs administrator rights: choose one over 1023 with --port.",
        errno.EADDRNOTAVAIL: f"{host} is not an address of this machine: choose another --host.",
    }
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
        family, address = found[0], found[4]
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            # As the server does: a connection that has just ended does not hold the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            return int(listener.getsockname()[1])
    except socket.gaierror:
        raise Problem(f"{host!r} is no address: give --host a number like {_HOST}.") from None
    except OSError as error:
        sentence = reasons.get(error.errno or 0)
        raise Problem(sentence or f"Cannot listen on {host}:{port}: {error.strerror}.") from None


def _mention_debian_packages(slug: str | None) -> None:
    """Print the command for Debian packages that a Space lists and this machine lacks."""
    missing = debian.missing(ROOT, slug)
    if missing:
        print(f"For all functions, also run: sudo apt-get install {' '.join(missing)}", flush=True)


def _announce_when_ready(host: str, port: int, path: str, *, browse: bool) -> None:
    """Leave a process behind that prints the address once the server answers."""
    # The server keeps the writing end and never uses it: the reading end closes as it ends.
    ended, server = os.pipe()
    sys.stdout.flush()
    if os.fork():
        os.wait()
        os.close(ended)
        os.set_inheritable(server, True)
        return
    # A grandchild: the server, which knows nothing of it, has no dead child to collect.
    if os.fork() == 0:
        os.close(server)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _announce(ended, _WILDCARDS.get(host, host), port, path, browse=browse)
    os._exit(0)


def _announce(ended: int, host: str, port: int, path: str, *, browse: bool) -> None:
    import http.client  # noqa: PLC0415  the server starts meanwhile

    address = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    while not select.select([ended], [], [], _POLL_SECONDS)[0]:
        connection = http.client.HTTPConnection(host, port, timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", path)
            ready = connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            ready = False
        finally:
            connection.close()
        if ready:
            print(f"Ready: {address} (stop with Ctrl-C)", flush=True)
            if browse:
                import webbrowser  # noqa: PLC0415  only here

                webbrowser.open(address)
            return


def _become(command: list[str], variables: dict[str, str]) -> NoReturn:
    os.execve(command[0], command, variables)


if __name__ == "__main__":
    environment.run(main)
