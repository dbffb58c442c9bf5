"""Addresses of strangers: what is fetched, and what is never even connected to."""

import gc
import socket

import httpx
import pytest
import ssrfguard
from tests.conftest import ROOT
from tests.media.corpus_images import photo
from tests.media.web import PRIVATE, PUBLIC, Web, answers

from portfolio_core.errors import (
    FileTooLarge,
    UrlFailed,
    UrlNotAllowed,
    UrlTooSlow,
    WrongFileType,
)
from portfolio_core.media import _fetch, urls
from portfolio_core.settings import MEBIBYTE, Limits

LIMITS = Limits()
FORMS_OF_HERE = [
    "http://127.0.0.1", "http://localhost", "http://localhost.", "http://LOCALHOST/",
    "http://a.localhost", "http://2130706433", "http://0x7f.1", "http://0177.0.0.1",
    "http://127.1", "http://0.0.0.0", "http://0", "http://[::1]", "http://[::]",
    "http://[::ffff:127.0.0.1]", "http://[::127.0.0.1]", "http://①②⑦.0.0.1",
]  # fmt: skip
FORMS_OF_INSIDE = [
    "http://169.254.169.254/latest/meta-data/", "http://100.100.100.200", "http://192.0.0.192",
    "http://[fd00:ec2::254]", "http://[64:ff9b::7f00:1]", "http://[64:ff9b:1::7f00:1]",
    "http://[2002:7f00:1::]", "http://[fec0::1]", "http://[fe80::1]", "http://[fe80::1%25lo]",
    "http://192.88.99.1", "http://10.0.0.1", "http://172.16.0.1", "http://192.168.0.1",
    "http://100.64.0.1", "http://198.18.0.1", "http://224.0.0.1", "http://255.255.255.255",
    "http://[2001::7f00:1]", "http://[ff02::1]", "http://metadata.google.internal",
    "http://printer.local", "http://intranet", "http://intranet.", "http://0x7f.0x1", "http://1.0x7f.",
]  # fmt: skip
FORMS_OF_TRICKS = [
    "http://ok.example\\@127.0.0.1/", "http://ok@127.0.0.1", "http://127.0.0.1#@ok",
    "http://127.0.0.1?@ok.example", "http://127.0.0.1\\.ok.example", "http://ok\t.example",
    "http://ok.example\n", " http://ok.example", "http://ok.example/a b", "http://127。0。0。1",
    "http://127.0.0.1%2f@ok.example", "http:///127.0.0.1", "http:127.0.0.1", "//127.0.0.1",
    "http://user:secret@93.184.216.34/", "http://ok.example:0x50/", "", "http://", "http://[::1",
    "http://\0", "http://" + "a" * 5000, "http://" + "a." * 500 + "b", "127.0.0.1",
]  # fmt: skip
FORMS_OF_OTHERS = [
    "file:///etc/passwd", "FILE:///etc/passwd", "ftp://93.184.216.34/x", "gopher://93.184.216.34/x",
    "data:text/html,x", "javascript:alert(1)", "ws://93.184.216.34/", "http+unix://x/y",
    "http://93.184.216.34:22/", "http://93.184.216.34:6379/", "https://93.184.216.34:8443/",
]  # fmt: skip


@pytest.fixture(scope="module")
def web():
    web = Web()
    yield web
    web.close()


@pytest.fixture
def here(web):
    """Fetch with the loopback's first address for the public web."""
    web.public.hits.clear()
    web.private.hits.clear()

    def fetch(url, most_bytes=MEBIBYTE, seconds=20.0, resolver=None):
        reach = _fetch.Reach((f"{PUBLIC}/32",), (80, 443, web.port), resolver)
        return _fetch.fetch(url, most_bytes, seconds, reach)

    return fetch


class TestWhatIsFetched:
    def test_a_file(self, here, web):
        assert here(web.url("picture")).startswith(b"\x89PNG")

    def test_behind_up_to_three_redirects(self, here, web):
        assert here(web.url("hop/3")).startswith(b"\x89PNG")
        assert len(web.public.hits) == 4

    def test_by_the_name_of_its_server(self, here, web):
        resolver = answers([PUBLIC])

        here(f"http://ok.example:{web.port}/picture", resolver=resolver)

        assert resolver.asked == ["ok.example"]
        assert web.public.hits[0][1]["Host"] == f"ok.example:{web.port}"

    def test_without_a_word_about_us(self, here, web, monkeypatch):
        monkeypatch.setenv("HF_TOKEN", "hf_made_up")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

        here(web.url("picture"))

        _, headers = web.public.hits[0]
        assert {name.lower() for name in headers} == {
            "host", "accept", "accept-encoding", "connection", "user-agent",
        }  # fmt: skip

    def test_packed_although_nobody_asked_for_it(self, here, web):
        assert here(web.url("packed/gzip")) == b"packed"

    def test_of_just_the_limit(self, here, web):
        size = len(here(web.url("picture")))

        assert len(here(web.url("picture"), most_bytes=size)) == size
        with pytest.raises(FileTooLarge):
            here(web.url("picture"), most_bytes=size - 1)


