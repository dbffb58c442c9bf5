"""Engines on a pipeline of ``diffusers``: what they have in common, and the plain one.

Pictures of one request are drawn one by one: a network adds up its sums in another order for
several at once, and the picture of a seed would differ by who else was drawn. On a CPU it is no
slower, and the first picture is there earlier.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from portfolio_core.catalog import MODELS
from portfolio_core.engines.diffusion import (
    Step,
    checks,
    loading,
    prompts,
    running,
    schedulers,
    seeds,
)
from portfolio_core.engines.text_to_image import Abilities, Drawn, ImageRequest, Note
from portfolio_core.errors import HubUnreachable
from portfolio_core.hardware import Hardware, NumberType


class PipelineEngine:
    """Draws with one pipeline; a subclass names it and says what it can do.

    A subclass whose prompts need more than to be handed on has its own :meth:`arguments`, one
    that has something to say of them its own :meth:`notes`, one with a second pipeline its own
    :meth:`make` and :attr:`pipes`.
    """

    KEY: ClassVar[str]
    abilities: ClassVar[Abilities]
    CALL: ClassVar[Mapping[str, Any]] = {}
    """Arguments of each call beside those of the request."""

    def __init__(self, pipe: Any, revision: str) -> None:  # noqa: ANN401 - diffusers'
        """Take a pipeline that :mod:`loading` made, and the commit of its weights."""
        self._pipe = pipe
        self._scheduler = pipe.scheduler.config
        self.revision = revision

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - all is in the folder
    ) -> Self:
        """Open the pipeline in ``folder``; see :class:`TextToImageEngine`."""
        if folder is None:
            raise HubUnreachable(cls.KEY)
        return cls(loading.pipeline(folder, hardware, name=cls.KEY), pinned(cls.KEY))

    def draw(
        self, wanted: ImageRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[Step | Drawn]:
        """Yield each step, and each picture when it is done; see :class:`TextToImageEngine`."""
        check()
        told = self.notes(wanted)
        for index in range(wanted.count):
            seed = seeds.of(wanted.seed, index)
            result = yield from _counted(self._made(wanted, seed, check), index, wanted)
            hidden = (Note("hidden"),) if result.hidden[0] else ()
            again = (Note("made_again"),) if result.made_again else ()
            yield Drawn(index, seed, result.pictures[0], (*told, *hidden, *again))

    def notes(self, wanted: ImageRequest) -> tuple[Note, ...]:  # noqa: ARG002 - nothing to say
        """Return what a visitor should know of each picture before it is drawn."""
        return ()

    def arguments(self, wanted: ImageRequest) -> dict[str, Any]:
        """Return the arguments of a call, but for the random numbers."""
        return {"prompt": wanted.prompt, **self._plain(wanted)}

    def make(
        self, wanted: ImageRequest, seed: int, check: Callable[[], None]
    ) -> Generator[Step, None, Any]:
        """Yield the steps of one picture and return the pipeline's output, of floats."""
        arguments = {**self.arguments(wanted), "generator": seeds.generators(seed)[0]}
        return running.run(self._pipe, arguments, name=self.KEY, check=check, preview=True)

    @property
    def pipes(self) -> tuple[Any, ...]:
        """The pipelines that :meth:`make` calls."""
        return (self._pipe,)

    def _plain(self, wanted: ImageRequest) -> dict[str, Any]:
        """Return the arguments that every pipeline takes."""
        return {
            "width": wanted.width,
            "height": wanted.height,
            "num_inference_steps": wanted.steps,
            "guidance_scale": wanted.guidance,
            "output_type": "np",
            **self.CALL,
        }

    def _made(
        self, wanted: ImageRequest, seed: int, check: Callable[[], None]
    ) -> Generator[Step, None, checks.Result]:
        def make() -> Generator[Step, None, Any]:
            # Anew for each try: a scheduler keeps what it has seen. One setting for all, or two
            # pipelines would not agree on how much noise is left between them.
            for pipe in self.pipes:
                schedulers.use(pipe, wanted.scheduler, self._scheduler)
            with running.typed(self.KEY):
                return self.make(wanted, seed, check)

        return checks.retry_in_float32(self.pipes, make, name=self.KEY)


class WeighingEngine(PipelineEngine):
    """Draws with a pipeline whose prompts are read by CLIP: with weights, and of any length."""

    def notes(self, wanted: ImageRequest) -> tuple[Note, ...]:
        """Say where the end of a prompt is too long to be read."""
        return (Note("prompt_cut"),) if prompts.is_cut(self._pipe, wanted.prompt) else ()

    def arguments(self, wanted: ImageRequest) -> dict[str, Any]:
        """Return the arguments with the prompts read."""
        read = prompts.read(self._pipe, wanted.prompt, negative_of(wanted))
        return {**read, **self._plain(wanted)}


def pinned(key: str) -> str:
    """Return the commit of a model's weights; nothing where the catalog has none."""
    return next((model.hub.revision for model in MODELS if model.key == key and model.hub), "")


def negative_of(wanted: ImageRequest) -> str | None:
    """Return the negative prompt; none where there is no guidance to lead away from it."""
    return wanted.negative_prompt if wanted.guidance > 1 else None


def half_on_gpu(hardware: Hardware) -> NumberType | None:
    """Return float16 for networks that were trained in it, where a processor computes in it."""
    return "float16" if hardware.device == "cuda" else None


def _counted(
    making: Generator[Step, None, checks.Result], index: int, wanted: ImageRequest
) -> Generator[Step, None, checks.Result]:
    """Yield the steps of picture ``index`` as steps of all pictures."""
    while True:
        try:
            step = next(making)
        except StopIteration as end:
            result: checks.Result = end.value
            return result
        yield Step(index * step.total + step.done, wanted.count * step.total, step.preview)
