"""One server for all routes, and OpenAI's own client of it."""

import pytest
from openai import OpenAI


@pytest.fixture(scope="module")
def server(start_server, python):
    """A server with every engine, started as its users start it."""
    return start_server([python, "-m", "portfolio_server"], ready="/readyz")


@pytest.fixture
def openai(server):
    """OpenAI's client, which knows of us nothing but the address."""
    client = OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=300)
    yield client
    client.close()
