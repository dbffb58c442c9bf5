"""Questions and checked answers, one below the other; a click on a mark shows its passage.

The browser draws it from plain values, by text nodes only: nothing that stands in a document, a
question or an answer can become markup. The drawing stands in ``conversation.js``, the look in
``conversation.css``.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from portfolio_core.engines.rag import Answer, told
from portfolio_core.errors import InvalidInput
from portfolio_core.ui import drawing
from portfolio_core.ui.background import Running
from portfolio_core.ui.i18n import Locale, Words

Turns = list[dict[str, Any]]
"""Of each turn ``question`` and ``answer``; an answer is what ``engines.rag.told`` gives."""

STOPPED = """(value) => {
  const turn = value?.turns?.at(-1);
  if (!turn || turn.answer?.finished || turn.answer && !turn.answer.sentences) return value;
  const stopped = turn.answer
    ? {...turn, answer: {...turn.answer, finished: true, pending: ""}}
    : {...turn, status: value.words.stopped};
  return {...value, turns: [...value.turns.slice(0, -1), stopped]};
}"""
"""Run it on the value when the work was stopped, or broke off; as :func:`ended`, in the browser."""

_HERE = Path(__file__)
_SAID = (
    "chat_empty",
    "chat_thinking",
    "chat_absent",
    "chat_absent_why",
    "chat_nearest",
    "chat_unsupported",
    "chat_unsupported_why",
    "chat_found",
    "chat_mark",
    "chat_page",
    "chat_looked_at",
    "chat_searched",
    "chat_fused",
    "chat_dense",
    "chat_words",
    "chat_stopped",
)


def conversation() -> gr.HTML:
    """Draw the conversation, empty; give it what :func:`shown` returns.

    Its event ``select`` carries ``passage``, the id of a passage, and ``quote``, the sentence
    that stands on it.
    """
    return gr.HTML(
        None,
        html_template='<div class="conversation" role="log" aria-live="polite"></div>',
        css_template=_HERE.with_suffix(".css").read_text("utf-8"),
        js_on_load=drawing.script("conversation"),
        apply_default_css=False,
        elem_classes="flush",
    )


def history_input() -> gr.JSON:
    """Return the parameter ``history`` of an API: pairs of question and answer, oldest first.

    Gradio's own description of JSON is no valid schema for a tool.
    """
    made = gr.JSON(label="history", visible=False)
    pair = {"type": "array", "items": {"type": "string"}}
    setattr(made, "api_info", lambda: {"type": "array", "items": pair})  # noqa: B010 - one object's own
    return made


def shown(turns: Sequence[Mapping[str, Any]], words: Words, locale: Locale) -> dict[str, Any]:
    """Return the value that shows ``turns``."""
    said = {key.removeprefix("chat_"): words.text(key, locale) for key in _SAID}
    return {"words": said, "turns": list(turns)}


def turns_of(value: object) -> Turns:
    """Return the turns in what the component hands to a handler; a visitor may have changed it.

    Raises:
        InvalidInput: it does not have the form that :func:`shown` gives it.
    """
    turns = value.get("turns") if isinstance(value, Mapping) else None
    if value is not None and not isinstance(turns, list):
        raise InvalidInput
    for turn in turns or ():
        answer = turn.get("answer") if isinstance(turn, Mapping) else None
        if not isinstance(turn, Mapping) or not isinstance(answer, Mapping | None):
            raise InvalidInput
    return turns or []


def ended(turns: Turns, words: Words, locale: Locale) -> Turns:
    """Return the turns, what is still being answered marked as stopped."""
    return [_ended(turn, words.text("chat_stopped", locale)) for turn in turns]


def _ended(turn: dict[str, Any], stopped: str) -> dict[str, Any]:
    answer = turn.get("answer")
    if answer is None:
        return {**turn, "status": stopped}
    if "sentences" in answer:  # what was only looked for is whole
        return {**turn, "answer": {**answer, "finished": True, "pending": ""}}
    return turn


def history(turns: Turns, most: int) -> list[list[Any]]:
    """Return the newest ``most`` questions that got an answer, each with it."""
    pairs = [
        [turn.get("question"), turn["answer"].get("text")]
        for turn in turns
        if turn.get("answer") and turn["answer"].get("text")
    ]
    return pairs[-most:]


def first_cited(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return ``passage`` and ``quote`` of an answer's first mark, as its click carries them."""
    for sentence in answer.get("sentences", ()):
        for number in sentence["citations"]:
            passage = answer["passages"][number - 1]
            return {"passage": passage["id"], "quote": sentence["text"]}
    return {}


def growing(running: Running[Any]) -> Iterator[dict[str, Any] | None]:
    """Yield an answer whenever it has grown, and none in between."""
    before: object = None
    for signal in running:
        latest = signal.latest
        grown = isinstance(latest, Answer) and latest is not before
        yield told.answer(latest) if grown else None  # type: ignore[arg-type]
        before = latest
