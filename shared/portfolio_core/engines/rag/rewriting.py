"""Questions that lean on earlier ones, made to stand alone, so that they can be searched."""

import re
from collections.abc import Callable, Sequence

from portfolio_core.engines.rag import Turn
from portfolio_core.engines.rag.prompt import Say, harmless
from portfolio_core.engines.rag.wording import Wording

Rewriter = Callable[[str, Sequence[Turn]], str]
"""Takes a question and the turns before it, oldest first; returns one that stands alone."""

_LEANS = re.compile(
    r"\b(?:it|its|he|him|his|she|her|hers|they|them|their|theirs|this|that|these|those|there|"
    r"former|latter)\b|\A\W*(?:and|but|so|what about|how about|what else|why|why not|how so)\b"
    r"|(?<![가-힣])(?:그것|그건|그게|이것|이건|이게|저것|그는|그가|그의|그를|그녀|그들|그때|그곳|거기|여기|"
    r"그럼|그러면|그리고|그런데|왜요?\b|그\s|이\s)",
    re.IGNORECASE,
)
_MOST_TOPICS = 4
_FEWEST_KEYS = 2  # a question with fewer words of its own cannot be searched
_REWRITE_TOKENS = 80
_LONGEST = 300
_SYSTEM = """\
Rewrite the last question so that it can be understood without the conversation: put names in \
the place of words such as "it" or "그것". Keep its language and its meaning. Do not answer it. \
Write the question and nothing else."""


def carry_over(question: str, history: Sequence[Turn]) -> str:
    """Return ``question`` with the topic of the question before it, where it leans on that.

    Whether it does is told by its words ("it", "그것", "what about") or by their being too few.
    """
    if not history or not leans(question):
        return question
    before = carry_over(history[-1].question, history[:-1])
    asked = Wording(question)
    topics = [topic for topic in _topics(before) if not asked.mentions(topic)]
    return f"{', '.join(topics[:_MOST_TOPICS])}: {question}" if topics else question


def leans(question: str) -> bool:
    """Return whether ``question`` cannot be understood by itself, as far as its words tell."""
    return bool(_LEANS.search(question)) or len(Wording(question).keys) < _FEWEST_KEYS


def by_model(say: Say) -> Rewriter:
    """Return a rewriter that asks a language model, and carries over where that fails."""

    def rewrite(question: str, history: Sequence[Turn]) -> str:
        if not history:
            return question
        told = [f"Q: {harmless(turn.question)}\nA: {harmless(turn.answer)}" for turn in history]
        asked = "\n".join([*told[-_MOST_TOPICS:], f"Last question: {harmless(question)}"])
        written = "".join(say((("system", _SYSTEM), ("user", asked)), _REWRITE_TOKENS, 0)).strip()
        usable = written and "\n" not in written and len(written) <= _LONGEST
        return written if usable else carry_over(question, history)

    return rewrite


def _topics(question: str) -> list[str]:
    """Return what a question is about: its names, or else its content words as written."""
    # A question that was carried over already begins with its topics.
    carried, colon, _ = question.partition(": ")
    if colon:
        return carried.split(", ")
    wording = Wording(question)
    if wording.names:
        return list(wording.names)
    words = re.findall(r"[\w<>'’+#-]+", question)
    return list(dict.fromkeys(topic for word in words for topic in _topic(word)))


def _topic(word: str) -> tuple[str, ...]:
    """Return a word of content for people: in English as it stands, in Korean without endings."""
    keys = Wording(word).keys
    return (word,) if keys and word.isascii() else keys
