"""A stand-in for the Hugging Face Hub on the loopback, for its real client and command.

It keeps what it is given in memory, as git would, lets Spaces build and run step by step, and
fails where a test wants it to. What it leaves out: Xet (HF_HUB_DISABLE_XET=1), pull requests,
branches.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI
from tests.hub import collections, repositories, spaces
from tests.hub.faults import Fault, Faults
from tests.hub.runtime import Runtimes
from tests.hub.store import Blob, Repository, Store

TOKEN = "hf_" + "standinstandinstandinstandin" + "42"


@dataclass
class Hub:
    """The stand-in, and what a test may ask of it or change in it."""

    url: str
    faults: Faults
    owner: str = "ann"
    token: str = TOKEN
    store: Store = field(default_factory=Store)
    runtimes: Runtimes = field(default_factory=Runtimes)

    def reset(self) -> None:
        """Forget everything."""
        self.store, self.runtimes = Store(), Runtimes()
        self.faults.planned.clear()
        self.faults.calls.clear()

    def fail(self, fault: Fault) -> None:
        """Let something go wrong, counted from now."""
        self.faults.calls.clear()
        self.faults.planned[:] = [fault]

    def space(self, name: str) -> Repository:
        """Return a Space by owner/name."""
        return self.store.repositories["space", name]

    def files(self, name: str) -> dict[str, bytes]:
        """Return what a Space holds now, without what the Hub itself puts there."""
        tree = self.space(name).head.tree
        return {path: blob.content for path, blob in tree.items() if path != ".gitattributes"}

    def titles(self, name: str) -> list[str]:
        """Return the titles of a Space's commits, the newest first."""
        return [commit.title for commit in self.space(name).head.history()]

    def edit(self, name: str, path: str, content: bytes, title: str = "Edit by hand") -> str:
        """Change a file as a person does on the page of the Hub; return the commit."""
        space = self.space(name)
        commit = self.store.add_commit(space, {**space.head.tree, path: Blob(content)}, title)
        self.runtimes.changed(space)
        return commit.oid


@contextlib.contextmanager
def serving() -> Iterator[Hub]:
    """Run a stand-in on a free port of the loopback."""
    app = FastAPI()
    for part in (collections, spaces, repositories):  # the last one's addresses fit everything
        app.include_router(part.router)
    faults = Faults(app)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        hub = Hub(f"http://127.0.0.1:{listener.getsockname()[1]}", faults)
        app.state.hub = hub
        server = uvicorn.Server(uvicorn.Config(faults, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield hub
        server.should_exit = True
        thread.join()
