"""Send a Space on the Hub its smoke requests."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import HfApi

from bundling import smoke as requests
from bundling.space_toml import Smoke
from deploying.problems import told

_TRIES = 3  # a Space that has just started may not answer the first request


def wrong(
    api: HfApi,
    repository: str,
    wanted: Sequence[Smoke],
    folder: Path,
    *,
    token: str | None,
    pause: float,
) -> list[str]:
    """Return what is wrong with the answers of a Space, a sentence each.

    Args:
        api: Where the Space is found.
        repository: ``owner/slug``.
        wanted: What to ask and what to expect.
        folder: Where files among the arguments lie.
        token: For a private Space.
        pause: Seconds between two tries.

    Raises:
        Refusal: the Hub does not know the Space, or does not answer.
    """
    with told(f"looking at {repository}"):
        info = api.space_info(repository)
    address = str(info.host or repository)
    # The Space's own code sees what it is sent: the token only where nobody else gets in.
    shown = token if info.private else None
    found = []
    for smoke in wanted:
        name = f"{smoke.place}: " if smoke.place else ""
        sentences = _wrong(address, smoke, folder, token=shown, pause=pause)
        found += [f"{name}{sentence}" for sentence in sentences]
    return found


def _wrong(
    address: str, smoke: Smoke, folder: Path, *, token: str | None, pause: float
) -> list[str]:
    for left in reversed(range(_TRIES)):
        try:
            return requests.ask(address, smoke, folder, token=token)
        # The client raises what it likes: whatever it is, there was no answer.
        except Exception as error:  # noqa: BLE001
            if not left:
                return [f"{smoke.endpoint} gives no answer: {str(error).rstrip('.')}."]
        time.sleep(pause)
    raise AssertionError("it was asked")
