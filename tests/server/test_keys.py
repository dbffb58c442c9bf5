"""Who has no key stays out, and who has one may not have everything."""

import asyncio
import os
import stat
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from portfolio_core.errors import BadSetting, Draining
from portfolio_server import keys, selfcheck
from portfolio_server.access import Access

KEY, LINE = keys.new("alice")
BEARER = {"authorization": f"Bearer {KEY}"}
WORK = {"input": " "}  # refused for what it holds, and so without an engine
NOT_LOOPBACK = {"host": "0.0.0.0"}


@pytest.fixture(scope="module")
def made_for(tmp_path_factory):
    return tmp_path_factory.mktemp("keys")


def embed(server, headers=None):
    return server.client.post("/v1/embeddings", json=WORK, headers=headers)


class TestKeys:
    @pytest.fixture
    def server(self, serve):
        return serve("words", api_keys=(LINE,), origins=("https://friend.example",))

    def test_without_one_nothing_but_health_is_told(self, server):
        addresses = [
            "/",
            "/v1/models",
            "/v1/limits",
            "/metrics",
            "/spaces/words/config",
            "/nothing",
        ]
        answers = {address: server.client.get(address) for address in addresses}
        answers["work"] = embed(server)
        answers["wrong"] = embed(server, {"authorization": f"Bearer {KEY[:-1]}"})
        answers["odd"] = embed(server, {"authorization": "Basic %%"})

        assert {name: a.status_code for name, a in answers.items() if a.status_code != 401} == {}
        assert answers["work"].json()["error"]["code"] == "invalid_api_key"
        assert answers["work"].headers["www-authenticate"] == "Bearer"
        assert [server.client.get(f"/{name}").status_code for name in ("livez", "readyz")] == [
            200
        ] * 2

    def test_with_one_everything_is_as_ever(self, server):
        assert server.client.get("/v1/limits", headers=BEARER).status_code == 200
        assert embed(server, BEARER).json()["error"]["code"] == "empty_text"

    def test_a_browser_asks_for_it_as_a_password(self, server):
        asked = server.client.get("/", headers={"accept": "text/html"})

        assert asked.headers["www-authenticate"].startswith("Basic")
        assert server.client.get("/", auth=("anyone", KEY)).status_code == 200

    def test_a_page_elsewhere_learns_why_it_was_refused(self, server):
        origin = {"origin": "https://friend.example"}
        asking = {**origin, "access-control-request-method": "POST"}

        assert server.client.options("/v1/embeddings", headers=asking).status_code == 200
        assert embed(server, origin).headers["access-control-allow-origin"] == origin["origin"]

    def test_gradios_client_works_with_it(self, server):
        client = Client(f"{server.url}/spaces/words/", headers=BEARER, verbose=False)

        assert client.predict("hi", api_name="/spell") == "hi"

    async def test_tools_for_other_programs_work_with_it(self, server):
        address = f"{server.url}/spaces/words/gradio_api/mcp/"
        async with (
            httpx.AsyncClient(headers=BEARER) as connection,
            streamable_http_client(address, http_client=connection) as (read, write, *_),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            told = await session.call_tool(next(t for t in tools if "spell" in t), {"word": "hi"})

        assert told.content[0].text == "hi", told

    def test_the_self_check_looks_behind_the_door(self, make, start, monkeypatch, pages):
        seen = []
        kept = selfcheck._is_served

        async def look(app, page, file, content, key):
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", auth=("", key)
            ) as client:
                seen.append((await client.get(f"{page.path}/config")).status_code)
            return await kept(app, page, file, content, key)

        monkeypatch.setattr(selfcheck, "_is_served", look)
        start(make("echo", api_keys=(LINE,)))

        assert seen == [200]

    def test_without_the_guard_anyone_comes_in(self, serve, monkeypatch):
        async def pass_on(self, scope, receive, send):
            await self.app(scope, receive, send)

        monkeypatch.setattr(Access, "__call__", pass_on)

        assert embed(serve(api_keys=(LINE,))).status_code == 400


