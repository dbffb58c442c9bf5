"""Every setting and every limit, in one frozen object.

This is the only file of the product that reads the environment. A setting ``temp_dir`` is
read from ``PORTFOLIO_TEMP_DIR``, a limit ``queue_waiting`` from ``PORTFOLIO_QUEUE_WAITING``.
A ``PORTFOLIO_`` variable that no setting has is an error, so that a slip of the pen cannot
become a silent default.
"""

import difflib
import os
import tempfile
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portfolio_core.errors import BadSetting

PREFIX = "PORTFOLIO_"
MEBIBYTE = 2**20
GIBIBYTE = 2**30


class Preset(StrEnum):
    """How large a model may be; ``AUTO`` lets hardware and cache decide."""

    AUTO = "auto"
    EMBEDDED = "embedded"
    TINY = "tiny"
    SMALL = "small"
    LARGE = "large"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Limits(_Frozen):
    """What a caller may ask for; over it is a typed error. Shown at ``/v1/limits``."""

    body_bytes: int = Field(25 * MEBIBYTE, gt=0)
    """Largest HTTP request body of the server, all parts together, in bytes."""
    upload_bytes: int = Field(20 * MEBIBYTE, gt=0)
    """Largest single uploaded file, in bytes."""
    upload_files: int = Field(10, gt=0)
    """Most files in one upload."""
    speech_characters: int = Field(10_000, gt=0)
    """Longest text to speak, in Unicode code points."""
    speech_seconds: float = Field(3600, gt=0)
    """Longest sound of one text, in seconds."""
    chat_characters: int = Field(4000, gt=0)
    """Longest message of a conversation, in Unicode code points."""
    chat_messages: int = Field(40, gt=0)
    """Most messages of one conversation."""
    chat_tokens: int = Field(1024, gt=0)
    """Longest reply, in tokens of the model."""
    embed_texts: int = Field(256, gt=0)
    """Most texts embedded in one call."""
    embed_characters: int = Field(200_000, gt=0)
    """Longest of all those texts together, in Unicode code points."""
    draw_prompt_characters: int = Field(2000, gt=0)
    """Longest prompt of a picture, and longest negative prompt, in Unicode code points."""
    draw_pictures: int = Field(4, gt=0)
    """Most pictures drawn in one call."""
    draw_steps: int = Field(50, gt=0)
    """Most denoising steps of a picture."""
    draw_pixels: int = Field(1024 * 1024, gt=0)
    """Most pixels of a picture that is drawn, width times height."""
    draw_compared: int = Field(12, gt=0)
    """Most pictures of a comparison, those of all its values together."""
    image_pixels: int = Field(25_000_000, gt=0, le=89_000_000)
    """Most pixels of a picture."""
    image_side: int = Field(8192, gt=0)
    """Longest side of a picture, in pixels."""
    ocr_pages: int = Field(20, gt=0)
    """Most pages read in one call, of all its files together."""
    rank_files: int = Field(50, gt=0)
    """Most pictures ranked in one call, files and addresses together."""
    train_files: int = Field(400, gt=0)
    """Most pictures that a classifier learns from in one call."""
    train_bytes: int = Field(100 * MEBIBYTE, gt=0)
    """Size of those pictures together, in bytes."""
    tune_rows: int = Field(500, gt=0)
    """Most rows that an adapter learns from in one training on a page."""
    tune_seconds: float = Field(600, gt=0)
    """Longest training of an adapter on a page, in seconds."""
    document_pages: int = Field(200, gt=0)
    """Most pages of a document, or sheets of a workbook."""
    document_characters: int = Field(2_000_000, gt=0)
    """Longest text of a document, in Unicode code points."""
    document_seconds: float = Field(15, gt=0)
    """Longest reading of a document, or drawing of one of its pages, in seconds."""
    document_memory_bytes: int = Field(GIBIBYTE, ge=256 * MEBIBYTE)
    """Memory of the process that reads a document, in bytes."""
    """Most pages read in one call, of all its files together."""
    recording_seconds: float = Field(180, gt=0)
    """Longest sound or clip that is read, in seconds."""
    recording_read_seconds: float = Field(120, gt=0)
    """Longest reading of a sound or a clip, in seconds."""
    recording_memory_bytes: int = Field(GIBIBYTE, ge=512 * MEBIBYTE)
    """Memory of the process that reads a sound or a clip, in bytes."""
    clip_scenes: int = Field(40, gt=0)
    """Most scenes that a clip is cut into."""
    rag_documents: int = Field(20, gt=0)
    """Documents of one visitor, in number."""
    rag_bytes: int = Field(50 * MEBIBYTE, gt=0)
    """All documents of one visitor together, as uploaded, in bytes."""
    rag_passages: int = Field(20_000, gt=0)
    """Passages that the documents of one visitor are cut into, in number."""
    rag_question_characters: int = Field(4000, gt=0)
    """Longest question to documents, in Unicode code points."""
    rag_idle_seconds: float = Field(3600, gt=0)
    """Documents that nobody asked for so long are deleted, in seconds."""
    rag_import_bytes: int = Field(200 * MEBIBYTE, gt=0)
    """Largest unpacked content of an index that is uploaded again, in bytes."""
    fetch_bytes: int = Field(10 * MEBIBYTE, gt=0)
    """Largest file fetched from an address, unpacked, in bytes."""
    fetch_seconds: float = Field(10, gt=0)
    """Longest fetch, from the look-up of the name to the last byte, in seconds."""
    queue_waiting: int = Field(16, ge=0)
    """Callers that may wait for one engine beside the running one."""
    queue_wait_seconds: float = Field(30, gt=0)
    """Longest wait for a turn, in seconds."""
    work_seconds: float = Field(300, gt=0)
    """Longest run of one piece of work, in seconds."""
    client_requests_per_minute: int = Field(120, gt=0)
    """Requests for work that one caller, by key or address, may send in a minute. Does not hold
    where only this machine itself can reach the server."""
    client_requests_at_once: int = Field(8, gt=0)
    """Requests for work of one caller that may be under way; likewise."""
    temp_bytes: int = Field(2 * GIBIBYTE, gt=0)
    """Disk for uploads and results; over it the oldest files go first, in bytes."""
    temp_age_seconds: float = Field(3600, gt=0)
    """Age at which an upload or a result is deleted, in seconds."""
    drain_seconds: float = Field(25, ge=0)
    """Time that running work gets after SIGTERM, in seconds."""


