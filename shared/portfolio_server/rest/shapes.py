"""What several routes say in their descriptions: errors, choices, examples, recipes."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

EVENTS = "text/event-stream"


def shown(example: Any) -> ConfigDict:  # noqa: ANN401 - plain values
    """Return the configuration of a model that is described by ``example``."""
    return ConfigDict(json_schema_extra={"examples": [example]})


class Described(BaseModel):
    """Base of bodies and answers: what stands below a field is its description."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class ErrorContent(Described):
    """What went wrong."""

    message: str
    """What is wrong and what to do about it, in two sentences."""
    type: str
    """invalid_request_error, or server_error: a repeat may succeed."""
    param: str | None
    """The field that is wrong, where it is one."""
    code: str
    """The kind of error; programs go by it."""


class Problem(Described):
    """An error in OpenAI's shape."""

    model_config = shown(
        {
            "error": {
                "message": "n is “9”; it must be 1 to 4. Choose a number in that range.",
                "type": "invalid_request_error",
                "param": "n",
                "code": "number_out_of_range",
            }
        }
    )

    error: ErrorContent


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "The request cannot be used; sent again, it fails."},
    "5XX": {"model": Problem, "description": "Busy (503, with Retry-After), too slow, or broken."},
}
"""What any route may answer instead."""

RECIPE: dict[str, Any] = {
    "task": "captioning",
    "model": "picture-facts",
    "revision": "1",
    "parameters": {},
    "seed": None,
    "seconds": 0.4,
}
"""The part of a recipe that examples show."""


def choice(values: Iterable[str], default: str = "") -> Any:  # noqa: ANN401 - what a field is set to
    """Return a field whose values are described; the task itself refuses others, and names these.

    Args:
        values: What may be chosen.
        default: What is, unless something else is said.
    """
    return Field(default, json_schema_extra={"enum": list(values)})


def content(*media_types: str, example: object = None) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is no model of ours.

    Args:
        media_types: What it may be.
        example: Of the first, an object of JSON; none where a model describes it, or it is a file.
    """
    told: dict[str, Any] = {kind: {} for kind in media_types}
    if example is not None:
        told[media_types[0]] = {"example": example, "schema": {"type": "object"}}
    return {200: {"description": "The result", "content": told}}
