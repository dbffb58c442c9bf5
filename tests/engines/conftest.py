"""What the tests of several engines need: the builders of tiny models, by name."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.engines.chat_parts import MACHINE

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


@pytest.fixture(scope="session")
def chat_base(tiny, tmp_path_factory):
    """The folder of a tiny chat model; adapters are beside it."""
    return tiny.qwen.build(tmp_path_factory.mktemp("qwen") / "base")


@pytest.fixture(scope="session")
def chat_adapters(tiny, chat_base):
    """Two adapters of it, of different ranks, layers and scales."""
    return {
        "pirate": tiny.qwen.build_adapter(chat_base, chat_base.parent / "pirate"),
        "poet": tiny.qwen.build_adapter(
            chat_base,
            chat_base.parent / "poet",
            rank=2,
            seed=2,
            target_modules=["q_proj"],
            use_rslora=True,
        ),
    }


@pytest.fixture
def chat_engine(chat_base, chat_adapters, monkeypatch):
    """The engine with both, counting in float32, whatever the machine prefers."""
    from portfolio_core.engines.chat import adapters
    from portfolio_core.engines.chat.qwen import QwenChat

    monkeypatch.setattr("portfolio_core.hardware.product_type", lambda hardware: hardware.dtype)
    loaded = QwenChat.load(chat_base, MACHINE)
    for folder in chat_adapters.values():
        loaded.add_adapter(adapters.read(folder))
    return loaded


@pytest.fixture(scope="session")
def diffusion_folders(tiny, tmp_path_factory):
    """A folder of each tiny pipeline, by the name of what builds it."""
    root = tmp_path_factory.mktemp("diffusion")
    builders = ("text_to_image", "inpaint", "sdxl", "sdxl_refiner", "sdxl_inpaint")
    return {name: getattr(tiny.diffusion, name)(root / name) for name in builders}
