"""Engines that name pictures: the real classes on a tiny random ResNet, and what they refuse."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import AutoImageProcessor, ResNetConfig, ResNetForImageClassification

from portfolio_core.engines import classification
from portfolio_core.engines.classification import Rules, head, preparation
from portfolio_core.engines.classification.head import Head
from portfolio_core.engines.classification.preparation import Preparation
from portfolio_core.engines.classification.resnet import ResNetEngine
from portfolio_core.errors import Cancelled, EngineFailed, HubUnreachable
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
CLASSES = ("cat", "dog", "bird")
RULES = Rules(CLASSES, 2.0, (0.5, 0.6, 0.7), 8)
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}


def pictures(count, seed=0, shape=(50, 70)):
    random = np.random.default_rng(seed)
    return list(random.integers(0, 256, (count, *shape, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A ResNet of random weights with the preparation of the ones on the Hub."""
    folder = tmp_path_factory.mktemp("resnet")
    torch.manual_seed(0)
    config = ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        id2label=dict(enumerate(CLASSES)),
        label2id={name: index for index, name in enumerate(CLASSES)},
    )
    model = ResNetForImageClassification(config)
    torch.nn.init.normal_(model.classifier[1].weight, std=3)
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):  # as a trained one: no two channels alike
            for values in (part.running_mean, part.weight.data, part.bias.data):
                values.add_(torch.randn_like(values) / 5)
            part.running_var.uniform_(0.5, 2)
    model.save_pretrained(folder)
    described = {"crop_pct": 0.875, "size": 64, "resample": 3, **IMAGENET}
    described["feature_extractor_type"] = "ConvNextFeatureExtractor"  # as on the Hub, and old
    (folder / "preprocessor_config.json").write_text(json.dumps(described))
    return folder


@pytest.fixture
def own(folder, tmp_path):
    """A copy of the folder that a test may spoil."""
    return shutil.copytree(folder, tmp_path / "own")


@pytest.fixture(scope="module")
def engine(folder):
    found = ResNetEngine.load(folder, MACHINE)
    found.rules = RULES
    return found


def test_probabilities_are_one_row_for_each_picture_and_sum_to_one(engine):
    probabilities = engine.classify(pictures(5))

    assert probabilities.shape == (5, 3)
    assert probabilities.dtype == np.float32
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 70])
def test_batches_of_any_length_answer_as_one_by_one(engine, count):
    asked = [p[: 20 + i % 30, : 25 + i % 40] for i, p in enumerate(pictures(count))]

    together = engine.classify(asked)

    alone = [engine.classify([picture])[0] for picture in asked]
    assert together.shape == (count, 3)
    assert np.allclose(together, np.reshape(alone, (count, 3)), atol=1e-4)


def test_it_answers_as_the_librarys_own_processor_and_model_do(folder):
    """With the plain rules of a folder that brings none: one look, its own classes."""
    asked = pictures(3, shape=(64, 64))
    engine = ResNetEngine.load(folder, MACHINE)
    exact = replace(engine._prepare, share=1.0)
    engine._prepare = exact
    processor = AutoImageProcessor.from_pretrained(
        folder, backend="pil", do_resize=False, use_fast=False
    )
    model = ResNetForImageClassification.from_pretrained(folder).eval()

    with torch.inference_mode():
        inputs = processor(images=asked, return_tensors="pt")
        expected = model(**inputs).logits.softmax(-1).numpy()

    assert engine.rules == Rules(CLASSES, 1.0, (0.5, 0.5, 0.5), 1)
    assert engine.classify(asked) == pytest.approx(expected, abs=1e-4)


def test_the_cut_is_the_middle_that_the_librarys_processor_takes(folder):
    """Resizing and cutting in one step: the same pixels but for the filter's rim."""
    ramp = np.linspace(0, 255, 128 * 96 * 3).reshape(96, 128, 3).astype(np.uint8)
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")

    ours = preparation.read(folder, "m")([ramp])
    theirs = processor(images=[ramp], return_tensors="np")["pixel_values"]

    assert ours.shape == theirs.shape == (1, 3, 64, 64)
    assert np.abs(ours - theirs).mean() < 0.05


def test_a_turned_or_mirrored_picture_gets_the_same_answer_when_all_turns_are_averaged(engine):
    (square,) = pictures(1, shape=(64, 64))
    turns = [np.rot90(square, k) for k in range(4)]

    averaged = engine.classify([*turns, *(np.fliplr(p) for p in turns)])

    # resizing a quarter turned picture rounds its pixels otherwise, here and there by one
    assert np.abs(averaged - averaged[0]).max() < 0.02


def test_without_averaging_it_would_not(folder):
    """The twin: the same network with one look."""
    (square,) = pictures(1, shape=(64, 64))
    engine = ResNetEngine.load(folder, MACHINE)

    single = engine.classify([np.rot90(square, k) for k in range(4)])

    assert np.abs(single - single[0]).max() > 0.05


def test_a_thin_picture_costs_no_more_than_another(engine):
    long = np.zeros((1, 8192, 3), np.uint8)

    assert engine.classify([long, long.transpose(1, 0, 2)]).shape == (2, 3)


def test_a_higher_temperature_is_less_sure_and_names_the_same(engine):
    asked = pictures(4)
    warm = engine.classify(asked)
    engine.rules = replace(RULES, temperature=10.0)
    hot = engine.classify(asked)
    engine.rules = RULES

    assert (hot.max(axis=1) < warm.max(axis=1)).all()
    assert np.array_equal(hot.argmax(axis=1), warm.argmax(axis=1))


