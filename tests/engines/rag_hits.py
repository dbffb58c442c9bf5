"""Passages, hits and writers that the tests of answering share."""

from portfolio_core.engines.rag import Found, Hit, Passage

TEXTS = (
    (
        "Nikola Tesla was born in Smiljan in 1856. He moved to New York in 1884, where Thomas "
        "Edison gave him work. Tesla never married. He held about 300 patents."
    ),
    (
        "The Rhine begins in the Swiss Alps. Between Bingen and Bonn it flows through the Rhine "
        "Gorge. It is about 1,230 kilometres long."
    ),
    (
        "소유권은 러스트의 가장 독특한 특성입니다. "
        "한 값의 소유자는 동시에 여럿 존재할 수 없습니다. "
        "소유자가 스코프 밖으로 벗어날 때, 값은 버려집니다. "
        "스택에 데이터를 추가하는 행위를 *푸시 (push)* 라고 합니다."
    ),
    "세종대왕은 1443년에 훈민정음을 만들었습니다. 집현전 학자 8명이 그를 도왔습니다.",
)


def hits(*texts, headings=()):
    """Return hits of these texts, or of :data:`TEXTS`, best first."""
    headings = headings or [""] * len(texts or TEXTS)
    return tuple(
        Hit(Passage(f"p{n}", text, "notes.txt", n, heading, 0, len(text)), 1 / n, 0.5, 1.0, n)
        for n, (text, heading) in enumerate(zip(texts or TEXTS, headings, strict=True), 1)
    )


def found(*texts, relevant=True):
    """Return what a search would return with these texts."""
    return Found(hits(*texts), relevant, 0.9 if relevant else 0.1)


class Scripted:
    """A writer that writes what it is told to, piece by piece, and keeps what it was asked."""

    key = "scripted"
    revision = "1"

    def __init__(self, text, size=3):
        self.text, self.size, self.asked = text, size, []

    def write(self, question, hits, history, seed):
        self.asked.append((question, hits, history, seed))
        for at in range(0, len(self.text), self.size):
            yield self.text[at : at + self.size]
