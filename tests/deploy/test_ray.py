"""The server on Ray Serve: its table of engines, and one start with a request to each route."""

import asyncio
import contextlib
import importlib.util
import io
import json
import signal
import tempfile
import threading
import tomllib
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from tests.conftest import ROOT
from tests.server.rest.test_own_routes import EXAMPLES, HANDBOOK, RONALD, sheet_png

from portfolio_core import errors
from portfolio_core.settings import Limits, Settings
from portfolio_core.workload import Workload

FOLDER = ROOT / "deploy" / "ray"
TABLE = tomllib.loads((FOLDER / "engines.toml").read_text("utf-8"))
PATHS = [path for row in TABLE.values() for path in row["paths"]]
START_SECONDS = 540  # thirteen processes on two cores
STOP_SECONDS = 90
SECONDS = 10
HELLO = {"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 8, "seed": 1}


def test_each_route_that_works_has_one_deployment():
    from portfolio_server.app import create_engines

    settings = Settings(offline=True)
    described = create_engines(settings, Workload(settings)).openapi()["paths"]

    assert sorted(PATHS) == sorted(path for path, methods in described.items() if "post" in methods)


def test_documents_are_in_one_process():
    assert TABLE["documents"]["most"] == 1


@pytest.fixture(scope="module")
def program():
    """The program as a module, without Ray's processes."""
    spec = importlib.util.spec_from_file_location("ray_app", FOLDER / "app.py")
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Ray describes its settings in pydantic's older words
        spec.loader.exec_module(module)
    return module


class Call:
    """A handle and its call: Ray's, with an end that blocks as long as the test likes."""

    def __init__(self, *messages):
        self.messages = messages
        self.cancelled, self.freed = threading.Event(), threading.Event()

    def options(self, **_):
        return self

    def remote(self, *_):
        return self

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.messages:
            await asyncio.Event().wait()
        first, *self.messages = self.messages
        if first is StopAsyncIteration:
            raise StopAsyncIteration
        return first

    def cancel(self):
        self.cancelled.set()
        assert self.freed.wait(SECONDS)


async def told(program, call, **limits):
    """Return what a caller of a deployment is sent until he leaves."""
    sent, messages = program._by(call, Settings(limits=Limits(**limits)))({}, b""), []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.2), contextlib.aclosing(sent):
            async for message in sent:
                messages.append(message)  # noqa: PERF401 - what came before he left counts
    return messages


class TestLeaving:
    """However long Ray takes to end a call, nobody else waits for it."""

    async def test_who_leaves_in_the_middle_ends_the_call(self, program):
        call = Call("taken", "start")

        messages = await told(program, call)  # it returns although the end of the call blocks

        assert messages == ["start"]
        assert await asyncio.to_thread(call.cancelled.wait, SECONDS)
        call.freed.set()

    async def test_who_waited_too_long_ends_the_call(self, program):
        call = Call()

        with pytest.raises(errors.WaitedTooLong):
            await told(program, call, queue_wait_seconds=0.05)

        assert await asyncio.to_thread(call.cancelled.wait, SECONDS)
        call.freed.set()

    async def test_a_call_that_is_over_is_not_ended_again(self, program):
        call = Call("taken", "start", "body", StopAsyncIteration)

        assert await told(program, call) == ["start", "body"]
        assert not call.cancelled.wait(0.1)


