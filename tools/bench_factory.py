"""Time the report factory against the usual way, in one run: the same reports from the same notebook.

    python tools/bench_factory.py [--reports 8]

loop      a shell loop: `papermill`, then `jupyter nbconvert` to HTML and to PDF with engineroom's own exporters
cold      `engineroom run` with ordinary kernels, one job
warm      `engineroom run` with forked kernels, one job
two       the same with two jobs

CPU seconds count all processes and are the figure to trust on a busy machine; ratios are to `warm`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engineroom.resources import folder

BIN = Path(sys.executable).parent
NOTEBOOK = folder("notebooks") / "benchmark_gap.ipynb"


def clients(place: Path, number: int) -> list[Path]:
    """Return copies of a starter under as many names: the same work, nothing to reuse."""
    return [Path(shutil.copytree(folder("starters") / "legal", place / f"client{n:03}")) for n in range(number)]


def loop(places: list[Path], out: Path) -> None:
    for place in places:
        book = out / f"{place.name}.ipynb"
        book.parent.mkdir(parents=True, exist_ok=True)
        parameters = ["-p", "engagement", str(place), "-p", "sector", "legal"]
        call([BIN / "papermill", NOTEBOOK, book, *parameters, "--no-progress-bar"])
        for edition in ("engineroom-html", "engineroom-pdf"):
            call([BIN / "jupyter", "nbconvert", "--to", edition, book])


def factory(places: list[Path], out: Path, jobs: int = 1, cold: str = "0") -> None:
    command = [BIN / "engineroom", "run", *places, "--report", "benchmark_gap", "--jobs", jobs, "--out", out]
    call(command, ENGINEROOM_COLD_KERNELS=cold)


def call(command: list[object], **environment: str) -> None:
    words = [str(word) for word in command]
    subprocess.run(
        words, check=True, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=8)
    given = parser.parse_args()
    contestants = {
        "loop": loop,
        "cold": lambda places, out: factory(places, out, cold="1"),
        "warm": factory,
        "two": lambda places, out: factory(places, out, jobs=2),
    }
    figures: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        places = clients(Path(scratch), given.reports)
        for name, contestant in contestants.items():
            began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            contestant(places, Path(scratch) / f"out-{name}")
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            figures[name] = (cpu / given.reports, (time.perf_counter() - began) / given.reports)
            print(f"{name:6} {figures[name][0]:6.2f} CPU s a report  {figures[name][1]:6.2f} wall s", flush=True)
    for name, (cpu, wall) in figures.items():
        print(f"{name}/warm  {cpu / figures['warm'][0]:.2f} CPU  {wall / figures['warm'][1]:.2f} wall")


if __name__ == "__main__":
    main()
