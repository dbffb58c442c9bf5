"""The whole way, from a folder of conversations to a folder as on the Hub."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from portfolio_core.engines.chat import Message
from portfolio_core.engines.chat.prompting import Prompter
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.files import write_atomically
from portfolio_core.hardware import Hardware
from portfolio_core.training.card import About
from portfolio_core.training.language_model import card, fitting, network, scoring, vocabulary
from portfolio_core.training.language_model.corpus import Corpus
from portfolio_core.training.language_model.network import Shape
from portfolio_core.training.language_model.plan import Plan, Progress
from portfolio_core.training.language_model.rows import Encoder
from portfolio_core.training.language_model.scoring import Metrics
from portfolio_core.training.language_model.sources import Language

TALK_PROMPTS = "prompts.txt"
_TOLD_EVERY = 50


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Attributes:
        data: Folder with the files that :mod:`sources` names.
        talk: Folder with the small talk, and with the prompts of the card.
        words: TOML file with the words of the model card.
        out: Where the model and its checkpoint go.
        plan: How it is trained.
        daily: How it is trained after that, on what visitors say first.
        command: What makes the same again.
        shape: Its sizes.
    """

    data: Path
    talk: Path
    words: Path
    out: Path
    plan: Plan
    daily: Plan
    command: str
    shape: Shape = field(default_factory=Shape)


def make(order: Order, machine: Hardware, say: Callable[[str], None]) -> Metrics:
    """Train the model, measure it, and write its folder.

    Args:
        order: What is to be made.
        machine: How many threads are used.
        say: Told how far it is.

    Raises:
        FileNotFoundError: a file of the order is missing.
    """
    import torch

    torch.set_num_threads(machine.threads)
    about = About(**tomllib.loads(order.words.read_text("utf-8")))
    prompts = (order.talk / TALK_PROMPTS).read_text("utf-8").splitlines()
    corpus = Corpus(order.data, order.talk, order.plan.seed)
    tokenizer = vocabulary.learn(corpus.texts(), order.shape.vocabulary)
    encode = Encoder(Prompter(tokenizer), order.shape.context)
    model = network.build(order.shape, tokenizer, order.plan.seed)
    teller = _teller(order.plan, say)
    first = fitting.fit(model, corpus.rows(encode), order.plan, order.out, note=teller)
    teller = _teller(order.daily, say)
    daily = corpus.daily_rows(encode)
    last = fitting.fit(model, daily, order.daily, order.out / "daily", note=teller)
    tokenizer.save_pretrained(order.out)
    model.to(torch.bfloat16).save_pretrained(order.out)
    # Measured as it was written: in bfloat16.
    model = model.float()
    engine = QwenChat(model, tokenizer, key=order.out.name)
    languages: tuple[Language, ...] = get_args(Language)
    metrics = Metrics(
        parameters=sum(weight.numel() for weight in model.parameters()),
        steps=first.step + last.step,
        tokens=first.tokens + last.tokens,
        seconds=round(first.seconds + last.seconds),
        held_out={
            language: scoring.held_out(
                model,
                engine,
                encode,
                [one for one in corpus.held_out if one.language == language],
            )
            for language in languages
        },
        samples={prompt: scoring.reply(engine, [Message("user", prompt)])[0] for prompt in prompts},
    )
    metrics.write(order.out)
    write_atomically(order.out / "README.md", card.write(about, order.command, metrics).encode())
    return metrics


def _teller(plan: Plan, say: Callable[[str], None]) -> Callable[[Progress], None]:
    def tell(now: Progress) -> None:
        if now.step % _TOLD_EVERY == 0:
            minutes = now.seconds / now.step * (plan.steps - now.step) / 60
            say(f"{now.step} of {plan.steps}: loss {now.loss:.3f}, {minutes:.0f} min left")

    return tell
