"""What the catalog knows of a model."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portfolio_core.settings import Preset


@dataclass(frozen=True)
class HubFiles:
    """Weights on the Hub, pinned.

    Attributes:
        repository: ``owner/name``.
        revision: Commit, 40 hexadecimal digits.
        sha256: Path inside the repository to the checksum of its content.
        extras: The same for files that are fetched one by one, when they are asked for.
    """

    repository: str
    revision: str
    sha256: Mapping[str, str]
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """One model as a page names it.

    Attributes:
        key: Unique name, used in the API and in recipes.
        name: Name for people, with its version.
        tasks: What it serves, the first one what it was made for: names of packages under
            ``engines``, with hyphens.
        preset: The size it belongs to.
        engine: ``module:Class`` of what runs it.
        licence: SPDX identifier.
        source: Where it comes from, an address for people.
        languages: ISO 639-1 codes.
        memory_bytes: What a loaded engine takes, about.
        packages: Importable names that the engine needs.
        hub: Its weights, when they come from the Hub.
        parts: Weights of further repositories that the engine works with, by the folder inside
            the model's own that they go to. A file is named ``folder/path`` then.
    """

    key: str
    name: str
    tasks: tuple[str, ...]
    preset: Preset
    engine: str
    licence: str
    source: str
    languages: tuple[str, ...]
    memory_bytes: int
    packages: tuple[str, ...] = ()
    hub: HubFiles | None = None
    parts: Mapping[str, HubFiles] = field(default_factory=dict)
