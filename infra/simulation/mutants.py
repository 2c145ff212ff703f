#!/usr/bin/env python3
"""Shows that the simulation can fail: takes one safeguard after the other away, and plays histories until a law is
broken. A few guard what no law can see in the books afterwards; a test of the rule notices these. If nothing notices, the laws
have a hole, and this script fails.

    infra/simulation/mutants.py            all of them
    infra/simulation/mutants.py NAME ...   some of them

shared/domain/src/safeguards.rs lists the safeguards. A build with ORDERLY_MUTANTS set has a switch for each.
"""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIMULATION = ROOT / "target" / "simulation" / "simulation"
# Random histories first, since most safeguards are missed there soon.
PLAYED = (["--runs", "300", "--first"], ["--exhaustive", "--runs", "100", "--first"])
TESTED = ["--package", "domain", "--package", "refunds"]


def run(*command, **variables):
    environment = {**os.environ, "RUST_BACKTRACE": "0", **variables}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def build():
    # Cargo knows that the sources read the variable: the next build without it has no switches again.
    for command in (["build", "-p", "simulation"], ["test", "--no-run", *TESTED]):
        built = run("cargo", *command, "--quiet", "--profile", "simulation", ORDERLY_MUTANTS="1")
        if built.returncode:
            sys.exit(built.stderr)


def missed_by(safeguard):
    """The first broken law, and how to see it again, or the tests that fail; none if nothing notices."""
    for arguments in PLAYED:
        played = run(SIMULATION, *arguments, ORDERLY_GONE=safeguard)
        if played.returncode:
            told = [line for line in played.stdout.splitlines() if line.startswith(("BROKEN", "again"))]
            return " | ".join(told[:1] + told[-1:]) or played.stderr[-300:]
    tested = run("cargo", "test", "--quiet", "--profile", "simulation", "--no-fail-fast", *TESTED,
                 ORDERLY_MUTANTS="1", ORDERLY_GONE=safeguard)
    failed = re.findall(r"^test (\S+) \.\.\. FAILED|^    (\S+)$", tested.stdout, re.MULTILINE)
    return "tests fail: " + ", ".join(sorted({one or other for one, other in failed})) if tested.returncode else None


def main():
    build()
    known = run(SIMULATION, "--safeguards").stdout.split()
    wanted = sys.argv[1:] or known
    if unknown := set(wanted) - set(known):
        sys.exit(f"no such safeguard: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if law := missed_by("nothing"):
        sys.exit(f"with all safeguards in place a law is broken, mend that first: {law}")
    unnoticed = []
    for safeguard in wanted:
        law = missed_by(safeguard)
        print(f"{safeguard}: {law or 'NOTHING NOTICES'}", flush=True)
        if law is None:
            unnoticed.append(safeguard)
    sys.exit(f"not noticed: {', '.join(unnoticed)}" if unnoticed else 0)


if __name__ == "__main__":
    main()
