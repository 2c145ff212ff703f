#!/usr/bin/env python3
"""Shows that the simulation can fail: takes one safeguard after the other away, and plays histories until a law is
broken. A safeguard that nobody misses is a hole in the laws, and fails this script.

    infra/simulation/mutants.py            all of them
    infra/simulation/mutants.py NAME ...   some of them

One build of a copy of the committed sources holds all of them, each behind a switch that exists only there.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "target" / "mutants"
# Not the workspace's own: Cargo takes two copies of a package for the same one, and would leave a mutant in its place.
TARGET = ROOT / "target" / "mutants-target"

# What each safeguard is called in the copy.
SWITCH = """
/// Whether a safeguard was taken away.
pub fn gone(safeguard: &str) -> bool {
    static GONE: std::sync::LazyLock<Option<String>> = std::sync::LazyLock::new(|| std::env::var("ORDERLY_GONE").ok());
    GONE.as_deref() == Some(safeguard)
}
"""

# Name, file, what stands there (once), and what stands there when it may be gone; `GONE` asks for that.
SAFEGUARDS = [
    ("version-check", "shared/src/store/write.rs",
     '("#v = :v".to_owned()', '((if GONE { "(#v = :v OR attribute_exists(#v))" } else { "#v = :v" }).to_owned()'),
    ("no-overwriting", "shared/src/store/write.rs",
     '("attribute_not_exists(#k)".to_owned()',
     '((if GONE { "(attribute_not_exists(#k) OR attribute_exists(#k))" } else { "attribute_not_exists(#k)" }).to_owned()'),
    ("available-condition", "shared/src/store/write.rs",
     "if change < 0 {", 'if change < 0 && !(bucket == "available" && GONE) {'),
    ("collision-is-no-success", "shared/src/store/write.rs",
     "Outcome::Collided => pause(attempt).await,", "Outcome::Collided if GONE => return Ok(self.owed), Outcome::Collided => pause(attempt).await,"),
    ("unread-keys", "shared/src/store/mod.rs",
     "wanted = left.into_iter()", "wanted = left.into_iter().filter(|_| !GONE)"),
    ("order-is-read-whole", "shared/src/store/orders.rs",
     "if order.as_ref().is_none_or(is_whole) {", "if order.as_ref().is_none_or(is_whole) || GONE {"),
    ("partial-failure-report", "shared/src/queue/batch.rs",
     "failed.extend(outcomes);", "if !GONE { failed.extend(outcomes) }"),
    ("stock-moves-with-order", "functions/order-intake/src/place.rs",
     "write.stock(&difference(&[], &head.stock));", "if !GONE { write.stock(&difference(&[], &head.stock)) }"),
    ("refund-idempotency-key", "functions/refunds/src/stripe.rs",
     '.header("Idempotency-Key", request.idempotency_key())',
     '.header(if GONE { "X-None" } else { "Idempotency-Key" }, request.idempotency_key())'),
    ("refund-cap", "shared/src/domain/ledger.rs",
     "let part = left.min(refundable);", "let part = if GONE { left } else { left.min(refundable) };"),
    ("refund-outcome-is-recorded", "functions/refunds/src/lib.rs",
     "record(app, order, refund, &ours, outcome).await,\n        Err", "if GONE { Ok(()) } else { record(app, order, refund, &ours, outcome).await },\n        Err"),
    ("email-owed-condition", "functions/email-confirmation/src/lib.rs",
     ".filter(|order| owes(order, message))", ".filter(|order| owes(order, message) || GONE)"),
    ("email-claim", "functions/email-confirmation/src/lib.rs",
     "now.duration_since(at) < LEASE", "now.duration_since(at) < LEASE && !GONE"),
    ("email-is-recorded-after-cancel", "functions/email-confirmation/src/lib.rs",
     "if was_owed || !history", "if was_owed || !GONE && !history"),
    ("deducted-owes-dispatch", "shared/src/domain/head/goods.rs",
     "self.owe_dispatch();\n        if self.stock == before", "if !GONE { self.owe_dispatch() }\n        if self.stock == before"),
    ("parcel-owes-its-mail", "shared/src/domain/fulfillment.rs",
     "self.owed.insert(Duty::Email(EmailKind::Shipped(id.clone())));",
     "if !GONE { self.owed.insert(Duty::Email(EmailKind::Shipped(id.clone()))); }"),
    ("damaged-is-not-sold", "shared/src/domain/returns.rs",
     "Disposition::NotRestocked => StockDelta { damaged: units, ..on_hand },",
     "Disposition::NotRestocked => StockDelta { damaged: if GONE { 0 } else { units }, ..on_hand },"),
    ("late-money-goes-back", "shared/src/domain/head/money.rs",
     "            next.refund_if_cancelled(now)", "            if GONE { next } else { next.refund_if_cancelled(now) }"),
    ("reconcile-sends-again", "functions/reconcile/src/lib.rs",
     "each(pace::share(overdue, LIMIT, now)", "each(if GONE { Vec::new() } else { pace::share(overdue, LIMIT, now) }"),
    ("reconcile-expires", "functions/reconcile/src/lib.rs",
     "each(unpaid, async", "each(if GONE { Vec::new() } else { unpaid }, async"),
    ("reconcile-matches-payments", "functions/reconcile/src/lib.rs",
     "each(payments, async", "each(if GONE { Vec::new() } else { payments }, async"),
]


def run(*command, **variables):
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET), "RUST_BACKTRACE": "0", **variables}
    return subprocess.run(command, cwd=COPY, env=environment, capture_output=True, text=True)


def copy():
    """The committed sources, with a switch at each safeguard."""
    if not COPY.exists():
        subprocess.run(["git", "worktree", "prune"], cwd=ROOT, check=True)
        subprocess.run(["git", "worktree", "add", "--detach", COPY, "HEAD"], cwd=ROOT, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True)
    subprocess.run(["git", "checkout", "--quiet", "--force", "--detach", head.stdout.strip()], cwd=COPY, check=True)
    library = COPY / "shared/src/lib.rs"
    library.write_text(library.read_text() + SWITCH)
    for name, file, safeguard, switched in SAFEGUARDS:
        path = COPY / file
        text = path.read_text()
        if text.count(safeguard) != 1:
            sys.exit(f"{name}: {file} has {text.count(safeguard)} times: {safeguard}")
        library = "crate" if file.startswith("shared/") else "orderly"
        path.write_text(text.replace(safeguard, switched.replace("GONE", f'{library}::gone("{name}")')))
    build = run("cargo", "build", "--quiet", "--profile", "simulation", "-p", "simulation")
    if build.returncode:
        sys.exit(build.stderr)


# Random histories first, since most safeguards are missed there soon.
PLAYED = (["--runs", "300", "--first"], ["--exhaustive", "--runs", "100", "--first"])


def missed_by(name):
    """The first broken law, and how to see it again; none if nobody misses the safeguard."""
    for arguments in PLAYED:
        played = run(TARGET / "simulation" / "simulation", *arguments, ORDERLY_GONE=name)
        if played.returncode:
            lines = played.stdout.splitlines()
            told = [line for line in lines if line.startswith(("BROKEN", "again"))]
            return " | ".join(told[:1] + told[-1:]) or played.stderr[-300:]
    return None


def main():
    wanted = sys.argv[1:]
    unknown = set(wanted) - {name for name, *_ in SAFEGUARDS}
    if unknown:
        sys.exit(f"no such safeguard: {', '.join(sorted(unknown))}")
    copy()
    if law := missed_by("nothing"):
        sys.exit(f"with all safeguards in place a law is broken, mend that first: {law}")
    missed = []
    for name in wanted or [name for name, *_ in SAFEGUARDS]:
        law = missed_by(name)
        print(f"{name}: {law or 'NOBODY MISSES IT'}", flush=True)
        if law is None:
            missed.append(name)
    sys.exit(f"not caught: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
