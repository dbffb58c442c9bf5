"""Chat: what an engine of this task is, and what it is asked.

An engine writes a reply piece by piece, so that a caller can show it while it grows and stop
it within a token. It knows nothing of documents, pages or users.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

from portfolio_core.engine import Engine
from portfolio_core.errors import (
    EmptyText,
    InvalidInput,
    NothingAsked,
    NumberOutOfRange,
    TextTooLong,
    TooManyMessages,
    UnknownAdapter,
    UnknownChoice,
)
from portfolio_core.settings import Limits

TASK = "chat"
LARGEST_SEED = 2**32 - 1
MOST_STOPS = 4
"""Stop strings of one request, as in the API of OpenAI."""
LONGEST_KEY = 100
"""Characters of an adapter's key."""
LONGEST_STOP = 100
"""Characters of one stop string."""

Role = Literal["system", "user", "assistant"]
Reason = Literal["stop", "length"]
"""Why a reply ended: the model or a stop string ended it, or ``max_tokens`` was reached."""


@dataclass(frozen=True)
class Message:
    """One message of a conversation.

    Attributes:
        role: Who says it.
        text: What is said. Plain text: a special token written in it is none.
    """

    role: Role
    text: str


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn. The defaults are Qwen's own for replies without thinking.

    Attributes:
        temperature: 0 = always the likeliest token, up to 2.
        top_p: Share of probability that the likeliest tokens drawn from must reach, 0 to 1.
        top_k: Number of likeliest tokens drawn from, 0 = all, up to 200.
        repetition_penalty: 1 = none, up to 2; divides the score of tokens that were there.
    """

    temperature: float = 0.7
    top_p: float = 0.8
    top_k: int = 20
    repetition_penalty: float = 1.0


GREEDY = Sampling(temperature=0.0)


@dataclass(frozen=True)
class ChatRequest:
    """What to reply to, checked and ready. Callers' values go through :func:`request`.

    Attributes:
        messages: The conversation; only the first may be the system's, the last is the user's.
        max_tokens: The reply ends after so many.
        seed: Decides all draws, 0 to 2**32 - 1.
        sampling: How tokens are drawn.
        stop: Strings that end the reply; it does not contain them.
        adapter: Key of the adapter that the model wears; empty = the base alone.
        thinking: Whether the model may think first, where it has learnt to.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    seed: int
    sampling: Sampling = Sampling()
    stop: tuple[str, ...] = ()
    adapter: str = ""
    thinking: bool = False


@dataclass(frozen=True)
class End:
    """How a reply ended.

    Attributes:
        reason: Why.
        prompt_tokens: Tokens that the model read.
        reply_tokens: Tokens that it wrote, the ending one not counted.
        dropped_messages: Oldest messages left out because the context has no room for them.
    """

    reason: Reason
    prompt_tokens: int
    reply_tokens: int
    dropped_messages: int


@dataclass(frozen=True)
class Piece:
    """What a reply has grown by.

    Attributes:
        text: To be appended; may be empty.
        end: In the last piece: how the reply ended.
        thinking: What the model has thought since the last piece; empty where it may not.
    """

    text: str
    end: End | None = None
    thinking: str = ""


