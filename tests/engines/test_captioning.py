"""Captioners: facts that hold of pictures with known ones, and the real classes on tiny models."""

import pickle

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from portfolio_core import catalog
from portfolio_core.engines.captioning import Detail, looks
from portfolio_core.engines.captioning.blip import BlipBase
from portfolio_core.engines.captioning.florence import Florence2Base
from portfolio_core.engines.captioning.picture_facts import PictureFacts
from portfolio_core.engines.captioning.qwen_vl import Qwen3Vl2b, Qwen3Vl8b
from portfolio_core.errors import Cancelled, EngineFailed, HubUnreachable
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.SMALL, "")
GREY = np.full((64, 96, 3), 128, np.uint8)
SAID = "A small dog sits on the grass."


def photograph(colour=(90, 140, 60), side=360):
    """Something with the grain of a photograph, of about that colour."""
    rng = np.random.default_rng(0)
    grain = Image.fromarray(rng.integers(0, 255, (side // 6, side // 6, 3), dtype=np.uint8))
    grain = np.asarray(grain.resize((side, side), Image.Resampling.BICUBIC)).astype(float)
    grain += rng.normal(0, 12, grain.shape)
    return (np.array(colour) + (grain - 128) * 0.5).clip(0, 255).astype(np.uint8)


def _third_time():
    """A check that ends the work when it is asked the third time."""
    calls = []

    def check():
        calls.append(1)
        assert len(calls) <= 3
        if len(calls) == 3:
            raise Cancelled

    return check


def astronaut():
    from skimage import data

    return data.astronaut()


class TestLooks:
    @pytest.mark.parametrize(
        ("rgb", "name"),
        [
            ((0, 0, 0), "black"),
            ((255, 255, 255), "white"),
            ((128, 128, 128), "grey"),
            ((220, 20, 30), "red"),
            ((255, 140, 0), "orange"),
            ((250, 230, 40), "yellow"),
            ((34, 139, 34), "green"),
            ((30, 60, 220), "blue"),
            ((135, 206, 235), "blue"),
            ((128, 0, 160), "purple"),
            ((255, 150, 190), "pink"),
            ((110, 70, 35), "brown"),
            ((225, 205, 170), "beige"),
        ],
    )
    def test_a_colour_has_the_name_that_people_give_it(self, rgb, name):
        flag = np.full((60, 90, 3), rgb, np.uint8)

        assert looks.measured(flag).colours == ((name, 1.0),)

    def test_shares_are_those_of_the_picture(self):
        flag = np.zeros((90, 90, 3), np.uint8)
        flag[:54], flag[54:81], flag[81:] = (255, 255, 255), (30, 60, 220), (220, 20, 30)

        colours = looks.measured(flag).colours

        assert [name for name, _ in colours] == ["white", "blue", "red"]
        assert [share for _, share in colours] == pytest.approx([0.6, 0.3, 0.1], abs=0.02)

    def test_light_is_that_of_the_whole(self):
        lights = [
            looks.measured(np.full_like(GREY, level)).light for level in (5, 60, 128, 200, 250)
        ]

        assert lights == ["very dark", "dark", "of medium brightness", "bright", "very bright"]

    def test_blurring_is_seen(self):
        sharp = Image.fromarray(astronaut())

        found = [
            looks.measured(np.asarray(sharp.filter(ImageFilter.GaussianBlur(by)))).sharpness
            for by in (0, 1.2, 5)
        ]

        assert found == ["sharp", "a little soft", "blurred"]

    def test_a_face_is_counted_and_none_where_there_is_none(self):
        assert looks.measured(astronaut()).faces == 1
        assert looks.measured(np.hstack([astronaut()] * 2)).faces == 2
        assert looks.measured(photograph()).faces == 0
        assert looks.measured(GREY[:20, :20]).faces == 0

    @pytest.mark.parametrize(
        "bars", [((60, 60), (0, 0)), ((0, 0), (90, 92)), ((60, 60), (90, 90))], ids=str
    )
    def test_the_bars_of_a_film_are_no_part_of_the_picture(self, bars):
        framed = np.pad(photograph(), (*bars, (0, 0)), constant_values=3)

        assert looks.measured(framed) == looks.measured(photograph())

    @pytest.mark.parametrize(
        ("rows", "columns"),
        [((170, 190), (110, 250)), ((0, 170), (0, 360)), ((90, 100), (0, 360))],
        ids=["a title", "a dark half", "a streak of light"],
    )
    def test_other_black_is_a_part_of_the_picture(self, rows, columns):
        card = np.zeros((360, 360, 3), np.uint8)
        card[slice(*rows), slice(*columns)] = 255

        assert looks.measured(card).colours[0][0] == "black"

    def test_kinds_are_told_apart(self):
        page = Image.new("RGB", (400, 300), "white")
        draw = ImageDraw.Draw(page)
        for line in range(12):
            draw.text((20, 20 + 20 * line), "The quick brown fox jumps over it.", "black")
        colourless = np.repeat(photograph().mean(-1, keepdims=True), 3, -1).astype(np.uint8)

        assert looks.measured(GREY).kind == "plain"
        assert looks.measured(np.asarray(page)).kind == "drawing"
        assert looks.measured(photograph()).kind == "photograph"
        assert looks.measured(astronaut()).kind == "photograph"
        assert looks.measured(colourless).kind == "black and white"


class TestPictureFacts:
    @pytest.fixture
    def engine(self):
        return PictureFacts.load(None, MACHINE)

    @pytest.mark.parametrize("detail", Detail)
    def test_every_caption_says_that_it_tells_facts(self, engine, detail):
        caption = engine.caption(astronaut(), detail)

        assert caption.text.startswith("Picture facts")
        assert "사진 정보: " in caption.text_ko
        if detail is not Detail.SHORT:
            assert "no description" in caption.text
            assert "설명이 아닌" in caption.text_ko

    def test_more_detail_tells_more(self, engine):
        texts = [engine.caption(astronaut(), detail).text for detail in Detail]

        assert "one face or what looks like one" in texts[0]
        assert "sharp" not in texts[0]
        assert "sharp" in texts[1]
        assert "512 x 512 pixels" in texts[2]
        assert sorted(map(len, texts)) == list(map(len, texts))

    def test_text_is_read_by_whoever_can(self, engine):
        caption = engine.caption(photograph(), Detail.SHORT, read_text=lambda _: " EXIT\n비상구 ")

        assert caption.text.endswith("Text in it: “EXIT 비상구”")
        assert caption.text_ko.endswith("글자: “EXIT 비상구”")
        assert [fact.code for fact in caption.facts if fact.value == "EXIT\n비상구"] == ["text"]
        assert "Text" not in engine.caption(photograph(), Detail.SHORT).text

    def test_a_long_text_is_cut_between_words(self, engine):
        caption = engine.caption(photograph(), Detail.SHORT, read_text=lambda _: "word " * 100)

        assert len(caption.text) < 160
        assert caption.text.endswith("word…”")

    def test_a_dark_frame_of_a_film_is_not_even_read(self, engine):
        asked = []

        caption = engine.caption(GREY // 20, Detail.DETAILED, read_text=asked.append)

        assert not asked
        assert caption.text == (
            "Picture facts, no description: one colour throughout, black, very dark."
        )

    def test_korean_says_the_same(self, engine):
        flag = np.full((90, 90, 3), (255, 255, 255), np.uint8)
        flag[:30] = (220, 20, 30)

        caption = engine.caption(flag, Detail.SHORT)

        assert "mostly white, with red" in caption.text
        assert "주로 흰색, 빨간색" in caption.text_ko

    def test_it_needs_no_model_library(self):
        assert catalog.by_key("picture-facts").packages == ("skimage",)
        assert catalog.by_key("picture-facts").hub is None

    def test_it_can_be_stopped(self, engine):
        def stop():
            raise Cancelled

        with pytest.raises(Cancelled):
            engine.caption(GREY, Detail.SHORT, check=stop)


@pytest.fixture(scope="module")
def florence_folder(tiny, tmp_path_factory):
    return tiny.florence.build(tmp_path_factory.mktemp("florence"), SAID)


@pytest.fixture(scope="module")
def florence(florence_folder):
    return Florence2Base.load(florence_folder, MACHINE)


class TestFlorence:
    @pytest.mark.parametrize("detail", Detail)
    def test_it_says_what_it_was_built_to_say(self, florence, detail):
        assert florence.caption(photograph(), detail).text == SAID

    def test_each_degree_of_detail_asks_its_own_question(self, florence, monkeypatch):
        asked, ask = [], florence._model.generate

        def listen(**given):
            asked.append(florence._letters.decode(given["input_ids"][0], skip_special_tokens=True))
            return ask(**given)

        monkeypatch.setattr(florence._model, "generate", listen)
        for detail in Detail:
            florence.caption(GREY, detail)

        assert asked == [
            "What does the image describe?",
            "Describe in detail what is shown in the image.",
            "Describe with a paragraph what is shown in the image.",
        ]

    def test_it_can_be_stopped_within_a_token(self, florence):
        with pytest.raises(Cancelled):
            florence.caption(GREY, Detail.SHORT, check=_third_time())

    def test_what_breaks_in_the_model_is_a_clear_error(self, florence, monkeypatch):
        def run_out(**_):
            raise RuntimeError("CUDA out of memory at 0x7f")

        monkeypatch.setattr(florence._model, "generate", run_out)

        with pytest.raises(EngineFailed) as caught:
            florence.caption(GREY, Detail.SHORT)
        assert "0x7f" not in str(caught.value)

    def test_damaged_weights_are_a_clear_error(self, florence_folder, tmp_path):
        for file in florence_folder.iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes()[:-100])

        with pytest.raises(EngineFailed):
            Florence2Base.load(tmp_path, MACHINE)

    def test_without_its_weights_it_says_so(self):
        with pytest.raises(HubUnreachable):
            Florence2Base.load(None, MACHINE)


@pytest.fixture
def blip(tiny, tmp_path, monkeypatch):
    words = SAID.lower().rstrip(".")
    monkeypatch.setattr("portfolio_core.engines.captioning.blip.CONFIG", tiny.blip.config(7))
    return BlipBase.load(tiny.blip.build(tmp_path, words), MACHINE)


class TestBlip:
    def test_it_says_it_as_a_sentence(self, blip):
        assert blip.caption(photograph(), Detail.SHORT).text == SAID

    def test_it_can_be_stopped_within_a_token(self, blip):
        with pytest.raises(Cancelled):
            blip.caption(GREY, Detail.SHORT, check=_third_time())

    def test_code_in_its_weights_is_not_run(self, blip, tmp_path, monkeypatch):
        ran = tmp_path / "ran"

        class Trap:
            def __reduce__(self):
                return (ran.touch, ())

        (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps({"weight": Trap()}))
        with pytest.raises(EngineFailed):
            BlipBase.load(tmp_path, MACHINE)
        assert not ran.exists()

    def test_without_its_weights_it_says_so(self):
        with pytest.raises(HubUnreachable):
            BlipBase.load(None, MACHINE)


@pytest.fixture(scope="module")
def qwen(tiny, tmp_path_factory):
    said = ["A", " dog", ".\n\n", " 강아지"]
    return Qwen3Vl2b.load(tiny.qwen_vl.build(tmp_path_factory.mktemp("qwen"), said), MACHINE)


class TestQwenVl:
    def test_it_says_it_in_both_languages(self, qwen, monkeypatch):
        asked, loaded = [], qwen._loaded
        ask = loaded.model.generate

        def listen(**given):
            asked.append(loaded.letters.decode(given["input_ids"][0], skip_special_tokens=True))
            return ask(**given)

        monkeypatch.setattr(loaded.model, "generate", listen)
        caption = qwen.caption(photograph(), Detail.SHORT)

        assert (caption.text, caption.text_ko) == ("A dog. 강아지", "A dog. 강아지")
        assert "in one short sentence" in asked[0]
        assert "짧은 한 문장으로" in asked[1]

    def test_it_can_be_stopped_within_a_token(self, qwen):
        with pytest.raises(Cancelled):
            qwen.caption(GREY, Detail.VERY_DETAILED, check=_third_time())

    @pytest.mark.parametrize("kind", [Qwen3Vl2b, Qwen3Vl8b])
    def test_without_its_weights_it_says_so(self, kind):
        with pytest.raises(HubUnreachable):
            kind.load(None, MACHINE)
