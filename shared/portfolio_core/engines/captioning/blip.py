"""BLIP: a captioner of short sentences, an alternative to Florence-2; English only.

The class is transformers' own. The weights are published as a PyTorch file only; it is opened
with ``weights_only``, so that no code in it could run. What its configuration says stands here.

Source: https://huggingface.co/docs/transformers/model_doc/blip
"""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from portfolio_core.catalog import by_key
from portfolio_core.engines.captioning import Caption, Detail, ReadText
from portfolio_core.engines.image_to_text import pretrained
from portfolio_core.errors import EngineFailed, HubUnreachable, MissingDependency
from portfolio_core.hardware import Hardware, product_type
from portfolio_core.media.images import Pixels

log = logging.getLogger(__name__)

CONFIG: dict[str, Any] = {"text_config": {"num_attention_heads": 12}, "vision_config": {}}
"""Where config.json of Salesforce/blip-image-captioning-base differs from the class's own."""
_MOST_TOKENS = 48
_BEAMS = 3


class BlipBase:
    """BLIP base, captions of COCO, 0.25 billion parameters."""

    KEY: ClassVar[str] = "blip-base"
    DETAILS: ClassVar[Sequence[Detail]] = (Detail.SHORT,)

    def __init__(self, loaded: pretrained.Pretrained, revision: str) -> None:
        """Use a model and its companions; :meth:`load` makes them."""
        self._model, self._pictures, self._letters = loaded
        self.revision = revision
        self._lock = threading.Lock()

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - it has no extras
    ) -> Self:
        """Build the model from ``folder``; see :class:`CaptioningEngine`.

        Raises:
            HubUnreachable: there is no folder.
        """
        entry = by_key(cls.KEY)
        if folder is None:
            raise HubUnreachable(entry.name)
        return cls(_loaded(entry.name, folder, hardware), entry.hub.revision if entry.hub else "")

    def caption(
        self,
        picture: Pixels,
        detail: Detail,  # noqa: ARG002 - it knows short captions only
        *,
        read_text: ReadText | None = None,  # noqa: ARG002 - and no letters
        check: Callable[[], None] = lambda: None,
    ) -> Caption:
        """Return what ``picture`` shows, in a short sentence; see :class:`CaptioningEngine`."""
        check()
        pixels = self._pictures(
            images=[picture], input_data_format="channels_last", return_tensors="pt"
        ).pixel_values
        with self._lock:
            try:
                written = self._model.generate(
                    pixels.to(self._model.device, self._model.dtype),
                    max_new_tokens=_MOST_TOKENS,
                    num_beams=_BEAMS,
                    stopping_criteria=pretrained.leaving(check),
                )
            except RuntimeError as error:  # out of memory, for example
                raise EngineFailed(by_key(self.KEY).name) from error
        return Caption(_sentence(self._letters.decode(written[0], skip_special_tokens=True)))


def _loaded(name: str, folder: Path, hardware: Hardware) -> pretrained.Pretrained:
    try:
        import torch
        from transformers import (
            BlipConfig,
            BlipForConditionalGeneration,
            BlipImageProcessorPil,
            GenerationConfig,
            PreTrainedTokenizerFast,
        )
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise MissingDependency(
            error.name or "transformers", "pip install torch transformers"
        ) from None
    torch.set_num_threads(hardware.threads)
    disable_progress_bar()
    try:
        config = BlipConfig(**CONFIG)
        model = BlipForConditionalGeneration.from_pretrained(
            folder,
            config=config,
            generation_config=GenerationConfig(),  # its own file is not fetched
            dtype=getattr(torch, product_type(hardware)),
            use_safetensors=False,
            weights_only=True,
            local_files_only=True,
        )
        letters = PreTrainedTokenizerFast(
            tokenizer_file=str(folder / "tokenizer.json"),
            cls_token="[CLS]",  # noqa: S106 - marks, no secrets
            sep_token="[SEP]",  # noqa: S106
            pad_token="[PAD]",  # noqa: S106
        )
    except Exception as error:  # what unpickling and tokenizers raise is nothing narrower
        log.warning("the weights of %s cannot be read: %s", name, type(error).__name__)
        raise EngineFailed(name) from error
    side = config.vision_config.image_size
    pictures = BlipImageProcessorPil(size={"height": side, "width": side})
    return pretrained.Pretrained(model.to(hardware.device).eval(), pictures, letters)


def _sentence(text: str) -> str:
    """Return what BLIP writes, in small letters and without an end, as a sentence."""
    words = " ".join(text.split())
    return f"{words[:1].upper()}{words[1:]}." if words else ""
