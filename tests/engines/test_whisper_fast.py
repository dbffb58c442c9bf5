"""Whisper on a CPU: what is written here is what CTranslate2 writes, and nearly so in 8 bits."""

import ctranslate2
import numpy as np
import pytest
import torch
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from tests.engines import tiny_whisper
from tests.engines.chat_parts import MACHINE

from portfolio_core.engines.speech_to_text import (
    whisper_decoder,
    whisper_encoder,
    whisper_fast,
)
from portfolio_core.engines.speech_to_text.converted import Converted

HOW = {
    "beam_size": 1,
    "patience": 1,
    "length_penalty": 1,
    "repetition_penalty": 1,
    "no_repeat_ngram_size": 0,
    "max_length": 60,
    "return_scores": True,
    "return_no_speech_prob": True,
    "suppress_blank": True,
    "suppress_tokens": (1, 2, 3),
    "max_initial_timestamp_index": 50,
}


class ExactLinear(torch.nn.Linear):
    """What stands in for the layer of 8 bits where nothing is to be rounded."""

    def __init__(self, weight, bias=None):
        super().__init__(weight.shape[1], weight.shape[0], bias=bias is not None)
        self.weight.data, self.scale = weight, torch.ones(len(weight))
        if bias is not None:
            self.bias.data = bias


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whisper") / "noise"
    tiny_whisper.write(folder, width=64, layers=2)
    return folder


@pytest.fixture(scope="module")
def model(folder):
    """The model as CTranslate2 has it, in float32."""
    return WhisperModel(str(folder), device="cpu", compute_type="float32", cpu_threads=1)


@pytest.fixture
def exact(monkeypatch):
    """Both sides count in float32 without rounding."""
    monkeypatch.setattr(whisper_decoder, "Int8Linear", ExactLinear)
    monkeypatch.setattr("portfolio_core.hardware.product_type", lambda hardware: hardware.dtype)


def heard(model, seed):
    sound = np.random.default_rng(seed).standard_normal((1, 80, 3000)).astype(np.float32)
    return model.encode(ctranslate2.StorageView.from_array(sound))


def prompt(model):
    return list(Tokenizer(model.hf_tokenizer, True, task="transcribe", language="en").sot_sequence)


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("seed", [0, 1])
def test_the_words_are_those_of_ctranslate2(model, folder, seed):
    fast = whisper_fast.quick(model, folder, MACHINE)
    what = heard(model.model, seed), [prompt(model)]

    (theirs,), (ours,) = (side.generate(*what, **HOW) for side in (model.model, fast))

    assert isinstance(fast, whisper_fast.FastWhisper)
    assert ours.sequences_ids == theirs.sequences_ids
    assert ours.scores == pytest.approx(theirs.scores, rel=1e-3)
    assert ours.no_speech_prob == pytest.approx(theirs.no_speech_prob, rel=1e-3)


@pytest.mark.parametrize(("dtype", "near"), [(torch.float32, 1e-4), (torch.bfloat16, 0.05)])
def test_what_is_heard_is_what_ctranslate2_hears(model, folder, dtype, near):
    encoder = whisper_encoder.Encoder(Converted(folder / "model.bin"), dtype)
    sound = np.random.default_rng(0).standard_normal((1, 80, 3000)).astype(np.float32)

    theirs = np.asarray(model.model.encode(ctranslate2.StorageView.from_array(sound)))[0]
    ours = encoder(torch.from_numpy(sound[0])).numpy()

    assert ours.dtype == np.float32
    assert (ours - theirs).std() < near * theirs.std()


def test_in_8_bits_the_scores_are_near_the_exact_ones(model, folder, monkeypatch):
    weights = Converted(folder / "model.bin")
    what = torch.randn(1500, 64, generator=torch.Generator().manual_seed(1))
    tokens = [*prompt(model), 300, 400]

    def scores(dtype):
        decoder = whisper_decoder.Decoder(weights, dtype)
        memories = decoder.begin(what)
        first = decoder.read(memories, tokens[:3])
        return torch.cat([first, *(decoder.read(memories, [token]) for token in tokens[3:])])

    ours = scores(torch.bfloat16)
    monkeypatch.setattr(whisper_decoder, "Int8Linear", ExactLinear)
    exact = scores(torch.float32)

    assert ours.shape == (5, len(tiny_whisper.vocabulary()))
    assert 0 < (ours - exact).std() < 0.05 * exact.std()


def test_what_it_cannot_search_is_searched_by_ctranslate2(model, folder):
    fast = whisper_fast.quick(model, folder, MACHINE)
    what = heard(model.model, 0), [prompt(model)]

    for other in ({"no_repeat_ngram_size": 4}, {"beam_size": 2}):
        theirs, ours = (side.generate(*what, **(HOW | other)) for side in (model.model, fast))
        assert type(ours[0]) is ctranslate2.models.WhisperGenerationResult
        assert ours[0].sequences_ids == theirs[0].sequences_ids


@pytest.mark.parametrize("damage", ["other form", "cut short", "odd sizes"])
def test_weights_that_cannot_be_read_stay_with_ctranslate2(model, folder, tmp_path, damage):
    whole = (folder / "model.bin").read_bytes()
    other = tmp_path / "other"
    if damage == "odd sizes":
        tiny_whisper.write(other, width=48)
    else:
        other.mkdir()
        (other / "model.bin").write_bytes(whole[:500] if damage == "cut short" else b"\7" + whole)

    assert whisper_fast.quick(model, other, MACHINE) is model.model
    assert isinstance(whisper_fast.quick(model, folder, MACHINE), whisper_fast.FastWhisper)


def test_without_vector_instructions_all_stays_as_it_is(model, folder, monkeypatch):
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: "DEFAULT")

    assert whisper_fast.quick(model, folder, MACHINE) is model.model
