"""The small chat model: what it reads, how it learns, and that a kill changes nothing."""

import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from portfolio_core.engines.chat import Message
from portfolio_core.engines.chat.prompting import Prompter
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset
from portfolio_core.training.language_model import (
    fitting,
    making,
    network,
    scoring,
    small_talk,
    sources,
    vocabulary,
)
from portfolio_core.training.language_model.corpus import Corpus
from portfolio_core.training.language_model.network import Shape
from portfolio_core.training.language_model.plan import Plan
from portfolio_core.training.language_model.rows import IGNORED, Encoder, Row, batch, batches
from portfolio_core.training.language_model.scoring import Metrics

ROOT = Path(__file__).resolve().parents[2]
TALK = ROOT / "scripts" / "small_talk"
MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
SHAPE = Shape(vocabulary=600, hidden=32, inner=48, layers=2, heads=2, key_heads=1, context=128)
PLAN = Plan(steps=12, tokens=256, half=False)
SAID = ("Hello! How are you?", "I'm fine, thank you.", "안녕하세요! 반가워요.", "2 + 3 = 5")
TALKS = (
    (Message("user", "Hello"), Message("assistant", "Hi! How are you?")),
    (
        Message("system", "Be kind."),
        Message("user", "안녕"),
        Message("assistant", "안녕하세요!"),
        Message("user", "뭐 해?"),
        Message("assistant", "당신과 이야기해요."),
    ),
)


@pytest.fixture(scope="module")
def words():
    return vocabulary.learn(SAID * 4, SHAPE.vocabulary)


