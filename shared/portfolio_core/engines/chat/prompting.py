"""From messages to the ids a model reads: exactly its own template, and nobody else's tokens.

A chat model tells who speaks by special tokens such as ``<|im_start|>``. A tokenizer that is
given the rendered template finds them wherever they stand, also where a user or a document
wrote them, and whoever writes them speaks as the system. So the template is rendered with
place holders, only the template's own text may become special tokens, and what was said is
encoded by a tokenizer that has none. For messages without such text the ids are those of the
plain way, to the token.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from portfolio_core.engines.chat import Message
from portfolio_core.errors import PromptTooLong

# From a private-use area; no message's own text is rendered, so nobody can write one.
_OPEN, _CLOSE = "\ue000", "\ue001"
_END_OF_THINKING = "</think>"


class Prompter:
    """Encodes conversations for one tokenizer of ``transformers``."""

    def __init__(self, tokenizer: Any) -> None:  # noqa: ANN401 - transformers has no types
        """Take apart the tokenizer; its template must be one of chats."""
        from tokenizers import Tokenizer

        whole = tokenizer.backend_tokenizer
        self._plain = Tokenizer(whole.model)
        self._plain.normalizer = whole.normalizer
        self._plain.pre_tokenizer = whole.pre_tokenizer
        self._tokenizer = tokenizer
        self.special: dict[str, int] = dict(tokenizer.get_added_vocab())
        """Every token that is not text, with its id."""
        names = sorted(self.special, key=len, reverse=True)
        places = f"{_OPEN}[0-9]+{_CLOSE}"
        self._marks = re.compile("(" + "|".join([places, *map(re.escape, names)]) + ")")

    def plain(self, text: str) -> list[int]:
        """Return the ids of ``text`` as nothing but text."""
        ids: list[int] = self._plain.encode(text, add_special_tokens=False).ids
        return ids

    def ids(self, messages: Sequence[Message], *, thinking: bool = False) -> list[int]:
        """Return the ids of a conversation up to where the model's reply, or thinking, begins."""
        ids: list[int] = []
        run = ""  # text up to the next special token is encoded in one go, as a tokenizer does
        for part in self._marks.split(self._rendered(messages, thinking)):
            if part in self.special:
                ids += [*self.plain(run), self.special[part]]
                run = ""
            elif part.startswith(_OPEN):
                run += _said(messages[int(part.strip(_OPEN + _CLOSE))])
            else:
                run += part
        return ids + self.plain(run)

    def fit(
        self, messages: Sequence[Message], room: int, *, thinking: bool = False
    ) -> tuple[list[int], int]:
        """Return the ids of as many of the newest messages as fit, and how many were dropped.

        The system's message stays; what is left begins with a user's message.

        Raises:
            PromptTooLong: not even the last message fits.
        """
        system = list(messages[:1]) if messages[0].role == "system" else []
        rest = messages[len(system) :]
        starts = [n for n, message in enumerate(rest) if message.role == "user"]

        def encoded(start: int) -> list[int]:
            return self.ids([*system, *rest[start:]], thinking=thinking)

        # The later the start, the fewer the tokens.
        first = bisect_left(starts, True, key=lambda start: len(encoded(start)) <= room)
        if first == len(starts):
            raise PromptTooLong(len(encoded(starts[-1])), room)
        return encoded(starts[first]), starts[first]

    def _rendered(self, messages: Sequence[Message], thinking: bool) -> str:
        told = [
            {"role": message.role, "content": f"{_OPEN}{n}{_CLOSE}"}
            for n, message in enumerate(messages)
        ]
        text: str = self._tokenizer.apply_chat_template(
            told, tokenize=False, add_generation_prompt=True, enable_thinking=thinking
        )
        return text


def _said(message: Message) -> str:
    """Return a message's text; of an earlier reply only what came after its thinking."""
    if message.role != "assistant":
        return message.text
    _, found, answer = message.text.rpartition(_END_OF_THINKING)
    return answer.lstrip("\n") if found else message.text
