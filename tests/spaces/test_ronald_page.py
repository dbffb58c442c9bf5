"""The page of the Space ronald-classifier, in a real browser, in both languages."""

import csv

import pytest
from tests.spaces.drawn import BLUE, RED, figure, other, pile, saved
from tests.spaces.visiting import button, said, visits

SECONDS = 120_000  # milliseconds, on a busy machine, with the engine still cold
LEARNING = 240_000


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("ronald-classifier", request.param)


@pytest.fixture(scope="module")
def open_page(browser, space):
    """Open the page in a browser of some language."""
    with visits(browser, space, SECONDS) as visit:
        yield visit


@pytest.fixture(scope="module", params=["en-US", "ko-KR"])
def page(open_page, request):
    return open_page(request.param)


def tab(page, english, korean):
    page.get_by_role("tab", name=said(page, english, korean), exact=True).click()


def payload(**files):
    return [
        {"name": f"{name}.png", "mimeType": "image/png", "buffer": content}
        for name, content in files.items()
    ]


def drop(page, number, files):
    """Put files into one of the piles that are seen."""
    page.locator(".pile:visible input[type=file]").nth(number).set_input_files(files)


def go(page, english, korean):
    button(page, english, korean).click()


def test_one_picture_is_answered_and_shows_where_the_network_looked(page):
    assert page.get_by_role("heading", level=1).inner_text() == said(
        page, "Is it Ronald?", "로널드 찾기"
    )
    page.locator(".paste-here input[type=file]").first.set_input_files(payload(one=saved(figure())))
    page.locator(".verdict .headline strong").first.wait_for()

    rows = page.locator(".verdict .row").all_inner_texts()
    names = (
        said(page, "Ronald McDonald", "로널드 맥도날드"),
        said(page, "Something else", "다른 것"),
    )
    assert sorted(row.split("\n")[0] for row in rows) == sorted(names)
    page.locator(".verdict .frame .heat").wait_for(state="attached")

    page.locator(".verdict .switch button").nth(1).click()

    assert "hot" in page.locator(".verdict .frame").get_attribute("class").split()
    size = "async image => { await image.decode(); return image.naturalWidth; }"
    assert page.locator(".verdict .heat").evaluate(size) == 96


def test_an_example_is_answered_at_a_click_and_the_panel_shows_its_call(page):
    page.locator(".gallery-item:visible").nth(1).click()
    shown = page.get_by_text(said(page, "Call this by API", "API로 호출하기"))
    shown.click()

    page.locator(".cm-content").filter(has_text="handle_file('2-clown.jpg')").first.wait_for()
    shown.click()


def test_many_pictures_are_ranked_with_copies_folded_and_failures_told(page):
    tab(page, "Ranking", "여러 장")
    files = payload(
        somebody=saved(other()),
        figure=saved(figure()),
        mirrored=saved(figure()[:, ::-1]),
        broken=saved(figure())[:500],
    )
    drop(page, 0, files)
    page.locator("textarea:visible").first.fill("http://127.0.0.1/inside.png")
    go(page, "Rank", "줄 세우기")
    page.locator(".ranked .card").first.wait_for()

    assert page.locator(".ranked .card").count() == 2  # the copy is folded
    shares = page.locator(".ranked .card .filled").evaluate_all(
        "bars => bars.map(bar => parseFloat(bar.style.width))"
    )
    assert shares == sorted(shares, reverse=True)
    failed = page.locator(".ranked .failed li .name").all_text_contents()
    assert failed == ["broken.png", "http://127.0.0.1/inside.png"]

    page.locator(".ranked .copies").click()

    assert page.locator(".ranked .other").count() == 1


def test_the_cut_dims_what_is_below_it(page):
    slider = page.locator(".ranked input[type=range]")
    slider.fill("100")
    assert page.locator(".ranked .card.below").count() == 2
    slider.fill("0")

    assert page.locator(".ranked .card.below").count() == 0


def test_the_ranking_can_be_kept_as_csv(page):
    with page.expect_download() as waiting:
        page.locator(".ranked .csv").click()

    rows = list(csv.DictReader(waiting.value.path().read_text("utf-8-sig").splitlines()))
    assert waiting.value.suggested_filename == "ranking.csv"
    assert [row["rank"] for row in rows] == ["1", "2", "3", "", ""]
    assert rows[4]["error"] == "url_not_allowed"


def test_a_mistake_is_told_in_the_browsers_language(page):
    go(page, "Take all out", "모두 빼기")
    page.locator("textarea:visible").first.fill("")
    go(page, "Rank", "줄 세우기")

    page.get_by_text(said(page, "There is no file", "작업할 파일이 없습니다")).first.wait_for()


def test_classes_are_learnt_told_tried_and_kept(page):
    tab(page, "Teach", "가르치기")
    for number, (name, colour) in enumerate((("<b>blue</b>", BLUE), ("red", RED))):
        page.locator(".pile:visible .name").nth(number).fill(name)
        drop(page, number, payload(**{f"{name[:4]}{n}": c for n, c in enumerate(pile(colour, 8))}))
    assert page.locator(".pile:visible .thumb").count() == 16
    go(page, "Learn", "배우기")
    page.locator(".lesson .figures").wait_for(timeout=LEARNING)

    assert page.locator(".lesson .figure").count() == 3
    assert page.locator(".lesson polyline").count() == 1
    assert page.locator(".lesson td").count() == 4
    assert page.locator(".lesson b").count() == 0  # a name stays text
    with page.expect_download() as waiting:
        page.locator(".lesson .zip").click()
    assert waiting.value.path().read_bytes().startswith(b"PK")

    fresh = payload(new=pile(RED, 1, first=50)[0])
    trying = page.locator("[role=tabpanel]:visible [data-testid=file-upload]").last
    trying.set_input_files(fresh)
    answer = page.locator(".verdict:visible .row").first
    answer.wait_for()

    assert answer.inner_text().startswith("red")


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_a_phone_shows_the_page_without_scrolling_sideways(open_page, locale):
    phone = open_page(locale, viewport={"width": 390, "height": 844})
    phone.locator(".gallery-item:visible").first.click()
    phone.locator(".verdict .headline strong").first.wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    tab(phone, "Ranking", "여러 장")
    go(phone, "Rank the drawn examples", "그려 둔 예시 줄 세우기")
    phone.locator(".ranked .card").first.wait_for()

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.wrong == []


def test_nothing_is_asked_of_other_hosts_and_nothing_fails(page):
    assert page.outside == []
    assert page.wrong == []
