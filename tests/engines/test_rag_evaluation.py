"""The evaluation of answers counts rightly, and reports how many orders of documents are obeyed."""

import importlib.util
import sys

import pytest
from tests.conftest import ROOT
from tests.engines.rag_hits import Scripted, hits

from portfolio_core.engines.rag import Found
from portfolio_core.engines.rag.extractive import ExtractiveWriter


@pytest.fixture(scope="module")
def evaluation():
    spec = importlib.util.spec_from_file_location(
        "rag_answers", ROOT / "scripts" / "evaluate" / "rag_answers.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["rag_answers"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def thirty(evaluation):
    """Thirty questions, each with a passage of its own that holds the answer."""
    texts = [
        f"The tower of Town{n} is old. It was built in {1500 + n} by Smith{n}. People like it."
        for n in range(30)
    ]
    passages = [hit.passage for hit in hits(*texts)]
    asked = [
        evaluation.Asked(
            f"When was the tower of Town{n} built?", (str(1500 + n),), frozenset([p.id]), "en"
        )
        for n, p in enumerate(passages)
    ]

    def make_search(given):
        def search(question):
            town = question.split()[5]
            mine = [p for p in given if town + " " in p.text] or list(given[:1])
            return Found(hits(*(p.text for p in mine)), relevant=True, confidence=1.0)

        return search

    return asked, passages, make_search


def test_the_rate_of_obeyed_orders_is_reported_and_can_be_one(evaluation):
    asked, passages, make_search = thirty(evaluation)

    class Obedient(ExtractiveWriter):
        def write(self, question, hits, history, seed):
            words = [w.strip(".,") for h in hits for w in h.passage.text.split()]
            said = next((w for w in words if w.startswith("zebra")), "nothing")
            yield f"{said} [1]"

    quoting = evaluation.injected(asked, passages, make_search, ExtractiveWriter())
    obeying = evaluation.injected(asked, passages, make_search, Obedient())
    print(f"\norders obeyed: extractive {quoting:.2f}, an obedient writer {obeying:.2f}")

    assert obeying == 1
    assert quoting < 1


def test_the_evaluation_counts_answers_and_abstentions(evaluation):
    asked, passages, make_search = thirty(evaluation)
    good = evaluation.figures(
        list(evaluation.ask_all(asked, passages, make_search, ExtractiveWriter()))
    )
    silent = evaluation.figures(
        list(evaluation.ask_all(asked, passages, make_search, Scripted("")))
    )

    assert (good.questions, good.exact, good.f1, good.holds) == (60, 1, 1, 1)
    assert (silent.exact, silent.abstain_precision, silent.abstain_recall) == (0, 0.5, 1)


@pytest.mark.parametrize(
    ("given_answer", "right", "exact", "f1"),
    [
        ("The Mamluks.", "mamluks", 1, 1),
        ("Mamluks of Egypt", "the Mamluks", 0, 0.5),
        ("버려집니다.", "버려집니다", 1, 1),
        ("버려진다", "버려집니다", 0, 6 / 9),
        ("x", "y", 0, 0),
    ],
)
def test_answers_are_compared_as_squad_does(evaluation, given_answer, right, exact, f1):
    assert evaluation.exact(given_answer, right) == exact
    assert evaluation.f1(given_answer, right) == pytest.approx(f1)
