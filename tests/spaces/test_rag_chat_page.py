"""The page of the Space rag-chat, in a real browser, in both languages."""

import re

import pytest
from tests.media import corpus_documents
from tests.spaces import sheets
from tests.spaces.visiting import visits

SECONDS = 120_000  # the first question waits for a model, on a machine that does other things
ASKED = "When is the story hour?"
SCRIPT = (
    "# Notes\n\nThe zebra Quillon lives in Oslo.\n\n"
    "<script>window.broken = 1</script><img src=http://evil.example/x onerror='window.broken = 2'>"
    "![x](http://evil.example/y) [z](javascript:window.broken=3) belong to Quillon.\n"
)


@pytest.fixture(scope="module")
def space(start_server, python):
    """The Space, started by itself."""
    return start_server([python, "spaces/rag-chat/app.py"], ready="/config")


@pytest.fixture
def visit(browser, space):
    """Open the page as a new visitor; in the end nothing strange may have happened."""
    pages = []
    with visits(browser, space, SECONDS) as visit:

        def open_page(locale="en-US", **options):
            page = visit(locale, **options)
            pages.append(page)
            page.locator(".library li").first.wait_for()
            return page

        yield open_page
        for page in pages:
            assert page.outside == []
            assert page.wrong == []
            assert page.evaluate("window.broken") is None


def ask(page, question):
    box = page.get_by_role("textbox").first
    box.fill(question)
    box.press("Enter")


def answer(page):
    """Wait until the newest answer is whole, and return its text."""
    page.locator(".reply").last.locator(".passages").wait_for()
    return page.locator(".reply").last.inner_text()


def drop(page, name, content):
    raw = content if isinstance(content, bytes) else content.encode()
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": raw}
    page.locator("input[type=file]").first.set_input_files([file])


def pdf():
    return corpus_documents.pdf(("Cats sleep a lot.", "The zebra Quillon lives in Oslo."))


def test_an_example_is_answered_and_its_mark_shows_the_page(visit):
    page = visit()

    page.get_by_role("button", name=ASKED).click()

    assert "Wednesday at 4 pm" in answer(page)
    page.locator(".evidence img").wait_for()
    assert "library-handbook-en.pdf" in page.locator(".evidence header").inner_text()
    assert page.locator(".evidence rect.passage").count() > 3
    quote = page.locator(".evidence rect.quote").first.bounding_box()
    assert quote["width"] > 50
    assert page.locator(".evidence img").evaluate("image => image.naturalWidth") > 300


def test_a_click_on_a_mark_shows_its_passage_and_the_text_around_it(visit):
    page = visit("ko-KR")
    ask(page, "방문 차량은 몇 시간까지 무료인가요?")
    assert "4시간" in answer(page)
    page.locator(".evidence mark").wait_for()
    page.locator(".passages summary").last.click()
    page.locator("button.passage").last.click()
    other = page.locator("button.passage[aria-pressed=true] .excerpt")
    start = other.inner_text()[:20]
    page.locator(".evidence .passage, .evidence .spoken", has_text=start).first.wait_for()

    page.locator(".mark").first.click()

    page.locator(".evidence strong.quote", has_text="4시간까지 무료").wait_for()
    assert page.locator(".mark").first.get_attribute("aria-pressed") == "true"
    assert "헬스장" in page.locator(".evidence .pane").inner_text()


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_what_is_not_there_is_said_in_the_visitors_language(visit, locale):
    page = visit(locale)

    ask(page, "How deep is the swimming pool?")

    said = answer(page)
    assert ("문서에 없는 내용입니다." if page.korean else "Not in your documents.") in said
    assert page.locator("button.passage").count() == 4
    assert page.locator(".mark").count() == 0


def test_only_search_shows_scores_and_writes_nothing(visit):
    page = visit()
    page.get_by_role("textbox").first.fill("story hour")

    page.get_by_role("button", name="Only search").click()

    said = answer(page)
    assert re.search(r"fused 1\.000 · meaning 0\.\d\d · words \(BM25\) \d", said)
    assert page.locator(".answer").count() == 0


