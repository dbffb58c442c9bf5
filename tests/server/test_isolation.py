"""What one visitor or one page has, no other gets."""

import contextlib
import re
import shutil
from pathlib import Path

import gradio.blocks
import pytest
from gradio.utils import get_upload_folder

from portfolio_server import mount

KEEPER = """
import gradio as gr

def remember(word, before):
    return before, word

def build():
    with gr.Blocks() as page:
        word, said, memory = gr.Textbox(), gr.Textbox(), gr.State("")
        gr.Button().click(remember, [word, memory], [said, memory], api_name="remember")
    return page
"""


@pytest.fixture
def two_pages(spaces, pages):
    """A second page like the first one, under another name."""
    shutil.copytree(pages / "echo", spaces / "second")


@pytest.fixture
def keeper(spaces):
    (spaces / "keeper").mkdir()
    (spaces / "keeper" / "app.py").write_text(KEEPER)


class TestValuesOfAVisitor:
    def test_a_page_that_keeps_them_under_the_visitors_own_key_is_refused(
        self, keeper, make, caplog
    ):
        assert make().state.runtime.readiness.could_not_start == ["keeper"]
        assert "keeps values in gr.State" in caplog.text

    def test_without_the_refusal_a_second_visitor_would_read_them(self, keeper, serve, monkeypatch):
        monkeypatch.setattr(mount, "_refuse_unsafe", lambda page: None)
        server = serve()

        server.join("keeper", 0, "a key both chose", "a secret", None)

        assert "a secret" in server.join("keeper", 0, "a key both chose", "hello", None)


class TestFilesOfAPage:
    def test_another_page_neither_serves_nor_takes_them(self, two_pages, serve, named):
        server = serve("echo")
        (path,) = server.upload("echo").json()

        assert server.client.get(server.api("second", f"file={path}")).status_code == 403
        for call in server.app.state.runtime.pages[1].calls_naming(Path(path)):
            told = server.join("second", call.index, f"s{call.index}", *call.arguments)
            assert "hello" not in told
            assert '"success":false' in told
        assert server.files("second") == []

    def test_the_page_itself_does_both(self, two_pages, serve, named):
        server = serve("echo")
        (path,) = server.upload("echo").json()

        assert server.client.get(server.api("echo", f"file={path}")).text == "hello"
        assert server.call("echo", "file", named(path))[0] == "complete"

    def test_without_a_folder_per_page_the_other_would_serve_them(
        self, two_pages, serve, monkeypatch
    ):
        one_folder_for_all(monkeypatch)
        server = serve("echo")
        (path,) = server.upload("echo").json()

        assert server.client.get(server.api("second", f"file={path}")).text == "hello"

    def test_without_blocked_folders_the_other_would_take_them(
        self, two_pages, serve, named, monkeypatch
    ):
        nothing_blocked(monkeypatch)
        server = serve("echo")
        (path,) = server.upload("echo").json()

        event, (returned,) = server.call("second", "file", named(path))

        assert event == "complete"
        assert server.client.get(returned["url"]).text == "hello"


def one_folder_for_all(monkeypatch):
    monkeypatch.setattr(mount, "_temp_dir", lambda folder: contextlib.nullcontext())
    nothing_blocked(monkeypatch)


def nothing_blocked(monkeypatch):
    original = mount.gr.mount_gradio_app

    def without(*args, blocked_paths, **options):
        return original(*args, **options)

    monkeypatch.setattr(mount.gr, "mount_gradio_app", without)


class TestResultsOfAPage:
    def test_a_result_after_a_new_label_lies_in_the_pages_folder(self, server):
        assert server.client.get(made_after_a_new_label(server)).status_code == 200
        assert not [
            file for file in server.files() if not file.is_relative_to(server.temp / "sound")
        ]

    def test_without_the_hook_it_would_not_be_served(self, serve, monkeypatch):
        monkeypatch.setattr(mount, "_keep_results_in_own_folder", lambda: None)
        monkeypatch.setattr(gradio.blocks, "get_upload_folder", get_upload_folder)
        server = serve("sound")

        assert server.client.get(made_after_a_new_label(server)).status_code == 403


def made_after_a_new_label(server):
    """Return the address of a sound made in a visit in which the label was changed before."""
    page = server.page("sound")
    number = {function.api_name: index for index, function in page.blocks.fns.items()}
    relabelled = server.join("sound", number["relabelled"], "one visit")
    assert "Yours" in relabelled
    made = server.join("sound", number["beep"], "one visit")
    return re.search(r'"url":"(http[^"]+audio.wav)"', made)[1]
