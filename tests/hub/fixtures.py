"""Fixtures around the stand-in Hub, for the tests of several folders."""

import os
from collections.abc import Iterator

import huggingface_hub
import pytest
from huggingface_hub import constants
from huggingface_hub.utils import _http
from tests.hub.server import Hub, serving


@pytest.fixture(scope="module")
def served_hub() -> Iterator[Hub]:
    """A Hub for the tests of a module, one after another."""
    with serving() as hub:
        yield hub


@pytest.fixture
def hub(served_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with nothing on it; the client of this process finds it, and has its token."""
    served_hub.reset()
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, served_hub.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "ENDPOINT", served_hub.url)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # as an earlier test may have left it
    monkeypatch.setenv("HF_TOKEN", served_hub.token)
    yield served_hub
    # Also closes the client that a test was left with.
    huggingface_hub.set_client_factory(_http.default_client_factory)


@pytest.fixture
def api(hub: Hub) -> huggingface_hub.HfApi:
    """The real client."""
    return huggingface_hub.HfApi(endpoint=hub.url, token=hub.token)


@pytest.fixture
def outside(hub: Hub) -> dict[str, str]:
    """The environment of a program that is to talk to the stand-in."""
    return os.environ | {
        "HF_ENDPOINT": hub.url,
        "HF_TOKEN": hub.token,
        "HF_HUB_DISABLE_XET": "1",
    }
