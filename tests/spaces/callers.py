"""The ways to call a Space: a shell, node, a model that uses tools, and plain HTTP."""

import asyncio
import json
import subprocess
from dataclasses import dataclass
from typing import Any

import httpx

FILE_DATA = {"_type": "gradio.FileData"}
SECONDS = 60  # of one call


def shell(lines, folder=None, *, seconds=SECONDS):
    """Run the panel's lines for curl in ``folder`` and return what they print."""
    done = subprocess.run(
        ["sh", "-c", lines], capture_output=True, text=True, timeout=seconds, check=True, cwd=folder
    )
    return done.stdout


def javascript(code, folder, node_modules, *, seconds=SECONDS):
    """Run the panel's JavaScript in ``folder`` and return the data that it gets."""
    script = folder / "call.mjs"
    script.write_text(
        code.replace("console.log(result.data)", "console.log(JSON.stringify(result.data))")
        + "process.exit(0);\n"
    )
    (folder / "node_modules").symlink_to(node_modules)
    done = subprocess.run(
        ["node", script], capture_output=True, text=True, timeout=seconds, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def mcp(space, work):
    """Open a session with the Space's tools and return what ``work`` returns of it.

    ``work`` takes the session, an ``mcp.ClientSession``, and gives something to await.
    """
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def session():
        where = f"{space.url}/gradio_api/mcp/"
        async with (
            streamable_http_client(where) as (reader, writer, _),
            ClientSession(reader, writer) as session,
        ):
            await session.initialize()
            return await work(session)

    return asyncio.run(session())


@dataclass(frozen=True)
class Event:
    """The last event of a call: its kind is ``complete`` or ``error``."""

    kind: str
    data: Any


def call(space, name, /, headers=None, *, seconds=SECONDS, **arguments):
    """Call an endpoint as the curl lines do and return the last event."""
    where = f"{space.url}/gradio_api/call"
    body = json.dumps(arguments)  # NaN and all, which httpx would not send
    headers = {"content-type": "application/json", **(headers or {})}
    answer = httpx.post(f"{where}/v2/{name}", content=body, headers=headers, timeout=seconds)
    event = answer.raise_for_status().json()["event_id"]
    text = httpx.get(f"{where}/{name}/{event}", timeout=seconds).text
    kind, data = text.strip().split("\n\n")[-1].split("\n")
    return Event(kind.removeprefix("event: "), json.loads(data.removeprefix("data: ")))


def refused(space, name, /, headers=None, *, seconds=SECONDS, **arguments):
    """Return the error that a call gets."""
    event = call(space, name, headers, seconds=seconds, **arguments)
    assert event.kind == "error", event.data
    return event.data["error"]


def upload(space, content, name="a.png"):
    """Send a file as the curl lines do; return how to name it in a call."""
    sent = {"files": (name, content)}
    answer = httpx.post(f"{space.url}/gradio_api/upload", files=sent, timeout=SECONDS)
    return {"path": answer.raise_for_status().json()[0], "orig_name": name, "meta": FILE_DATA}
