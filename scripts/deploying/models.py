"""A trained model on the Hub: what of its folder goes there, and the lines that pin it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from huggingface_hub import metadata_load
from huggingface_hub.errors import RepositoryNotFoundError

from bundling import secrets
from deploying import tree
from deploying.hub import Hub
from deploying.problems import told
from deploying.tree import Changes
from environment import Problem
from portfolio_core.files import write_atomically
from portfolio_core.training.lora import publishing

CARD = "README.md"
_KINDS = (".safetensors", ".json", ".jinja", ".png", ".txt")
_ADAPTER = "adapter_config.json"


def chosen(folder: Path) -> dict[str, Path]:
    """Return the files of a model that go to the Hub, by name.

    Of an adapter they are those that ``train_lora.py --push`` gives; of any other model the
    weights, their configuration and the pictures of the card. Checkpoints lie deeper.

    Raises:
        Problem: it has no weights as safetensors, or no card that names its licence.
    """
    if (folder / _ADAPTER).is_file():
        names = [name for name in publishing.FILES if (folder / name).is_file()]
    else:
        here = (
            sorted(file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []
        )
        names = [file.name for file in here if file.suffix in _KINDS or file.name == CARD]
    if not any(name.endswith(".safetensors") for name in names):
        raise Problem(f"{folder} has no weights: name a folder with a .safetensors file.")
    if not _card(folder / CARD).get("license"):
        raise Problem(
            f"{folder / CARD} names no licence: write `license:` into its front matter. "
            "A model without one may not be used by anybody."
        )
    return {name: folder / name for name in names}


def check(files: Mapping[str, Path], environment: Mapping[str, str]) -> None:
    """Look for secrets in what goes to the Hub.

    Raises:
        Problem: there is something that looks like one.
    """
    folder = next(iter(files.values())).parent
    found = [hit for hit in secrets.hits(folder, environment) if hit.path in files]
    if found:
        places = "".join(f"\n  {hit.path}:{hit.line}: {hit.kind}" for hit in found)
        raise Problem(f"This looks secret; nothing was sent:{places}")


def compare(hub: Hub, repository: str, files: Mapping[str, Path]) -> tuple[str, Changes]:
    """Return the head of a model's repository, empty where there is none, and what differs."""
    with told(f"looking at {repository}"):
        try:
            head = str(hub.api.model_info(repository).sha)
        except RepositoryNotFoundError:
            return "", tree.compare(files, {})
        return head, tree.compare(files, tree.remote(hub.api, repository, head, "model"))


def publish(
    hub: Hub, repository: str, files: Mapping[str, Path], *, private: bool, head: str
) -> str:
    """Make the repository hold exactly ``files``, in one commit; return the commit.

    Args:
        hub: Where.
        repository: ``owner/name``; made where it is missing.
        files: What it is to hold.
        private: Whether a new one is private.
        head: Its head when the differences were found; empty where there was none.

    Raises:
        Refusal: the Hub refused, or somebody else wrote there meanwhile.
    """
    if not head:
        with told(f"creating {repository}"):
            hub.api.create_repo(repository, private=private)
    now, changes = compare(hub, repository, files)
    if not changes:
        return now
    with told(f"writing to {repository}"):
        return hub.api.create_commit(
            repository,
            tree.operations(files, changes),
            commit_message="Publish the model with its card",
            parent_commit=head or now,
        ).oid


def pins(name: str, repository: str, revision: str, files: Mapping[str, Path]) -> str:
    """Return the lines for ``weights.py``."""
    sums = {path: hashlib.sha256(file.read_bytes()).hexdigest() for path, file in files.items()}
    table = "\n".join(f"{path} {sums[path]}" for path in sorted(sums))
    quotes = '"""'
    return (
        f"{name}: Pins = (\n"
        f'    "{repository}",\n'
        f'    "{revision}",\n'
        f"    table({quotes}\n{table}\n{quotes}),\n"
        ")\n"
    )


def write_pins(weights: Path, name: str, block: str) -> None:
    """Put the lines into ``weights.py``, in the place of those of the same name."""
    text = weights.read_text("utf-8")
    old = re.compile(rf"^{re.escape(name)}: Pins = \(\n.*?^\)\n", re.MULTILINE | re.DOTALL)
    if old.search(text):
        text = old.sub(lambda _: block, text, count=1)
    else:
        text = f"{text.rstrip()}\n\n{block}"
    write_atomically(weights, text.encode())


def _card(file: Path) -> Mapping[str, Any]:
    try:
        return metadata_load(file) or {}
    except (OSError, ValueError, yaml.YAMLError):
        return {}
