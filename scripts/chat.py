"""Chat in a terminal, with the base model or with an adapter; the reply comes as it is written.

    python3 scripts/chat.py                         the largest model that this machine bears
    python3 scripts/chat.py --base chat-base        the starter, which needs no download
    python3 scripts/chat.py --adapter FOLDER        an adapter that was trained with train_lora.py

Ctrl-C stops a reply; what was said stays. /help lists the commands.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import environment
from environment import Problem

if TYPE_CHECKING:
    from portfolio_core.engines.chat.qwen import QwenChat
    from portfolio_core.settings import Settings

HELP = """\
/adapters         the adapters that are here
/adapter NAME     answer with this one from now on
/off              answer as the base
/seed NUMBER      draw with this seed each time; without a number a new one each time
/think            think before answering, or do so no more
/system TEXT      what the model is told first
/new              forget the conversation
/quit             leave (so does Ctrl-D)"""
TOKENS = 512


@dataclass
class Talk:
    """A conversation and how it is led.

    Attributes:
        engine: Who answers.
        adapter: Key of the adapter; empty = the base.
        seed: Of each reply; none draws one.
        thinking: Whether the model may think first.
        system: What it is told first.
        told: What was said.
    """

    engine: QwenChat
    adapter: str = ""
    seed: int | None = None
    thinking: bool = False
    system: str = ""
    told: list[dict[str, str]] = field(default_factory=list)

    def answer(self, text: str) -> None:
        """Print the reply to ``text`` while it is written; Ctrl-C ends it."""
        from portfolio_core.engines import chat  # noqa: PLC0415
        from portfolio_core.settings import current  # noqa: PLC0415

        limits = current().limits
        first = [{"role": "system", "content": self.system}] if self.system else []
        room = (limits.chat_messages - len(first) - 1) // 2 * 2
        messages = [*first, *self.told[-room:], {"role": "user", "content": text}]
        wanted = chat.request(
            messages,
            limits=limits,
            max_tokens=min(TOKENS, limits.chat_tokens),
            seed=self.seed,
            adapter=self.adapter,
            thinking=self.thinking,
        )
        said, thought = "", False
        try:
            for piece in self.engine.stream(wanted):
                if piece.thinking and not thought:
                    print("(thinks) ", end="")
                thought = thought or bool(piece.thinking)
                if thought and piece.text and not said:
                    print("\n---")
                print(shown(piece.thinking + piece.text), end="", flush=True)
                said += piece.text
        except KeyboardInterrupt:
            print(" (stopped)", end="")
        print(f"\n[{self.adapter or 'base'}, seed {wanted.seed}]")
        if said.strip():
            reply = {"role": "assistant", "content": said[: limits.chat_characters]}
            self.told += [messages[-1], reply]

    def obey(self, line: str) -> bool:
        """Do what a line that begins with a slash says; return whether to go on."""
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if word == "/quit":
            return False
        if word == "/adapters":
            print("\n".join(self.engine.adapters) or "There are none.")
        elif word == "/adapter":
            self.wear(rest)
        elif word == "/off":
            self.adapter = ""
        elif word == "/seed":
            self.seed = int(rest) if rest.isdigit() else None
            print(f"Seed: {'a new one each time' if self.seed is None else self.seed}")
        elif word == "/think":
            self.thinking = not self.thinking
            able = "" if self.engine.thinks else ", which this model has not learnt"
            print(f"Thinking: {'on' if self.thinking else 'off'}{able}")
        elif word == "/system":
            self.system = rest
        elif word == "/new":
            self.told.clear()
        else:
            print(HELP)
        return True

    def wear(self, key: str) -> None:
        """Answer with an adapter from now on, where there is such a one."""
        if key in self.engine.adapters:
            self.adapter = key
        else:
            print(f"There is no adapter {key!r}. /adapters lists them.")


def main() -> int:
    """Chat until the visitor has enough."""
    parser = argparse.ArgumentParser(prog="chat.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--base", help="a folder, chat-base, or a model of the catalog")
    parser.add_argument("--adapter", help="a folder, or the name of an adapter that is here")
    parser.add_argument("--seed", type=int, help="of each reply")
    options = parser.parse_args()
    environment.require_inside()
    # Not before: outside the environment, one sentence is better than a traceback.
    from transformers.utils import logging

    from portfolio_core import settings  # noqa: PLC0415
    from portfolio_core.errors import PortfolioError  # noqa: PLC0415

    logging.disable_progress_bar()
    try:
        talk = Talk(_engine(options.base, settings.current()), seed=options.seed)
        _wear(talk, options.adapter, settings.current())
    except PortfolioError as error:
        raise Problem(f"{error.message} {error.hint}") from None
    print(f"{talk.engine.key}; adapter: {talk.adapter or 'none'}. /help lists the commands.")
    while _turn(talk):
        pass
    return 0


def shown(text: str) -> str:
    """Return ``text`` fit for a terminal, which obeys some characters."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def _turn(talk: Talk) -> bool:
    """Take one line; return whether to go on."""
    from portfolio_core.errors import PortfolioError  # noqa: PLC0415

    try:
        line = input("> ").strip()
        if line.startswith("/"):
            return talk.obey(line)
        if line:
            talk.answer(line)
    except EOFError:
        print()
        return False
    except KeyboardInterrupt:  # at the prompt, or just after a reply
        print("\nCtrl-D leaves.")
    except PortfolioError as error:
        print(f"{error.message} {error.hint}")
    return True


def _engine(base: str | None, current: Settings) -> QwenChat:
    """Load the model: a folder, one of the catalog, or the largest that can be had."""
    from portfolio_core import catalog, hardware, hub  # noqa: PLC0415
    from portfolio_core.engines import chat  # noqa: PLC0415
    from portfolio_core.engines.chat import starter  # noqa: PLC0415
    from portfolio_core.engines.chat.qwen import QwenChat  # noqa: PLC0415

    machine = hardware.detect(current)
    if base and Path(base).is_dir():
        return QwenChat.load(Path(base), machine)
    if base in {starter.FOLDER, starter.KEY}:
        return starter.StarterChat.load(None, machine)
    models = [model for model in catalog.MODELS if chat.TASK in model.tasks and model.hub]
    model = next((m for m in models if m.hub and base in {m.key, m.hub.repository}), None)
    if base and model is None:
        raise Problem(f"{base!r} is no folder and no chat model of the catalog.")
    if model is None:
        model = catalog.choose(
            chat.TASK, current, machine, reachable=lambda one: hub.can_be_had(one, current)
        ).model
    folder = hub.fetch(model, current) if model.hub else None
    engine: QwenChat = catalog.engine_class(model).load(folder, machine)
    return engine


def _wear(talk: Talk, adapter: str | None, current: Settings) -> None:
    """Load the adapters that fit, and choose one."""
    from portfolio_core.engines.chat import adapters, starter  # noqa: PLC0415
    from portfolio_core.errors import PortfolioError  # noqa: PLC0415

    own = current.adapters_dir
    folders = [*starter.adapter_folders(), *(sorted(own.iterdir()) if own.is_dir() else [])]
    for found in adapters.found(folders):
        try:
            talk.engine.add_adapter(found)
        except PortfolioError:  # made for another base
            continue
    if adapter and Path(adapter).is_dir():
        given = adapters.read(Path(adapter))
        talk.engine.add_adapter(given)
        talk.adapter = given.key
    elif adapter:
        talk.wear(adapter)


if __name__ == "__main__":
    environment.run(main)
