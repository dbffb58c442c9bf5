"""Which components of a page take files, and arguments that name a given file.

It works on components by what they say of themselves (their data model and their example)
and knows nothing of mounting.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

# How a component's data model marks a file.
_MARK = "gradio.FileData"


def takes_file(component: Any) -> bool:  # noqa: ANN401 - components have no common type for this
    """Whether a value for ``component`` may name a file."""
    model = getattr(component, "data_model", None)
    schema = model.model_json_schema() if model else getattr(component, "_api_info", None)
    return schema is not None and _MARK in json.dumps(schema)


def calls_server(component: object) -> bool:
    """Whether ``component`` calls functions on the server by itself."""
    kind = type(component)
    return any(getattr(getattr(kind, name, None), "_is_server_fn", False) for name in dir(kind))


def arguments_naming(file: Path, inputs: Sequence[Any]) -> Iterator[list[object]]:
    """Yield arguments for ``inputs`` that name ``file``, at each place that takes one.

    The other places stay empty, so that nothing before that place can break off the call.
    """
    named: dict[str, object] = {"path": str(file), "orig_name": file.name, "meta": {"_type": _MARK}}
    for place, component in enumerate(inputs):
        if not takes_file(component):
            continue
        value = _with_file(component.example_payload(), named)
        arguments: list[object] = [None] * len(inputs)
        arguments[place] = named if value is None else value
        yield arguments


def _with_file(value: Any, named: dict[str, object]) -> Any | None:  # noqa: ANN401 - any JSON
    """Return the example ``value`` with ``named`` for its files; ``None`` when it has none."""
    if isinstance(value, dict):
        if isinstance(value.get("meta"), dict):
            return named
        parts = {key: _with_file(part, named) for key, part in value.items()}
        if all(part is None for part in parts.values()):
            return None
        return {key: value[key] if part is None else part for key, part in parts.items()}
    if isinstance(value, list):
        found = [part for part in (_with_file(part, named) for part in value) if part is not None]
        return found or None
    return None
