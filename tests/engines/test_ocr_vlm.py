"""Document models: the real class on a tiny model that writes what it was built to write."""

import threading

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from tests.engines.ocr_readers import Known, line, tokens_of

from portfolio_core import catalog
from portfolio_core.engines.image_to_text import qwen_vl
from portfolio_core.engines.ocr import PageReading, Progress, vlm
from portfolio_core.engines.ocr.qwen_vl import QUESTION, QwenVl
from portfolio_core.engines.ocr.vlm import DocumentModelEngine, Qwen3Vl2b, Qwen3Vl8b
from portfolio_core.errors import Cancelled, EngineFailed, HubUnreachable
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.SMALL, "")
PAGE = np.full((200, 120, 3), 255, np.uint8)
LETTER = ["# Let", "ter", "\n\n", "Dear", " Mr", " Braun", ",", " 감사", "합니다", "."]
TABLE = ["| Tea", " |", " 1", ".50", " |\n"]


@pytest.fixture(scope="module")
def writer(tmp_path_factory, tiny):
    """Load a model that writes some tokens; each is built once."""
    home, loaded = tmp_path_factory.mktemp("qwen"), {}

    def of(tokens, back_to=None):
        wanted = (tuple(tokens), back_to)
        if wanted not in loaded:
            folder = tiny.qwen_vl.build(home / str(len(loaded)), tokens, back_to)
            loaded[wanted] = QwenVl.load("tiny", folder, MACHINE)
        return loaded[wanted]

    return of


@pytest.fixture
def counted(monkeypatch):
    """Count the tokens that a model writes."""
    return lambda writer: tokens_of(writer._loaded.model.model.language_model, monkeypatch)


def engine(writer, *lines, notes=()):
    return Qwen3Vl2b(Known(*(lines or (line("Dear Mr Brown,"),)), notes=notes), writer)


class TestQwenVl:
    def test_it_writes_piece_by_piece(self, writer):
        pieces = [piece for piece in writer(LETTER).write(PAGE, 100) if piece.text]

        assert "".join(p.text for p in pieces) == "# Letter\n\nDear Mr Braun, 감사합니다."
        assert len(pieces) > 4
        assert pieces[-1].tokens == len(LETTER) + 1  # and the token that ends the text

    def test_it_always_writes_the_same(self, writer):
        texts = {"".join(p.text for p in writer(LETTER).write(PAGE, 100)) for _ in range(3)}

        assert len(texts) == 1

    def test_it_is_bounded(self, writer):
        pieces = list(writer(TABLE, "| Tea").write(PAGE, 40))

        assert pieces[-1].tokens == 40

    def test_who_stops_asking_stops_it_within_a_token(self, writer, counted):
        endless = writer(TABLE, "| Tea")
        calls = counted(endless)

        pieces = endless.write(PAGE, 4000)
        seen = next(piece.tokens for piece in pieces if piece.tokens >= 3)
        written = len(calls)
        pieces.close()

        assert len(calls) <= written + 2
        assert written <= seen + 50  # it does not run ahead by much either
        assert "document-model" not in {thread.name for thread in threading.enumerate()}

    def test_what_breaks_in_the_model_is_a_clear_error(self, writer, monkeypatch):
        broken = writer(LETTER)

        def fail(*_, **__):
            raise RuntimeError("no memory")

        monkeypatch.setattr(broken._loaded.model.model.language_model, "forward", fail)

        with pytest.raises(EngineFailed) as failed:
            list(broken.write(PAGE, 100))

        assert str(failed.value.__cause__) == "no memory"

    @pytest.mark.parametrize(("height", "width"), [(16, 16), (40, 2000), (3000, 2000), (100, 5000)])
    def test_a_page_of_any_shape_fits(self, writer, height, width):
        loaded = writer(LETTER)._loaded
        page = qwen_vl.seen(loaded, np.zeros((height, width, 3), np.uint8))
        given = qwen_vl.asked(loaded, page, QUESTION)

        tokens = int(given["mm_token_type_ids"].sum())
        assert 64 <= tokens <= 2304
        assert tokens * 4 == int(given["image_grid_thw"].prod())

    @pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
    def test_a_broken_file_is_a_clear_error(self, tmp_path, tiny, name):
        folder = tiny.qwen_vl.build(tmp_path / "model", LETTER)
        (folder / name).write_bytes(b"{")

        with pytest.raises(EngineFailed):
            QwenVl.load("tiny", folder, MACHINE)


