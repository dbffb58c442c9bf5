"""Second readers: the real classes on tiny models, what they are asked, and what they mark."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from tests.engines.ocr_readers import MACHINE, STRIP, Known, Silent, line, tokens_of

from portfolio_core import catalog
from portfolio_core.engines.ocr.routing import by_surer, for_english, for_korean
from portfolio_core.engines.ocr.second_reader import KEY, SecondReaderEngine
from portfolio_core.engines.ocr.trocr import TrOcr, most_tokens
from portfolio_core.errors import Cancelled, EngineFailed, HubUnreachable

PAGE = np.full((400, 240, 3), 255, np.uint8)


@pytest.fixture(scope="module")
def model(tmp_path_factory, tiny):
    """Load a model that says a sentence, as sure as wanted; each is built once."""
    home, loaded = tmp_path_factory.mktemp("trocr"), {}

    def of(sentence, sure=20.0, key="printed"):
        wanted = (sentence, sure, key)
        if wanted not in loaded:
            folder = tiny.trocr.build(home / str(len(loaded)), sentence, sure)
            loaded[wanted] = TrOcr.load(key, folder, MACHINE, folder)
        return loaded[wanted]

    return of


@pytest.fixture
def counted(monkeypatch):
    """Count the tokens that a model writes."""
    return lambda reader: tokens_of(reader._model.decoder, monkeypatch)


def engine(first, printed):
    return SecondReaderEngine(first, printed, Silent())


class TestTrOcr:
    def test_it_reads_lines_and_says_how_sure_it_is(self, model):
        (reading,) = (reading for _, reading in model("Hello big world").read([STRIP]))
        (unsure,) = (reading for _, reading in model("Hello big world", 2.0).read([STRIP]))

        assert (reading.text, reading.reader) == ("Hello big world", "printed")
        assert reading.score > 0.99
        assert unsure.text == "Hello big world"
        assert unsure.score == pytest.approx(np.e**2 / (np.e**2 + 6), abs=0.03)

    def test_more_lines_than_one_batch_keep_their_numbers(self, model):
        readings = dict(model("Hello big world").read([STRIP] * 9))

        assert list(readings) == list(range(9))

    @pytest.mark.parametrize("shape", [(1, 1, 3), (3, 3, 3), (1, 900, 3), (900, 1, 3)])
    def test_a_line_of_any_shape_is_read(self, model, shape):
        readings = dict(model("Hello big world").read([np.zeros(shape, np.uint8)]))

        assert readings[0].text == "Hello big world"

    def test_a_model_that_never_ends_is_bounded_by_the_width_of_the_line(self, model, counted):
        endless = model("to the end", key="endless")
        endless._model.generation_config.eos_token_id = None
        calls = counted(endless)

        list(endless.read([STRIP]))

        assert len(calls) == most_tokens(10) == 48

    def test_it_stops_within_a_token(self, model, counted):
        reader = model("one two three four five six seven eight nine ten")
        calls, asked = counted(reader), []

        def check():
            asked.append(len(calls))
            if len(calls) == 3:
                raise Cancelled

        with pytest.raises(Cancelled):
            list(reader.read([STRIP] * 9, check))

        assert len(calls) == 3
        assert asked == [0, 1, 2, 3]

    @pytest.mark.parametrize("name", ["config.json", "model.safetensors", "vocab.json"])
    def test_a_broken_file_is_a_clear_error(self, tmp_path, tiny, name):
        folder = tiny.trocr.build(tmp_path / "model", "Hello")
        (folder / name).write_bytes(b"{")

        with pytest.raises(EngineFailed):
            TrOcr.load("printed", folder, MACHINE, folder)

    def test_weights_that_are_a_pickle_are_not_opened(self, tmp_path, tiny):
        folder = tiny.trocr.build(tmp_path / "model", "Hello")
        (folder / "model.safetensors").rename(folder / "pytorch_model.bin")

        with pytest.raises(EngineFailed):
            TrOcr.load("printed", folder, MACHINE, folder)


class TestRouting:
    def test_a_clear_reader_is_believed_without_asking_the_other(self, model):
        readings = dict(by_surer([STRIP] * 5, model("Printed text"), Silent()))

        assert {reading.text for reading in readings.values()} == {"Printed text"}

    def test_the_surer_reader_counts(self, model):
        written = model("by hand", 9.0, key="handwritten")

        ((_, reading),) = by_surer([STRIP], model("NOISE HERE", 1.0), written)

        assert (reading.text, reading.reader) == ("by hand", "handwritten")

    def test_the_reader_that_wins_is_asked_first_from_then_on(self, model, counted):
        printed, written = model("NOISE HERE", 1.0), model("by hand", 9.0, key="handwritten")
        calls = counted(printed)

        readings = dict(by_surer([STRIP] * 12, printed, written))

        assert {reading.reader for reading in readings.values()} == {"handwritten"}
        assert len(calls) == 3  # the tokens of one batch, of three

    @pytest.mark.parametrize(
        ("text", "latin", "korean", "korean_blind"),
        [
            ("Total: £12.50", True, False, False),
            ("Grüße, naïve", True, False, False),
            ("합계 12,500원", False, True, True),
            ("부가세 VAT", False, True, True),
            ("合計見積", False, False, True),
            ("Привет", False, False, False),
            ("12.50 — 13", True, False, False),
            ("[…]", False, False, True),
        ],
    )
    def test_a_line_goes_to_the_reader_of_its_letters(self, text, latin, korean, korean_blind):
        assert for_english(text) is latin
        assert for_korean(text, blind=False) is korean
        assert for_korean(text, blind=True) is korean_blind


class TestSecondReader:
    def test_a_doubtful_line_is_read_again_and_the_difference_marked(self, model):
        first = Known(line("Hello pig world", 0.8), line("Sure of this", 0.99, top=50.0))

        *steps, page = engine(first, model("Hello big world")).steps(PAGE)

        doubtful, sure = page.lines
        assert doubtful.text == "Hello pig world"
        assert [word.other for word in doubtful.words] == ["", "big", ""]
        assert doubtful.words[1].other_reader == "printed"
        assert sure == first.lines[1]
        assert [(s.stage, s.done, s.count) for s in steps] == [
            ("lines", 0, 2),
            ("second_reading", 0, 1),
        ]

    def test_lines_with_hangul_are_left_alone(self, model):
        first = Known(line("합계 12,500원 total", 0.5), line("価格", 0.4, top=50.0))

        *_, page = engine(first, Silent()).steps(PAGE)

        assert page.lines == first.lines

    def test_what_is_put_right_stands_in_the_markdown_too(self, model):
        first = Known(line("8ello hig w0rld", 0.2), line("Sure of this", 0.99, top=50.0))

        page = engine(first, model("Hello big world")).read(PAGE)

        assert page.markdown == "Hello big world\nSure of this"
        assert page.lines[0].words[0].other == "8ello"
        assert page.lines[0].words[0].other_reader == "first"

    def test_also_where_it_looked_like_markup(self, model):
        first = Known(line("8e_lo hig w0rld", 0.2))

        page = engine(first, model("Hello big world")).read(PAGE)

        assert page.markdown == "Hello big world"

    def test_the_least_sure_lines_come_first_and_the_bound_is_said(self, model):
        sure = [0.9, 0.3, 0.8, 0.6]
        first = Known(*(line("Hello pig world", p, top=30.0 * n) for n, p in enumerate(sure)))
        readers = (first, model("Hello big world"), Silent())

        page = SecondReaderEngine(*readers, most_lines=2).read(PAGE)
        whole = SecondReaderEngine(*readers, most_lines=4).read(PAGE)

        read_again = [
            found != before for found, before in zip(page.lines, first.lines, strict=True)
        ]
        assert read_again == [False, True, False, True]
        assert page.notes == ("partly_read_twice",)
        assert whole.notes == ()

    def test_a_blank_page_stays_blank(self):
        page = engine(Known(notes=("no_text_found",)), Silent()).read(PAGE)

        assert (page.lines, page.notes) == ((), ("no_text_found",))

    def test_who_leaves_stops_it_between_lines(self, model):
        reader = model("Hello big world")
        lines = [line("Hello pig world", 0.8, top=20.0 * n) for n in range(9)]
        seen = []

        def check():
            if len(seen) > 4:
                raise Cancelled

        with pytest.raises(Cancelled):
            seen.extend(engine(Known(*lines), reader).steps(PAGE, "auto", check))

        assert len(seen) == 5

    def test_without_weights_it_says_that_the_hub_is_needed(self):
        with pytest.raises(HubUnreachable):
            SecondReaderEngine.load(None, MACHINE)

    def test_its_model_in_the_catalog_has_all_files(self):
        entry = catalog.by_key(KEY)

        assert entry.engine.endswith(":SecondReaderEngine")
        assert {"config.json", "model.safetensors"} <= set(entry.parts["handwritten"].sha256)
        assert set(entry.parts["korean"].extras) == {"inference.onnx", "inference.yml"}


class TestBehindTheEmbeddedEngine:
    def test_a_faint_page_is_read_twice(self, tmp_path, tiny):
        tiny.trocr.build(tmp_path, "Hello big world")
        tiny.trocr.build(tmp_path / "handwritten", "by hand")
        page = Image.new("RGB", (500, 300), "white")
        font = ImageFont.load_default(30)
        for top, text in ((40, "Hello pig world"), (120, "Sure of every letter")):
            ImageDraw.Draw(page).text((30, top), text, "black", font)
        faint = page.filter(ImageFilter.GaussianBlur(3.2))
        reader = SecondReaderEngine.load(tmp_path, MACHINE)

        *steps, result = reader.steps(np.asarray(faint))

        assert any(step.stage == "second_reading" for step in steps)
        assert "printed" in {
            w.other_reader.rpartition("-")[2] for x in result.lines for w in x.words
        }
        assert reader.revision == catalog.by_key(KEY).hub.revision
