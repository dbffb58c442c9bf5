"""Conversations to learn from, read from the files as their authors publish them."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from typing import Literal

from portfolio_core.engines.chat import Message

Language = Literal["en", "ko"]

KOREAN = "songys_chatbot_ko_train.csv"
INSTRUCTIONS = "instruction_en_train.json"
TASKS = "self_instruct_seed_tasks.jsonl"
PERSONAS = "persona_chat_en_train.jsonl"
# Replies of a small model are short; longer ones it would only begin.
_LONGEST_REPLY = 240
_LONGEST_PROMPT = 300
# Messages of one piece of a long conversation, in turn; 0 = all that is left.
_WINDOWS = (2, 4, 2, 6, 2, 4)
_WHOLE_ONE_IN = 4
_HELD_OUT_ONE_IN = 33


@dataclass(frozen=True)
class Conversation:
    """Messages in turn, a user's first and a reply last.

    Attributes:
        messages: What is said.
        language: In which language.
        source: File that it is from, or what wrote it.
        held_out: Whether it is kept apart to measure on.
    """

    messages: tuple[Message, ...]
    language: Language
    source: str
    held_out: bool = False


def read(folder: Path) -> list[Conversation]:
    """Read the files of ``folder``; what a conversation is held out by, its copies share.

    Raises:
        FileNotFoundError: a file is missing.
    """
    return [
        *_korean(folder / KOREAN),
        *_instructions(folder / INSTRUCTIONS),
        *_tasks(folder / TASKS),
        *_personas(folder / PERSONAS),
    ]


def exchange(prompt: str, reply: str) -> tuple[Message, Message]:
    """Return one question and its answer as messages."""
    return Message("user", prompt.strip()), Message("assistant", reply.strip())


def _korean(file: Path) -> Iterator[Conversation]:
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield _single(row["Q"], row["A"], "ko", KOREAN)


def _instructions(file: Path) -> Iterator[Conversation]:
    for row in json.loads(file.read_text("utf-8")):
        prompt = f"{row['instruction']}\n{row['input']}"
        if _short(prompt, row["output"]):
            yield _single(prompt, row["output"], "en", INSTRUCTIONS)


def _tasks(file: Path) -> Iterator[Conversation]:
    for row in _lines(file):
        for instance in row["instances"]:
            prompt = f"{row['instruction']}\n{instance['input']}"
            if _short(prompt, instance["output"]):
                yield _single(prompt, instance["output"], "en", TASKS)


def _personas(file: Path) -> Iterator[Conversation]:
    for number, row in enumerate(_lines(file)):
        said = [line.partition(": ")[2].strip() for line in row["conversation"]]
        windows = cycle((len(said),)) if number % _WHOLE_ONE_IN == 0 else cycle(_WINDOWS)
        for part in _cut([text for text in said if text], windows):
            messages = [Message(("user", "assistant")[n % 2], text) for n, text in enumerate(part)]
            yield Conversation(tuple(messages), "en", PERSONAS, _chosen(str(number)))


def _cut(said: Sequence[str], windows: Iterable[int]) -> Iterator[Sequence[str]]:
    """Cut a conversation into parts of even length."""
    start = 0
    for length in windows:
        end = start + min(length, len(said) - start) // 2 * 2
        if end == start:
            return
        yield said[start:end]
        start = end


def _single(prompt: str, reply: str, language: Language, source: str) -> Conversation:
    held_out = _chosen("".join(prompt.split()).lower())
    return Conversation(exchange(prompt, reply), language, source, held_out)


def _short(prompt: str, reply: str) -> bool:
    return 0 < len(reply.strip()) <= _LONGEST_REPLY and len(prompt) <= _LONGEST_PROMPT


def _chosen(key: str) -> bool:
    """Tell whether what ``key`` names is held out; no order or seed changes that."""
    return int(sha256(key.encode()).hexdigest(), 16) % _HELD_OUT_ONE_IN == 0


def _lines(file: Path) -> Iterator[dict]:  # type: ignore[type-arg]  # rows of three shapes
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