class Settings(_Frozen):
    """How this process runs. Build it once with :func:`current` and hand it on."""

    preset: Preset = Preset.AUTO
    """Size of the models."""
    device: Literal["auto", "cpu"] = "auto"
    """Where models run; ``cpu`` leaves a GPU alone."""
    host: str = "127.0.0.1"
    """Address to listen on. A Space of the Hub listens on all."""
    port: int = Field(7860, ge=0, le=65535)
    """Port to listen on; 0 takes a free one."""
    threads: int = Field(0, ge=0)
    """Threads of one engine; 0 = what :mod:`portfolio_core.hardware` finds best."""
    memory_bytes: int = Field(0, ge=0)
    """Memory for loaded engines, in bytes; 0 = 70 % of what the machine gives."""
    idle_unload_seconds: float = Field(600, gt=0)
    """An engine that nobody used for so long is unloaded, in seconds."""
    offline: bool = False
    """Never ask the Hub. Also set by ``HF_HUB_OFFLINE=1``."""
    hub_endpoint: str = "https://huggingface.co"
    """Address of the Hub. Also set by ``HF_ENDPOINT``."""
    hub_probe_seconds: float = Field(2, gt=0)
    """Longest wait for the Hub's answer when asking whether it can be reached, in seconds."""
    models_dir: Path = Path("~/.cache/spaces-portfolio/models")
    """Folder of downloaded weights, one folder per model and revision."""
    adapters_dir: Path = Path("~/.cache/spaces-portfolio/adapters")
    """Folder of LoRA adapters, one folder each; a chat offers those that fit its model."""
    tuning: bool | None = None
    """Let visitors train adapters. Left out: anywhere but on a Space of the Hub, where all of them
    share one machine."""
    temp_dir: Path = Path(tempfile.gettempdir()) / "spaces-portfolio"
    """Folder of uploads and results; emptied by age and size. Also set by ``GRADIO_TEMP_DIR``."""
    hosts: tuple[str, ...] = ()
    """Host names that the server answers to, comma-separated; empty = the loopback's own names
    while it listens there, else any."""
    origins: tuple[str, ...] = ()
    """Web origins that may call the server from a browser, comma-separated."""
    proxies: tuple[str, ...] = ()
    """Addresses of reverse proxies that are believed about https and client, comma-separated."""
    api_keys: tuple[str, ...] = ()
    """Who may use the server: lines of ``python -m portfolio_server keys new``, comma-separated.
    They hold checksums of the keys only."""
    api_keys_file: Path | None = None
    """File of such lines; both count."""
    open_to_all: bool = False
    """Let in callers without a key although others than this machine can reach the server."""
    log_format: Literal["text", "json"] = "text"
    """Lines for people, or one JSON object a line, which then tells every request, too."""
    limits: Limits = Limits()
    """What a caller may ask for."""


