"""A pipeline of ``diffusers`` from a folder, ready on its device.

Only classes of the libraries themselves are loaded, and only from safetensors: a folder may
name a class of its own, and a file of Python beside it, and is refused then.

Source: https://huggingface.co/docs/diffusers/using-diffusers/loading
"""

import json
import logging
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from portfolio_core.engines.diffusion import attention
from portfolio_core.errors import EngineFailed, MissingDependency
from portfolio_core.hardware import Hardware, NumberType, product_type

log = logging.getLogger(__name__)

_INDEX = "model_index.json"
_INDEX_BYTES = 64 * 1024
_HALF = "fp16"
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
    dtype: NumberType | None = None,
    beside: Sequence[Any] = (),
    lora: Path | None = None,
    **parts: Any,  # noqa: ANN401 - models of two libraries
) -> Any:  # noqa: ANN401 - diffusers has no types to speak of
    """Load the pipeline in ``folder``.

    Args:
        folder: Holds ``model_index.json`` and a folder for each part, in safetensors.
        hardware: Where it runs, which also chooses the number type.
        kind: Class of ``diffusers`` that takes the parts; none: the one that the folder names.
        name: What the model is called in an error.
        dtype: Number type of the weights; none: the one that is fast here.
        beside: Pipelines that stay on the device together with it.
        lora: A LoRA in safetensors that becomes part of the weights.
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
    target = getattr(torch, dtype or product_type(hardware))
    disable_progress_bar()
    diffusers.utils.logging.disable_progress_bar()
    diffusers.utils.logging.set_verbosity_error()
    try:
        pipe = _kind(kind or _class_in(folder)).from_pretrained(
            folder,
            # What a LoRA adds is small, and would be rounded away.
            dtype=torch.float32 if lora else target,
            variant=_variant(folder),
            use_safetensors=True,
            local_files_only=True,
            **parts,
        )
        if lora:
            _merge(pipe, lora)
            pipe.to(target)
    except (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, SafetensorError,
            TypeError, ValueError) as error:  # fmt: skip
        log.warning("the pipeline of %s cannot be read: %s", name, type(error).__name__)
        raise EngineFailed(name) from error
    pipe.set_progress_bar_config(disable=True)
    return _placed(pipe, hardware, beside)


def part(
    kind: str, folder: Path, hardware: Hardware, *, name: str, dtype: NumberType | None = None
) -> Any:  # noqa: ANN401 - a model of diffusers
    """Load one model of ``diffusers`` that takes a place in a pipeline, such as a VAE.

    Args:
        kind: Its class.
        folder: Holds ``config.json`` and its weights in safetensors.
        hardware: Where it runs.
        name: What the model is called in an error.
        dtype: Number type of the weights; none: the one that is fast here.

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
            dtype=getattr(torch, dtype or product_type(hardware)),
            use_safetensors=True,
            local_files_only=True,
        )
    except (AttributeError, LookupError, OSError, RuntimeError, SafetensorError, TypeError,
            ValueError) as error:  # fmt: skip
        log.warning("a part of %s cannot be read: %s", name, type(error).__name__)
        raise EngineFailed(name) from error


def unet(file: Path, config: Mapping[str, Any], *, name: str, dtype: NumberType) -> Any:  # noqa: ANN401 - a model of diffusers
    """Load a UNet from a file in the layout of its first publishers, with all that is in it.

    Args:
        file: Weights in safetensors.
        config: Of the UNet, as ``diffusers`` has it.
        name: What the model is called in an error.
        dtype: Number type of the weights.

    Raises:
        EngineFailed: the file cannot be read, or is of another model.
    """
    import torch
    from diffusers import UNet2DConditionModel
    from safetensors import SafetensorError

    try:
        with tempfile.TemporaryDirectory() as place:  # the library takes the name of a folder
            Path(place, "config.json").write_text(json.dumps(dict(config)))
            made = UNet2DConditionModel.from_single_file(
                str(file), config=place, dtype=getattr(torch, dtype), local_files_only=True
            )
    except (AttributeError, LookupError, OSError, RuntimeError, SafetensorError, TypeError,
            ValueError) as error:  # fmt: skip
        log.warning("a part of %s cannot be read: %s", name, type(error).__name__)
        raise EngineFailed(name) from error
    if any(weight.is_meta for weight in made.parameters()):  # the file has none for it
        log.warning("a part of %s is not all there", name)
        raise EngineFailed(name)
    return made


def assembled(
    kind: str,
    hardware: Hardware,
    *,
    beside: Sequence[Any] = (),
    **parts: Any,  # noqa: ANN401 - models of two libraries
) -> Any:  # noqa: ANN401
    """Return a pipeline of parts that are loaded; see :func:`pipeline` for the rest."""
    pipe = _kind(kind)(**parts)
    pipe.set_progress_bar_config(disable=True)
    return _placed(pipe, hardware, beside)


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


def _merge(pipe: Any, lora: Path) -> None:  # noqa: ANN401
    pipe.load_lora_weights(
        lora.parent, weight_name=lora.name, use_safetensors=True, local_files_only=True
    )
    pipe.fuse_lora()
    pipe.unload_lora_weights()


def _variant(folder: Path) -> str | None:
    """Return what the weights' names have before their ending where only these are there."""
    return _HALF if any(folder.glob(f"*/*.{_HALF}.safetensors")) else None


def _placed(pipe: Any, hardware: Hardware, beside: Sequence[Any]) -> Any:  # noqa: ANN401
    if hardware.device == "cpu":
        return _for_cpu(pipe)
    if _bytes([pipe, *beside]) * _ROOM > hardware.memory_bytes:
        pipe.enable_model_cpu_offload()
        return pipe
    return pipe.to(hardware.device)


def _for_cpu(pipe: Any) -> Any:  # noqa: ANN401
    """Bring a pipeline's convolutions into the order in which they are fast in 16 bits.

    With 320 and 1,280 channels they took 0.96 and 0.76 of the time then; in float32 more than
    before. Slices of the picture are left out: they cost time and save memory.
    """
    import torch

    for part in pipe.components.values():
        whole: Any = part
        if isinstance(part, torch.nn.Module) and whole.dtype != torch.float32:
            whole.to(memory_format=torch.channels_last)
            attention.speed_up(whole)
    return pipe


def _bytes(pipes: Sequence[Any]) -> int:
    weights = {
        id(weight): weight.numel() * weight.element_size()
        for pipe in pipes
        for component in pipe.components.values()
        if hasattr(component, "parameters")
        for weight in component.parameters()
    }
    return sum(weights.values())
