"""The whole gate: install what it needs, then every check and every test.

    python3 scripts/test.py                    what has to pass before a commit
    python3 scripts/test.py --full             repeated trials as often as they are stated
    python3 scripts/test.py tests/scripts -x   other arguments go to pytest

Where a browser or node is missing and cannot be installed, their tests are skipped with a
sentence; with CI=true in the environment they fail.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time

import debian
import environment
from environment import ROOT

_APT_SECONDS = 900
# Pages, servers and browsers wait for each other: one row of tests keeps one core half busy.
# A file's tests stay in one row, which starts their servers once.
_IN_TWO_ROWS = ["--numprocesses=2", "--dist=loadfile"]


def main() -> int:
    """Run the gate to its end, also when the checks fail: both reports are wanted."""
    arguments = sys.argv[1:]
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
        return 0
    start = time.monotonic()
    python = str(environment.ensure([*environment.spaces(), "server", "ray", "test"]))
    _install_debian_packages()
    _install_npm_client()
    checks = subprocess.run([python, str(ROOT / "scripts" / "check.py")], check=False).returncode
    # -P: the folder spaces/ must not stand for the package of that name.
    rows = [] if "--full" in arguments else _IN_TWO_ROWS  # loads are measured alone
    command = [python, "-P", "-m", "pytest", *rows, *arguments]
    tests = subprocess.run(command, cwd=ROOT, check=False)
    word = "failed" if checks or tests.returncode else "passed"
    print(f"The gate {word} after {time.monotonic() - start:.0f} s.")
    return tests.returncode or checks


def _install_debian_packages() -> None:
    """Install a browser, a Korean font and what Spaces name, where that needs no password."""
    missing = debian.missing(ROOT)
    if shutil.which("chromium") is None:
        missing.append("chromium")
    if not _says_something("fc-list", ":lang=ko"):
        missing.append("fonts-nanum")
    if not missing or shutil.which("apt-get") is None:
        return
    if os.geteuid() == 0:
        root = []
    elif _says_something("sudo", "-n", "id"):
        root = ["sudo", "-n"]
    else:
        print(f"Without root rights; for all tests: sudo apt-get install {' '.join(missing)}")
        return
    print(f"Installing Debian's {', '.join(missing)}.", flush=True)
    options = ["-qq", "-o", "DPkg::Lock::Timeout=300"]
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = ["install", "-y", "--no-install-recommends", *missing]
    for action in (["update"], install):
        if not _succeeds([*root, *quiet, "apt-get", *options, *action], _APT_SECONDS):
            print(f"apt-get {action[0]} failed; install {', '.join(missing)} yourself.")
            return


def _install_npm_client() -> None:
    """Run ``npm ci`` in tests/, unless what the lock names is there."""
    folder = ROOT / "tests"
    stamp = folder / "node_modules" / ".portfolio"
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if shutil.which("npm") is None or (stamp.exists() and stamp.read_text("utf-8") == wanted):
        return
    print("Installing the npm client.", flush=True)
    if _succeeds(["npm", "ci", "--prefix", str(folder), "--loglevel=error"], _APT_SECONDS):
        stamp.write_text(wanted, "utf-8")
    else:
        print("npm ci in tests/ failed; the tests that need it will say so.")


def _says_something(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and bool(done.stdout.strip())


def _succeeds(command: list[str], seconds: float) -> bool:
    """Run ``command``; its output is shown only when it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=ROOT / "tests",
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error)
        return False
    if done.returncode != 0:
        print(done.stdout, done.stderr, sep="\n")
    return done.returncode == 0


if __name__ == "__main__":
    environment.run(main)
