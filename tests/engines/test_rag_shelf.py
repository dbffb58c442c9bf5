"""What lies on the shelf: a visitor's documents with their originals, and the sample."""

import gc
import hashlib
import threading

import numpy as np
import pytest

from portfolio_core.engines.rag import placing
from portfolio_core.engines.rag.placing import Mark
from portfolio_core.engines.rag.queued import QueuedEmbedder
from portfolio_core.engines.rag.shelf import SAMPLE, Shelf, Steps
from portfolio_core.errors import Cancelled, IndexGone, IndexUnreadable
from portfolio_core.media.documents import PlacedWord
from portfolio_core.settings import Limits, Settings
from portfolio_core.workload import EngineSpec, Workload

MARKER = "heliotrope"


class Hashing:
    """Embeds by the checksums of words; enough to find a text by its own words."""

    key, revision, dimension, languages = "hashing", "1", 64, ("en",)

    def __init__(self):
        self.sizes = []

    def passages(self, texts, check=lambda: None):
        check()
        self.sizes.append(len(texts))
        made = np.stack([self._one(text) for text in texts])
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    def question(self, text):
        return self.passages([text])

    def _one(self, text):
        made = np.full(self.dimension, 1e-3, np.float32)
        for word in text.lower().split():
            made[hashlib.sha256(word.encode()).digest()[0] % self.dimension] += 1
        return made


@pytest.fixture
def engine():
    return Hashing()


@pytest.fixture
def embedder(engine):
    return QueuedEmbedder(Workload(Settings()), EngineSpec("hashing", lambda: engine, 1))


@pytest.fixture
def note(tmp_path):
    def make(text, name="note.md"):
        file = tmp_path / name
        file.write_text(text, "utf-8")
        return file

    return make


@pytest.fixture
def paper(tmp_path):
    from reportlab.pdfgen.canvas import Canvas

    file = tmp_path / "paper.pdf"
    canvas = Canvas(str(file))
    canvas.drawString(72, 700, f"The code word is {MARKER}.")
    canvas.save()
    return file


def everything(root):
    return b"".join(file.read_bytes() for file in root.rglob("*") if file.is_file())


def test_deleting_leaves_nothing_on_the_disk(tmp_path, embedder, paper):
    root = tmp_path / "shelf"
    shelf = Shelf(root, embedder, Limits())
    tenant = shelf.create()
    shelf.add(tenant, paper, "paper.pdf", Steps())
    assert MARKER.encode() in everything(root)
    assert shelf.original(tenant, "paper.pdf").read_bytes() == paper.read_bytes()

    removed = shelf.delete(tenant.id)

    assert (removed.documents, removed.passages) == (1, 1)
    assert everything(root) == b""
    with pytest.raises(IndexGone):
        shelf.get(tenant.id)


def test_a_document_goes_with_its_original_and_the_others_stay(tmp_path, embedder, paper, note):
    root = tmp_path / "shelf"
    shelf = Shelf(root, embedder, Limits())
    tenant = shelf.create()
    shelf.add(tenant, paper, "paper.pdf", Steps())
    shelf.add(tenant, note("A zebra lives in Oslo."), "note.md", Steps())

    shelf.remove(tenant, "paper.pdf")

    assert MARKER.encode() not in everything(root)
    assert shelf.original(tenant, "paper.pdf") is None
    assert [held.name for held in tenant.documents] == ["note.md"]
    assert list(shelf.reports(tenant)) == ["note.md"]


def test_originals_go_when_a_visitor_has_been_idle_for_too_long(tmp_path, embedder, paper):
    root = tmp_path / "shelf"
    limits = Limits(rag_idle_seconds=5)  # long enough to index on a busy machine
    shelf = Shelf(root, embedder, limits)
    tenant = shelf.create()
    shelf.add(tenant, paper, "paper.pdf", Steps())
    key = tenant.id
    del tenant

    for _ in range(200):
        gc.collect()
        if not everything(root):
            break
        threading.Event().wait(0.1)

    assert everything(root) == b""
    with pytest.raises(IndexGone):
        shelf.get(key)


def test_the_sample_is_indexed_once_for_everybody_and_cannot_be_changed(tmp_path, embedder, note):
    shelf = Shelf(tmp_path / "shelf", embedder, Limits(), [note("A zebra lives in Oslo.")])

    assert shelf.get(SAMPLE) is shelf.get(SAMPLE)
    with pytest.raises(IndexGone):
        shelf.own(SAMPLE)
    with pytest.raises(IndexGone):
        shelf.delete(SAMPLE)


def test_what_was_taken_away_comes_back_and_nothing_else_does(tmp_path, embedder, note):
    from portfolio_core.engines.rag import exchange

    shelf = Shelf(tmp_path / "shelf", embedder, Limits())
    tenant = shelf.create()
    shelf.add(tenant, note("A zebra lives in Oslo."), "note.md", Steps())
    content = exchange.export(tenant.index)

    back = shelf.restore(content)

    assert back.id != tenant.id
    assert back.index.passages == tenant.index.passages
    with pytest.raises(IndexUnreadable):
        shelf.restore(content[:-9])


def test_a_long_document_lets_others_through(embedder, engine):
    embedder.passages(["a word"] * 100)

    assert max(engine.sizes) <= 32
    assert sum(engine.sizes) == 100


def test_work_that_nobody_waits_for_ends_between_two_parts(embedder, engine):
    def check():
        if engine.sizes:
            raise Cancelled

    with pytest.raises(Cancelled):
        embedder.passages(["a word"] * 1000, check)

    assert sum(engine.sizes) <= 32


def words(*lines):
    """Return words on lines, as a page has them."""
    return [
        PlacedWord(word, column / 10, row / 10, column / 10 + 0.08, row / 10 + 0.05)
        for row, line in enumerate(lines)
        for column, word in enumerate(line.split())
    ]


def test_a_passage_is_marked_line_by_line_whatever_the_white_space():
    page = words("one two three", "four five six")

    assert placing.marks(page, "three\n\nfour   FIVE") == [
        Mark(0.2, 0.0, 0.28, 0.05),
        Mark(0.0, 0.1, pytest.approx(0.18), pytest.approx(0.15)),
    ]


def test_a_passage_that_differs_in_its_middle_is_marked_by_its_ends():
    text = "the beginning of a passage stands here and then its end is reached at last"
    page = words("before", text.replace("stands", "stood"), "behind")

    (mark,) = placing.marks(page, text)

    assert mark.top == pytest.approx(0.1)
    assert placing.marks(page, "something else altogether, of which there is nothing") == []
    assert placing.marks(page, "") == []


def test_the_text_around_a_passage_is_its_page(tmp_path, embedder, note):
    shelf = Shelf(tmp_path / "shelf", embedder, Limits())
    tenant = shelf.create()
    text = "\n\n".join(f"# Part {n}\n\nThe animal number {n} is here." for n in range(5))
    shelf.add(tenant, note(text), "note.md", Steps())
    passage = tenant.index.passages[2]

    found = placing.around(tenant.index, passage)

    assert found.passage == passage.text
    assert "number 0" in found.before
    assert "number 4" in found.after
    assert passage.text not in found.before + found.after
