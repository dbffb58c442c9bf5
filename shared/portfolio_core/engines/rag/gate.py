"""Whether a question is about these documents at all.

A fixed threshold on the cosine cannot tell: some models give 0.1 to texts that have nothing
in common, others 0.7. So the corpus itself is asked first. A few general questions that no
document is about meet random passages of it; how far a question's best passage stands above
that is its margin, in standard deviations. The second sign is which share of the question's
rare words the best passage holds. Both are the same measure for any model and any corpus,
so one rule joins them.
"""

import threading
import weakref
from itertools import islice

import numpy as np

from portfolio_core.engines.rag import Embedder, Vectors
from portfolio_core.engines.rag.index import Index
from portfolio_core.text.clean import language_of

# About everything and nothing, half of them Korean.
STRANGERS = (
    "What should I cook for dinner tonight?",
    "When does the next train leave?",
    "How do I reset my password?",
    "Who won the football match yesterday?",
    "Will it rain tomorrow?",
    "How can I learn to play the guitar?",
    "What is a good present for my sister?",
    "Where can I have my car repaired?",
    "오늘 저녁에 무엇을 먹을까요?",
    "다음 기차는 언제 출발하나요?",
    "비밀번호를 잊어버렸는데 어떻게 하나요?",
    "어제 축구 경기는 누가 이겼나요?",
    "내일 비가 올까요?",
    "기타를 배우려면 어떻게 해야 하나요?",
    "동생에게 어떤 선물이 좋을까요?",
    "자동차는 어디에서 수리하나요?",
)
_SAMPLE = 64  # random passages that the strangers meet
_LEAST_SPREAD = 0.02  # a standard deviation of cosines; fewer only with a handful of passages

# The rule: a logistic curve over the two signs, fitted on English encyclopedia articles with
# and without the answering paragraph; see the Space's evaluation for how it does elsewhere.
_COVERAGE, _MARGIN, _BIAS = 13.5, 0.75, -11.0
_COVERAGE_ALONE, _BIAS_ALONE = 15.5, -6.5


def confidence(coverage: float, margin: float | None) -> float:
    """Return how sure it is that a question is about the documents, 0 to 1; half is the gate.

    Args:
        coverage: Share of the question's words, by weight, that its best passage holds, 0 to 1.
        margin: Standard deviations of its best cosine above strangers; none without a cosine.
    """
    if margin is None:
        sign = _COVERAGE_ALONE * coverage + _BIAS_ALONE
    else:
        sign = _COVERAGE * coverage + _MARGIN * margin + _BIAS
    return float(1 / (1 + np.exp(-sign)))


def margin(index: Index, embedder: Embedder, best: float) -> float | None:
    """Return how far the cosine ``best`` stands above strangers, in standard deviations.

    Only passages and strangers in languages that the model understands are compared: what it
    makes of others is noise. None where no passage is in one.
    """
    order = np.random.default_rng(0).permutation(len(index.passages)).tolist()
    known = (row for row in order if _understood(embedder, index.passages[row].text))
    rows = np.sort(np.array([*islice(known, _SAMPLE)], np.int64))
    if not len(rows):
        return None
    met = _strangers(embedder) @ index.vectors(rows).T
    return float((best - met.mean()) / max(float(met.std()), _LEAST_SPREAD))


_embedded: weakref.WeakKeyDictionary[Embedder, Vectors] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def _strangers(embedder: Embedder) -> Vectors:
    """Return the vectors of the general questions, made once for each engine."""
    with _lock:
        if embedder not in _embedded:
            asked = [text for text in STRANGERS if _understood(embedder, text)]
            _embedded[embedder] = np.concatenate([embedder.question(text) for text in asked])
        return _embedded[embedder]


def _understood(embedder: Embedder, text: str) -> bool:
    return language_of(text) in embedder.languages
