"""A conversation in two columns: what the base says, and beside it what the tuned model says.

The browser draws it from plain values, as text. It holds the conversation, too: the visitor's
browser sends it along with each message, and nobody else has it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from portfolio_core.errors import InvalidInput
from portfolio_core.ui import drawing
from portfolio_core.ui.chatting import Said
from portfolio_core.ui.i18n import Words

Turns = list[dict[str, Any]]
"""Of each turn the visitor's ``message`` and the ``answers``, each with ``column`` and ``text``."""

BASE, TUNED = "base", "tuned"

STOPPED = """(value) => {
  const turn = value?.turns?.at(-1);
  if (!turn) return value;
  const answers = turn.answers.map((one) => ({...one, finished: true, status: ""}));
  return {...value, turns: [...value.turns.slice(0, -1), {...turn, answers}]};
}"""
"""Run it on the value when the work was stopped, or broke off."""


def duet(words: Words) -> gr.HTML:
    """Draw the conversation, empty; give it what :func:`shown` returns.

    Its event ``run`` asks for the message in ``ask`` again, after the turns that are left.

    Args:
        words: Those of the page, among them ``duet_…``.
    """
    return drawing.part("duet", words.part("duet_"), elem_classes="flush")


def messages_input(label: str) -> gr.JSON:
    """Return a parameter of an API: the messages of a conversation, oldest first.

    Gradio's own description of JSON is no valid schema for a tool.
    """
    made = gr.JSON(label=label, visible=False)
    message = {
        "type": "object",
        "properties": {
            "role": {"type": "string", "enum": ["system", "user", "assistant"]},
            "content": {"type": "string"},
        },
    }
    setattr(made, "api_info", lambda: {"type": "array", "items": message})  # noqa: B010 - one object's own
    return made


def shown(turns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the value that shows ``turns``."""
    return {"turns": list(turns), "ask": ""}


def turn(
    message: str, columns: Mapping[str, str], said: Sequence[Said], *, status: str = ""
) -> dict[str, Any]:
    """Return one turn.

    Args:
        message: The visitor's.
        columns: Of each column the name of what answers in it.
        said: For each column what it has said; may be empty.
        status: What is told while nothing has been said.
    """
    pairs = zip(columns.items(), said or [Said()] * len(columns), strict=True)
    return {
        "message": message,
        "answers": [
            {
                "column": column,
                "name": name,
                "text": one.text,
                "thinking": one.thinking,
                "status": status,
                "finished": one.end is not None,
                "cut": one.end is not None and one.end.reason == "length",
                "tokens": one.end.reply_tokens if one.end else 0,
                "dropped": one.end.dropped_messages if one.end else 0,
            }
            for (column, name), one in pairs
        ],
    }


def turns_of(value: object) -> Turns:
    """Return the turns in what the component hands to a handler; a visitor may have changed it.

    Raises:
        InvalidInput: it does not have the form that :func:`shown` gives it.
    """
    if value is None:
        return []
    turns = value.get("turns") if isinstance(value, Mapping) else None
    if not isinstance(turns, list) or not all(_is_turn(one) for one in turns):
        raise InvalidInput
    return turns


def asked_again(value: object) -> object:
    """Return the message that is to be asked again; a visitor may have changed it."""
    return value.get("ask") if isinstance(value, Mapping) else None


def messages(
    turns: Turns, column: str, system: str, message: object, *, most: int, longest: int
) -> list[dict[str, Any]]:
    """Return the conversation of one column, ready to be asked.

    Args:
        turns: What went before.
        column: Whose replies count; turns in which it said nothing are left out.
        system: The system's message; may be empty.
        message: The visitor's new one.
        most: Messages that are sent, the newest ones.
        longest: Characters of a reply that is sent again.
    """
    told: list[dict[str, Any]] = []
    for one in turns:
        text = next((a["text"] for a in one["answers"] if a["column"] == column), "")
        if text.strip():
            told += [
                {"role": "user", "content": one["message"]},
                {"role": "assistant", "content": text[:longest]},
            ]
    first = [{"role": "system", "content": system}] if system.strip() else []
    room = (most - len(first) - 1) // 2 * 2  # whole turns
    kept = told[-room:] if room else []
    return [*first, *kept, {"role": "user", "content": message}]


def _is_turn(turn: object) -> bool:
    if not isinstance(turn, Mapping) or not isinstance(turn.get("message"), str):
        return False
    answers = turn.get("answers")
    return isinstance(answers, list) and all(
        isinstance(one, Mapping) and isinstance(one.get("text"), str) and "column" in one
        for one in answers
    )
