#!/usr/bin/env python3
"""Shows that the simulation can fail: removes one safeguard after the other from a copy of the sources, and plays
histories until a law is broken. A safeguard that nobody misses is a hole in the laws, and fails this script.

    tests/simulation/mutants.py            all of them (about half an hour on two cores)
    tests/simulation/mutants.py NAME ...   some of them
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "target" / "mutants"
# Dependencies are the same, and need not be built again.
TARGET = ROOT / "target"

# Name, file, what stands there (once), and what stands there without the safeguard.
SAFEGUARDS = [
    ("version-check", "shared/src/store/write.rs", '("#v = :v"', '("(#v = :v OR attribute_exists(#v))"'),
    ("no-overwriting", "shared/src/store/write.rs", '"attribute_not_exists(#k)"', '"(attribute_not_exists(#k) OR attribute_exists(#k))"'),
    ("available-condition", "shared/src/store/write.rs", "if change < 0 {", 'if change < 0 && bucket != "available" {'),
    ("collision-is-no-success", "shared/src/store/write.rs", "Outcome::Collided => pause(attempt).await,", "Outcome::Collided => { pause(attempt).await; return Ok(self.owed) }"),
    ("unprocessed-keys", "shared/src/store/mod.rs", "answer.unprocessed_keys.unwrap_or_default()", "answer.unprocessed_keys.filter(|_| false).unwrap_or_default()"),
    ("partial-failure-report", "shared/src/queue/batch.rs", "failed.extend(outcomes);", "drop(outcomes);"),
    ("stock-moves-with-order", "functions/order-intake/src/place.rs", "    write.stock(&difference(&[], &head.stock));\n", ""),
    ("refund-idempotency-key", "functions/refunds/src/stripe.rs", '\n            .header("Idempotency-Key", request.idempotency_key());', ";"),
    ("refund-cap", "shared/src/domain/ledger.rs", "let part = left.min(refundable);", "let part = left; let _ = refundable;"),
    ("email-owed-condition", "functions/email-confirmation/src/lib.rs", ".filter(|order| owes(order, message))", ".filter(|order| owes(order, message) || true)"),
    ("email-claim", "functions/email-confirmation/src/lib.rs", "now.duration_since(at) < LEASE", "now.duration_since(at) < LEASE && false"),
    ("reconcile-sends-again", "functions/reconcile/src/lib.rs", "sent_again: take(send_again(app, overdue, now).await),", "sent_again: take(send_again(app, overdue.into_iter().take(0).collect(), now).await),"),
    ("reconcile-expires", "functions/reconcile/src/lib.rs", "each(unpaid, async", "each(unpaid.into_iter().take(0).collect(), async"),
    ("reconcile-matches-payments", "functions/reconcile/src/lib.rs", "each(payments, async", "each(payments.into_iter().take(0).collect(), async"),
]


def run(*command):
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET), "RUST_BACKTRACE": "0"}
    return subprocess.run(command, cwd=COPY, env=environment, capture_output=True, text=True)


def copy():
    """The committed sources."""
    if not COPY.exists():
        subprocess.run(["git", "worktree", "prune"], cwd=ROOT, check=True)
        subprocess.run(["git", "worktree", "add", "--detach", COPY, "HEAD"], cwd=ROOT, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True)
    subprocess.run(["git", "checkout", "--quiet", "--force", "--detach", head.stdout.strip()], cwd=COPY, check=True)


def remove(file, safeguard, without):
    path = COPY / file
    text = path.read_text()
    if text.count(safeguard) != 1:
        sys.exit(f"{file} has {text.count(safeguard)} times: {safeguard}")
    path.write_text(text.replace(safeguard, without))
    return lambda: path.write_text(text)


def caught():
    """The first broken law, or None."""
    build = run("cargo", "build", "--quiet", "--profile", "simulation", "-p", "simulation")
    if build.returncode:
        sys.exit(build.stderr)
    binary = TARGET / "simulation" / "simulation"
    for arguments in (["--runs", "300", "--first"], ["--exhaustive", "--runs", "200", "--first"]):
        played = run(binary, *arguments)
        broken = [line for line in played.stdout.splitlines() if line.startswith("BROKEN")]
        again = [line for line in played.stdout.splitlines() if line.startswith("again")]
        if played.returncode:
            return f"{broken[0] if broken else played.stderr[-300:]} ({again[0] if again else arguments})"
    return None


def main():
    wanted = sys.argv[1:]
    unknown = set(wanted) - {name for name, *_ in SAFEGUARDS}
    if unknown:
        sys.exit(f"no such safeguard: {', '.join(sorted(unknown))}")
    copy()
    missed = []
    for name, *change in SAFEGUARDS:
        if wanted and name not in wanted:
            continue
        put_back = remove(*change)
        law = caught()
        put_back()
        print(f"{name}: {law or 'NOBODY MISSED IT'}", flush=True)
        if law is None:
            missed.append(name)
    sys.exit(f"not caught: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
