"""The engines over HTTP: in OpenAI's shape where it has one, so that its clients work unchanged.

A route checks a caller's values by the task's own functions, as a Space does, and hands the
work to :mod:`work`. No route knows a model library.
"""

from fastapi import APIRouter

from portfolio_core.settings import Settings
from portfolio_core.workload import Workload
from portfolio_server.rest import (
    captions,
    chat,
    classification,
    edits,
    embeddings,
    engines,
    generations,
    models,
    ocr,
    rag,
    speech,
    transcriptions,
)
from portfolio_server.rest.service import Service
from portfolio_server.rest.shapes import PROBLEMS

_PARTS = (
    models,
    engines,
    chat,
    embeddings,
    speech,
    transcriptions,
    generations,
    edits,
    ocr,
    captions,
    classification,
    rag,
)


def router(settings: Settings, workload: Workload) -> APIRouter:
    """Return all routes under ``/v1`` that use an engine."""
    service = Service(settings, workload)
    routes = APIRouter(prefix="/v1", responses=PROBLEMS)
    for part in _PARTS:
        routes.include_router(part.router(service))
    return routes
