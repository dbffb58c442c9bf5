"""``/v1/engines``: what runs, what waits, what would fit, and loading and unloading by hand."""

import contextlib
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import StrictBool

from portfolio_core import catalog
from portfolio_core.catalog import Model
from portfolio_core.errors import UnknownModel
from portfolio_core.occupancy import Fit, Lane, State
from portfolio_server.rest import work
from portfolio_server.rest.service import Service
from portfolio_server.rest.shapes import Described, shown

_EXAMPLE = {
    "id": "minilm-l6-v2",
    "object": "engine",
    "tasks": ["embeddings"],
    "state": "loaded",
    "running": 1,
    "waiting": 0,
    "memory_bytes": 157286400,
    "fit": "loaded",
    "idle_seconds": 0.0,
}


class Engine(Described):
    """One engine as it is now."""

    model_config = shown(_EXAMPLE)

    id: str
    """Key of its model."""
    object: Literal["engine"] = "engine"
    tasks: list[str]
    """What it is used for here."""
    state: State
    running: int
    """Callers whose turn it is."""
    waiting: int
    """Callers behind them."""
    memory_bytes: int
    """What it takes when loaded, about."""
    fit: Fit
    """Whether it would fit: it is loaded; there is room now; there is after idle engines are
    unloaded; not beside those at work; or it takes more than all engines may."""
    idle_seconds: float
    """Time since it was last used; 0 where it never was, or is."""


class Engines(Described):
    """All engines of the server, and what they share."""

    model_config = shown(
        {
            "object": "list",
            "data": [_EXAMPLE],
            "memory_bytes": 8589934592,
            "memory_taken_bytes": 157286400,
            "queue_waiting": 16,
        }
    )

    object: Literal["list"] = "list"
    data: list[Engine]
    memory_bytes: int
    """Memory for loaded engines."""
    memory_taken_bytes: int
    """What the loaded ones take, about."""
    queue_waiting: int
    """Callers that may wait for one engine."""


class Wish(Described):
    """What an engine should be."""

    model_config = shown({"loaded": True})

    loaded: StrictBool
    """Whether it should be in memory."""


def router(service: Service) -> APIRouter:
    """Return the routes of engines."""
    routes = APIRouter(tags=["engines"])

    @routes.get("/engines", summary="List the engines")
    def list_engines() -> Engines:
        """List every engine with its state, its queue and whether it would fit."""
        found = [_seen(service, model, tasks) for model, tasks in _models(service)]
        return Engines(
            data=found,
            memory_bytes=service.workload.memory_bytes,
            memory_taken_bytes=sum(
                lane.memory_bytes for lane in service.workload.lanes() if lane.state == "loaded"
            ),
            queue_waiting=service.settings.limits.queue_waiting,
        )

    @routes.get("/engines/{name}", summary="Describe an engine")
    def engine(name: str) -> Engine:
        """Describe one engine."""
        return _seen(service, *_named(service, name))

    # PUT, with a body: another site's page cannot make a visitor's browser send that unasked.
    @routes.put("/engines/{name}", summary="Load or unload an engine")
    async def change(name: str, wish: Wish, request: Request) -> Engine:
        """Load an engine before its first caller comes, or unload it; 409 while it is at work."""
        model, tasks = _named(service, name)
        if wish.loaded:
            spec = service.spec(model)
            await work.result(request, work.stream(service.workload, spec, lambda *_: iter("+")))
        else:
            service.workload.unload(model.key)
        return _seen(service, model, tasks)

    return routes


def _models(service: Service) -> list[tuple[Model, list[str]]]:
    """Return each model that was chosen or asked for, with its tasks; one may serve several."""
    models: dict[str, tuple[Model, list[str]]] = {}
    for task, choice in service.choices.items():
        models.setdefault(choice.model.key, (choice.model, []))[1].append(task)
    for lane in service.workload.lanes():  # what writes answers, or a visitor chose on a page
        with contextlib.suppress(KeyError):  # a training is no model
            model = catalog.by_key(lane.key)
            models.setdefault(model.key, (model, list(model.tasks)))
    return list(models.values())


def _named(service: Service, name: str) -> tuple[Model, list[str]]:
    models = {model.key: (model, tasks) for model, tasks in _models(service)}
    if name not in models:
        raise UnknownModel(name, models)
    return models[name]


def _seen(service: Service, model: Model, tasks: list[str]) -> Engine:
    spec: Any = service.spec(model)
    lanes = {lane.key: lane for lane in service.workload.lanes()}
    lane = lanes.get(model.key, Lane(model.key, "idle", 0, 0, model.memory_bytes, 0.0))
    return Engine(
        id=model.key,
        tasks=tasks,
        state=lane.state,
        running=lane.running,
        waiting=lane.waiting,
        memory_bytes=model.memory_bytes,
        fit=service.workload.fit(spec),
        idle_seconds=round(lane.idle_seconds, 1),
    )
