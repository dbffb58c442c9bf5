"""What the tests of several engines need: the builders of tiny models, by name."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

_HERE = Path(__file__).parent


def _module(name):
    spec = importlib.util.spec_from_file_location(name, _HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tiny():
    """The modules ``tiny_….py`` beside this file, by what follows ``tiny_``."""
    names = (path.stem for path in _HERE.glob("tiny_*.py"))
    return SimpleNamespace(**{name.removeprefix("tiny_"): _module(name) for name in names})
