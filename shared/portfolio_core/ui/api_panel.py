"""“Call this by API”: the very call that a visitor just made, for four kinds of client."""

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from typing import Any, Literal

import gradio as gr

from portfolio_core.ui.i18n import Words

Calls = tuple[str, str, str, str]
"""Python, JavaScript, curl, MCP."""

_MARK = "\ue000"  # a private character: it stands in no name, and for itself in JSON
_MARKED_AS_FILE = '"meta": {"_type": "gradio.FileData"}'


class File(str):
    """Name of a file on the caller's disk, as an argument."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return it as Python code that hands the file over."""
        return f"handle_file({super().__repr__()})"


def calls(url: str, api_name: str, arguments: Mapping[str, Any]) -> Calls:
    """Return code that calls ``api_name`` of the page at ``url`` with ``arguments``.

    Args:
        url: Address of the page, with its trailing slash.
        api_name: Name of the endpoint, without slash.
        arguments: Plain values by parameter name; a file on the caller's disk is a
            :class:`File`.
    """
    return (
        _python(url, api_name, arguments),
        _javascript(url, api_name, arguments),
        _curl(url, api_name, arguments),
        _mcp(url, api_name, arguments),
    )


def panel(words: Words) -> list[gr.Code]:
    """Draw the folded panel; fill its parts, in order, with what :func:`calls` returns."""
    with gr.Accordion(words("call"), open=False):
        gr.Markdown(words("call_note"))
        return [
            _tab("Python", "python"),
            _tab("JavaScript", "javascript"),
            _tab("curl", "shell"),
            _tab("MCP", "json"),
        ]


def _tab(title: str, language: Literal["python", "javascript", "shell", "json"]) -> gr.Code:
    with gr.Tab(title):
        return gr.Code(language=language, label=title, interactive=False, lines=1, wrap_lines=True)


def _python(url: str, api_name: str, arguments: Mapping[str, Any]) -> str:
    lines = "".join(f"    {name}={value!r},\n" for name, value in arguments.items())
    names = "Client, handle_file" if _files(arguments) else "Client"
    return (
        "# pip install gradio_client\n"
        f"from gradio_client import {names}\n\n"
        f"client = Client({url!r})\n"
        f'result = client.predict(\n{lines}    api_name="/{api_name}",\n)\nprint(result)\n'
    )


def _javascript(url: str, api_name: str, arguments: Mapping[str, Any]) -> str:
    named = _json(arguments, lambda _, file: f"handle_file({json.dumps(file)})", indent=2)
    names = "Client, handle_file" if _files(arguments) else "Client"
    return (
        "// npm install @gradio/client\n"
        f'import {{ {names} }} from "@gradio/client";\n\n'
        f"const client = await Client.connect({json.dumps(url)});\n"
        f'const result = await client.predict("/{api_name}", {named});\n'
        "console.log(result.data);\n"
    )


def _curl(url: str, api_name: str, arguments: Mapping[str, Any]) -> str:
    # What stands between two single quotes of a shell; a quote in it is written as '\\''.
    quoted = _json(
        arguments,
        lambda number, _: f'{{"path": "\'"$FILE{number}"\'", {_MARKED_AS_FILE}}}',
        escape=lambda text: text.replace("'", "'\\''"),
    )
    sent = "".join(
        f'FILE{number}=$(curl -s -m 60 -F {shlex.quote(f"files=@{file}")} "$URL/upload"'
        " | cut -d '\"' -f 2)\n"
        for number, file in enumerate(_files(arguments), 1)
    )
    return (
        f'URL="{url}gradio_api"\n{sent}'
        f'EVENT=$(curl -s -m 30 -X POST "$URL/call/v2/{api_name}" '
        f"-H 'Content-Type: application/json' \\\n  -d '{quoted}' | cut -d '\"' -f 4)\n"
        f'curl -sN -m 300 "$URL/call/{api_name}/$EVENT"\n'
    )


def _mcp(url: str, api_name: str, arguments: Mapping[str, Any]) -> str:
    server = {"mcpServers": {"portfolio": {"url": f"{url}gradio_api/mcp/"}}}
    named = _json(arguments, lambda _, file: json.dumps(f"data:…;base64,… ({file})"))
    call = {"name": api_name, "arguments": json.loads(named)}
    return (
        json.dumps(server, indent=2)
        + "\n\n"
        + json.dumps({"method": "tools/call", "params": call}, ensure_ascii=False, indent=2)
        + "\n"
    )


def _files(value: Any) -> list[File]:  # noqa: ANN401 - any plain values
    """Return the files in ``value``, in order."""
    if isinstance(value, File):
        return [value]
    if isinstance(value, Mapping):
        value = list(value.values())
    return [file for part in value for file in _files(part)] if isinstance(value, list) else []


def _json(
    arguments: Mapping[str, Any],
    spell: Callable[[int, str], str],
    *,
    escape: Callable[[str], str] = str,
    indent: int | None = None,
) -> str:
    """Return ``arguments`` as JSON, each file in the words of ``spell(number from 1, name)``."""
    count = iter(range(1, sys.maxsize))

    def marked(value: Any) -> Any:  # noqa: ANN401 - any plain values
        if isinstance(value, File):
            return f"{_MARK}{next(count)}{_MARK}"
        if isinstance(value, Mapping):
            return {name: marked(part) for name, part in value.items()}
        return [marked(part) for part in value] if isinstance(value, list) else value

    text = escape(json.dumps(marked(arguments), ensure_ascii=False, indent=indent))
    for number, file in enumerate(_files(arguments), 1):
        text = text.replace(f'"{_MARK}{number}{_MARK}"', spell(number, file))
    return text
