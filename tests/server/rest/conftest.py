"""One server for all routes, and OpenAI's own client of it."""

import pytest
from openai import OpenAI


@pytest.fixture(scope="package")
def server(start_server_of, python):
    """A server with every engine, started as its users start it; the files of this folder share it.

    It ends with the folder: others need its memory.
    """
    with start_server_of("tests/server/rest") as start:
        yield start([python, "-m", "portfolio_server"], ready="/readyz")


@pytest.fixture
def openai(server):
    """OpenAI's client, which knows of us nothing but the address."""
    client = OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=300)
    yield client
    client.close()
