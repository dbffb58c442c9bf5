"""A question and its passages in, a checked answer out, growing while it is written."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from portfolio_core.engines.rag import Answer, Found, Sentence, Turn, Writer
from portfolio_core.engines.rag.citations import Parser
from portfolio_core.engines.rag.retrieval import question_of
from portfolio_core.engines.rag.spans import short_answer
from portfolio_core.engines.rag.support import Embed, checked
from portfolio_core.errors import (
    InvalidInput,
    NumberOutOfRange,
    TextTooLong,
    TooManyMessages,
)
from portfolio_core.settings import Limits

LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class Question:
    """What is asked, checked and ready. Callers' values go through :func:`request`.

    Attributes:
        text: The question.
        history: The turns before it, oldest first.
        seed: For writers that draw, 0 to 2**32 - 1.
    """

    text: str
    history: tuple[Turn, ...] = ()
    seed: int = 0


def request(
    question: object, history: object = (), seed: object = None, *, limits: Limits
) -> Question:
    """Check a caller's values, whatever their types, and return them as a question.

    Args:
        question: The text.
        history: Earlier questions and answers, a list of pairs, oldest first.
        seed: 0 to 2**32 - 1; none draws one.
        limits: What a caller may ask for.

    Raises:
        InvalidInput: a value is not of its type.
        EmptyText: the question has no word.
        TextTooLong: the question, or a text of the history, is over its limit.
        TooManyMessages: the history is over the limit of messages.
        NumberOutOfRange: the seed is outside its range.
    """
    if not isinstance(history, list | tuple):
        raise InvalidInput
    if 2 * len(history) >= limits.chat_messages:
        raise TooManyMessages(2 * len(history) + 1, limits.chat_messages)
    text = question_of(question, limits)
    return Question(text, tuple(_turn(one, limits) for one in history), _seed(seed))


def write(
    question: Question,
    found: Found,
    writer: Writer,
    *,
    searched: str,
    embed: Embed | None = None,
    check: Callable[[], None] = lambda: None,
) -> Iterator[Answer]:
    """Yield the answer so far whenever it has grown; the last one is finished.

    Nothing is written where the search says that the question is about something else, and what
    was written does not count where no sentence of it stands on a passage: then the documents
    do not hold the answer, and ``found`` shows what comes nearest.

    Args:
        question: What was asked.
        found: The passages.
        writer: Writes from them.
        searched: The question as searched, which stands alone.
        embed: For the check of paraphrases.
        check: Called before each piece; what it raises ends the work.
    """
    empty = Answer((), abstained=False, found=found, question=searched, writer=writer.key)
    if not found.relevant or not found.hits:
        yield replace(empty, abstained=True)
        return
    parser = Parser()
    sentences: list[Sentence] = []
    for piece in writer.write(searched, found.hits, question.history, question.seed):
        check()
        sentences += [checked(marked, found.hits, embed) for marked in parser.feed(piece)]
        yield replace(empty, sentences=tuple(sentences), pending=parser.open, finished=False)
    sentences += [checked(marked, found.hits, embed) for marked in parser.rest()]
    if not any(sentence.supported for sentence in sentences):
        yield replace(empty, abstained=True)
        return
    yield replace(empty, sentences=tuple(sentences), short=_short(searched, sentences))


def _short(question: str, sentences: Sequence[Sentence]) -> str:
    """Return the short answer of the first sentence that is supported, where there is one."""
    first = next(s for s in sentences if s.supported)
    return short_answer(question, first.text)


def _turn(given: object, limits: Limits) -> Turn:
    if not isinstance(given, list | tuple) or len(given) != 2:  # noqa: PLR2004 - a pair
        raise InvalidInput
    return Turn(_text(given[0], limits), _text(given[1], limits))


def _text(given: object, limits: Limits) -> str:
    if not isinstance(given, str):
        raise InvalidInput
    if len(given) > limits.chat_characters:
        raise TextTooLong(len(given), limits.chat_characters)
    return given.encode("utf-8", "replace").decode("utf-8")


def _seed(given: object) -> int:
    if given is None:
        return secrets.randbelow(LARGEST_SEED + 1)
    whole = isinstance(given, int | float) and not isinstance(given, bool)
    if whole and 0 <= given <= LARGEST_SEED and given == int(given):  # type: ignore[operator, call-overload]
        return int(given)  # type: ignore[call-overload, no-any-return]
    raise NumberOutOfRange("seed", given, 0, LARGEST_SEED)
