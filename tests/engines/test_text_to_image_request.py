"""Text to image: what a stranger may ask for, and what the catalog says of the engines."""

import math
import random
from dataclasses import replace

import pytest

from portfolio_core import errors
from portfolio_core.catalog import MODELS, engine_class
from portfolio_core.engines import text_to_image as drawing
from portfolio_core.engines.text_to_image.lcm import LcmEngine
from portfolio_core.engines.text_to_image.sdxl import SdxlEngine
from portfolio_core.errors import InvalidInput
from portfolio_core.settings import Limits

LIMITS = Limits()
ABLE = SdxlEngine.abilities


class TestRequest:
    """Bad input: typed errors before any work."""

    @pytest.mark.parametrize(
        ("changed", "error"),
        [
            ({"prompt": None}, errors.EmptyText),
            ({"prompt": " \n\u200b "}, errors.EmptyText),
            ({"prompt": ["a"]}, InvalidInput),
            ({"negative_prompt": 7}, InvalidInput),
            ({"prompt": "a" * 100_000}, errors.TextTooLong),
            ({"negative_prompt": "a" * 100_000}, errors.TextTooLong),
            ({"width": 513}, errors.SizeNotMultiple),
            ({"height": 1001.0}, errors.SizeNotMultiple),
            ({"width": 512.5}, errors.NumberOutOfRange),
            ({"width": 504}, errors.NumberOutOfRange),
            ({"width": -512}, errors.NumberOutOfRange),
            ({"height": 10**9}, errors.NumberOutOfRange),
            ({"height": "512"}, errors.NumberOutOfRange),
            ({"width": 2048, "height": 2048}, errors.DrawingTooLarge),
            ({"steps": 1_000_000}, errors.NumberOutOfRange),
            ({"steps": 0}, errors.NumberOutOfRange),
            ({"steps": 2.5}, errors.NumberOutOfRange),
            ({"steps": True}, errors.NumberOutOfRange),
            ({"guidance": math.nan}, errors.NumberOutOfRange),
            ({"guidance": math.inf}, errors.NumberOutOfRange),
            ({"guidance": -1}, errors.NumberOutOfRange),
            ({"guidance": 10**400}, errors.NumberOutOfRange),
            ({"scheduler": "../../x"}, errors.UnknownChoice),
            ({"scheduler": "lcm"}, errors.UnknownChoice),
            ({"scheduler": ["euler"]}, errors.UnknownChoice),
            ({"seed": 2**70}, errors.NumberOutOfRange),
            ({"seed": -1}, errors.NumberOutOfRange),
            ({"seed": False}, errors.NumberOutOfRange),
            ({"seed": "1"}, errors.NumberOutOfRange),
            ({"count": 0}, errors.NumberOutOfRange),
            ({"count": 5}, errors.NumberOutOfRange),
            ({"refine_from": 1.5}, errors.NumberOutOfRange),
            ({"refine_from": math.nan}, errors.NumberOutOfRange),
        ],
    )
    def test_bad_input_is_a_typed_error(self, changed, error):
        with pytest.raises(error) as raised:
            drawing.request({"prompt": "a fox", **changed}, abilities=ABLE, limits=LIMITS)

        assert type(raised.value) is error

    @pytest.mark.parametrize(
        ("width", "near"), [(513, "512, 520"), (1023, "1016, 1024"), (2047, "2040, 2048")]
    )
    def test_a_size_that_does_not_fit_is_told_the_nearest_that_do(self, width, near):
        with pytest.raises(errors.SizeNotMultiple) as raised:
            drawing.request({"prompt": "a", "width": width}, abilities=ABLE, limits=LIMITS)

        assert near in raised.value.hint

    def test_a_refiner_that_is_not_there_is_a_typed_error(self):
        with pytest.raises(errors.UnknownChoice):
            drawing.request(
                {"prompt": "a", "refine_from": 0.8}, abilities=LcmEngine.abilities, limits=LIMITS
            )

    def test_what_is_left_out_is_what_the_engine_does_best(self):
        wanted = drawing.request({"prompt": " a fox "}, abilities=ABLE, limits=LIMITS)

        assert replace(wanted, seed=0) == drawing.ImageRequest(
            "a fox", "", 1024, 1024, 30, 5.0, "euler", 0, 1, None
        )

    def test_without_a_seed_each_request_has_its_own(self):
        seeds = {
            drawing.request({"prompt": "a"}, abilities=ABLE, limits=LIMITS).seed for _ in range(20)
        }

        assert len(seeds) > 15

    def test_whole_floats_are_taken(self):
        form = {"prompt": "a", "width": 512.0, "steps": 4.0, "seed": 3.0, "guidance": 2}
        wanted = drawing.request(form, abilities=ABLE, limits=LIMITS)

        assert (wanted.width, wanted.steps, wanted.seed) == (512, 4, 3)
        assert {type(value) for value in (wanted.width, wanted.steps, wanted.seed)} == {int}

    def test_the_limit_of_steps_holds_where_an_engine_would_take_more(self):
        tight = Limits(draw_steps=10)

        assert drawing.request({"prompt": "a"}, abilities=ABLE, limits=tight).steps == 10
        with pytest.raises(errors.NumberOutOfRange):
            drawing.request({"prompt": "a", "steps": 11}, abilities=ABLE, limits=tight)

    def test_any_combination_is_a_request_or_a_typed_error(self):
        chance = random.Random(1)
        odd = [None, "", "a", 0, 1, -1, 4, 8, 512, 513, 1024, 1e6, 2**70, -(2**70), 0.5, 5.5, True,
               math.nan, math.inf, -math.inf, "512", b"a", [], {}, ["a"], "euler", object(),
               "a" * 100_000, "\ud800", 10**400]  # fmt: skip
        names = [*drawing.ImageRequest.__dataclass_fields__]
        good = {"prompt": "a fox", "width": 512, "height": 512, "seed": 1}
        outcomes = set()
        for _ in range(300):
            form = good | {name: chance.choice(odd) for name in chance.sample(names, 3)}
            try:
                drawing.request(form, abilities=ABLE, limits=LIMITS)
                outcomes.add("request")
            except InvalidInput as error:
                outcomes.add(error.code)
        assert {"request", "number_out_of_range", "unknown_choice", "empty_text"} <= outcomes


class TestCatalog:
    """What the catalog says of the engines, and they of themselves."""

    @pytest.mark.parametrize(
        "model", [m for m in MODELS if drawing.TASK in m.tasks], ids=lambda model: model.key
    )
    def test_keys_and_defaults_fit(self, model):
        kind = engine_class(model)

        assert model.key == kind.KEY
        assert kind.abilities.languages == model.languages
        wanted = drawing.request({"prompt": "a"}, abilities=kind.abilities, limits=LIMITS)
        assert wanted.width % kind.abilities.multiple == 0
