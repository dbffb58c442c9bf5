"""``/v1/models``: what can be named as a model here."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter

from portfolio_core.engines.chat import TASK
from portfolio_core.errors import UnknownModel
from portfolio_server.rest.service import Service
from portfolio_server.rest.shapes import content

_EXAMPLE = {
    "id": "espeak-ng",
    "object": "model",
    "created": 0,
    "owned_by": "espeak-ng",
    "tasks": ["text-to-speech"],
    "languages": ["en", "ko"],
    "preset": "embedded",
    "licence": "GPL-3.0-or-later",
}
_OURS = "portfolio"
_CREATED = 0  # no model here has a date that would mean anything


def router(service: Service) -> APIRouter:
    """Return the routes that list models."""
    routes = APIRouter(tags=["models"])

    @routes.get(
        "/models",
        summary="List the models",
        responses=content("application/json", example={"object": "list", "data": [_EXAMPLE]}),
    )
    def list_models() -> dict[str, Any]:
        """List one model for each task, and each adapter of the chat model as one of its own."""
        return {"object": "list", "data": described(service)}

    @routes.get(
        "/models/{name:path}",
        summary="Describe a model",
        responses=content("application/json", example=_EXAMPLE),
    )
    def model(name: str) -> dict[str, Any]:
        """Describe one model: its tasks, languages, size, licence and where it comes from."""
        known = {each["id"]: each for each in described(service)}
        if name not in known:
            raise UnknownModel(name, known)
        return known[name]

    return routes


def described(service: Service) -> list[dict[str, Any]]:
    """Return the models, each in OpenAI's shape and with what else is known of it."""
    by_key: dict[str, dict[str, Any]] = {}
    for task, choice in service.choices.items():
        model = choice.model
        entry = by_key.setdefault(
            model.key,
            {
                "id": model.key,
                "object": "model",
                "created": _CREATED,
                "owned_by": _owner(model.source),
                "name": model.name,
                "tasks": [],
                "languages": list(model.languages),
                "preset": model.preset.value,
                "licence": model.licence,
                "revision": model.hub.revision if model.hub else "",
                "reason": choice.reason.code,
            },
        )
        entry["tasks"].append(task)
    chat = service.choices.get(TASK)
    adapters = [
        {
            **by_key[chat.model.key],
            "id": adapter.key,
            "name": f"{chat.model.name} + {adapter.key}",
            "tasks": [TASK],
            "parent": chat.model.key,
            "revision": adapter.revision,
        }
        for adapter in service.adapters.values()
        if chat
    ]
    return [*by_key.values(), *adapters]


def _owner(source: str) -> str:
    """Return whose a model is; what is made here has an address that is not of an owner's model."""
    owner, _, name = urlsplit(source).path.strip("/").partition("/")
    return owner if name and "/" not in name else _OURS
