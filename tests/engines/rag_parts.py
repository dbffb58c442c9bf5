"""What the tests of answering from documents build with; also started by them as a program."""

import hashlib
import itertools
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from portfolio_core.engines.rag import Passage
from portfolio_core.engines.rag.index import Index, searchable
from portfolio_core.engines.rag.splitting import split
from portfolio_core.engines.rag.store import Opened, Store
from portfolio_core.media.documents import Document, DocumentPage

STATES = 40  # a program writes them one after the other, until it is killed


class WordVectors:
    """A fast embedding engine: each word a random direction, a text their sum."""

    languages = ("en",)

    def __init__(self, dimension=64, key="word-vectors", revision="1"):
        self.dimension, self.key, self.revision = dimension, key, revision

    def passages(self, texts, check=lambda: None):
        check()
        made = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                seed = int.from_bytes(hashlib.sha256(f"{self.key} {word}".encode()).digest()[:4])
                made[row] += np.random.default_rng(seed).standard_normal(self.dimension)
        return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)

    def question(self, text):
        return self.passages([text])


def document(name, *pages, pictured=()):
    """A document of pages; numbers in ``pictured`` hold pictures."""
    listed = (DocumentPage(n, text, n in pictured) for n, text in enumerate(pages, 1))
    return Document(name, "txt", tuple(listed))


def passages(*texts, name="notes.txt"):
    return split(name, list(enumerate(texts, 1))).passages


def index_of(*texts, embedder=None, name="notes.txt"):
    embedder = embedder or WordVectors()
    made = passages(*texts, name=name)
    vectors = embedder.passages([searchable(p) for p in made])
    return Index.empty(embedder.dimension).adding(made, vectors)


def state(number):
    """An index of the texts of one state: each says which it is of."""
    return index_of(*(f"state {number} passage {n}" for n in range(20 + number % 7)))


def bare(text, number=0):
    return Passage(str(number), text, "d", 1, "", 0, len(text))


class Careless(Store):
    """The twin without the guard: it writes over what is there."""

    def save(self, index):
        from portfolio_core.engines.rag import nearest, records

        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "vectors.faiss").write_bytes(nearest.to_bytes(index.near))
        (self._folder / "passages.jsonl").write_bytes(records.written(index.passages))

    def open(self, check=lambda: None):
        from portfolio_core.engines.rag import nearest, records

        lines = (self._folder / "passages.jsonl").read_bytes().splitlines()
        near = nearest.from_bytes((self._folder / "vectors.faiss").read_bytes())
        return Opened(Index.of([p for p in records.read(lines) if p is not None], near))


def serve_kills(folder):
    """For each line read, a number of seconds: save states in turn, and kill that then."""
    states = [state(n) for n in range(STATES)]
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            store = Store(Path(folder), WordVectors())
            for made in itertools.cycle(states):
                store.save(made)
        time.sleep(float(line))
        os.kill(child, signal.SIGKILL)
        _, how = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(how), flush=True)


if __name__ == "__main__":
    serve_kills(sys.argv[1])