class ChatEngine(Engine, Protocol):
    """An engine that replies."""

    key: str
    """Key of its model in the catalog, or the name of its folder."""
    context: int
    """Tokens that prompt and reply may have together."""

    def stream(
        self, wanted: ChatRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[Piece]:
        """Yield the reply in pieces; the last one has an end, and only that one.

        Args:
            wanted: What to reply to.
            check: Called before each token and between parts of a long prompt; what it raises
                ends the work.

        Raises:
            PromptTooLong: the system's and the newest message alone leave no room to reply.
            UnknownAdapter: there is no adapter of that key.
        """
        ...

    def stream_together(
        self, wanted: Sequence[ChatRequest], check: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[int, Piece]]:
        """Yield several replies while they grow side by side: number of the request, and piece.

        The model reads all of them in one pass, so two take little longer than one.

        Args:
            wanted: What to reply to; each may have its own messages, adapter and seed.
            check: As for :meth:`stream`.

        Raises:
            PromptTooLong, UnknownAdapter: as for :meth:`stream`.
        """
        ...


def request(
    messages: object,
    *,
    limits: Limits,
    max_tokens: object = 512,
    seed: object = None,
    temperature: object = Sampling.temperature,
    top_p: object = Sampling.top_p,
    top_k: object = Sampling.top_k,
    repetition_penalty: object = Sampling.repetition_penalty,
    stop: object = (),
    adapter: object = "",
    thinking: object = False,
) -> ChatRequest:
    """Check a caller's values, whatever their types, and return them as a request.

    Args:
        messages: A list of ``{"role": ..., "content": ...}``, as in the API of OpenAI.
        limits: What a caller may ask for.
        max_tokens: 1 to the limit.
        seed: 0 to 2**32 - 1; none draws one.
        temperature: 0 to 2.
        top_p: 0 to 1.
        top_k: 0 to 200.
        repetition_penalty: 1 to 2.
        stop: One string, or up to four.
        adapter: Key of an adapter; whether there is such a one, its engine knows.
        thinking: True or false.

    Raises:
        InvalidInput: a value is not of its type.
        TooManyMessages: there are more messages than the limit.
        TextTooLong: a message or a stop string is over its limit.
        UnknownAdapter: the adapter's key is longer than any.
        EmptyText: a message or a stop string is empty.
        UnknownChoice: a role is none of the three.
        NothingAsked: the last message is not the user's, or a system's message is not the first.
        NumberOutOfRange: a number is outside its range, or there are too many stop strings.
    """
    return ChatRequest(
        messages=_messages(messages, limits),
        max_tokens=_whole("max_tokens", max_tokens, 1, limits.chat_tokens),
        seed=secrets.randbelow(LARGEST_SEED + 1)
        if seed is None
        else _whole("seed", seed, 0, LARGEST_SEED),
        sampling=Sampling(
            _number("temperature", temperature, 0, 2),
            _number("top_p", top_p, 0, 1),
            _whole("top_k", top_k, 0, 200),
            _number("repetition_penalty", repetition_penalty, 1, 2),
        ),
        stop=_stops(stop),
        adapter=_key(adapter),
        thinking=_switch(thinking),
    )


def arguments(wanted: ChatRequest) -> dict[str, Any]:
    """Return ``wanted`` as the arguments of an endpoint, ready to be sent again."""
    sampling = wanted.sampling
    return {
        "messages": [{"role": one.role, "content": one.text} for one in wanted.messages],
        "adapter": wanted.adapter,
        "seed": wanted.seed,
        "max_tokens": wanted.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "repetition_penalty": sampling.repetition_penalty,
        "thinking": wanted.thinking,
    }


def saying(
    engine: ChatEngine, check: Callable[[], None] = lambda: None
) -> Callable[[Sequence[tuple[str, str]], int, int], Iterator[str]]:
    """Return ``engine`` as a plain function, for parts that know nothing of chat engines.

    The function takes pairs of role and text, the most tokens and a seed, and yields the reply's
    text, drawn without chance: where facts are asked for, the likeliest word is the one wanted.
    """

    def say(messages: Sequence[tuple[str, str]], max_tokens: int, seed: int) -> Iterator[str]:
        told = tuple(Message(_role(role), text) for role, text in messages)
        for piece in engine.stream(ChatRequest(told, max_tokens, seed, GREEDY), check):
            yield piece.text

    return say


def _messages(given: object, limits: Limits) -> tuple[Message, ...]:
    if not isinstance(given, list | tuple):
        raise InvalidInput
    if len(given) > limits.chat_messages:
        raise TooManyMessages(len(given), limits.chat_messages)
    messages = tuple(_message(one, limits) for one in given)
    if not messages or messages[-1].role != "user":
        raise NothingAsked
    if any(message.role == "system" for message in messages[1:]):
        raise NothingAsked
    return messages


def _message(given: object, limits: Limits) -> Message:
    if not isinstance(given, dict):
        raise InvalidInput
    return Message(_role(given.get("role")), _text(given.get("content"), limits.chat_characters))


def _role(given: object) -> Role:
    if given not in get_args(Role):
        raise UnknownChoice("role", given, get_args(Role))
    return given  # type: ignore[return-value]


def _stops(given: object) -> tuple[str, ...]:
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list | tuple):
        raise InvalidInput
    if len(listed) > MOST_STOPS:
        raise NumberOutOfRange("number of stop strings", len(listed), 0, MOST_STOPS)
    return tuple(_text(one, LONGEST_STOP, blank=True) for one in listed)


def _key(given: object) -> str:
    if not isinstance(given, str):
        raise InvalidInput
    if len(given) > LONGEST_KEY:
        raise UnknownAdapter(given)
    return given


def _switch(given: object) -> bool:
    if not isinstance(given, bool):
        raise InvalidInput
    return given


def _text(given: object, longest: int, *, blank: bool = False) -> str:
    if not isinstance(given, str):
        raise InvalidInput
    if len(given) > longest:
        raise TextTooLong(len(given), longest)
    if not (given if blank else given.strip()):
        raise EmptyText
    # Half of a surrogate pair is no character; a tokenizer would break on it.
    return given.encode("utf-8", "replace").decode("utf-8")


def _whole(parameter: str, given: Any, low: int, high: int) -> int:  # noqa: ANN401
    # bool is an int to Python; a page sends whole numbers as floats.
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if number and low <= given <= high and given == int(given):
        return int(given)
    raise NumberOutOfRange(parameter, given, low, high)


def _number(parameter: str, given: Any, low: float, high: float) -> float:  # noqa: ANN401
    # NaN fails every comparison; an integer may be too large for float().
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if number and low <= given <= high:
        return float(given)
    raise NumberOutOfRange(parameter, given, low, high)
