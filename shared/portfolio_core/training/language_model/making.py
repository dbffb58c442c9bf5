"""The whole way, from a folder of conversations to a folder as on the Hub."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portfolio_core.engines.chat.prompting import Prompter
from portfolio_core.hardware import Hardware
from portfolio_core.training.language_model import fitting, vocabulary
from portfolio_core.training.language_model.corpus import Corpus
from portfolio_core.training.language_model.fitting import Plan, Progress, Shape
from portfolio_core.training.language_model.rows import Encoder

_TOLD_EVERY = 50


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Attributes:
        data: Folder with the files that :mod:`sources` names.
        talk: Folder with the small talk.
        words: TOML file with the words of the model card.
        out: Where the model and its checkpoint go.
        plan: How it is trained.
        shape: Its sizes.
        command: What makes the same again.
    """

    data: Path
    talk: Path
    words: Path
    out: Path
    plan: Plan
    command: str
    shape: Shape = field(default_factory=Shape)


def make(order: Order, machine: Hardware, say: Callable[[str], None]) -> None:
    """Train the model and write its folder.

    Args:
        order: What is to be made.
        machine: How many threads are used.
        say: Told how far it is.

    Raises:
        FileNotFoundError: a file of the order is missing.
    """
    import torch

    torch.set_num_threads(machine.threads)
    corpus = Corpus(order.data, order.talk, order.plan.seed)
    tokenizer = vocabulary.learn(corpus.texts(), order.shape.vocabulary)
    encode = Encoder(Prompter(tokenizer), order.shape.context)
    model = fitting.build(order.shape, tokenizer, order.plan.seed)
    rows = corpus.rows(encode)
    fitting.fit(model, rows, order.plan, order.out, note=_teller(order.plan, say))
    _write(order.out, model, tokenizer)


def _teller(plan: Plan, say: Callable[[str], None]) -> Callable[[Progress], None]:
    def tell(now: Progress) -> None:
        if now.step % _TOLD_EVERY == 0:
            minutes = (plan.steps - now.step) * plan.tokens / now.speed / 60
            say(
                f"{now.step} of {plan.steps}: loss {now.loss:.3f}, "
                f"{now.speed:.0f} tokens/s, {minutes:.0f} min left"
            )

    return tell


def _write(folder: Path, model: Any, tokenizer: Any) -> None:  # noqa: ANN401 - transformers
    import torch

    tokenizer.save_pretrained(folder)
    model.to(torch.bfloat16).save_pretrained(folder)
