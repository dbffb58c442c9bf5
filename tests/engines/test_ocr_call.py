"""A caller's files on their way: counted first, read page by page, each page queued anew."""

import numpy as np
import pytest
from tests.spaces.sheets import document, saved, sheet

from portfolio_core.engines.ocr import Correction, Line, PageReading, Progress, Word
from portfolio_core.engines.ocr.call import Call, News, ReadPage, Upload
from portfolio_core.engines.ocr.exports import check_format
from portfolio_core.errors import Cancelled, NoFile, TooManyPages, UnknownChoice, WrongFileType
from portfolio_core.settings import Limits, Settings
from portfolio_core.workload import EngineSpec, Workload

PLACE = ((0, 0), (50, 0), (50, 20), (0, 20))


class Sized:
    """Reads of each page how large it is."""

    revision = "1"

    def steps(self, image, language, check):
        yield Progress("upright")
        check()
        yield Progress("lines", 1, 2)
        text = "{}x{}".format(*image.shape[:2])
        word = Word(text, 0.9, PLACE, "other", "second")
        yield PageReading(image, (Line(text, 0.9, PLACE, "first", (word,)),), Correction())


@pytest.fixture
def workload():
    return Workload(Settings())


@pytest.fixture
def upload(tmp_path):
    def write(name, content):
        (tmp_path / name).write_bytes(content)
        return Upload(tmp_path / name, name)

    return write


def steps(call, workload, turns=None):
    def turn(place):
        if turns is not None:
            turns.append(place)
        yield

    return call.steps(workload, EngineSpec("sized", Sized, 1), turn)


def test_pictures_and_documents_are_read_in_order(upload, workload):
    pages = document(sheet(size=(300, 200)), sheet(size=(300, 200)))
    files = [upload("a.png", saved(sheet(size=(90, 70)))), upload("b.pdf", pages)]
    call = Call(files, "auto", Limits())

    read = [step for step in steps(call, workload) if isinstance(step, ReadPage)]

    assert call.count == 3
    assert [page.number for page in read] == [1, 2, 3]
    assert read[0].reading.text == "70x90"
    assert read[1].reading.text == read[2].reading.text != "200x300"  # drawn at 200 dots an inch
    assert call.readers() == ["first", "second"]
    assert call.revision == "1"


def test_every_page_queues_anew_and_leaves_its_place(upload, workload):
    turns = []
    call = Call([upload("a.png", saved(sheet()))] * 3, "auto", Limits())

    for step in steps(call, workload, turns):
        if isinstance(step, ReadPage):
            assert workload.running == 0
    assert len(turns) == len(set(turns)) == 3


def test_who_leaves_frees_the_place(upload, workload):
    running = steps(Call([upload("a.png", saved(sheet()))], "auto", Limits()), workload)
    while not isinstance(next(running), News):
        pass
    assert workload.running == 1

    running.close()

    assert workload.running == 0


def test_a_cancelled_place_stops_the_engine(upload, workload):
    turns = []
    call = Call([upload("a.png", saved(sheet()))], "auto", Limits())
    running = steps(call, workload, turns)
    while not isinstance(next(running), News):
        pass

    turns[0].cancel()

    with pytest.raises(Cancelled):
        next(running)


def test_the_share_grows_from_nothing_to_all():
    told = [
        News(page, 2, progress).share
        for page in (1, 2)
        for progress in (Progress("upright"), Progress("lines", 1, 4), Progress("lines", 4, 4))
    ]

    assert told == sorted(told)
    assert told[0] == 0
    assert told[3] == 0.5
    assert 0.9 < told[-1] <= 1


def test_pages_hold_no_pixels_but_files_show_them(upload, workload):
    red = saved(sheet(size=(200, 100)).point(lambda value: value // 2))
    call = Call([upload("a.png", red)], "auto", Limits())
    list(steps(call, workload))

    kept = call.pages[0].reading.image
    assert kept.shape == (100, 200, 3)
    assert kept.strides == (0, 0, 0)  # one pixel in memory

    import pypdfium2

    drawn = pypdfium2.PdfDocument(call.file(check_format("pdf"), "a"))[0].render().to_numpy()
    assert np.abs(drawn.astype(int) - 127).max() < 10


class TestRefusals:
    def test_before_anything_is_read(self, upload):
        picture = upload("a.png", saved(sheet()))

        with pytest.raises(NoFile):
            Call([], "auto", Limits())
        with pytest.raises(UnknownChoice):
            Call([picture], "fr", Limits())
        with pytest.raises(TooManyPages):
            Call([picture] * 3, "auto", Limits(ocr_pages=2))
        with pytest.raises(TooManyPages):
            Call([upload("b.pdf", document(sheet(), sheet()))], "auto", Limits(ocr_pages=1))

    def test_of_what_is_no_page_all_types_are_named(self, upload, workload):
        call = Call([upload("a.png", b"hello")], "auto", Limits())

        with pytest.raises(WrongFileType, match="JPEG, PNG, WEBP, PDF"):
            list(steps(call, workload))

    def test_what_was_read_before_is_kept(self, upload, workload):
        files = [upload("a.png", saved(sheet())), upload("b.png", b"hello")]
        call = Call(files, "auto", Limits())

        with pytest.raises(WrongFileType):
            list(steps(call, workload))
        assert len(call.pages) == 1
        assert workload.running == 0
