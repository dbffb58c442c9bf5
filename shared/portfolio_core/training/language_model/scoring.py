"""How good the model is: on conversations it never saw, and on what visitors ask."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, NonNegativeFloat, NonNegativeInt, PositiveInt

from portfolio_core.engines.chat import GREEDY, ChatEngine, ChatRequest, Message
from portfolio_core.files import write_atomically
from portfolio_core.training.language_model import fitting
from portfolio_core.training.language_model.chance import chance
from portfolio_core.training.language_model.rows import Encoder, batches
from portfolio_core.training.language_model.sources import Conversation, Language

FILE = "metrics.json"
_REPLY_TOKENS, _ANSWERED = 96, 60
_BATCH = 4096


class Held(BaseModel):
    """The loss of held-out replies of one language.

    Attributes:
        conversations: How many.
        tokens: Tokens of their last replies.
        loss: Mean over those tokens, in nats.
        answered: How many of them the model was let answer itself.
        ended: Share of its answers that it ended itself, 0 to 1.
        in_language: Share of its answers that are in the language they were asked in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversations: PositiveInt
    tokens: PositiveInt
    loss: NonNegativeFloat
    answered: PositiveInt
    ended: NonNegativeFloat
    in_language: NonNegativeFloat

    @property
    def perplexity(self) -> float:
        """The exponential of the loss."""
        return math.exp(self.loss)


class Metrics(BaseModel):
    """What is known of a model that was trained here.

    Attributes:
        parameters: Numbers in its weights.
        steps: Steps of its training.
        tokens: Tokens of all steps together, filling included.
        seconds: How long they took.
        held_out: By language.
        samples: Prompts and what it answers, drawn without chance.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    parameters: PositiveInt
    steps: PositiveInt
    tokens: PositiveInt
    seconds: NonNegativeInt
    held_out: Mapping[Language, Held]
    samples: Mapping[str, str]

    def write(self, folder: Path) -> None:
        """Write them into ``folder``."""
        write_atomically(folder / FILE, (self.model_dump_json(indent=1) + "\n").encode())

    @classmethod
    def read(cls, folder: Path) -> "Metrics":
        """Read those of the model in ``folder``.

        Raises:
            FileNotFoundError: there are none.
        """
        return cls.model_validate_json((folder / FILE).read_bytes())


def held_out(
    model: Any,  # noqa: ANN401 - transformers has no types
    engine: ChatEngine,
    encode: Encoder,
    talks: Sequence[Conversation],
) -> Held:
    """Measure on ``talks``, all of one language."""
    import torch

    rows = [encode(talk) for talk in talks]
    tokens = sum(len(row.ids) - row.reply for row in rows)
    total = 0.0
    with torch.inference_mode():
        for taken in batches(rows, _BATCH, chance(0), whole=False):
            total += fitting.loss_of(model, taken, half=False, total=True).item()
    asked = talks[:_ANSWERED]
    replies = [reply(engine, talk.messages[:-1]) for talk in asked]
    kept = [
        language_of(text) == talk.language for (text, _), talk in zip(replies, asked, strict=True)
    ]
    return Held(
        conversations=len(rows),
        tokens=tokens,
        loss=total / tokens,
        answered=len(asked),
        ended=sum(ended for _, ended in replies) / len(asked),
        in_language=sum(kept) / len(asked),
    )


def reply(engine: ChatEngine, messages: Sequence[Message]) -> tuple[str, bool]:
    """Return the likeliest reply, and whether the model ended it itself."""
    pieces = list(engine.stream(ChatRequest(tuple(messages), _REPLY_TOKENS, 0, GREEDY)))
    end = pieces[-1].end
    return "".join(piece.text for piece in pieces).strip(), bool(end and end.reason == "stop")


def language_of(text: str) -> Language:
    """Return Korean for a text in which as many letters are Korean as not, else English."""
    letters = [sign for sign in text if sign.isalpha()]
    korean = sum("가" <= letter <= "힣" for letter in letters)
    return "ko" if letters and 2 * korean >= len(letters) else "en"