# Names that the ecosystem already uses, and the setting each one fills when ours is not set.
_COMMON_NAMES = {
    "HF_HUB_OFFLINE": "offline",
    "HF_ENDPOINT": "hub_endpoint",
    "GRADIO_TEMP_DIR": "temp_dir",
}
_LISTS = {
    name for name, field in Settings.model_fields.items() if field.annotation == tuple[str, ...]
}


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read the settings from ``environment``.

    Raises:
        BadSetting: an unknown ``PORTFOLIO_`` name, or a value that its setting refuses.
    """
    # An empty variable is one that is not set, as shells and containers mean it.
    own = {name: value for name, value in environment.items() if name.startswith(PREFIX) and value}
    limits: dict[str, str] = {}
    values: dict[str, object] = {
        field: environment[name] for name, field in _COMMON_NAMES.items() if environment.get(name)
    }
    for name, value in own.items():
        field = name.removeprefix(PREFIX).lower()
        if field in Limits.model_fields:
            limits[field] = value
        elif field in Settings.model_fields and field != "limits":
            values[field] = [v.strip() for v in value.split(",")] if field in _LISTS else value
        else:
            raise BadSetting(name, _suggestion(field))
    try:
        settings = Settings.model_validate({**values, "limits": limits})
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][-1])
        raise BadSetting(PREFIX + field.upper(), first["msg"]) from None
    folders = ("models_dir", "adapters_dir")
    return settings.model_copy(
        update={name: getattr(settings, name).expanduser() for name in folders}
    )


@cache
def current() -> Settings:
    """Return the settings of this process, read once from its environment."""
    return from_environment(os.environ)


def may_tune(settings: Settings) -> bool:
    """Return whether visitors may train adapters here."""
    return not on_hub_space() if settings.tuning is None else settings.tuning


def listening(settings: Settings) -> Settings:
    """Return the settings of a process that serves: a Space of the Hub is reached from outside."""
    return settings.model_copy(update={"host": "0.0.0.0"}) if on_hub_space() else settings  # noqa: S104


def on_hub_space() -> bool:
    """Return whether this process runs as a Space on the Hub."""
    return os.environ.get("SYSTEM") == "spaces" and "SPACE_ID" in os.environ


def _suggestion(field: str) -> str:
    known = [*Settings.model_fields, *Limits.model_fields]
    near = difflib.get_close_matches(field, known, n=1)
    ending = f"; did you mean {PREFIX}{near[0].upper()}" if near else ""
    return f"there is no such setting{ending}"
