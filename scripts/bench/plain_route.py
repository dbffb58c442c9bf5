"""The plain side of the server: the same engine behind one bare FastAPI route."""

import os
import threading

import uvicorn
from fastapi import FastAPI

from portfolio_core import catalog
from portfolio_core.provision import Provision
from portfolio_core.settings import current

provision = Provision(current())
engine = provision.spec(catalog.by_key("minilm-l6-v2")).load()
one_at_a_time = threading.Lock()
app = FastAPI()


@app.post("/v1/embeddings")
def embed(body: dict[str, list[str]]) -> dict[str, object]:
    """Embed texts."""
    with one_at_a_time:
        vectors = engine.passages(body["input"])
    return {"data": [{"embedding": vector.tolist()} for vector in vectors]}


@app.get("/readyz")
def ready() -> str:
    """Say that it answers."""
    return "ok"


uvicorn.run(app, port=int(os.environ["PORTFOLIO_PORT"]), log_level="warning")
