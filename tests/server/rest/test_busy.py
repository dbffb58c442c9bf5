"""Under load: whoever cannot be served is told so, and whoever left is not worked for."""

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
import uvicorn
from starlette.responses import StreamingResponse
from tests.server.rest.asked import LONG
from tests.waiting import until

from portfolio_core import catalog
from portfolio_core.engines.classification.resnet import StarterEngine
from portfolio_core.engines.embeddings.minilm import MiniLmEngine
from portfolio_core.provision import Provision
from portfolio_core.workload import Place
from portfolio_server import unread
from portfolio_server.rest import work
from portfolio_server.serve import configuration

SECONDS = 120
RONALD = Path("spaces/ronald-classifier/examples")
TEXT = {"input": "A cat."}


@pytest.fixture
def serve(serve):
    """Serve no page, and never ask the Hub: what is tested runs in this process."""
    return lambda **limits: serve(offline=True, limits=limits)


@pytest.fixture
def workload():
    return lambda server: server.app.state.runtime.workload


@pytest.fixture
def occupied(workload):
    """Be at work with an engine, that of embeddings by default, for the time of a block."""

    def at_work(server, key="minilm-l6-v2"):
        spec = Provision(server.app.state.runtime.settings).spec(catalog.by_key(key))
        return workload(server).enter(spec)

    return at_work


def embed(server, seconds=SECONDS):
    return httpx.post(f"{server.url}/v1/embeddings", json=TEXT, timeout=seconds)


def begun(url, files):
    """Send a request and return its connection, to read the answer from or to close."""
    request = httpx.Request("POST", url, files=files)
    connection = http.client.HTTPConnection(request.url.host, request.url.port)
    connection.request("POST", request.url.path, request.read(), dict(request.headers))
    return connection


class TestFullQueue:
    def test_who_is_over_its_bound_is_told_when_to_come_again(self, serve, occupied, workload):
        server = serve(queue_waiting=2)
        with ThreadPoolExecutor(2) as pool:
            with occupied(server):
                waiting = [pool.submit(embed, server) for _ in range(2)]
                until(lambda: workload(server).running == 3)

                refused = embed(server)
            served = [one.result().status_code for one in waiting]

        assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
        assert refused.json()["error"]["code"] == "queue_full"
        assert served == [200, 200]

    def test_without_the_bound_he_would_wait(self, serve, occupied, workload):
        server = serve(queue_waiting=10**6)

        with occupied(server), pytest.raises(httpx.ReadTimeout):
            embed(server, seconds=0.5)

        until(lambda: workload(server).running == 0)

    def test_a_connection_outlasts_the_wait_that_he_is_told(self, serve, occupied):
        server = serve(queue_waiting=0)
        with occupied(server):
            wait = float(embed(server).headers["retry-after"])

        assert configuration(server.app).timeout_keep_alive > 2 * wait
        assert uvicorn.Config(server.app).timeout_keep_alive <= wait  # which is what it would be

    def test_openais_client_waits_as_it_is_told_and_is_served(self, serve, occupied, workload):
        from openai import OpenAI

        server = serve(queue_waiting=0)
        place = occupied(server)
        threading.Timer(1, place.leave).start()
        with OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=2) as client:
            answer = client.embeddings.create(model="auto", input="A cat.")

        assert len(answer.data) == 1
        assert workload(server).running == 0


class TestTogether:
    def test_texts_that_wait_are_one_call_and_each_caller_gets_his_own(
        self, serve, occupied, workload, monkeypatch
    ):
        server, calls = serve(), []
        texts = ["A cat.", "The stock market fell by three per cent on Monday.", "Rain.", "Why?"]
        passages = MiniLmEngine.passages

        def counted(engine, given, check):
            calls.append(len(given))
            return passages(engine, given, check)

        def vector(text):
            body = {"input": text}
            answer = httpx.post(f"{server.url}/v1/embeddings", json=body, timeout=SECONDS)
            return answer.json()["data"][0]["embedding"]

        monkeypatch.setattr(MiniLmEngine, "passages", counted)
        with ThreadPoolExecutor(len(texts)) as pool:
            with occupied(server):
                asked = [pool.submit(vector, text) for text in texts]
                until(lambda: workload(server).running == 1 + len(texts))
                time.sleep(0.5)
            together = [one.result() for one in asked]
        alone = [vector(text) for text in texts]

        assert calls == [4, 1, 1, 1, 1]
        assert np.allclose(together, alone, atol=1e-6)

    def test_pictures_that_wait_are_one_call_and_who_leaves_takes_nothing_from_the_others(
        self, serve, occupied, workload, monkeypatch
    ):
        server, calls = serve(), []
        pictures = [file.read_bytes() for file in sorted(RONALD.glob("*.jpg"))[:4]]
        looked = StarterEngine.classify

        def counted(engine, given, check):
            calls.append(len(given))
            return looked(engine, given, check)

        def chances(picture):
            sent = {"image": picture}
            answer = httpx.post(f"{server.url}/v1/classify", files=sent, timeout=SECONDS)
            return answer.json()["probabilities"]

        monkeypatch.setattr(StarterEngine, "classify", counted)
        with ThreadPoolExecutor(len(pictures)) as pool:
            with occupied(server, StarterEngine.KEY):
                leaver = begun(f"{server.url}/v1/classify", {"image": pictures[0]})
                until(lambda: workload(server).running == 2)
                asked = [pool.submit(chances, picture) for picture in pictures]
                until(lambda: workload(server).running == 2 + len(pictures))
                leaver.close()
                until(lambda: workload(server).running == 1 + len(pictures))
            together = [one.result() for one in asked]
        alone = [chances(picture) for picture in pictures]

        assert calls == [4, 1, 1, 1, 1]
        for one, other in zip(together, alone, strict=True):
            assert one == pytest.approx(other, abs=1e-5)


