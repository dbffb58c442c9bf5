"""Recipes: all that is needed to make a result again."""

import json

from portfolio_core import recipe
from portfolio_core.catalog import MODELS, Choice, Reason


def test_a_recipe_tells_which_model_answered_and_can_be_sent_again():
    choice = Choice(MODELS[0], Reason("needs_no_download"), MODELS[0].tasks[0])
    arguments = {"text": "안녕", "voice": "ko", "speed": 1.0}

    made = recipe.write(choice, revision="1.52.0", parameters=arguments, seconds=0.1)
    read = json.loads(made.model_dump_json())

    assert read["parameters"] == arguments
    assert read["model"] == MODELS[0].key
    assert read["licence"] == MODELS[0].licence
    assert read["seed"] is None
    assert read["created"].endswith("Z")
    assert "spaces-portfolio" in read["software"]


def test_every_field_is_described():
    for name, field in recipe.Recipe.model_fields.items():
        assert field.description, name
