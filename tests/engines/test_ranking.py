"""Many pictures ranked: what could not be had is told, the rest is in order, and it ends early."""

import csv
import io
import threading

import numpy as np
import pytest

from portfolio_core.engines.classification import Rules, heatmap, ranking
from portfolio_core.engines.classification.ranking import Reading, Source
from portfolio_core.errors import NoFile, TooManyFiles, UnknownChoice, UrlFailed
from portfolio_core.media import images, urls
from portfolio_core.media.images import Picture
from portfolio_core.settings import Limits

RULES = Rules(("dark", "light"), 1.0, (0.6, 0.6))
LIMITS = Limits()


class Brightness:
    """An engine that says how light a picture is."""

    rules = RULES
    asked = 0

    def classify(self, pictures, check=lambda: None):
        check()
        self.asked += 1
        light = np.asarray([picture.mean() / 255 for picture in pictures], "f4")
        return np.stack([1 - light, light], 1)


def grey(level):
    return np.full((24, 32, 3), level, np.uint8)


def ranked(sources, label=1, engine=None):
    reading = Reading(sources, LIMITS)
    for _ in reading.read():
        pass
    answers = list(reading.answer(engine or Brightness()))
    return reading.ranking(answers, RULES, label, lambda pictures: np.arange(len(pictures)))


@pytest.fixture
def web(monkeypatch):
    """Addresses that end in a number give a grey picture of that level; others fail."""

    def fetch(url, _limits):
        level = url.rpartition("/")[2]
        if not level.isdigit():
            raise UrlFailed
        return Picture(grey(int(level)), "png")

    monkeypatch.setattr(urls, "fetch_picture", fetch)


def test_ten_addresses_give_the_first_to_the_tenth(web):
    levels = [120, 10, 250, 60, 90, 200, 30, 150, 180, 220]
    lines = "\n".join(f"https://example.org/{level}" for level in levels)

    result = ranked(ranking.sources([], lines, LIMITS))

    assert [int(one.name.rpartition("/")[2]) for one in result.seen] == sorted(levels)[::-1]
    assert result.seen[0].probabilities[1] == pytest.approx(250 / 255)
    assert [one.verdict for one in result.seen][:1] == [1]
    assert result.seen[4].verdict is None  # 150 of 255 is too little to say light
    assert result.failed == []


def test_what_fails_is_told_and_the_rest_is_ranked(web, tmp_path):
    (tmp_path / "a.png").write_bytes(images.png_bytes(grey(40)))
    (tmp_path / "b.jpg").write_bytes(b"text")
    files = [Source("a.png", tmp_path / "a.png"), Source("b.jpg", tmp_path / "b.jpg")]

    result = ranked(ranking.sources(files, "https://example.org/no\nhttps://example.org/9", LIMITS))

    assert [one.name for one in result.seen] == ["a.png", "https://example.org/9"]
    assert [(one.name, one.error.code) for one in result.failed] == [
        ("b.jpg", "wrong_file_type"),
        ("https://example.org/no", "url_failed"),
    ]


def test_the_table_has_every_line_and_no_formula(web):
    result = ranked([Source("https://example.org/7"), Source("=cmd()")])

    rows = list(csv.DictReader(io.StringIO(result.table().decode("utf-8-sig"))))

    assert rows[0]["verdict"] == "dark"
    assert rows[0]["light"] == f"{7 / 255:.4f}"
    assert rows[1] == {
        "rank": "", "name": "'=cmd()", "verdict": "", "dark": "", "light": "", "group": "",
        "error": "url_failed",
    }  # fmt: skip


def test_an_address_given_twice_is_fetched_once():
    assert len(ranking.sources([], " https://a.b/c \nhttps://a.b/c\n\n", LIMITS)) == 1


def test_nothing_and_too_much_are_refused():
    with pytest.raises(NoFile):
        ranking.sources([], "\n \n", LIMITS)
    with pytest.raises(TooManyFiles):
        ranking.sources([Source("a")] * 40, "\n".join(map(str, range(11))), LIMITS)


def test_a_class_is_named_or_the_favourite():
    assert ranking.label_of(RULES, "", "light") == 1
    assert ranking.label_of(RULES, "", "nobody") == 0
    assert ranking.label_of(RULES, "dark", "light") == 0
    with pytest.raises(UnknownChoice):
        ranking.label_of(RULES, "nobody", "light")


def test_a_caller_who_leaves_does_not_wait_for_the_fetches(monkeypatch):
    going_on = threading.Event()
    started = []

    def fetch(url, _limits):
        started.append(url)
        going_on.wait(60)
        return Picture(grey(1), "png")

    monkeypatch.setattr(urls, "fetch_picture", fetch)
    reading = Reading([Source(str(n)) for n in range(20)], LIMITS)
    steps = reading.read()
    next(steps)
    steps.close()
    going_on.set()

    assert len(started) < 20


def test_a_picture_is_shrunk_as_it_comes(tmp_path):
    (tmp_path / "large.png").write_bytes(images.png_bytes(np.zeros((900, 1800, 3), np.uint8)))
    reading = Reading([Source("large.png", tmp_path / "large.png")], LIMITS)
    list(reading.read())

    assert reading.pictures[0][1].shape == (256, 512, 3)


def test_heat_brightens_where_it_is_and_calms_the_rest():
    picture = np.full((20, 20, 3), (200, 60, 60), np.uint8)
    heat = np.zeros((20, 20), "f4")
    heat[:10] = 1

    seen = heatmap.over(picture, heat)

    assert seen[:10].mean() > 1.5 * seen[10:].mean()
    spread = np.ptp(seen[15, 15].astype(int))
    assert spread < np.ptp(picture[15, 15].astype(int)) / 2  # nearly grey
