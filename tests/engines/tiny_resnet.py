"""A tiny ResNet in Hub layout: the real class, random weights, the thousand classes' number.

To try a Space with it: python tests/engines/tiny_resnet.py FOLDER, then start the Space with
PORTFOLIO_MODELS_DIR=FOLDER.
"""

import json
import sys
from pathlib import Path

from portfolio_core import catalog, hub
from portfolio_core.settings import Settings

MODEL = catalog.by_key("resnet-18")
CLASSES = {index: f"thing {index}" for index in range(1000)}
PREPARATION = {
    "crop_pct": 0.875,
    "feature_extractor_type": "ConvNextFeatureExtractor",  # as on the Hub
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
    "resample": 3,
    "size": 64,
}


def build(models_dir):
    """Write the model where the Hub's client would, and return the folder."""
    import torch
    from transformers import ResNetConfig, ResNetForImageClassification

    folder = hub.folder(MODEL, Settings(models_dir=models_dir))
    shape = ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        id2label=CLASSES,
        label2id={name: index for index, name in CLASSES.items()},
    )
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = ResNetForImageClassification(shape)
        torch.nn.init.normal_(model.classifier[1].weight, std=3)
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(PREPARATION))
    # The digests are those of the real files: a folder that says so is taken to be whole.
    (folder / "verified.json").write_text(json.dumps(dict(MODEL.hub.sha256)))
    return folder


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
