"""How well speech is written down, and whether words are made up where nobody speaks.

A row of the data has ``file``, ``lang`` and ``text``, the truth. Capitals and punctuation do not
count. The plain side is plain_sphinx.py.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jiwer
import made_sounds  # type: ignore[import-not-found]  # stands beside this file
import numpy as np
import plain_sphinx  # type: ignore[import-not-found]  # likewise

from portfolio_core import catalog, hardware, hub
from portfolio_core.engines import speech_to_text as stt
from portfolio_core.media import audio
from portfolio_core.settings import Limits, Settings
from portfolio_core.text.timeline import NOT_UNDERSTOOD

RATE = made_sounds.RATE
PLAIN, OURS = "plain PocketSphinx", "pocketsphinx-en"
NOBODY_SECONDS, SEEDS = 5.0, 2
AROUND_SECONDS = 5.0
_SUFFIXES = {".wav", ".flac", ".mp3", ".ogg", ".m4a"}

Writer = Callable[[np.ndarray, str], str]
"""Writes down samples, int16 at :data:`RATE`, of a language."""


@dataclass(frozen=True)
class Clip:
    """One recording and its truth."""

    name: str
    language: str
    samples: np.ndarray
    truth: str


@dataclass(frozen=True)
class Engine:
    """One that writes down speech, and the languages that it understands."""

    name: str
    languages: tuple[str, ...]
    write: Writer


def evaluate(rows: list[dict[str, Any]]) -> bool:
    """Print the tables; return whether all bars are met."""
    clips = [_clip(row["path"], row) for row in rows if _is_recording(row)]
    if not clips:
        print("There are no recordings with words; nothing is judged of speech.")
        return True
    engines = list(_engines())
    bars = _words(clips, engines)
    bars |= _foreign(clips, engines)
    bars |= _made_up(engines)
    bars |= _surrounded([clip for clip in clips if clip.language == "en"], engines)
    print()
    for bar, met in bars.items():
        print(f"- {bar}: {'met' if met else 'MISSED'}")
    return all(bars.values())


def _is_recording(row: dict[str, Any]) -> bool:
    return {"lang", "text"} <= row.keys() and row["path"].suffix in _SUFFIXES


def _clip(path: Path, row: dict[str, Any]) -> Clip:
    sound = audio.resample(audio.read(path, Limits()), RATE)
    return Clip(row["file"], row["lang"], sound.samples, row["text"])


def _engines() -> Iterator[Engine]:
    """Yield the plain one, and all of ours that can be had here without the network."""
    plain = plain_sphinx.pocketsphinx()
    yield Engine(PLAIN, ("en",), lambda samples, _: plain(samples))
    settings = Settings(offline=True)
    machine = hardware.detect(settings)
    for model in catalog.MODELS:
        if stt.TASK not in model.tasks or (model.hub and not hub.is_here(model, settings)):
            continue
        folder = hub.folder(model, settings) if model.hub else None
        engine = catalog.engine_class(model).load(folder, machine)
        yield Engine(model.key, tuple(engine.LANGUAGES), _writer(engine))


def _writer(engine: Any) -> Writer:  # noqa: ANN401 - any of our engines
    def write(samples: np.ndarray, language: str) -> str:
        wanted = stt.SpeechToTextRequest(audio.Sound(samples, RATE), language)
        parts = (part for part in engine.transcribe(wanted) if part.note != NOT_UNDERSTOOD)
        return " ".join(part.text for part in parts if part.text)

    return write


def _words(clips: list[Clip], engines: list[Engine]) -> dict[str, bool]:
    """Print the errors and the speed for each clip and language; judge ours by the plain one's."""
    print("\n| Engine | Recording | WER | CER | seconds for one of sound |\n|---|---|---|---|---|")
    errors: dict[str, float] = {}
    for engine in engines:
        for language in engine.languages:
            heard = [clip for clip in clips if clip.language == language]
            said, took = [], []
            for clip in heard:
                start = time.perf_counter()
                said.append(plain_words(engine.write(clip.samples, language)))
                took.append((time.perf_counter() - start) / (len(clip.samples) / RATE))
            truths = [plain_words(clip.truth) for clip in heard]
            for clip, truth, words, rate in zip(heard, truths, said, took, strict=True):
                print(_row(engine.name, clip.name, [truth], [words], rate))
            if heard:
                print(
                    _row(engine.name, f"**all, {language}**", truths, said, float(np.median(took)))
                )
                errors[f"{engine.name} {language}"] = float(jiwer.wer(truths, said))
    fine = errors.get(f"{OURS} en", 0) <= errors.get(f"{PLAIN} en", 1)
    return {"no more wrong words than plain PocketSphinx": fine}


