"""The server as a whole: its own routes, its headers, and Spaces that break."""

import asyncio
import logging
import socket

import httpx
import pytest

from portfolio_core.errors import BadSetting, QueueFull, TextTooLong, UnknownChoice
from portfolio_core.settings import Limits, Settings
from portfolio_core.workload import Workload

BROKEN = {
    "breaks-at-import": "import nothing_of_this_name",
    "breaks-at-build": "def build():\n    raise RuntimeError('a secret')",
    "has-no-build": "page = None",
    "builds-no-page": "def build():\n    return 1",
}


@pytest.fixture
def add(spaces):
    """Write a Space's files."""

    def write(slug, **files):
        (spaces / slug).mkdir()
        for name, text in files.items():
            (spaces / slug / name.replace("__", ".")).write_text(text)

    return write


@pytest.fixture
def ask():
    """Send one request to an application that is not started."""

    async def send(app, method, path, **options):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **options)

    def answer(app, path, method="GET", **options):
        return asyncio.run(send(app, method, path, **options))

    return answer


class TestSpaces:
    def test_every_folder_with_an_app_is_served_and_no_other(self, serve, add):
        add("notes", README__md="no app here")
        server = serve("words", "echo")

        slugs = [page.slug for page in server.app.state.runtime.pages]

        assert slugs == ["echo", "words"]
        assert server.client.get("/spaces/words/").status_code == 200

    def test_one_that_breaks_takes_no_other_down_and_tells_callers_nothing(
        self, serve, add, caplog
    ):
        for slug, text in BROKEN.items():
            add(slug, app__py=text)
        server = serve("words")

        ready = server.client.get("/readyz")
        page = server.client.get("/")

        assert ready.status_code == 200
        assert ready.json() == {"status": "ready", "could_not_start": sorted(BROKEN)}
        assert page.text.count("could not start here") == len(BROKEN)
        assert "secret" not in page.text + ready.text
        assert "The Space breaks-at-build could not start." in caplog.text
        assert server.call("words", "spell", "hi") == ("complete", ["hi"])
        assert server.client.get("/spaces/breaks-at-build/").status_code == 404

    def test_build_gets_the_servers_own_settings_and_workload(self, add, make):
        add(
            "asks",
            app__py="import gradio as gr\n\ndef build(settings, workload):\n"
            "    page = gr.Blocks()\n    page.got = settings, workload\n    return page\n",
        )
        runtime = make().state.runtime

        assert runtime.pages[0].blocks.got == (runtime.settings, runtime.workload)

    def test_the_repository_has_its_own(self):
        from portfolio_server import spaces

        assert "kokoro-tts" in [space.slug for space in spaces.find(spaces.DEFAULT_FOLDER)]


