"""Settings: read once, checked, and no slip of the pen becomes a default."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from portfolio_core.errors import BadSetting
from portfolio_core.settings import (
    Limits,
    Preset,
    Settings,
    current,
    from_environment,
    listening,
    may_tune,
)


def test_an_empty_environment_gives_the_defaults():
    assert from_environment({}) == Settings(
        models_dir=Path("~/.cache/spaces-portfolio/models").expanduser(),
        adapters_dir=Path("~/.cache/spaces-portfolio/adapters").expanduser(),
    )


@pytest.mark.parametrize(
    ("variables", "may"),
    [
        ({}, True),
        ({"PORTFOLIO_TUNING": "0"}, False),
        ({"SYSTEM": "spaces", "SPACE_ID": "me/mine"}, False),
        ({"SYSTEM": "spaces", "SPACE_ID": "me/mine", "PORTFOLIO_TUNING": "1"}, True),
    ],
)
def test_visitors_may_train_but_not_on_a_space_of_the_hub(monkeypatch, variables, may):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert may_tune(from_environment(variables)) is may


@pytest.mark.parametrize(
    ("variables", "host"),
    [({}, "127.0.0.1"), ({"SYSTEM": "spaces", "SPACE_ID": "me/mine"}, "0.0.0.0")],
)
def test_a_space_of_the_hub_listens_to_the_outside(monkeypatch, variables, host):
    for name in ("SYSTEM", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert listening(Settings()).host == host


def test_settings_and_limits_are_read_by_name():
    read = from_environment(
        {
            "PORTFOLIO_PRESET": "tiny",
            "PORTFOLIO_PORT": "8000",
            "PORTFOLIO_QUEUE_WAITING": "3",
            "PORTFOLIO_ORIGINS": "https://a.example, https://b.example",
            "UNRELATED": "x",
        }
    )

    assert read.preset is Preset.TINY
    assert read.port == 8000
    assert read.limits.queue_waiting == 3
    assert read.origins == ("https://a.example", "https://b.example")


def test_names_of_the_ecosystem_count_where_ours_is_not_set():
    common = {"HF_HUB_OFFLINE": "1", "HF_ENDPOINT": "http://mirror", "GRADIO_TEMP_DIR": "/t"}

    read = from_environment(common)

    assert (read.offline, read.hub_endpoint, read.temp_dir) == (True, "http://mirror", Path("/t"))
    assert from_environment({**common, "PORTFOLIO_TEMP_DIR": "/u"}).temp_dir == Path("/u")


def test_an_empty_variable_is_not_set():
    empty = {"PORTFOLIO_HOST": "", "PORTFOLIO_HOSTS": "", "PORTFOLIO_PORT": "", "HF_ENDPOINT": ""}

    assert from_environment(empty) == from_environment({})


def test_an_unknown_name_is_refused_and_the_near_one_named():
    with pytest.raises(BadSetting, match="did you mean PORTFOLIO_PRESET"):
        from_environment({"PORTFOLIO_PRESETT": "tiny"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTFOLIO_PORT", "70000"),
        ("PORTFOLIO_PRESET", "huge"),
        ("PORTFOLIO_QUEUE_WAIT_SECONDS", "0"),
        ("PORTFOLIO_LIMITS", "{}"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(name, value):
    with pytest.raises(BadSetting, match=name):
        from_environment({name: value})


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        current().port = 1


@pytest.mark.parametrize("model", [Settings, Limits])
def test_every_setting_is_described(model):
    for name, field in model.model_fields.items():
        assert field.description, name