def _row(engine: str, name: str, truths: list[str], said: list[str], rate: float) -> str:
    wer, cer = (100 * float(measure(truths, said)) for measure in (jiwer.wer, jiwer.cer))
    return f"| {engine} | {name} | {wer:.1f} | {cer:.1f} | {rate:.2f} |"


def _foreign(clips: list[Clip], engines: list[Engine]) -> dict[str, bool]:
    """Count the recordings of a language that an engine does not know and yet writes in its own."""
    print("\n| Engine | recordings in a language unknown to it | written all the same |")
    print("|---|---|---|")
    bars = {}
    for engine in engines:
        unknown = [clip for clip in clips if clip.language not in engine.languages]
        said = [engine.write(clip.samples, engine.languages[0]) for clip in unknown]
        print(f"| {engine.name} | {len(unknown)} | {sum(map(bool, said))} |")
        if unknown and engine.name != PLAIN:
            bars[f"{engine.name} writes no language that it does not know"] = not any(said)
    return bars


def _made_up(engines: list[Engine]) -> dict[str, bool]:
    """Count the words that are written where nobody speaks."""
    print("\n| Engine | " + " | ".join(made_sounds.nobody(1, 0)) + " |\n|---|---|---|---|")
    bars = {}
    for engine in engines:
        counts = dict.fromkeys(made_sounds.nobody(1, 0), 0)
        for seed in range(SEEDS):
            for kind, samples in made_sounds.nobody(NOBODY_SECONDS, seed).items():
                counts[kind] += len(engine.write(_whole(samples), engine.languages[0]).split())
        print(f"| {engine.name} | " + " | ".join(map(str, counts.values())) + " |")
        if engine.name != PLAIN:
            bars[f"no words of {engine.name} where nobody speaks"] = not any(counts.values())
    return bars


def _surrounded(clips: list[Clip], engines: list[Engine]) -> dict[str, bool]:
    """Count the words that are added to speech between two stretches without any.

    Ours is to add fewer than the plain one does; where the plain one adds none to what it adds to
    the recordings alone, as it may where there is silence around, as few.
    """
    if not clips:
        return {}
    print(
        f"\n| {AROUND_SECONDS:.0f} s around each | Engine | WER | words added |\n|---|---|---|---|"
    )
    added: dict[tuple[str, str], int] = {}
    kinds = {"nothing": np.zeros(0), **made_sounds.nobody(AROUND_SECONDS, 9)}
    truths = [plain_words(clip.truth) for clip in clips]
    for kind, around in kinds.items():
        sounds = [np.concatenate([_whole(around), c.samples, _whole(around)]) for c in clips]
        for engine in engines:
            said = [plain_words(engine.write(samples, "en")) for samples in sounds]
            found = jiwer.process_words(truths, said)
            added[kind, engine.name] = found.insertions
            print(f"| {kind} | {engine.name} | {100 * found.wer:.1f} | {found.insertions} |")
    ours, plain = ({kind: added[kind, name] for kind in kinds} for name in (OURS, PLAIN))
    noises = list(made_sounds.nobody(1, 0))
    bars = {
        f"fewer words added than by plain PocketSphinx, {kind} around": ours[kind] < plain[kind]
        or ours[kind] == 0
        for kind in noises
    }
    together = sum(ours[kind] for kind in noises), sum(plain[kind] for kind in noises)
    return {
        **bars,
        "the same, all together": together[0] < together[1] or together[0] == 0,
    }


def _whole(samples: np.ndarray) -> np.ndarray:
    return (samples.clip(-1, 1) * 32_767).astype(np.int16)


def plain_words(text: str) -> str:
    """Return the words alone: small letters, no punctuation but within a word, single spaces."""
    kept = (sign if sign.isalnum() or sign in "'’ " else " " for sign in text.casefold())
    words = unicodedata.normalize("NFC", "".join(kept)).replace("’", "'").split()
    return " ".join(word.strip("'") for word in words if word.strip("'"))