class TestWhatIsNot:
    @pytest.mark.parametrize(
        "url", FORMS_OF_HERE + FORMS_OF_INSIDE + FORMS_OF_TRICKS + FORMS_OF_OTHERS
    )
    def test_an_address_that_is_not_of_the_public_web(self, url, refused_calls):
        resolver = answers(["93.184.216.34"])  # whoever asks for a name is led to the public web

        with pytest.raises(UrlNotAllowed):
            _fetch.fetch(url, MEBIBYTE, 5.0, _fetch.Reach(resolver=resolver))

        assert refused_calls == []

    def test_an_inner_name_is_not_even_looked_up(self):
        for name in ("localhost", "localhost.", "intranet", "x.internal", "x.internal."):
            resolver = answers([PUBLIC])
            with pytest.raises(UrlNotAllowed):
                _fetch.fetch(f"http://{name}/", MEBIBYTE, 5.0, _fetch.Reach(resolver=resolver))
            assert resolver.asked == []

    @pytest.mark.parametrize(
        "location",
        [
            f"http://{PRIVATE}:PORT/picture",
            f"//{PRIVATE}:PORT/picture",
            "http://localhost:PORT/picture",
            "http://127.2:PORT/picture",
            f"http://{PUBLIC}:PORT@{PRIVATE}:PORT/picture",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            "http://127.0.0.1:22/",
        ],
    )
    def test_where_a_redirect_leads(self, location, here, web):
        with pytest.raises((UrlNotAllowed, UrlFailed)) as caught:
            here(web.url("to/" + location.replace("PORT", str(web.port))))

        assert caught.value.status == 400
        assert web.private.hits == []

    def test_without_the_guard_the_redirect_leads_there(self, here, web):
        httpx.get(web.url(f"to/http://{PRIVATE}:{web.port}/picture"), follow_redirects=True)

        assert [path for path, _ in web.private.hits] == ["/picture"]

    def test_a_fourth_redirect(self, here, web):
        with pytest.raises(UrlNotAllowed):
            here(web.url("hop/4"))

    def test_from_https_back_to_http(self):
        hops = _fetch._Hops(ssrfguard.Policy())
        hops.check(httpx.Request("GET", "http://ok.example/"))
        hops.check(httpx.Request("GET", "https://ok.example/"))

        with pytest.raises(UrlNotAllowed):
            hops.check(httpx.Request("GET", "http://ok.example/"))

    def test_a_name_with_one_public_and_one_private_address(self, here, web):
        for mixed in ([PUBLIC, PRIVATE], [PRIVATE, PUBLIC]):
            with pytest.raises(UrlNotAllowed):
                here(f"http://ok.example:{web.port}/picture", resolver=answers(mixed))

        assert web.private.hits == []


class TestRebinding:
    def test_a_name_that_changes_its_answer_never_leads_inside(self, here, web, trials):
        resolver = answers([PUBLIC], [PRIVATE], [PRIVATE], [PUBLIC])
        outcomes = {"fetched": 0, "refused": 0}
        for _ in range(trials(500)):
            try:
                here(f"http://ok.example:{web.port}/picture", resolver=resolver)
                outcomes["fetched"] += 1
            except UrlNotAllowed:
                outcomes["refused"] += 1

        assert min(outcomes.values()) > 0
        assert web.private.hits == []

    def test_who_looks_up_again_after_the_check_is_led_inside(self, here, web, monkeypatch):
        resolver = answers([PUBLIC], [PRIVATE])
        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        policy = ssrfguard.Policy(
            allowed_networks=(f"{PUBLIC}/32",), allowed_ports=frozenset({web.port})
        )
        url = f"http://ok.example:{web.port}/picture"

        ssrfguard.resolve(policy.check_url(url), policy=policy)
        httpx.get(url, trust_env=False)

        assert len(web.private.hits) == 1


class TestBodies:
    @pytest.mark.parametrize("path", ["endless", "announced", "bomb"])
    def test_too_large(self, path, here, web):
        with pytest.raises(FileTooLarge):
            here(web.url(path))

    @pytest.mark.parametrize("path", ["short", "missing", "packed/br", "packed/gzip,gzip"])
    def test_no_whole_file(self, path, here, web):
        with pytest.raises(UrlFailed):
            here(web.url(path))

    def test_one_byte_at_a_time(self, here, web):
        with pytest.raises(UrlTooSlow):
            here(web.url("drip"), seconds=0.5)

    def test_nobody_there(self, here, web):
        with socket.create_server((PUBLIC, 0)) as server:
            port = server.getsockname()[1]
        reach = _fetch.Reach((f"{PUBLIC}/32",), (port,))
        with pytest.raises(UrlFailed):
            _fetch.fetch(f"http://{PUBLIC}:{port}/", MEBIBYTE, 5.0, reach)

    @pytest.fixture(autouse=True)
    def _collected(self):
        yield
        gc.collect()  # a connection left open would warn in a later test


class TestInItsProcess:
    @pytest.fixture(autouse=True)
    def _here(self, monkeypatch):
        monkeypatch.syspath_prepend(str(ROOT))
        monkeypatch.setattr(urls, "_WORK", "tests.media.works:fetch_here")

    def test_a_picture_is_fetched_whatever_it_is_called(self, web):
        assert (urls.fetch_picture(web.url("picture"), LIMITS).rgb == photo()).all()

    def test_a_page_is_no_picture_whatever_it_is_called(self, web):
        with pytest.raises(WrongFileType):
            urls.fetch_picture(web.url("html"), LIMITS)

    def test_its_errors_are_ours(self, web):
        with pytest.raises(UrlFailed):
            urls.fetch(web.url("missing"), LIMITS)
        with pytest.raises(FileTooLarge):
            urls.fetch(web.url("endless"), LIMITS)
        with pytest.raises(UrlNotAllowed):
            urls.fetch(f"http://{PRIVATE}:{web.port}/", LIMITS)

    @pytest.mark.parametrize("path", ["slow", "drip"])
    def test_it_ends_on_time_whatever_the_other_side_does(self, path, web):
        with pytest.raises(UrlTooSlow):
            urls.fetch(web.url(path), Limits(fetch_seconds=2))


def test_by_default_the_loopback_is_not_reached(web):
    web.public.hits.clear()

    with pytest.raises(UrlNotAllowed):
        urls.fetch(f"http://{PUBLIC}:{web.port}/picture", LIMITS)

    assert web.public.hits == []
