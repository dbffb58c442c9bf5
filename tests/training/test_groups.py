"""Groups: the same picture in any turn is one group, and others are not."""

import json

import numpy as np
import pytest
from PIL import Image, ImageFilter

from portfolio_core.media.images import jpeg_bytes, read
from portfolio_core.settings import Limits
from portfolio_core.training import groups
from portfolio_core.training.augment import TURNS, turned
from portfolio_core.training.negatives import negatives


@pytest.fixture(scope="module")
def pictures():
    return [picture for _, picture in negatives(24, 5, 96)]


def test_different_pictures_are_groups_of_their_own(pictures):
    assert groups.find(pictures).tolist() == list(range(24))


@pytest.mark.parametrize("turn", range(TURNS))
def test_every_turn_of_a_picture_is_of_its_group(pictures, turn):
    found = groups.find([*pictures, *(turned(p, turn) for p in pictures)])

    assert found[24:].tolist() == found[:24].tolist()


def test_a_compressed_smaller_and_softer_copy_is_of_its_group(pictures):
    picture = pictures[1]
    soft = Image.fromarray(picture).resize((64, 64)).filter(ImageFilter.GaussianBlur(1))
    copy = read(jpeg_bytes(np.asarray(soft), 60), Limits()).rgb

    assert len(set(groups.find([*pictures, copy]).tolist())) == 24


def test_groups_reach_over_a_chain():
    first, second = np.asarray([0, 0, 1, 2]), np.asarray([5, 6, 6, 7])

    assert groups.joined(first, second).tolist() == [0, 0, 0, 1]


def test_a_manifest_gives_groups_and_other_pictures_stand_alone(tmp_path):
    file = tmp_path / "manifest.jsonl"
    rows = [{"file": "a/1.jpg", "group": 3}, {"file": "a/2.jpg", "group": 3}]
    file.write_text("\n".join(json.dumps(row) for row in rows))

    found = groups.from_manifest(file, ["a/1.jpg", "b/9.jpg", "a/2.jpg", "b/8.jpg"])

    assert found[0] == found[2]
    assert len(set(found.tolist())) == 3


def test_no_pictures_have_no_groups():
    assert groups.find([]).shape == (0,)
