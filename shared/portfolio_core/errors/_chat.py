"""What is wrong with a conversation."""

from collections.abc import Iterable

from portfolio_core.errors._base import InvalidInput, quoted


class TooManyMessages(InvalidInput):
    """The conversation is over the limit of messages."""

    code = "too_many_messages"
    message_template = "The conversation has {given:,} messages; the limit is {limit:,}."
    hint_template = "Send the newest ones, or begin a new conversation."

    def __init__(self, given: int, limit: int) -> None:
        super().__init__(given=given, limit=limit)


class NothingAsked(InvalidInput):
    """The conversation does not end with the user's message, or its order is wrong."""

    code = "nothing_asked"
    message_template = "The last message is not the user's, or a system message is not the first."
    hint_template = "Put the system's message first, if there is one, and the question last."


class PromptTooLong(InvalidInput):
    """The last message alone has more tokens than leave room for a reply."""

    code = "prompt_too_long"
    message_template = "The last message has {given:,} tokens; there is room for {limit:,}."
    hint_template = "Shorten it, or ask for a shorter reply."

    def __init__(self, given: int, limit: int) -> None:
        super().__init__(given=given, limit=limit)


class UnknownAdapter(InvalidInput):
    """No adapter of that name is here; one that was trained here may be gone."""

    code = "unknown_adapter"
    status = 404
    message_template = "There is no adapter {name} here."
    hint_template = "Choose one that is listed; one that was trained here is kept for an hour."

    def __init__(self, name: object) -> None:
        super().__init__(name=quoted(name))


class UnknownModel(InvalidInput):
    """A caller names a model that is not run for the task; ``code`` is OpenAI's."""

    code = "model_not_found"
    status = 404
    message_template = "There is no model {name} for this here."
    hint_template = "Name one of: {choices}."

    def __init__(self, name: object, choices: Iterable[str]) -> None:
        super().__init__(name=quoted(name), choices=", ".join(choices), parameter="model")


class AdapterUnsafe(InvalidInput):
    """An adapter's weights are a pickle, which is a program."""

    code = "adapter_unsafe"
    status = 422
    message_template = "The weights of the adapter {name} are a pickle, which could run anything."
    hint_template = "Save them as safetensors."

    def __init__(self, name: str) -> None:
        super().__init__(name=quoted(name))


class AdapterTooLarge(InvalidInput):
    """An adapter's rank is over the limit."""

    code = "adapter_too_large"
    status = 413
    message_template = "The adapter has rank {rank:,}; the limit is {limit:,}."
    hint_template = "Train one of a smaller rank; 8 to 64 is common."

    def __init__(self, rank: int, limit: int) -> None:
        super().__init__(rank=rank, limit=limit)
