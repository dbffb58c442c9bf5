"""What the form of a page that draws stands for, in the words of its endpoint."""

from dataclasses import replace

import gradio as gr
import pytest
from tests.conftest import ROOT

from portfolio_core.engines.text_to_image import Abilities, request
from portfolio_core.settings import Limits
from portfolio_core.ui.comparing import COMPARED, columns
from portfolio_core.ui.i18n import Words
from portfolio_core.ui.picture_form import PARAMETERS, Form
from portfolio_core.ui.styles import Style, Styles

ABLE = Abilities(
    side=64, multiple=8, smallest=32, largest=128, steps=4, most_steps=50, guidance=5.0,
    schedulers=("euler", "ddim"), refines=True,
)  # fmt: skip
INK = Styles({"ink": Style({"en": "Ink", "ko": "먹"}, "ink of {prompt}", "")})
VALUES = dict(zip(PARAMETERS, (
    "a fox", "", "", 64, 64, 4, 5.0, "euler", 7, 1, 0.8, "", "",
), strict=True))  # fmt: skip


@pytest.fixture
def make():
    """Draw a form for a model."""
    words = Words.read(ROOT / "spaces" / "text-to-image" / "words.toml")

    def make(abilities=ABLE, styles=INK, **limits):
        form = Form(words, abilities, Limits(**limits), styles)
        with gr.Blocks(analytics_enabled=False):
            form.draw_prompt("a fox")
            form.draw_more()
        return form

    return make


def read(form, *, keep=False, refine=False, beside=False, **changed):
    return form.read([*{**VALUES, **changed}.values(), keep, refine, beside])


def test_a_seed_is_rolled_unless_it_is_kept(make):
    assert read(make())["seed"] is None
    assert read(make(), keep=True)["seed"] == 7


@pytest.mark.parametrize("parameter", COMPARED)
def test_what_is_suggested_to_compare_can_be_drawn(make, parameter):
    values = make().suggested()[parameter]
    compared = columns(parameter, values, count=1, most=12)

    assert len(compared) > 1
    for column in compared:
        request({"prompt": "a fox", **column.changes}, abilities=ABLE, limits=Limits())


def test_the_refiner_draws_only_where_it_is_asked_for(make):
    assert read(make())["refine_from"] is None
    assert read(make(), refine=True)["refine_from"] == 0.8


def test_base_and_refined_are_a_comparison_from_one_seed(make):
    form = read(make(), beside=True, refine=True, refine_from=0.6)

    assert (form["compare"], form["values"]) == ("refine_from", "none, 0.6")
    assert form["refine_from"] is None


def test_a_model_without_a_refiner_is_never_asked_for_it(make):
    form = read(make(replace(ABLE, refines=False)), refine=True, beside=True)

    assert form["refine_from"] is None
    assert form["compare"] == ""


def test_what_was_restored_stands_in_the_form(make):
    form = make()
    shown = form.filled({"prompt": "a cat", "seed": 9, "refine_from": 0.5, "api_key": "x"})

    assert shown[form["prompt"]] == "a cat"
    assert shown[form["seed"]] == 9
    assert shown[form.keep_seed] is True
    assert shown[form.refine] is True
    assert shown[form["compare"]] == ""
    assert len(shown) == 7


def test_every_argument_has_a_component_in_the_order_of_the_endpoint(make):
    form = make()

    assert form.components[: len(PARAMETERS)] == [form[name] for name in PARAMETERS]


def test_choices_are_in_the_visitors_language(make):
    form = make()

    assert form.styles("ko")[1] == ("먹", "ink")
    assert ("리파이너 시작", "refine_from") in form.compared("ko")


def test_what_a_model_cannot_do_is_not_offered(make):
    plain = replace(ABLE, refines=False, schedulers=("euler",))

    offered = [key for _, key in make(plain, None).compared("en")]

    assert offered == ["", "steps", "guidance", "seed"]


def test_a_model_of_one_size_has_a_form_too(make):
    form = make(replace(ABLE, side=64, smallest=64, largest=64))

    assert read(form)["width"] == 64
    assert not form.ratio.visible


def test_a_limit_of_one_leaves_a_form_without_that_choice(make):
    form = make(draw_steps=1, draw_pictures=1)

    shown = {name: (form[name].value, form[name].visible) for name in ("steps", "count")}
    assert shown == {"steps": (1, False), "count": (1, False)}


def test_a_limit_below_what_a_model_takes_is_what_the_form_asks_for(make):
    steps = make(draw_steps=2)["steps"]

    assert (steps.minimum, steps.value, steps.maximum) == (1, 2, 2)
