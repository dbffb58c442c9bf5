"""What the tests of media share."""

import pytest


@pytest.fixture
def file(tmp_path):
    """Write a document to disk and return its path."""

    def write(content, name="file.pdf"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
