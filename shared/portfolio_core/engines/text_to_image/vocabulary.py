"""What a model of a small world understands, and what of a prompt lies outside of it.

The world is data beside the weights, ``world.json``: its words, other words for them, and the
Korean ones. A prompt comes out as a caption of the kind that the model has learnt.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

FILE = "world.json"
_WORD = re.compile(r"[^\W_]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")


@dataclass(frozen=True)
class Understood:
    """A prompt as the model is told it.

    Attributes:
        caption: In the world's words; empty where none of the prompt's is known.
        outside: The words that it does not know, as they were written.
        translated: Whether the prompt was Korean.
    """

    caption: str
    outside: tuple[str, ...] = ()
    translated: bool = False


@dataclass(frozen=True)
class World:
    """The words of a world.

    Attributes:
        side: Width and height of its pictures, in pixels.
        call: What the pipeline is called with unless somebody says otherwise.
        things: What has colours of its own, in the singular.
        shapes: What is drawn in a colour that the prompt names.
        colours: Of shapes.
        backgrounds: Colours of backgrounds and other names of them.
        plurals: Thing or shape to its plural.
        words: All words of captions.
        ignored: Words that say nothing about a picture.
        synonyms: Other words and phrases to the world's.
        korean: Korean words to the world's.
        examples: Prompts by language code.
    """

    side: int
    call: Mapping[str, Any]
    things: Sequence[str]
    shapes: Sequence[str]
    colours: Sequence[str]
    backgrounds: Sequence[str]
    plurals: Mapping[str, str]
    words: Sequence[str]
    ignored: Sequence[str]
    synonyms: Mapping[str, str]
    korean: Mapping[str, str]
    examples: Mapping[str, Sequence[str]]

    @classmethod
    def load(cls, folder: Path) -> "World":
        """Read the world in ``folder``.

        Raises:
            OSError: there is no such file.
            ValueError: it is not JSON.
            TypeError: something is missing.
        """
        return cls(**json.loads((folder / FILE).read_text("utf-8")))

    def understand(self, prompt: str) -> Understood:
        """Return ``prompt`` as a caption, and what of it is not of this world."""
        if _HANGUL.search(prompt):
            from portfolio_core.engines.text_to_image.korean_prompts import translated

            return translated(prompt, self)
        return self.known(_WORD.findall(prompt.lower()))

    def known(self, said: Sequence[str]) -> Understood:
        """Return what the world knows of the English words ``said``, in lower case."""
        kept: list[str] = []
        outside: list[str] = []
        for phrase, words in self._phrases(said):
            if words is None:
                outside.append(phrase)
                continue
            for word in words:
                if word in self._coloured_already and kept and kept[-1] in self.colours:
                    outside.append(f"{kept.pop()} {word}")
                kept.append(word)
        return Understood(" ".join(_with_articles(kept)), tuple(dict.fromkeys(outside)))

    @cached_property
    def _coloured_already(self) -> frozenset[str]:
        return frozenset([*self.things, *(self.plurals[thing] for thing in self.things)])

    @cached_property
    def _longest(self) -> int:
        return max(len(phrase.split()) for phrase in self.synonyms)

    def _phrases(self, said: Sequence[str]) -> Iterator[tuple[str, list[str] | None]]:
        """Yield what was said, word by word or phrase by phrase, with the world's words for it."""
        place, known = 0, frozenset(self.words)
        while place < len(said):
            for length in range(min(self._longest, len(said) - place), 0, -1):
                phrase = " ".join(said[place : place + length])
                if phrase in self.synonyms:
                    yield phrase, self.synonyms[phrase].split()
                    break
            else:
                length = 1
                if phrase in known:
                    yield phrase, [phrase]
                elif phrase not in self.ignored:
                    yield phrase, None
            place += length


def _with_articles(words: Sequence[str]) -> Iterator[str]:
    """Yield ``words`` with "a" and "an" as they should be."""
    for word, following in zip(words, [*words[1:], ""], strict=False):  # there may be none
        if word in ("a", "an") and following:
            yield "an" if following[0] in "aeio" else "a"
        else:
            yield word
