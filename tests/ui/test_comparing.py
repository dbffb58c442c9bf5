"""A comparison over one parameter becomes columns."""

import pytest

from portfolio_core.errors import NothingToCompare, TooManyPictures, UnknownChoice
from portfolio_core.ui.comparing import Column, columns


def changes(parameter, values, count=1, most=12):
    return [one.changes[parameter] for one in columns(parameter, values, count=count, most=most)]


def test_without_a_parameter_there_is_one_column_that_changes_nothing():
    assert columns("", "4, 8", count=1, most=12) == (Column(),)


@pytest.mark.parametrize(
    ("parameter", "values", "meant"),
    [
        ("steps", "4, 8,16", [4, 8, 16]),
        ("guidance", "1; 4.5\n7", [1, 4.5, 7]),
        ("scheduler", "euler, ddim", ["euler", "ddim"]),
        ("scheduler", "DPM++ 2M, unipc", ["dpmpp-2m", "unipc"]),
        ("seed", "-1, 7", [-1, 7]),
        ("refine_from", "none, 0.8", [None, 0.8]),
        ("refine_from", "Base,1", [None, 1]),
        ("steps", "4, 4, ,8,", [4, 8]),
        ("steps", "four, nan, 1e999", ["four", "nan", float("inf")]),
    ],
)
def test_values_are_read_as_they_are_meant(parameter, values, meant):
    assert [str(one) for one in changes(parameter, values)] == [str(one) for one in meant]


@pytest.mark.parametrize("values", ["", " , ;\n", None, 8, ["4", "8"], {"4": 8}])
def test_without_values_it_says_so(values):
    with pytest.raises(NothingToCompare, match="steps"):
        columns("steps", values, count=1, most=12)


@pytest.mark.parametrize("parameter", ["prompt", "width", 3, ["steps"], {"a": 1}])
def test_what_cannot_be_compared_is_refused(parameter):
    with pytest.raises(UnknownChoice, match="guidance"):
        columns(parameter, "1, 2", count=1, most=12)


def test_pictures_of_all_columns_are_counted_together():
    assert len(columns("steps", "1,2,3", count=4, most=12)) == 3
    with pytest.raises(TooManyPictures, match="16 pictures; the limit is 12"):
        columns("steps", "1,2,3,4", count=4, most=12)
    with pytest.raises(TooManyPictures):
        columns("", "", count=13, most=12)


def test_a_million_values_are_refused_before_they_are_read():
    with pytest.raises(TooManyPictures):
        columns("seed", ",".join(map(str, range(1_000_000))), count=1, most=12)
