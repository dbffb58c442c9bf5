"""``/v1/embeddings``: texts as vectors."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from fastapi import APIRouter, Request
from pydantic import StrictInt

from portfolio_core import recipe
from portfolio_core.engines import embeddings
from portfolio_core.engines.embeddings import EmbeddingEngine, Vectors
from portfolio_core.engines.embeddings.request import dimensions, shortened, texts
from portfolio_server.rest import work
from portfolio_server.rest.service import AUTOMATIC, Service
from portfolio_server.rest.shapes import RECIPE, Described, content, shown

_EXAMPLE = {
    "object": "list",
    "model": "minilm-l6-v2",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.6, 0.8]}],
    "usage": {"prompt_tokens": 2, "total_tokens": 2},
    "recipe": {**RECIPE, "task": embeddings.TASK, "model": "minilm-l6-v2"},
}
_ABOUT_CHARACTERS = 4  # of a token; the engines do not count theirs


class EmbeddingsBody(Described):
    """Texts to embed. Fields of OpenAI's that are not here are passed over."""

    model_config = shown({"model": AUTOMATIC, "input": ["A cat.", "A kitten."]})

    model: str = AUTOMATIC
    """A model from /v1/models, or "auto"."""
    input: str | list[str]
    """One text, or several."""
    encoding_format: Literal["float", "base64"] = "float"
    """Numbers, or little-endian float32 in base64."""
    dimensions: StrictInt | None = None
    """So many of the first ones, made of length 1 again; all by default."""
    input_type: Literal["passage", "query"] = "passage"
    """What is searched, or what is asked; some models tell them apart. Not OpenAI's."""


def router(service: Service) -> APIRouter:
    """Return the route of embeddings."""
    routes = APIRouter(tags=["embeddings"])

    @routes.post(
        "/embeddings",
        summary="Embed texts",
        responses=content("application/json", example=_EXAMPLE),
    )
    async def embed(body: EmbeddingsBody, request: Request) -> dict[str, Any]:
        """Return a vector of length 1 for each text, in the shape of OpenAI's API."""
        given = texts(body.input, service.settings.limits)
        choice = service.choice(embeddings.TASK, body.model)
        embedded = await work.result(
            request,
            work.together(
                service.workload,
                service.spec(choice.model),
                body.input_type,
                given,
                _embed_questions if body.input_type == "query" else _embed_passages,
            ),
        )
        whole = np.stack([one.vector for one in embedded])
        vectors = shortened(whole, dimensions(body.dimensions, whole.shape[1]))
        tokens = -(-sum(map(len, given)) // _ABOUT_CHARACTERS)
        made = recipe.write(
            choice,
            revision=embedded[0].revision,
            parameters=body.model_dump(),
            seconds=embedded[0].seconds,
        )
        return {
            "object": "list",
            "model": choice.model.key,
            "data": [
                {"object": "embedding", "index": number, "embedding": _encoded(row, body)}
                for number, row in enumerate(vectors)
            ],
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
            "recipe": made.model_dump(mode="json"),
        }

    return routes


@dataclass(frozen=True)
class _Embedded:
    """One text, embedded.

    Attributes:
        vector: Shape (dimension,), float32, of length 1.
        revision: Of the engine.
        seconds: What the call of the engine took, for all texts that were in it.
    """

    vector: Vectors
    revision: str
    seconds: float


def _embed_passages(
    engine: EmbeddingEngine, given: Sequence[str], check: Callable[[], None]
) -> list[_Embedded]:
    watch = recipe.Stopwatch()
    vectors = engine.passages(given, check)
    return [_Embedded(vector, engine.revision, watch.seconds) for vector in vectors]


def _embed_questions(
    engine: EmbeddingEngine, given: Sequence[str], check: Callable[[], None]
) -> list[_Embedded]:
    watch = recipe.Stopwatch()
    vectors = []
    for text in given:
        check()
        vectors.append(engine.question(text)[0])
    return [_Embedded(vector, engine.revision, watch.seconds) for vector in vectors]


def _encoded(row: Any, body: EmbeddingsBody) -> str | list[float]:  # noqa: ANN401 - shape (dimension,)
    if body.encoding_format == "base64":
        return base64.b64encode(row.astype("<f4").tobytes()).decode()
    numbers: list[float] = row.tolist()
    return numbers
