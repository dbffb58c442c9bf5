"""Put the Spaces on the Hub, each in one commit, see that they work, and go back if they do not.

    python3 scripts/deploy.py --owner NAME            what would be done, Space by Space
    python3 scripts/deploy.py --owner NAME --apply    do it
    python3 scripts/deploy.py --only ocr --apply      one Space (--only may be given again)
    python3 scripts/deploy.py status                  what is on the Hub, and whether it is this
    python3 scripts/deploy.py logs ocr [--build]      what the Space printed
    python3 scripts/deploy.py rollback ocr --apply    put the version before this one back
    python3 scripts/deploy.py pause|restart|delete ocr

The token comes from HF_TOKEN or from hf auth login, never from an argument. What is unchanged is
left alone. --max-spaces takes the first of the order in which the plan is printed.

Exit codes: 0 all is as it should be; 1 something here has to be put right; 2 wrong arguments;
3 the token; 4 a paid plan is asked for; 5 somebody else changed a Space; 6 the Hub or the way to
it; 7 a new version does not work, and the one before it is back where there was one.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback

import environment
from deploying.redaction import Redactor
from environment import ROOT, Problem

ACTIONS = ("deploy", "status", "logs", "rollback", "pause", "restart", "delete")
_OF_ALL = ("deploy", "status")


def main() -> int:
    """Do what the arguments say; nothing that is printed on the way holds a token."""
    redactor = Redactor()
    with redactor.guarding():
        try:
            return _do(_options(sys.argv[1:]), redactor)
        except Problem as problem:
            print(problem, file=sys.stderr)
            return int(getattr(problem, "code", 1))
        except Exception:  # noqa: BLE001 - what nobody expected is printed without tokens, too
            traceback.print_exc()
            return 1


def _options(arguments: list[str]) -> argparse.Namespace:
    summary = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(
        prog="deploy.py",
        description=summary,
        epilog=(__doc__ or "").partition("\n\n")[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("action", nargs="?", choices=ACTIONS, default="deploy", help="what to do (deploy)")
    add("slug", nargs="?", help="the Space; deploy and status take --only")
    add("--apply", action="store_true", help="do it, and not only say what would be done")
    add("--owner", help="a person or an organisation on the Hub (the token's own)")
    add("--only", action="append", metavar="SLUG", help="this Space; may be given again")
    add("--max-spaces", type=int, metavar="N", help="the first N, in the order of the plan")
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
    environment.require_inside()
    # Not before: outside the environment, one sentence is better than a traceback.
    from deploying import commands, hub, run  # noqa: PLC0415
    from deploying.record import Records  # noqa: PLC0415
    from deploying.waiting import Pace  # noqa: PLC0415

    pace = Pace(look=options.look, longest=options.timeout * 60)
    records = Records(ROOT / "build" / "deployed")
    if options.slug:
        run.known(ROOT, [options.slug])
    here = hub.connect(options.owner, redactor)
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
