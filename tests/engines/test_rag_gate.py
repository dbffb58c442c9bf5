"""The gate before the answers: natural questions of small documents, in both languages."""

import pytest
from tests.conftest import ROOT

from portfolio_core.engines.embeddings.minilm import MiniLmEngine
from portfolio_core.engines.rag.indexing import indexed
from portfolio_core.engines.rag.lexical import Bm25
from portfolio_core.engines.rag.retrieval import search
from portfolio_core.engines.rag.tokens import content, words
from portfolio_core.hardware import detect
from portfolio_core.media import documents
from portfolio_core.settings import Limits, Settings

SAMPLE = ("library-handbook-en.pdf", "apartment-guide-ko.md")
POTTERY = """\
# 한솔 도예 교실

도예 교실은 매주 화요일과 목요일 저녁 7시에 열립니다. 한 반은 여덟 명입니다.
수강료는 한 달에 12만 원이고 흙값은 따로 받지 않습니다. 앞치마는 빌려 드립니다.

# The garden

The garden has forty plots. A half plot costs 35 euros a year. A second key costs 10 euros.
Water is turned off from November to March. Chickens may be kept. The gate is locked at sunset.
"""
ANSWERED = {
    "sample": [
        "How much does a lost card cost?",
        "How long can I keep a book, and can I renew it?",
        "When is the story hour?",
        "Is the library open on Sundays?",
        "How many books can I borrow at once?",
        "What happens if I bring a book back late?",
        "Which tram goes to the library?",
        "How do I book a study room?",
        "What do students pay for a card?",
        "Is scanning free?",
        "Where can I return books at night?",
        "What is the fine for a late book?",
        "방문 차량은 몇 시간까지 무료인가요?",
        "헬스장은 언제 쉬나요?",
        "관리비는 언제까지 내야 하나요?",
        "고양이를 몇 마리까지 키울 수 있나요?",
        "침대 매트리스를 버리려면 얼마가 드나요?",
        "전기차 충전기는 어디에 있나요?",
        "손님방은 하룻밤에 얼마예요?",
        "이사할 때 공사는 언제 할 수 있어요?",
        "택배는 며칠 안에 찾아가야 해요?",
        "관리사무소는 일요일에도 여나요?",
        "책은 몇 권까지 빌릴 수 있어요?",
        "강아지를 키워도 되나요?",
    ],
    "small": [
        "How many plots are there?",
        "May chickens be kept?",
        "When is the gate locked?",
        "수강료는 얼마예요?",
        "한 반에 몇 명이에요?",
        "흙값을 따로 내나요?",
    ],
}
ABSENT = {
    "sample": [
        "How deep is the swimming pool?",
        "What is the capital of France?",
        "How do I train a puppy?",
        "Can I rent a car here?",
        "What is the phone number of the mayor?",
        "Which films won an Oscar last year?",
        "Does the cafe serve breakfast?",
        "Who wrote Hamlet?",
        "How tall is Mount Everest?",
        "Can you recommend a good restaurant?",
        "How much does a bus ticket cost?",
        "What time does the museum close?",
        "대한민국의 수도는 어디인가요?",
        "김치찌개는 어떻게 끓이나요?",
        "세종대왕은 언제 태어났나요?",
        "아파트 매매 가격은 얼마인가요?",
        "비행기 표는 어디서 사나요?",
        "월드컵 우승국은 어디예요?",
        "감기에 걸리면 무슨 약을 먹나요?",
        "버스 요금은 얼마예요?",
        "에베레스트 산의 높이는 얼마인가요?",
        "피아노를 배우려면 어떻게 하나요?",
        "테니스장은 어디에 있나요?",
        "대통령은 누구인가요?",
    ],
    "small": [
        "Who is the prime minister?",
        "How do I prune roses?",
        "What does a theatre ticket cost?",
        "라면은 몇 분 끓이나요?",
        "여권은 어디서 만드나요?",
        "중고차는 어디서 사나요?",
    ],
}


@pytest.fixture(scope="module")
def engine():
    return MiniLmEngine.load(None, detect(Settings()))


@pytest.fixture(scope="module")
def indexes(engine, tmp_path_factory):
    note = tmp_path_factory.mktemp("gate") / "small.md"
    note.write_text(POTTERY, "utf-8")
    examples = ROOT / "spaces" / "rag-chat" / "examples"
    files = {"sample": [examples / name for name in SAMPLE], "small": [note]}
    return {name: _index(engine, paths) for name, paths in files.items()}


@pytest.mark.parametrize("corpus", ["sample", "small"])
def test_natural_questions_of_small_documents_pass_and_strangers_do_not(corpus, engine, indexes):
    def passing(questions):
        return [q for q in questions if search(indexes[corpus], engine, q).relevant]

    assert passing(ANSWERED[corpus]) == ANSWERED[corpus]
    assert passing(ABSENT[corpus]) == []


def test_words_of_another_language_do_not_change_how_a_question_is_judged(engine, indexes):
    """The twin measures strangers on all passages: Korean ones are noise to this model."""
    whole = indexes["sample"]
    english = whole.keeping([p.document.endswith("en.pdf") for p in whole.passages])
    question = "How long can I keep a book, and can I renew it?"

    both, alone = (search(index, engine, question).confidence for index in (whole, english))

    assert both == pytest.approx(alone, abs=0.1)


def test_forms_of_a_word_cover_each_other_and_asking_covers_nothing():
    counts = Bm25().adding([words("A loan can be renewed."), words("Cards cost money.")])

    asked = content(words("How much does it cost to renew a card, and how long can I?"))

    assert asked == ["cost", "renew", "card"]
    assert counts.coverage(asked) == pytest.approx([1 / 3, 2 / 3])
    assert content(words("몇 시에 어디서 하나요?")) == []


def _index(engine, paths):
    index = None
    for path in paths:
        index, _ = indexed(documents.read(path, Limits()), engine, Limits(), to=index)
    return index
