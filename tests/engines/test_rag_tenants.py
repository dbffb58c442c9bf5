"""Visitors' documents: kept apart, within their quota, deleted for good, safe to change."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from tests.engines.rag_parts import WordVectors, document

from portfolio_core import errors
from portfolio_core.engines.rag.retrieval import search
from portfolio_core.engines.rag.tenants import Tenants
from portfolio_core.settings import Limits


@pytest.fixture
def tenants(tmp_path):
    return Tenants(tmp_path / "rag", WordVectors(), Limits())


def small(tmp_path, **limits):
    return Tenants(tmp_path / "rag", WordVectors(), Limits(**limits))


def holds(folder, marker):
    found = [p for p in folder.rglob("*") if p.is_file() and marker in p.read_bytes()]
    return bool(found)


def test_a_visitor_adds_searches_and_removes(tenants):
    tenant = tenants.get(tenants.create())

    report = tenant.add(document("cats.txt", "Cats hunt mice."), 100)

    assert (report.document, report.passages) == ("cats.txt", 1)
    assert [(d.name, d.passages, d.size_bytes) for d in tenant.documents] == [("cats.txt", 1, 100)]
    assert tenant.search("Who hunts mice?").hits[0].passage.document == "cats.txt"
    tenant.remove("cats.txt")
    assert tenant.documents == ()
    assert tenant.search("Who hunts mice?").hits == ()
    with pytest.raises(errors.DocumentUnknown):
        tenant.remove("cats.txt")


def test_a_document_of_the_same_name_is_replaced(tenants):
    tenant = tenants.get(tenants.create())
    tenant.add(document("a", "Cats hunt mice."), 10)
    tenant.add(document("a", "Dogs bark."), 20)

    assert [p.text for p in tenant.index.passages] == ["Dogs bark."]
    assert [d.size_bytes for d in tenant.documents] == [20]


# --- Ids ---------------------------------------------------------------------------------


def test_ids_are_of_128_random_bits(tenants):
    ids = {tenants.create() for _ in range(200)}

    assert len(ids) == 200
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in ids)
    # Each digit takes each value somewhere: nothing is counted, nothing is a date.
    assert all(len({key[place] for key in ids}) > 10 for place in range(32))


@pytest.mark.parametrize("key", ["", "0" * 32, "../../etc", "0" * 31 + "\n", None, 7, ["a"], "가"])
def test_an_id_that_is_none_gets_one_answer(tenants, key):
    for ask in (tenants.get, tenants.delete):
        with pytest.raises(errors.IndexGone):
            ask(key)


def test_the_disk_does_not_tell_an_id(tenants, tmp_path):
    key = tenants.create()
    tenants.get(key).add(document("a", "Cats hunt mice."), 10)

    assert key not in "".join(str(path) for path in tmp_path.rglob("*"))
    assert not holds(tmp_path, key.encode())


# --- Quotas ------------------------------------------------------------------------------


def test_a_visitor_keeps_so_many_documents_and_no_more(tmp_path):
    tenant = (tenants := small(tmp_path, rag_documents=2)).get(tenants.create())
    tenant.add(document("a", "One."), 1)
    tenant.add(document("b", "Two."), 1)

    with pytest.raises(errors.QuotaReached):
        tenant.add(document("c", "Three."), 1)
    tenant.add(document("b", "Two again."), 1)  # in its place
    tenant.remove("a")
    tenant.add(document("c", "Three."), 1)


def test_bytes_and_passages_are_counted(tmp_path):
    tenants = small(tmp_path, rag_bytes=100, rag_passages=3)
    tenant = tenants.get(tenants.create())
    tenant.add(document("a", "One."), 60)

    with pytest.raises(errors.QuotaReached):
        tenant.add(document("b", "Two."), 41)
    with pytest.raises(errors.QuotaReached):
        tenant.add(document("b", "Two.", "Three.", "Four."), 1)
    assert [d.name for d in tenant.documents] == ["a"]


# --- Deleted for good --------------------------------------------------------------------


def test_deleting_leaves_nothing_anywhere(tenants, tmp_path):
    key = tenants.create()
    tenant = tenants.get(key)
    tenant.add(document("a", "The marker is zanzibar.", "A second page."), 10)
    assert holds(tmp_path, b"zanzibar")
    begin = time.monotonic()

    removed = tenants.delete(key)

    assert time.monotonic() - begin < 5
    assert (removed.documents, removed.passages) == (1, 2)
    assert not holds(tmp_path, b"zanzibar")
    assert tenant.index.passages == ()
    with pytest.raises(errors.IndexGone):
        tenants.get(key)
    with pytest.raises(errors.IndexGone):
        tenant.add(document("b", "Comes too late: zanzibar."), 10)
    assert not holds(tmp_path, b"zanzibar")


def test_removing_one_document_leaves_nothing_of_it(tenants, tmp_path):
    tenant = tenants.get(tenants.create())
    tenant.add(document("a", "The marker is zanzibar."), 10)
    tenant.add(document("b", "Cats hunt mice."), 10)

    tenant.remove("a")

    assert not holds(tmp_path, b"zanzibar")
    assert holds(tmp_path, b"Cats")


def test_idle_documents_expire_and_used_ones_do_not(tmp_path, monkeypatch):
    now = [1000.0]
    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr("portfolio_core.engines.rag.tenants.time", clock)
    tenants = small(tmp_path, rag_idle_seconds=60)
    idle, used = tenants.create(), tenants.create()
    for key in (idle, used):
        tenants.get(key).add(document("a", f"The marker is zanzibar{key}."), 10)
    now[0] += 50
    tenants.get(used).search("zanzibar")
    now[0] += 20

    assert tenants.sweep() == 1

    assert not holds(tmp_path, f"zanzibar{idle}".encode())
    with pytest.raises(errors.IndexGone):
        tenants.get(idle)
    assert tenants.get(used).documents


def test_a_long_document_is_not_deleted_while_it_is_indexed(tmp_path, monkeypatch):
    now = [1000.0]
    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr("portfolio_core.engines.rag.tenants.time", clock)
    tenants = small(tmp_path, rag_idle_seconds=60)
    key = tenants.create()
    swept = []

    def an_hour_passes():
        now[0] += 3600
        swept.append(tenants.sweep())

    tenants.get(key).add(document("a", "Cats sleep."), 10, check=an_hour_passes)

    assert set(swept) == {0}
    assert tenants.get(key).documents


def test_nothing_of_a_process_before_is_left(tmp_path):
    before = small(tmp_path)
    before.get(before.create()).add(document("a", "The marker is zanzibar."), 10)

    small(tmp_path)

    assert not holds(tmp_path, b"zanzibar")


# --- Apart -------------------------------------------------------------------------------


def ask_all(search_of, visitors, questions):
    """Ask at once as many questions in all; return how many answers hold another's marker."""
    keys = list(visitors)

    def ask(number):
        key = keys[number % len(keys)]
        found = search_of(key)(f"What is the secret word of document {number % 20}?")
        text = " ".join(hit.passage.text for hit in found.hits)
        return any(m in text for other, m in visitors.items() if other != key), key in text

    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(ask, range(questions)))
    return sum(foreign for foreign, _ in told)


