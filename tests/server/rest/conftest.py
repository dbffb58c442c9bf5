"""One server for all routes, and OpenAI's own client of it."""

from pathlib import Path

import pytest
from openai import OpenAI

HERE = Path(__file__).parent
_RUNNING = []


@pytest.fixture(scope="session")
def server(start_server_of, python):
    """A server with every engine, started as its users start it; all files here share it."""
    with start_server_of("tests/server/rest") as start:
        _RUNNING.append(start([python, "-m", "portfolio_server"], ready="/readyz"))
        yield _RUNNING[0]


def pytest_runtest_teardown(nextitem):
    """End the server after the last test of this folder: others need its memory."""
    if nextitem is None or HERE not in nextitem.path.parents:
        for one in _RUNNING:
            one.kill()


@pytest.fixture
def openai(server):
    """OpenAI's client, which knows of us nothing but the address."""
    client = OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=300)
    yield client
    client.close()
