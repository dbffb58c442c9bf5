"""espeak-ng from its Python wheel, driven through its C interface.

The wheel carries the library and all voice data, so nothing is downloaded. The library
keeps its state in globals: one call at a time in a process, whichever thread makes it.
Numbers, dates and emoji are read out; a word in the other script is read with that
language's rules by the library itself.

The library lets the pitch flutter a little, carries that on from call to call and has no
seed for it: the same request sounds the same again, but not to the last sample.

Source: https://github.com/espeak-ng/espeak-ng/blob/1.52.0/src/include/espeak-ng/speak_lib.h
"""

import ctypes
import logging
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from portfolio_core.engines.text_to_speech import SpeechRequest, SpokenSentence, Voice
from portfolio_core.errors import EngineFailed, MissingDependency, NothingToSay
from portfolio_core.hardware import Hardware
from portfolio_core.media.audio import Sound, join, silence
from portfolio_core.text.sentences import sentences

log = logging.getLogger(__name__)

_RATE_HZ = 22_050
_WORDS_PER_MINUTE = 175  # the library's own pace
# The library leaves no pause at the end of a text. A reader takes a breath between sentences,
# and players fade or cut the very end of a file: then it is this silence that they cut.
_PAUSE_SECONDS = 0.35

# Constants of speak_lib.h.
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1
_PARAMETER_RATE = 1
_POSITION_CHARACTER = 1
_PHONEMES_IPA = 2
_OK = 0
# A longer path makes the library forget its data without an error code.
_LONGEST_DATA_PATH = 150

_Collector = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
_lock = threading.Lock()

# Key in the API, name for people, name in Korean, language, name in the library.
_VOICES = (
    ("en-us", "American", "미국 영어", "en", "en-us"),
    ("en-us-female", "American, female", "미국 영어, 여성", "en", "en-us+f3"),
    ("en-us-deep", "American, deep", "미국 영어, 낮은 목소리", "en", "en-us+m7"),
    ("en-gb", "British", "영국 영어", "en", "gmw/en"),
    ("en-gb-female", "British, female", "영국 영어, 여성", "en", "gmw/en+f3"),
    ("en-scotland", "Scottish", "스코틀랜드 영어", "en", "en-gb-scotland"),
    ("ko", "Korean", "한국어", "ko", "ko"),
    ("ko-female", "Korean, female", "한국어, 여성", "ko", "ko+f3"),
    ("ko-deep", "Korean, deep", "한국어, 낮은 목소리", "ko", "ko+m7"),
)
_LIBRARY_NAMES = {key: name for key, _, _, _, name in _VOICES}


class EspeakEngine:
    """A robotic but clear voice, several hundred times faster than speech."""

    VOICES: ClassVar[tuple[Voice, ...]] = tuple(Voice(*voice[:4]) for voice in _VOICES)
    RATE: ClassVar[int] = _RATE_HZ
    READS: ClassVar[frozenset[str]] = frozenset({"en", "ko"})
    MIXES: ClassVar[bool] = False
    PRONOUNCES: ClassVar[bool] = False

    def __init__(self, library: ctypes.CDLL, revision: str) -> None:
        """Use an initialised library; :meth:`load` makes one."""
        self._library = library
        self.revision = revision

    @classmethod
    def load(
        cls,
        folder: Path | None,  # noqa: ARG003 - the wheel carries all there is
        hardware: Hardware,  # noqa: ARG003 - the library takes one thread
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003
    ) -> Self:
        """Open the library of the wheel; see :class:`SpeechEngine`."""
        library = _library()
        return cls(library, library.espeak_Info(None).decode())

    def speak(
        self, wanted: SpeechRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[SpokenSentence]:
        """Yield the sentences, spoken; see :class:`SpeechEngine`."""
        parts = sentences(wanted.text)
        pause = silence(_PAUSE_SECONDS / wanted.speed, _RATE_HZ)
        start = 0.0
        heard = False
        for index, text in enumerate(parts):
            check()
            said = self._say(text, wanted)
            phonemes = self._phonemes(text, wanted.voice)
            heard = heard or len(said.samples) > 0
            sound = join([said, pause], _RATE_HZ)
            yield SpokenSentence(index, len(parts), text, start, sound, phonemes)
            start += sound.seconds
        if not heard:
            raise NothingToSay

    def _say(self, text: str, wanted: SpeechRequest) -> Sound:
        blocks: list[bytes] = []

        def collect(samples: object, count: int, _events: object) -> int:
            if count > 0:
                blocks.append(ctypes.string_at(samples, 2 * count))  # type: ignore[arg-type]
            return 0  # go on

        collector = _Collector(collect)
        encoded = text.encode()
        pace = round(_WORDS_PER_MINUTE * wanted.speed)
        with _lock:
            lib = self._library
            lib.espeak_SetSynthCallback(collector)
            answers = (
                lib.espeak_SetVoiceByName(_LIBRARY_NAMES[wanted.voice].encode()),
                lib.espeak_SetParameter(_PARAMETER_RATE, pace, 0),
                lib.espeak_Synth(
                    encoded, len(encoded) + 1, 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None
                ),
                lib.espeak_Synchronize(),
            )
        if any(answer != _OK for answer in answers):
            log.error("espeak-ng answered %s", answers)
            raise EngineFailed("espeak-ng")
        return Sound(np.frombuffer(b"".join(blocks), np.int16), _RATE_HZ)

    def _phonemes(self, text: str, voice: str) -> str:
        """Return how ``voice`` pronounces ``text``, in IPA."""
        buffer = ctypes.create_string_buffer(text.encode())
        place = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses: list[str] = []
        with _lock:
            self._library.espeak_SetVoiceByName(_LIBRARY_NAMES[voice].encode())
            while place.value:  # the library moves it on by a clause, and ends it with null
                said = self._library.espeak_TextToPhonemes(
                    ctypes.byref(place), _CHARS_UTF8, _PHONEMES_IPA
                )
                clauses.append((said or b"").decode())
        return ", ".join(filter(None, map(str.strip, clauses)))


@cache
def _library() -> ctypes.CDLL:
    """Open and initialise the library, once in a process."""
    try:
        import espeakng_loader
    except ImportError:
        raise MissingDependency("espeakng-loader", "pip install espeakng-loader") from None
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Info.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_uint,
        ctypes.c_void_p,
        ctypes.c_void_p,
    ]
    data = short_path(Path(espeakng_loader.get_data_path()))
    rate = library.espeak_Initialize(
        _AUDIO_OUTPUT_SYNCHRONOUS, 0, str(data).encode(), _INITIALIZE_DONT_EXIT
    )
    if rate != _RATE_HZ:
        log.error("espeak-ng could not read its data in a path of %d characters", len(str(data)))
        raise EngineFailed("espeak-ng")
    return library


def short_path(data: Path) -> Path:
    """Return ``data``, or a link to it where its own path is too long for the library."""
    if len(str(data)) <= _LONGEST_DATA_PATH:
        return data
    link = Path(tempfile.mkdtemp(prefix="espeak-")) / data.name
    link.symlink_to(data, target_is_directory=True)
    return link
