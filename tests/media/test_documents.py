"""Documents of strangers: what is fine becomes pages of text, what is not gets its error."""

import resource
import threading
import time
import zipfile

import numpy as np
import pytest
from PIL import Image
from tests.media import corpus_documents as corpus
from tests.media.corpus_images import photo

from portfolio_core.errors import (
    DocumentEncrypted,
    DocumentLimit,
    DocumentTooLarge,
    DocumentUnreadable,
    FileTooLarge,
    NoTextFound,
    NumberOutOfRange,
    PortfolioError,
    WrongFileType,
)
from portfolio_core.media import _archive, documents
from portfolio_core.media._parts import Bounds
from portfolio_core.settings import Limits

LIMITS = Limits()


def text_of(path, **options):
    return documents.read(path, LIMITS, **options).pages[0].text


class TestPdf:
    def test_every_page_has_its_text(self, file):
        path = file(corpus.pdf(["Hello brave world", "두 번째 쪽입니다", ""]))

        document = documents.read(path, LIMITS)

        assert document.kind == "pdf"
        assert [(page.number, page.text) for page in document.pages] == [
            (1, "Hello brave world"),
            (2, "두 번째 쪽입니다"),
            (3, ""),
        ]
        assert documents.page_count(path, LIMITS) == 3

    def test_content_counts_and_not_the_name(self, file):
        assert text_of(file(corpus.pdf(), "notes.txt")) == "Hello brave world"

    def test_pages_with_pictures_are_known(self, file):
        scanned = documents.read(file(corpus.pdf([""], picture=Image.fromarray(photo()))), LIMITS)
        written = documents.read(file(corpus.pdf()), LIMITS)

        assert (scanned.pages[0].pictured, written.pages[0].pictured) == (True, False)
        assert documents.require_text(written) is written
        with pytest.raises(NoTextFound):
            documents.require_text(scanned)

    def test_words_stand_where_they_are_drawn(self, file):
        words = documents.words(file(corpus.pdf(["Hello brave world\n한국어 문서"])), LIMITS, 1)

        assert [word.text for word in words] == ["Hello", "brave", "world", "한국어", "문서"]
        assert words[0].left == pytest.approx(50 / 400, abs=0.01)
        assert words[0].bottom == pytest.approx(50 / 300, abs=0.01)
        assert all(0 <= w.left < w.right <= 1 and 0 <= w.top < w.bottom <= 1 for w in words)

    @pytest.mark.parametrize("turn", [0, 90, 180, 270])
    def test_words_stand_where_the_drawn_page_has_its_ink(self, file, turn):
        path = file(corpus.turned_pdf(turn))
        (drawn,) = documents.render(path, LIMITS, dpi=144)
        (word,) = documents.words(path, LIMITS, 1)

        rows, columns = np.nonzero(drawn.min(axis=2) < 128)

        height, width, _ = drawn.shape
        assert (height, width) == ((600, 800) if turn in {0, 180} else (800, 600))
        ink = columns.min() / width, rows.min() / height, columns.max() / width, rows.max() / height
        assert (word.left, word.top, word.right, word.bottom) == pytest.approx(ink, abs=0.01)

    def test_a_page_too_large_to_draw_is_drawn_smaller(self, file):
        path = file(corpus.pdf([""], size=(14_400, 7_200)))

        (drawn,) = documents.render(path, LIMITS, dpi=600)

        assert max(drawn.shape) <= LIMITS.image_side
        assert drawn.shape[0] * drawn.shape[1] <= LIMITS.image_pixels
        assert drawn.shape[1] == pytest.approx(2 * drawn.shape[0], abs=2)

    def test_only_the_pages_asked_for_are_drawn(self, file):
        path = file(corpus.pdf(["", "Ink", ""]))

        drawn = list(documents.render(path, LIMITS, dpi=72, first=2, last=3))

        assert [page.min() < 128 for page in drawn] == [True, False]
        drawn[0][0, 0] = 0  # pixels of the caller's own

    @pytest.mark.parametrize("pages", [(0, 1), (1, 2), (2, None)])
    def test_a_page_that_is_not_there(self, file, pages):
        first, last = pages
        with pytest.raises(NumberOutOfRange):
            next(documents.render(file(corpus.pdf()), LIMITS, first=first, last=last))

    def test_a_resolution_out_of_range(self, file):
        with pytest.raises(NumberOutOfRange):
            next(documents.render(file(corpus.pdf()), LIMITS, dpi=10**9))

    def test_only_a_pdf_has_pages_to_draw(self, file):
        with pytest.raises(WrongFileType):
            documents.page_count(file("text", "a.txt"), LIMITS)

    def test_nothing_in_it_is_run_or_kept(self, file, tmp_path):
        program = tmp_path / "program.sh"
        program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        program.chmod(0o755)
        path = file(corpus.active_pdf(program))

        assert text_of(path) == "Only words"
        assert len(list(documents.render(path, LIMITS))) == 1
        assert {entry.name for entry in tmp_path.iterdir()} == {"file.pdf", "program.sh"}


