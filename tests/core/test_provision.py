"""What the workload is told of a model: how it is loaded, and never beside another one."""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from portfolio_core import catalog, provision
from portfolio_core.provision import Provision
from portfolio_core.settings import Settings


@dataclass
class Slow:
    """An engine that takes its time to load, and knows how many loads are under way."""

    under_way: int = 0
    most: int = 0
    counted: threading.Lock = field(default_factory=threading.Lock)

    def load(self, folder, hardware):
        with self.counted:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        time.sleep(0.05)
        with self.counted:
            self.under_way -= 1


@pytest.fixture
def most_at_once(monkeypatch, tmp_path):
    """Load three engines from three threads; return how many were under way at once."""

    def load():
        engine = Slow()
        monkeypatch.setattr(catalog, "engine_class", lambda model: engine)
        provisions = [Provision(Settings(temp_dir=tmp_path)) for _ in range(3)]
        specs = [one.spec(catalog.by_key("minilm-l6-v2")) for one in provisions]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda spec: spec.load(), specs))
        return engine.most

    return load


def test_one_engine_is_loaded_at_a_time(most_at_once):
    assert most_at_once() == 1


def test_without_the_guard_they_would_load_side_by_side(most_at_once, monkeypatch):
    monkeypatch.setattr(provision, "_loading", contextlib.nullcontext())

    assert most_at_once() > 1
