"""Which models a process can run, and what the workload must know to run one.

It brings together settings, machine, catalog and Hub; pages and routes ask it, and know none
of the four.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from portfolio_core import catalog, hub
from portfolio_core import hardware as machine
from portfolio_core.catalog import Choice, Model
from portfolio_core.errors import ModelUnavailable
from portfolio_core.settings import Settings
from portfolio_core.workload import EngineSpec

Note = Callable[[str, int, int], None]
"""Told of a download: name of the file, bytes there, bytes in all."""

# One engine at a time, whoever asks. A load is no private matter: transformers sets torch's
# default number type for the whole process meanwhile, and finds its own parts by an import that
# another thread must not see half done.
_loading = threading.Lock()


class Provision:
    """The models that can be had under some settings, on this machine."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.machine = machine.detect(settings)

    def choice(self, task: str) -> Choice:
        """Return the model for ``task``.

        Raises:
            ModelUnavailable: none can be had here.
        """

        def reachable(model: Model) -> bool:
            return hub.can_be_had(model, self.settings)

        return catalog.choose(task, self.settings, self.machine, reachable=reachable)

    def optional(self, task: str) -> Choice | None:
        """Return the model for a task that can be done without, where one can be had."""
        try:
            return self.choice(task)
        except ModelUnavailable:
            return None

    def spec(self, model: Model, note: Note = lambda *_: None) -> EngineSpec[Any]:
        """Return what the workload needs to run ``model``; its load downloads what is missing."""
        engine, settings = catalog.engine_class(model), self.settings

        def fetch(name: str) -> Path:
            return hub.fetch_one(model, settings, name)

        def load() -> Any:  # noqa: ANN401 - each task has its own protocol
            folder = hub.fetch(model, settings, progress=note) if model.hub else None
            given = (folder, self.machine, fetch) if folder else (None, self.machine)
            with _loading:
                return engine.load(*given)

        return EngineSpec(model.key, load, model.memory_bytes)