class TestHostilePdf:
    def test_content_that_swells_ends_at_the_cap(self, file):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        path = file(corpus.bomb_pdf())
        made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        with pytest.raises(DocumentLimit):
            documents.read(path, LIMITS)

        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - max(before, made)
        assert grown < 20 * 1024  # KiB

    def test_with_memory_enough_the_same_content_is_no_error(self, file):
        assert text_of(file(corpus.bomb_pdf(2**20))) == ""

    def test_a_picture_that_swells_is_drawn_or_refused(self, file):
        path = file(corpus.picture_bomb_pdf())

        try:
            assert [page.shape for page in documents.render(path, LIMITS)] == [(556, 556, 3)]
        except PortfolioError as error:
            assert error.code == "document_limit"  # noqa: PT017 - either is fine

    @pytest.mark.parametrize("name", corpus.circles())
    def test_circles_end(self, name, file):
        content = corpus.circles()[name]
        limits = Limits(document_seconds=5)
        outcomes = set()
        for work in (documents.read, lambda *given: list(documents.render(*given))):
            try:
                work(file(content), limits)
                outcomes.add("read")
            except PortfolioError as error:
                outcomes.add(error.code)

        assert outcomes <= {"read", "document_unreadable", "document_limit"}
        if name in {"kids", "parents", "trailer"}:
            assert outcomes == {"document_unreadable"}

    def test_too_many_pages(self, file):
        path = file(corpus.many_pages())
        for work in (documents.read, documents.page_count):
            with pytest.raises(DocumentTooLarge):
                work(path, LIMITS)

    def test_a_page_of_the_limit_is_one_too_many_only_behind_it(self, file):
        path = file(corpus.pdf(["a", "b", "c"]))

        assert len(documents.read(path, Limits(document_pages=3)).pages) == 3
        with pytest.raises(DocumentTooLarge):
            documents.read(path, Limits(document_pages=2))

    def test_a_password_is_asked_for(self, file):
        with pytest.raises(DocumentEncrypted):
            documents.read(file(corpus.locked_pdf()), LIMITS)

    def test_a_file_cut_short_before_its_pages(self, file):
        with pytest.raises(DocumentUnreadable):
            documents.read(file(corpus.pdf()[:40]), LIMITS)

    def test_too_many_bytes(self, file):
        with pytest.raises(FileTooLarge):
            documents.read(file(corpus.pdf()), Limits(upload_bytes=100))

    def test_the_process_ends_when_drawing_is_left(self, file):
        before = set(threading.enumerate())
        drawing = documents.render(file(corpus.pdf(["a"] * 20)), LIMITS)
        next(drawing)
        drawing.close()

        deadline = time.monotonic() + 10
        while (timers := set(threading.enumerate()) - before) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not timers