def saved(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def transparent(height, width, hole):
    """Return a mask that is transparent where to edit."""
    mask = np.full((height, width, 4), 255, np.uint8)
    mask[hole] = 0
    return saved(mask)


def requests():
    """Return a request to each route that needs no other before it."""
    picture = (RONALD / "1-figure.jpg").read_bytes()
    voice = {"file": ("voice.flac", (EXAMPLES / "voice.flac").read_bytes())}
    pixels = np.full((48, 64, 3), 200, np.uint8)
    hole = (slice(18, 30), slice(28, 40))
    return {
        "/v1/chat/completions": {"json": HELLO},
        "/v1/embeddings": {"json": {"input": "A cat."}},
        "/v1/audio/speech": {"json": {"input": "Good morning."}},
        "/v1/audio/transcriptions": {"files": voice},
        "/v1/images/generations": {"json": {"prompt": "a red circle", "steps": 2, "seed": 1}},
        "/v1/images/edits": {
            "files": {"image": saved(pixels), "mask": transparent(48, 64, hole)},
            "data": {"prompt": ""},
        },
        "/v1/ocr": {"files": {"files": sheet_png()}},
        "/v1/captions": {"files": {"file": (EXAMPLES / "picture.jpg").read_bytes()}},
        "/v1/timeline": {"files": voice},
        "/v1/classify": {"files": {"image": picture}},
        "/v1/rank": {"files": {"files": picture}},
    }


@pytest.fixture
def cluster(start_server, python, request):
    """The whole of it on two cores, as its users start it, and the folder of its processes."""
    if not request.config.getoption("--full"):
        pytest.skip("thirteen processes are started with --full only")
    with tempfile.TemporaryDirectory(prefix="ray-") as folder:  # a socket's name may not be long
        server = start_server(
            [python, "-P", FOLDER / "app.py", "--cores", "2"],
            ready="/readyz",
            variables={
                "RAY_TMPDIR": folder,
                "PORTFOLIO_TEMP_DIR": f"{folder}/files",
                "PORTFOLIO_OFFLINE": "1",
                "PORTFOLIO_QUEUE_WAITING": "2",
                "OMP_NUM_THREADS": "1",
            },
            seconds=START_SECONDS,
        )
        yield server, Path(folder)


def left(folder):
    """Return the programs that were started with this folder and still run."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes()
        except OSError:  # it has just ended
            continue
        if str(folder).encode() in line:
            found.append(line.replace(b"\0", b" ").decode())
    return found


def test_it_starts_answers_each_route_and_stops(cluster):
    server, folder = cluster
    with httpx.Client(base_url=server.url, timeout=300) as client:
        for path, asked in requests().items():
            answer = client.post(path, **asked)
            assert answer.status_code == 200, (path, answer.text)
        refused = client.post("/v1/audio/translations", **requests()["/v1/audio/transcriptions"])
        documents(client)
        stream(client)
        around(client)
        crowd(client)
    assert refused.status_code == 400  # the embedded model hears English only
    assert left(folder)

    server.process.send_signal(signal.SIGTERM)

    assert server.process.wait(STOP_SECONDS) == 0, server.log
    assert left(folder) == []
    assert list((folder / "files").iterdir()) == []


def documents(client):
    sent = {"files": ("handbook.md", HANDBOOK)}
    index = client.post("/v1/rag/index", files=sent).raise_for_status().json()["index_id"]
    asked = {"index_id": index, "question": "When does the library open?"}

    assert "nine" in client.post("/v1/rag/ask", json=asked).raise_for_status().json()["text"]
    assert client.post("/v1/rag/search", json=asked).raise_for_status().json()["passages"]
    assert client.post("/v1/rag/delete", json={"index_id": index}).status_code == 200
    assert client.post("/v1/rag/ask", json=asked).status_code == 410


def stream(client):
    told = client.post("/v1/chat/completions", json={**HELLO, "stream": True}).text.strip()
    lines = told.split("\n\n")

    assert lines[-1] == "data: [DONE]"
    assert json.loads(lines[0].removeprefix("data: "))["object"] == "chat.completion.chunk"


def around(client):
    """What needs no engine is there once, and what tells of one process is not there."""
    models = client.get("/v1/models", headers={"X-Request-ID": "mine"})

    assert models.headers.get_list("x-request-id") == ["mine"]
    assert {one["id"] for one in models.json()["data"]} >= {"minilm-l6-v2", "chat-starter"}
    assert client.get("/v1/engines").status_code == 404
    assert client.get("/v1/models", headers={"Host": "elsewhere.example"}).status_code == 400
    for path in ("/", "/docs", "/chat", "/spaces/kokoro-tts/config"):
        assert client.get(path).status_code == 200, path


def crowd(client):
    """Who finds no room is told when to come again, and the others are served."""
    long = {**HELLO, "max_tokens": 60}
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda _: client.post("/v1/chat/completions", json=long), range(16))
        )

    refused = [answer for answer in answers if answer.status_code != 200]
    assert 0 < len(refused) < len(answers)
    for answer in refused:
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
        assert answer.json()["error"]["code"] == "queue_full"