@pytest.fixture(scope="module")
def rows():
    random = Random(3)
    return [Row(tuple(random.choices(range(500), k=random.randint(6, 40))), 3) for _ in range(60)]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with the four files, a few made-up lines in each."""
    folder = tmp_path_factory.mktemp("data")
    lines = [f"질문 {n},대답은 {n}이에요.,0" for n in range(80)]
    (folder / sources.KOREAN).write_text("\n".join(["Q,A,label", *lines]))
    asked = [{"instruction": f"Say {n}.", "input": "", "output": f"It is {n}."} for n in range(80)]
    (folder / sources.INSTRUCTIONS).write_text(json.dumps(asked))
    task = {"instruction": "Add.", "instances": [{"input": "1 and 2", "output": "3"}]}
    (folder / sources.TASKS).write_text(json.dumps(task))
    said = [f"User {n % 2 + 1}: line {n}" for n in range(21)]
    talk = json.dumps({"conversation": said})
    (folder / sources.PERSONAS).write_text("\n".join([talk] * 6))
    return folder


@pytest.fixture
def talk(tmp_path):
    """A folder with small talk of one topic a language."""
    (tmp_path / "en.txt").write_text(
        "Hello | Hi\n= Hello! How are you?\n\n{0}+{1}\n= {2}\n@sums 2\n"
    )
    (tmp_path / "ko.txt").write_text("안녕 | 하이\n= 안녕하세요!\n")
    (tmp_path / "prompts.txt").write_text("Hello\n안녕\n")
    return tmp_path


def trained(rows, folder, plan=PLAN, **options):
    class Ends:
        eos_token_id, pad_token_id = 1, 0

    model = network.build(SHAPE, Ends, plan.seed)
    fitting.fit(model, lambda number: rows, plan, folder, **options)
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])


# --- What it reads ----------------------------------------------------------------------


@given(text=st.text(max_size=60))
def test_any_text_comes_back_from_its_tokens(text, words):
    plain = words.backend_tokenizer.normalizer.normalize_str(text)
    ids = Prompter(words).plain(text)

    assert words.decode(ids) == plain


@pytest.mark.parametrize("talk", TALKS)
def test_a_row_is_what_the_template_makes_of_the_talk_and_what_serving_reads_before_it(talk, words):
    row = Encoder(Prompter(words), 128)(sources.Conversation(talk, "en", ""))

    told = [{"role": m.role, "content": m.text} for m in talk]
    whole = words.apply_chat_template(told)["input_ids"]
    served = Prompter(words).ids(talk[:-1])
    assert list(row.ids) == whole[: len(row.ids)]
    assert words.decode(whole[len(row.ids) :]) == "\n"
    assert list(row.ids[: row.reply]) == served
    assert words.decode(row.ids[row.reply :]) == f"{talk[-1].text}<|im_end|>"


def test_only_without_thinking_the_template_gives_an_empty_block(words):
    told = [{"role": "user", "content": "Hi"}]

    def prompt(**options):
        return words.apply_chat_template(
            told, add_generation_prompt=True, tokenize=False, **options
        )

    assert prompt().endswith("<|im_start|>assistant\n")
    assert prompt(enable_thinking=True) == prompt()
    assert prompt(enable_thinking=False) == prompt() + "<think>\n\n</think>\n\n"


def test_of_a_talk_that_is_too_long_the_newest_part_is_read(words):
    long = sum((TALKS[0] for _ in range(20)), ())

    row = Encoder(Prompter(words), 100)(sources.Conversation(long, "en", ""))

    assert len(row.ids) <= 100
    assert words.decode(row.ids).startswith("<|im_start|>user\nHello")


def test_each_row_is_in_one_batch_and_only_replies_count(rows):
    made = list(batches(rows, 128, Random(0), whole=False))

    assert sum(len(one.ids) for one in made) == len(rows)
    assert all(one.ids.size <= 128 for one in made)
    replies = sum(len(row.ids) - row.reply for row in rows)
    assert sum(int((one.targets != IGNORED).sum()) for one in made) == replies
    whole = batches(rows, 128, Random(0), whole=True)
    assert sum(int((one.targets != IGNORED).sum()) for one in whole) > 1.05 * replies


def test_filling_changes_no_loss(rows, words):
    model = network.build(SHAPE, words, 0).eval()
    pair = sorted(rows, key=lambda row: len(row.ids))[:: len(rows) - 1]

    with torch.inference_mode():
        alone = [
            fitting.loss_of(model, batch([row], whole=False), half=False, total=True).item()
            for row in pair
        ]
        both = fitting.loss_of(model, batch(pair, whole=False), half=False, total=True).item()

    assert both == pytest.approx(sum(alone), rel=1e-5)


def test_what_is_held_out_is_told_by_its_question_alone(data):
    found = sources.read(data)
    held_out = {talk.messages for talk in found if talk.held_out}

    assert 1 <= len(held_out) < len(found) / 10
    again = data / sources.KOREAN
    lines = again.read_text().splitlines()
    again.write_text("\n".join([lines[0], *reversed(lines[1:])]))
    assert {talk.messages for talk in sources.read(data) if talk.held_out} == held_out


def test_a_long_talk_is_cut_into_pieces_that_end_with_a_reply(data):
    pieces = [talk for talk in sources.read(data) if talk.source == sources.PERSONAS]

    assert {len(piece.messages) for piece in pieces} == {2, 4, 6, 20}
    assert all(piece.messages[-1].role == "assistant" for piece in pieces)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_small_talk_is_answered_and_its_sums_are_right(language):
    topics = small_talk.read(TALK / f"{language}.txt")
    made = small_talk.conversations(topics, language, Random(1))

    assert all(topic.replies for topic in topics)
    assert not [m for talk in made for m in talk.messages if re.search(r"[{}|]", m.text)]
    assert {scoring.language_of(talk.messages[-1].text) for talk in made} >= {language}
    sums = [re.search(r"(\d+) ([-+x]) (\d+) = (\d+)", t.messages[-1].text) for t in made]
    found = [match.groups() for match in sums if match]
    right = {"+": int.__add__, "-": int.__sub__, "x": int.__mul__}
    assert len(found) > 500
    assert all(right[sign](int(a), int(b)) == int(c) for a, sign, b, c in found)


# --- How it learns ----------------------------------------------------------------------


def test_the_same_seed_makes_the_same_weights_and_another_one_others(rows, tmp_path):
    first = trained(rows, tmp_path / "a")

    assert torch.equal(first, trained(rows, tmp_path / "b"))
    assert not torch.equal(first, trained(rows, tmp_path / "c", replace(PLAN, seed=1)))


def test_a_training_that_is_killed_goes_on_as_if_nothing_had_been(rows, tmp_path):
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from tests.training import test_language_model as here
from portfolio_core.training.language_model.rows import Row
rows = [Row(tuple(ids), 3) for ids in {[row.ids for row in rows]!r}]
here.trained(rows, Path(sys.argv[1]), every=5, note=lambda now: print(now.step, flush=True))
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "killed"], stdout=subprocess.PIPE, text=True
    )
    for line in child.stdout:
        if int(line) == 8:
            child.send_signal(signal.SIGKILL)
            break
    child.communicate()
    steps = []
    resumed = trained(rows, tmp_path / "killed", note=lambda now: steps.append(now.step))

    assert child.returncode == -signal.SIGKILL
    assert steps[0] in (6, 11)  # a step or two may be done before the signal comes
    assert torch.equal(resumed, trained(rows, tmp_path / "whole"))


def test_while_its_rate_has_not_begun_to_fall_a_training_can_be_made_longer(rows, tmp_path):
    class Enough(Exception):
        pass

    def enough(now):
        if now.step == 6:
            raise Enough

    longer = replace(PLAN, steps=20)
    with pytest.raises(Enough):
        trained(rows, tmp_path / "a", every=5, note=enough)

    assert torch.equal(trained(rows, tmp_path / "a", longer), trained(rows, tmp_path / "b", longer))


def test_a_checkpoint_of_another_training_is_not_taken_up(rows, tmp_path):
    trained(rows, tmp_path / "a")
    other = replace(PLAN, rate=1e-3)

    assert torch.equal(trained(rows, tmp_path / "a", other), trained(rows, tmp_path / "b", other))


def test_the_rate_rises_stays_and_falls():
    plan = Plan(steps=1000, rate=1.0, last=0.4)
    rates = [plan.rate_at(step) for step in range(1, 1001)]

    assert rates[0] < 0.1
    assert rates[99] == rates[599] == 1.0
    assert np.all(np.diff(rates[600:]) < 0)
    assert 0 < rates[-1] < 0.01


def test_the_whole_way_ends_in_a_folder_that_the_chat_engine_loads(data, talk, tmp_path):
    out = tmp_path / "model"
    words = ROOT / "scripts" / "train_language_model.toml"
    daily = replace(PLAN, steps=4, last=1.0)
    order = making.Order(data, talk, words, out, PLAN, daily, "again", SHAPE)
    told = []

    making.make(order, MACHINE, told.append)

    engine = QwenChat.load(out, MACHINE)
    answer, _ = scoring.reply(engine, [Message("user", "Hello")])
    metrics = Metrics.read(out)
    assert metrics.samples == {"Hello": answer, "안녕": metrics.samples["안녕"]}
    assert metrics.steps == PLAN.steps + 4
    card = (out / "README.md").read_text()
    for part in ("license: apache-2.0", "not Qwen3-0.6B", "perplexity", "Limits", "again", "CC BY"):
        assert part in card


def test_small_talk_is_written_anew_for_each_pass(data, talk):
    corpus = Corpus(data, talk, 0)

    assert corpus.written(0) == corpus.written(0)
    assert corpus.written(0) != corpus.written(1)
    assert not any(one.held_out for one in corpus.written(0))
