"""The plain side of ronald-classifier: the loop of a tutorial, with the plain libraries.

    python scripts/bench/plain_probe.py train FOLDER PICTURES    prints seconds
    python scripts/bench/plain_probe.py classify FOLDER PICTURES prints seconds

FOLDER holds a ResNet-18 as on the Hub, PICTURES one folder of pictures for each class. Every
epoch reads, resizes and looks at every picture anew, and pictures are classified one by one.
"""

import sys
import time
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from transformers import AutoImageProcessor, ResNetForImageClassification

EPOCHS, BATCH, RATE = 5, 64, 1e-3


def main() -> None:
    """Do what the first argument says and print how long it took."""
    what, folder, pictures = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    torch.manual_seed(0)
    torch.set_num_threads(1)
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    model = ResNetForImageClassification.from_pretrained(folder)
    classes = sorted(p.name for p in pictures.iterdir())
    files = [(file, classes.index(file.parent.name)) for file in sorted(pictures.glob("*/*"))]
    if what == "train":
        model.resnet.requires_grad_(requires_grad=False)
        model.classifier[1] = torch.nn.Linear(512, len(classes))
        started = time.perf_counter()
        train(model, processor, files)
    else:
        model.eval()
        images = [Image.open(file).convert("RGB") for file, _ in files]
        started = time.perf_counter()
        with torch.no_grad():
            for image in images:
                model(**processor(images=image, return_tensors="pt")).logits.softmax(-1)
    print(time.perf_counter() - started)


def train(model: Any, processor: Any, files: list[tuple[Path, int]]) -> None:  # noqa: ANN401
    """Train the last layer for five epochs."""
    optimizer = torch.optim.Adam(model.classifier.parameters(), lr=RATE)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(files)).split(BATCH):
            images = [Image.open(files[i][0]).convert("RGB").resize((224, 224)) for i in batch]
            inputs = processor(images=images, return_tensors="pt")
            labels = torch.tensor([files[i][1] for i in batch])
            loss = torch.nn.functional.cross_entropy(model(**inputs).logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


if __name__ == "__main__":
    main()