def test_below_its_threshold_a_class_is_not_named():
    assert RULES.verdict(np.asarray([0.55, 0.3, 0.15], "f4")) == 0
    assert RULES.verdict(np.asarray([0.3, 0.55, 0.15], "f4")) is None
    assert RULES.verdict(np.asarray([0.1, 0.1, 0.8], "f4")) == 2


def test_it_stops_between_batches(engine):
    calls = []

    def stop():
        calls.append(1)
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.classify(pictures(70), stop)

    assert len(calls) == 3


class TestExplaining:
    def test_the_map_has_the_size_of_the_picture_and_runs_from_0_to_1(self, engine):
        (picture,) = pictures(1)

        seen = engine.explain(picture)

        assert seen.shape == picture.shape[:2]
        assert seen.dtype == np.float32
        assert 0 <= seen.min() <= seen.max() <= 1

    def test_it_shows_the_one_place_that_matters(self):
        """A network that sees only how bright the lower right corner is."""
        from portfolio_core.engines.classification.occlusion import heat

        def logits(batch):
            corner = batch[:, :, 48:, 48:].mean(axis=(1, 2, 3))
            return np.stack([np.zeros_like(corner), corner * 10], axis=1)

        picture = np.zeros((3, 64, 64), np.float32)
        picture[:, 48:, 48:] = 1

        seen = heat(logits, picture, None, (64, 64))

        assert seen[60, 60] > 0.9
        assert seen[:32, :32].max() < 0.05
        assert heat(logits, picture, 0, (64, 64)).max() == 0


class TestHead:
    def make(self, engine):
        random = np.random.default_rng(0)
        weight = random.normal(0, 1, (2, 16)).astype(np.float32)
        return Head(weight, np.zeros(2, "f4"), engine.backbone)

    def test_a_head_is_the_same_after_a_file_and_gives_the_network_other_classes(
        self, engine, tmp_path
    ):
        rules = Rules(("yes", "no"), 1.0, (0.5, 0.5), 8)
        head.write(tmp_path, self.make(engine))
        classification.write_rules(tmp_path, rules)
        found = head.read(tmp_path)

        taught = engine.with_head(found, classification.read_rules(tmp_path, "m"))

        expected = classification.softmax(found(engine.features(pictures(3))))
        assert taught.classify(pictures(3)) == pytest.approx(expected, abs=1e-5)
        assert taught.rules.classes == ("yes", "no")
        assert taught.revision != engine.revision
        assert engine.rules.classes == CLASSES

    def test_a_head_for_another_network_is_refused(self, engine):
        other = replace(self.make(engine), backbone="resnet-18@0123")

        with pytest.raises(EngineFailed):
            engine.with_head(other, Rules(("yes", "no"), 1.0, (0.5, 0.5)))

    def test_a_head_for_another_number_of_classes_is_refused(self, engine):
        with pytest.raises(EngineFailed):
            engine.with_head(self.make(engine), RULES)

    @pytest.mark.parametrize("content", [b"", b"{}", b"\x80\x04cos\nsystem\n", b"x" * 500])
    def test_a_damaged_file_is_refused(self, tmp_path, content):
        (tmp_path / head.FILE).write_bytes(content)

        with pytest.raises(EngineFailed):
            head.read(tmp_path)


class TestFolder:
    def test_without_a_folder_the_weights_are_missed(self):
        with pytest.raises(HubUnreachable):
            ResNetEngine.load(None, MACHINE)

    @pytest.mark.parametrize(
        "name", ["model.safetensors", "config.json", "preprocessor_config.json"]
    )
    @pytest.mark.parametrize("content", [None, b"", b"[]", b"not what it should be"])
    def test_a_missing_or_damaged_file_is_an_engine_that_failed(self, own, name, content):
        (own / name).unlink()
        if content is not None:
            (own / name).write_bytes(content)

        with pytest.raises(EngineFailed):
            ResNetEngine.load(own, MACHINE)

    @pytest.mark.parametrize(
        "spoilt",
        [
            {"classes": ["a", "b"]},
            {"temperature": 0},
            {"temperature": "warm"},
            {"thresholds": [0.5]},
            {"turns": None},
        ],
    )
    def test_rules_that_do_not_fit_are_an_engine_that_failed(self, own, spoilt):
        classification.write_rules(own, RULES)
        file = own / classification.RULES_FILE
        file.write_text(json.dumps(json.loads(file.read_text()) | spoilt))

        with pytest.raises(EngineFailed):
            ResNetEngine.load(own, MACHINE)

    def test_a_pickled_model_is_not_read(self, own):
        model = ResNetForImageClassification.from_pretrained(own)
        (own / "model.safetensors").unlink()
        torch.save(model.state_dict(), own / "pytorch_model.bin")

        with pytest.raises(EngineFailed):
            ResNetEngine.load(own, MACHINE)


@pytest.mark.parametrize("share", [None, 0.875])
def test_a_preparation_is_the_same_after_a_file(tmp_path, share):
    made = Preparation(96, share, (0.5, 0.4, 0.3), (0.2, 0.3, 0.4))
    (tmp_path / preparation.CONFIG_FILE).write_text(json.dumps(preparation.config(made)))

    assert preparation.read(tmp_path, "m") == made
