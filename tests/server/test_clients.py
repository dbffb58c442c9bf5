"""Everyone who may call a page still can, through the list of open routes."""

import asyncio
import base64
from pathlib import Path

import pytest
from gradio.route_utils import MediaStream
from gradio_client import Client, handle_file
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


@pytest.fixture
def client(serve, tmp_path):
    """A gradio_client on a page of a served application."""
    opened = []

    def connect(server, slug):
        folder = str(tmp_path / "downloads")
        address = f"{server.url}/spaces/{slug}/"
        quiet = {"verbose": False, "analytics_enabled": False}
        opened.append(Client(address, download_files=folder, **quiet))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


def tool(server, slug, name, **arguments):
    """Call a function as a tool, the way an assistant does."""

    async def call():
        address = f"{server.url}/spaces/{slug}/gradio_api/mcp/"
        async with (
            streamable_http_client(address) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            return tools, await session.call_tool(name, arguments)

    return asyncio.run(call())


class TestPythonClient:
    def test_words(self, server, client):
        connected = client(server, "words")

        assert connected.predict("abc", api_name="/spell") == "abc"
        assert list(connected.submit("abc", api_name="/spell")) == ["a", "ab", "abc"]

    def test_files(self, server, client, tmp_path):
        (tmp_path / "note.txt").write_text("hello")
        connected = client(server, "echo")

        returned = connected.predict(handle_file(tmp_path / "note.txt"), api_name="/file")

        assert Path(returned).read_text() == "hello"

    def test_sound(self, server, client):
        made = client(server, "sound").predict(api_name="/beep")

        assert Path(made).read_bytes().startswith(b"RIFF")

    def test_cancelling(self, server, client):
        job = client(server, "words").submit("a" * 10_000, api_name="/spell")

        assert job.cancel()


class TestCurl:
    def test_named_parameters(self, server):
        joined = server.client.post(server.api("words", "call/v2/spell"), json={"word": "hi"})
        event_id = joined.json()["event_id"]

        told = server.client.get(server.api("words", f"call/v2/spell/{event_id}")).text

        assert 'event: complete\ndata: ["hi"]' in told

    def test_parameters_by_place(self, server):
        assert server.call("words", "spell", "hi") == ("complete", ["hi"])

    def test_a_file(self, server, named):
        (path,) = server.upload("echo").json()

        _, (returned,) = server.call("echo", "file", named(path))

        assert server.client.get(returned["url"]).text == "hello"


class TestTools:
    def test_words(self, server):
        tools, answer = tool(server, "words", "spell", word="hi")

        assert "spell" in tools
        assert [part.text for part in answer.content] == ["hi"]

    def test_a_file(self, server):
        data = "data:text/plain;base64," + base64.b64encode(b"hello").decode()

        _, answer = tool(server, "echo", "give_back", value=data)

        assert not answer.isError
        path = answer.content[0].text.partition("file=")[2]
        assert server.client.get(server.api("echo", f"file={path}")).text == "hello"

    def test_a_page_calls_itself_and_nobody_that_a_header_names(self, serve, refused_calls):
        server = serve("words", hosts=("portfolio.example",))
        headers = {
            "accept": "application/json, text/event-stream",
            "host": "portfolio.example",
            "x-forwarded-host": "93.184.216.34",
        }
        call = {"method": "tools/call", "params": {"name": "spell", "arguments": {"word": "hi"}}}

        answer = server.client.post(
            server.api("words", "mcp/"), headers=headers, json={"jsonrpc": "2.0", "id": 1, **call}
        )

        assert '"text":"hi"' in answer.text
        assert refused_calls == []

    def test_the_list_of_tools_and_the_page_for_people(self, server):
        names = [t["name"] for t in server.client.get(server.api("words", "mcp/schema")).json()]
        page = server.client.get(server.api("words", "mcp/"))

        assert "spell" in names
        assert "text/html" in page.headers["content-type"]


class TestPage:
    def test_the_page_and_all_that_it_names(self, server):
        page = server.client.get("/spaces/words/", follow_redirects=True)

        assert page.status_code == 200
        for path in ("config", "theme.css", "gradio_api/info", "gradio_api/openapi.json"):
            assert server.client.get(f"/spaces/words/{path}").status_code == 200

    def test_sound_while_it_is_made(self, server):
        stream = MediaStream()
        asyncio.run(stream.add_segment({"data": b"sound", "duration": 1.0, "extension": ".aac"}))
        page = server.page("words")
        page.blocks.pending_streams["visit"] = {"run": {1: stream}}

        playlist = server.client.get(server.api("words", "stream/visit/run/1/playlist.m3u8"))
        segment = playlist.text.splitlines()[-1]

        assert playlist.text.startswith("#EXTM3U")
        piece = server.client.get(server.api("words", f"stream/visit/run/1/{segment}"))
        assert piece.content == b"sound"

    def test_a_browser_finds_nothing_missing(self, server, browser):
        page = browser.new_page()
        missing, errors = [], []
        # The view of the API asks for statistics, which are closed, and does without.
        known = f"{server.url}/spaces/words/monitoring/summary"
        page.on(
            "response",
            lambda r: missing.append(r.url) if r.status >= 400 and r.url != known else None,
        )
        page.on("pageerror", lambda error: errors.append(str(error)))

        page.goto(f"{server.url}/spaces/words/")
        page.get_by_role("textbox").first.fill("abc")
        page.get_by_role("button").first.click()
        page.wait_for_function("[...document.querySelectorAll('textarea')].at(-1).value == 'abc'")
        page.goto(f"{server.url}/spaces/words/?view=api")
        page.get_by_text("ways to interact with the API").wait_for()

        assert missing == []
        assert errors == []
        page.close()
