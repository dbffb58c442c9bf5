"""The way from a question to its answer as a chain of LangChain's runnables.

    rewrite | search | write and check

Each step adds to what the one before it has found out. ``stream`` yields the answer while it
grows, ``invoke`` the finished one, and whatever else LangChain does with a runnable (callbacks,
retries, its own tracing) works with it. Import this module late: langchain-core takes a second.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import (  # noqa: TID253 - the module is imported late
    Runnable,
    RunnableConfig,
    RunnableLambda,
    RunnablePassthrough,
)

from portfolio_core.engines.rag import Answer, Embedder, Found, Turn, Writer
from portfolio_core.engines.rag.answering import Question, write
from portfolio_core.engines.rag.rewriting import carry_over
from portfolio_core.engines.rag.support import Embed
from portfolio_core.text.clean import language_of


@dataclass(frozen=True)
class Parts:
    """What a chain is made of.

    Attributes:
        search: Finds passages for a question that stands alone.
        writer: Writes from them.
        rewrite: Lets a question stand alone.
        embedder: For the check of paraphrases.
        check: Called between steps and pieces; what it raises ends the work.
    """

    search: Callable[[str], Found]
    writer: Writer
    rewrite: Callable[[str, Sequence[Turn]], str] = carry_over
    embedder: Embedder | None = None
    check: Callable[[], None] = lambda: None


def build(parts: Parts) -> Runnable[Question, Answer]:
    """Return the chain: :class:`Question` in, :class:`Answer` out."""

    def rewrite(state: dict[str, Any]) -> str:
        parts.check()
        asked: Question = state["asked"]
        return parts.rewrite(asked.text, asked.history)

    def search(state: dict[str, Any]) -> Found:
        parts.check()
        return parts.search(state["searched"])

    chain: Runnable[Question, Answer] = (
        RunnableLambda(_state)
        | RunnablePassthrough.assign(searched=RunnableLambda(rewrite))
        | RunnablePassthrough.assign(found=RunnableLambda(search))
        | _Writing(parts)
    )
    return chain


class _Writing(Runnable[dict[str, Any], Answer]):
    """The last step. An answer replaces the one before it, which pieces of text do not."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def invoke(
        self,
        input: dict[str, Any],  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> Answer:
        """Return the finished answer."""
        *_, last = self.stream(input, config, **kwargs)
        return last

    def stream(
        self,
        input: dict[str, Any],  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ANN401, ARG002
    ) -> Iterator[Answer]:
        """Yield the answer while it grows."""
        yield from write(
            input["asked"],
            input["found"],
            self._parts.writer,
            searched=input["searched"],
            embed=_embed(self._parts.embedder, input["searched"]),
            check=self._parts.check,
        )


def _embed(embedder: Embedder | None, question: str) -> Embed | None:
    """Return what embeds sentences, where it understands their language."""
    if embedder is None or language_of(question) not in embedder.languages:
        return None
    return embedder.passages


def _state(question: Question) -> dict[str, Any]:
    return {"asked": question}
