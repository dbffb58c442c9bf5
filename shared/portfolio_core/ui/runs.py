"""Work that one of several clicks starts: the latest takes the place of whatever runs."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

_START = """() => {
  window.portfolioRun = {begun: false};
  return Date.now();
}"""
# Gradio passes over a run that is to begin while another is ending: it is asked for again when
# that one has ended.
_BEGIN = """(...form) => {
  if (window.portfolioRun) window.portfolioRun.begun = true;
  return form;
}"""
_AGAIN = """(number) => {
  const run = window.portfolioRun;
  return run && !run.begun ? Date.now() : number;
}"""
_STOP = "() => { window.portfolioRun = null; }"

_INSIDE: dict[str, Any] = {"api_visibility": "private"}

Event = Callable[..., Dependency]
"""What listens to something that happens on a page, as ``button.click``."""


class Runs:
    """The runs of one page; at most one of them is under way for a visitor."""

    def __init__(self) -> None:
        self._starts: list[tuple[Event, Event, int]] = []
        self._numbers: list[gr.Number] = []
        self._runs: list[dict[str, Any]] = []

    def add(
        self,
        event: Event,
        handler: Callable[..., Any],
        inputs: Sequence[Component],
        outputs: Sequence[Component],
        shown_on: Component | None = None,
        *,
        then: Event | None = None,
    ) -> Dependency:
        """Add a run; its handler checks its values itself.

        Args:
            event: Ends what runs, and starts this.
            handler: What runs.
            inputs: Its inputs.
            outputs: Its outputs.
            shown_on: Where its progress is shown; none where the handler shows it itself.
            then: What starts it instead of ``event``, which comes before, e.g. the filling in
                of an example after a click.
        """
        started = gr.Number(visible="hidden")
        run = started.change(
            handler,
            list(inputs),
            list(outputs),
            js=_BEGIN,
            trigger_mode="once",
            preprocess=False,
            show_progress_on=shown_on,
            show_progress="full" if shown_on else "hidden",
            **_INSIDE,
        )
        for ended in (run.success, run.failure):  # whole; ended by another, or broken
            ended(None, started, started, js=_AGAIN, **_INSIDE)
        self._numbers.append(started)
        self._runs.append(run)
        self.also(event, then)
        return run

    def also(self, event: Event, then: Event | None = None) -> None:
        """Let another event start the run that was added last."""
        self._starts.append((event, then or event, len(self._runs) - 1))

    def connect(self, *stops: gr.Button) -> None:
        """Let each event end what runs and start its own, and ``stops`` end it; call it last."""
        for event, then, number in self._starts:
            # One is cancelled after the other, each when the one before has ended. The run of the
            # event itself comes first, or it would be cancelled after it has begun anew.
            own = self._runs[number]
            others = [run for run in self._runs if run is not own]
            event(None, cancels=[own, *others], **_INSIDE)
            then(None, None, self._numbers[number], js=_START, **_INSIDE)
        for stop in stops:
            stop.click(None, cancels=self._runs, js=_STOP, **_INSIDE)
