"""Files outside the upload folder are not served."""

import os
import subprocess

import pytest

from portfolio_server import mount, selfcheck

KINDS = ["file", "sound", "picture", "message", "gallery"]
WITHOUT_GUARD = """
import sys
from portfolio_server import mount
from portfolio_server.__main__ import main
mount._accept_only_uploads = lambda page: None
sys.exit(main())
"""


@pytest.fixture
def guard_out(monkeypatch):
    return lambda: monkeypatch.setattr(mount, "_accept_only_uploads", lambda page: None)


@pytest.fixture
def elsewhere(tmp_path):
    """A file that nobody uploaded."""
    file = tmp_path / "elsewhere" / "private.txt"
    file.parent.mkdir()
    file.write_text("nobody uploaded this")
    return file


@pytest.fixture
def only(spaces, pages):
    """A Space with one kind of component."""

    def write(kind):
        folder = spaces / f"only-{kind}"
        folder.mkdir()
        source = (pages / "echo" / "app.py").read_text().replace("only=None", f"only={kind!r}")
        (folder / "app.py").write_text(source)

    return write


def breaches(server, elsewhere, named):
    """Name the file to every function, by name and by number; return what was given away."""
    content, found = elsewhere.read_text(), []
    for page in server.app.state.runtime.pages:
        before = set(server.files(page.slug))
        for call in page.calls_naming(elsewhere):
            told = server.join(page.slug, call.index, f"s{call.index}", *call.arguments)
            told += str(server.call(page.slug, call.name, *call.arguments))
            found += [f"told by {call.name}"] if content in told else []
        copies = set(server.files(page.slug)) - before
        found += [f"copied to {page.slug}" for copy in copies if content in copy.read_text()]
    return found


def test_each_place_that_takes_a_file_is_tried(make, elsewhere):
    (page,) = make("echo").state.runtime.pages

    calls = page.calls_naming(elsewhere)

    assert sorted(call.name for call in calls) == sorted(KINDS)
    assert all(str(elsewhere) in str(call.arguments) for call in calls)


def test_files_outside_the_upload_folder_are_not_served(server, elsewhere, named):
    assert breaches(server, elsewhere, named) == []


def test_a_file_that_was_uploaded_is_taken(server, named):
    (path,) = server.upload("echo").json()

    event, (returned,) = server.call("echo", "file", named(path))

    assert event == "complete"
    assert server.client.get(returned["url"]).text == "hello"


def test_without_the_guard_a_file_would_be_served(serve, elsewhere, named, guard_out, monkeypatch):
    guard_out()
    monkeypatch.setattr(selfcheck, "_is_served", _found_nothing)

    assert breaches(serve("echo"), elsewhere, named)


async def _found_nothing(*_):
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_without_the_guard_the_server_does_not_start(make, start, only, guard_out, kind):
    guard_out()
    only(kind)

    with pytest.raises(selfcheck.SelfCheckFailed, match=f"only-{kind} serves files outside"):
        start(make())


def test_a_self_check_that_hangs_refuses_the_start(make, start, monkeypatch):
    monkeypatch.setattr(selfcheck, "_SECONDS_PER_PAGE", 0)

    with pytest.raises(selfcheck.SelfCheckFailed, match="hangs"):
        start(make("echo"))


def test_a_page_without_files_is_not_checked(make, start, monkeypatch):
    monkeypatch.setattr(selfcheck, "_SECONDS_PER_PAGE", 0)

    start(make("words"))


def test_a_refused_start_ends_the_process_with_a_sentence(spaces, only, tmp_path, python):
    only("file")
    environment = {**os.environ, "PORTFOLIO_PORT": "0", "PORTFOLIO_TEMP_DIR": str(tmp_path / "t")}

    ended = subprocess.run(
        [python, "-c", WITHOUT_GUARD, str(spaces)],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert ended.returncode != 0
    assert "only-file serves files outside the upload folder; the server does not start" in (
        ended.stderr
    )


def test_a_function_that_would_take_a_file_unseen_is_refused(spaces, make):
    write_page(spaces, "gr.api(take, api_name='take')", "def take(file: gr.FileData) -> str: ...")

    assert make().state.runtime.readiness.could_not_start == ["page"]


def write_page(spaces, body, before=""):
    (spaces / "page").mkdir()
    source = f"import gradio as gr\n\n{before}\n\ndef build():\n"
    source += f"    with gr.Blocks() as page:\n        {body}\n    return page\n"
    (spaces / "page" / "app.py").write_text(source)