class TestOffice:
    def test_headings_lists_and_tables_of_docx_are_markdown(self, file):
        assert text_of(file(corpus.docx_file(), "a.docx")) == (
            "# 보고서\n\nA paragraph.\n\n## Figures\n\n- first\n\n"
            "| a | b |\n| --- | --- |\n| 1 | 2 |\n| over \\| both |  |\n\nThe end."
        )

    def test_every_sheet_of_xlsx_is_a_page_and_no_formula_is_worked_out(self, file):
        document = documents.read(file(corpus.xlsx_file(), "a.bin"), LIMITS)

        assert document.kind == "xlsx"
        assert [page.text for page in document.pages] == [
            "# Prices\n\n| item | price |\n| --- | --- |\n| apple | 2.5 |\n| pear |  |",
            "",
            "# Third\n\n| alone |\n| --- |",
        ]

    @pytest.mark.parametrize(
        "xml",
        [
            corpus.evil_xml('<!ENTITY x SYSTEM "file:///etc/passwd">'),
            corpus.evil_xml('<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;'),
            corpus.laughs(),
            corpus.laughs().encode("utf-16"),
            corpus.evil_xml(""),
        ],
        ids=["entity of a file", "entity of an address", "laughs", "laughs in UTF-16", "a type"],
    )
    @pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "_rels/.rels"])
    def test_xml_with_a_document_type_is_refused(self, xml, part, file):
        path = file(corpus.with_part(corpus.docx_file(), part, xml), "a.docx")

        with pytest.raises(DocumentUnreadable):
            documents.read(path, LIMITS)

    def test_so_it_is_in_a_workbook(self, file):
        xml = corpus.evil_xml('<!ENTITY x "y">')
        path = file(corpus.with_part(corpus.xlsx_file(), "xl/workbook.xml", xml), "a.xlsx")

        with pytest.raises(DocumentUnreadable):
            documents.read(path, LIMITS)

    @pytest.mark.parametrize(
        ("make", "error"),
        [
            (corpus.huge_member, DocumentTooLarge),
            (corpus.many_members, DocumentTooLarge),
            (corpus.lying_member, DocumentUnreadable),
            (lambda: corpus.with_part(corpus.docx_file(), "../x", b""), DocumentUnreadable),
            (lambda: corpus.with_part(corpus.docx_file(), "a\\..\\x", b""), DocumentUnreadable),
            (lambda: corpus.with_part(corpus.docx_file(), "/x", b""), DocumentUnreadable),
            (lambda: corpus.docx_file()[:-2000], WrongFileType),
        ],
        ids=["huge", "many", "lying", "slip", "slip on Windows", "absolute", "cut"],
    )
    def test_an_archive_that_is_not_to_be_trusted(self, make, error, file):
        with pytest.raises(error):
            documents.read(file(make(), "a.docx"), LIMITS)

    def test_without_the_check_of_sizes_a_huge_member_is_let_in(self, file, monkeypatch):
        content = corpus.with_part(corpus.docx_file(), "word/media/x.bin", bytes(2**22))
        path, bounds = file(content, "a.docx"), Bounds(200, 1000)
        with pytest.raises(DocumentTooLarge):
            _archive.kind_of(path, bounds)

        monkeypatch.setattr(_archive, "_check_sizes", lambda *_: None)

        assert _archive.kind_of(path, bounds) == "docx"

    def test_a_locked_member(self, file):
        content = bytearray(corpus.docx_file())
        content[6] |= 1
        place = content.index(b"PK\1\2")
        content[place + 8] |= 1

        with pytest.raises(DocumentEncrypted):
            documents.read(file(bytes(content), "a.docx"), LIMITS)

    def test_a_locked_document_of_word(self, file):
        content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)

        with pytest.raises(DocumentEncrypted):
            documents.read(file(content + "EncryptedPackage".encode("utf-16-le")), LIMITS)
        with pytest.raises(WrongFileType):
            documents.read(file(content), LIMITS)

    def test_a_sheet_that_claims_the_whole_grid(self, file):
        with zipfile.ZipFile(file(corpus.xlsx_file(), "a.zip")) as source:
            sheet = source.read("xl/worksheets/sheet3.xml").decode()
        grid = sheet.replace('ref="A1"', 'ref="A1:XFD1048576"')
        assert grid != sheet
        content = corpus.with_part(corpus.xlsx_file(), "xl/worksheets/sheet3.xml", grid)

        document = documents.read(file(content, "a.xlsx"), LIMITS)

        assert document.pages[2].text == "# Third\n\n| alone |\n| --- |"

    @pytest.mark.parametrize("suffix", [".docx", ".txt", ".pdf"])
    @pytest.mark.parametrize("name", corpus.archives())
    def test_other_archives_are_no_documents(self, name, suffix, file):
        with pytest.raises(WrongFileType):
            documents.read(file(corpus.archives()[name], f"a{suffix}"), LIMITS)
