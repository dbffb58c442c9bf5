"""The package as a library: what the README shows, with real documents and a real model."""

import subprocess
import sys

from tests.conftest import ROOT

# Ten lines that stand in the README.
LINES = """\
from pathlib import Path
from portfolio_core import hardware, settings
from portfolio_core.engines.embeddings.minilm import MiniLmEngine
from portfolio_core.engines.rag import indexing, retrieval
from portfolio_core.media import documents
here = settings.current()
embedder = MiniLmEngine.load(None, hardware.detect(here))
document = documents.read(Path("CONTRIBUTING.md"), here.limits)
index, report = indexing.indexed(document, embedder, here.limits)
print(retrieval.search(index, embedder, "Where are limits checked?").hits[0].passage.text)
"""


def test_ten_lines_answer_a_question_about_a_file():
    assert len(LINES.splitlines()) == 10

    done = subprocess.run(
        [sys.executable, "-c", LINES], capture_output=True, text=True, cwd=ROOT, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Limits stand in `settings.py`" in done.stdout
