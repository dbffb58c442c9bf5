"""Sound that plays in the browser while the rest of it is made.

A hidden component holds the files so far; each time it changes, the browser fetches the new
ones and plays them one after the other, without a gap. Nothing is needed on the server.
"""

from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.events import Dependency

# Made in the click itself: a browser lets a page sound only after its visitor did something.
RESET = """() => {
  window.portfolioPlayer?.context.close();
  window.portfolioPlayer = {context: new AudioContext(), taken: 0, end: 0, done: Promise.resolve()};
  return [null, Date.now()];  // no files yet
}"""

# Gradio passes over a run that is to begin while another is ending: it is asked for again when
# that one has ended.
_BEGIN = """(...form) => {
  if (window.portfolioPlayer) window.portfolioPlayer.begun = true;
  return form;
}"""
_AGAIN = """(number) => {
  const player = window.portfolioPlayer;
  return player && !player.begun ? Date.now() : number;
}"""

STOP = """() => {
  window.portfolioPlayer?.context.close();
  window.portfolioPlayer = null;
  // Gradio's own player: its button shows two bars while it plays.
  document.querySelector(".play-pause-button:has(rect)")?.click();
}"""

_PLAY = """(files) => {
  const player = window.portfolioPlayer;
  if (!player || !files) return;
  for (const file of files.slice(player.taken)) {
    player.taken += 1;
    player.done = player.done.then(async () => {
      const answer = await fetch(file.url);
      const sound = await player.context.decodeAudioData(await answer.arrayBuffer());
      const source = player.context.createBufferSource();
      source.buffer = sound;
      source.connect(player.context.destination);
      player.end = Math.max(player.end, player.context.currentTime);
      source.start(player.end);
      player.end += sound.duration;
    }).catch(() => {});  // stopped in between
  }
}"""


class Player:
    """Give :attr:`files` the sound files so far, in order, at each yield of a handler."""

    def __init__(self) -> None:
        self.files = gr.File(file_count="multiple", visible="hidden")
        self.files.change(None, self.files, js=_PLAY, api_visibility="private")
        self._starts: list[gr.Number] = []
        self._runs: list[dict[str, Any]] = []

    def run(
        self,
        handler: Callable[..., Any],
        inputs: list[Any],
        outputs: list[Any],
        shown_on: gr.Audio,
    ) -> Dependency:
        """Add a handler that speaks, for :meth:`on` to start; it checks its values itself."""
        started = gr.Number(visible="hidden")
        run = started.change(
            handler,
            inputs,
            outputs,
            js=_BEGIN,
            trigger_mode="once",
            preprocess=False,
            show_progress_on=shown_on,
            api_visibility="private",
        )
        # Ended by another, or broken.
        run.failure(None, started, started, js=_AGAIN, api_visibility="private")
        self._starts.append(started)
        self._runs.append(run)
        return run

    def on(
        self,
        click: Callable[..., Dependency],
        then: Callable[..., Dependency] | None = None,
        number: int = 0,
    ) -> None:
        """End whatever speaks at ``click``, and start run ``number`` at it, or at ``then``.

        Call it when all runs are known.
        """
        click(None, cancels=self._runs, api_visibility="private")
        outputs = [self.files, self._starts[number]]
        (then or click)(None, None, outputs, js=RESET, api_visibility="private")

    def stops(self, button: gr.Button) -> None:
        """Let ``button`` silence the page and end what speaks."""
        button.click(None, cancels=self._runs, js=STOP, api_visibility="private")
