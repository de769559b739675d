"""Time the report factory against the usual ways, in one run: the same notebook, the same pages, HTML and PDF.

    python tools/bench_factory.py [--reports 40] [--looped 4] [--only one two]

loop    a shell loop: `papermill`, then `jupyter nbconvert` to HTML and to PDF with engineroom's own exporters
stock   two processes, each with `papermill.execute_notebook` and the exporters in it: what one writes first
one     `engineroom run`, one job
two     `engineroom run`, two jobs
words   one job again, after a change in a commentary only: its drawings are known
kept    one job again, nothing changed
floor   the notebook's calls as a plain function in one warm process, and the pages: no isolation, no kernel

CPU seconds count all processes with their start, and are the figure to trust on a busy machine. The loop has no start
to spread and is sampled on fewer reports; every client has its own figures and names, so no chart is drawn for two.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from engineroom.resources import folder

BIN = Path(sys.executable).parent
NOTEBOOK = folder("notebooks") / "benchmark_gap.ipynb"
WORKFLOWS = ("Invoice review", "E-billing", "Matter intake", "Contract abstraction")


def clients(place: Path, number: int) -> list[Path]:
    """Return engagements of one size, each with its own names and a log that is some cases shorter."""
    made = []
    for n in range(number):
        home = Path(shutil.copytree(folder("starters") / "legal", place / f"client{n:03}"))
        log = home / "data" / "events.csv.gz"
        rows = gzip.decompress(log.read_bytes()).decode().splitlines(keepends=True)
        log.write_bytes(gzip.compress(_renamed("".join(rows[: len(rows) - 9 * n]), n).encode(), 1))
        for table in (home / "tables").glob("*.csv"):
            table.write_text(_renamed(table.read_text(encoding="utf-8"), n), encoding="utf-8")
        made.append(home)
    return made


def _renamed(text: str, number: int) -> str:
    for workflow in WORKFLOWS:
        text = text.replace(workflow, f"{workflow} {number:03}")
    return text


def loop(places: list[Path], out: Path) -> None:
    for place in places:
        book = out / f"{place.name}.ipynb"
        book.parent.mkdir(parents=True, exist_ok=True)
        parameters = ["-p", "engagement", str(place), "-p", "sector", "legal"]
        call([BIN / "papermill", NOTEBOOK, book, *parameters, "--no-progress-bar"])
        for edition in ("engineroom-html", "engineroom-pdf"):
            call([BIN / "jupyter", "nbconvert", "--to", edition, book])


def stock(places: list[Path], out: Path) -> None:
    out.mkdir()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_stock, places, [out] * len(places)))


def _stock(place: Path, out: Path) -> None:
    import papermill

    from engineroom.rendering import render

    book = out / f"{place.name}.ipynb"
    given = {"engagement": str(place), "sector": "legal"}
    executed = papermill.execute_notebook(NOTEBOOK, book, given, progress_bar=False)
    for kind, exporter in render.EXPORTERS.items():
        book.with_suffix(f".{kind}").write_bytes(exporter().from_notebook_node(executed)[0])


def factory(places: list[Path], out: Path, jobs: int = 1) -> None:
    call([BIN / "engineroom", "run", *places, "--report", "benchmark_gap", "--jobs", jobs, "--out", out])


def words(places: list[Path], out: Path) -> None:
    for place in places:
        (place / "commentary").mkdir()
        (place / "commentary" / "summary.md").write_text("What the steering committee asked for.\n")
    factory(places, out.with_name("one"))


def floor(places: list[Path], out: Path) -> None:
    out.mkdir()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(_floor, places, out).result()


def _floor(places: list[Path], out: Path) -> None:
    import nbformat
    from IPython.core.interactiveshell import InteractiveShell

    from engineroom.rendering import render

    shown = InteractiveShell.instance().display_formatter
    for place in places:
        book, names = nbformat.read(NOTEBOOK, as_version=4), {}
        for cell in book.cells:
            if cell.cell_type == "code":
                value = _evaluated(cell.source, names)
                if cell.id == "parameters":
                    names |= {"engagement": str(place), "sector": "legal"}
                if value is not None:
                    data, metadata = shown.format(value)
                    kind = {"metadata": metadata, "execution_count": 1}
                    cell.outputs = [nbformat.v4.new_output("execute_result", data=data, **kind)]
        for kind, page in render.editions(book)[0].items():
            (out / f"{place.name}.{kind}").write_bytes(page)


def _evaluated(source: str, names: dict[str, Any]) -> Any:
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None


def call(command: list[object]) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


CONTESTANTS: dict[str, Callable[[list[Path], Path], None]] = {
    "loop": loop,
    "stock": stock,
    "one": factory,
    "two": lambda places, out: factory(places, out, 2),
    "words": words,
    "kept": lambda places, out: factory(places, out.with_name("one")),
    "floor": floor,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=40)
    parser.add_argument("--looped", type=int, default=4, help="reports the loop is sampled on")
    parser.add_argument("--only", nargs="*", default=list(CONTESTANTS), choices=CONTESTANTS)
    given = parser.parse_args()
    figures: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        places = clients(Path(scratch), given.reports)
        print(f"{'':6} CPU s a report  wall s a report  reports")
        for name in (name for name in CONTESTANTS if name in given.only):
            chosen = places[: given.looped] if name == "loop" else places
            began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            CONTESTANTS[name](chosen, Path(scratch) / name)
            wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            figures[name] = (cpu / len(chosen), wall / len(chosen))
            print(f"{name:6} {figures[name][0]:14.2f} {figures[name][1]:16.2f} {len(chosen):8}", flush=True)
    for over, under, aim in (
        ("loop", "one", "at least 7"),
        ("stock", "one", "at least 4.5"),
        ("one", "floor", "at most 1.5"),
        ("loop", "words", "at least 12"),
        ("two", "one", "about 1"),
    ):
        if over in figures and under in figures:
            print(f"{over}/{under}: {figures[over][0] / figures[under][0]:.2f} in CPU (aim: {aim})")
    print(f"load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
