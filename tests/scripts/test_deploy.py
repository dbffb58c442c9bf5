"""deploy.py: what it says it would do, what it does, and that it leaves alone what is as it was."""

import shutil
import sys

import pytest
from tests.scripts.deploy_yard import APP, ON_GPU

NAME = "ann/ocr"


def test_without_apply_it_only_says_what_it_would_do(yard, hub):
    yard.space("ocr", {"examples/a.txt": b"12345"}, variables='SIZE = "tiny"')
    code, said = yard.run()
    assert code == 0
    assert "ocr: create public ann/ocr" in said
    assert "+            5 bytes  examples/a.txt" in said
    assert "hardware cpu-basic" in said
    assert "variable SIZE = tiny" in said
    assert "ocr  create, +4 files, 0.0 MiB to send, cpu-basic" in said
    assert "Nothing was written. Add --apply to do it." in said
    assert hub.store.changes == []


def test_without_a_token_the_plan_is_made_of_what_everybody_sees(yard, hub, monkeypatch):
    yard.space("ocr", variables='SIZE = "tiny"')
    yard.space("rag-chat")
    yard.apply("--only", "ocr")
    yard.apply("--only", "rag-chat", "--private")
    monkeypatch.delenv("HF_TOKEN")
    changes = list(hub.store.changes)
    code, said = yard.run("--owner", "ann")
    assert (code, hub.store.changes) == (0, changes)
    assert said.startswith("There is no token of the Hub: what only its owner sees there")
    assert "ocr: settings ann/ocr" in said
    assert "rag-chat: create public ann/rag-chat" in said
    assert yard.run("status", "--owner", "ann")[0] == 0
    for refused in ([], ["--apply", "--owner", "ann"], ["pause", "ocr", "--owner", "ann"]):
        assert yard.run(*refused)[0] == 3


def test_a_space_is_made_and_filled_in_one_commit_and_gathered_with_the_others(yard, hub):
    yard.space("ocr", {"w.safetensors": bytes(99)})
    yard.space("rag-chat")
    code, said = yard.apply()
    assert code == 0, said
    assert set(hub.files(NAME)) == {"app.py", "README.md", "w.safetensors", "BUNDLE.json"}
    assert [title.split()[0] for title in hub.titles(NAME)] == ["Deploy", "initial"]
    assert "created, answers as expected" in said
    (collection,) = hub.store.collections.values()
    assert [item["id"] for item in collection["items"]] == [NAME, "ann/rag-chat"]


def test_what_is_unchanged_is_left_alone_also_under_another_commit(yard, hub):
    yard.space("ocr")
    yard.apply()
    before = list(hub.store.changes)
    code, said = yard.apply()
    assert code == 0
    assert "unchanged" in said
    assert hub.store.changes == before
    assert "waiting for" not in said


def test_on_another_machine_what_is_unchanged_is_left_alone_unless_it_does_not_run(yard, hub):
    yard.space("ocr")
    yard.apply()
    shutil.rmtree(yard.root / "build")
    assert "waiting for" not in yard.apply()[1]
    yard.space("ocr", {"app.py": b"'BUILD_ERROR'"})
    hub.edit(NAME, "app.py", b"'BUILD_ERROR'", "Deploy by another machine")
    for _ in range(5):
        hub.runtimes.look(hub.space(NAME))
    shutil.rmtree(yard.root / "build")
    code, _ = yard.apply()
    assert code == 7
    assert hub.files(NAME)["app.py"] == b"print('one')\n"


def test_additions_changes_and_removals_go_in_one_commit(yard, hub):
    yard.space("ocr", {"old.txt": b"1", "same.txt": b"2"})
    yard.apply()
    yard.space("ocr", {"new.txt": b"123", "same.txt": b"2", "app.py": b"print('two')"})
    _, plan = yard.run()
    for line in ("+            3 bytes  new.txt", "-            1 bytes  old.txt"):
        assert line in plan
    assert "same.txt" not in plan
    assert "ocr  update, +1 ~2 -1 files, 0.0 MiB to send" in plan
    assert yard.apply()[0] == 0
    assert set(hub.files(NAME)) == {"app.py", "README.md", "new.txt", "same.txt", "BUNDLE.json"}
    assert len(hub.titles(NAME)) == 3
    assert ".gitattributes" in hub.space(NAME).head.tree


