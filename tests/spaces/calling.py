"""Calls of an API by other clients than Python's: the npm client, curl, and a model's tools."""

import asyncio
import json
import subprocess


def javascript(code, node_modules, folder):
    """Run the panel's JavaScript; return what the call gave."""
    script = folder / "call.mjs"
    shown = code.replace("console.log(result.data)", "console.log(JSON.stringify(result.data))")
    script.write_text(shown + "process.exit(0);\n")
    (folder / "node_modules").symlink_to(node_modules)
    done = subprocess.run(
        ["node", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def curl(code):
    """Run the panel's shell code; return what the server sent."""
    done = subprocess.run(
        ["bash", "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


def as_model(server, work):
    """Return what ``work`` gives for a session of MCP with ``server``."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def session():
        where = f"{server.url}/gradio_api/mcp/"
        async with (
            streamable_http_client(where) as (reader, writer, _),
            ClientSession(reader, writer) as session,
        ):
            await session.initialize()
            return await work(session)

    return asyncio.run(session())
