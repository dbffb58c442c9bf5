"""A call that a page makes while its stream ends is heard of all the same."""

import asyncio
import json

import gradio as gr
import httpx
import pytest
from gradio.routes import App

from portfolio_core.ui.joining import Joining

SESSION = "page"
ON_THE_WAY = 0.05  # seconds that what is streamed takes to the page; other answers take no time


@pytest.fixture
async def application():
    with gr.Blocks(analytics_enabled=False) as blocks:
        blocks.load(lambda: "done", None, gr.Textbox(), api_name="work")
    blocks.queue()
    app = App.create_app(blocks, mcp_server=False)
    blocks._queue.set_server_app(app)
    blocks.run_startup_events()
    yield app
    blocks.close(verbose=False)


async def told(application):
    """Return in which order a page is told of its stream's end and of its next call."""
    order = []

    async def join():
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as page:
            call = {"data": [], "fn_index": 0, "session_hash": SESSION}
            assert (await page.post("/gradio_api/queue/join", json=call)).status_code == 200

    async def listen():
        over, next_call = asyncio.Event(), []

        async def call_again():
            await join()
            order.append("call")

        async def send(message):
            streamed = [line for line in message.get("body", b"").split(b"\n\n") if line]
            kinds = [json.loads(line.removeprefix(b"data: "))["msg"] for line in streamed]
            if "close_stream" in kinds:
                next_call.append(asyncio.create_task(call_again()))
                await asyncio.sleep(ON_THE_WAY)
                order.append("end")
                over.set()

        scope = {
            "type": "http", "method": "GET", "path": "/gradio_api/queue/data", "headers": [],
            "query_string": b"session_hash=" + SESSION.encode(), "http_version": "1.1",
            "root_path": "", "scheme": "http", "client": ("page", 1), "server": ("page", 80),
        }  # fmt: skip

        async def receive():
            await over.wait()
            return {"type": "http.disconnect"}

        await application(scope, receive, send)
        await next_call[0]

    await join()
    await asyncio.wait_for(listen(), 20)
    return order


async def test_a_page_is_told_of_its_next_call_after_the_end_of_its_stream(application):
    assert await told(Joining(application)) == ["end", "call"]


async def test_without_it_the_end_comes_last_and_the_call_is_never_heard_of(application):
    assert await told(application) == ["call", "end"]


async def test_what_is_no_call_is_for_gradio_to_refuse(application):
    transport = httpx.ASGITransport(Joining(application))
    async with httpx.AsyncClient(transport=transport, base_url="http://page") as page:
        for body in (b"", b"[]", b"{", b'{"session_hash": 7}'):
            refused = await page.post("/gradio_api/queue/join", content=body)
            assert refused.status_code == 422
