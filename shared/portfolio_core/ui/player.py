"""Sound that plays in the browser while the rest of it is made.

A hidden component holds the files so far; each time it changes, the browser fetches the new
ones and plays them one after the other, without a gap. Nothing is needed on the server.
"""

from collections.abc import Callable

import gradio as gr
from gradio.events import Dependency

# Made in the click itself: a browser lets a page sound only after its visitor did something.
RESET = """() => {
  window.portfolioPlayer?.context.close();
  window.portfolioPlayer = {context: new AudioContext(), taken: 0, end: 0, done: Promise.resolve()};
  return null;  // no files yet
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

    def begin(self, event: Callable[..., Dependency]) -> None:
        """Make ready to play anew at ``event``, before what makes the sound is started by it."""
        event(None, None, self.files, js=RESET, api_visibility="private")

    def silence(self, button: gr.Button) -> None:
        """Let ``button`` silence the page."""
        button.click(None, js=STOP, api_visibility="private")
