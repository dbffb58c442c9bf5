"""Self-check at start: files outside the upload folder are not served.

Before the server takes its first caller, a file that nobody uploaded is named to every
function of every page that takes files, the way a client would. The server starts only
when each call was refused: nothing of the file came back, and no copy of it was made.
"""

import asyncio
import contextlib
import io
import json
import logging
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
from starlette.types import ASGIApp

from portfolio_server.mount import Call, Page

log = logging.getLogger(__name__)

_SECONDS_PER_PAGE = 30
_AT_ONCE = 8
_NAME = "not-uploaded"


class SelfCheckFailed(Exception):
    """The server would serve a file that nobody uploaded, or could not rule it out."""


async def run(app: ASGIApp, pages: Iterable[Page], key: str) -> None:
    """Check every page that takes files, with the key that opens each door.

    Raises:
        SelfCheckFailed: a page must not be served; the message names it.
    """
    pages = [page for page in pages if page.features.files]
    if not pages:
        return
    with tempfile.TemporaryDirectory() as outside, _quiet():
        for page in pages:
            file = Path(outside) / f"{_NAME}-{secrets.token_hex(8)}.txt"
            content = secrets.token_hex(64)
            file.write_text(content)
            try:
                async with asyncio.timeout(_SECONDS_PER_PAGE):
                    found = await _is_served(app, page, file, content, key)
            except TimeoutError:
                raise SelfCheckFailed(f"The self-check of the page {page.slug} hangs.") from None
            if found:
                raise SelfCheckFailed(
                    f"The page {page.slug} serves files outside the upload folder; "
                    "the server does not start."
                )
    log.info("Self-check passed: files outside the upload folder are not served.")


async def _is_served(app: ASGIApp, page: Page, file: Path, content: str, key: str) -> bool:
    """Whether any function of ``page`` gives ``file`` back, or copies it."""
    turn = asyncio.Semaphore(_AT_ONCE)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    base = f"http://127.0.0.1{page.path}/gradio_api/"
    async with httpx.AsyncClient(
        transport=transport,
        base_url=base,
        timeout=None,  # noqa: S113 - the page's own limit holds
        auth=("", key),
    ) as client:

        async def answers(call: Call) -> str:
            async with turn:
                by_number = await _by_number(client, call)
                return by_number + (await _by_name(client, call) if call.name else "")

        told = "".join(await asyncio.gather(*map(answers, page.calls_naming(file))))
        if content in told:
            return True
        for path in set(_paths(told)):
            answer = await client.get(f"file={quote(path)}")
            if content in answer.text:
                return True
    return await asyncio.to_thread(_has_copy, page.folder, file)


async def _by_number(client: httpx.AsyncClient, call: Call) -> str:
    session = secrets.token_hex(8)
    body = {"data": call.arguments, "fn_index": call.index, "session_hash": session}
    joined = await client.post("queue/join", json=body)
    if joined.is_error:
        return joined.text
    return (await client.get("queue/data", params={"session_hash": session})).text


async def _by_name(client: httpx.AsyncClient, call: Call) -> str:
    joined = await client.post(f"call/{call.name}", json={"data": call.arguments})
    if joined.is_error:
        return joined.text
    return (await client.get(f"call/{call.name}/{joined.json()['event_id']}")).text


def _paths(told: str) -> Iterator[str]:
    """Yield each path that a stream of events names."""
    for line in told.splitlines():
        with contextlib.suppress(json.JSONDecodeError):
            yield from _paths_in(json.loads(line.removeprefix("data:")))


def _paths_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        path = value.get("path")
        if isinstance(path, str):
            yield path
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _paths_in(part)


def _has_copy(folder: Path, file: Path) -> bool:
    content, size = file.read_bytes(), file.stat().st_size
    return any(
        found.name.startswith(file.stem)
        or (found.stat().st_size == size and found.read_bytes() == content)
        for found in folder.rglob("*")
        if found.is_file() and not found.is_symlink()
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the refusals, which Gradio prints with their traceback, out of the log."""
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        yield
