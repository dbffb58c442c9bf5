"""Rows of questions and answers from a file: read by content, checked, counted.

Knows nothing of tokens or models.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portfolio_core.engines.chat import Message
from portfolio_core.errors import NoUsableRows, TooManyRows, WrongFileType

KINDS = ("jsonl", "json", "csv")
_QUESTIONS = ("question", "q", "instruction")
_ANSWERS = ("answer", "a", "output")
_THINKING, _END_OF_THINKING = "<think>", "</think>"

Row = tuple[Message, ...]
"""A conversation: perhaps a system's message, then user and assistant in turn, the latter last."""


@dataclass
class Data:
    """What a file held.

    Attributes:
        given: Rows in the file.
        rows: Those that can be learnt from, each once, by their number from 1.
        rejected: Numbers of the others by reason: ``not_json``, ``no_question``,
            ``no_answer``, ``wrong_order``, ``too_long``.
        duplicates: Rows that were there already.
    """

    given: int = 0
    rows: dict[int, Row] = field(default_factory=dict)
    rejected: dict[str, list[int]] = field(default_factory=dict)
    duplicates: int = 0

    def reject(self, reason: str, number: int) -> None:
        """Note that row ``number`` cannot be used."""
        self.rejected.setdefault(reason, []).append(number)

    def counts(self) -> dict[str, int]:
        """Return the number of rejected rows by reason."""
        return {reason: len(numbers) for reason, numbers in self.rejected.items()}

    def none_left(self) -> NoUsableRows:
        """Return the error that says why nothing is left."""
        told = ", ".join(
            f"{reason.replace('_', ' ')} {count:,}" for reason, count in self.counts().items()
        )
        return NoUsableRows(self.given, told or "there are none")


class _Unusable(Exception):
    """A row cannot be learnt from; its argument is the reason."""


def read(file: Path, most: int) -> Data:
    """Read the rows of ``file``.

    Args:
        file: UTF-8. JSON lines, a JSON list, or CSV with a line of names; what a row may be is
            told at :func:`portfolio_core.training.lora.tune`.
        most: The most rows that it may have.

    Raises:
        WrongFileType: it is binary, no list of JSON, or CSV without the two columns.
        TooManyRows: it has more rows.
        NoUsableRows: none of them can be used.
        OSError: it cannot be read at all.
    """
    data, seen = Data(), set[Row]()
    for given in _given(_text(file)):
        data.given += 1
        if data.given > most:
            raise TooManyRows(most)
        try:
            row = _row(given)
        except _Unusable as why:
            data.reject(str(why), data.given)
            continue
        if row in seen:
            data.duplicates += 1
        else:
            seen.add(row)
            data.rows[data.given] = row
    if not data.rows:
        raise data.none_left()
    return data


def _text(file: Path) -> str:
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongFileType(KINDS) from None
    if "\0" in text:
        raise WrongFileType(KINDS)
    return text


def _given(text: str) -> Iterator[object]:
    """Yield what stands for each row; a line that is no JSON gives none."""
    start = text.lstrip()[:1]
    if start == "[":
        try:
            yield from json.loads(text)
        except (ValueError, RecursionError):
            raise WrongFileType(KINDS) from None
    elif start == "{":
        yield from map(_parsed, filter(str.strip, text.splitlines()))
    else:
        yield from _table(text)


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _table(text: str) -> Iterator[object]:
    lines = csv.DictReader(io.StringIO(text, newline=""))
    try:
        names = {str(name).strip().lower() for name in lines.fieldnames or ()}
        if not names & set(_QUESTIONS) or not names & set(_ANSWERS):
            raise WrongFileType(KINDS)
        yield from lines
    except csv.Error:
        raise WrongFileType(KINDS) from None


def _row(given: object) -> Row:
    if not isinstance(given, dict):
        raise _Unusable("not_json")
    named = {str(name).strip().lower(): value for name, value in given.items()}
    if "messages" in named:
        return _conversation(named["messages"])
    question = _first(named, _QUESTIONS)
    answer = _first(named, _ANSWERS)
    if not question:
        raise _Unusable("no_question")
    if not answer:
        raise _Unusable("no_answer")
    if "input" in named and (more := _clean(named["input"])):
        question = f"{question}\n\n{more}"
    system = _clean(named.get("system"))
    told = [Message("user", question), Message("assistant", _answer(answer))]
    return (*([Message("system", system)] if system else []), *told)


def _conversation(given: object) -> Row:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise _Unusable("not_json")
    roles = [one.get("role") for one in given]
    texts = [_clean(one.get("content")) for one in given]
    begin = 1 if roles[:1] == ["system"] else 0
    turns = roles[begin:]
    if not turns or turns[-1] != "assistant":
        raise _Unusable("no_answer")
    if turns != ["user", "assistant"] * (len(turns) // 2):
        raise _Unusable("wrong_order")
    if not all(texts[begin + 1 :: 2]):
        raise _Unusable("no_answer")
    if not all(texts):
        raise _Unusable("no_question")
    return tuple(
        Message(role, _answer(text) if role == "assistant" else text)
        for role, text in zip(roles, texts, strict=True)
    )


def _first(named: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _clean(named.get(name)))), "")


def _clean(value: object) -> str:
    # Half of a surrogate pair is no character; a tokenizer would break on it.
    return value.strip().encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _answer(text: str) -> str:
    """Leave out thinking that was written down: the template of a reply says there is none."""
    if text.startswith(_THINKING) and _END_OF_THINKING in text:
        text = text.partition(_END_OF_THINKING)[2].lstrip()
    if not text:
        raise _Unusable("no_answer")
    return text
