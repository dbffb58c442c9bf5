"""The first page tells of each Space what the Space tells of itself."""

import asyncio
import functools
import re

import httpx
import pytest

from portfolio_core.settings import Settings
from portfolio_core.workload import Workload

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
README = """---
title: "Sounds & <b>words</b>"
emoji: 🔊
colorFrom: green
colorTo: mauve
short_description: From the card.
---
# Sounds
"""
TABLE = """
[gallery]
title_ko = "소리"
summary_en = "Makes sounds."
summary_ko = "소리를 만듭니다."
picture = "{picture}"
"""
APP = """
from types import SimpleNamespace
import gradio as gr

class Page(gr.Blocks):
    def status(self):
        return SimpleNamespace(engine="Voice <1>", preset="tiny", reason="Fits", state="{state}")

def build():
    with Page() as page:
        gr.Markdown("hello")
    return page
"""


def write_space(spaces, state="idle", picture="examples/cover.svg", table=TABLE, slug="sounds"):
    """Write a Space that tells all that the gallery shows."""
    folder = spaces / slug
    (folder / "examples").mkdir(parents=True)
    (folder / "examples" / "cover.svg").write_text(PICTURE)
    (folder / "app.py").write_text(APP.replace("{state}", state))
    (folder / "README.md").write_text(README)
    (folder / "space.toml").write_text(table.replace("{picture}", picture))


@pytest.fixture
def space(spaces):
    return functools.partial(write_space, spaces)


def asker(app):
    async def send(path, headers):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(path, headers=headers)

    def answer(path="/", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return asyncio.run(send(path, named))

    return answer


@pytest.fixture
def get(make):
    """Ask the server of the Spaces that the test has written."""

    def answer(*path, **headers):  # the Spaces are written by then
        return asker(make())(*path, **headers)

    return answer


@pytest.fixture(scope="module")
def get_sounds(tmp_path_factory):
    """Ask the server of one Space that tells all."""
    from portfolio_server.app import create_app

    folder = tmp_path_factory.mktemp("gallery")
    write_space(folder / "spaces")
    settings = Settings(temp_dir=folder / "temp")
    return asker(create_app(settings, folder / "spaces", Workload(settings)))


def test_a_card_says_what_the_space_says(get_sounds):
    page = get_sounds().text

    assert "Sounds &amp; &lt;b&gt;words&lt;/b&gt;" in page
    assert "Makes sounds." in page
    assert 'src="/pictures/sounds"' in page
    assert "Voice &lt;1&gt;" in page
    assert "tiny" in page
    assert 'href="/spaces/sounds/"' in page
    assert 'href="/spaces/sounds/?view=api"' in page
    assert "http://127.0.0.1/spaces/<wbr>sounds/gradio_api/mcp/" in page
    assert "green to-gray" in page


def test_each_link_at_the_foot_leads_somewhere(get_sounds):
    foot = get_sounds().text.partition("<footer>")[2]
    links = re.findall(r'href="([^"]+)"', foot)

    assert "/docs" in links
    assert [get_sounds(path=link).status_code for link in links] == [200] * len(links)


STATES = {
    "idle": "loads at first use",
    "loading": "loading",
    "loaded": "ready",
    "failed": "failed to load",
}


def test_a_card_tells_the_state_of_the_engine(space, get):
    for state in STATES:
        space(state, slug=state)

    page = get().text

    for state, words in STATES.items():
        assert f'<span class="state {state}">{words}</span>' in page


def test_a_space_without_a_table_is_described_by_its_card(space, get):
    space(table="")

    page = get(accept_language="ko").text

    assert "From the card." in page
    assert "/pictures/" not in page


LANGUAGES = [
    ("", "", "en"),
    ("", "ko-KR,ko;q=0.9,en;q=0.8", "ko"),
    ("", "en-US,en;q=0.9,ko;q=0.8", "en"),
    ("", "fr,ko;q=0.3,en;q=0.2", "ko"),
    ("", "fr", "en"),
    ("", "en;q=0.2, ko;q=0.3", "ko"),
    ("?lang=ko", "en", "ko"),
    ("?lang=en", "ko", "en"),
    ("?lang=xx", "ko", "ko"),
]


def test_the_language_is_the_one_asked_for_or_the_browsers(get_sounds):
    for asked, accepted, locale in LANGUAGES:
        page = get_sounds(f"/{asked}", accept_language=accepted).text

        assert f'<html lang="{locale}">' in page, (asked, accepted)
        assert ("소리를 만듭니다." in page) is (locale == "ko")


def test_the_machine_is_described_in_the_same_language(get_sounds):
    english, korean = (get_sounds(f"/?lang={lang}").text for lang in ("en", "ko"))

    assert re.search(r"<li>\d+ threads</li>\s*<li>[\d.]+ GiB for engines</li>", english)
    assert "Fits" not in korean  # a page tells its reason in English
    assert re.search(r"<li>스레드 \d+개</li>\s*<li>엔진용 메모리 [\d.]+ GiB</li>", korean)


def test_it_chooses_the_language_as_the_pages_do(get_sounds):
    from portfolio_core.ui.i18n import preferred

    for accepted in ("ko;q=x", "ko, en", "en;q=0.9,ko;q=0.9", "*", "ko-KR;q=0.1", "EN-gb,KO;q=0.2"):
        page = get_sounds("/", accept_language=accepted).text
        assert f'<html lang="{preferred(accepted)}">' in page, accepted


def test_the_page_needs_nobody_else_and_runs_nothing(get_sounds):
    answer = get_sounds()
    policy = answer.headers["content-security-policy"]

    assert "<script" not in answer.text
    addresses = re.findall(r"""(?:src|href)="([^"]*)""", answer.text)
    assert all(address.startswith(("/", "#")) for address in addresses)
    assert policy.startswith("default-src 'none'; img-src 'self'; style-src 'nonce-")
    assert re.search(r"nonce-([\w-]+)", policy)[1] in answer.text
    assert "style=" not in answer.text


class TestPicture:
    def test_it_has_its_type_and_can_run_nothing(self, get_sounds):
        answer = get_sounds("/pictures/sounds")

        assert answer.text == PICTURE
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["content-security-policy"].endswith("sandbox")

    def test_nothing_else_is_served_as_one(self, space, get):
        others = ["../../../etc/hostname", "/etc/hostname", "app.py", "examples/none.svg"]
        for number, picture in enumerate(others):
            space(picture=picture, slug=f"space-{number}")

        page = get().text

        assert "/pictures/" not in page

    def test_an_unknown_space_has_none(self, get_sounds):
        assert get_sounds("/pictures/none").status_code == 404
        assert get_sounds("/pictures/..%2fapp.py").status_code == 404


def test_an_empty_folder_is_told(get):
    assert "no application in this folder" in get().text


def test_the_page_fits_a_phone_and_breaks_no_rule(serve, space, browser):
    space()
    server = serve()
    said = []

    for scheme in ("light", "dark"):
        page = browser.new_page(
            viewport={"width": 390, "height": 800}, color_scheme=scheme, locale="ko-KR"
        )
        page.on("console", lambda message: said.append(message.text))
        page.goto(server.url)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.get_by_role("heading", name="소리").is_visible()
        page.close()

    assert said == []
