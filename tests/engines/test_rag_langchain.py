"""LangChain's own published tests of a vector store and of a retriever, over ours."""

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_tests.integration_tests import (
    RetrieversIntegrationTests,
    VectorStoreIntegrationTests,
)
from tests.engines.rag_parts import WordVectors, index_of

from portfolio_core.engines.rag.langchain import EmbedderEmbeddings, FaissStore, PassageRetriever

TEXTS = ("Cats hunt mice.", "Dogs bark.", "Cats sleep.", "Volcanoes erupt.")


class TestFaissStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self):
        return FaissStore(self.get_embeddings())


class TestPassageRetriever(RetrieversIntegrationTests):
    @property
    def retriever_constructor(self):
        return PassageRetriever

    @property
    def retriever_constructor_params(self):
        return {"index": index_of(*TEXTS), "embedder": WordVectors()}

    @property
    def retriever_query_example(self):
        return "cats"


def store():
    return FaissStore.from_texts(list(TEXTS), EmbedderEmbeddings(WordVectors()))


def test_scores_are_cosines_the_best_first():
    found = store().similarity_search_with_score("Dogs bark.", 4)

    assert found[0][0].page_content == "Dogs bark."
    assert found[0][1] == pytest.approx(1)
    assert [s for _, s in found] == sorted((s for _, s in found), reverse=True)


def test_vectors_of_any_length_are_compared_by_angle():
    class Long(EmbedderEmbeddings):
        def embed_query(self, text):
            return [100 * value for value in super().embed_query(text)]

    made = FaissStore.from_texts(list(TEXTS), Long(WordVectors()))

    assert made.similarity_search_with_score("Dogs bark.", 1)[0][1] == pytest.approx(1)


def test_marginal_relevance_spreads():
    made = store()
    made.add_documents([Document(page_content="Cats hunt mice.", id="again")])

    near = [d.page_content for d in made.similarity_search("Cats hunt mice.", 2)]
    spread = made.max_marginal_relevance_search("Cats hunt mice.", 2, lambda_mult=0.1)

    assert near == ["Cats hunt mice."] * 2
    assert len({document.page_content for document in spread}) == 2


def test_a_store_can_be_had_of_an_index():
    made = FaissStore.from_index(index_of(*TEXTS), WordVectors())

    assert made.similarity_search("Volcanoes erupt.", 1)[0].metadata["page"] == 4
    made.delete()
    assert made.similarity_search("Volcanoes erupt.", 1) == []


def test_a_retrieved_document_tells_where_it_stands_and_how_it_scored():
    retriever = PassageRetriever(index=index_of(*TEXTS), embedder=WordVectors(), k=1)

    (found,) = retriever.invoke("volcanoes erupt")

    assert found.page_content == "Volcanoes erupt."
    assert found.metadata["document"] == "notes.txt"
    assert found.metadata["rank"] == 1
    assert found.metadata["words"] > 0


def test_embeddings_of_ours_fit_langchains_and_a_stranger_s_fit_ours():
    embeddings = EmbedderEmbeddings(WordVectors())
    assert len(embeddings.embed_query("cats")) == len(embeddings.embed_documents(["cats"])[0]) == 64

    made = FaissStore.from_texts(["a", "b"], DeterministicFakeEmbedding(size=8))
    assert made.similarity_search("a", 1)[0].page_content == "a"
