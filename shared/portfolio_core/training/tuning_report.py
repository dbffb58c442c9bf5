"""What a LoRA training tells of itself: written beside the adapter, shown on the page."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, NonNegativeFloat, NonNegativeInt, PositiveInt

from portfolio_core.files import write_atomically

FILE = "report.json"

Measured = Literal["own", "before", "general"]
"""Which held-out rows a score is of: the new rows, those an adapter learnt before, chat in general.
"""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Score(_Part):
    """How well held-out replies are foretold; the loss is the mean over reply tokens, in nats.

    Attributes:
        rows: Which rows.
        tokens: Tokens of their replies.
        base_loss: Loss with the adapter off.
        tuned_loss: Loss with the adapter on.
        earlier_loss: Loss with the adapter that was gone on from, when there was one.
    """

    rows: Measured
    tokens: PositiveInt
    base_loss: NonNegativeFloat
    tuned_loss: NonNegativeFloat
    earlier_loss: NonNegativeFloat | None = None


class Step(_Part):
    """One point of the loss curve.

    Attributes:
        step: Number of the optimizer's step, from 1.
        loss: Mean loss of the reply tokens since the point before, in nats.
        held_out: Loss on the held-out rows, where it was measured at this step.
    """

    step: PositiveInt
    loss: NonNegativeFloat
    held_out: NonNegativeFloat | None = None


class Sample(_Part):
    """One fixed prompt and what both answer to it, drawn without chance."""

    prompt: str
    base: str
    tuned: str


class Rows(_Part):
    """What was read of the data.

    Attributes:
        used: Rows learnt from.
        held_out: Rows kept apart.
        rejected: Number of rows by reason.
        duplicates: Rows that were there already.
        tokens: Tokens of the used rows.
        shortest: Tokens of the shortest of their conversations.
        median: Likewise of the middle one.
        longest: Likewise of the longest.
        examples: Numbers of the first rejected rows, by reason.
    """

    used: PositiveInt
    held_out: NonNegativeInt
    rejected: dict[str, NonNegativeInt]
    duplicates: NonNegativeInt
    tokens: PositiveInt
    shortest: NonNegativeInt = 0
    median: NonNegativeInt = 0
    longest: NonNegativeInt = 0
    examples: dict[str, tuple[PositiveInt, ...]] = {}


class TuningReport(_Part):
    """The whole report.

    Attributes:
        base: Repository or starter name of the base model.
        base_revision: Its commit, or the sha256 of its weights where there is none.
        data: Name of the data.
        licence: The data's licence, as an SPDX identifier or words.
        command: The command that makes this adapter again.
        rows: What was read of the data.
        scores: Held-out losses.
        curve: The loss curve.
        samples: Fixed prompts, answered by both.
        seconds: Seconds of training.
        tokens_per_second: Training tokens a second, padding not counted.
        peak_bytes: Most memory of the process.
    """

    base: str
    base_revision: str
    data: str
    licence: str
    command: str
    rows: Rows
    scores: tuple[Score, ...]
    curve: tuple[Step, ...]
    samples: tuple[Sample, ...]
    seconds: NonNegativeFloat
    tokens_per_second: NonNegativeFloat
    peak_bytes: NonNegativeInt

    def write(self, folder: Path) -> None:
        """Write the report into ``folder``."""
        write_atomically(folder / FILE, (self.model_dump_json(indent=1) + "\n").encode())

    @classmethod
    def read(cls, folder: Path) -> "TuningReport":
        """Read the report of the adapter in ``folder``.

        Raises:
            FileNotFoundError: there is none.
            pydantic.ValidationError: it is not one.
        """
        return cls.model_validate_json((folder / FILE).read_bytes())
