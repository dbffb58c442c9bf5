"""Searching: words, n-grams, vectors, both as one, and the gate."""

import bm25s
import numpy as np
import pytest
from tests.engines.rag_parts import WordVectors, bare, index_of

from portfolio_core import errors
from portfolio_core.engines.rag import gate, nearest
from portfolio_core.engines.rag.index import Index
from portfolio_core.engines.rag.lexical import Bm25
from portfolio_core.engines.rag.retrieval import fused, question_of, search
from portfolio_core.engines.rag.tokens import grams, words
from portfolio_core.settings import Limits

ANIMALS = (
    "Cats sleep most of the day and hunt mice at night.",
    "Dogs bark when a stranger comes near the house.",
    "The stock market fell because interest rates rose.",
    "Bread is made of flour, water, salt and yeast.",
    "A volcano erupts when magma reaches the surface.",
)
KOREAN = (
    "고양이는 하루의 대부분을 자면서 보낸다.",
    "낯선 사람이 집에 가까이 오면 개가 짖는다.",
    "금리가 올라서 주식 시장이 내렸다.",
    "빵은 밀가루와 물과 소금과 효모로 만든다.",
)


def terms_of(texts):
    return [words(text) for text in texts]


# --- Words -------------------------------------------------------------------------------


def test_bm25_is_that_of_the_library():
    texts = [*ANIMALS, "Mice fear cats, and cats fear dogs."]
    ours = Bm25().adding(terms_of(texts))
    theirs = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    theirs.index(terms_of(texts), show_progress=False)

    for question in ("cats and mice", "the market", "magma"):
        asked = [term for term in set(words(question)) if term in theirs.vocab_dict]
        # The library leaves out the factor k1 + 1, which is the same for all passages.
        assert ours.scores(words(question)) == pytest.approx(theirs.get_scores(asked) * 2.5, 1e-4)


def test_adding_in_parts_is_adding_at_once():
    parts = Bm25().adding(terms_of(ANIMALS[:2])).adding([]).adding(terms_of(ANIMALS[2:]))
    whole = Bm25().adding(terms_of(ANIMALS))

    asked = words("the cats of the market")
    assert parts.scores(asked) == pytest.approx(whole.scores(asked))


def test_keeping_some_is_having_had_only_those():
    kept = np.array([True, False, True, False, True])
    some = Bm25().adding(terms_of(ANIMALS)).keeping(kept)
    only = Bm25().adding(terms_of(t for t, keep in zip(ANIMALS, kept, strict=True) if keep))

    asked = words("the cats bark at the market")
    assert some.scores(asked) == pytest.approx(only.scores(asked))
    assert some.coverage(asked) == pytest.approx(only.coverage(asked))


def test_nothing_is_found_in_nothing():
    assert Bm25().scores(["cat"]).shape == (0,)
    assert Bm25().coverage(["cat"]).shape == (0,)
    assert not Bm25().adding(terms_of(ANIMALS)).scores(["zebra"]).any()


def test_coverage_is_the_share_of_the_weight():
    counts = Bm25().adding(terms_of(ANIMALS))

    assert counts.coverage(words(ANIMALS[0])).max() == pytest.approx(1)
    half = counts.coverage(["cats", "zebra"])
    assert half.max() == pytest.approx(0.5, abs=0.1)
    assert counts.coverage(["zebra"]).max() == 0


def test_korean_is_cut_into_what_has_meaning():
    assert words("고양이는 빵을 먹었습니다") == ["고양이", "빵", "먹"]
    assert words("Rc<T>는 String_from 타입이다")[:2] == ["rc", "t"]
    assert words("The cat's snake_case") == ["the", "cat", "s", "snake", "case"]


def test_grams_are_of_texts_with_korean_only():
    assert grams("cat") == []
    assert " ca" in grams("cat은")
    assert grams("빵을") == [" 빵", "빵을", "을 ", " 빵을", "빵을 ", " 빵을 "]


# --- Vectors -----------------------------------------------------------------------------


