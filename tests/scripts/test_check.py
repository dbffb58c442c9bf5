"""check.py runs every check, and each of its tools really complains."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def python(code: str) -> tuple[tuple[str, ...], ...]:
    return ((sys.executable, "-c", code),)


@pytest.fixture
def inside(check, monkeypatch):
    """check.py as if it ran in the environment, with its own command line."""
    monkeypatch.setattr(check.environment, "require_inside", lambda: None)
    monkeypatch.setattr(sys, "argv", ["check.py"])
    return check


def test_all_run_although_one_fails_and_the_failures_are_counted(inside, monkeypatch, capsys):
    names = {"one": "", "two": "print('because'); exit(3)", "three": "", "four": "exit(1)"}
    made = [inside.Check(name, python(code)) for name, code in names.items()]
    monkeypatch.setattr(inside, "checks", lambda: made)

    code = inside.main()

    lines = capsys.readouterr().out.splitlines()
    words = [line.split()[:2] for line in lines]
    assert code == 1
    assert words[:2] == [["one", "passed"], ["two", "FAILED"]]
    assert "because" in lines
    assert words[-3:] == [["three", "passed"], ["four", "FAILED"], ["2", "failed:"]]
    assert lines[-1] == "2 failed: two, four."


def test_every_part_of_a_check_counts(inside, monkeypatch, capsys):
    made = [inside.Check("one", python("exit(1)") + python("exit(0)"))]
    monkeypatch.setattr(inside, "checks", lambda: made)

    assert inside.main() == 1


def test_nothing_failed_is_success(inside, monkeypatch, capsys):
    monkeypatch.setattr(inside, "checks", lambda: [inside.Check("one", python(""))])

    assert inside.main() == 0
    assert "failed" not in capsys.readouterr().out


def test_fix_only_repairs(inside, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["check.py", "--fix"])
    monkeypatch.setattr(inside, "fixes", lambda: [inside.Check("repair", python(""))])
    monkeypatch.setattr(inside, "checks", lambda: pytest.fail("it checked"))

    assert inside.main() == 0


def test_every_page_and_every_script_is_typed(check):
    found = {path.relative_to(ROOT) for path in check._programs(ROOT)}

    assert {Path("scripts/check.py"), Path("scripts/environment.py")} <= found
    assert {path.relative_to(ROOT) for path in ROOT.glob("spaces/*/app.py")} <= found


@pytest.mark.parametrize(
    ("tool", "text", "word"),
    [
        (("ruff", "check", "--no-cache"), "import os\n", "F401"),
        (("ruff", "format", "--no-cache", "--check"), "x = {  }\n", "reformat"),
        (("mypy", "--no-incremental"), "def f(x): return x\n", "no-untyped-def"),
        (("mypy", "--no-incremental"), "x: list = []\n", "type-arg"),
    ],
)
def test_each_tool_complains_under_our_settings(tmp_path, tool, text, word):
    (tmp_path / "guilty.py").write_text(text)
    command = [sys.executable, "-m", *tool, "--config-file" if tool[0] == "mypy" else "--config"]
    command += [str(ROOT / "pyproject.toml"), str(tmp_path / "guilty.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert word in done.stdout


def test_the_pins_are_those_of_the_environment():
    command = [sys.executable, str(ROOT / "scripts" / "constraints.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
