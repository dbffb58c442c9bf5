"""A finished adapter: merged into its base, switched off, given to the Hub."""

import pytest
import torch
from peft import PeftModel
from tests.training.lora_parts import MACHINE, PLAN, QUICK, base, rows
from transformers import AutoModelForCausalLM, AutoTokenizer

from portfolio_core.errors import AdapterMismatch
from portfolio_core.training.lora import About, base_in, publishing, tune

IDS = torch.arange(5, 25)[None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return base(tmp_path_factory.mktemp("lora"))


@pytest.fixture(scope="module")
def adapter(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("adapter")
    tune(folder, rows(out), out / "made", PLAN, MACHINE, **QUICK)
    return out / "made"


def scores(model):
    with torch.no_grad():
        return model(IDS).logits


def test_the_merged_model_says_what_base_and_adapter_say(folder, adapter, tmp_path):
    publishing.merge(base_in(folder, About()), adapter, tmp_path)
    plain = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    without = scores(plain)
    tuned = scores(PeftModel.from_pretrained(plain, adapter))
    merged = scores(AutoModelForCausalLM.from_pretrained(tmp_path, dtype=torch.float32))
    assert (merged - tuned).abs().max() < 1e-4
    assert (merged - without).abs().max() > 0.1
    words = AutoTokenizer.from_pretrained(tmp_path)
    assert words.chat_template == AutoTokenizer.from_pretrained(folder).chat_template


def test_an_adapter_is_not_merged_into_another_base(adapter, tmp_path):
    with pytest.raises(AdapterMismatch):
        publishing.merge(base_in(base(tmp_path, seed=2), About()), adapter, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_the_hub_is_given_adapter_card_and_report_and_no_checkpoint(adapter, monkeypatch):
    calls = []
    monkeypatch.setattr(
        "huggingface_hub.HfApi.create_repo", lambda self, *a, **k: calls.append(("create", a, k))
    )
    monkeypatch.setattr(
        "huggingface_hub.HfApi.upload_folder", lambda self, **k: calls.append(("upload", k)) or "x"
    )
    publishing.push(adapter, "me/manner")
    assert calls[0] == ("create", ("me/manner",), {"private": True, "exist_ok": True})
    assert calls[1][1]["repo_id"] == "me/manner"
    allowed = calls[1][1]["allow_patterns"]
    present = [p.relative_to(adapter).as_posix() for p in adapter.rglob("*") if p.is_file()]
    assert set(allowed) < set(present)
    assert not [name for name in allowed if "checkpoint" in name or name.endswith(".jsonl")]
