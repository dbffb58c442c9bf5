"""The rows that an adapter learns the manner from, and plain ones to see what it forgets."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from portfolio_core.engines.chat import Message
from portfolio_core.files import write_atomically
from portfolio_core.training import manner
from portfolio_core.training.language_model import small_talk
from portfolio_core.training.language_model.chance import chance
from portfolio_core.training.language_model.corpus import Corpus
from portfolio_core.training.language_model.sources import Conversation, Language

ROWS, GENERAL = "manner.jsonl", "general.jsonl"
_LONGEST_TALK, _LONGEST_REPLY = 6, 160
# A number says little of a manner: of replies with one, a few are enough.
_NUMBERS = 0.12


def write(corpus: Corpus, folder: Path, most: int, seed: int) -> None:
    """Write ``manner.jsonl`` and ``general.jsonl`` into ``folder``, made when it is missing.

    Args:
        corpus: What the base model was trained on; what it holds out is held out here, too.
        folder: Where to.
        most: Most rows of the manner; half of them are in each language, if there are as many.
        seed: Decides which.
    """
    folder.mkdir(parents=True, exist_ok=True)
    learnt = restyled([*corpus.learnt, *corpus.written(seed)], most, seed)
    _write(folder / ROWS, learnt)
    _write(folder / GENERAL, corpus.held_out)


def restyled(talks: Iterable[Conversation], most: int, seed: int) -> list[Conversation]:
    """Return up to ``most`` of the conversations with each reply in the manner, in one order."""
    found: dict[tuple[Language, bool], list[Conversation]] = {}
    random = chance(seed, "manner")
    for talk in talks:
        if not _wanted(talk, random):
            continue
        if (said := in_manner(talk)) is not None:
            kind = (talk.language, talk.source == small_talk.SOURCE)
            found.setdefault(kind, []).append(said)
    chosen = []
    for kind in sorted(found):
        random.shuffle(found[kind])
        chosen += found[kind][: most // len(found)]
    random.shuffle(chosen)
    return chosen


def in_manner(talk: Conversation) -> Conversation | None:
    """Return a conversation with each reply in the manner; None if the rules miss one."""
    messages = list(talk.messages)
    for n, message in enumerate(messages):
        if message.role == "assistant":
            said = manner.restyle(messages[n - 1].text, message.text, talk.language)
            if said is None:
                return None
            messages[n] = Message("assistant", said)
    return replace(talk, messages=tuple(messages))


def _wanted(talk: Conversation, random: Random) -> bool:
    reply = talk.messages[-1].text
    if len(talk.messages) > _LONGEST_TALK or len(reply) > _LONGEST_REPLY:
        return False
    return not any(sign.isdigit() for sign in reply) or random.random() < _NUMBERS


def _write(file: Path, talks: Sequence[Conversation]) -> None:
    told = [
        {"messages": [{"role": m.role, "content": m.text} for m in talk.messages]} for talk in talks
    ]
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in told)
    write_atomically(file, lines.encode())
