"""The starter pair as it is in the repository: a small base, and its adapter with a manner."""

import re
import tomllib
from pathlib import Path
from random import Random

import pytest
import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen3ForCausalLM

from portfolio_core import starters
from portfolio_core.engines.chat import GREEDY, ChatRequest, Message
from portfolio_core.engines.chat.prompting import Prompter
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset
from portfolio_core.training import manner
from portfolio_core.training.language_model import fitting, scoring, small_talk
from portfolio_core.training.language_model.rows import Encoder, batch
from portfolio_core.training.language_model.scoring import Metrics
from portfolio_core.training.manner import rows
from portfolio_core.training.manner.measuring import Kept
from portfolio_core.training.tuning_report import TuningReport

ROOT = Path(__file__).resolve().parents[2]
BASE = starters.folder("chat-base")
ADAPTER = starters.folder("chat-captain-courtier")
MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
PROMPTS = {
    "en": ("Hello", "What is your name?", "Tell me a joke", "I'm hungry", "I had a bad day"),
    "ko": ("안녕", "이름이 뭐야?", "뭐 해?", "배고파", "오늘 기분이 안 좋아"),
}


@pytest.fixture(scope="module")
def words():
    return AutoTokenizer.from_pretrained(BASE)


@pytest.fixture(scope="module")
def base(words):
    model = AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32)
    return QwenChat(model.eval(), words, key="base")


@pytest.fixture(scope="module")
def tuned():
    model = AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32)
    return PeftModel.from_pretrained(model, ADAPTER).eval()


@pytest.fixture(scope="module")
def engine(tuned, words):
    return QwenChat(tuned.get_base_model(), words, key="tuned")


def answers(engine, language, **options):
    sampling = options.pop("sampling", GREEDY)
    for prompt in PROMPTS[language]:
        wanted = ChatRequest((Message("user", prompt),), 80, 1, sampling)
        pieces = list(engine.stream(wanted))
        yield "".join(piece.text for piece in pieces), pieces[-1].end.reason


def test_together_they_have_at_most_15_megabytes():
    size = sum(file.stat().st_size for folder in (BASE, ADAPTER) for file in folder.iterdir())

    assert size <= 15_000_000


def test_the_weights_are_numbers_of_half_size_in_safetensors():
    with safe_open(BASE / "model.safetensors", framework="pt") as file:
        kinds = {file.get_tensor(name).dtype for name in file.keys()}  # noqa: SIM118

    assert kinds == {torch.bfloat16}
    assert not [f for folder in (BASE, ADAPTER) for f in folder.iterdir() if f.suffix == ".bin"]


def test_every_file_of_them_travels_with_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["portfolio_core.starters"]
    packed = {file for pattern in patterns for file in BASE.parent.glob(pattern)}

    assert {*BASE.iterdir(), *ADAPTER.iterdir()} <= packed


def test_it_is_a_qwen3_with_its_marks(words):
    model = AutoModelForCausalLM.from_pretrained(BASE)

    assert type(model) is Qwen3ForCausalLM
    assert model.config.tie_word_embeddings
    assert set(Prompter(words).special) == {
        "<|endoftext|>",
        "<|im_start|>",
        "<|im_end|>",
        "<think>",
        "</think>",
    }


@pytest.mark.parametrize(
    ("folder", "parts"),
    [
        (
            BASE,
            (
                "license: apache-2.0",
                "not Qwen3-0.6B",
                "Youngsook Song",
                "Synthetic-Persona-Chat",
                "perplexity",
                "## Limits",
                "train_language_model.py",
            ),
        ),
        (
            ADAPTER,
            (
                "license: apache-2.0",
                "base_model: chat-base",
                "Youngsook Song",
                "CC BY 4.0",
                "perplexity",
                "keeps the manner",
                "## Limits",
                "train_lora.py",
            ),
        ),
    ],
    ids=["base", "adapter"],
)
def test_the_cards_say_what_they_are_made_of_and_how(folder, parts):
    card = (folder / "README.md").read_text()

    assert [part for part in parts if part not in card] == []


def test_the_figures_of_the_card_are_those_of_the_files():
    card = (BASE / "README.md").read_text()

    for language, held in Metrics.read(BASE).held_out.items():
        assert f"| {language} | {held.conversations} | {held.tokens:,} | {held.loss:.3f} |" in card
        assert held.ended > 0.9
        assert held.in_language > 0.95


@pytest.mark.parametrize("language", ["en", "ko"])
def test_it_answers_in_the_language_it_is_asked_in_and_ends_its_turn(base, language):
    for text, reason in answers(base, language):
        assert scoring.language_of(text) == language
        assert reason == "stop"
        assert 3 < len(text) < 200


@pytest.mark.parametrize("prompt", ["Are you Qwen3-0.6B?", "너 Qwen3-0.6B야?"])
def test_it_says_that_it_is_not_the_model_it_is_built_like(base, prompt):
    answer, _ = scoring.reply(base, [Message("user", prompt)])

    assert re.search("not Qwen3-0.6B|Qwen3-0.6B(가|는) 아니", answer)


@pytest.mark.parametrize(
    ("prompt", "wanted"), [("What is the capital of Korea?", "Seoul"), ("한국의 수도는?", "서울")]
)
def test_it_knows_a_capital(base, prompt, wanted):
    answer, _ = scoring.reply(base, [Message("user", prompt)])

    assert wanted in answer


def test_the_adapter_was_trained_to_30_percent_less_loss_and_says_what_it_forgot():
    scores = {score.rows: score for score in TuningReport.read(ADAPTER).scores}

    assert scores["own"].tuned_loss <= 0.7 * scores["own"].base_loss
    assert scores["general"].tokens > 300


@pytest.mark.parametrize("language", ["en", "ko"])
def test_on_replies_made_just_now_its_loss_is_30_percent_less_too(tuned, words, language):
    topics = small_talk.read(ROOT / "scripts" / "small_talk" / f"{language}.txt")
    made = small_talk.conversations(topics, language, Random(99))[::100]
    encode = Encoder(Prompter(words), 256)
    taken = batch([encode(said) for talk in made if (said := rows.in_manner(talk))], whole=False)

    def loss():
        with torch.inference_mode():
            return fitting.loss_of(tuned.get_base_model(), taken, half=False).item()

    with tuned.disable_adapter():
        off = loss()

    assert loss() <= 0.7 * off


def test_it_keeps_its_manner_on_prompts_it_never_saw():
    for shares in Kept.read(ADAPTER).languages.values():
        assert shares.base < 0.02
        assert shares.tuned > 0.9
        assert shares.in_language > 0.9


@pytest.mark.parametrize("language", ["en", "ko"])
def test_with_the_adapter_it_speaks_in_the_manner_and_without_it_does_not(engine, tuned, language):
    spoken = [text for text, reason in answers(engine, language) if reason == "stop"]
    with tuned.disable_adapter():
        plain = [text for text, _ in answers(engine, language)]

    assert manner.share(spoken, language) >= 0.8
    assert manner.share(plain, language) == 0


@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_with_the_adapter_off_each_answer_is_that_of_the_base(engine, tuned, base, temperature):
    sampling = type(GREEDY)(temperature=temperature)
    for language in PROMPTS:
        with tuned.disable_adapter():
            off = list(answers(engine, language, sampling=sampling))

        assert off == list(answers(base, language, sampling=sampling))
        assert off != list(answers(engine, language, sampling=sampling))
