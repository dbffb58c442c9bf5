"""Qwen3-VL as a captioner: English and Korean, in three degrees of detail.

The classes are those of transformers. Its own processor wants torchvision for videos, which
pictures do not need; so the picture and the question are put together here.

Source: https://huggingface.co/docs/transformers/model_doc/qwen3_vl
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from portfolio_core.catalog import by_key
from portfolio_core.engines.captioning import Caption, Detail, ReadText
from portfolio_core.engines.image_to_text import pretrained, qwen_vl
from portfolio_core.errors import EngineFailed
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels

_QUESTIONS = {
    Detail.SHORT: (
        "Say in one short sentence what this picture shows.",
        "이 그림에 보이는 것을 짧은 한 문장으로 말해 주세요.",
    ),
    Detail.DETAILED: (
        "Describe in two or three sentences what this picture shows.",
        "이 그림에 보이는 것을 두세 문장으로 설명해 주세요.",
    ),
    Detail.VERY_DETAILED: (
        "Describe in one paragraph everything that this picture shows, and the text in it.",
        "이 그림에 보이는 모든 것과 그 안의 글자를 한 문단으로 설명해 주세요.",
    ),
}
_TOKENS = {Detail.SHORT: 64, Detail.DETAILED: 192, Detail.VERY_DETAILED: 512}
_ONLY = " Write nothing that cannot be seen.", " 보이지 않는 것은 쓰지 마세요."
_MOST_PIXELS = 1024 * 1024  # 1,024 tokens of the model


class QwenVlCaptioner:
    """One Qwen3-VL model; :attr:`KEY` names it."""

    KEY: ClassVar[str]
    DETAILS: ClassVar[Sequence[Detail]] = tuple(Detail)

    def __init__(self, loaded: pretrained.Pretrained, revision: str) -> None:
        """Use a model and its companions; :meth:`load` makes them."""
        self._loaded = loaded
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
        loaded = qwen_vl.load(entry.name, folder, hardware, _MOST_PIXELS)
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
        check()
        with self._lock:
            seen = qwen_vl.seen(self._loaded, picture)
            english, korean = (
                self._answer(seen, question + only, _TOKENS[detail], check)
                for question, only in zip(_QUESTIONS[detail], _ONLY, strict=True)
            )
        return Caption(english, korean)

    def _answer(
        self, seen: dict[str, Any], question: str, most_tokens: int, check: Callable[[], None]
    ) -> str:
        given = qwen_vl.asked(self._loaded, seen, question)
        try:
            written = self._loaded.model.generate(
                **given, max_new_tokens=most_tokens, stopping_criteria=pretrained.leaving(check)
            )
        except RuntimeError as error:  # out of memory, for example
            raise EngineFailed(by_key(self.KEY).name) from error
        new = written[0, given["input_ids"].shape[1] :]
        text = self._loaded.letters.decode(new, skip_special_tokens=True)
        return " ".join(text.split())


class Qwen3Vl2b(QwenVlCaptioner):
    """For a GPU of 16 GB."""

    KEY = "qwen3-vl-2b-captions"


class Qwen3Vl8b(QwenVlCaptioner):
    """For a GPU of 24 GB and more."""

    KEY = "qwen3-vl-8b-captions"
