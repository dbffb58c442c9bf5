"""Put the Spaces on the Hub, each in one commit, see that they work, and go back if they do not.

    python3 scripts/deploy.py --owner NAME            what would be done, Space by Space
    python3 scripts/deploy.py --owner NAME --apply    do it
    python3 scripts/deploy.py --only ocr --apply      one Space (--only may be given again)
    python3 scripts/deploy.py --combined --apply      all of them as one Space, the gallery
    python3 scripts/deploy.py status                  what is on the Hub, and whether it is this
    python3 scripts/deploy.py logs ocr [--build]      what the Space printed
    python3 scripts/deploy.py rollback ocr --apply    put the version before this one back
    python3 scripts/deploy.py pause|restart|delete ocr

The token comes from HF_TOKEN or from hf auth login, never from an argument. What is unchanged is
left alone. Eight Spaces need a paid plan. A free account may have two, for ZeroGPU: --max-spaces 2
takes the first of the order in which the plan is printed, --combined has all of them in one.

Exit codes: 0 all is as it should be; 1 something here has to be put right; 2 wrong arguments;
3 the token; 4 a paid plan is asked for; 5 somebody else changed a Space; 6 the Hub or the way to
it; 7 a new version does not work, and the one before it is back where there was one.
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

import environment
from deploying import script
from environment import ROOT

if TYPE_CHECKING:
    from deploying.redaction import Redactor

ACTIONS = ("deploy", "status", "logs", "rollback", "pause", "restart", "delete")
_OF_ALL = ("deploy", "status")


def main() -> int:
    """Do what the arguments say."""
    return script.run(_options, _do)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = script.parser("deploy.py", __doc__)
    add = parser.add_argument
    add("action", nargs="?", choices=ACTIONS, default="deploy", help="what to do (deploy)")
    add("slug", nargs="?", help="the Space; deploy and status take --only")
    add("--apply", action="store_true", help="do it, and not only say what would be done")
    add("--owner", help="a person or an organisation on the Hub (the token's own)")
    script.add_choice(parser)
    add("--private", action="store_true", help="new Spaces are private")
    add("--hardware", help="instead of what each space.toml says, as zero-a10g")
    add("--renew-secrets", action="store_true", help="set secrets anew that are already there")
    add("--replace", action="store_true", help="overwrite what somebody else put there")
    add("--to", metavar="COMMIT", help="rollback: the version (the one before this)")
    add("--build", action="store_true", help="logs: of the build")
    add("--timeout", type=float, default=30, metavar="MIN", help="longest wait for a build (30)")
    add("--look", type=float, default=5, metavar="SEC", help="time between two looks at it (5)")
    options = parser.parse_args(arguments)
    if (options.slug is None) != (options.action in _OF_ALL):
        wrong = "takes --only SLUG" if options.slug else "needs the name of a Space"
        parser.error(f"{options.action} {wrong}")
    return options


def _do(options: argparse.Namespace, redactor: Redactor) -> int:
    # Not before: outside the environment, one sentence is better than a traceback.
    from bundling import assembly  # noqa: PLC0415
    from deploying import commands, hub, run  # noqa: PLC0415
    from deploying.record import Records  # noqa: PLC0415
    from deploying.waiting import Pace  # noqa: PLC0415

    pace = Pace(look=options.look, longest=options.timeout * 60)
    records = Records(ROOT / "build" / "deployed")
    if options.slug:
        assembly.known(ROOT, [options.slug])
    looks = options.action in _OF_ALL and not options.apply
    here = hub.connect(options.owner, redactor, looks=looks)
    repository = f"{here.owner}/{options.slug}"
    if options.action == "logs":
        return commands.logs(here, repository, build=options.build)
    if options.action == "rollback":
        return commands.rollback(here, repository, options.to, pace, apply=options.apply)
    if options.slug:
        act = {"pause": commands.pause, "restart": commands.restart, "delete": commands.delete}
        return act[options.action](here, repository)
    slugs = run.chosen(ROOT, options.only, options.max_spaces)
    spaces = run.assembled(ROOT, here.owner, slugs, os.environ, options.hardware)
    if options.action == "status":
        return commands.status(here, spaces, records)
    wish = run.Wish(
        apply=options.apply,
        private=options.private,
        renew=options.renew_secrets,
        replace=options.replace,
    )
    return run.deploy(here, spaces, wish, records, pace)


if __name__ == "__main__":
    environment.run(main)
