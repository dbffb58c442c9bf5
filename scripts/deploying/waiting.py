"""Wait until a commit runs; the old version, which runs meanwhile, is not mistaken for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
from huggingface_hub import SpaceRuntime

from deploying.hub import Hub
from deploying.problems import told

_BUILDS = {"BUILDING", "RUNNING_BUILDING", "APP_STARTING", "RUNNING_APP_STARTING"}
FAILED = {"BUILD_ERROR", "RUNTIME_ERROR", "CONFIG_ERROR", "NO_APP_FILE"}
"""Stages of a version that does not run."""
_ASLEEP = {"SLEEPING", "STOPPED"}
_LOST_LOOKS = 5  # looks in a row that may fail; a build outlasts a short trouble of the network


@dataclass(frozen=True)
class Pace:
    """How long to wait, all in seconds.

    Attributes:
        look: Between two looks.
        longest: For a build and the start after it.
        grace: For which a stage may still be that of the version before.
    """

    look: float = 5.0
    longest: float = 1800.0
    grace: float = 60.0


class DoesNotRun(Exception):
    """A version that does not come to run; the text says in which stage it ended."""


class Paused(Exception):
    """It will not run before somebody restarts it."""


def until_runs(hub: Hub, repository: str, commit: str, pace: Pace, *, fresh: bool) -> None:
    """Return when ``commit`` runs.

    Args:
        hub: Where to look.
        repository: The Space.
        commit: The commit that is to run.
        pace: How often to look, and for how long.
        fresh: Whether it was written just now, so that another one may still be running.

    Raises:
        DoesNotRun: it does not, or not in time.
        Paused: the Space is paused.
        Refusal: the Hub does not answer any more.
    """
    begin = since = time.monotonic()
    built = not fresh
    shown = ""
    for runtime in _looks(hub, repository, pace):
        stage, now = str(runtime.stage), time.monotonic()
        if stage != shown:
            print(f"  {stage.lower().replace('_', ' ')}", flush=True)
            shown, since = stage, now
        built |= stage in _BUILDS
        # The Hub may say which commit a stage is about, which is better than having seen a build.
        # Where the two do not agree, the stage that stays is believed.
        about = runtime.raw.get("sha")
        settled = now - since > pace.grace
        new = about == commit or (built and (not about or settled))
        if stage == "RUNNING" and new:
            return
        if stage == "PAUSED":
            raise Paused
        if stage in _ASLEEP and not fresh:
            return  # the smoke request wakes it
        if stage in FAILED and (new or built or settled):
            raise DoesNotRun(stage)
        if now - begin > pace.longest:
            raise DoesNotRun(f"still {stage} after {(now - begin) / 60:.0f} minutes")


def _looks(hub: Hub, repository: str, pace: Pace) -> Iterator[SpaceRuntime]:
    lost = 0
    while True:
        try:
            found = hub.api.get_space_runtime(repository)
        except httpx.HTTPError as error:
            lost += 1
            if lost == _LOST_LOOKS:
                with told(f"waiting for {repository}"):
                    raise error from None
        else:
            lost = 0
            yield found
        time.sleep(pace.look)
