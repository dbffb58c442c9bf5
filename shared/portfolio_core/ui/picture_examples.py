"""Prompts that a page offers: those that its model can follow."""

from collections.abc import Mapping, Sequence

from portfolio_core import starters
from portfolio_core.catalog import Model
from portfolio_core.engines.text_to_image.starter import FOLDER, StarterEngine
from portfolio_core.engines.text_to_image.vocabulary import World
from portfolio_core.ui.i18n import Locale

# In English for every visitor: what other models have learnt.
_OF_THE_WIDE_WORLD = (
    "A lighthouse on a cliff at dusk, waves below",
    "A bowl of ramen with a soft egg, seen from above",
    "A red fox asleep in fresh snow",
    "An old bookshop on a rainy street at night",
    "A robot watering sunflowers",
)
_MOST = 6


def examples(model: Model) -> Mapping[Locale, Sequence[str]]:
    """Return prompts for ``model`` by language."""
    if model.key != StarterEngine.KEY:
        return {"en": _OF_THE_WIDE_WORLD, "ko": _OF_THE_WIDE_WORLD}
    known = World.load(starters.folder(FOLDER)).examples
    return {"en": known["en"][:_MOST], "ko": known["ko"][:_MOST]}
