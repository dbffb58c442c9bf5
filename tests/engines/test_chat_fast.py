"""Chat on a CPU: the pass of our own gives what transformers gives, and 8 bits nearly that."""

import pytest
import torch
from tests.engines import tiny_qwen
from transformers import (
    AutoModelForCausalLM,
    DynamicCache,
    LlamaConfig,
    LlamaForCausalLM,
    LogitsProcessorList,
    Qwen3Config,
    Qwen3ForCausalLM,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from portfolio_core import errors
from portfolio_core.engines import fast_linear
from portfolio_core.engines.chat import (
    GREEDY,
    ChatRequest,
    Message,
    Sampling,
    adapters,
    decoder,
)
from portfolio_core.engines.chat.drawing import Draw
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.engines.chat.reading import Reading
from portfolio_core.engines.fast_linear import Int8Linear
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
SAID = (Message("user", "Why does the fox jump?"),)
LONGER = (Message("user", "안녕하세요. 오늘은 날씨가 좋습니다. " * 3),)


@pytest.fixture(autouse=True)
def _number_type(monkeypatch):
    """Let both sides of a comparison count in float32, whatever the machine prefers."""
    torch.set_num_threads(MACHINE.threads)
    monkeypatch.setattr("portfolio_core.hardware.product_type", lambda hardware: hardware.dtype)


@pytest.fixture
def packing(monkeypatch):
    """Let small models be packed, too."""
    monkeypatch.setattr(fast_linear, "_LARGE_MODEL", 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_qwen.build(tmp_path_factory.mktemp("qwen") / "noise", hidden=64)


def model(seed=1, dtype=torch.float32, **options):
    """Make a small Qwen3 of random weights; the same at each call."""
    given = {
        "vocab_size": 101,
        "hidden_size": 48,
        "intermediate_size": 72,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "tie_word_embeddings": True,
        "initializer_range": 0.15,
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Qwen3ForCausalLM(Qwen3Config(**{**given, **options})).eval().to(dtype)


def ids(rows, tokens, seed=2):
    return torch.randint(0, 101, (rows, tokens), generator=torch.Generator().manual_seed(seed))


def scores(read, given, parts):
    """Read ``given`` in parts of these lengths; return the scores after each."""
    cache = decoder.empty_cache(read)
    with torch.inference_mode():
        return [
            read(part, past_key_values=cache, use_cache=True, logits_to_keep=1).logits[:, -1]
            for part in given.split(parts, dim=1)
        ]


def worst(ours, theirs):
    return max(
        (a.float() - b.float()).abs().max().item() for a, b in zip(ours, theirs, strict=True)
    )


def asked(messages=SAID, max_tokens=24, sampling=GREEDY, **options):
    return ChatRequest(messages, max_tokens, 1, sampling, **options)


def reply(engine, wanted):
    return "".join(piece.text for piece in engine.stream(wanted))


# --- The pass ---------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("parts", [[1, 1, 1], [20, 13, 5, 1], [255, 1, 1, 1, 140, 1]])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"num_key_value_heads": 4},
        {"num_key_value_heads": 1, "tie_word_embeddings": False},
        {"attention_bias": True, "head_dim": 10, "hidden_size": 50},
        {"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4, "factor": 4.0}},
    ],
    ids=["grouped", "one_to_one", "one_key", "bias", "long"],
)
def test_the_scores_are_those_of_transformers(options, rows, parts):
    theirs = model(**options)
    given = ids(rows, sum(parts))
    expected = scores(theirs, given, parts)

    assert worst(scores(decoder.Decoder(theirs), given, parts), expected) < 2e-5
    assert max(row.std() for row in expected) > 0.1  # there is something to be equal


def test_in_bfloat16_it_errs_as_little_as_transformers():
    given, parts = ids(2, 60), [50, *[1] * 10]
    exact = scores(model(), given, parts)
    rounded = model(dtype=torch.bfloat16)
    theirs = worst(scores(rounded, given, parts), exact)

    assert 0 < worst(scores(decoder.Decoder(rounded), given, parts), exact) < 2 * theirs


def test_a_row_does_not_see_what_it_has_not():
    read = decoder.Decoder(model())
    given = ids(2, 9)

    def side_by_side(change):
        both = Reading(read, ["", ""], "cpu")
        both.read([given[0, :8].tolist(), given[1, 4:8].tolist()])
        both._seen = change(both._seen)
        return both.read(given[:, 8:].tolist())[1:]

    (alone,) = scores(read, given[1:, 4:], [5])

    assert worst([side_by_side(lambda seen: seen)], [alone]) < 2e-5
    assert worst([side_by_side(torch.ones_like)], [alone]) > 0.01


def test_no_token_moves_what_was_read_before_it():
    read = decoder.Decoder(model())
    cache = decoder.empty_cache(read)
    places = set()
    with torch.inference_mode():
        for part in ids(1, 100).split([40, *[1] * 60], dim=1):
            read(part, cache)
            places.add(cache.layers[1].values.data_ptr())

    assert len(places) == 1
    theirs = DynamicCache()
    theirs.update(torch.ones(1, 1, 1, 1), torch.ones(1, 1, 1, 1), 0)
    before = theirs.layers[0].values
    theirs.update(torch.ones(1, 1, 1, 1), torch.ones(1, 1, 1, 1), 0)
    assert theirs.layers[0].values.data_ptr() != before.data_ptr()


def test_rows_that_are_left_go_on_as_if_alone():
    read = decoder.Decoder(model())
    given, cache = ids(3, 12), decoder.empty_cache(read)
    with torch.inference_mode():
        read(given[:, :11], cache)
        cache.batch_select_indices(torch.tensor([2, 0]))
        left = read(given[[2, 0], 11:], cache).logits[:, -1]

    assert worst([left], [scores(read, given[[2, 0]], [12])[0]]) < 2e-5


def test_another_architecture_is_left_to_transformers():
    small = {"num_hidden_layers": 1, "hidden_size": 8, "intermediate_size": 8, "vocab_size": 9}
    llama = LlamaForCausalLM(LlamaConfig(num_attention_heads=2, **small))
    sliding = model(use_sliding_window=True, max_window_layers=1, sliding_window=4)

    assert decoder.quick(llama) is llama
    assert decoder.quick(sliding) is sliding
    assert isinstance(decoder.quick(model()), decoder.Decoder)


# --- 8 bits -----------------------------------------------------------------------------


@pytest.mark.parametrize(("out", "width"), [(32, 96), (4128, 64)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(1,), (2, 3), (2, 40)])
def test_a_packed_layer_is_its_matrix_within_half_a_step(out, width, dtype, shape):
    source = torch.Generator().manual_seed(3)
    matrix = torch.randn(out, width, generator=source)
    matrix[0] = 0
    given = torch.randn(*shape, width, generator=source).to(dtype)
    layer = Int8Linear(matrix)

    unpacked = layer.weight.float() * layer.scale.float()[:, None]
    made = layer(given)
    expected = given.float() @ unpacked.T

    assert ((unpacked - matrix).abs() <= 0.501 * layer.scale.float()[:, None]).all()
    assert (made.shape, made.dtype) == ((*shape, out), dtype)
    assert (layer.in_features, layer.out_features) == (width, out)
    size = given.float().abs() @ unpacked.abs().T
    assert ((made.float() - expected).abs() <= 2**-7 * size + 1e-6).all()


@pytest.mark.parametrize("shape", [(31, 64), (64, 33), (48, 64), (1, 1)])
def test_a_size_that_torch_would_read_past_is_refused_and_left_unpacked(shape):
    with pytest.raises(ValueError, match="multiples of 32"):
        Int8Linear(torch.ones(shape))
    odd = model(hidden_size=48, vocab_size=101)
    fast_linear.pack(odd)
    assert not [layer for layer in odd.modules() if isinstance(layer, Int8Linear)]


def test_few_tokens_and_many_are_multiplied_alike():
    layer = Int8Linear(torch.randn(64, 128, generator=torch.Generator().manual_seed(4)))
    given = torch.randn(fast_linear._FEW + 1, 128, generator=torch.Generator().manual_seed(5))

    together = layer(given.bfloat16()).float()
    apart = torch.cat([layer(row[None]) for row in given.bfloat16()]).float()

    assert (together - apart).abs().max() < 0.01 * together.abs().max()


@pytest.mark.parametrize("tied", [True, False])
def test_a_packed_model_is_near_the_exact_one(tied):
    given, parts = ids(2, 40), [30, *[1] * 10]
    sizes = {"vocab_size": 128, "hidden_size": 64, "intermediate_size": 128, "head_dim": 32}
    exact = model(tie_word_embeddings=tied, **sizes)
    expected = torch.stack(scores(exact, given, parts))
    fast_linear.pack(exact)
    packed = decoder.Decoder(exact)

    ours = torch.stack(scores(packed, given, parts))

    assert (ours - expected).std() < 0.05 * expected.std()
    assert not [layer for layer in packed.modules() if isinstance(layer, torch.nn.Linear)]
    heads, table = packed.lm_head.weight, packed.model.embed_tokens.weight
    assert (heads.data_ptr() == table.data_ptr()) == tied
    assert {heads.dtype, table.dtype} == ({torch.int8} if tied else {torch.int8, torch.float32})


def test_only_a_large_model_is_packed_and_only_where_that_is_fast(monkeypatch):
    large = model(vocab_size=40_000, hidden_size=1024, num_hidden_layers=1)
    capability = "torch.backends.cpu.get_cpu_capability"

    monkeypatch.setattr(capability, lambda: "AVX512")
    assert [fast_linear.pays(one) for one in (large, model())] == [True, False]
    monkeypatch.setattr(capability, lambda: "DEFAULT")
    assert not fast_linear.pays(large)


# --- The engine -------------------------------------------------------------------------


def test_the_engine_reads_by_it_and_replies_as_transformers_does(folder):
    engine = QwenChat.load(folder, MACHINE)
    slow = QwenChat.load(folder, MACHINE)
    slow._model = AutoModelForCausalLM.from_pretrained(folder)

    assert isinstance(engine._model, decoder.Decoder)
    for messages in (SAID, LONGER):
        assert reply(engine, asked(messages, 60)) == reply(slow, asked(messages, 60))


@pytest.mark.usefixtures("packing")
def test_a_packed_engine_takes_adapters_row_by_row_and_gives_its_base_back(folder, tmp_path):
    exact = AutoModelForCausalLM.from_pretrained(folder)
    engine = QwenChat.load(folder, MACHINE)
    assert isinstance(engine._model.model.layers[0].self_attn.q_proj, Int8Linear)
    bare = Reading(engine._model, [""], "cpu").read([[5, 6, 7]])

    tiny_qwen.build_adapter(folder, tmp_path / "pirate")
    engine.add_adapter(adapters.read(tmp_path / "pirate"))
    both = Reading(engine._model, ["", "pirate"], "cpu").read([[5, 6, 7]] * 2)
    unpacked = QwenChat.load(folder, MACHINE)
    unpacked._model = exact
    unpacked._adapters._model = exact
    unpacked.add_adapter(adapters.read(tmp_path / "pirate"))
    tuned = Reading(exact, ["pirate"], "cpu").read([[5, 6, 7]])

    assert torch.equal(Reading(engine._model, [""], "cpu").read([[5, 6, 7]]), bare)
    assert (both[:1] - bare).abs().max() < 0.02 * bare.std()
    assert (both[1:] - tuned).std() < 0.05 * tuned.std() < 0.5 * (tuned - bare).std()


@pytest.mark.usefixtures("packing")
def test_packed_replies_side_by_side_are_those_alone(folder):
    engine = QwenChat.load(folder, MACHINE)
    wanted = [asked(SAID), asked(LONGER)]

    texts = ["", ""]
    for number, piece in engine.stream_together(wanted):
        texts[number] += piece.text

    assert texts == [reply(engine, one) for one in wanted]


@pytest.mark.usefixtures("packing")
def test_a_packed_engine_stops_within_a_token(folder):
    engine = QwenChat.load(folder, MACHINE)
    asks = []

    def check():
        asks.append(1)
        if len(asks) > 3:
            raise errors.Cancelled

    with pytest.raises(errors.Cancelled):
        list(engine.stream(asked(max_tokens=100), check))
    assert len(asks) == 4


# --- The draw ---------------------------------------------------------------------------


def test_sorting_only_what_is_left_draws_as_often_what_transformers_draws():
    given = torch.randn(1, 400, generator=torch.Generator().manual_seed(6)).mul_(2)
    draw = Draw(Sampling(0.9, 0.7, 12), 1, range(400), 400, "cpu")
    steps = [TemperatureLogitsWarper(0.9), TopKLogitsWarper(12), TopPLogitsWarper(0.7)]
    theirs = LogitsProcessorList(steps)(torch.tensor([[1]]), given).softmax(-1)[0]

    drawn = torch.bincount(torch.tensor([draw([1], given) for _ in range(2000)]), minlength=400)

    assert set(drawn.nonzero()[:, 0].tolist()) <= set(theirs.nonzero()[:, 0].tolist())
    assert (drawn / 2000 - theirs).abs().max() < 0.05