def test_own_documents_are_asked_reported_kept_for_a_reload_and_deleted(visit):
    page = visit()
    drop(page, "zoo.pdf", pdf())
    page.locator(".library .count").wait_for()
    assert "Pages: 2, passages: 2." in page.locator(".library").inner_text()
    ask(page, "Where does the zebra Quillon live?")
    assert "Oslo" in answer(page)
    page.locator(".evidence img").wait_for()
    assert "page 2" in page.locator(".evidence header").inner_text()

    page.reload()
    page.locator(".library .count").wait_for()
    page.get_by_role("button", name="Delete zoo.pdf").click()

    page.locator(".library .badge").first.wait_for()
    assert "Deleted: documents 1, passages 2" in page.locator(".library").inner_text()
    assert "zoo.pdf" not in page.locator("body").inner_text()


def test_an_index_is_taken_away_and_brought_back(visit, tmp_path):
    page = visit()
    drop(page, "zoo.txt", "The zebra Quillon lives in Oslo.")
    page.locator(".library .count").wait_for()
    page.get_by_role("button", name="Download the index").click()
    link = page.locator("a[download$='.gz']")
    link.wait_for()
    with page.expect_download() as waiting:
        link.click()
    waiting.value.save_as(tmp_path / "documents.index.gz")
    page.get_by_role("button", name="Delete all my documents").click()
    page.locator(".library .badge").first.wait_for()

    drop(page, "documents.index.gz", (tmp_path / "documents.index.gz").read_bytes())

    page.locator(".library .name", has_text="zoo.txt").wait_for()
    ask(page, "Where does the zebra Quillon live?")
    assert "Oslo" in answer(page)


def test_a_scanned_page_is_read_and_asked_and_its_place_is_shown(visit):
    page = visit()
    drop(page, "scan.pdf", sheets.document(sheets.sheet("The zebra Quillon", "lives in Oslo.")))
    page.locator(".library .count").wait_for()
    assert "Pages whose pictures were read: 1." in page.locator(".library").inner_text()

    ask(page, "Where does the zebra Quillon live?")

    assert "Oslo" in answer(page)
    page.locator(".evidence img").wait_for()


def test_two_visitors_do_not_see_each_other(visit):
    first, second = visit(), visit()
    drop(first, "zoo.txt", "The zebra Quillon lives in Oslo.")
    first.locator(".library .count").wait_for()

    second.reload()
    ask(second, "Where does the zebra Quillon live?")

    answer(second)
    second.locator(".library .badge").first.wait_for()
    assert "Oslo" not in second.locator("body").inner_text()


def test_markup_in_a_document_and_in_a_question_is_text(visit):
    page = visit()
    drop(page, "notes.md", SCRIPT)
    page.locator(".library .count").wait_for()

    ask(page, "What belongs to Quillon? <img src=http://evil.example/q onerror='window.broken=4'>")

    answer(page)
    page.locator(".passages summary").last.click()
    assert "<script>window.broken = 1</script>" in page.locator(".reply").last.inner_text()
    assert "<img src=http://evil.example/q" in page.locator(".question").inner_text()
    assert page.locator(".conversation script, .conversation img, .conversation a").count() == 0


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_indexed(visit):
    page = visit()
    good = {"name": "good.txt", "mimeType": "text/plain", "buffer": b"The zebra lives in Oslo."}
    bad = {"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 nothing"}

    page.locator("input[type=file]").first.set_input_files([good, bad])

    page.locator(".library .count").wait_for()
    assert "bad.pdf: The document is damaged" in page.locator(".library").inner_text()
    assert "good.txt" in page.locator(".library").inner_text()


def test_the_map_is_drawn_from_this_machine_alone(visit):
    page = visit()
    ask(page, ASKED)
    answer(page)

    page.get_by_role("button", name="Map of the passages").click()

    page.locator(".js-plotly-plot").wait_for()
    page.locator(".legendtext", has_text="Question").wait_for()


def test_a_phone_shows_everything_in_its_width(visit):
    page = visit("ko-KR", viewport={"width": 390, "height": 844})
    ask(page, "방문 차량은 몇 시간까지 무료인가요?")
    answer(page)

    page.locator(".mark").first.click()

    page.locator(".evidence mark").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("button.mark").first.bounding_box()["height"] >= 22
