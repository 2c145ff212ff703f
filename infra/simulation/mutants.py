#!/usr/bin/env python3
"""Shows that the simulation can fail: takes one safeguard after the other away, and plays histories until a law is
broken. If no law notices, the laws have a hole, and this script fails.

    infra/simulation/mutants.py            all of them
    infra/simulation/mutants.py NAME ...   some of them

shared/domain/src/safeguards.rs lists the safeguards. A build with ORDERLY_MUTANTS set has a switch for each.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIMULATION = ROOT / "target" / "simulation" / "simulation"
# Random histories first, since most safeguards are missed there soon.
PLAYED = (["--runs", "300", "--first"], ["--exhaustive", "--runs", "100", "--first"])


def run(*command, **variables):
    environment = {**os.environ, "RUST_BACKTRACE": "0", **variables}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def build():
    # Cargo knows that the sources read the variable: the next build without it has no switches again.
    built = run("cargo", "build", "--quiet", "--profile", "simulation", "-p", "simulation", ORDERLY_MUTANTS="1")
    if built.returncode:
        sys.exit(built.stderr)


def missed_by(safeguard):
    """The first broken law, and how to see it again; none if no law notices."""
    for arguments in PLAYED:
        played = run(SIMULATION, *arguments, ORDERLY_GONE=safeguard)
        if played.returncode:
            told = [line for line in played.stdout.splitlines() if line.startswith(("BROKEN", "again"))]
            return " | ".join(told[:1] + told[-1:]) or played.stderr[-300:]
    return None


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
        print(f"{safeguard}: {law or 'NO LAW NOTICES'}", flush=True)
        if law is None:
            unnoticed.append(safeguard)
    sys.exit(f"not noticed: {', '.join(unnoticed)}" if unnoticed else 0)


if __name__ == "__main__":
    main()
