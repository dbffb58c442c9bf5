"""What is told to a training, and what it tells while it runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Where a training stands, told after each step.

    Attributes:
        step: Steps that are done.
        steps: Steps in all.
        loss: Mean loss of the step's reply tokens, in nats.
        tokens_per_second: Since it began, padding not counted.
        seconds_left: About.
        held_out: Loss of the held-out rows, when it was measured after this step.
    """

    step: int
    steps: int
    loss: float
    tokens_per_second: float
    seconds_left: float
    held_out: float | None = None


@dataclass(frozen=True)
class About:
    """What a report and a card say that no figure does.

    Attributes:
        base: Repository or starter name of the base model; empty = the name of its folder.
        base_revision: Its commit; empty = the sha256 of its weights.
        data: Name of the data; empty = the name of the file.
        licence: The data's licence, as an SPDX identifier or words.
        command: The command that makes this adapter again.
        title: Name of the adapter; empty = made of base and data.
        description: What its manner is, in Markdown.
    """

    base: str = ""
    base_revision: str = ""
    data: str = ""
    licence: str = "unknown"
    command: str = ""
    title: str = ""
    description: str = ""
