"""deploy.py when something goes wrong: each its sentence and exit code, and never half a Space."""

import copy
import time

import huggingface_hub
import pytest
from tests.hub.faults import Fault
from tests.hub.store import INITIAL

NAME = "ann/ocr"
OLD = {"README.md": b"---\nsdk: gradio\n---\n", "app.py": b"print('one')\n", "gone.txt": b"1"}
NEW = {"README.md": b"---\nsdk: gradio\n---\n", "app.py": b"print('two')\n", "w.npz": bytes(50)}
BROKEN = {"app.py": b"raise SystemExit('BUILD_ERROR')"}


def held(hub):
    """The files of the Space, without the manifest; and whether that belongs to them."""
    files = hub.files(NAME)
    return {path: content for path, content in files.items() if path != "BUNDLE.json"}


def deployed(yard, files=OLD):
    yard.space("ocr", files)
    code, said = yard.apply()
    assert code == 0, said


def calls(yard, hub):
    """Run once without a fault; return how many calls it took."""
    hub.faults.calls.clear()
    assert yard.apply()[0] == 0
    return list(hub.faults.calls)


def before(yard, hub, first):
    """Give what puts both sides back to where the Space is new, or has an old version."""
    if not first:
        deployed(yard)
    state = copy.deepcopy((hub.store, hub.runtimes))
    records = {file: file.read_bytes() for file in yard.root.glob("build/deployed/*")}
    yard.space("ocr", NEW, variables='SIZE = "tiny"')

    def again():
        hub.store, hub.runtimes = copy.deepcopy(state)
        for file in yard.root.glob("build/deployed/*"):
            file.unlink()
        for file, content in records.items():
            file.write_bytes(content)

    return again


@pytest.mark.parametrize("first", [True, False], ids=["a new Space", "a new version"])
def test_cut_at_any_call_leaves_the_old_tree_or_the_new_one(yard, hub, first):
    """The network is gone from that call on; two more runs have it again."""
    again = before(yard, hub, first)
    lines = calls(yard, hub)
    old = {"README.md": INITIAL["README.md"]} if first else OLD
    seen = set()
    for number, line in enumerate(lines, 1):
        # To read is to change nothing: there, before and after the effect are the same.
        for after in [False] if line.startswith("GET") else [False, True]:
            again()
            hub.fail(Fault(call=number, after=after, lasting=True))
            code, said = yard.apply()
            where = f"call {number} of {len(lines)}, {line}, {after=}\n{said}"
            assert (code, "Start again" in said) == (6, True), where
            there = ("space", NAME) in hub.store.repositories
            assert not there or held(hub) in (old, NEW), where
            seen.add(held(hub) == NEW if there else None)
            hub.faults.planned.clear()
            assert yard.apply()[0] == 0, where
            assert (held(hub), len(hub.titles(NAME))) == (NEW, 2 if first else 3), where
            assert hub.space(NAME).variables == {"SIZE": "tiny"}, where
            assert len(next(iter(hub.store.collections.values()))["items"]) == 1, where
            changes = list(hub.store.changes)
            assert (yard.apply()[0], hub.store.changes) == (0, changes), where
    assert seen == ({None, False, True} if first else {False, True})


def test_one_broken_connection_while_it_builds_is_outlasted(yard, hub):
    yard.space("ocr", NEW)
    hub.fail(Fault(path="/runtime", times=3))
    code, _ = yard.apply()
    assert code == 0


ANSWERS = {
    401: (3, "The Hub does not accept the token"),
    402: (4, "a free account holds two, on ZeroGPU: add --combined"),
    403: (3, "The token may not do this"),
    409: (5, "nothing was written. Start again in a minute."),
    412: (5, "Somebody changed it while"),
    500: (6, "The Hub has trouble of its own (500)"),
    503: (6, "The Hub has trouble of its own (503)"),
}


@pytest.mark.parametrize("status", ANSWERS)
@pytest.mark.parametrize("path", ["POST .*/commit/", "POST .*/preupload/", "POST .*/create"])
def test_every_refusal_has_its_sentence_and_its_exit_code(yard, hub, status, path):
    yard.space("ocr", NEW)
    hub.fail(Fault(path=path, status=status, lasting=True))
    code, said = yard.apply()
    wanted, sentence = ANSWERS[status]
    assert (code, sentence in said) == (wanted, True), said
    assert "1 of 1 are not as they should be." in said
    assert "Traceback" not in said
    hub.faults.planned.clear()
    assert yard.apply()[0] == 0
    assert held(hub) == NEW


def test_a_refusal_of_one_space_does_not_stop_the_others_a_refused_token_does(yard, hub):
    for slug in ("kokoro-tts", "ocr", "rag-chat"):
        yard.space(slug)
    hub.fail(Fault(path="POST /api/repos/create", status=402))
    code, said = yard.apply()
    assert code == 4
    assert {name for _, name in hub.store.repositories} == {"ann/ocr", "ann/rag-chat"}
    hub.reset()
    hub.fail(Fault(path="POST /api/repos/create", status=401, lasting=True))
    code, said = yard.apply()
    assert code == 3
    assert said.count("not tried") == 2


def test_a_token_that_is_missing_or_wrong_is_told_before_anything(yard, hub, monkeypatch):
    yard.space("ocr")
    monkeypatch.setenv("HF_TOKEN", "hf_wrongwrongwrong")
    code, said = yard.apply()
    assert (code, "The Hub does not accept the token" in said) == (3, True)
    monkeypatch.delenv("HF_TOKEN")
    code, said = yard.apply()
    assert (code, "run .venv/bin/hf auth login, or set HF_TOKEN" in said) == (3, True)


