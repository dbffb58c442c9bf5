"""One reply while it grows: tokens are drawn, become text, and the text ends somewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from portfolio_core.engines.chat import ChatRequest, End, Piece, Reason
from portfolio_core.engines.chat.drawing import Draw
from portfolio_core.engines.chat.output import THINKING, THOUGHT, Characters, Visible

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""


@dataclass(frozen=True)
class Vocabulary:
    """What the tokens of a model are.

    Attributes:
        text: Tokens that are text, as they stand in the vocabulary, by id.
        ends: Ids that end a reply.
        thinking: Tokens around what a model thinks, by id.
        size: Number of scores that the model gives.
    """

    text: Mapping[int, str]
    ends: frozenset[int]
    thinking: Mapping[int, str]
    size: int


def vocabulary(model: Any, tokenizer: Any) -> Vocabulary:  # noqa: ANN401 - of transformers
    """Return the vocabulary of a model and its tokenizer."""
    added = tokenizer.get_added_vocab()
    told = model.generation_config.eos_token_id
    listed = told if isinstance(told, list) else [told]
    return Vocabulary(
        text={n: token for token, n in tokenizer.get_vocab().items() if token not in added},
        ends=frozenset(n for n in [*listed, tokenizer.eos_token_id] if n is not None),
        thinking={added[name]: name for name in (THINKING, THOUGHT) if name in added},
        size=model.config.vocab_size,
    )


class Reply:
    """A reply that takes scores and gives pieces, until it has ended."""

    def __init__(
        self,
        wanted: ChatRequest,
        prompt: Sequence[int],
        dropped: int,
        vocabulary: Vocabulary,
        device: str,
    ) -> None:
        """Begin after ``prompt``, for which ``dropped`` messages were left out."""
        spelled = {**vocabulary.text, **(vocabulary.thinking if wanted.thinking else {})}
        allowed = spelled.keys() | vocabulary.ends
        self.unread = list(prompt)
        """Ids that the model has not read yet."""
        self.ended = False
        self._wanted = wanted
        self._dropped = dropped
        self._before = list(prompt)
        self._prompt_tokens = len(prompt)
        self._spelled, self._ends = spelled, vocabulary.ends
        self._draw = Draw(wanted.sampling, wanted.seed, allowed, vocabulary.size, device)
        self._characters, self._visible = Characters(), Visible(wanted.stop)
        self._written = 0

    def take(self, scores: Tensor) -> Piece | None:
        """Draw the next token; return what the reply has grown by, where that is known yet.

        Args:
            scores: The model's logits, shape (1, vocabulary), float32.
        """
        token = self._draw(self._before, scores)
        self._before.append(token)
        self.unread = [token]
        if token in self._ends:
            return self._end("stop", "")
        self._written += 1
        text = self._visible.feed(self._characters.feed(self._spelled[token]))
        if self._visible.stopped:
            return self._end("stop", text)
        if self._written == self._wanted.max_tokens:
            return self._end("length", text)
        return self._piece(text)

    def _end(self, reason: Reason, text: str) -> Piece:
        self.ended = True
        if not self._visible.stopped:
            text += self._visible.feed(self._characters.rest(), last=True)
        end = End(reason, self._prompt_tokens, self._written, self._dropped)
        return Piece(text, end, self._thought())

    def _piece(self, text: str) -> Piece | None:
        thought = self._thought()
        return Piece(text, thinking=thought) if text or thought else None

    def _thought(self) -> str:
        thought = self._visible.thought()
        return thought if self._wanted.thinking else ""
