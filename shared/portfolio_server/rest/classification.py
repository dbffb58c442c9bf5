"""``/v1/classify`` and ``/v1/rank``: what a picture shows, and which pictures show it best."""

from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from pydantic import Field

from portfolio_core.engines import classification
from portfolio_core.engines.classification.ranking import Source
from portfolio_core.ui import classified
from portfolio_core.ui.classified import Results
from portfolio_core.ui.classifying import THINGS, Desk, Judged, Ranked
from portfolio_server.rest import received, work
from portfolio_server.rest.benches import unheard
from portfolio_server.rest.received import Received
from portfolio_server.rest.service import AUTOMATIC, Service
from portfolio_server.rest.shapes import RECIPE, Described, shown

_RECIPE = {**RECIPE, "task": classification.TASK, "model": "ronald-starter"}
_SHARES = {"other": 0.02, "ronald": 0.98}
FAVOURITE = "ronald"
"""The class by which pictures are ranked unless another is named."""


class ClassifyBody(Described):
    """A picture to classify."""

    model_config = shown({"image": "picture.jpg"})

    image: UploadFile
    """A JPEG, PNG or WEBP picture."""
    model: str = AUTOMATIC
    """A model from /v1/models, "auto", or "imagenet" for a thousand things where it can be had."""


class RankBody(Described):
    """Pictures to rank; files and addresses together are limited, see /v1/limits."""

    model_config = shown({"files": ["a.jpg", "b.jpg"], "label": "ronald"})

    files: list[UploadFile] = Field(default_factory=list)
    """JPEG, PNG or WEBP pictures."""
    urls: list[str] = Field(default_factory=list)
    """Addresses of pictures on the public web."""
    label: str = ""
    """Name of the class; empty for Ronald, or for the first."""
    model: str = AUTOMATIC
    """As for /v1/classify."""


class Verdict(Described):
    """What a picture shows."""

    model_config = shown(
        {
            "verdict": "ronald",
            "probabilities": _SHARES,
            "thresholds": {"other": 0.6, "ronald": 0.6},
            "notes": [],
            "recipe": _RECIPE,
        }
    )

    verdict: str | None
    """Name of the class; none where the model is unsure."""
    probabilities: dict[str, float]
    """Of the likeliest classes, calibrated."""
    thresholds: dict[str, float]
    """Probability from which a class is named."""
    notes: list[str]
    """Codes of what was put right in the picture."""
    recipe: dict[str, Any]
    """How it was made."""


class RankedPicture(Described):
    """One picture in its place."""

    rank: int
    name: str
    probability: float
    verdict: str | None
    probabilities: dict[str, float]
    group: int
    """Pictures of one group show the same."""


class FailedPicture(Described):
    """One that could not be had."""

    name: str
    code: str
    message: str


class Ranking(Described):
    """The pictures, the likeliest first."""

    model_config = shown(
        {
            "label": "ronald",
            "classes": ["other", "ronald"],
            "ranked": [
                {
                    "rank": 1,
                    "name": "a.png",
                    "probability": 0.98,
                    "verdict": "ronald",
                    "probabilities": _SHARES,
                    "group": 1,
                }
            ],
            "failed": [],
            "recipe": _RECIPE,
        }
    )

    label: str
    """The class by which they are ranked."""
    classes: list[str]
    ranked: list[RankedPicture]
    failed: list[FailedPicture]
    recipe: dict[str, Any]


def router(service: Service) -> APIRouter:
    """Return the routes that classify."""
    routes = APIRouter(tags=["classification"])

    @routes.post("/classify", summary="Say what a picture shows, or that it is unsure")
    async def classify(body: Annotated[ClassifyBody, File()], request: Request) -> Verdict:
        """Classify a picture with calibrated probabilities."""
        done, file = await work.result(request, _judged(service, body))
        used = {"image": file.mark, "model": _model(service, body.model)}
        made = Results(service.judging).recipe(done, used)
        return Verdict(**classified.answer(done), recipe=made)

    @routes.post("/rank", summary="Rank pictures by how likely each shows a class")
    async def rank(body: Annotated[RankBody, File()], request: Request) -> Ranking:
        """Rank pictures; one that cannot be had is a line of the result."""
        done, files = await work.result(request, _ranked(service, body))
        used = {
            "files": [one.mark for one in files],
            "urls": "\n".join(body.urls),
            "label": body.label,
            "model": _model(service, body.model),
        }
        made = Results(service.judging).recipe(done, used)
        return Ranking(**classified.order(done.ranking), recipe=made)

    return routes


def _model(service: Service, name: str) -> str:
    """Return the Space's own name for a caller's model: empty for what it has chosen."""
    if name == THINGS:
        return THINGS
    service.choice(classification.TASK, name)
    return ""


async def _judged(service: Service, body: ClassifyBody) -> AsyncGenerator[tuple[Judged, Received]]:
    model, desk = _model(service, body.model), Desk(service.judging, FAVOURITE)
    async with received.files(service.settings, [body.image]) as (file,):
        work_ = desk.judge(_sources([file])[0], model, unheard, "en")
        async for done in work.made(work_):
            if done is not None:
                yield done, file


async def _ranked(
    service: Service, body: RankBody
) -> AsyncGenerator[tuple[Ranked, list[Received]]]:
    model, desk = _model(service, body.model), Desk(service.judging, FAVOURITE)
    most = service.settings.limits.rank_files
    async with received.files(service.settings, body.files, most) as files:
        ranking = desk.rank(
            _sources(files), "\n".join(body.urls), unheard, "en", label=body.label, model=model
        )
        async for done in work.made(ranking):
            if done is not None:
                yield done, files


def _sources(files: Sequence[Received]) -> list[Source]:
    return [Source(one.name, one.path) for one in files]