class TestStart:
    @pytest.mark.parametrize("how", [NOT_LOOPBACK, {"host": "192.0.2.1"}, {"proxies": ("::1",)}])
    def test_a_server_that_others_reach_has_a_key_or_does_not_start(self, make, how):
        with pytest.raises(BadSetting, match="keys new"):
            make(**how)

        make(**how, api_keys=(LINE,))
        make(**how, open_to_all=True)

    def test_the_process_says_so_in_a_sentence(self, python):
        ended = subprocess.run(
            [python, "-m", "portfolio_server"],
            env={**os.environ, "PORTFOLIO_HOST": "0.0.0.0"},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

        assert ended.returncode == 2
        assert len(ended.stderr.splitlines()) == 1
        assert "PORTFOLIO_HOST" in ended.stderr
        assert "keys new" in ended.stderr

    @pytest.mark.parametrize(
        "line", ["alice", f"alice:{KEY}", f"a b:{'0' * 64}"], ids=["a name", "a key", "a space"]
    )
    def test_a_line_that_is_no_checksum_is_an_error_that_does_not_repeat_it(self, make, line):
        with pytest.raises(BadSetting) as refused:
            make(api_keys=(line,))

        assert KEY not in str(refused.value)

    def test_a_file_that_is_not_there_is_an_error(self, make, tmp_path):
        with pytest.raises(BadSetting, match="API_KEYS_FILE"):
            make(api_keys_file=tmp_path / "none")


class TestCommand:
    def run(self, python, *arguments):
        return subprocess.run(
            [python, "-m", "portfolio_server", "keys", "new", *arguments],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def test_it_shows_a_key_and_keeps_its_checksum(self, python, made_for, serve):
        file = made_for / "keys"
        ran = [self.run(python, name, "--file", str(file)) for name in ("alice", "bob")]
        shown = [one.stdout.strip() for one in ran]

        assert [one.returncode for one in ran] == [0, 0]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert all(key.startswith("sp-") and key not in file.read_text() for key in shown)
        server = serve(api_keys_file=file)
        for key in shown:
            assert embed(server, {"authorization": f"Bearer {key}"}).status_code == 400

    def test_a_name_with_odd_signs_is_refused(self, python):
        ran = self.run(python, "a b")

        assert (ran.returncode, ran.stdout) == (1, "")


class TestShares:
    def test_a_minute_has_a_bound_for_each_caller(self, serve):
        bob, line = keys.new("bob")
        server = serve(api_keys=(LINE, line), limits={"client_requests_per_minute": 3})
        answers = [embed(server, BEARER) for _ in range(5)]

        assert [answer.status_code for answer in answers] == [400] * 3 + [429] * 2
        assert answers[-1].json()["error"]["code"] == "too_many_requests"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 120
        assert embed(server, {"authorization": f"Bearer {bob}"}).status_code == 400
        assert server.client.get("/v1/limits", headers=BEARER).status_code == 200

    def test_so_has_what_is_under_way(self, serve, monkeypatch):
        from portfolio_server.rest import embeddings

        count, arrived = 2, threading.Semaphore(0)
        end = asyncio.Event()

        async def held(*_):
            arrived.release()
            await end.wait()
            raise Draining
            yield

        server = serve(offline=True, api_keys=(LINE,), limits={"client_requests_at_once": count})
        monkeypatch.setattr(embeddings.work, "together", held)
        body = {"input": "A cat."}

        def ask():
            return httpx.post(f"{server.url}/v1/embeddings", json=body, headers=BEARER, timeout=30)

        with ThreadPoolExecutor(count) as pool:
            under_way = [pool.submit(ask) for _ in range(count)]
            for _ in range(count):
                assert arrived.acquire(timeout=20)
            refused = ask()
            end._loop.call_soon_threadsafe(end.set)
            ended = [one.result().status_code for one in under_way]

        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert refused.json()["error"]["code"] == "too_many_at_once"
        assert ended == [503] * count
        assert embed(server, BEARER).status_code == 400

    def test_on_loopback_without_keys_nobody_is_counted(self, serve):
        server = serve(limits={"client_requests_per_minute": 1})

        assert [embed(server).status_code for _ in range(3)] == [400] * 3

    def test_without_a_key_an_address_is_a_caller_and_a_network_of_ipv6_is_one(self):
        from portfolio_server.access import _network

        def caller(host):
            return _network({"client": (host, 1)})

        assert caller("192.0.2.1") != caller("192.0.2.2")
        assert caller("2001:db8::1") == caller("2001:db8::2") != caller("2001:db8:0:1::1")
