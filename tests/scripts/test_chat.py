"""The chat in a terminal, as a started program with a real terminal in front of it."""

import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest
from tests.conftest import ROOT
from tests.engines import tiny_qwen

SECONDS = 60  # of a start, on a busy machine


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A folder with a base and an adapter of it."""
    folder = tmp_path_factory.mktemp("models")
    base = tiny_qwen.build(folder / "base", context=2048)
    tiny_qwen.build_adapter(base, folder / "pirate")
    return folder


PROMPT = r"> \Z"  # nothing after it: the program waits


class Terminal:
    """A program with a terminal in front of it."""

    def __init__(self, *command):
        self._own, other = pty.openpty()
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *map(str, command)],  # Ctrl-C is the terminal's, and reaches it
            cwd=ROOT,
            stdin=other,
            stdout=other,
            stderr=subprocess.STDOUT,
        )
        os.close(other)
        self.text = ""

    def type(self, text):
        os.write(self._own, text.encode())

    def until(self, pattern):
        """Wait for ``pattern`` in what is new, and return that."""
        end = time.monotonic() + SECONDS
        while not (found := re.search(pattern, self.text)):
            assert time.monotonic() < end, self.text
            if select.select([self._own], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self._own, 4096).decode("utf-8", "replace")
                except OSError:  # the program has ended
                    assert re.search(pattern, self.text), self.text
        before, self.text = self.text[: found.end()], self.text[found.end() :]
        return before

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._own)


@pytest.fixture
def terminal(models):
    opened = Terminal(
        sys.executable, "scripts/chat.py", "--base", models / "base", "--adapter", models / "pirate"
    )
    yield opened
    opened.close()


def test_it_answers_as_base_and_tuned_with_the_seed_that_is_told(terminal):
    assert "adapter: pirate" in terminal.until(PROMPT)
    terminal.type("/seed 5\n")
    terminal.until("Seed: 5")
    replies = []
    for command in ("/adapter pirate", "/off", "/adapter pirate"):
        for typed in (command, "/new"):
            terminal.until(PROMPT)
            terminal.type(f"{typed}\n")
            terminal.until(typed)
        terminal.until(PROMPT)
        terminal.type("Why?\n")
        said = terminal.until(r"\[(pirate|base), seed 5\]")
        replies.append(said.partition("Why?")[2])
    terminal.until(PROMPT)
    terminal.type("/quit\n")

    assert terminal.process.wait(SECONDS) == 0
    assert replies[0] == replies[2] != replies[1]


def test_ctrl_c_stops_the_reply_and_the_conversation_goes_on(terminal):
    for _ in range(20):  # a reply of noise may end before it is stopped
        terminal.until(PROMPT)
        terminal.type("Why?\n")
        terminal.until(r"Why\?\r\n([^\r]|\r\n\[)")  # it may be empty, too
        terminal.type("\x03")
        if "(stopped)" in terminal.until(r"seed \d+\]"):
            break
        # It came to the prompt instead, or between the two, where it does nothing.
        terminal.until(r"leaves\.|(?=> \Z)")
    else:
        pytest.fail("No reply was stopped.")
    terminal.until(PROMPT)
    terminal.type("/adapters\n")

    assert "pirate" in terminal.until("pirate\r\n")
    assert terminal.process.poll() is None


def test_wrong_words_get_a_sentence(terminal, models):
    terminal.until("> ")
    for typed, answer in (
        ("/adapter dragon", "no adapter 'dragon'"),
        ("/what", "/quit"),
        ("x" * 3000, "there is room for"),
    ):
        terminal.type(f"{typed}\n")
        terminal.until(answer)

    done = subprocess.run(
        [sys.executable, "scripts/chat.py", "--base", "no-such-model"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no-such-model" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reply_cannot_command_the_terminal(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import chat

    assert chat.shown("\x1b[2J한\n\x07a") == "?[2J한\n?a"
