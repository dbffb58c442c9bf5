"""Florence-2: a small captioner, in three degrees of detail; English only.

The class is transformers' own; the makers' remote code is never run. What the model is asked are
the very sentences it was trained with. Beam search of three, as its makers write captions.

Source: https://huggingface.co/docs/transformers/model_doc/florence2
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from portfolio_core.catalog import by_key
from portfolio_core.engines.captioning import Caption, Detail, ReadText
from portfolio_core.engines.image_to_text import pretrained
from portfolio_core.errors import EngineFailed
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels

# The sentence that each task stands for, and the longest answer in tokens.
_TASKS = {
    Detail.SHORT: ("What does the image describe?", 48),
    Detail.DETAILED: ("Describe in detail what is shown in the image.", 128),
    Detail.VERY_DETAILED: ("Describe with a paragraph what is shown in the image.", 320),
}
_BEAMS = 3


class Florence2Base:
    """Florence-2 base, 0.23 billion parameters."""

    KEY: ClassVar[str] = "florence-2-base"
    DETAILS: ClassVar[Sequence[Detail]] = tuple(Detail)

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
        loaded = pretrained.load(entry.name, folder, hardware)
        return cls(loaded, entry.hub.revision if entry.hub else "")

    def caption(
        self,
        picture: Pixels,
        detail: Detail,
        *,
        read_text: ReadText | None = None,  # noqa: ARG002 - it reads by itself
        check: Callable[[], None] = lambda: None,
    ) -> Caption:
        """Return what ``picture`` shows; see :class:`CaptioningEngine`."""
        question, most_tokens = _TASKS[detail]
        check()
        with self._lock:
            given = self._given(picture, question)
            try:
                written = self._model.generate(
                    **given,
                    max_new_tokens=most_tokens,
                    num_beams=_BEAMS,
                    do_sample=False,
                    stopping_criteria=pretrained.leaving(check),
                )
            except RuntimeError as error:  # out of memory, for example
                raise EngineFailed(by_key(self.KEY).name) from error
        (text,) = self._letters.batch_decode(written, skip_special_tokens=True)
        return Caption(" ".join(text.split()))

    def _given(self, picture: Pixels, question: str) -> dict[str, Any]:
        """Put a picture and a question into the model's form: its places, then the sentence."""
        import torch

        pixels = self._pictures(
            images=[picture], input_data_format="channels_last", return_tensors="pt"
        ).pixel_values
        letters = self._letters
        place = letters.convert_ids_to_tokens(self._model.config.image_token_id)
        places = place * self._pictures.image_seq_length
        tokens = letters(
            f"{places}{letters.bos_token}{question}{letters.eos_token}",
            add_special_tokens=False,
            return_tensors="pt",
        ).input_ids.to(self._model.device)
        return {
            "input_ids": tokens,
            "attention_mask": torch.ones_like(tokens),
            "pixel_values": pixels.to(self._model.device, self._model.dtype),
        }