def filled(tenants, trials):
    visitors = {}
    for _ in range(trials(50)):
        key = tenants.create()
        visitors[key] = f"marker{key}"
        pages = (f"The secret word of document {n} is marker{key}." for n in range(20))
        tenants.get(key).add(document("secrets.txt", *pages), 10)
    return visitors


def test_no_visitor_ever_sees_what_is_anothers(tenants, trials):
    visitors = filled(tenants, trials)

    assert ask_all(lambda key: tenants.get(key).search, visitors, trials(2000)) == 0


def test_one_index_for_all_would_show_what_is_anothers(tenants, trials):
    """The twin: the same passages, the same questions, one index."""
    visitors = filled(tenants, trials)
    whole = tenants.get(tenants.create()).index
    for key in visitors:
        one = tenants.get(key).index
        whole = whole.adding(one.passages, one.vectors())

    def shared(question):
        return search(whole, WordVectors(), question)

    assert ask_all(lambda _key: shared, visitors, 20) > 0


# --- At once -----------------------------------------------------------------------------


def hammer(write, read, rounds):
    """Let 4 writers and 16 readers work at once; return what went wrong."""
    wrong = []
    writing = threading.Event()

    def guarded(job):
        try:
            job()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
            wrong.append(error)

    def writer(number):
        for n in range(rounds):
            write(f"{number}-{n}")

    def reader():
        while not writing.is_set():
            read()

    readers = [threading.Thread(target=guarded, args=(reader,)) for _ in range(16)]
    writers = [threading.Thread(target=guarded, args=(lambda k=k: writer(k),)) for k in range(4)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    writing.set()
    for thread in readers:
        thread.join()
    return wrong


def test_writers_and_readers_at_once_lose_nothing(tmp_path, trials):
    rounds = trials(50)
    tenants = small(tmp_path, rag_documents=1000)
    tenant = tenants.get(tenants.create())

    def write(name):
        tenant.add(document(name, f"Page one of {name}.", f"Page two of {name}."), 1)

    def read():
        index = tenant.index
        found = search(index, WordVectors(), "Which page?", 10)
        # Both pages of a document came at once, and a hit is of the index that was searched.
        assert len(index.passages) % 2 == 0
        assert index.near.ntotal == index.words.size == len(index.passages)
        assert {hit.passage for hit in found.hits} <= set(index.passages)

    assert hammer(write, read, rounds) == []
    assert len(tenant.documents) == 4 * rounds
    assert len(tenant.index.passages) == 8 * rounds


def test_changing_in_place_would_be_seen_half_done():
    """The twin: lists that grow while they are read."""
    passages, vectors = [], []

    def write(name):
        passages.append(name)
        time.sleep(0.001)
        vectors.append(name)

    def read():
        assert len(passages) == len(vectors)

    assert hammer(write, read, 5)
