"""Of all that Gradio answers to, only what is listed can be reached."""

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Mount

from portfolio_server import allowlist
from portfolio_server.allowlist import Features

SNAPSHOT = Path(__file__).parent / "routes.txt"
EVERYTHING = Features(files=True, server_functions=True, unqueued=True)
# Fits every parameter of a path: a number where one is asked for.
EXAMPLE = "1"
ELSEWHERE = [
    "http://93.184.216.34/x",
    "https://example.com/x",
    "HTTP://example.com",
    "hTTps:/example.com",
    " http://example.com",
    "ftp://example.com",
    "file:///etc/hostname",
    "data:text/html,x",
    "gopher://example.com",
    "//example.com/://",
    "http%3A%2F%2Fexample.com",
    "http:%5C%5Cexample.com",
]


def routes(app, prefix=""):
    """Yield the methods and the path of each route, also of what is included or mounted."""
    for route in app.routes:
        if hasattr(route, "original_router"):
            yield from routes(route.original_router, prefix + route.include_context.prefix)
        elif isinstance(route, Mount):
            inner = list(routes(route.app, prefix + route.path)) if is_router(route.app) else []
            yield from inner or [(None, prefix + route.path)]
        else:
            yield route.methods, prefix + route.path


def is_router(app):
    return hasattr(app, "routes")


def listed(app):
    """Say of each route whether it is open, one line each."""
    lines = set()
    for methods, path in routes(app):
        example = "".join(EXAMPLE if part.startswith("{") else part for part in split(path))
        for method in sorted(methods or {"GET", "POST"}):
            is_open = allowlist.allows(method, example, EVERYTHING)
            lines.add(f"{'open  ' if is_open else 'closed'} {method:4} {path}")
    return sorted(lines)


def split(path):
    """Split ``/file={path}`` into ``/file=`` and ``{path}``."""
    return [part for part in path.replace("{", "\0{").replace("}", "}\0").split("\0") if part]


def test_every_route_of_gradio_is_known_as_open_or_closed(make):
    (page,) = make("echo").state.runtime.pages

    found = "\n".join(listed(page.app)) + "\n"

    if not SNAPSHOT.exists():  # to renew it: delete it, run this, and read what is new
        SNAPSHOT.write_text(found)
    assert found == SNAPSHOT.read_text()


def test_what_is_closed_answers_404(server):
    page = server.page("echo")

    for line in listed(page.app):
        state, method, path = line.split()
        example = "".join(EXAMPLE if part.startswith("{") else part for part in split(path))
        if state == "closed":
            answer = server.client.request(method, f"/spaces/echo{example}", json={})
            assert (line, answer.status_code) == (line, 404)
            assert method == "HEAD" or answer.json()["error"]["code"] == "not_found"


def test_without_the_gate_it_would_answer(serve, take_out_gate):
    take_out_gate()
    server = serve("echo")

    assert server.client.get(server.api("echo", "queue/status")).status_code == 200
    assert server.client.get("/spaces/echo/monitoring").status_code == 403
    assert server.client.get(server.api("echo", "token")).status_code == 200


ODD = [
    "//gradio_api/queue/status",
    "/./gradio_api/queue/status",
    "/gradio_api//queue/status",
    "/Gradio_api/queue/status",
    "/gradio_api/queue/status/",
    "/gradio_api/queue/status%2f",
    "/gradio_api%2fqueue%2fstatus",
    "/gradio_api/queue/data/../status",
    "/assets/..%2fgradio_api/queue/status",
]


def test_no_other_spelling_opens_what_is_closed(server):
    for path in ODD:
        answer = server.client.get(f"/spaces/words{path}")
        assert (path, answer.status_code) in {(path, 404), (path, 403)}


class TestFilesElsewhere:
    def test_no_file_is_fetched_from_an_address(self, server, refused_calls):
        for address, method in itertools.product(ELSEWHERE, ("GET", "HEAD")):
            answer = server.client.request(method, server.api("echo", f"file={address}"))
            assert (address, answer.status_code) == (address, 403)
        assert refused_calls == []

    def test_without_the_gate_it_would_be(self, serve, take_out_gate, refused_calls):
        take_out_gate()
        server = serve("echo")

        server.client.get(server.api("echo", f"file={ELSEWHERE[0]}"))

        assert refused_calls
        refused_calls.clear()

    def test_nothing_is_passed_on_to_another_server(self, server):
        for address in ELSEWHERE:
            path = server.api("echo", f"proxy={address}")
            assert server.client.get(path).status_code == 404

    @given(st.text(max_size=30), st.sampled_from(["http", "https", "ftp", "FILE", "x-y.z+1"]))
    def test_a_scheme_is_seen_whatever_follows_it(self, rest, scheme):
        assert allowlist.names_address_elsewhere(f"/gradio_api/file={scheme}:{rest}")


def test_a_path_on_this_disk_is_given_only_when_it_was_uploaded_here(server, tmp_path):
    private = tmp_path / "private.txt"
    private.write_text("private")
    (uploaded,) = server.upload("echo").json()
    up = "../" * 30

    tried = [
        str(private),
        f"{up}etc/hostname",
        f"{up}etc/hostname".replace("/", "%2f"),
        f"{uploaded}/../../../../private.txt",
        f"{server.temp}/echo/../../private.txt",
        str(private).replace("/", "%2f"),
        str(private).replace("/", "%252f"),
        f"{private}%00.txt",
        str(Path(__file__)),
        str(server.temp),
        str(server.temp / "echo"),
    ]
    for path in tried:
        answer = server.client.get(server.api("echo", f"file={path}"))
        assert (path, answer.status_code) in {(path, 403), (path, 404)}
    assert server.client.get(server.api("echo", f"file={uploaded}")).text == "hello"


PIECES = [
    "..",
    ".",
    "%2e%2e",
    "..%2f",
    "%252e%252e",
    "/",
    "//",
    "\\",
    "%00",
    "~",
    "etc",
    "hostname",
]


def test_no_path_put_together_of_odd_pieces_is_served(server, trials):
    (uploaded,) = server.upload("echo").json()
    starts = ["", "/", str(Path(uploaded).parent), str(server.temp), str(Path.cwd())]
    chance = random.Random(1)

    for _ in range(trials(500)):
        path = "/".join([chance.choice(starts), *chance.choices(PIECES, k=chance.randint(1, 9))])
        answer = server.client.get(server.api("echo", f"file={path}"))
        assert answer.status_code in {403, 404}, path


def test_a_link_out_of_the_folder_is_not_followed(server, tmp_path):
    private = tmp_path / "private.txt"
    private.write_text("private")
    (server.temp / "echo").mkdir(exist_ok=True)
    (server.temp / "echo" / "link.txt").symlink_to(private)

    answer = server.client.get(server.api("echo", f"file={server.temp}/echo/link.txt"))

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "work"),
    [
        ("POST", "/gradio_api/queue/join", True),
        ("POST", "/gradio_api/upload", True),
        ("POST", "/gradio_api/mcp/", True),
        ("POST", "/gradio_api/cancel", False),
        ("POST", "/gradio_api/stream/1/close", False),
        ("GET", "/gradio_api/queue/data", False),
    ],
)
def test_new_work_is_told_from_work_under_way(method, path, work):
    assert allowlist.starts_work(method, path) is work
