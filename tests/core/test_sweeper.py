"""Temporary files go by age and by size, and nothing else does."""

import os
import time

import pytest

from portfolio_core import sweeper, temporary
from portfolio_core.errors import BadSetting
from portfolio_core.settings import Limits, Settings
from portfolio_core.sweeper import sweep

HOUR = 3600


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "page"
    (folder / "abc").mkdir(parents=True)
    return folder


def write(path, size=1):
    path.write_bytes(b"x" * size)
    return path


def swept(folder, *, later=0.0, kept=(), **limits):
    return sweep([folder], set(kept), Limits(**limits), time.time() + later)


def wait_until(true):
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


class TestAge:
    def test_a_file_goes_when_it_is_old_enough_and_not_before(self, folder):
        file = write(folder / "abc" / "sound.wav")

        assert swept(folder, later=HOUR - 10) == 0
        assert swept(folder, later=HOUR + 10) == 1
        assert not file.exists()

    def test_a_copy_of_an_old_file_is_as_young_as_its_arrival(self, folder):
        file = write(folder / "abc" / "example.png")
        os.utime(file, (0, 0))

        assert swept(folder) == 0

    def test_a_file_of_the_page_itself_stays(self, folder):
        file = write(folder / "abc" / "example.png")

        assert swept(folder, later=2 * HOUR, kept=[file], temp_bytes=1) == 0

    def test_its_empty_folder_goes_too(self, folder):
        write(folder / "abc" / "sound.wav")

        swept(folder, later=2 * HOUR)

        assert folder.exists()
        assert not (folder / "abc").exists()


class TestSize:
    def test_the_oldest_go_first_and_only_as_many_as_needed(self, folder):
        files = []
        for number in range(4):
            files.append(write(folder / "abc" / str(number), 100))
            time.sleep(0.02)  # a file system tells times apart that far

        assert swept(folder, temp_bytes=250) == 2
        assert [file.exists() for file in files] == [False, False, True, True]


class TestLinks:
    def test_a_link_is_neither_followed_nor_counted(self, folder, tmp_path):
        outside = tmp_path / "outside"
        outside.mkdir()
        private = write(outside / "private.txt", 500)
        (folder / "file").symlink_to(private)
        (folder / "folder").symlink_to(outside)

        assert swept(folder, later=2 * HOUR, temp_bytes=1) == 0
        assert private.exists()

    def test_a_folder_that_is_a_link_is_left_alone(self, folder, tmp_path):
        file = write(folder / "abc" / "sound.wav")
        link = tmp_path / "link"
        link.symlink_to(folder)

        assert swept(link, later=2 * HOUR) == 0
        assert file.exists()


class TestBrokenOffUploads:
    def test_what_they_left_goes_after_ten_minutes(self, folder):
        left, placed = write(folder / "tmpab12cd34"), write(folder / "abc" / "tmpab12cd34")

        assert swept(folder, later=590) == 0
        assert swept(folder, later=610) == 1
        assert not left.exists()
        assert placed.exists()


class TestInTheBackground:
    def test_a_short_age_is_kept_to_and_the_end_ends_it(self, folder):
        limits = Limits(temp_age_seconds=0.1)

        with sweeper.sweeping([folder], set, limits):
            file = write(folder / "abc" / "sound.wav")
            wait_until(lambda: not file.exists())
        time.sleep(0.3)
        file = write(folder / "late.wav")
        time.sleep(0.5)

        assert file.exists()

    def test_a_round_that_fails_is_not_the_last(self, folder, monkeypatch):
        rounds = []

        def fail(*_):
            rounds.append(1)
            raise RuntimeError

        monkeypatch.setattr(sweeper, "sweep", fail)
        with sweeper.sweeping([folder], set, Limits(temp_age_seconds=0.01)):
            wait_until(lambda: len(rounds) > 1)


class TestFolder:
    def claim(self, folder):
        return temporary.claim(Settings(temp_dir=folder)).temp_dir

    def test_one_that_was_open_to_others_is_closed(self, folder):
        folder.chmod(0o755)

        assert self.claim(folder) == folder.resolve()
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_one_that_is_for_everybody_is_refused_and_stays_as_it_is(self, folder):
        folder.chmod(0o1777)

        with pytest.raises(BadSetting, match="a folder of its own"):
            self.claim(folder)
        assert folder.stat().st_mode & 0o7777 == 0o1777
