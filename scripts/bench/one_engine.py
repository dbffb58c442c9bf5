"""One engine in one process: bare, behind one bare FastAPI route, and behind the server.

Of its lines, ``ports`` prints the ports of the server and of the bare route, and ``bare`` the time
of a bare call in ms. The bare route is what a good engineer would write first.
"""

import sys
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from portfolio_core import catalog
from portfolio_core.provision import Provision
from portfolio_core.settings import current
from portfolio_core.workload import Workload
from portfolio_server.app import create_app
from portfolio_server.serve import configuration

TEXT = "The pump draws water from the lake through a filter."

settings = current()
workload = Workload(settings)
with workload.enter(Provision(settings).spec(catalog.by_key("minilm-l6-v2"))) as place:
    engine = place.engine()  # the very one that the server finds loaded
one_at_a_time = threading.Lock()
bare_route = FastAPI()


@bare_route.post("/v1/embeddings")
def embed(body: dict[str, list[str]]) -> dict[str, object]:
    """Embed texts."""
    with one_at_a_time:
        vectors = engine.passages(body["input"])
    return {"data": [{"embedding": vector.tolist()} for vector in vectors]}


def served(configuration: uvicorn.Config) -> int:
    """Serve in a thread and return the port."""
    server = uvicorn.Server(configuration)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port


def bare() -> float:
    """Return the time of one call of the engine, in ms."""
    begin = time.perf_counter()
    engine.passages([TEXT])
    return (time.perf_counter() - begin) * 1000


with tempfile.TemporaryDirectory() as folder:
    ours = create_app(settings, Path(folder), workload)
    ports = [
        served(configuration(ours)),
        served(uvicorn.Config(bare_route, port=0, log_level="warning")),
    ]
    for line in sys.stdin:
        print(*ports if line.strip() == "ports" else [bare()], flush=True)
