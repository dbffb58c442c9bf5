"""What the scripts that talk to the Hub have in common. Needs nothing but Python itself."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable

import environment
from deploying.redaction import Redactor
from environment import Problem

GALLERY = "gallery"
"""Name of the Space that holds all of them."""


def parser(program: str, told: str | None) -> argparse.ArgumentParser:
    """Return what reads the arguments of a script and shows all of what it tells of itself."""
    summary, _, rest = (told or "").partition("\n\n")
    return argparse.ArgumentParser(
        prog=program,
        description=summary,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_choice(reader: argparse.ArgumentParser) -> None:
    """Let a script be told which Spaces are meant, as ``only`` and ``max_spaces``."""
    add = reader.add_mutually_exclusive_group().add_argument
    add("--only", action="append", metavar="SLUG", help="this Space; may be given again")
    add("--max-spaces", type=int, metavar="N", help="the first N, in the order of the plan")
    add(
        "--combined",
        dest="only",
        action="append_const",
        const=GALLERY,
        help="all of them as one Space, the gallery",
    )


def run(
    read: Callable[[list[str]], argparse.Namespace],
    do: Callable[[argparse.Namespace, Redactor], int],
) -> int:
    """Read the arguments and do what they say; nothing that is printed meanwhile holds a token.

    Returns:
        The exit code: that of a Problem where one says its own, else 1 for it.
    """
    redactor = Redactor()
    with redactor.guarding():
        try:
            options = read(sys.argv[1:])
            environment.require_inside(make=True)
            return do(options, redactor)
        except Problem as problem:
            print(problem, file=sys.stderr)
            return int(getattr(problem, "code", 1))
        except Exception:  # noqa: BLE001 - what nobody expected is printed without tokens, too
            traceback.print_exc()
            return 1
