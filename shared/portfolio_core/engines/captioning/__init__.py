"""Captioning: what an engine that says what a picture shows is, and what it is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Protocol

from portfolio_core.engine import Engine
from portfolio_core.media.images import Pixels

TASK = "captioning"


class Detail(StrEnum):
    """How much a caption tells."""

    SHORT = "short"
    DETAILED = "detailed"
    VERY_DETAILED = "very_detailed"


@dataclass(frozen=True)
class Fact:
    """One thing that can be told of a picture without guessing: a code and its fields.

    Attributes:
        code: ``"text"``, ``"faces"``, ``"colours"``, ``"light"``, ``"sharpness"``, ``"kind"``.
        value: The fact in English.
        value_ko: The same in Korean.
    """

    code: str
    value: str
    value_ko: str


@dataclass(frozen=True)
class Caption:
    """What a picture shows.

    Attributes:
        text: One or more English sentences.
        text_ko: The same in Korean where the engine can say it in Korean, else empty.
        facts: What the text was put together from, where it was.
    """

    text: str
    text_ko: str = ""
    facts: tuple[Fact, ...] = field(default=())


ReadText = Callable[[Pixels], str]
"""Reads the text in a picture; empty where there is none."""


class CaptioningEngine(Engine, Protocol):
    """An engine that says what pictures show."""

    KEY: ClassVar[str]
    """Its key in the catalog."""
    DETAILS: ClassVar[Sequence[Detail]]
    """How much it can tell."""

    def caption(
        self,
        picture: Pixels,
        detail: Detail,
        *,
        read_text: ReadText | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> Caption:
        """Return what ``picture`` shows.

        Args:
            picture: Shape (height, width, 3), uint8, RGB.
            detail: How much to tell.
            read_text: Reads the text in it; an engine that reads by itself leaves it alone.
            check: Called now and then; what it raises ends the work.
        """
        ...
