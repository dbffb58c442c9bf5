"""How a Space of the stand-in Hub builds and runs: one step with every look at it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.hub.store import Commit, Repository, Tree

RUNS = "RUNNING"
STUCK = "BUILDING"  # for ever
STEPS = ("BUILDING", "APP_STARTING")
FAILED = ("BUILD_ERROR", "RUNTIME_ERROR", "CONFIG_ERROR", "NO_APP_FILE")


def by_content(tree: Tree) -> str:
    """Return what becomes of a tree: an app.py may say so itself."""
    app = tree.get("app.py")
    if app is None:
        return "NO_APP_FILE"
    said = (word for word in (*FAILED, STUCK) if word.encode() in app.content)
    return next(said, RUNS)


@dataclass
class Runtimes:
    """The stages of all Spaces.

    Attributes:
        verdict: What becomes of a tree: RUNS, STUCK or one of FAILED.
        lag: Looks after a commit at which the old version still seems to be all there is.
        tells_commit: Whether the stage comes with the commit that it is about.
        host: Address of the app that a Space runs.
        printed: What every Space prints into its logs.
    """

    verdict: Callable[[Tree], str] = by_content
    lag: int = 1
    tells_commit: bool = True
    host: str = "http://127.0.0.1:9"
    printed: str = ""
    _states: dict[str, "_State"] = field(default_factory=dict)

    def changed(self, space: Repository, *, restarted: bool = False) -> None:
        """Start a build: there is a new commit, or a setting asks for it."""
        state = self._states.setdefault(space.name, _State())
        if state.building is not space.head or restarted:
            state.building, state.looks = space.head, 0

    def look(self, space: Repository) -> dict[str, Any]:
        """Return the runtime as the Hub tells it, one step later than the last time."""
        state = self._states.setdefault(space.name, _State())
        stage, about = self._stage(space, state)
        state.looks += 1
        told = {"sha": about.oid} if self.tells_commit and about else {}
        hardware = {"current": space.hardware, "requested": space.hardware}
        return {"stage": stage, "hardware": hardware, "gcTimeout": space.sleep_seconds, **told}

    def _stage(self, space: Repository, state: "_State") -> tuple[str, Commit | None]:
        if space.paused:
            return "PAUSED", state.running
        if state.building is None:
            return state.stage, state.running
        if state.looks < self.lag:
            return state.stage, state.running
        step = state.looks - self.lag
        end = self.verdict(state.building.tree)
        if step < len(STEPS) or end == STUCK:
            step = min(step, len(STEPS) - 1) if end != STUCK else 0
            running = state.running is not None
            return (f"RUNNING_{STEPS[step]}" if running else STEPS[step]), state.building
        state.stage = end
        state.running = state.building if end == RUNS else None
        failed, state.building = state.building, None
        return end, state.running or failed

    def log(self, space: Repository, kind: str) -> Iterator[bytes]:
        """Give the log of the build, or of the run, as server-sent events."""
        said = self.verdict(space.head.tree)
        lines = [
            f"===== {kind} of {space.head.oid[:8]} =====\n",
            f"it ended as {said}\n",
            self.printed,
        ]
        for line in lines:
            event = {"data": line, "timestamp": "2026-01-01T00:00:00.000Z"}
            yield f"data: {json.dumps(event)}\n\n".encode()
        yield b"data:\n\n"


@dataclass
class _State:
    stage: str = "NO_APP_FILE"
    running: Commit | None = None
    building: Commit | None = None
    looks: int = 0
