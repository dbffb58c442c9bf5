"""A server whose engines are in another process answers as one that has them itself."""

import json
import pickle
import time

import httpx
import pytest
from tests.server.conftest import serving

from portfolio_core import catalog
from portfolio_core.provision import Provision
from portfolio_core.settings import Settings
from portfolio_core.workload import Workload
from portfolio_server import relay
from portfolio_server.app import create_engines

SECONDS = 30
PATHS = ["/v1/chat/completions", "/v1/embeddings"]
TEXT = {"input": "A cat."}
LONG = {
    "messages": [{"role": "user", "content": "Hello!"}],
    "max_tokens": 900,
    "temperature": 2,
    "top_p": 1,
    "top_k": 0,
    "seed": 1,
}


class Behind:
    """What answers, and its workload."""

    def __init__(self, folder):
        self.settings = Settings(temp_dir=folder, offline=True)
        self.workload = Workload(self.settings)
        self.app = create_engines(self.settings, self.workload)

    def __call__(self, scope, body):
        return relay.answered(self.app, pickle.loads(pickle.dumps(scope)), body)

    def occupied(self):
        spec = Provision(self.settings).spec(catalog.by_key("minilm-l6-v2"))
        return self.workload.enter(spec)

    def until_it_runs(self, count):
        end = time.monotonic() + SECONDS / 2
        while self.workload.running != count:
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.fixture
def behind(tmp_path):
    return Behind(tmp_path / "behind")


@pytest.fixture
def front(make, behind):
    app = make(offline=True)
    relay.install(app, PATHS, behind)
    with serving(app) as server:
        yield server


def test_the_answer_is_that_of_the_other_process(front, behind):
    answer = front.client.post("/v1/embeddings", json=TEXT, headers={"X-Request-ID": "mine"})

    assert len(answer.raise_for_status().json()["data"][0]["embedding"]) == 384
    assert answer.headers.get_list("x-request-id") == ["mine"]
    assert [lane.key for lane in behind.workload.lanes()] == ["minilm-l6-v2"]
    assert front.app.state.runtime.workload.lanes() == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/embeddings", {"input": []}),
        ("POST", "/v1/embeddings", {"input": 3}),
        ("POST", "/v1/embeddings", {**TEXT, "model": "none"}),
        ("PUT", "/v1/embeddings", TEXT),
        ("POST", "/v1/chat/completions", None),
    ],
)
def test_a_refusal_is_the_same_in_every_word(front, serve, method, path, body):
    plain = serve(offline=True)

    there, here = (one.client.request(method, path, json=body) for one in (front, plain))

    assert there.status_code == here.status_code >= 400
    assert there.json() == here.json()


def test_a_stream_comes_while_it_is_written(front, behind):
    with front.client.stream("POST", "/v1/chat/completions", json={**LONG, "stream": True}) as told:
        lines = told.iter_lines()
        first = json.loads(next(lines).removeprefix("data: "))
        writing = behind.workload.running

    assert first["object"] == "chat.completion.chunk"
    assert writing == 1


def test_nobody_works_for_a_caller_who_left_his_stream(front, behind):
    with front.client.stream("POST", "/v1/chat/completions", json={**LONG, "stream": True}) as told:
        next(told.iter_lines())

    behind.until_it_runs(0)


def test_a_caller_who_leaves_gives_up_his_place(front, behind):
    with behind.occupied():
        with pytest.raises(httpx.ReadTimeout):
            front.client.post("/v1/embeddings", json=TEXT, timeout=1)

        behind.until_it_runs(1)


def test_his_place_would_be_kept_if_nothing_told_that_he_left(front, behind, monkeypatch):
    async def never(receive):
        await receive()
        await relay.asyncio.Event().wait()

    monkeypatch.setattr(relay, "_until_gone", never)
    with behind.occupied():
        with pytest.raises(httpx.ReadTimeout):
            front.client.post("/v1/embeddings", json=TEXT, timeout=1)
        time.sleep(1)

        assert behind.workload.running == 2


def test_a_body_over_the_limit_is_not_sent_on(make, behind):
    app, sent = make(offline=True, limits={"body_bytes": 1000, "upload_bytes": 500}), []
    relay.install(app, PATHS, lambda *call: sent.append(call) or behind(*call))

    with serving(app) as server:
        chunks = (b"x" * 400 for _ in range(5))  # its length is not told beforehand
        answer = server.client.post("/v1/embeddings", content=chunks)

    assert answer.status_code == 413
    assert sent == []


async def test_nothing_is_sent_on_for_a_caller_who_left_before_his_request_was_whole():
    sent = []
    parts = iter([{"type": "http.request", "body": b"{", "more_body": True}])

    async def receive():
        return next(parts, {"type": "http.disconnect"})

    await relay.Relay(lambda *call: sent.append(call))({"type": "http"}, receive, None)

    assert sent == []
