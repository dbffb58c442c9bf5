"""What a training leaves behind: a folder as on the Hub, that an engine loads."""

import json
from pathlib import Path
from typing import Any

from portfolio_core.engines.classification import Rules, preparation, write_rules
from portfolio_core.engines.classification.preparation import Preparation
from portfolio_core.files import write_atomically


def write_network(
    folder: Path,
    network: Any,  # noqa: ANN401 - a class of transformers
    prepare: Preparation,
    rules: Rules,
) -> None:
    """Write a network in float16, with its config, its preparation and its rules.

    Args:
        folder: Made when it is missing.
        network: A ``ResNetForImageClassification``.
        prepare: How it wants its pictures.
        rules: How its numbers become an answer.
    """
    import torch
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).contiguous()
        for name, tensor in network.state_dict().items()
    }
    config = json.loads(network.config.to_json_string())
    config |= {"architectures": [type(network).__name__], "dtype": str(torch.float16)[6:]}
    write_json(folder / "config.json", config)
    write_json(folder / preparation.CONFIG_FILE, preparation.config(prepare))
    write_atomically(folder / "model.safetensors", save(weights, metadata={"format": "pt"}))
    write_rules(folder, rules)


def write_json(path: Path, content: object) -> None:
    """Write ``content`` as JSON for people."""
    write_atomically(path, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())
