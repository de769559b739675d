"""Time both editions of one executed report against the tools people use today, in one warm process each.

    python tools/bench_render.py reports/healthcare/healthcare/benchmark_gap.ipynb

HTML stands against nbconvert's own HTML exporter, which draws no chart and asks a CDN for five scripts; PDF against
Chromium, already open, printing our finished page, charts drawn (and WeasyPrint where it is installed). Runs are
interleaved; medians are told.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from engineroom import drawing, render


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("notebook", type=Path)
    given.add_argument("--rounds", type=int, default=5)
    arguments = given.parse_args()
    notebook = nbformat.read(arguments.notebook, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "page.html"
        made.write_bytes(render.html(notebook))
        with rivals(notebook, made) as others:
            contest("HTML", {"engineroom": lambda: render.html(notebook), **others["HTML"]}, arguments.rounds)
            contest("PDF", {"engineroom": lambda: render.pdf(notebook), **others["PDF"]}, arguments.rounds)
            both = {"engineroom, both editions": lambda: render.editions(notebook)}
            both |= {"engineroom, both, charts never drawn": lambda: render.editions(forgetting(notebook))}
            if "Chromium" in others["PDF"]:
                both["nbconvert HTML + Chromium PDF"] = lambda: (
                    others["HTML"]["nbconvert"](),
                    others["PDF"]["Chromium"](),
                )
            contest("HTML and PDF", both, arguments.rounds)


class rivals:  # noqa: N801 -- reads as a word where it is used
    """The other tools, open and warm."""

    def __init__(self, notebook: Any, made: Path) -> None:
        self.notebook, self.made, self.closing = notebook, made, []

    def __enter__(self) -> dict[str, dict[str, Callable[[], Any]]]:
        from nbconvert.exporters import HTMLExporter

        exporter = HTMLExporter()
        found: dict[str, dict[str, Callable[[], Any]]] = {
            "HTML": {"nbconvert": lambda: exporter.from_notebook_node(self.notebook)},
            "PDF": {},
        }
        browser = shutil.which("chromium") or shutil.which("google-chrome")
        if browser and importlib.util.find_spec("playwright"):
            from playwright.sync_api import sync_playwright

            tool = sync_playwright().start()
            opened = tool.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
            self.closing = [opened.close, tool.stop]
            found["PDF"]["Chromium"] = lambda: printed(opened, self.made)
        if importlib.util.find_spec("weasyprint"):
            import weasyprint

            found["PDF"]["WeasyPrint"] = lambda: weasyprint.HTML(str(self.made)).write_pdf(pdf_variant="pdf/ua-1")
        return found

    def __exit__(self, *_: object) -> None:
        for close in self.closing:
            close()


def printed(browser: Any, made: Path) -> bytes:
    sheet = browser.new_page()
    sheet.goto(made.as_uri())
    content = sheet.pdf(format="A4", tagged=True, outline=True, print_background=True)
    sheet.close()
    return bytes(content)


def forgetting(notebook: Any) -> Any:
    """Forget the drawings of earlier rounds: what a batch pays for a report it has never seen."""
    drawing._drawn.cache_clear()
    return notebook


def contest(name: str, runners: dict[str, Callable[[], Any]], rounds: int) -> None:
    times: dict[str, list[float]] = {runner: [] for runner in runners}
    for turn in range(rounds + 1):
        for runner, run in runners.items():
            began = time.perf_counter()
            run()
            if turn:  # the first round warms up
                times[runner].append(time.perf_counter() - began)
    ours = statistics.median(next(iter(times.values())))
    print(f"{name}  (median of {rounds}, seconds)")
    for runner, taken in times.items():
        median = statistics.median(taken)
        ratio = f"  {median / ours:5.2f} x ours" if median != ours else ""
        print(f"  {runner:38} {median:6.2f}  ({min(taken):.2f} to {max(taken):.2f}){ratio}")


if __name__ == "__main__":
    main()
