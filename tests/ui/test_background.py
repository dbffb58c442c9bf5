"""Work beside a handler: it tells how far it is, and ends when nobody waits."""

import threading

import pytest

from portfolio_core.errors import EmptyText
from portfolio_core.ui.background import Running


def test_the_result_is_there_in_the_end_and_news_before():
    go = threading.Event()

    def work(signal):
        signal.progress(1, 2)
        assert go.wait(30)
        return "done"

    running = Running(work)
    seen = []
    for signal in running:
        seen.append((signal.done, signal.whole))
        if seen[-1] == (1, 2):
            go.set()

    assert running.result == "done"
    assert (1, 2) in seen


def test_what_the_work_raises_is_raised():
    def work(_signal):
        raise EmptyText

    with pytest.raises(EmptyText):
        list(Running(work))


def test_who_leaves_ends_the_work_and_waits_for_that():
    ended = threading.Event()

    def work(signal):
        try:
            while True:
                signal.check()
                threading.Event().wait(0.01)
        finally:
            ended.set()

    steps = iter(Running(work))
    next(steps)

    steps.close()

    assert ended.is_set()