class TestHealth:
    def test_it_lives_before_it_is_ready(self, make, ask):
        app = make("words")

        assert ask(app, "/livez").status_code == 200
        ready = ask(app, "/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "starting")
        assert ready.headers["retry-after"]

    def test_a_started_server_is_ready(self, server):
        assert server.client.get("/readyz").json()["status"] == "ready"

    def test_whoever_asks_for_the_head_gets_the_head(self, make, ask):
        app = make("words")

        for path in ("/", "/livez", "/v1/limits", "/favicon.ico"):
            answer = ask(app, path, "HEAD")
            assert (path, answer.status_code, answer.content) == (path, 200, b"")
        assert ask(app, "/pictures/none", "HEAD").status_code == 404

    def test_limits_are_told_with_their_meaning(self, make, ask):
        told = ask(make("words", limits={"speech_characters": 77}), "/v1/limits").json()

        assert set(told) == set(Limits.model_fields)
        assert told["speech_characters"]["value"] == 77
        assert all(limit["description"] for limit in told.values())


class TestDraining:
    def test_new_work_is_refused_and_the_rest_goes_on(self, serve):
        server = serve("words", "echo")
        event_id = server.client.post(
            server.api("words", "call/rest"), json={"data": [0.5]}
        ).json()["event_id"]
        server.app.state.runtime.drain()

        refused = [
            server.client.post(server.api("words", "call/spell"), json={"data": ["hi"]}),
            server.client.post(server.api("words", "mcp/"), json={}),
            server.upload("echo"),
            server.client.get("/readyz"),
        ]

        assert {answer.status_code for answer in refused} == {503}
        assert all(answer.headers["retry-after"] for answer in refused)
        assert {a.json()["error"]["code"] for a in refused[:3]} == {"draining"}
        assert server.client.get("/livez").status_code == 200
        told = server.client.get(server.api("words", f"call/rest/{event_id}")).text
        assert 'event: complete\ndata: ["rested"]' in told


ADDRESSES = ["/", "/livez", "/readyz", "/v1/limits", "/nothing", "/favicon.ico", "/spaces/words/"]


class TestHeaders:
    def test_every_response_forbids_guessing_types_and_telling_addresses(self, server):
        inside = ["config", "monitoring", "assets/none.js", "gradio_api/file=/etc/hostname"]

        for path in [*ADDRESSES, *(f"/spaces/words/{name}" for name in inside)]:
            headers = server.client.get(path).headers
            assert (path, headers["x-content-type-options"]) == (path, "nosniff")
            assert (path, headers["referrer-policy"]) == (path, "same-origin")

    def test_headers_that_do_not_end_are_refused(self, server):
        where = httpx.URL(server.url)
        with socket.create_connection((where.host, where.port), timeout=5) as caller:
            caller.sendall(b"GET /livez HTTP/1.1\r\nX-Long: " + b"x" * 40 * 1024)

            assert caller.recv(12) == b"HTTP/1.1 400"

    def test_a_host_that_is_not_ours_is_refused(self, make, ask):
        app = make("words", hosts=("portfolio.example",))

        for host in ("evil.example", "portfolio.example.evil", "", "portfolio.example@evil"):
            assert ask(app, "/livez", headers={"host": host}).status_code == 400
        for host in ("portfolio.example", "portfolio.example:80", "127.0.0.1"):
            assert ask(app, "/livez", headers={"host": host}).status_code == 200

    def test_on_loopback_it_answers_to_names_of_loopback_only(self, make, ask):
        app = make("words")

        for host in ("evil.example", "127.0.0.1.evil.example", "192.0.2.1", "", "0.0.0.0"):
            for path in ("/livez", "/spaces/words/config"):
                assert ask(app, path, headers={"host": host}).status_code == 400
        for host in ("localhost", "LOCALHOST:7860", "127.0.0.1:7860", "[::1]", "[::1]:7860"):
            assert ask(app, "/livez", headers={"host": host}).status_code == 200

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
    def test_elsewhere_without_a_list_it_answers_to_any(self, make, ask, host):
        assert (
            ask(
                make(host=host, open_to_all=True), "/livez", headers={"host": "x.example"}
            ).status_code
            == 200
        )

    def test_no_origin_may_read_unless_it_is_named(self, serve):
        closed = serve("words", hosts=("public.example",))
        headers = {"origin": "https://evil.example"}

        for path in [*ADDRESSES, "/spaces/words/config"]:
            for host in ("public.example", "127.0.0.1"):
                answer = closed.client.get(path, headers={**headers, "host": host})
                assert answer.status_code in {200, 404}
                assert "access-control-allow-origin" not in answer.headers
                assert "access-control-allow-credentials" not in answer.headers

    def test_a_named_origin_may_without_credentials(self, serve):
        server = serve("words", origins=("https://friend.example",))

        def allowed(origin, path):
            answer = server.client.get(path, headers={"origin": origin})
            assert "access-control-allow-credentials" not in answer.headers
            return answer.headers.get("access-control-allow-origin")

        for path in ("/livez", "/spaces/words/config"):
            assert allowed("https://friend.example", path) == "https://friend.example"
            assert allowed("https://evil.example", path) is None
            assert allowed("null", path) is None
        told = server.client.get("/livez", headers={"origin": "https://friend.example"}).headers
        assert told["access-control-expose-headers"] == "Retry-After, X-Request-ID"

    def test_what_a_caller_says_of_proxies_is_not_believed(self, server):
        names = ("x-forwarded-host", "x-forwarded-server", "x-original-host", "forwarded")
        headers = dict.fromkeys(names, "evil.example") | {"x-forwarded-proto": "https"}

        for path in (
            "/",
            "/spaces/words/",
            "/spaces/words/config",
            "/spaces/words/gradio_api/mcp/",
        ):
            text = server.client.get(path, headers=headers).text
            assert "evil.example" not in text
            assert "https://127.0.0.1" not in text

    def test_of_a_known_proxy_the_scheme_is_believed_and_no_more(self, serve):
        headers = {"x-forwarded-proto": "https", "x-forwarded-host": "evil.example"}

        for known, scheme in ((("127.0.0.1",), "https"), (("192.0.2.1",), "http")):
            server = serve("words", proxies=known)
            root = server.client.get("/spaces/words/config", headers=headers).json()["root"]
            assert root == server.url.replace("http", scheme, 1) + "/spaces/words"


class TestErrors:
    def test_an_error_has_its_sentence_and_its_code(self, make, ask):
        app = make()
        app.router.add_api_route("/long", raising(TextTooLong(11, 10)))

        answer = ask(app, "/long")

        assert answer.status_code == 413
        assert answer.json()["error"] == {
            "message": "The text has 11 characters; the limit is 10. "
            "Shorten it, or send it in parts.",
            "type": "invalid_request_error",
            "param": None,
            "code": "text_too_long",
        }

    def test_it_is_said_in_the_language_that_is_asked_for(self, make, ask):
        app = make()
        app.router.add_api_route("/long", raising(TextTooLong(11, 10)))

        answer = ask(app, "/long", headers={"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"})

        assert answer.json()["error"]["message"].startswith("텍스트가 11자입니다.")
        assert answer.json()["error"]["code"] == "text_too_long"

    def test_an_error_names_its_parameter(self, make, ask):
        app = make()
        app.router.add_api_route("/choice", raising(UnknownChoice("voice", "x", ["a"])))

        assert ask(app, "/choice").json()["error"]["param"] == "voice"

    def test_a_busy_engine_says_when_to_come_back(self, make, ask):
        app = make()
        app.router.add_api_route("/busy", raising(QueueFull(16, 7)))

        answer = ask(app, "/busy")

        assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")

    def test_of_an_unforeseen_one_only_an_id_is_told(self, make, ask, caplog):
        app = make()
        app.router.add_api_route("/broken", raising(RuntimeError("a secret")))

        answer = ask(app, "/broken")

        assert answer.status_code == 500
        assert answer.headers["x-request-id"] in answer.json()["error"]["message"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "secret" not in answer.text
        assert answer.headers["x-request-id"] in caplog.text

    def test_what_is_not_there_is_told_in_the_same_shape(self, make, ask):
        app = make()

        assert ask(app, "/nothing").json()["error"]["code"] == "not_found"
        assert ask(app, "/livez", "POST").json()["error"]["code"] == "method_not_allowed"


def raising(error):
    async def route() -> None:
        raise error

    return route


class TestTemporaryFolder:
    @pytest.mark.parametrize("name", ["/", "~", "~/..", "."])
    def test_a_folder_that_holds_other_things_is_refused(self, name, spaces):
        from pathlib import Path

        from portfolio_server.app import create_app

        settings = Settings(temp_dir=Path(name))
        with pytest.raises(BadSetting, match="a folder of its own"):
            create_app(settings, spaces, Workload(settings))

    def test_it_is_made_for_us_alone(self, make, tmp_path):
        make()

        assert (tmp_path / "temp").stat().st_mode & 0o777 == 0o700


def test_the_log_holds_nothing_of_a_visitor(serve, caplog):
    caplog.set_level(logging.DEBUG, "portfolio_server")
    server = serve("words", "echo")

    server.call("words", "spell", "private words")
    server.upload("echo", b"private words", "private-name.txt")

    ours = [record for record in caplog.records if record.name.startswith("portfolio")]
    assert "private" not in "".join(record.getMessage() for record in ours)
