"""Running a pipeline step by step: how far it is, what it looks like, and an end at any step.

A pipeline is one long call that calls back after each step. It runs in a thread of its own, and
what it calls back with is yielded here.
"""

import logging
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

from portfolio_core.engines.diffusion import Step, previews
from portfolio_core.errors import EngineFailed, MemoryBudgetExceeded, PortfolioError

log = logging.getLogger(__name__)

_RETRY_AFTER_SECONDS = 30


class _Left(BaseException):
    """Who asked has gone away."""


def run(
    pipe: Any,  # noqa: ANN401 - a pipeline of diffusers
    arguments: Mapping[str, Any],
    *,
    name: str,
    check: Callable[[], None] = lambda: None,
    preview: bool = False,
) -> Generator[Step, None, Any]:
    """Call a pipeline, yield its steps, and return what it returns.

    Closing the generator, and what ``check`` raises, end the work at the step that is being
    made; when this comes back, nothing runs any more and nothing of it is held.

    Args:
        pipe: What to call.
        arguments: What with.
        name: What the model is called in an error.
        check: Called after each step, in the thread that works.
        preview: Whether steps have a preview.

    Raises:
        EngineFailed: the pipeline broke off.
        MemoryBudgetExceeded: it has not enough memory.
    """
    check()
    news: SimpleQueue[Step | _Output | BaseException] = SimpleQueue()
    left = threading.Event()

    def told(pipe: Any, index: int, _time: object, tensors: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
        if left.is_set():
            raise _Left
        check()
        # A scheduler may take more steps than it was asked for: PNDM makes four of three.
        total = max(index + 1, getattr(pipe, "num_timesteps", None) or 0)
        look = previews.colours(pipe, tensors["latents"]) if preview else None
        news.put(Step(index + 1, total, look))
        return {}

    def work() -> None:
        called_back = {
            "callback_on_step_end": told,
            "callback_on_step_end_tensor_inputs": ["latents"],
        }
        try:
            news.put(_Output(pipe(**arguments, **called_back)))
        except BaseException as error:  # noqa: BLE001 - handed on to who waits
            news.put(_translated(error, name).with_traceback(None))
            _tidied(pipe)

    worker = threading.Thread(target=work, name="diffusion", daemon=True)
    worker.start()
    try:
        while isinstance(item := news.get(), Step):
            yield item
    finally:
        left.set()
        worker.join()
    if isinstance(item, BaseException):
        raise item
    return item.value


@contextmanager
def typed(name: str) -> Iterator[None]:
    """Turn what a library raises into the error that a caller may see; see :func:`run`."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - becomes one of ours
        raise _translated(error, name) from None


class _Output:
    """What a pipeline returned."""

    def __init__(self, value: Any) -> None:  # noqa: ANN401
        self.value = value


def _translated(error: BaseException, name: str) -> BaseException:
    """Return the error that a caller may see."""
    if isinstance(error, PortfolioError) or not isinstance(error, Exception):
        return error
    if _of_memory(error):
        log.warning("%s has not enough memory", name)
        return MemoryBudgetExceeded(_RETRY_AFTER_SECONDS)
    log.error("%s broke off", name, exc_info=error)
    return EngineFailed(name)


def _of_memory(error: Exception) -> bool:
    import torch

    # On a CPU torch has no type for it.
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    )


def _tidied(pipe: Any) -> None:  # noqa: ANN401
    """Bring a pipeline that broke off to where it was: its parts may be moved in and out."""
    import torch

    pipe.maybe_free_model_hooks()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
