"""Lists of files as arguments of tools: Gradio's own MCP server knows single files only.

A tool's schema would point to a definition that is not in it, and the addresses in a list would
stay plain text. Here the definition is put in place, and every item of a list counts as a file.
"""

from collections.abc import Iterator
from typing import Any

from gradio.mcp import GradioMCPServer

Position = list[str | int]
"""Keys and indices that lead to a place; ``"items"`` stands for every index of a list."""

_simplify = GradioMCPServer.simplify_filedata_schema
_convert = GradioMCPServer.convert_strings_to_filedata


def teach() -> None:
    """Let the MCP servers that are made from now on take lists of files."""
    setattr(GradioMCPServer, "simplify_filedata_schema", _simplify_whole)  # noqa: B010 - Gradio's own
    setattr(GradioMCPServer, "convert_strings_to_filedata", _convert_items)  # noqa: B010 - likewise


def _simplify_whole(
    server: GradioMCPServer, schema: dict[str, Any]
) -> tuple[dict[str, Any], list[Position]]:
    return _simplify(server, _in_place(schema, {}))


def _convert_items(server: GradioMCPServer, value: Any, positions: list[Position]) -> Any:  # noqa: ANN401 - any JSON
    return _convert(server, value, [found for at in positions for found in _found(value, at)])


def _in_place(node: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Return a schema whose lists hold what they would point to."""
    if isinstance(node, list):
        return [_in_place(part, definitions) for part in node]
    if not isinstance(node, dict):
        return node
    definitions = {**definitions, **node.get("$defs", {})}
    named = str(node.get("$ref", "")).removeprefix("#/$defs/")
    if named in definitions:
        return _in_place(definitions[named], definitions)
    return {name: _in_place(part, definitions) for name, part in node.items() if name != "$defs"}


def _found(value: Any, position: Position) -> Iterator[Position]:  # noqa: ANN401 - any JSON
    """Yield where in ``value`` the items stand that ``position`` means."""
    if not position:
        yield []
        return
    first, *rest = position
    keys: list[str | int] = [first]
    if first == "items" and isinstance(value, list):
        keys = list(range(len(value)))
    for key in keys:
        try:
            inner = value[key]
        except (KeyError, IndexError, TypeError):
            continue  # an argument that was left out
        yield from ([key, *found] for found in _found(inner, rest))
