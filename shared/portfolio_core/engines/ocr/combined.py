"""The embedded engine: PP-OCR from the RapidOCR wheel, and Tesseract for Korean lines.

Nothing is downloaded: the models lie in the wheel, the language data come with the system. A
page is put right first: flattened if it was photographed at an angle, turned upright, levelled.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Self

from portfolio_core.engines.ocr import (
    Correction,
    Language,
    Line,
    PageReading,
    Pixels,
    Progress,
    Word,
    last,
)
from portfolio_core.engines.ocr import geometry as geo
from portfolio_core.engines.ocr.calibration import confidence
from portfolio_core.engines.ocr.detection import Detector
from portfolio_core.engines.ocr.layout import arrange
from portfolio_core.engines.ocr.letters import Letters, is_foreign, score_of, text_of, words_of
from portfolio_core.engines.ocr.lines import PPOCR, Found, Readers, read_lines
from portfolio_core.engines.ocr.markdown import markdown
from portfolio_core.engines.ocr.perspective import flattened
from portfolio_core.engines.ocr.recognition import Recogniser
from portfolio_core.engines.ocr.tesseract import FOLDERS, Tesseract
from portfolio_core.engines.ocr.upright import turn_of
from portfolio_core.errors import MissingDependency
from portfolio_core.hardware import Hardware

UNREADABLE = "[…]"
"""Stands for a line in a script that nobody here can read."""

_DETECTOR, _RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
_LEVEL = 0.6
"""Lines that fall by fewer degrees are left as they are."""
_STEEPEST = 20.0
_LEGIBLE = 0.5
"""What scores less is no reading: the pattern of a cloth, leaves, grain."""
_LEGIBLE_SHORT = 0.75
_SHORT = 2
"""Of so few letters more is asked."""


class PpOcrTesseract:
    """Reads print well and handwriting fairly, in Latin script and in Hangul."""

    LANGUAGES: ClassVar[tuple[str, ...]] = ("en", "ko")

    def __init__(self, detector: Detector, readers: Readers, threads: Executor) -> None:
        """Use what :meth:`load` has opened; all of it serves several pages at once."""
        self._detector = detector
        self._readers = readers
        self._threads = threads
        tesseract = readers.tesseract
        self.revision = f"rapidocr {version('rapidocr')}" + (
            f", tesseract {tesseract.version}" if tesseract else ""
        )

    @classmethod
    def load(
        cls,
        folder: Path | None,  # noqa: ARG003 - the wheel carries the weights
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003
        language_data: tuple[Path, ...] = FOLDERS,
    ) -> Self:
        """Open the models of the wheel; see :class:`OcrEngine`.

        Args:
            folder: Not used.
            hardware: Its threads share out the lines of a page.
            fetch: Not used.
            language_data: Folders that may hold Tesseract's data; the first that does counts.

        Raises:
            MissingDependency: rapidocr or onnxruntime is not installed.
        """
        models = _models()
        return cls(
            Detector.load(_session(models / _DETECTOR, hardware.threads)),
            Readers(
                Recogniser.load(_session(models / _RECOGNISER, 1)), Tesseract.find(language_data)
            ),
            ThreadPoolExecutor(hardware.threads, thread_name_prefix="ocr"),
        )

    def read(self, image: Pixels, language: Language = "auto") -> PageReading:
        """Read a page; see :class:`OcrEngine`."""
        return last(self.steps(image, language))

    def steps(
        self, image: Pixels, language: Language = "auto", check: Callable[[], None] = lambda: None
    ) -> Iterator[Progress | PageReading]:
        """Read a page, line by line; see :class:`OcrEngine`."""
        yield Progress("upright")
        page = self._put_right(image, check)
        count = len(page.boxes)
        found: list[Found] = []
        for done, lines in enumerate(self._read(page, language, check), 1):
            found = lines
            yield (
                Progress("lines", done, count)
                if done <= count
                else Progress("second_reading", done - count)
            )
        yield self._reading(page, found, language)

    def _put_right(self, image: Pixels, check: Callable[[], None]) -> "_Page":
        boxes = self._detector.find(image)
        flat = flattened(image, boxes)
        if flat is not None:
            image = flat
            boxes = self._detector.find(image)
        check()
        turned = turn_of(image, boxes, self._readers)
        if turned:
            image = geo.turn(image, turned)
            boxes = self._detector.find(image)
        check()
        skew = geo.skew(boxes)
        skew = skew if _LEVEL <= abs(skew) <= _STEEPEST else 0.0
        correction = Correction(turned, round(-skew, 1) if skew else 0.0, flat is not None)
        return _Page(image, boxes, geo.level(image, -skew) if skew else None, correction)

    def found(self, image: Pixels, language: Language = "auto") -> list[Found]:
        """Read a page and return the letters of its legible lines, with their bare scores."""
        page = self._put_right(image, lambda: None)
        rounds = list(self._read(page, language, lambda: None))
        return [line for line in (rounds[-1] if rounds else []) if is_legible(line)]

    def _read(
        self, page: "_Page", language: Language, check: Callable[[], None]
    ) -> Iterator[list[Found]]:
        return read_lines(
            self._readers,
            page.image,
            page.boxes,
            language,
            threads=self._threads,
            check=check,
        )

    def _reading(self, page: "_Page", found: list[Found], language: Language) -> PageReading:
        blind = language != "en" and self._readers.tesseract is None
        found = [line if is_legible(line) else replace(line, letters=()) for line in found]
        if blind:
            found = [replace(line, letters=()) if _is_foreign(line) else line for line in found]
        kept = [line for line in found if line.letters or blind]
        boxes = [page.level.move(line.box) if page.level else line.box for line in kept]
        blocks = arrange(boxes)
        lines = tuple(
            _line(kept[place.index], boxes[place.index], number)
            for number, block in enumerate(blocks)
            for row in block
            for place in row
        )
        texts = [text_of(line.letters) or UNREADABLE for line in kept]
        notes = [] if kept else ["no_text_found"]
        if blind and (language == "ko" or UNREADABLE in texts):
            notes.append("language_data_missing")
        image = page.level.image if page.level else page.image
        return PageReading(image, lines, page.correction, markdown(blocks, texts), tuple(notes))


@dataclass(frozen=True)
class _Page:
    """A page put right; its lines are cut from ``image``, where nothing is drawn anew."""

    image: Pixels
    boxes: list[geo.Corners]
    level: geo.Levelled | None
    correction: Correction


def is_legible(found: Found) -> bool:
    """Whether a line's letters score enough to be a reading at all."""
    letters = found.letters
    least = _LEGIBLE_SHORT if len(letters) <= _SHORT else _LEGIBLE
    return bool(letters) and score_of(letters) >= (least if found.reader == PPOCR else 0.0)


