"""deploy.py with Spaces that are on the Hub: status, logs, rollback, pause, restart, delete."""

import pytest

NAME = "ann/ocr"
ONE, TWO = b"print('one')\n", b"print('two')\n"


@pytest.fixture
def twice(yard):
    """Two versions were deployed, one after the other."""
    for app in (ONE, TWO):
        yard.space("ocr", {"app.py": app, f"{len(app)}-{app[7:10].decode()}.txt": app})
        assert yard.apply()[0] == 0
    return yard


def test_status_tells_stage_hardware_commit_and_the_last_answer(twice, hub):
    twice.space("rag-chat")
    code, said = twice.run("status")
    assert code == 0
    head, ocr, rag = said.splitlines()
    assert head.split() == ["SPACE", "STAGE", "HARDWARE", "FILES", "COMMIT", "LAST", "ANSWER"]
    oid = hub.space(NAME).head.oid
    for part in ("running", "cpu-basic", "as here", f"{oid[:8]} Deploy ", "as expected, 2"):
        assert part in ocr
    assert rag.split() == ["rag-chat", "not", "there"]


def test_status_tells_what_differs_here_and_what_nobody_has_asked(twice, hub):
    hub.edit(NAME, "app.py", b"by hand")
    ocr = twice.run("status")[1].splitlines()[1]
    assert "1 differ" in ocr
    assert ocr.endswith("unknown")


def test_logs_are_those_of_the_app_or_of_the_build(twice):
    assert "===== run of" in twice.run("logs", "ocr")[1]
    assert "===== build of" in twice.run("logs", "ocr", "--build")[1]


def test_rollback_says_what_it_would_do_and_does_it_in_one_new_commit(twice, hub):
    code, said = twice.run("rollback", "ocr")
    assert code == 0
    assert "Nothing was written. Add --apply to do it." in said
    assert hub.files(NAME)["app.py"] == TWO
    before = len(hub.titles(NAME))
    code, said = twice.apply("rollback", "ocr")
    assert (code, "runs" in said) == (0, True), said
    assert hub.files(NAME)["app.py"] == ONE
    assert len(hub.titles(NAME)) == before + 1
    tree = hub.space(NAME).head.parent.parent.tree
    assert hub.space(NAME).head.tree == tree


def test_rollback_goes_to_any_commit_that_is_named(twice, hub):
    first = list(hub.space(NAME).head.history())[1].oid
    twice.space("ocr", {"app.py": b"print(3)"})
    twice.apply()
    assert twice.apply("rollback", "ocr", "--to", first[:10])[0] == 0
    assert hub.files(NAME)["app.py"] == ONE
    code, said = twice.apply("rollback", "ocr", "--to", "0123456789")
    assert (code, "has no commit 0123456789" in said) == (1, True)


def test_there_is_no_rollback_to_the_empty_space_that_it_began_as(yard, hub):
    yard.space("ocr")
    yard.apply()
    code, said = yard.run("rollback", "ocr")
    assert code == 1
    assert "(initial commit): there is nothing to go back to." in said
    assert len(hub.titles(NAME)) == 2


def test_rollback_to_what_does_not_run_says_so(yard, hub):
    yard.space("ocr", {"app.py": b"'BUILD_ERROR'"})
    yard.apply()
    yard.space("ocr")
    yard.apply()
    code, said = yard.apply("rollback", "ocr")
    assert (code, "which does not run either: BUILD_ERROR" in said) == (7, True)


def test_pause_and_restart(twice, hub):
    assert "ann/ocr is paused." in twice.run("pause", "ocr")[1]
    assert hub.space(NAME).paused
    assert "paused" in twice.run("status")[1]
    assert "ann/ocr starts." in twice.run("restart", "ocr")[1]
    assert not hub.space(NAME).paused


@pytest.mark.parametrize("typed", ["", "y\n", "ann\n"])
def test_delete_wants_the_name_of_the_space_and_nothing_else(twice, hub, typed):
    twice.type(typed)
    code, said = twice.run("delete", "ocr")
    assert (code, "ann/ocr was not deleted." in said) == (1, True)
    assert hub.files(NAME)


def test_delete_with_its_name_typed_deletes_it(twice, hub):
    twice.type("ocr\n")
    code, said = twice.run("delete", "ocr")
    assert (code, "ann/ocr is deleted." in said) == (0, True)
    assert ("space", NAME) not in hub.store.repositories
    assert "Type ocr:" in said


def test_a_space_that_is_not_there_is_told(yard):
    yard.space("ocr")
    for action in ("logs", "rollback", "pause", "restart"):
        code, said = yard.run(action, "ocr")
        assert code in {1, 6}, said
        assert "Traceback" not in said
    assert "There is no Space named 'oct'" in yard.run("logs", "oct")[1]
