"""The starter models: small ones trained by this repository's own scripts, one folder each.

A folder is laid out as on the Hub - weights in safetensors, config, model card - and travels
with the package, so an installed or a vendored copy finds it beside this file.
"""

from pathlib import Path


def folder(name: str) -> Path:
    """Return the folder of the starter model ``name``; it may be missing in a trimmed copy."""
    return Path(__file__).with_name(name)
