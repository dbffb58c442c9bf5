"""deploy.py --combined: all Spaces as one, for an account that may have few."""

import sys

import pytest
from tests.scripts.deploy_yard import APP, ON_GPU

NAME = "ann/gallery"


@pytest.fixture
def both(yard):
    """Two Spaces, and what makes one of them."""
    yard.space("ocr")
    yard.space("rag-chat")
    yard.gallery()
    return yard


def test_it_is_the_one_space_that_is_planned_and_made(both, hub):
    code, said = both.run("--combined")
    assert code == 0
    assert "gallery: create public ann/gallery" in said
    assert "hardware zero-a10g" in said
    assert "variable PORTFOLIO_DEVICE = cpu" in said
    assert hub.store.changes == []
    code, said = both.apply("--combined")
    assert (code, "created, answers as expected" in said) == (0, True), said
    assert list(hub.store.repositories) == [("space", NAME)]
    assert hub.space(NAME).variables == {"PORTFOLIO_DEVICE": "cpu"}
    changes = list(hub.store.changes)
    code, said = both.apply("--combined")
    assert (code, hub.store.changes) == (0, changes), said


def test_without_the_word_the_gallery_is_none_of_the_spaces(both):
    _, said = both.run()
    assert "gallery" not in said


def test_every_space_in_it_is_asked_under_its_path_and_named_where_it_is_wrong(
    both, hub, start_server, tmp_path_factory
):
    file = tmp_path_factory.mktemp("app") / "app.py"
    launch = """
import uvicorn
from fastapi import FastAPI
whole = gr.mount_gradio_app(FastAPI(), page, "/spaces/ocr")
uvicorn.run(whole, port=int(os.environ["PORTFOLIO_PORT"]), log_level="error")
"""
    file.write_text(APP.partition("page.launch")[0] + launch)
    hub.runtimes.host = start_server([sys.executable, file], ready="/spaces/ocr/config").url
    both.answers = None
    code, said = both.apply("--combined")
    assert code == 7
    assert "spaces/rag-chat: /greet gives no answer" in said
    assert "spaces/ocr: " not in said
    code, said = both.smoke("--owner", "ann", "--combined")
    assert (code, "gallery: spaces/rag-chat: /greet" in said) == (7, True), said


def test_all_other_actions_know_it_by_its_name(both, hub):
    both.apply("--combined")
    assert "running" in both.run("status", "--combined")[1]
    assert "===== run of" in both.run("logs", "gallery")[1]
    both.type("gallery\n")
    assert "ann/gallery is deleted." in both.run("delete", "gallery")[1]


@pytest.mark.parametrize("more", [["--only", "ocr"], ["--max-spaces", "1"]])
def test_it_goes_with_no_choice_among_the_spaces(both, more):
    code, said = both.run(*more, "--combined")
    assert (code, "--combined: not allowed with argument" in said) == (2, True)


def test_zerogpu_is_refused_for_a_space_that_has_no_work_for_it(both, hub):
    code, said = both.apply("--hardware", "zero-a10g")
    assert (code, hub.store.changes) == (1, [])
    assert "ocr has no work for ZeroGPU, which ends a Space without any" in said
    both.space("ocr", ON_GPU)
    assert both.apply("--only", "ocr", "--hardware", "zero-a10g")[0] == 0
