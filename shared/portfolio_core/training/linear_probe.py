"""The linear probe: a frozen network, and one new layer that is trained on its features.

The classic recipe - a frozen ResNet, a new layer, Adam, cross-entropy - with the features
computed once and not once in every epoch, which is where nearly all the time goes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.classification import Floats
from portfolio_core.engines.classification.head import Head
from portfolio_core.media.images import Pixels
from portfolio_core.training.augment import Augmentation, augmented
from portfolio_core.training.crossvalidation import Predictor
from portfolio_core.training.features import FeatureCache

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ProbePlan:
    """How a head is trained.

    Attributes:
        variants: Augmented versions of each picture beside the picture itself.
        size: Side of an augmented version in pixels.
        epochs: Passes over all of them.
        batch: Pictures of a step.
        rate: Learning rate of Adam.
        decay: Weight decay.
    """

    variants: int = 3
    size: int = 224
    epochs: int = 60
    batch: int = 64
    rate: float = 1e-2
    decay: float = 1e-3


def fit(
    features: Floats,
    labels: Ints,
    classes: int,
    backbone: str,
    *,
    plan: ProbePlan,
    seed: int,
    epoch: Callable[[int, float], None] = lambda _epoch, _loss: None,
) -> Head:
    """Train a head; the same arguments give the same.

    Features are brought to a common scale first, and that scale is folded into the layer, so
    the head takes features as they are. Classes with few pictures count as much as the others.

    Args:
        features: Shape (n, width), float32.
        labels: Shape (n,).
        classes: How many there are.
        backbone: Whose features they are.
        plan: How it is trained.
        seed: Of the first weights and the order.
        epoch: Called after each epoch with its number, from 1, and its mean loss; what it
            raises ends the work.
    """
    import torch
    from torch.nn.functional import cross_entropy

    mean, scale = features.mean(0), features.std(0) + np.float32(1e-3)
    inputs = torch.from_numpy((features - mean) / scale)
    targets = torch.from_numpy(labels)
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    weights = torch.from_numpy((len(labels) / (classes * counts)).astype(np.float32))
    source = torch.Generator().manual_seed(seed)
    weight = torch.zeros(classes, inputs.shape[1], requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.AdamW([weight, bias], lr=plan.rate, weight_decay=plan.decay)
    for number in range(1, plan.epochs + 1):
        losses = []
        order = torch.randperm(len(inputs), generator=source)
        for chosen in torch.split(order, plan.batch):
            logits = inputs[chosen] @ weight.T + bias
            loss = cross_entropy(logits, targets[chosen], weight=weights)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(loss.item())
        epoch(number, float(np.mean(losses)))
    folded = weight.detach().numpy() / scale
    return Head(folded, bias.detach().numpy() - folded @ mean, backbone)


@dataclass(frozen=True)
class ProbeRecipe:
    """A head on features, for cross-validation.

    Attributes:
        features: Gives the features of pictures.
        pictures: The examples.
        labels: Their classes.
        classes: How many there are.
        backbone: Name and revision of the network.
        plan: How the head is trained.
        name: For reports.
    """

    features: FeatureCache
    pictures: Sequence[Pixels]
    labels: Ints
    classes: int
    backbone: str
    plan: ProbePlan
    name: str = "head"

    _tables: dict[int, Floats] = field(default_factory=dict, init=False, repr=False)

    def learn_features(self, examples: Ints, check: Callable[[], None] = lambda: None) -> None:
        """Compute the features of these examples and their versions, where that is still to do.

        Args:
            examples: Their indices.
            check: Called before each few pictures; what it raises ends the work.
        """
        missing = [int(index) for index in examples if int(index) not in self._tables]
        found = self.features([v for index in missing for v in self._versions(index)], check)
        versions = self.plan.variants + 1
        for place, index in enumerate(missing):
            self._tables[index] = found[place * versions : (place + 1) * versions]

    def train(
        self,
        train: Ints,
        seed: int,
        epoch: Callable[[int, float], None] = lambda _epoch, _loss: None,
    ) -> Head:
        """Return a head that learnt from these examples."""
        self.learn_features(train)
        found = np.concatenate([self._tables[int(index)] for index in train])
        labels = np.repeat(self.labels[train], self.plan.variants + 1)
        return fit(
            found, labels, self.classes, self.backbone, plan=self.plan, seed=seed, epoch=epoch
        )

    def fit(self, train: Ints, seed: int) -> Predictor:
        """Return what the head answers."""
        head = self.train(train, seed)
        return lambda pictures: head(self.features(pictures))

    def _versions(self, index: int) -> list[Pixels]:
        """Return an example and its augmented versions, the same ones in every fold."""
        random = np.random.default_rng(index)
        rgb = self.pictures[index]
        return [
            rgb,
            *(
                augmented(rgb, random, self.plan.size, Augmentation())
                for _ in range(self.plan.variants)
            ),
        ]
