"""“Call this by API”: the very call that a visitor just made, for four kinds of client."""

import json
from collections.abc import Mapping
from typing import Any, Literal

import gradio as gr

from portfolio_core.ui.i18n import Words

Calls = tuple[str, str, str, str]
"""Python, JavaScript, curl, MCP."""


def calls(url: str, api_name: str, arguments: Mapping[str, Any]) -> Calls:
    """Return code that calls ``api_name`` of the page at ``url`` with ``arguments``.

    Args:
        url: Address of the page, with its trailing slash.
        api_name: Name of the endpoint, without slash.
        arguments: Plain values by parameter name.
    """
    named = json.dumps(dict(arguments), ensure_ascii=False, indent=2)
    return (
        _python(url, api_name, arguments),
        _javascript(url, api_name, named),
        _curl(url, api_name, arguments),
        _mcp(url, api_name, named),
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
    return (
        "# pip install gradio_client\n"
        "from gradio_client import Client\n\n"
        f"client = Client({url!r})\n"
        f'result = client.predict(\n{lines}    api_name="/{api_name}",\n)\nprint(result)\n'
    )


def _javascript(url: str, api_name: str, named: str) -> str:
    return (
        "// npm install @gradio/client\n"
        'import { Client } from "@gradio/client";\n\n'
        f"const client = await Client.connect({json.dumps(url)});\n"
        f'const result = await client.predict("/{api_name}", {named});\n'
        "console.log(result.data);\n"
    )


def _curl(url: str, api_name: str, arguments: Mapping[str, Any]) -> str:
    # A quote inside single quotes of a shell is written as '\''.
    body = json.dumps(dict(arguments), ensure_ascii=False).replace("'", "'\\''")
    return (
        f'URL="{url}gradio_api/call"\n'
        f'EVENT=$(curl -s -m 30 -X POST "$URL/v2/{api_name}" '
        f"-H 'Content-Type: application/json' \\\n  -d '{body}' | cut -d '\"' -f 4)\n"
        f'curl -sN -m 300 "$URL/{api_name}/$EVENT"\n'
    )


def _mcp(url: str, api_name: str, named: str) -> str:
    server = {"mcpServers": {"portfolio": {"url": f"{url}gradio_api/mcp/"}}}
    call = {"name": api_name, "arguments": json.loads(named)}
    return (
        json.dumps(server, indent=2)
        + "\n\n"
        + json.dumps({"method": "tools/call", "params": call}, ensure_ascii=False, indent=2)
        + "\n"
    )