def test_the_hub_is_waited_for_as_long_as_it_asks(yard, hub):
    yard.space("ocr")
    hub.fail(Fault(path="POST .*/commit/", status=429, headers={"Retry-After": "1"}, times=2))
    begin = time.monotonic()
    code, said = yard.apply()
    assert code == 0
    assert said.count("The Hub asks to wait 1 s.") == 2
    assert time.monotonic() - begin >= 2
    assert hub.titles(NAME)[1:] == ["initial commit"]


@pytest.mark.parametrize("asked", ["0", "4000"])
def test_a_hub_that_asks_for_too_much_patience_ends_the_run(yard, hub, asked):
    yard.space("ocr")
    hub.fail(Fault(path="/commits/", status=429, headers={"Retry-After": asked}, lasting=True))
    code, said = yard.apply()
    assert (code, "The Hub takes no more requests for now" in said) == (6, True)


def test_what_somebody_else_wrote_is_not_overwritten_without_being_asked(yard, hub):
    deployed(yard)
    hub.edit(NAME, "app.py", b"print('by hand')")
    yard.space("ocr", NEW)
    code, said = yard.apply()
    assert code == 5
    assert "'Edit by hand'" in said
    assert hub.files(NAME)["app.py"] == b"print('by hand')"
    assert yard.apply("--replace")[0] == 0
    assert held(hub) == NEW


def edit_meanwhile(hub, monkeypatch, *, guarded):
    """Let somebody write to the Space between the plan and the commit."""
    send = huggingface_hub.HfApi.create_commit

    def create_commit(self, *values, parent_commit, **named):
        hub.edit(NAME, "by-hand.txt", b"by hand")
        return send(self, *values, parent_commit=parent_commit if guarded else None, **named)

    monkeypatch.setattr(huggingface_hub.HfApi, "create_commit", create_commit)


def test_a_head_that_moves_during_the_run_is_not_overwritten(yard, hub, monkeypatch):
    deployed(yard)
    yard.space("ocr", NEW)
    edit_meanwhile(hub, monkeypatch, guarded=True)
    code, said = yard.apply()
    assert (code, "Somebody changed it while writing to ann/ocr" in said) == (5, True)
    assert held(hub) == OLD | {"by-hand.txt": b"by hand"}


def test_without_the_parent_of_the_commit_two_writers_would_be_mixed(yard, hub, monkeypatch):
    deployed(yard)
    yard.space("ocr", NEW)
    edit_meanwhile(hub, monkeypatch, guarded=False)
    assert yard.apply()[0] == 0
    assert held(hub) == NEW | {"by-hand.txt": b"by hand"}


def test_a_version_that_does_not_build_is_put_back_and_its_log_shown(yard, hub):
    deployed(yard)
    yard.space("ocr", NEW | BROKEN)
    code, said = yard.apply()
    assert code == 7
    assert "It does not run: BUILD_ERROR. The version before it, " in said
    assert "| it ended as BUILD_ERROR" in said
    assert held(hub) == OLD
    titles = [title.split()[0] for title in hub.titles(NAME)]
    assert titles == ["Put", "Deploy", "Deploy", "initial"]
    yard.space("ocr", NEW)
    assert yard.apply()[0] == 0
    assert held(hub) == NEW


@pytest.mark.parametrize("tells", [True, False], ids=["commit told", "commit not told"])
def test_the_old_version_that_still_runs_is_not_taken_for_the_new_one(yard, hub, tells):
    deployed(yard)
    hub.runtimes.tells_commit, hub.runtimes.lag = tells, 4
    yard.space("ocr", NEW | BROKEN)
    code, said = yard.apply()
    assert (code, held(hub)) == (7, OLD), said
    yard.space("ocr", NEW)
    assert yard.apply()[0] == 0, said


def test_a_build_that_never_ends_is_given_up_and_put_back(yard, hub):
    deployed(yard)
    yard.space("ocr", NEW | {"app.py": b"print('BUILDING')"})
    yard.minutes, hub.runtimes.lag = 0.005, 0
    code, said = yard.apply()
    assert code == 7
    assert "still RUNNING_BUILDING after" in said
    assert held(hub) == OLD


def test_a_first_version_that_fails_has_nothing_to_go_back_to(yard, hub):
    yard.space("ocr", BROKEN)
    code, said = yard.apply()
    assert code == 7
    assert "There is no version before it to go back to." in said
    assert len(hub.titles(NAME)) == 2


def test_a_run_that_was_cut_before_the_look_puts_back_in_the_next_one(yard, hub):
    deployed(yard)
    yard.space("ocr", NEW | BROKEN)
    hub.fail(Fault(path="GET .*/runtime", call=9, lasting=True))
    assert yard.apply()[0] == 6
    assert held(hub) == NEW | BROKEN
    hub.faults.planned.clear()
    code, said = yard.apply()
    assert (code, held(hub)) == (7, OLD), said


def test_where_putting_back_fails_too_the_command_for_it_is_named(yard, hub):
    deployed(yard)
    yard.space("ocr", NEW | BROKEN)
    hub.fail(Fault(path="paths-info", status=403, lasting=True))
    code, said = yard.apply()
    assert code == 7
    assert "To go back: deploy.py rollback ocr --apply." in said


def test_a_paused_space_is_not_waited_for(yard, hub):
    deployed(yard)
    hub.space(NAME).paused = True
    yard.space("ocr", NEW)
    code, said = yard.apply()
    assert code == 0
    assert "It is paused: deploy.py restart ocr starts it." in said
    assert held(hub) == NEW