def clustered(size, dimension=32, seed=0):
    """Vectors as embeddings are: in groups."""
    source = np.random.default_rng(seed)
    centres = source.standard_normal((size // 20 + 1, dimension))
    made = centres[source.integers(len(centres), size=size)]
    made = (made + 0.5 * source.standard_normal(made.shape)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def recall(index, vectors, asked):
    exact = np.argsort(-(asked @ vectors.T), axis=1)[:, :10]
    found = [nearest.search(index, one[None], 10)[0] for one in asked]
    return np.mean([len(set(e) & set(f)) / 10 for e, f in zip(exact, found, strict=True)])


def test_few_vectors_are_compared_exactly():
    vectors = clustered(500)

    assert recall(nearest.built(vectors), vectors, clustered(50, seed=1)) == 1


def test_many_vectors_are_found_almost_all_and_can_be_added_to(monkeypatch):
    monkeypatch.setattr(nearest, "FLAT_MOST", 3000)
    vectors = clustered(8000)
    asked = vectors[::100] + 0.05 * clustered(80, seed=1)

    index = nearest.built(vectors[:6000])
    more = nearest.extended(index, vectors[6000:])

    assert hasattr(more, "nprobe")
    assert more.nprobe < more.nlist  # or nothing was saved
    assert recall(more, vectors, asked) >= 0.95
    assert np.allclose(nearest.vectors_of(more), vectors, atol=1e-6)
    assert nearest.from_bytes(nearest.to_bytes(more)).nprobe == more.nprobe
    more.nprobe = 1
    assert recall(more, vectors, asked) < 0.95  # the twin that does not measure


def test_adding_leaves_the_old_index_as_it_is():
    old = index_of(*ANIMALS)
    new = old.adding(*_more(KOREAN))

    assert (len(old.passages), old.near.ntotal, old.words.size) == (5, 5, 5)
    assert (len(new.passages), new.near.ntotal, new.words.size) == (9, 9, 9)


def _more(texts):
    made = [bare(text, n) for n, text in enumerate(texts)]
    return made, WordVectors().passages(texts)


def test_removing_a_document_removes_all_of_it():
    index = index_of(*ANIMALS).adding(*_more(KOREAN))

    left = index.without("d")

    assert [p.document for p in left.passages] == ["notes.txt"] * 5
    assert search(left, WordVectors(), "고양이", mode="words").hits == ()
    assert search(left, WordVectors(), "stock market").hits[0].passage.text == ANIMALS[2]
    assert np.allclose(left.vectors(), index_of(*ANIMALS).vectors())


# --- Both --------------------------------------------------------------------------------


def test_a_hit_tells_both_its_scores_and_its_rank():
    found = search(index_of(*ANIMALS), WordVectors(), "stock market rates", 3)

    best = found.hits[0]
    assert (best.passage.text, best.rank) == (ANIMALS[2], 1)
    assert best.score == pytest.approx(1)  # first in both lists
    assert best.dense > 0.3
    assert best.words > 1
    assert [hit.score for hit in found.hits] == sorted((h.score for h in found.hits), reverse=True)


def test_where_ranks_tie_the_list_with_the_larger_lead_decides():
    meaning = {7: 0.70, 3: 0.69, 1: 0.2}  # just ahead
    names = {3: 12.0, 7: 5.0, 2: 4.0}  # far ahead

    for lists in ([meaning, names], [names, meaning]):
        assert list(fused(lists))[:2] == [3, 7]
    assert fused([meaning, {}]).keys() == meaning.keys()
    assert list(fused([{5: -0.1, 6: -0.2}, {6: 2.0, 5: 1.0}])) == [6, 5]


def test_each_list_can_be_searched_alone():
    index = index_of(*ANIMALS)

    assert len(search(index, WordVectors(), "magma", 5, mode="words").hits) == 1
    assert len(search(index, WordVectors(), "magma", 5, mode="dense").hits) == 5


def test_korean_is_found_without_a_model_that_reads_it():
    index = index_of(*ANIMALS, *KOREAN)

    for question, text in (
        ("빵은 무엇으로 만드나요?", KOREAN[3]),
        ("개는 언제 짖나요?", KOREAN[1]),
    ):
        hit = search(index, WordVectors(), question).hits[0]
        assert hit.passage.text == text
        assert hit.dense is None


def test_an_empty_index_and_a_wrong_count():
    assert search(Index.empty(8), WordVectors(8), "cat").hits == ()
    with pytest.raises(errors.NumberOutOfRange):
        search(index_of(*ANIMALS), WordVectors(), "cat", 0)


def test_a_reranker_has_the_last_word():
    class Baker:
        def scores(self, question, texts):
            return np.array(["Bread" in text for text in texts], np.float32)

    found = search(index_of(*ANIMALS), WordVectors(), "stock", 1, reranker=Baker())

    assert found.hits[0].passage.text == ANIMALS[3]


@pytest.mark.parametrize(
    ("question", "error"),
    [
        (None, errors.EmptyText),
        (7, errors.InvalidInput),
        (" ?! ", errors.EmptyText),
        ("a" * 4001, errors.TextTooLong),
    ],
)
def test_a_wrong_question_is_a_typed_error(question, error):
    with pytest.raises(error):
        question_of(question, Limits())


# --- The gate ----------------------------------------------------------------------------


def test_a_question_about_the_documents_passes_and_a_stranger_does_not():
    index = index_of(*ANIMALS, *KOREAN)

    for question in ("When do cats hunt mice?", "금리가 오르면 주식 시장은?"):
        assert search(index, WordVectors(), question).relevant
    for question in ("Who painted the ceiling of that chapel?", "세종대왕은 언제 태어났나요?"):
        found = search(index, WordVectors(), question)
        assert not found.relevant
        assert found.confidence < 0.5


class Narrow(WordVectors):
    """As E5: whatever is compared, the cosine is 0.7 at least."""

    def passages(self, texts, check=lambda: None):
        made = super().passages(texts, check)
        common = np.full((len(texts), 1), np.sqrt(0.7), np.float32)
        return np.concatenate([made[:, 1:] * np.sqrt(0.3), common], axis=1)


def test_a_model_whose_cosines_are_all_high_is_judged_like_any_other():
    """The twin is a fixed threshold: what is right for one model lets all pass for another."""
    stranger, friend = "Who painted the chapel?", "When do cats hunt mice?"
    found = {
        kind: [search(index_of(*ANIMALS, embedder=kind()), kind(), q) for q in (stranger, friend)]
        for kind in (WordVectors, Narrow)
    }

    for far, near in found.values():
        assert (far.relevant, near.relevant) == (False, True)
    threshold = found[WordVectors][1].hits[0].dense
    assert found[Narrow][0].hits[0].dense > threshold


def test_confidence_rises_with_either_sign():
    assert gate.confidence(0.6, 5) > gate.confidence(0.3, 5) > gate.confidence(0.3, 2)
    assert gate.confidence(0.6, None) > 0.5 > gate.confidence(0.2, None)
