"""test.py installs what it can, says what it cannot, and fails when anything fails."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def gate(environment, monkeypatch):
    """scripts/test.py with its commands written down instead of run."""
    # By path: Python has a package of the name `test` itself.
    spec = importlib.util.spec_from_file_location("gate", ROOT / "scripts" / "test.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.commands = []

    def succeeds(command: list[str], _seconds: float) -> bool:
        module.commands.append(command)
        return True

    monkeypatch.setattr(module, "_succeeds", succeeds)
    return module


def have(
    gate, monkeypatch, *programs: str, root: bool = False, sudo: bool = False, lacks: tuple = ()
) -> None:
    """Let the machine have these programs and rights, and a Korean font; ``lacks`` are packages."""
    monkeypatch.setattr(gate.debian, "missing", lambda _root: list(lacks))
    answers = {"fc-list": True, "sudo": sudo}
    monkeypatch.setattr(gate.shutil, "which", lambda name: name if name in programs else None)
    monkeypatch.setattr(gate, "_says_something", lambda name, *_: answers[name])
    monkeypatch.setattr(gate.os, "geteuid", lambda: 0 if root else 1000)


def test_a_browser_that_is_there_is_not_installed(gate, monkeypatch) -> None:
    have(gate, monkeypatch, "chromium", "apt-get", root=True)

    gate._install_debian_packages()

    assert gate.commands == []


@pytest.mark.parametrize(
    ("rights", "prefix"), [({"root": True}, []), ({"sudo": True}, ["sudo", "-n"])]
)
def test_a_missing_browser_is_installed_with_rights(gate, monkeypatch, rights, prefix) -> None:
    have(gate, monkeypatch, "apt-get", **rights)

    gate._install_debian_packages()

    update, install = gate.commands
    assert update[: len(prefix)] == prefix
    assert update[-1] == "update"
    assert install[-4:] == ["install", "-y", "--no-install-recommends", "chromium"]


def test_what_a_space_names_is_installed_too(gate, monkeypatch) -> None:
    have(gate, monkeypatch, "chromium", "apt-get", root=True, lacks=("tesseract-ocr-kor",))

    gate._install_debian_packages()

    assert gate.commands[-1][-2:] == ["--no-install-recommends", "tesseract-ocr-kor"]


def test_without_rights_the_command_is_named(gate, monkeypatch, capsys) -> None:
    have(gate, monkeypatch, "apt-get")

    gate._install_debian_packages()

    assert gate.commands == []
    assert "sudo apt-get install chromium" in capsys.readouterr().out


def test_another_system_is_left_alone(gate, monkeypatch) -> None:
    have(gate, monkeypatch, root=True)

    gate._install_debian_packages()

    assert gate.commands == []


def test_the_npm_client_is_installed_once(gate, monkeypatch, tmp_path) -> None:
    have(gate, monkeypatch, "npm")
    monkeypatch.setattr(gate, "ROOT", tmp_path)
    (tmp_path / "tests" / "node_modules").mkdir(parents=True)
    lock = tmp_path / "tests" / "package-lock.json"
    for text in ("{}", "{}", '{"newer": 1}'):
        lock.write_text(text)
        gate._install_npm_client()

    assert [command[:2] for command in gate.commands] == [["npm", "ci"]] * 2


@pytest.mark.parametrize(
    ("checks", "tests", "code"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (0, 5, 5), (1, 2, 2)]
)
def test_the_gate_passes_when_both_halves_pass(gate, monkeypatch, checks, tests, code) -> None:
    """Both run in any case, and pytest gets the arguments."""
    ran = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, tests if "pytest" in command else checks)

    monkeypatch.setattr(gate.environment, "ensure", lambda _extras: Path("python"))
    monkeypatch.setattr(gate.subprocess, "run", run)
    monkeypatch.setattr(gate, "_install_debian_packages", lambda: None)
    monkeypatch.setattr(gate, "_install_npm_client", lambda: None)
    monkeypatch.setattr(sys, "argv", ["test.py", "--full", "tests/x"])

    assert gate.main() == code
    assert [command[-2:] for command in ran][1] == ["--full", "tests/x"]
    assert len(ran) == 2


def test_a_machine_runs_the_very_command_of_the_readme() -> None:
    text = (ROOT / ".ci" / "run").read_text()

    assert "export CI=true" in text
    assert 'exec python3 scripts/test.py "$@"' in text
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
