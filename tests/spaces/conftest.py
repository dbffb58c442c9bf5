"""What the tests of several Spaces need: the Space in both its ways, and a client of Gradio."""

from dataclasses import replace

import pytest
from gradio_client import Client


@pytest.fixture(scope="module")
def start_space(start_server, python):
    """Start a Space by its name: ``alone``, or as a part of the ``gallery``."""

    def start(name, way):
        if way == "alone":
            return start_server([python, f"spaces/{name}/app.py"], ready="/config")
        server = start_server([python, "-m", "portfolio_server"], ready="/readyz")
        return replace(server, url=f"{server.url}/spaces/{name}")

    return start


@pytest.fixture(scope="module")
def client(space, tmp_path_factory):
    """Gradio's own client of the module's ``space``."""
    return Client(f"{space.url}/", verbose=False, download_files=tmp_path_factory.mktemp("files"))
