"""Loading a model that turns pictures into text, with what prepares its input and its output.

Source: https://huggingface.co/docs/transformers/model_doc/auto
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from portfolio_core.errors import EngineFailed, HubUnreachable, MissingDependency
from portfolio_core.hardware import Hardware, product_type

log = logging.getLogger(__name__)


class Pretrained(NamedTuple):
    """A model of transformers, which has no types, and its two companions."""

    model: Any
    """On its device, ready to generate."""
    pictures: Any
    """Image processor."""
    letters: Any
    """Tokenizer."""


def load(
    name: str,
    folder: Path | None,
    hardware: Hardware,
    preparation: Path | None = None,
    **of_pictures: object,
) -> Pretrained:
    """Load the weights in ``folder``; they must be safetensors.

    Args:
        name: Name of the model for errors.
        folder: Holds a repository's files.
        hardware: Where it runs, which also chooses the number type.
        preparation: Holds the image processor and the tokenizer; none: ``folder`` does.
        of_pictures: Settings of the image processor that take the place of its own.

    Raises:
        MissingDependency: torch or transformers is not installed.
        HubUnreachable: there is no folder.
        EngineFailed: the files are not what they should be.
    """
    if folder is None:
        raise HubUnreachable(name)
    try:
        import torch
        from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise MissingDependency(
            error.name or "transformers", "pip install torch transformers"
        ) from None
    torch.set_num_threads(hardware.threads)
    disable_progress_bar()
    preparation = preparation or folder
    try:
        model = AutoModelForImageTextToText.from_pretrained(
            folder,
            dtype=getattr(torch, product_type(hardware)),
            use_safetensors=True,
            local_files_only=True,
        )
        pictures = AutoImageProcessor.from_pretrained(
            preparation, backend="pil", local_files_only=True, **of_pictures
        )
        letters = AutoTokenizer.from_pretrained(preparation, local_files_only=True)
    except Exception as error:  # what tokenizers raises is nothing narrower
        log.warning("the weights of %s cannot be read: %s", name, type(error).__name__)
        raise EngineFailed(name) from error
    return Pretrained(model.to(hardware.device).eval(), pictures, letters)


def leaving(check: Callable[[], None]) -> Any:  # noqa: ANN401
    """Return stopping criteria that ask ``check`` at every token, and never stop by themselves."""
    import torch
    from transformers import StoppingCriteria, StoppingCriteriaList

    class Leave(StoppingCriteria):  # type: ignore[misc]
        """Asks whether to go on."""

        def __call__(self, input_ids: Any, _scores: Any, **_: object) -> Any:  # noqa: ANN401
            check()
            return torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)

    return StoppingCriteriaList([Leave()])
