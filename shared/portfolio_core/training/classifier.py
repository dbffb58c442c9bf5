"""From a folder of pictures to a classifier with its report and its card, stage by stage.

Every stage is kept as it is done: the same order given again goes on where it stopped, and the
same seed gives the same model.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from portfolio_core import starters
from portfolio_core.engines.classification import head, preparation, write_rules
from portfolio_core.engines.classification.resnet import ResNetEngine
from portfolio_core.engines.classification.siglip import SiglipEngine
from portfolio_core.files import write_atomically
from portfolio_core.hardware import Hardware
from portfolio_core.media import images
from portfolio_core.media.images import Pixels
from portfolio_core.settings import Limits
from portfolio_core.training import (
    bank,
    card,
    crossvalidation,
    evaluation,
    groups,
    imagefolder,
    negatives,
    network,
    output,
)
from portfolio_core.training.augment import Augmentation, sheet
from portfolio_core.training.bank import Bank
from portfolio_core.training.baseline import ColourRecipe
from portfolio_core.training.card import About
from portfolio_core.training.crossvalidation import Ints
from portfolio_core.training.evaluation import Alarms, Evaluation
from portfolio_core.training.features import FeatureCache
from portfolio_core.training.linear_probe import ProbePlan, ProbeRecipe
from portfolio_core.training.network import Plan
from portfolio_core.training.recipes import NetworkRecipe
from portfolio_core.training.report import Report
from portfolio_core.training.stages import Stages

Method = Literal["head", "partial", "full", "network"]
_DRAWN_TESTS = 400
_DRAWN_TEST_SEED = 777  # the bank's is another: these figures were never learnt
_DRAWN_TEST_SIDE = 128
_DRAWN_RATE = 3e-3  # figures are many and plain: they bear a faster start
_SAID_STEPS = 100
_PREVIEWED = 6
_PREVIEW_SIDE = 96


@dataclass(frozen=True)
class Order:
    """What is wanted.

    Attributes:
        data: A folder with one folder for each class.
        out: Where the stages, the report and the model go.
        methods: Recipes that are compared; the first is kept. ``head`` trains a layer on the
            features of the backbone, ``partial`` its last stage, too, ``full`` all of it,
            ``network`` a small one from nothing.
        backbone: Folder of a ResNet, or for heads of a SigLIP, as on the Hub; none = the
            starter.
        rest: The class of everything else; negatives drawn with code are learnt as it.
        photos: A folder of pictures of no class, to count false alarms.
        groups: A file with further groups, see :func:`groups.from_manifest`.
        grouped: Whether the split keeps groups together.
        folds: Parts of the split.
        repeats: How often all of them are gone through.
        plan: How a network is built and trained.
        drawn_pictures: Drawn figures of each kind that a new network sees first, and as many of
            the character as of all those.
        drawn_steps: Batches of them.
        seed: Of all choices.
        command: What made this order, for the report and the card.
        about: The words of the card; none = plain ones.
    """

    data: Path
    out: Path
    methods: Sequence[Method] = ("head",)
    backbone: Path | None = None
    rest: str | None = None
    photos: Path | None = None
    groups: Path | None = None
    grouped: bool = True
    folds: int = 5
    repeats: int = 2
    plan: Plan = field(default_factory=Plan)
    drawn_pictures: int = 220
    drawn_steps: int = 1200
    seed: int = 0
    command: str = ""
    about: About | None = None


class Training:
    """One order: what was read for it, and how it is carried out."""

    def __init__(
        self,
        order: Order,
        limits: Limits,
        hardware: Hardware,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        """Read the pictures and find their groups.

        Args:
            order: What is wanted.
            limits: What a picture may be.
            hardware: Where it runs.
            say: Told how it goes, in lines of English.

        Raises:
            TooFewClasses, EmptyClass, SharedPicture: see :func:`imagefolder.read`.
        """
        self.order, self._limits, self._say = order, limits, say
        self.found = imagefolder.read(order.data, limits)
        self.rest = self.found.classes.index(order.rest) if order.rest else None
        self.groups = self._grouping()
        self._kinds, self._others = self._of_no_class()
        self._folder = order.backbone or starters.folder("ronald")
        self._load = partial(_engine_of(self._folder).load, self._folder, hardware)
        self._started = time.monotonic()
        pictures = [(example.name, example.sha256) for example in self.found.examples]
        choices = (order.seed, order.folds, order.repeats, order.grouped, order.rest)
        self._stages = Stages(
            order.out,
            pictures,
            self.groups.tolist(),
            choices,
            (order.plan, order.drawn_pictures, order.drawn_steps),
            (self._folder.name, len(self._others)),
        )

    def run(self) -> list[Evaluation]:
        """Validate every recipe, train the first on everything, and write what came out.

        Returns:
            What is said of each recipe, the kept one first, colours alone last.

        Raises:
            TooFewGroups: a class has too few different pictures.
            UnknownChoice: the class of the rest is none of the classes.
        """
        recipes = [self._recipe(method) for method in self.order.methods]
        baseline = ColourRecipe(self.found.pictures, self.found.labels)
        told = [self._validated(recipe) for recipe in [*recipes, baseline]]
        self._report(told)
        trained = self._trained(recipes[0])
        for kind, found in self._write(recipes[0], trained, told).items():
            self._say(f"  {kind}: {found.named} of {found.asked} named, {found.sure} sure")
        return told

    def _grouping(self) -> Ints:
        found = groups.find(self.found.pictures)
        if self.order.groups:
            names = [example.name for example in self.found.examples]
            found = groups.joined(found, groups.from_manifest(self.order.groups, names))
        self._say(f"{len(found)} pictures in {len(np.unique(found))} groups")
        for file in self.found.rejected:
            self._say(f"  left out: {file.name}: {file.message}")
        return found

    def _of_no_class(self) -> tuple[list[str], list[Pixels]]:
        """Return pictures of no class, by kind: photos where there are some, and drawn ones."""
        files = sorted(self.order.photos.iterdir()) if self.order.photos else []
        photos = [images.read(file, self._limits).rgb for file in files if file.is_file()]
        drawn = negatives.negatives(_DRAWN_TESTS, _DRAWN_TEST_SEED, _DRAWN_TEST_SIDE)
        kinds = ["photos"] * len(photos)
        for number, (kind, _) in enumerate(drawn):
            kept_back = number // len(negatives.KINDS) % 2 == 0
            kinds.append(evaluation.FOR_CALIBRATION if kept_back else f"drawn: {kind}")
        return kinds, [*photos, *(picture for _, picture in drawn)]

    def _recipe(self, method: Method) -> ProbeRecipe | NetworkRecipe:
        classes, plan = self.found.classes, self.order.plan
        if method == "head":
            engine = self._load()
            return ProbeRecipe(
                FeatureCache(engine, self._stages.folder),
                self.found.pictures,
                self.found.labels,
                len(classes),
                engine.backbone,
                ProbePlan(size=preparation.read(self._folder, method).size),
            )
        if method == "network":
            prepare, build = plan.preparation, self._from_nothing()
        else:
            prepare = preparation.read(self._folder, method)
            build = partial(network.tuned, self._folder, classes, all_of_it=method == "full")
        pictures = self._bank(prepare.size)
        return NetworkRecipe(
            method, build, prepare, pictures, self.groups, classes, plan, self._step
        )

    def _bank(self, size: int) -> Bank:
        def make() -> dict[str, Any]:
            pictures, labels = self.found.pictures, self.found.labels
            seed = self.order.seed
            return bank.to_arrays(bank.make(pictures, labels, size, seed, drawn_label=self.rest))

        return bank.from_arrays(self._stages.arrays(f"bank-{size}", make))

    def _from_nothing(self) -> Callable[[int], Any]:
        """Return what builds a network that has seen drawn figures."""
        import torch

        order, plan = self.order, self.order.plan

        def learn() -> dict[str, Any]:
            drawn, names = bank.drawn(order.drawn_pictures, plan.size, order.seed + 1)
            model = network.build(plan, names, order.seed)
            network.train(
                model,
                drawn,
                np.arange(len(drawn.labels)),
                replace(plan, steps=order.drawn_steps, rate=_DRAWN_RATE),
                seed=order.seed,
                prepare=plan.preparation,
                step=self._step,
            )
            return {name: tensor.numpy() for name, tensor in model.state_dict().items()}

        self._say("figures drawn with code")
        start = self._stages.arrays("drawn", learn)
        weights = {name: torch.from_numpy(array) for name, array in start.items()}

        def build(seed: int) -> Any:  # noqa: ANN401 - a class of transformers
            model = network.build(plan, self.found.classes, seed)
            network.continue_with(model, weights)
            return model

        return build

    def _trained(self, recipe: ProbeRecipe | NetworkRecipe) -> Any:  # noqa: ANN401 - as they train
        """Return what a recipe makes of all pictures."""
        everything, seed = np.arange(len(self.found.examples)), self.order.seed
        if isinstance(recipe, ProbeRecipe):
            return recipe.train(everything, seed)
        import torch

        def learn() -> dict[str, Any]:
            state = recipe.train(everything, seed).state_dict()
            return {name: tensor.numpy() for name, tensor in state.items()}

        found = self._stages.arrays(f"{recipe.name}-of-all", learn)
        model = recipe.build(seed)
        model.load_state_dict({name: torch.from_numpy(array) for name, array in found.items()})
        return model

    def _validated(self, recipe: crossvalidation.Recipe) -> Evaluation:
        self._say(recipe.name)
        result = crossvalidation.cross_validate(
            recipe,
            self.found.pictures,
            self.found.labels,
            self.groups,
            classes=self.found.classes,
            folds=self.order.folds,
            repeats=self.order.repeats,
            seed=self.order.seed,
            grouped=self.order.grouped,
            others=self._others,
            once=self._stages.fold,
        )
        told = evaluation.evaluate(
            result,
            self.found.classes,
            other_kinds=self._kinds,
            rest=self.rest,
            knows_rest=isinstance(recipe, NetworkRecipe),
        )
        low, high = told.interval
        self._say(
            f"  balanced accuracy {told.score:.3f} ({low:.3f}-{high:.3f}), "
            f"orientation gap {told.gap:.3f}, "
            f"calibration error {told.before:.3f} -> {told.after:.3f}"
        )
        for warning in told.warnings:
            self._say(f"  {warning}")
        return told

    def _report(self, told: Sequence[Evaluation]) -> None:
        some = self.found.pictures[:: max(1, len(self.found.examples) // _PREVIEWED)]
        report = Report(
            title=f"Classifier: {', '.join(self.found.classes)}",
            examples=self.found.examples,
            rejected=self.found.rejected,
            evaluations=told,
            preview=sheet(some[:_PREVIEWED], self.order.seed, _PREVIEW_SIDE, Augmentation()),
            command=self.order.command,
        )
        write_atomically(self.order.out / "report.html", report.html().encode())

    def _write(
        self,
        recipe: ProbeRecipe | NetworkRecipe,
        trained: Any,  # noqa: ANN401 - a head, or a class of transformers
        told: Sequence[Evaluation],
    ) -> Mapping[str, Alarms]:
        """Write the model and its card; return the false alarms of the model itself."""
        folder, rules = self.order.out / "model", told[0].rules
        folder.mkdir(exist_ok=True)
        if isinstance(recipe, NetworkRecipe):
            network.shift(trained, told[0].shift)
            output.write_network(folder, trained, recipe.prepare, rules)
            engine = recipe.engine(trained)
        else:
            shifted = trained.shifted(told[0].shift)
            head.write(folder, shifted)
            write_rules(folder, rules)
            engine = self._load().with_head(shifted, rules)
        answers = engine.logits(self._others)[None]
        alarms = evaluation.alarms(answers, rules, self._kinds, self.rest)
        about = self.order.about or self._about()
        words = card.write(about, self.order.command, told[0], alarms, *told[1:])
        write_atomically(folder / "README.md", words.encode())
        return alarms

    def _about(self) -> About:
        counts = np.bincount(self.found.labels).tolist()
        pictures = ", ".join(
            f"{count} of “{name}”" for count, name in zip(counts, self.found.classes, strict=True)
        )
        return About(
            title=f"Classifier: {', '.join(self.found.classes)}",
            licence="apache-2.0",
            description="A small image classifier trained on a folder of pictures.",
            data=f"{pictures}, in {len(np.unique(self.groups))} groups of different pictures.",
            limits="It knows what its pictures showed and little else; see the false alarms.",
        )

    def _step(self, number: int, loss: float) -> None:
        if number % _SAID_STEPS == 0:
            seconds = time.monotonic() - self._started
            self._say(f"  step {number}, loss {loss:.3f}, {seconds:.0f} s")


def _engine_of(folder: Path) -> type[ResNetEngine]:
    """Return what runs the network in ``folder``; one that is no SigLIP is taken for a ResNet."""
    try:
        kind = json.loads((folder / "config.json").read_bytes())["model_type"]
    except (OSError, ValueError, LookupError, TypeError):
        kind = ""
    return SiglipEngine if str(kind).startswith("siglip") else ResNetEngine
