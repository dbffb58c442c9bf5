"""A pipeline of ``diffusers`` from a folder, ready on its device.

Only classes of the libraries themselves are loaded, and only from safetensors: a folder may
name a class of its own, and a file of Python beside it, and is refused then.

Source: https://huggingface.co/docs/diffusers/using-diffusers/loading
"""

import json
import logging
from pathlib import Path
from typing import Any

from portfolio_core.errors import EngineFailed, MissingDependency
from portfolio_core.hardware import Hardware, product_type

log = logging.getLogger(__name__)

_INDEX = "model_index.json"
_INDEX_BYTES = 64 * 1024
# The last one is how folders of Stable Diffusion 1 call the safety checker's.
_LIBRARIES = ("diffusers", "transformers", "stable_diffusion")
# Beside the weights: activations, and the parts that the pipeline moves in and out.
_ROOM = 1.3


def pipeline(
    folder: Path,
    hardware: Hardware,
    kind: str | None = None,
    *,
    name: str,
    **parts: Any,  # noqa: ANN401 - models of two libraries
) -> Any:  # noqa: ANN401 - diffusers has no types to speak of
    """Load the pipeline in ``folder``.

    Args:
        folder: Holds ``model_index.json`` and a folder for each part, in safetensors.
        hardware: Where it runs, which also chooses the number type.
        kind: Class of ``diffusers`` that takes the parts; none: the one that the folder names.
        name: What the model is called in an error.
        parts: Parts that take the place of the folder's own, such as ``vae``.

    Returns:
        A ``diffusers.DiffusionPipeline``, silent, on its device.

    Raises:
        MissingDependency: torch, diffusers or transformers is not installed.
        EngineFailed: a file cannot be read, or the folder asks for code of its own.
    """
    try:
        import diffusers
        import torch
        from safetensors import SafetensorError
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        package = error.name or "diffusers"
        raise MissingDependency(package, f"pip install {package}") from None
    torch.set_num_threads(hardware.threads)
    disable_progress_bar()
    diffusers.utils.logging.disable_progress_bar()
    diffusers.utils.logging.set_verbosity_error()
    try:
        pipe = _kind(kind or _class_in(folder)).from_pretrained(
            folder,
            dtype=getattr(torch, product_type(hardware)),
            use_safetensors=True,
            local_files_only=True,
            **parts,
        )
    except (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, SafetensorError,
            TypeError, ValueError) as error:  # fmt: skip
        log.warning("the pipeline of %s cannot be read: %s", name, type(error).__name__)
        raise EngineFailed(name) from error
    pipe.set_progress_bar_config(disable=True)
    return _placed(pipe, hardware)


def part(kind: str, folder: Path, hardware: Hardware, *, name: str) -> Any:  # noqa: ANN401
    """Load one model of ``diffusers`` that takes a place in a pipeline, such as a VAE.

    Args:
        kind: Its class.
        folder: Holds ``config.json`` and its weights in safetensors.
        hardware: Where it runs.
        name: What the model is called in an error.

    Raises:
        MissingDependency: torch or diffusers is not installed.
        EngineFailed: a file cannot be read.
    """
    try:
        import diffusers
        import torch
        from safetensors import SafetensorError
    except ImportError as error:
        package = error.name or "diffusers"
        raise MissingDependency(package, f"pip install {package}") from None
    try:
        return getattr(diffusers, kind).from_pretrained(
            folder,
            dtype=getattr(torch, product_type(hardware)),
            use_safetensors=True,
            local_files_only=True,
        )
    except (AttributeError, LookupError, OSError, RuntimeError, SafetensorError, TypeError,
            ValueError) as error:  # fmt: skip
        log.warning("a part of %s cannot be read: %s", name, type(error).__name__)
        raise EngineFailed(name) from error


def _class_in(folder: Path) -> str:
    """Return the class that a folder names, if all that it names is of the libraries.

    Raises:
        OSError: there is no index.
        ValueError: it is none, or names something else.
    """
    with (folder / _INDEX).open("rb") as file:
        index = json.loads(file.read(_INDEX_BYTES))
    named = index.get("_class_name")
    parts = [value for value in index.values() if isinstance(value, list)]
    if not isinstance(named, str) or any(_foreign(value) for value in parts):
        raise ValueError
    return named


def _kind(named: str) -> Any:  # noqa: ANN401
    """Return a pipeline's class.

    Raises:
        AttributeError: there is none of that name.
        TypeError: it is no pipeline.
    """
    import diffusers

    kind = getattr(diffusers, named)
    if not issubclass(kind, diffusers.DiffusionPipeline):
        raise TypeError
    return kind


def _foreign(part: list[object]) -> bool:
    return bool(part) and part[0] is not None and part[0] not in _LIBRARIES


def _placed(pipe: Any, hardware: Hardware) -> Any:  # noqa: ANN401
    if hardware.device == "cpu":
        return pipe
    if _bytes(pipe) * _ROOM > hardware.memory_bytes:
        pipe.enable_model_cpu_offload()
        return pipe
    return pipe.to(hardware.device)


def _bytes(pipe: Any) -> int:  # noqa: ANN401
    return sum(
        weight.numel() * weight.element_size()
        for component in pipe.components.values()
        if hasattr(component, "parameters")
        for weight in component.parameters()
    )
