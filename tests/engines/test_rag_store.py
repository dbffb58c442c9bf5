"""The store: killed at any moment, damaged anywhere, made by another model, handed around."""

import contextlib
import gzip
import json
import random
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from tests.conftest import ROOT
from tests.engines.rag_parts import Careless, WordVectors, index_of, state

from portfolio_core import errors
from portfolio_core.engines.rag import exchange
from portfolio_core.engines.rag.retrieval import search
from portfolio_core.engines.rag.store import Store
from portfolio_core.settings import Limits

TEXTS = ("Cats hunt mice.", "Dogs bark.", "빵은 밀가루로 만든다.", "Volcanoes erupt.")


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store", WordVectors())
    made.save(index_of(*TEXTS))
    return made


def same(one, other):
    return one.passages == other.passages and np.array_equal(one.vectors(), other.vectors())


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_was_saved_is_what_is_opened(store):
    opened = store.open()

    assert opened.notes == ()
    assert same(opened.index, index_of(*TEXTS))
    assert search(opened.index, WordVectors(), "밀가루").hits[0].passage.text == TEXTS[2]


def test_nothing_stored_is_an_empty_index(tmp_path):
    opened = Store(tmp_path / "none", WordVectors()).open()

    assert (len(opened.index.passages), opened.notes) == (0, ("nothing_stored",))


def test_an_empty_index_can_be_stored(store):
    store.save(index_of())

    assert store.open().index.passages == ()


def test_one_state_is_on_disk_and_nothing_of_the_one_before(store, tmp_path):
    (tmp_path / "store" / ".current.litter").write_text("of a save that was killed")
    store.save(index_of("Only this."))

    assert len(files(tmp_path / "store")) == 4
    assert not any(b"Cats" in path.read_bytes() for path in files(tmp_path / "store"))


def test_no_file_is_a_pickle(store, tmp_path):
    for path in files(tmp_path / "store"):
        assert not path.read_bytes().startswith(b"\x80")


# --- Another model ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [WordVectors(48), WordVectors(key="another"), WordVectors(revision="2")],
    ids=["dimension", "model", "revision"],
)
def test_vectors_of_another_model_are_made_anew(store, tmp_path, other):
    opened = Store(tmp_path / "store", other).open()

    assert opened.notes == ("other_model",)
    assert opened.index.passages == index_of(*TEXTS).passages
    assert same(opened.index, index_of(*TEXTS, embedder=other))


# --- Damage ------------------------------------------------------------------------------


def flipped(path, source):
    """Flip one random bit of a file."""
    content = bytearray(path.read_bytes())
    content[source.randrange(len(content))] ^= 1 << source.randrange(8)
    path.write_bytes(content)


def test_every_flipped_bit_is_found(store, tmp_path, trials):
    """A thousand times: what is opened is either right, and said to be mended, or said to be
    less than it was."""
    whole = index_of(*TEXTS)
    kept = tmp_path / "kept"
    shutil.copytree(tmp_path / "store", kept)
    source = random.Random(1)
    for _ in range(trials(1000)):
        shutil.rmtree(tmp_path / "store")
        shutil.copytree(kept, tmp_path / "store")
        flipped(source.choice(files(tmp_path / "store")), source)

        opened = store.open()

        assert "damaged" in opened.notes
        known = {passage.id: passage for passage in whole.passages}
        assert all(known[p.id] == p for p in opened.index.passages)
        if "passages_lost" not in opened.notes:
            assert same(opened.index, whole)


def test_without_checksums_flipped_bits_go_unnoticed(tmp_path):
    """The twin: what FAISS and JSON notice by themselves."""
    store = Careless(tmp_path / "store", WordVectors())
    store.save(index_of(*TEXTS))
    content = (tmp_path / "store" / "vectors.faiss").read_bytes()
    source = random.Random(1)
    unnoticed = 0
    for _ in range(20):
        flipped(tmp_path / "store" / "vectors.faiss", source)
        with contextlib.suppress(ValueError):
            unnoticed += not same(store.open().index, index_of(*TEXTS))
        (tmp_path / "store" / "vectors.faiss").write_bytes(content)

    assert unnoticed > 10


@pytest.mark.parametrize("name", ["passages.jsonl", "vectors.faiss", "manifest.json", "current"])
@pytest.mark.parametrize("how", ["cut", "gone", "foreign"])
def test_a_file_that_is_cut_gone_or_foreign_is_found(store, tmp_path, name, how):
    path = next(path for path in files(tmp_path / "store") if path.name == name)
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if how == "cut" else b"[1, 2, 3]\n" * 9)

    opened = store.open()

    assert "damaged" in opened.notes
    if name != "passages.jsonl":
        assert same(opened.index, index_of(*TEXTS))
    else:
        assert "passages_lost" in opened.notes


