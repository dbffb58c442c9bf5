"""Folders of pictures: what is read, what is reported, what is refused."""

import shutil

import numpy as np
import pytest
from PIL import Image

from portfolio_core.errors import Cancelled, EmptyClass, SharedPicture, TooFewClasses
from portfolio_core.settings import Limits
from portfolio_core.training import imagefolder


def test_classes_are_the_folders_in_order(picture_folder):
    found = imagefolder.read(picture_folder, Limits())

    assert found.classes == ("blue", "red")
    assert np.bincount(found.labels).tolist() == [12, 12]
    assert found.examples[0].name == "blue/00.png"
    assert found.rejected == ()


def test_three_classes_are_read_as_well(picture_folder):
    (picture_folder / "green").mkdir()
    Image.new("RGB", (20, 20), (0, 200, 0)).save(picture_folder / "green" / "one.png")

    assert imagefolder.read(picture_folder, Limits()).classes == ("blue", "green", "red")


def test_one_class_is_refused(picture_folder):
    shutil.rmtree(picture_folder / "red")

    with pytest.raises(TooFewClasses) as caught:
        imagefolder.read(picture_folder, Limits())

    assert caught.value.fields == {"given": 1}


def test_an_empty_class_is_refused_by_name(picture_folder):
    (picture_folder / "none").mkdir()

    with pytest.raises(EmptyClass, match="none"):
        imagefolder.read(picture_folder, Limits())


def test_a_class_of_files_that_are_no_pictures_counts_as_empty(picture_folder):
    (picture_folder / "words").mkdir()
    (picture_folder / "words" / "a.jpg").write_text("not a picture")

    with pytest.raises(EmptyClass, match="words"):
        imagefolder.read(picture_folder, Limits())


def test_a_text_file_named_jpg_is_reported_and_left_out(picture_folder):
    (picture_folder / "red" / "a.jpg").write_text("not a picture")

    found = imagefolder.read(picture_folder, Limits())

    assert [(r.name, r.code) for r in found.rejected] == [("red/a.jpg", "wrong_file_type")]
    assert len(found.examples) == 24


def test_a_cut_off_picture_is_reported_and_left_out(picture_folder):
    whole = (picture_folder / "red" / "00.png").read_bytes()
    (picture_folder / "red" / "half.png").write_bytes(whole[: len(whole) // 2])

    found = imagefolder.read(picture_folder, Limits())

    assert [(r.name, r.code) for r in found.rejected] == [("red/half.png", "image_unreadable")]


def test_a_second_copy_in_the_same_class_is_reported(picture_folder):
    shutil.copy(picture_folder / "red" / "00.png", picture_folder / "red" / "again.png")

    found = imagefolder.read(picture_folder, Limits())

    assert [(r.name, r.code) for r in found.rejected] == [("red/again.png", "copy")]


def test_the_same_picture_in_two_classes_is_refused_even_in_another_format(picture_folder):
    with Image.open(picture_folder / "red" / "00.png") as image:
        image.save(picture_folder / "blue" / "other.webp", lossless=True)

    with pytest.raises(SharedPicture) as caught:
        imagefolder.read(picture_folder, Limits())

    assert "blue" in caught.value.message
    assert "red" in caught.value.message


def test_hidden_files_and_folders_are_passed_over(picture_folder):
    (picture_folder / ".cache").mkdir()
    (picture_folder / "red" / ".DS_Store").write_text("x")

    found = imagefolder.read(picture_folder, Limits())

    assert found.classes == ("blue", "red")
    assert found.rejected == ()


def test_large_pictures_are_kept_small(picture_folder):
    Image.new("RGB", (2000, 1000), (9, 9, 9)).save(picture_folder / "red" / "large.png")

    found = imagefolder.read(picture_folder, Limits())

    assert max(max(e.rgb.shape) for e in found.examples) == 512


def test_reading_stops_when_it_is_told_to(picture_folder):
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        imagefolder.read(picture_folder, Limits(), stop)
