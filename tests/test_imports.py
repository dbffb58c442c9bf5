"""What may import what: measured in a bare interpreter, and the rules shown to bite."""

import importlib.util
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import portfolio_core

ROOT = Path(__file__).resolve().parent.parent

# A bare core must not import these. They are refused by name, so that the test can also fail
# on a machine where one of them is not installed.
HEAVY = (
    "diffusers",
    "fastapi",
    "gradio",
    "gradio_client",
    "langchain",
    "langchain_core",
    "onnxruntime",
    "spaces",
    "torch",
    "transformers",
)
_REFUSE = """
import importlib, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {heavy!r}:
            raise AssertionError("it imports " + name)
sys.meta_path.insert(0, Refuse())
for name in {modules!r}:
    importlib.import_module(name)
"""


def core_modules() -> list[str]:
    """Return every module of the core but the page's, the training's, and LangChain's side."""
    found = pkgutil.walk_packages(portfolio_core.__path__, "portfolio_core.")
    outside = (
        "portfolio_core.ui",
        "portfolio_core.training",
        "portfolio_core.engines.chat.decoder",  # their classes are subclasses of torch's
        "portfolio_core.engines.fast_linear",
        "portfolio_core.engines.speech_to_text.whisper_decoder",
        "portfolio_core.engines.speech_to_text.whisper_encoder",
        "portfolio_core.engines.speech_to_text.whisper_fast",
        "portfolio_core.engines.rag.chain",  # made of LangChain's runnables
        "portfolio_core.engines.rag.langchain",  # its classes are subclasses of LangChain's
    )
    return ["portfolio_core", *(m.name for m in found if not m.name.startswith(outside))]


def import_bare(*modules: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    code = _REFUSE.format(heavy=HEAVY, modules=modules)
    variables = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_no_module_of_the_core_imports_a_heavy_library() -> None:
    """Engines too: what they need is imported when they load."""
    done = import_bare(*core_modules())

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", core_modules())
def test_each_module_can_be_imported_first(module: str) -> None:
    """No module relies on another having been imported before it."""
    done = import_bare(module)

    assert done.returncode == 0, done.stderr


def test_a_bare_core_is_small() -> None:
    """A killed child in a test, and a script, pay this and no more."""
    code = "import sys, portfolio_core; print(len(sys.modules))"
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert int(done.stdout) < 1000


@pytest.mark.parametrize("name", HEAVY)
def test_the_refusal_bites(name: str, tmp_path: Path) -> None:
    (tmp_path / "guilty.py").write_text(f"import {name}.something\n")

    done = import_bare("guilty", path=tmp_path)

    assert f"it imports {name}" in done.stderr


# --- The rules of import-linter ----------------------------------------------------------

_LINT = "from importlinter.cli import lint_imports_command as lint; lint()"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the packages that a test may spoil, with a second engine to sin with."""
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info", "starters")
    shutil.copytree(ROOT / "shared", tmp_path / "shared", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("one", "two"):
        engine = tmp_path / "shared" / "portfolio_core" / "engines" / name
        engine.mkdir()
        (engine / "__init__.py").touch()
    return tmp_path


def lint(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    # The copy comes before the installed packages.
    variables = os.environ | {"PYTHONPATH": str(tree / "shared"), "COLUMNS": "200"}
    command = [sys.executable, "-P", "-c", _LINT, "--no-logo", "--no-cache", *options]
    return subprocess.run(
        command, cwd=tree, env=variables, capture_output=True, text=True, check=False
    )


def test_the_import_rules_hold(tree: Path) -> None:
    done = lint(tree)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("rule", "file", "line"),
    [
        ("server", "portfolio_core/settings.py", "import portfolio_server"),
        ("layers", "portfolio_core/settings.py", "from portfolio_core.engines import one"),
        ("layers", "portfolio_core/engines/one/__init__.py", "import portfolio_core.ui.theme"),
        ("layers", "portfolio_core/newcomer.py", "import json"),
        ("engines", "portfolio_core/engines/one/__init__.py", "import portfolio_core.engines.two"),
        ("gradio", "portfolio_core/engines/one/__init__.py", "import gradio"),
        ("gradio", "portfolio_server/newcomer.py", "import gradio_client"),
        ("zerogpu", "portfolio_core/ui/newcomer.py", "from spaces import GPU"),
        ("web", "portfolio_core/ui/newcomer.py", "from fastapi import FastAPI"),
        ("models", "portfolio_core/ui/newcomer.py", "def f(): import torch"),
        ("models", "portfolio_server/newcomer.py", "from transformers import pipeline"),
    ],
)
def test_each_import_rule_bites(tree: Path, rule: str, file: str, line: str) -> None:
    with (tree / "shared" / file).open("a") as module:
        module.write(f"\n{line}\n")

    assert lint(tree, "--contract", rule).returncode == 1


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("portfolio_core/ui/newcomer.py", "import gradio"),
        ("portfolio_core/ui/gpu.py", "from spaces import GPU"),
        ("portfolio_core/engines/one/__init__.py", "def load(): import torch, transformers"),
        ("portfolio_core/engines/one/__init__.py", "from portfolio_core import settings"),
        ("portfolio_core/hardware.py", "def f(): import torch"),
        ("portfolio_server/newcomer.py", "from fastapi import FastAPI"),
    ],
)
def test_the_import_rules_let_through_what_they_should(tree: Path, file: str, line: str) -> None:
    with (tree / "shared" / file).open("a") as module:
        module.write(f"\n{line}\n")

    done = lint(tree)

    assert done.returncode == 0, done.stdout


# --- The rules of ruff -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "line", "rules"),
    [
        ("shared/portfolio_core/settings.py", "import gradio", {"TID251"}),
        ("shared/portfolio_core/engines/x.py", "from fastapi import FastAPI", {"TID251"}),
        ("shared/portfolio_core/engines/x.py", "from spaces import GPU", {"TID251"}),
        ("shared/portfolio_core/engines/x.py", "import langchain_community", {"TID251"}),
        ("shared/portfolio_core/engines/x.py", "import torch", {"TID253"}),
        ("shared/portfolio_core/ui/x.py", "import transformers", {"TID253"}),
        ("spaces/x/app.py", "import torch", {"TID253"}),
        ("scripts/x.py", "import gradio", {"TID251"}),
        ("shared/portfolio_core/ui/x.py", "import gradio", set()),
        ("shared/portfolio_core/engines/x.py", "def f():\n    import torch", set()),
        ("spaces/x/app.py", "import gradio", set()),
    ],
)
def test_lint_tells_where_a_library_belongs(file: str, line: str, rules: set[str]) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise"]
    command += ["--select=TID,PLC0415", "--stdin-filename", file, "-"]
    done = subprocess.run(
        command, cwd=ROOT, input=line + "\n", capture_output=True, text=True, check=False
    )
    found = {word for word in done.stdout.split() if word[:3] in {"TID", "PLC"}}

    assert found == rules, done.stdout


def test_the_package_spaces_is_not_the_folder() -> None:
    """Started without the repository's root on the path, as the gate starts pytest."""
    spec = importlib.util.find_spec("spaces")

    assert spec is None or spec.origin is not None
