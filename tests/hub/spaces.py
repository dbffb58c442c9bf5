"""The stand-in Hub's answers about Spaces: their stage, their settings, their logs."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from tests.hub.answers import allowed, found, hub_of
from tests.hub.store import Repository

router = APIRouter(prefix="/api/spaces/{owner}/{name}")


def _space(request: Request) -> Repository:
    allowed(request)
    return found(request)


def _changed(request: Request, what: str) -> Any:
    """Note a change of a setting, which restarts a Space as on the real Hub."""
    hub, space = hub_of(request), found(request)
    hub.store.changes.append(f"{what} {space.name}")
    if "app.py" in space.head.tree:
        hub.runtimes.changed(space, restarted=True)
    return {"stage": "BUILDING", "hardware": {"current": None, "requested": space.hardware}}


@router.get("/runtime")
async def runtime(request: Request) -> Any:
    return hub_of(request).runtimes.look(found(request))


@router.get("/logs/{which}")
async def logs(request: Request, which: str) -> StreamingResponse:
    lines = list(hub_of(request).runtimes.log(_space(request), which))
    return StreamingResponse(iter(lines), media_type="text/event-stream")


@router.get("/variables")
async def variables(request: Request) -> Any:
    told = _space(request).variables
    return {key: {"value": value, "updatedAt": None} for key, value in told.items()}


@router.post("/variables")
async def set_variable(request: Request) -> Any:
    wanted = await request.json()
    _space(request).variables[wanted["key"]] = wanted["value"]
    _changed(request, f"variable {wanted['key']}")
    return await variables(request)


@router.delete("/variables")
async def delete_variable(request: Request) -> Any:
    key = (await request.json())["key"]
    _space(request).variables.pop(key, None)
    _changed(request, f"variable {key}")
    return await variables(request)


@router.get("/secrets")
async def secrets(request: Request) -> Any:
    """Tell the names; the values never leave."""
    return {key: {"updatedAt": None} for key in _space(request).secrets}


@router.post("/secrets")
async def set_secret(request: Request) -> Any:
    wanted = await request.json()
    _space(request).secrets[wanted["key"]] = wanted["value"]
    return _changed(request, f"secret {wanted['key']}")


@router.delete("/secrets")
async def delete_secret(request: Request) -> Any:
    key = (await request.json())["key"]
    _space(request).secrets.pop(key, None)
    return _changed(request, f"secret {key}")


@router.post("/hardware")
async def hardware(request: Request) -> Any:
    _space(request).hardware = (await request.json())["flavor"]
    return _changed(request, "hardware")


@router.post("/sleeptime")
async def sleep_time(request: Request) -> Any:
    _space(request).sleep_seconds = (await request.json())["seconds"]
    return _changed(request, "sleep")


@router.post("/pause")
async def pause(request: Request) -> Any:
    _space(request).paused = True
    return _changed(request, "pause")


@router.post("/restart")
async def restart(request: Request) -> Any:
    _space(request).paused = False
    return _changed(request, "restart")
