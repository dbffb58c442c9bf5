"""Send a running Space its smoke request and look at what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import soundfile
from gradio_client import Client, handle_file
from PIL import Image

from bundling.space_toml import Expectation, Smoke

_TEXTS = (".txt", ".json", ".csv", ".srt", ".vtt", ".md", ".html")
_LARGEST_TEXT = 2**20
_AUDIBLE = 327  # of 32767; a hundredth of full scale


def ask(
    address: str, smoke: Smoke, folder: Path, *, token: str | None = None, seconds: float = 300
) -> list[str]:
    """Send the request; return what is wrong with the answer, a sentence each.

    Args:
        address: Of what runs, or its name on the Hub.
        smoke: What to ask and what to expect.
        folder: Of what runs, where files among the arguments lie.
        token: For a private Space.
        seconds: How long the answer may take.

    Raises:
        Exception: whatever the client raises; the Space did not answer.
    """
    with TemporaryDirectory(prefix="smoke-") as files:
        page = f"{address.rstrip('/')}/{smoke.place}/" if smoke.place else address
        client = Client(page, token=token, verbose=False, download_files=files)
        arguments = _arguments(smoke, folder / smoke.place)
        job = client.submit(**arguments, api_name=smoke.endpoint)
        answer = job.result(timeout=seconds)
        outputs = answer if isinstance(answer, tuple) else (answer,)
        return [wrong for check in smoke.checks for wrong in _mistakes(check, outputs)]


def _arguments(smoke: Smoke, folder: Path) -> dict[str, Any]:
    return {name: _with_files(value, folder) for name, value in smoke.arguments.items()}


def _with_files(value: Any, folder: Path) -> Any:  # noqa: ANN401 - any value of TOML
    if isinstance(value, list):
        return [_with_files(one, folder) for one in value]
    if isinstance(value, str) and value.startswith("examples/") and (folder / value).is_file():
        return handle_file(folder / value)
    return value


def _mistakes(check: Expectation, outputs: tuple[Any, ...]) -> Iterator[str]:
    if check.output >= len(outputs):
        yield f"There is no output {check.output}, only {len(outputs)}."
        return
    output = outputs[check.output]
    text = "\n".join(_texts(output))
    for part in check.contains:
        if part not in text:
            yield f"Output {check.output} lacks {part!r}."
    named = output if isinstance(output, Mapping) else {}
    for name, value in check.equals.items():
        if named.get(name) != value:
            yield f"Output {check.output} has {named.get(name)!r} as {name}, not {value!r}."
    if len(text.split()) < check.words:
        yield f"Output {check.output} has fewer than {check.words} words."
    if check.seconds is not None:
        yield from _of_sound(check, _file(output))
    if check.pixels is not None:
        yield from _of_picture(check, _file(output))


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any value of JSON
    """Yield every text in a value, keys and the contents of files among them."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str) and _is_text_file(value):
        yield Path(value).read_text("utf-8", "replace")[:_LARGEST_TEXT]
    else:
        yield value if isinstance(value, str) else json.dumps(value)


def _is_text_file(value: str) -> bool:
    return value.endswith(_TEXTS) and "\n" not in value and Path(value).is_file()


def _file(value: Any) -> Path | None:  # noqa: ANN401 - any output
    """Return the first file in an output."""
    if isinstance(value, str) and "\n" not in value and Path(value).is_file():
        return Path(value)
    parts = value.values() if isinstance(value, Mapping) else value
    if isinstance(parts, str | int | float | None):
        return None
    return next((file for part in parts if (file := _file(part))), None)


def _of_sound(check: Expectation, file: Path | None) -> Iterator[str]:
    shortest, longest = check.seconds or (0, 0)
    if file is None:
        yield f"Output {check.output} is no file of sound."
        return
    samples, rate = soundfile.read(file, dtype="int16")
    seconds = len(samples) / rate
    if not shortest <= seconds <= longest:
        yield f"The sound has {seconds:.1f} s, not {shortest:g} to {longest:g}."
    if not len(samples) or int(np.abs(samples.astype(int)).max()) < _AUDIBLE:
        yield "The sound is silent."


def _of_picture(check: Expectation, file: Path | None) -> Iterator[str]:
    width, height = check.pixels or (0, 0)
    if file is None:
        yield f"Output {check.output} is no file of a picture."
        return
    with Image.open(file) as image:
        if image.width < width or image.height < height:
            yield f"The picture has {image.width} × {image.height}, not {width} × {height}."
        if len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) == 1:
            yield "The picture has one colour only."
