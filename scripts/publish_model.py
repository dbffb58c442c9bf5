"""Put a model that training made on the Hub, with its card, and pin what was put there.

    python3 scripts/publish_model.py build/lora --to NAME/captain            what would be sent
    python3 scripts/publish_model.py build/lora --to NAME/captain --apply    send it, print its pins
    python3 scripts/publish_model.py ... --apply --pin CAPTAIN               write them, too

An adapter, a head or a whole model: what lies in the folder itself as safetensors, with its
configuration, its card and the pictures of that. The repository then holds exactly this. Pins are
the commit and the sha256 of each file; they go into weights.py, where the catalog takes them from.
The token comes from HF_TOKEN or from hf auth login.
"""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import environment
from deploying import script
from environment import ROOT

if TYPE_CHECKING:
    from deploying.redaction import Redactor

_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def main() -> int:
    """Do what the arguments say."""
    return script.run(_options, _publish)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = script.parser("publish_model.py", __doc__)
    add = parser.add_argument
    add("folder", type=Path, help="what training wrote")
    add("--to", required=True, metavar="OWNER/NAME", help="the repository on the Hub")
    add("--apply", action="store_true", help="do it, and not only say what would be sent")
    add("--public", action="store_true", help="everybody can read a new repository")
    add("--pin", metavar="NAME", help="write the pins into weights.py under this name")
    options = parser.parse_args(arguments)
    if not _REPOSITORY.fullmatch(options.to):
        parser.error(f"--to {options.to}: give it as OWNER/NAME")
    if options.pin and not _NAME.fullmatch(options.pin):
        parser.error(f"--pin {options.pin}: give it a name in capitals, as CAPTAIN")
    return options


def _publish(options: argparse.Namespace, redactor: Redactor) -> int:
    # Not before: outside the environment, one sentence is better than a traceback.
    from deploying import hub, models, tree  # noqa: PLC0415

    files = models.chosen(options.folder)
    models.check(files, os.environ)
    there = hub.connect(None, redactor)
    head, changes = models.compare(there, options.to, files)
    print(f"{options.to}: {('change' if changes else 'unchanged') if head else 'create'}")
    print("\n".join(tree.lines(changes)))
    if not options.apply:
        print("Nothing was sent. Add --apply to do it.")
        return 0
    revision = models.publish(there, options.to, files, private=not options.public, head=head)
    name = options.pin or re.sub(r"\W", "_", options.to.rpartition("/")[2]).upper()
    block = models.pins(name, options.to, revision, files)
    print(block)
    if options.pin:
        models.write_pins(ROOT / "shared" / "portfolio_core" / "weights.py", options.pin, block)
        print(f"Pinned as weights.{options.pin}; name it in catalog.py.")
    return 0


if __name__ == "__main__":
    environment.run(main)
