"""Let many users come to the model server at once, and see that it bears it.

    python3 scripts/load.py                          200 users for 60 s
    python3 scripts/load.py --users 20 --seconds 6   fewer, for a look

It starts a server with the embedded engines, lets a crowd warm it up as long as that, lets
Locust send what scripts/loading/calls.py says, and fails unless each request was answered, each
refusal said when to come again, no queue grew over its bound, and memory came back.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import environment
import servers
from environment import ROOT, Problem

if TYPE_CHECKING:
    from loading import figures

_PATIENCE_SECONDS = 300.0


def main() -> int:
    """Run it; return 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="load.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--users", type=int, default=200, help="at once (200)")
    parser.add_argument("--seconds", type=float, default=60, help="for so long (60)")
    options = parser.parse_args()
    environment.require_inside()
    if importlib.util.find_spec("locust") is None:
        raise Problem("Locust is not installed yet: run python3 scripts/test.py once.")
    from loading import figures  # noqa: PLC0415 - inside the environment only

    load = _measured(options.users, options.seconds)
    print(figures.report(load))
    found = figures.faults(load)
    print("\n".join(f"WRONG: {sentence}." for sentence in found) or "All is well.")
    return 1 if found else 0


def _measured(users: int, seconds: float) -> figures.Load:
    import httpx  # noqa: PLC0415 - inside the environment only

    from loading import figures, server  # noqa: PLC0415

    os.environ["PORTFOLIO_OFFLINE"] = "1"
    with tempfile.TemporaryDirectory() as no_spaces:
        command = [sys.executable, "-P", "-m", "portfolio_server", no_spaces]
        with (
            servers.started(command, "/readyz") as (address, _, pid),
            httpx.Client(base_url=address, timeout=_PATIENCE_SECONDS) as client,
        ):
            index = server.index(client)
            _sent(address, index, users, seconds)  # it fills caches, and the stacks of threads
            warm, before = server.memory_at_rest(client, pid), server.answered(client)
            with server.Watch(client) as watch:
                told = _sent(address, index, users, seconds)
            return figures.Load(
                sent=told["sent"],
                answers=[figures.Answer(**answer) for answer in told["answers"]],
                counted=server.answered(client) - before,
                waiting=watch.most,
                waiting_limit=watch.limit,
                warm_bytes=warm,
                after_bytes=server.memory_at_rest(client, pid),
            )


def _sent(address: str, index: str, users: int, seconds: float) -> dict[str, Any]:
    """Let users come; return what users.py prints."""
    command = [sys.executable, "-m", "loading.users", address, index, str(users), str(seconds)]
    done = subprocess.run(
        command, cwd=ROOT / "scripts", check=True, stdout=subprocess.PIPE, text=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))
