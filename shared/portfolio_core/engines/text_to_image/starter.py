"""The embedded engine: a small latent diffusion model of a drawn world, trained from scratch here.

It draws emoji and plain shapes in a few arrangements, at 128 pixels, and knows nothing else; it
is there so that the page works without a download. What of a prompt lies outside of its world is
told beside the picture.
"""

from collections.abc import Callable, Generator, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar, Self

from portfolio_core import starters
from portfolio_core.engines.diffusion import Step, loading, running, seeds
from portfolio_core.engines.text_to_image import Abilities, ImageRequest, Note
from portfolio_core.engines.text_to_image.pipeline import PipelineEngine
from portfolio_core.engines.text_to_image.vocabulary import World
from portfolio_core.errors import EngineFailed
from portfolio_core.files import checksum
from portfolio_core.hardware import Hardware

FOLDER = "text-to-image"


class StarterEngine(PipelineEngine):
    """The starter: diffusers' PixArt pipeline, and the world that its prompts are of."""

    KEY: ClassVar[str] = "text-to-image-starter"
    abilities: ClassVar[Abilities] = Abilities(
        side=128,
        multiple=128,
        smallest=128,
        largest=128,
        steps=20,
        most_steps=100,
        guidance=3.0,
        schedulers=("dpmpp-2m", "unipc"),
        languages=("en", "ko"),
    )
    world: World
    """What it can draw."""

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - all is in the folder
    ) -> Self:
        """Load the starter, or one like it from ``folder``; see the protocol."""
        folder = folder or starters.folder(FOLDER)
        # It is small: in float32 it is fast, and draws the same on every machine.
        pipe = loading.pipeline(folder, hardware, name=cls.KEY, dtype="float32")
        engine = cls(pipe, checksum(sorted(folder.glob("*/*.safetensors"))))
        try:
            engine.world = World.load(folder)
        except (OSError, TypeError, ValueError) as error:
            raise EngineFailed(cls.KEY) from error
        return engine

    def notes(self, wanted: ImageRequest) -> tuple[Note, ...]:
        """Say what of the prompt is not of its world, and where a long one is cut."""
        asked = self.world.understand(wanted.prompt)
        notes = []
        if asked.outside or not asked.caption:
            notes.append(Note("outside_world", {"words": ", ".join(asked.outside)}))
        most = self.world.call["max_sequence_length"]
        if len(self._pipe.tokenizer(asked.caption).input_ids) > most:
            notes.append(Note("prompt_cut"))
        return tuple(notes)

    def arguments(self, wanted: ImageRequest) -> dict[str, Any]:
        """Return the arguments with the prompts in the world's words."""
        return {
            **self.world.call,
            "prompt": self.world.understand(wanted.prompt).caption,
            "negative_prompt": self.world.understand(wanted.negative_prompt).caption,
            **self._plain(wanted),
        }

    def make(
        self, wanted: ImageRequest, seed: int, check: Callable[[], None]
    ) -> Generator[Step, None, Any]:
        """Yield the steps of one picture and return the pipeline's output, of floats."""
        arguments = {**self.arguments(wanted), "generator": seeds.generators(seed)[0]}
        called = _CalledBack(self._pipe)
        return running.run(called, arguments, name=self.KEY, check=check, preview=True)


class _CalledBack:
    """PixArt's pipeline, called as the other ones are: its callback is of the older form."""

    def __init__(self, pipe: Any) -> None:  # noqa: ANN401 - diffusers'
        self._pipe, self.num_timesteps = pipe, 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the pipeline has
        return getattr(self._pipe, name)

    def __call__(
        self,
        *,
        num_inference_steps: int,
        callback_on_step_end: Callable[..., Mapping[str, Any]],
        callback_on_step_end_tensor_inputs: list[str],
        **arguments: Any,  # noqa: ANN401 - the pipeline's own
    ) -> Any:  # noqa: ANN401 - its output
        """Call the pipeline; of the tensors there are the latents."""
        (kept,) = callback_on_step_end_tensor_inputs
        self.num_timesteps = num_inference_steps
        if num_inference_steps == 1:
            self._pipe.scheduler = _OneStep(self._pipe.scheduler)

        def told(index: int, time: object, latents: object) -> None:
            callback_on_step_end(self, index, time, {kept: latents})

        return self._pipe(num_inference_steps=num_inference_steps, callback=told, **arguments)


class _OneStep:
    """A scheduler for a single step: of that, PixArt's pipeline takes the second result.

    Only schedulers for models that were trained for it have one.
    """

    def __init__(self, scheduler: Any) -> None:  # noqa: ANN401 - diffusers'
        self._scheduler = scheduler

        @wraps(scheduler.step)  # the pipeline looks which arguments it takes
        def step(*given: Any, **named: Any) -> tuple[Any, Any]:  # noqa: ANN401 - tensors
            first = scheduler.step(*given, **named)[0]
            return first, first

        self.step = step

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a scheduler has
        return getattr(self._scheduler, name)
