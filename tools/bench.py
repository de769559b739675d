"""Time engineroom on a bundled starter: reading, the event-log suite, and a whole report with its rendering.

    python tools/bench.py [starter/healthcare] [--times 3]

Each line is the median of a few runs: wall seconds, CPU seconds (the figure to trust on a busy machine) and, at the
end, the peak memory of this process.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engineroom import engagement, eventlog, kpi, run, tables


def timed(name: str, times: int, work: Callable[[], Any]) -> None:
    """Run `work` a few times and print the medians of wall and CPU seconds, children included."""
    wall, cpu = [], []
    for _ in range(times):
        before, start = used(), time.perf_counter()
        work()
        wall.append(time.perf_counter() - start)
        cpu.append(used() - before)
    print(f"{name:<28} {statistics.median(wall):7.2f} s wall  {statistics.median(cpu):7.2f} s CPU", flush=True)


def used() -> float:
    """Return the CPU seconds of this process and of the children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    """Print the timings of one engagement."""
    parser = argparse.ArgumentParser(description="Time engineroom on an engagement.")
    parser.add_argument("folder", nargs="?", default="starter/healthcare")
    parser.add_argument("--times", type=int, default=3, help="runs of each line (default: 3)")
    given = parser.parse_args()
    case = engagement.open(given.folder)
    read = tables.read(case)

    timed("tables", given.times, lambda: tables.read(case))
    timed("event log, opened", given.times, lambda: eventlog.open(case))
    timed("event log, opened, measured", given.times, lambda: kpi.measure(read, eventlog.open(case)))
    for formats in (("html",), ("html", "pdf")):
        task = run.Task(given.folder, case.sector, "benchmark_gap", formats)
        with tempfile.TemporaryDirectory() as out:
            timed(f"benchmark_gap, {' and '.join(formats)}", given.times, produce(task, Path(out)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
    print(f"{'peak memory':<28} {peak:7.0f} MiB")


def produce(task: run.Task, out: Path) -> Callable[[], Any]:
    """Return the making of one report as a function without arguments."""
    return lambda: run.produce(task, out, {}, lambda step: None)


if __name__ == "__main__":
    main()