class TestTime:
    def test_a_turn_that_does_not_come_is_told(self, serve, occupied):
        server = serve(queue_wait_seconds=0.2)

        with occupied(server):
            answer = embed(server)

        assert (answer.status_code, answer.headers["retry-after"]) == (504, "5")
        assert answer.json()["error"]["code"] == "waited_too_long"

    def test_work_past_its_deadline_is_stopped_and_told(self, serve, workload):
        server = serve(work_seconds=0.01)

        answer = server.client.post("/v1/chat/completions", json=LONG)

        assert (answer.status_code, answer.json()["error"]["code"]) == (504, "work_too_long")
        assert workload(server).running == 0


class TestLeaving:
    def leave(self, server):
        with contextlib.suppress(httpx.ReadTimeout):
            server.client.post("/v1/chat/completions", json=LONG, timeout=3)

    @pytest.fixture
    def served(self, serve, monkeypatch):
        """A server with a loaded chat, whose engine takes minutes for a reply."""
        server = serve()
        server.client.post("/v1/chat/completions", json={**LONG, "max_tokens": 1})
        check = Place.check

        def slow(place):
            time.sleep(0.2)
            check(place)

        monkeypatch.setattr(Place, "check", slow)
        return server

    def test_the_work_of_who_left_stops(self, served, workload):
        start = time.monotonic()

        self.leave(served)
        until(lambda: workload(served).running == 0)

        assert time.monotonic() - start < 20

    def test_without_looking_for_it_it_would_go_on(self, served, workload, monkeypatch):
        monkeypatch.setattr(work, "_LOOK_SECONDS", 1000)

        self.leave(served)
        time.sleep(2)

        assert workload(served).running == 1
        workload(served).stop()

    def test_who_leaves_while_he_waits_gives_his_place_up(self, serve, occupied, workload):
        server = serve()

        with occupied(server):
            with pytest.raises(httpx.ReadTimeout):
                embed(server, seconds=0.5)
            until(lambda: workload(server).running == 1)


class TestLeavingAStream(TestLeaving):
    def leave(self, server):
        body = {**LONG, "stream": True}
        with server.client.stream("POST", "/v1/chat/completions", json=body) as answer:
            next(answer.iter_lines())

    def test_without_looking_for_it_it_would_go_on(self, served, workload, monkeypatch):
        async def never(*_):
            await asyncio.Event().wait()

        monkeypatch.setattr(StreamingResponse, "listen_for_disconnect", never)

        self.leave(served)
        time.sleep(2)

        assert workload(served).running == 1
        workload(served).stop()

    def test_who_leaves_while_he_waits_gives_his_place_up(self, serve, occupied, workload):
        server = serve()
        body = {**LONG, "stream": True}

        with occupied(server, "chat-starter"):
            with pytest.raises(httpx.ReadTimeout):
                server.client.post("/v1/chat/completions", json=body, timeout=0.5)
            until(lambda: workload(server).running == 1)


class TestNotReading:
    """Who asks for an hour of sound and reads none of it."""

    @contextlib.contextmanager
    def asked(self, server):
        body = json.dumps({"input": "One, two, three. " * 500, "response_format": "pcm"})
        head = "POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as caller:
            caller.sendall((head + body).encode())
            assert caller.recv(12) == b"HTTP/1.1 200"
            yield

    def test_he_is_let_go_and_the_engine_is_free(self, serve, workload, monkeypatch):
        monkeypatch.setattr(unread, "PATIENCE_SECONDS", 0.5)
        server = serve()

        with self.asked(server):
            until(lambda: workload(server).running == 0)

    def test_without_the_guard_he_would_hold_it(self, serve, workload):
        server = serve()

        with self.asked(server):
            time.sleep(4)
            assert workload(server).running == 1
        until(lambda: workload(server).running == 0)  # he has left


class TestStopping:
    def test_new_work_is_refused(self, serve):
        server = serve()
        server.app.state.runtime.drain()

        answer = embed(server)

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["error"]["code"] == "draining"

    def test_an_open_stream_ends_with_its_reason(self, serve):
        server = serve()
        lines = []
        with server.client.stream(
            "POST", "/v1/chat/completions", json={**LONG, "stream": True}
        ) as answer:
            for line in answer.iter_lines():
                if line and not lines:
                    server.app.state.runtime.stop()
                lines += [line] if line else []

        assert json.loads(lines[-2].removeprefix("data: "))["error"]["code"] == "draining"
        assert lines[-1] == "data: [DONE]"
