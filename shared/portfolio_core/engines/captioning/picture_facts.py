"""Captions without a captioner: what can be measured and read of a picture, and no more.

It does not know what a picture shows, and says so in every caption. A neural captioner knows,
and sometimes makes it up; this one is never wrong about more than a number.
"""

import importlib.metadata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Self

from portfolio_core.engines.captioning import Caption, Detail, ReadText, facts, looks
from portfolio_core.errors import MissingDependency
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels


class PictureFacts:
    """Tells facts; needs no weights."""

    KEY: ClassVar[str] = "picture-facts"
    DETAILS: ClassVar[Sequence[Detail]] = tuple(Detail)

    def __init__(self, revision: str) -> None:
        """Note the version of what measures; :meth:`load` finds it."""
        self.revision = revision

    @classmethod
    def load(
        cls,
        folder: Path | None,  # noqa: ARG003 - there are no weights
        hardware: Hardware,  # noqa: ARG003 - and nothing that a GPU could do
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003
    ) -> Self:
        """Make it ready; see :class:`CaptioningEngine`."""
        try:
            return cls(f"scikit-image {importlib.metadata.version('scikit-image')}")
        except importlib.metadata.PackageNotFoundError:
            raise MissingDependency("scikit-image", "pip install scikit-image") from None

    def caption(
        self,
        picture: Pixels,
        detail: Detail,
        *,
        read_text: ReadText | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> Caption:
        """Return what can be told of ``picture`` for certain; see :class:`CaptioningEngine`."""
        check()
        look = looks.measured(picture)
        check()
        text = "" if read_text is None or look.kind == "plain" else read_text(picture).strip()
        height, width = picture.shape[:2]
        return facts.caption(facts.facts(look, text), detail, look, (width, height))
