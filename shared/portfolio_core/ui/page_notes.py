"""What a visitor is told of a page that was read: what was put right, who read it, what failed."""

from collections import Counter
from collections.abc import Mapping

from portfolio_core.engines.ocr import Correction, PageReading, text_layer
from portfolio_core.engines.ocr.call import News
from portfolio_core.ui.i18n import Locale, Words

READERS = {"pp-ocr": "PP-OCR", "tesseract": "Tesseract", text_layer.KEY: "PDF"}
"""Readers without a model of their own, by key, as people call them; others are in the catalog."""

_LEAST_SKEW = 0.05  # degrees; less is shown as 0.0 and nobody sees it

# Lines that are counted are being read; what cannot be counted is written by a document model.
_STAGES = {("lines", True): "reading", ("second_reading", False): "writing"}
# The viewer says it where the text would stand.
_SAID_IN_PLACE = "no_text_found"


def notes(
    reading: PageReading, words: Words, locale: Locale, names: Mapping[str, str]
) -> list[str]:
    """Return sentences about a page, what failed first.

    Args:
        reading: The page.
        words: The words of the page, among them ``note_…`` for each code of a note.
        locale: The visitor's language.
        names: Keys of readers to their names for people.
    """
    codes = [code for code in dict.fromkeys(reading.notes) if code != _SAID_IN_PLACE]
    told = [words.say(f"note_{code}", locale) for code in codes]
    corrected = _corrected(reading.correction, words, locale)
    if corrected:
        told.append(words.say("put_right", locale, what=", ".join(corrected)))
    if reading.lines and text_layer.NOTE not in codes:
        told.append(_who_read(reading, words, locale, names))
    return told


def progress(news: News, words: Words, locale: Locale) -> str:
    """Return how far a call is, in words."""
    step = news.progress
    fields = {"done": step.done, "line": min(step.done + 1, step.count), "count": step.count}
    stage = _STAGES.get((step.stage, bool(step.count)), step.stage)
    told = words.say(f"stage_{stage}", locale, **fields)
    if news.count == 1:
        return told
    return f"{words.say('stage_page', locale, number=news.page, count=news.count)} · {told}"


def _corrected(done: Correction, words: Words, locale: Locale) -> list[str]:
    said = []
    if done.turned_degrees:
        said.append(words.say(f"put_right_turned_{done.turned_degrees}", locale))
    if abs(done.skew_degrees) >= _LEAST_SKEW:
        said.append(words.say("put_right_skew", locale, degrees=abs(done.skew_degrees)))
    if done.perspective:
        said.append(words.say("put_right_perspective", locale))
    return said


def _who_read(reading: PageReading, words: Words, locale: Locale, names: Mapping[str, str]) -> str:
    lines = Counter(line.reader for line in reading.lines)
    if len(lines) == 1:
        (reader,) = lines
        told = words.say(
            "lines_read", locale, count=lines[reader], reader=names.get(reader, reader)
        )
    else:
        each = (
            words.say("read_by", locale, count=count, reader=names.get(reader, reader))
            for reader, count in lines.most_common()
        )
        told = words.say("lines_read_by", locale, count=lines.total(), readers=", ".join(each))
    doubtful = sum(word.doubtful for line in reading.lines for word in line.words)
    return f"{told} {words.say('words_doubtful', locale, count=doubtful)}" if doubtful else told