def _is_foreign(found: Found) -> bool:
    """Whether PP-OCR took a line for ideographs, as it does with Hangul."""
    return any(is_foreign(letter.text) for letter in found.letters)


def _line(found: Found, box: geo.Corners, block: int) -> Line:
    """Return a line as a caller gets it; one without letters is there, but not readable."""
    if not found.letters:
        return Line(UNREADABLE, 0.0, geo.polygon(box), found.reader, (), block)
    words = tuple(_word(word, found.reader, box) for word in words_of(found.letters))
    sure = confidence(found.reader, "line", found.letters)
    return Line(text_of(found.letters), sure, geo.polygon(box), found.reader, words, block)


def _word(letters: Letters, reader: str, box: geo.Corners) -> Word:
    place = geo.polygon(geo.part(box, letters[0].start, letters[-1].end))
    return Word("".join(x.text for x in letters), confidence(reader, "word", letters), place)


def _models() -> Path:
    try:
        import onnxruntime  # noqa: F401 - only whether it is there
        import rapidocr
    except ImportError as missing:
        package = missing.name or "rapidocr"
        raise MissingDependency(package, f"pip install {package}") from None
    return Path(rapidocr.__file__).parent / "models"


def _session(model: Path, threads: int) -> Any:  # noqa: ANN401 - onnxruntime is imported late
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    # A thread that waits for work does not burn the core that another page needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
