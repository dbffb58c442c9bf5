"""A streamed answer from documents is there before it is whole."""

import json
import threading
import time

import httpx
import pytest

from portfolio_core.engines.rag.extractive import ExtractiveWriter

SECONDS = 60
HANDBOOK = b"# Opening hours\n\nThe library opens at nine in the morning.\n"


@pytest.fixture
def held(monkeypatch):
    """Let no answer come to its end before this is set."""
    end, write = threading.Event(), ExtractiveWriter.write

    def slowly(writer, *asked):
        yield from write(writer, *asked)
        end.wait(SECONDS)

    monkeypatch.setattr(ExtractiveWriter, "write", slowly)
    yield end
    end.set()


@pytest.fixture
def asked(serve):
    """A server, and a question to documents that it has."""
    server = serve(offline=True)
    made = server.client.post("/v1/rag/index", files={"files": ("handbook.md", HANDBOOK)}).json()
    question = "When does the library open?"
    return server, {"index_id": made["index_id"], "question": question, "stream": True}


def test_passages_and_words_come_while_it_is_written(asked, held):
    server, body = asked
    with httpx.stream("POST", f"{server.url}/v1/rag/ask", json=body, timeout=SECONDS) as told:
        events = (json.loads(line[6:]) for line in told.iter_lines() if line.startswith("data: {"))
        first, second = next(events), next(events)
        held.set()
        *_, last = events

    assert first["type"] == "rag.passages"
    assert "nine" in second["text"]
    assert last["type"] == "rag.answer"


def test_who_leaves_ends_the_work(asked, monkeypatch):
    def endless(*_):
        while True:
            time.sleep(0.01)
            yield "More and "

    monkeypatch.setattr(ExtractiveWriter, "write", endless)
    server, body = asked
    workload = server.app.state.runtime.workload
    with httpx.stream("POST", f"{server.url}/v1/rag/ask", json=body, timeout=SECONDS) as told:
        next(told.iter_lines())
        writing = workload.running
    end = time.monotonic() + SECONDS
    while workload.running and time.monotonic() < end:
        time.sleep(0.01)

    assert (writing, workload.running) == (1, 0)
