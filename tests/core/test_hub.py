"""The Hub: weights come whole, checked and resumed, or with a clear error; from a real server."""

import errno
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import huggingface_hub
import pytest

from portfolio_core import catalog, hub
from portfolio_core.errors import (
    Cancelled,
    DownloadDamaged,
    DownloadRefused,
    HubUnreachable,
    NoDiskSpace,
)
from portfolio_core.settings import Settings

REVISION = "a" * 40
CONTENT = {"config.json": b"{}", "deep/weights.safetensors": random.Random(1).randbytes(24_000_000)}
MODEL = replace(
    catalog.MODELS[0],
    hub=catalog.HubFiles(
        "owner/name", REVISION, {k: hashlib.sha256(v).hexdigest() for k, v in CONTENT.items()}
    ),
)


class FakeHub(ThreadingHTTPServer):
    """The few answers of the Hub that a download needs; it can cut, damage and slow them."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.content = dict(CONTENT)
        self.cut_after = None  # bytes after which a body breaks off, once
        self.seconds_per_block = 0.0
        self.gets = []  # (path, first byte asked for)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self._answer(body=False)

    def do_GET(self):
        self._answer(body=True)

    def _answer(self, *, body):
        hub_ = self.server
        name = self.path.partition(f"/owner/name/resolve/{REVISION}/")[2]
        if name not in hub_.content:
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = hub_.content[name]
        first = int(self.headers.get("Range", "bytes=0-")[6:].split("-")[0])
        self.send_response(206 if first else 200)
        self.send_header("X-Repo-Commit", REVISION)
        self.send_header("ETag", f'"{hashlib.sha256(CONTENT.get(name, content)).hexdigest()}"')
        self.send_header("Content-Length", str(len(content) - first))
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if body:
            hub_.gets.append((name, first))
            self._send(content[first:])

    def _send(self, content):
        hub_ = self.server
        if hub_.cut_after is not None and len(content) > hub_.cut_after:
            content, hub_.cut_after = content[: hub_.cut_after], None
            self.close_connection = True
        for start in range(0, len(content), 500_000):
            self.wfile.write(content[start : start + 500_000])
            time.sleep(hub_.seconds_per_block)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with FakeHub() as fake:
        threading.Thread(target=fake.serve_forever, daemon=True).start()
        yield fake
        fake.shutdown()


@pytest.fixture(autouse=True)
def _ask_anew(monkeypatch):
    from huggingface_hub import constants

    hub._answers.cache_clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", False)


@pytest.fixture
def settings(server, tmp_path):
    return Settings(hub_endpoint=server.url, models_dir=tmp_path / "models")


def test_files_come_with_progress_and_are_not_fetched_again(server, settings):
    heard = []

    place = hub.fetch(MODEL, settings, progress=lambda *now: heard.append(now))

    assert {k: (place / k).read_bytes() for k in CONTENT} == CONTENT
    name, done, total = heard[-1]
    assert (name, done, total) == ("deep/weights.safetensors", 24_000_000, 24_000_000)
    before = len(server.gets)
    assert hub.fetch(MODEL, settings) == place
    assert len(server.gets) == before
    assert hub.is_here(MODEL, settings)


def test_what_is_here_needs_no_hub(server, settings):
    hub.fetch(MODEL, settings)
    server.shutdown()
    server.server_close()
    hub._answers.cache_clear()

    assert hub.can_be_had(MODEL, settings)
    assert hub.fetch(MODEL, settings.model_copy(update={"offline": True})).is_dir()


def test_a_connection_that_breaks_off_goes_on_where_it_stopped(server, settings):
    server.cut_after = 15_000_000

    place = hub.fetch(MODEL, settings)

    assert (place / "deep/weights.safetensors").read_bytes() == CONTENT["deep/weights.safetensors"]
    assert [first for name, first in server.gets if "weights" in name][-1] >= 10_000_000


def test_a_damaged_file_is_fetched_once_more(server, settings):
    damaged = bytearray(CONTENT["deep/weights.safetensors"])
    damaged[5] ^= 1
    server.content["deep/weights.safetensors"] = bytes(damaged)

    with pytest.raises(DownloadDamaged) as raised:
        hub.fetch(MODEL, settings)

    assert len([1 for name, first in server.gets if "weights" in name]) == 2
    assert raised.value.fields["file"] == "deep/weights.safetensors"
    assert not hub.is_here(MODEL, settings)
    server.content.update(CONTENT)
    hub.fetch(MODEL, settings)
    assert hub.is_here(MODEL, settings)


def test_an_unreachable_hub_is_a_clear_error_within_the_bound(server, settings, monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    server.shutdown()
    server.server_close()
    start = time.perf_counter()

    with pytest.raises(HubUnreachable):
        hub.fetch(MODEL, settings)

    assert time.perf_counter() - start < settings.hub_probe_seconds + 1
    assert os.environ["HF_HUB_OFFLINE"] == "1"  # so that no library tries by itself
    assert huggingface_hub.constants.HF_HUB_OFFLINE
    assert not hub.can_be_had(MODEL, settings)


def test_offline_asks_nobody(settings, server):
    assert not hub.reachable(settings.model_copy(update={"offline": True}))
    assert server.gets == []


def test_a_missing_file_on_the_hub_is_a_clear_error(server, settings):
    del server.content["config.json"]

    with pytest.raises(DownloadRefused) as refused:
        hub.fetch(MODEL, settings)

    assert refused.value.fields["file"] == "config.json"


def test_a_full_disk_is_a_clear_error(server, settings, monkeypatch):
    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", full)

    with pytest.raises(NoDiskSpace):
        hub.fetch(MODEL, settings)


def test_behind_a_proxy_the_proxy_is_asked(server, settings, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url)
    elsewhere = settings.model_copy(update={"hub_endpoint": "http://hub.example"})

    assert hub.reachable(elsewhere)


def test_a_check_that_raises_ends_the_download(server, settings):
    heard = []

    def check():
        if heard:
            raise Cancelled

    with pytest.raises(Cancelled):
        hub.fetch(MODEL, settings, progress=lambda *now: heard.append(now), check=check)


def test_an_extra_comes_when_it_is_asked_for_and_checked(server, settings):
    voice = b"voice" * 1000
    server.content["voices/a.pt"] = voice
    extras = {"voices/a.pt": hashlib.sha256(voice).hexdigest()}
    model = replace(MODEL, hub=replace(MODEL.hub, extras=extras))

    place = hub.fetch(model, settings)
    assert not (place / "voices").exists()
    assert hub.is_here(model, settings)

    file = hub.fetch_one(model, settings, "voices/a.pt")
    asked = len(server.gets)
    assert (file.read_bytes(), file) == (voice, place / "voices" / "a.pt")
    assert hub.fetch_one(model, settings, "voices/a.pt") == file
    assert len(server.gets) == asked
    assert hub.is_here(model, settings)


def test_a_part_comes_from_its_own_repository_into_its_own_folder(server, settings):
    server.content["words.txt"] = b"first second"
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in server.content.items()}
    part = catalog.HubFiles(
        "owner/name",
        REVISION,
        sha256={"config.json": digests["config.json"]},
        extras={"words.txt": digests["words.txt"]},
    )
    model = replace(MODEL, parts={"second": part})
    hub.fetch(MODEL, settings)
    assert not hub.is_here(model, settings)

    place = hub.fetch(model, settings)

    assert hub.is_here(model, settings)
    assert (place / "second/config.json").read_bytes() == CONTENT["config.json"]
    assert not (place / "second/words.txt").exists()
    assert hub.fetch_one(model, settings, "second/words.txt").read_bytes() == b"first second"
    with pytest.raises(KeyError):
        hub.fetch_one(model, settings, "second/deep/weights.safetensors")


def test_a_file_that_the_catalog_does_not_name_is_not_fetched(server, settings):
    with pytest.raises(KeyError):
        hub.fetch_one(MODEL, settings, "../../x")

    assert server.gets == []


# A child that downloads; it imports what it tests and nothing more.
_CHILD = """
import sys, pathlib, dataclasses, json
from portfolio_core import catalog, hub
from portfolio_core.settings import Settings
files = catalog.HubFiles("owner/name", sys.argv[3], json.loads(sys.argv[4]))
model = dataclasses.replace(catalog.MODELS[0], hub=files)
hub.fetch(model, Settings(hub_endpoint=sys.argv[1], models_dir=pathlib.Path(sys.argv[2])))
"""


def test_a_kill_at_any_moment_can_be_resumed(server, settings, trials):
    command = [sys.executable, "-c", _CHILD, server.url, str(settings.models_dir), REVISION]
    command.append(json.dumps(dict(MODEL.hub.sha256)))
    server.seconds_per_block = 0.01
    for _ in range(trials(50)):
        child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        seen = len(server.gets)
        end = time.monotonic() + 20
        while len(server.gets) == seen and child.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(random.random() * 0.3)
        child.send_signal(signal.SIGKILL)
        child.wait()
        if hub.is_here(MODEL, settings):
            place = hub.folder(MODEL, settings)
            assert {k: (place / k).read_bytes() for k in CONTENT} == CONTENT
            for file in (place / "deep/weights.safetensors", place / "verified.json"):
                file.unlink()

    server.seconds_per_block = 0
    place = hub.fetch(MODEL, settings)

    assert {k: (place / k).read_bytes() for k in CONTENT} == CONTENT
