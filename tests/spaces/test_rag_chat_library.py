"""The lines of the Space's README that use it as a library."""

import re
import subprocess

from tests.conftest import ROOT

SPACE = ROOT / "spaces" / "rag-chat"


def test_the_lines_of_the_readme_answer_a_question(python, tmp_path):
    readme = (SPACE / "README.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    sample = (SPACE / "examples" / "library-handbook-en.pdf").read_bytes()
    (tmp_path / "handbook.pdf").write_bytes(sample)

    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Wednesday at 4 pm" in done.stdout
    assert "[1]" in done.stdout