def test_a_pointer_to_elsewhere_is_not_followed(store, tmp_path):
    shutil.copytree(tmp_path / "store", tmp_path / "other")
    (tmp_path / "store" / "current").write_text(json.dumps({"folder": "../other", "sha256": ""}))

    opened = store.open()

    assert opened.notes == ("damaged",)
    assert same(opened.index, index_of(*TEXTS))


# --- Killed ------------------------------------------------------------------------------


def number_of(index):
    """Return which state an index is of; -1 for none, and fail on a mix."""
    numbers = {int(passage.text.split()[1]) for passage in index.passages}
    assert len(numbers) <= 1
    number = numbers.pop() if numbers else -1
    assert number == -1 or same(index, state(number))
    return number


def test_a_kill_at_any_moment_leaves_one_whole_state(tmp_path, trials):
    source = random.Random(2)
    store = Store(tmp_path / "store", WordVectors())
    command = [sys.executable, "-m", "tests.engines.rag_parts", str(tmp_path / "store")]
    seen, told = [], []
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    with subprocess.Popen(command, **pipes) as program:
        for _ in range(trials(500)):
            program.stdin.write(f"{source.uniform(0, 0.2)}\n")
            program.stdin.flush()
            told.append(program.stdout.readline())

            opened = store.open()

            assert opened.notes in {(), ("nothing_stored",)}
            seen.append(number_of(opened.index))
    assert set(told) == {f"{-signal.SIGKILL}\n"}  # none of them failed
    assert len(set(seen)) > 1


def test_without_the_switch_a_stop_leaves_a_mix(tmp_path):
    """The twin: two files written in their place, stopped between them."""
    store = Careless(tmp_path / "store", WordVectors())
    store.save(state(1))
    vectors = (tmp_path / "store" / "vectors.faiss").read_bytes()
    store.save(state(2))
    (tmp_path / "store" / "vectors.faiss").write_bytes(vectors)

    with pytest.raises(AssertionError):
        number_of(store.open().index)


def test_a_save_that_fails_leaves_what_was_there(store, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("portfolio_core.engines.rag.store.write_atomically", full)
    with pytest.raises(OSError, match="No space"):
        store.save(index_of("Something else."))

    assert same(store.open().index, index_of(*TEXTS))


# --- Handed around -----------------------------------------------------------------------


def test_an_index_can_be_taken_away_and_brought_back():
    index = index_of(*TEXTS)

    content = exchange.export(index)

    assert content == exchange.export(index)
    assert same(exchange.imported(content, WordVectors(), Limits()), index)


def repacked(change):
    """An exported index whose unpacked lines were changed."""
    lines = gzip.decompress(exchange.export(index_of(*TEXTS))).splitlines(keepends=True)
    return gzip.compress(b"".join(change(lines)))


def resigned(lines):
    """The same with a checksum that fits."""
    import hashlib

    head = json.loads(lines[0])
    head["sha256"] = hashlib.sha256(b"".join(lines[1:])).hexdigest()
    return [json.dumps(head).encode() + b"\n", *lines[1:]]


STRANGERS = {
    "nothing": b"",
    "an archive": b"PK\x03\x04 an archive",
    "a pickle": b"\x80\x04\x95 a pickle",
    "an empty head": gzip.compress(b"{}\n"),
    "deep brackets": gzip.compress(b"[" * 100_000),
    "cut off": exchange.export(index_of(*TEXTS))[:-20],
    "a line less": repacked(lambda lines: lines[:-1]),
    "a line more": repacked(lambda lines: [*lines, b"{}\n"]),
    "a line twice": repacked(lambda lines: resigned([*lines, lines[1]])),
    "another text": repacked(
        lambda lines: resigned([lines[0], lines[1].replace(b"Cats", b"Rats")])
    ),
    "a page that is text": repacked(
        lambda lines: resigned([lines[0], lines[1].replace(b'"page": 1', b'"page": "1"')])
    ),
}


@pytest.mark.parametrize("content", STRANGERS.values(), ids=STRANGERS)
def test_a_strangers_file_is_refused(content):
    with pytest.raises(errors.IndexUnreadable):
        exchange.imported(content, WordVectors(), Limits())


def test_a_file_that_swells_is_refused():
    limits = Limits(rag_import_bytes=2**20)

    with pytest.raises(errors.FileTooLarge):
        exchange.imported(gzip.compress(b"0" * 2**24), WordVectors(), limits)


def test_more_passages_than_one_may_keep_are_refused():
    with pytest.raises(errors.QuotaReached):
        exchange.imported(exchange.export(index_of(*TEXTS)), WordVectors(), Limits(rag_passages=3))
