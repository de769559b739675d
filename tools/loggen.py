"""Make a big event log from a seed: Parquet files whose rows are the same wherever and whenever they are made.

    python tools/loggen.py FOLDER --events 1000000 [--seed 7]

Six workflows, 41 transaction types, eight steps, 240 people and 12 bots; log-normal work and waiting; 6% of the steps
fail and are repeated, with a reason; the last cases are still open. Rows are in the order of their completion within
each file, so cases interleave as they do in a client's export.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

EVENTS_PER_CASE = 7.325
CHUNK = 200_000  # cases a file
START = np.datetime64("2026-01-01T00:00:00", "us")
DAYS = 181
WORKFLOWS = ("Prior authorisation", "Claims", "Denials", "Payment posting", "Eligibility", "Credentialing")
STEPS = ("Receive", "Register", "Verify", "Assess", "Decide", "Approve", "Notify", "Close")
REASONS = ("Missing document", "Wrong code", "Member not found", "Duplicate", "Limit exceeded", "Payer rejected")
ACTORS = [f"P{number:03d}" for number in range(240)] + [f"BOT-{number:02d}" for number in range(12)]
TOML = """
[events]
source = "log/*.parquet"
case = "case_id"
activity = "step"
started = "started_at"
completed = "completed_at"
timezone = "UTC"
workflow = "workflow"
resource = "actor"
due = "due_at"
cost = "cost"
exception = "reason"
[events.human]
column = "actor"
automatic = [{bots}]
[events.closed]
activities = ["Close"]
[events.rework]
repeats = true
"""


def chunks(events: int, seed: int) -> Iterator[pa.Table]:
    """Yield the log in tables of consecutive arrivals."""
    cases = round(events / EVENTS_PER_CASE)
    for number, first in enumerate(range(0, cases, CHUNK)):
        yield chunk(np.random.default_rng([seed, number]), first, min(CHUNK, cases - first), cases)


def chunk(rng: np.random.Generator, first: int, n: int, total: int) -> pa.Table:
    """Return the events of `n` cases, from the `first` of `total`."""
    visited = rng.random((n, len(STEPS))) < 0.83
    visited[:, 0] = visited[:, -1] = True
    failed = visited & (rng.random(visited.shape) < 0.06)
    failed[:, -1] = False
    times = visited.astype(np.int64) + failed
    case, step = (np.repeat(index.ravel(), times.ravel()) for index in np.indices(visited.shape))
    again = np.r_[False, (case[1:] == case[:-1]) & (step[1:] == step[:-1])]
    fails = failed[case, step] & ~again
    workflow = rng.choice(len(WORKFLOWS), n, p=[0.3, 0.25, 0.18, 0.12, 0.1, 0.05])
    kind = np.minimum(rng.zipf(1.5, n), 41) - 1
    arrival = (np.sort(rng.random(n)) * n + first) / total * DAYS * 86400e6
    work = rng.lognormal(5.5 + 0.1 * workflow[case], 0.8, len(case)) * 1e6
    wait = rng.lognormal(8.5, 1.2, len(case)) * 1e6
    spent = np.cumsum(wait + work)
    starts = np.r_[True, case[1:] != case[:-1]]
    before = np.maximum.accumulate(np.where(starts, spent - wait - work, -np.inf))
    completed = (arrival[case] + spent - before).astype(np.int64)
    started = completed - work.astype(np.int64)
    is_bot = rng.random(len(case)) < np.where(kind[case] < 3, 0.9, 0.25)
    actor = np.where(is_bot, 240 + rng.integers(0, 12, len(case)), rng.integers(0, 240, len(case)))
    kept = np.flatnonzero(completed < DAYS * 86400e6)
    order = kept[np.argsort(completed[kept], kind="stable")]
    case, step, actor = case[order], step[order], actor[order]
    due = (arrival + rng.choice([24, 48, 120], n) * 3600e6).astype(np.int64)
    reason = np.where(fails[order], rng.integers(0, len(REASONS), len(order)), -1)
    return pa.table(
        {
            "case_id": pa.array([f"C{first + one:09d}" for one in range(n)]).take(pa.array(case)),
            "workflow": named(workflow[case], WORKFLOWS),
            "txn_type": named(kind[case], [f"T{number:02d}" for number in range(1, 42)]),
            "step": named(step, STEPS),
            "started_at": instant(started[order]),
            "completed_at": instant(completed[order]),
            "actor": named(actor, ACTORS),
            "due_at": instant(due[case]),
            "cost": pa.array(np.round(work[order] / 3600e6 * np.where(is_bot[order], 4.0, 42.0), 2)),
            "reason": named(np.where(reason < 0, len(REASONS), reason), [*REASONS, None]),
        }
    )


def named(codes: np.ndarray, names: list[str | None] | tuple[str, ...]) -> pa.Array:
    return pa.array(list(names), pa.string()).take(pa.array(codes))


def instant(microseconds: np.ndarray) -> pa.Array:
    return pa.array(START + microseconds.astype("timedelta64[us]"))


def write(folder: Path, events: int, seed: int = 7) -> int:
    """Write an engagement with such a log into a folder; return the number of its events."""
    (folder / "log").mkdir(parents=True, exist_ok=True)
    written = 0
    for number, table in enumerate(chunks(events, seed)):
        pq.write_table(table, folder / "log" / f"part-{number:04d}.parquet", compression="zstd")
        written += table.num_rows
    bots = ", ".join(f'"{actor}"' for actor in ACTORS[240:])
    header = '[engagement]\nclient = "Generated log"\nsectors = ["healthcare"]\ncurrency = "USD"\nas_of = 2026-07-15\n'
    period = "period = { start = 2026-01-01, end = 2026-06-30 }\n"
    (folder / "engagement.toml").write_text(header + period + TOML.format(bots=bots), encoding="utf-8")
    return written


def main() -> None:
    """Write a log and say how many events it has."""
    parser = argparse.ArgumentParser(description="Make a big event log from a seed.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    print(f"{write(given.folder, given.events, given.seed):,} events")


if __name__ == "__main__":
    main()
