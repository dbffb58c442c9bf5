"""``python -m portfolio_server keys new``: make an API key."""

import argparse
import sys
from pathlib import Path

from portfolio_server import keys

_FAILED = 1


def main(arguments: list[str]) -> int:
    """Make a key, print it, and keep its checksum; return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        key, line = keys.new(asked.name)
        if asked.file:
            keys.add(line, asked.file)
    except ValueError:
        return _fail("A name is made of letters, digits, dots, dashes and underscores.")
    except OSError as error:
        return _fail(f"{asked.file} cannot be written ({error.strerror}).")
    sys.stdout.write(f"{key}\n")
    kept = f"Its checksum is in {asked.file}." if asked.file else f"PORTFOLIO_API_KEYS={line}"
    sys.stderr.write(f"The key is shown this once. {kept}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m portfolio_server keys", description=__doc__)
    new = parser.add_subparsers(required=True).add_parser("new", help="make a key")
    new.add_argument("name", help="whose it is, as the logs name him")
    new.add_argument("--file", type=Path, help="append its checksum to PORTFOLIO_API_KEYS_FILE")
    return parser


def _fail(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return _FAILED
