"""What a page was asked to watch, and what was seen and heard of it so far."""

from dataclasses import dataclass, field
from typing import Any

from portfolio_core import recipe
from portfolio_core.catalog import Choice
from portfolio_core.engines import speech_to_text as stt
from portfolio_core.engines.captioning import Caption, Detail
from portfolio_core.media.footage import Footage, Scene
from portfolio_core.text.timeline import Entry, Language, Timeline, Word, woven


@dataclass(frozen=True)
class Wish:
    """How to watch and listen, checked. Make it with :meth:`Watcher.wish`.

    Attributes:
        detail: How much a caption tells.
        spoken: Language that is heard, ISO 639-1, or "auto".
        translate: Whether what is said is written in English.
        language: What captions and marks are written in.
    """

    detail: Detail
    spoken: str
    translate: bool
    language: Language

    def arguments(self) -> dict[str, str | bool]:
        """Return the arguments of a call that asks for the same."""
        return {
            "detail": self.detail.value,
            "language": self.language,
            "spoken": self.spoken,
            "translate": self.translate,
        }


@dataclass
class Watched:
    """What was seen and heard, so far.

    Attributes:
        footage: The file.
        wish: How it was asked for.
        scenes: The scenes that have a caption.
        captions: Their captions.
        heard: What was heard so far.
        notes: Codes of what a visitor should know.
        answered: The models that worked, with their revisions, in order.
        seconds: Of the work so far, without the waits for a turn.
    """

    footage: Footage
    wish: Wish
    scenes: list[Entry] = field(default_factory=list)
    captions: list[Caption] = field(default_factory=list)
    heard: list[Entry] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    answered: dict[str, tuple[Choice, str]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def timeline(self) -> Timeline:
        """All of it on one timeline."""
        # A copy: somebody may still be listening beside us.
        return woven(self.scenes, [*self.heard], self.footage.seconds, self.wish.language)

    @property
    def models(self) -> list[str]:
        """Key and revision of each model that worked, in order."""
        return [f"{choice.model.key} {revision}" for choice, revision in self.answered.values()]

    def recipe(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return how to make it again."""
        choice, revision = next(iter(self.answered.values()))
        made = recipe.write(
            choice,
            revision=revision,
            parameters=parameters,
            seconds=round(self.seconds, 3),
            also=self.models[1:],
        )
        return made.model_dump(mode="json")

    def see(self, scene: Scene, caption: Caption) -> None:
        """Add a scene with its caption, in the language asked for where the caption has it."""
        korean = self.wish.language == "ko"
        if korean and not caption.text_ko:
            self.notes["captions_in_english"] = None
        own = korean and bool(caption.text_ko)
        text, language = (caption.text_ko, "ko") if own else (caption.text, "en")
        entry = Entry("scene", scene.start_seconds, scene.end_seconds, text, language=language)
        self.captions.append(caption)
        self.scenes.append(entry)

    def hear(self, segment: stt.Segment) -> None:
        """Add what is heard for a while."""
        words = tuple(Word(**vars(word)) for word in segment.words)
        self.heard.append(Entry(**{**vars(segment), "words": words}))
        if segment.note:
            self.notes[segment.note] = None
