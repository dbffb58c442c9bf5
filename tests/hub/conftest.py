"""The stand-in Hub, and the real client that talks to it."""

import os
from collections.abc import Iterator

import huggingface_hub
import pytest
from huggingface_hub import constants
from tests.hub.server import Hub, serving


@pytest.fixture(scope="module")
def _served() -> Iterator[Hub]:
    with serving() as hub:
        yield hub


@pytest.fixture
def hub(_served: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with nothing on it; the client of this process finds it, and has its token."""
    _served.reset()
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, _served.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "ENDPOINT", _served.url)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setenv("HF_TOKEN", _served.token)
    yield _served
    huggingface_hub.close_session()


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