def test_settings_come_before_the_upload_and_only_where_they_differ(yard, hub, monkeypatch):
    yard.space("ocr")
    yard.apply()
    del hub.store.changes[:]
    monkeypatch.setenv("SPACE_SECRET_KEY", "the-value-of-the-key")
    new = {"app.py": b"print('two')"} | ON_GPU
    wish = {"hardware": "zero-a10g", "secrets": ["KEY"], "variables": 'SIZE = "tiny"'}
    yard.space("ocr", new, **wish)
    code, said = yard.apply()
    assert code == 0
    changes = ["secret KEY", "variable SIZE", "hardware", "commit"]
    assert hub.store.changes == [f"{one} {NAME}" for one in changes]
    assert "hardware cpu-basic -> zero-a10g" in said
    assert hub.space(NAME).secrets == {"KEY": "the-value-of-the-key"}
    assert "the-value-of-the-key" not in said
    yard.space("ocr", new | {"b": b""}, **wish)
    yard.apply()
    assert hub.store.changes[4:] == [f"commit {NAME}"]
    assert "secret KEY" in yard.run("--renew-secrets")[1]


def test_a_secret_without_a_value_stops_before_anything_is_made(yard, hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", hub.token)
    yard.space("ocr", secrets=["HF_TOKEN"])
    code, said = yard.apply()
    assert code == 1
    assert "set SPACE_SECRET_HF_TOKEN" in said
    assert hub.store.repositories == {}


def test_the_order_is_stated_and_max_spaces_takes_its_first(yard, hub):
    for slug in ("rag-chat", "ocr", "kokoro-tts"):
        yard.space(slug)
    yard.space("text-to-image", ON_GPU, hardware="zero-a10g")
    _, said = yard.run()
    order = [line.split(":")[0] for line in said.splitlines() if ": create" in line]
    assert order == ["text-to-image", "kokoro-tts", "ocr", "rag-chat"]  # ZeroGPU first
    yard.apply("--max-spaces", "2", "--private", "--hardware", "cpu-upgrade")
    assert [name for _, name in hub.store.repositories] == [f"ann/{slug}" for slug in order[:2]]
    made = hub.space(f"ann/{order[0]}")
    assert (made.private, made.hardware) == (True, "cpu-upgrade")


def test_only_and_owner_choose(yard, hub):
    yard.space("ocr")
    yard.space("rag-chat")
    assert yard.apply("--only", "ocr", "--owner", "team")[0] == 0
    assert list(hub.store.repositories) == [("space", "team/ocr")]
    code, said = yard.run("--only", "ocd")
    assert code == 1
    assert "There is no Space named 'ocd'; there are: ocr, rag-chat." in said


def test_the_smoke_request_goes_to_the_app_that_the_space_runs(
    yard, hub, start_server, tmp_path_factory
):
    file = tmp_path_factory.mktemp("app") / "app.py"
    file.write_text(APP)
    hub.runtimes.host = start_server([sys.executable, file], ready="/config").url
    yard.answers = None
    yard.space("ocr")
    assert "created, answers as expected" in yard.apply()[1]
    assert yard.smoke("--owner", "ann") == (0, "ocr: as expected\n1 of 1 answer as expected.\n")
    yard.space("ocr", {"app.py": b"print('two')"}, expect="Good-bye")
    code, said = yard.apply()
    assert code == 7
    assert "Output 0 lacks 'Good-bye'" in said
    assert "| ===== run of" in said
    assert "1 of 1 are not as they should be." in said
    assert hub.files(NAME)["app.py"] == b"print('one')\n"
    code, said = yard.smoke("--owner", "ann")
    assert (code, "ocr: Output 0 lacks 'Good-bye'." in said) == (7, True)


def test_the_daily_question_changes_nothing_and_names_a_space_that_is_not_there(yard, hub):
    yard.space("ocr")
    code, said = yard.smoke("--owner", "ann")
    assert code == 7
    assert "ocr: The Hub found nothing while looking at ann/ocr" in said
    assert "0 of 1 answer as expected." in said
    assert hub.store.changes == []


def test_a_space_that_gives_no_answer_at_all_is_put_back(yard, hub):
    yard.space("ocr")
    yard.apply()
    yard.answers = None  # and nothing listens there
    yard.space("ocr", {"app.py": b"print('two')"})
    code, said = yard.apply()
    assert code == 7
    assert "/greet gives no answer" in said
    assert hub.files(NAME)["app.py"] == b"print('one')\n"


@pytest.mark.parametrize("arguments", [["logs"], ["status", "ocr"], ["deplay"]])
def test_wrong_arguments_are_told(yard, arguments):
    code, said = yard.run(*arguments)
    assert code == 2
    assert "usage: deploy.py" in said
