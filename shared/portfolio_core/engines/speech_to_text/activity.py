"""Who speaks when: speech found by silero-vad, and what is heard in between.

Only what is speech is given to a recogniser: from silence, music and noise it would make words.

Source: https://github.com/snakers4/silero-vad
"""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, Self

import numpy as np

from portfolio_core.engines.speech_to_text import ambience
from portfolio_core.engines.speech_to_text.ambience import RATE_HZ, Signal, Stretch
from portfolio_core.errors import MissingDependency
from portfolio_core.media.audio import Sound, resample

_FULL_SCALE = np.float32(32_767)
LONGEST_SECONDS = 28.0
"""Speech without a pause is cut there, at its longest breath: Whisper hears 30 s at once."""
_MARGIN_MS = 150  # soft first and last sounds that the detector misses
_SHORTEST_GAP = RATE_HZ * 3 // 10  # samples; less is a breath at the edge of the speech
_NO_SPEECH_DB = -200.0


def signal_of(sound: Sound) -> Signal:
    """Return ``sound`` as recognisers take it."""
    samples = resample(sound, RATE_HZ).samples
    return samples.astype(np.float32) / _FULL_SCALE


def seconds(place: int, signal: Signal, sound: Sound) -> float:
    """Return the time of a sample; the end of ``signal`` is the end of ``sound`` it was made of."""
    return sound.seconds if place == len(signal) else place / RATE_HZ


def heard_until(stretches: list[Stretch], number: int) -> float:
    """Return to where in a stretch of speech the detector hears speech: up to the margin.

    It is late at both ends: what lies in the margin before speech may be its soft beginning, what
    lies in the one behind is hardly any of it. At the end of the sound, and where other speech
    follows, nothing tells a margin from speech.

    Args:
        stretches: All of a sound, as :meth:`Activity.stretches` returns them.
        number: Which of them.

    Returns:
        Seconds after its start.
    """
    _, start, end = stretches[number]
    ends = any(after.kind != "speech" for after in stretches[number + 1 : number + 2])
    return (end - start) / RATE_HZ - ends * _MARGIN_MS / 1000


class Activity:
    """Finds speech."""

    def __init__(self, model: Any, silero_vad: Any) -> None:  # noqa: ANN401 - it has no types
        """Use a loaded model; :meth:`load` makes one."""
        self._model = model
        self._library = silero_vad
        self.revision = f"silero-vad {version('silero-vad')}"

    @classmethod
    def load(cls) -> Self:
        """Load the model of the wheel.

        Raises:
            MissingDependency: ``silero-vad`` or ``onnxruntime`` is not installed.
        """
        try:
            import onnxruntime  # noqa: F401 - what it asks for when it loads its model
            import torch

            threads = torch.get_num_threads()
            import silero_vad
        except ImportError as error:
            package = "onnxruntime" if error.name == "onnxruntime" else "silero-vad"
            raise MissingDependency(package, f"pip install {package}") from None
        # Its import takes all but one thread from everyone who uses torch in this process.
        torch.set_num_threads(threads)
        return cls(silero_vad.load_silero_vad(sequence=True), silero_vad)

    def stretches(self, signal: Signal, pause_seconds: float = 0.4) -> list[Stretch]:
        """Return what is heard, without gaps, from the first sample to the last.

        Args:
            signal: What is listened to.
            pause_seconds: A shorter pause is part of the speech around it, which is at most
                :data:`LONGEST_SECONDS` long.
        """
        speech = self._speech(signal, pause_seconds)
        spoken = np.concatenate([signal[a:b] for a, b in speech]) if speech else signal[:0]
        speech_db = ambience.level_db(spoken) if speech else _NO_SPEECH_DB
        found: list[Stretch] = []
        place = 0
        for start, end in [*speech, (len(signal), len(signal))]:
            if start > place:
                found += ambience.stretches(signal, place, start, speech_db)
            if end > start:
                found.append(Stretch("speech", start, end))
            place = end
        return ambience.merged(found)

    def _speech(self, signal: Signal, pause_seconds: float) -> list[tuple[int, int]]:
        found = self._library.get_speech_timestamps_from_probs(
            self._model.audio_forward(signal),
            max_speech_duration_s=LONGEST_SECONDS,
            min_silence_duration_ms=round(1000 * pause_seconds),
            speech_pad_ms=_MARGIN_MS,
            audio_length_samples=len(signal),
        )
        speech = [(int(part["start"]), int(part["end"])) for part in found]
        return list(_without_slivers(speech, len(signal)))


def _without_slivers(speech: list[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of speech, each with the gap before it, or behind the last, if short."""
    place = 0
    for start, end in speech:
        after = length if length - end < _SHORTEST_GAP else end
        yield (place if start - place < _SHORTEST_GAP else start), after
        place = end
