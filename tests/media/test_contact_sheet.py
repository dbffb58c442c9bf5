"""Pictures side by side on one sheet."""

import numpy as np

from portfolio_core.media.contact_sheet import sheet

RED, BLUE = (200, 20, 20), (20, 20, 200)


def plain(colour, side=64):
    return np.full((side, side, 3), colour, np.uint8)


def areas(made, colour):
    """Return where a colour is: rows and columns, first and last."""
    rows, columns = np.nonzero((made == colour).all(axis=2))
    return rows.min(), rows.max(), columns.min(), columns.max()


def test_pictures_stand_in_their_rows_and_columns():
    made = sheet([[plain(RED), plain(BLUE)]], ["4", "8"], [""])

    red, blue = areas(made, RED), areas(made, BLUE)
    assert red[:2] == blue[:2]
    assert red[1] - red[0] == blue[1] - blue[0] == 63
    assert red[3] < blue[2]


def test_each_label_is_written_above_its_column_and_beside_its_row():
    bare = sheet([[plain(RED)], [plain(BLUE)]], [""], ["", ""])
    labelled = sheet([[plain(RED)], [plain(BLUE)]], ["steps 4"], ["seed 1", "seed 2"])

    assert labelled.shape[0] > bare.shape[0]
    assert labelled.shape[1] > bare.shape[1]
    top, _, left, _ = areas(labelled, RED)
    assert (labelled[:top] < 255).any()
    assert (labelled[top : top + 64, : left - 1] < 255).any()


def test_other_labels_give_another_sheet():
    assert (
        sheet([[plain(RED)]], ["steps 4"], [""]) != sheet([[plain(RED)]], ["steps 8"], [""])
    ).any()


def test_an_empty_place_stays_white():
    made = sheet([[None, plain(BLUE)]], ["4", "8"], [""])

    assert areas(made, BLUE)[2] > 64
    assert not (made == RED).all(axis=2).any()


def test_large_pictures_are_shrunk_and_a_sheet_of_nothing_is_still_one():
    made = sheet([[plain(RED, 1500)] * 4], ["1", "2", "3", "4"], [""])

    assert made.shape[1] < 4 * 540
    assert sheet([[None]], [""], [""]).dtype == np.uint8


def test_a_label_of_a_thousand_characters_is_cut():
    made = sheet([[plain(RED)]], ["4"], ["x" * 1000])

    assert made.shape[1] < 1000