class TestEngine:
    def test_the_markdown_is_the_models_and_the_lines_are_the_first_readers(self, writer):
        *steps, page = engine(writer(LETTER)).steps(PAGE)

        assert page.markdown == "# Letter\n\nDear Mr Braun, 감사합니다."
        assert [found.text for found in page.lines] == ["Dear Mr Brown,"]
        brown = page.lines[0].words[2]
        assert (brown.text, brown.other, brown.other_reader) == (
            "Brown,",
            "Braun,",
            "qwen3-vl-2b",
        )
        assert page.notes == ()
        assert steps[0] == Progress("lines", 0, 1)
        assert {step.stage for step in steps[1:]} == {"second_reading"}
        assert all(page.markdown.startswith(step.text.strip()) for step in steps), (
            "what is shown on the way is the beginning of the end"
        )

    def test_a_planted_repetition_is_stopped_and_said(self, writer, counted):
        endless = writer(TABLE, "| Tea")
        calls = counted(endless)
        text = "Tea 1.50 " * 200  # a page long enough for a budget that would let it go on

        page = engine(endless, line(text)).read(PAGE)

        assert page.notes == ("repeated_itself",)
        assert page.markdown == "| Tea | 1.50 |"
        assert len(calls) < 66 * len(TABLE)

    def test_without_the_guard_it_goes_on_to_the_limit(self, writer, counted, monkeypatch):
        monkeypatch.setattr(vlm, "loop_start", lambda _: None)
        endless = writer(TABLE, "| Tea")
        calls = counted(endless)
        text = "Tea 1.50 " * 200

        page = engine(endless, line(text)).read(PAGE)

        assert page.notes == ("stopped_at_limit",)
        assert len(calls) == 512 + 2 * len(text)

    def test_who_leaves_stops_it_within_a_token(self, writer, counted):
        endless = writer(TABLE, "| Tea")
        calls, at = counted(endless), []

        def check():
            if len(calls) >= 5:
                at.append(len(calls))
                raise Cancelled

        with pytest.raises(Cancelled):
            list(engine(endless).steps(PAGE, "auto", check))

        assert len(calls) <= at[0] + 2

    def test_a_page_without_lines_is_not_shown_to_the_model(self, writer, counted):
        calls = counted(writer(LETTER))

        page = Qwen3Vl2b(Known(notes=("no_text_found",)), writer(LETTER)).read(PAGE)

        assert (page.markdown, page.lines, page.notes) == ("", (), ("no_text_found",))
        assert calls == []

    def test_notes_of_the_first_reader_are_kept(self, writer):
        page = engine(writer(LETTER), line("Dear"), notes=("language_data_missing",)).read(PAGE)

        assert page.notes == ("language_data_missing",)

    @pytest.mark.parametrize("kind", [Qwen3Vl2b, Qwen3Vl8b])
    def test_each_size_is_in_the_catalog(self, kind):
        entry = catalog.by_key(kind.KEY)

        assert catalog.engine_class(entry) is kind
        assert (
            entry.hub.repository
            == {
                "qwen3-vl-2b": "Qwen/Qwen3-VL-2B-Instruct",
                "qwen3-vl-8b": "Qwen/Qwen3-VL-8B-Instruct",
            }[kind.KEY]
        )
        assert issubclass(kind, DocumentModelEngine)
        with pytest.raises(HubUnreachable):
            kind.load(None, MACHINE)


class TestBehindTheEmbeddedEngine:
    def test_words_that_the_two_read_differently_are_marked(self, tmp_path, tiny):
        tiny.qwen_vl.build(tmp_path, LETTER)
        page = Image.new("RGB", (500, 200), "white")
        ImageDraw.Draw(page).text((30, 80), "Dear Mr Brown,", "black", ImageFont.load_default(30))

        result = Qwen3Vl2b.load(tmp_path, MACHINE).read(np.asarray(page))

        assert result.markdown == "# Letter\n\nDear Mr Braun, 감사합니다."
        assert {w.text: w.other for w in result.lines[0].words if w.other} == {"Brown,": "Braun,"}

    def test_a_blank_page_stays_blank(self, tmp_path, tiny):
        tiny.qwen_vl.build(tmp_path, LETTER)

        result = Qwen3Vl2b.load(tmp_path, MACHINE).read(np.full((300, 300, 3), 255, np.uint8))

        assert (result.markdown, result.lines) == ("", ())
        assert "no_text_found" in result.notes


class TestMarking:
    @pytest.mark.parametrize(
        ("found", "markdown", "wanted"),
        [
            ("Total 12.50", "| Total | 13.50 |\n|---|---|\n", {"12.50": "13.50"}),
            ("Total 12.50", "<tr><td>Total</td><td>12.50</td></tr>", {}),
            ("Invoice No. 4711", "# Invoice No. 4717\n\ntext", {"4711": "4717"}),
            ("first item", "- first item\n- second item", {}),
            ("nothing like it", "Something else entirely was written", {}),
            ("5", "15 pages", {}),  # too short to be found again
            ("합계 12,500원", "합계: 12,600원", {"12,500원": "12,600원"}),
            ("A & B", "A &amp; B and C", {}),
        ],
    )
    def test_words_that_differ_are_marked_where_the_line_is_found(self, found, markdown, wanted):
        (marked,) = vlm.marked((line(found),), markdown, "model")

        assert {w.text: w.other for w in marked.words if w.other} == wanted

    def test_a_line_that_is_not_found_is_as_sure_as_before(self):
        first = line("nothing like it", 0.7)

        assert vlm.marked((first,), "Something else entirely was written", "model") == (first,)
        assert vlm.marked((first,), "", "model") == (first,)

    @pytest.mark.parametrize(
        ("fenced", "wanted"),
        [
            ("```markdown\n# Hi\n```", "# Hi"),
            ("```\ncode\n```\n", "code"),
            ("```md\ncut off", "cut off"),
            ("# Hi\n```\ncode\n```", "# Hi\n```\ncode\n```"),
            ("", ""),
        ],
    )
    def test_a_fence_around_everything_is_taken_off(self, fenced, wanted):
        assert vlm.unfenced(fenced) == wanted

    def test_a_page_has_a_budget_by_its_letters(self):
        def page(*lines):
            return PageReading(PAGE, lines)

        assert vlm.budget(page()) < vlm.budget(page(line("x" * 1000)))
        assert vlm.budget(page(*[line("x" * 1000)] * 100)) == 8192
