"""What Gradio's own MCP server does not know: lists of files, and texts that assistants can read.

A tool's schema would point to a definition that is not in it, and the addresses in a list would
stay plain text. Here the definition is put in place, and every item of a list counts as a file.

All that a tool returns would be one text in Python's own way to write, pictures as addresses.
Here each result is a part of its own: a file, also each of a list, as Gradio gives single ones,
a picture to be seen with its address, and what is no text as JSON.

Of what a docstring tells of an argument, a tool's schema would have the first line alone. Here it
has all of them.
"""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from anyio.to_thread import run_sync
from gradio import utils
from gradio.mcp import GradioMCPServer
from gradio.processing_utils import add_root_url
from gradio_client.utils import is_file_obj_with_meta

Position = list[str | int]
"""Keys and indices that lead to a place; ``"items"`` stands for every index of a list."""

_ARGUMENT = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)
"""An argument in a docstring, by its name, with the lines that go on with it."""

_describe = utils.get_function_description
_simplify = GradioMCPServer.simplify_filedata_schema
_convert = GradioMCPServer.convert_strings_to_filedata
_tell = GradioMCPServer.postprocess_output_data


def teach() -> None:
    """Let the MCP servers that are made from now on take lists of files, and tell all they know."""
    utils.get_function_description = described
    for name, ours in (
        ("simplify_filedata_schema", _simplify_whole),
        ("convert_strings_to_filedata", _convert_items),
        ("postprocess_output_data", _tell_each),
        ("_execute_tool_without_progress", _results),
    ):
        setattr(GradioMCPServer, name, ours)


def described(fn: Callable[..., Any]) -> tuple[str, dict[str, str], list[str]]:
    """Return what a docstring says: of the function, of each argument, and of what it returns."""
    description, arguments, returned = _describe(fn)
    found = _ARGUMENT.findall(inspect.getdoc(fn) or "")
    whole = {name: " ".join(text.split()) for name, text in found}
    return description, {n: whole.get(n, text) for n, text in arguments.items()}, returned


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


async def _results(_: GradioMCPServer, job: Any) -> list[Any]:  # noqa: ANN401 - gradio_client's Job
    """Return each result of a call; Gradio's own returns them as one."""
    last = None
    async for update in job:
        if update.type == "output" and update.final:
            last = update
    await run_sync(job.result)  # raises what went wrong
    return list(last.outputs["data"]) if last else []


def _tell_each(server: GradioMCPServer, results: list[Any], root_url: str) -> list[Any]:
    """Return the parts of an answer; ``results`` are as the page's API gives them."""
    results = add_root_url(results, root_url, None)
    return _tell(server, [part for one in results for part in _parts(one)], root_url)


def _parts(result: Any) -> Iterator[Any]:  # noqa: ANN401 - any JSON
    if isinstance(result, str) or is_file_obj_with_meta(result):
        yield result
    elif result and isinstance(result, list) and all(map(_file, result)):
        yield from map(_file, result)
    else:
        yield json.dumps(result, ensure_ascii=False)


def _file(item: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the file that is, or in a gallery is shown by, ``item``, if there is one."""
    shown = item.get("image", item) if isinstance(item, dict) else None
    return shown if is_file_obj_with_meta(shown) else None
