"""Catalog: the entries are whole, and the choice is the largest that can be had."""

import re
from dataclasses import replace

import pytest

from portfolio_core import catalog, hardware
from portfolio_core.catalog import MODELS, HubFiles
from portfolio_core.errors import ModelUnavailable
from portfolio_core.settings import Preset, Settings

EMBEDDED = replace(MODELS[0], key="e", name="Embedded", tasks=("t",), packages=())
HUB = HubFiles("owner/name", "0" * 40, {"weights.safetensors": "0" * 64})
TINY = replace(EMBEDDED, key="t", name="Tiny", preset=Preset.TINY, hub=HUB)
SMALL = replace(EMBEDDED, key="s", name="Small", preset=Preset.SMALL, packages=("no_such_one",))
ALL = (EMBEDDED, TINY, SMALL)
CPU = hardware.Hardware("cpu", "float32", 2, 2**33, Preset.TINY, "")
GPU = replace(CPU, device="cuda", ceiling=Preset.SMALL)


def choose(preset=Preset.AUTO, machine=CPU, *, reachable=True, models=ALL):
    settings = Settings(preset=preset)
    return catalog.choose("t", settings, machine, reachable=lambda _: reachable, models=models)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.key)
def test_an_entry_is_whole_and_its_engine_exists(model):
    assert model.licence
    assert model.source.startswith("https://")
    assert model.preset is not Preset.AUTO
    assert hasattr(catalog.engine_class(model), "load")
    for files in (model.hub, *model.parts.values()):
        if files is None:
            continue
        assert re.fullmatch("[0-9a-f]{40}", files.revision)
        digests = {**files.sha256, **files.extras}
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests.values())


@pytest.mark.parametrize("engine", ["portfolio_core.engines.gone:A", "portfolio_core.gone.b:B"])
def test_an_engine_that_did_not_come_along_is_passed_over(engine):
    """A Space on the Hub has the catalog whole and the engines of its own tasks."""
    gone = replace(TINY, engine=engine)

    assert choose(models=(EMBEDDED, gone)).model is EMBEDDED
    with pytest.raises(ModelUnavailable):
        choose(models=(gone,))


def test_keys_are_unique():
    assert len({model.key for model in MODELS}) == len(MODELS)


def test_every_task_has_an_embedded_model():
    tasks = {task for model in MODELS for task in model.tasks}
    # What makes an order better that is there without it, and two extras.
    tasks -= {"reranking", "imagenet", "image-features"}

    embedded = [model for model in MODELS if model.preset is Preset.EMBEDDED]
    assert tasks == {task for model in embedded for task in model.tasks}


def test_a_model_that_serves_several_tasks_is_chosen_for_each():
    both = replace(TINY, tasks=("t", "u"))

    for task in both.tasks:
        chosen = catalog.choose(
            task, Settings(), CPU, reachable=lambda _: True, models=(EMBEDDED, both)
        )
        assert (chosen.model, chosen.task) == (both, task)


def test_auto_takes_the_largest_that_the_machine_bears():
    assert (choose().model, choose().reason.code) == (TINY, "largest_here")


def test_auto_steps_down_and_says_what_was_missing():
    offline = choose(reachable=False)
    assert (offline.model, offline.reason.code) == (EMBEDDED, "hub_unreachable")
    assert offline.reason.fields["model"] == "Tiny"

    no_package = choose(machine=GPU)
    assert (no_package.model, no_package.reason.code) == (TINY, "package_missing")
    assert no_package.reason.fields["package"] == "no_such_one"


def test_a_preset_is_an_upper_bound():
    chosen = choose(Preset.EMBEDDED, GPU)

    assert (chosen.model, chosen.reason.code) == (EMBEDDED, "preset_chosen")
    larger = choose(Preset.LARGE, GPU, models=(EMBEDDED, TINY))
    assert (larger.model, larger.reason.code) == (TINY, "nothing_larger")
    assert larger.reason.fields["preset"] == "large"


def test_the_embedded_one_alone_says_that_it_needs_no_download():
    assert choose(models=(EMBEDDED,)).reason.code == "needs_no_download"


def test_no_model_at_all_is_a_typed_error():
    with pytest.raises(ModelUnavailable):
        choose(reachable=False, models=(TINY,))


def test_every_reason_has_words_in_both_languages():
    from portfolio_core.ui.i18n import Words

    words = Words({}, {})
    for code in ("needs_no_download", "largest_here"):
        assert words.say(f"reason_{code}", "ko") != words.say(f"reason_{code}", "en")
    for reason in (choose(reachable=False).reason, choose(machine=GPU).reason):
        for locale in ("en", "ko"):
            assert "{" not in words.say(f"reason_{reason.code}", locale, **reason.fields)
