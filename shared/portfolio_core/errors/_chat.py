"""What is wrong with a conversation."""

from portfolio_core.errors._base import InvalidInput


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
