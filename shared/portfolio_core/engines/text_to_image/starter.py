"""The embedded engine: a small latent diffusion model of a drawn world, trained from scratch here.

It draws emoji and plain shapes in a few arrangements, at 128 pixels, and knows nothing else; it
is there so that the page works without a download. What of a prompt lies outside of its world is
told beside the picture.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from portfolio_core import starters
from portfolio_core.engines.diffusion import Step as Made
from portfolio_core.engines.diffusion import checks, loading, running, schedulers, seeds
from portfolio_core.engines.text_to_image import Abilities, Drawn, ImageRequest, Note, Step
from portfolio_core.engines.text_to_image.vocabulary import Understood, World
from portfolio_core.errors import EngineFailed
from portfolio_core.files import checksum
from portfolio_core.hardware import Hardware

FOLDER = "text-to-image"
_NAME = "Text-to-image starter"
_MOST_STEPS = 100
_SCHEDULERS = ("dpmpp-2m", "unipc")


class StarterEngine:
    """The starter."""

    KEY: ClassVar[str] = "text-to-image-starter"

    def __init__(self, pipe: Any, world: World, revision: str) -> None:  # noqa: ANN401 - diffusers'
        """Take a loaded pipeline; see :meth:`load`."""
        self._pipe, self.world, self.revision = pipe, world, revision
        self._scheduler = pipe.scheduler.config
        call = world.call
        self.abilities = Abilities(
            side=world.side,
            multiple=world.side,
            smallest=world.side,
            largest=world.side,
            steps=call["num_inference_steps"],
            most_steps=_MOST_STEPS,
            guidance=call["guidance_scale"],
            schedulers=_SCHEDULERS,
            languages=tuple(world.examples),
        )

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,
    ) -> Self:
        """Load the starter, or one like it from ``folder``; see the protocol."""
        del fetch  # everything is there
        folder = folder or starters.folder(FOLDER)
        pipe = loading.pipeline(folder, hardware, name=_NAME)
        try:
            world = World.load(folder)
        except (OSError, TypeError, ValueError) as error:
            raise EngineFailed(_NAME) from error
        return cls(pipe, world, checksum(sorted(folder.glob("*/*.safetensors"))))

    def draw(
        self, wanted: ImageRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[Step | Drawn]:
        """Yield each step, and each picture when it is done; see the protocol."""
        asked = self.world.understand(wanted.prompt)
        unwanted = self.world.understand(wanted.negative_prompt)
        schedulers.use(self._pipe, wanted.scheduler, self._scheduler)
        for index in range(wanted.count):
            made = self._one(wanted, (asked, unwanted), index, check)
            result: checks.Result = yield from _counted(made, index, wanted)
            yield Drawn(
                index,
                seeds.of(wanted.seed, index),
                result.pictures[0],
                _notes(asked, made_again=result.made_again),
            )

    def _one(
        self,
        wanted: ImageRequest,
        prompts: tuple[Understood, Understood],
        index: int,
        check: Callable[[], None],
    ) -> Generator[Made, None, checks.Result]:
        asked, unwanted = prompts

        def make() -> Generator[Made, None, Any]:
            arguments = {
                **self.world.call,
                "prompt": asked.caption,
                "negative_prompt": unwanted.caption,
                "num_inference_steps": wanted.steps,
                "guidance_scale": wanted.guidance,
                "generator": seeds.generators(seeds.of(wanted.seed, index)),
                "output_type": "np",
            }
            return running.run(
                _CalledBack(self._pipe), arguments, name=_NAME, check=check, preview=True
            )

        return checks.retry_in_float32([self._pipe], make, name=_NAME)


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
        del callback_on_step_end_tensor_inputs  # latents are all there is
        self.num_timesteps = num_inference_steps

        def told(index: int, time: object, latents: object) -> None:
            callback_on_step_end(self, index, time, {"latents": latents})

        return self._pipe(num_inference_steps=num_inference_steps, callback=told, **arguments)


def _counted(
    made: Generator[Made, None, checks.Result], index: int, wanted: ImageRequest
) -> Generator[Step, None, checks.Result]:
    """Yield the steps of picture ``index`` as steps of all pictures."""
    total = wanted.steps * wanted.count
    while True:
        try:
            step = next(made)
        except StopIteration as end:
            result: checks.Result = end.value
            return result
        yield Step(index * wanted.steps + step.done, total, step.preview)


def _notes(asked: Understood, *, made_again: bool) -> tuple[Note, ...]:
    notes = []
    if asked.outside or not asked.caption:
        notes.append(Note("outside_world", {"words": ", ".join(asked.outside)}))
    if made_again:
        notes.append(Note("made_again"))
    return tuple(notes)
