"""Time both editions of one executed report against the tools people use today, in one warm process each.

    python tools/bench_render.py reports/healthcare/healthcare/benchmark_gap.ipynb

HTML stands against nbconvert's own HTML exporter, in this process and as the command people type; it draws no chart and
asks a CDN for five scripts. PDF stands against Chromium, already open: printing our finished page, where no chart is
left to draw, and printing the same page after drawing its charts from Vega-Lite, as a page made from a notebook must
(and WeasyPrint where it is installed). Runs are interleaved; medians are told.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from engineroom.rendering import document, drawing, render


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("notebook", type=Path)
    given.add_argument("--rounds", type=int, default=5)
    arguments = given.parse_args()
    notebook = nbformat.read(arguments.notebook, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "page.html"
        made.write_bytes(render.editions(notebook, ["html"])[0]["html"])
        with rivals(notebook, made) as others:
            contest(
                "HTML", {"engineroom": lambda: render.editions(notebook, ["html"]), **others["HTML"]}, arguments.rounds
            )
            ours = {"engineroom": lambda: render.editions(notebook, ["pdf"])}
            ours |= {"engineroom, charts never drawn": lambda: render.editions(forgetting(notebook), ["pdf"])}
            contest("PDF", ours | others["PDF"], arguments.rounds)
            both = {"engineroom, both editions": lambda: render.editions(notebook)}
            both |= {"engineroom, both, charts never drawn": lambda: render.editions(forgetting(notebook))}
            for name in [name for name in others["PDF"] if name.startswith("Chromium")]:
                both[f"nbconvert HTML + {name}"] = lambda name=name: (
                    others["HTML"]["nbconvert"](),
                    others["PDF"][name](),
                )
            contest("HTML and PDF", both, arguments.rounds)


class rivals:  # noqa: N801 -- reads as a word where it is used
    """The other tools, open and warm."""

    def __init__(self, notebook: Any, made: Path) -> None:
        self.notebook, self.made, self.closing = notebook, made, []

    def __enter__(self) -> dict[str, dict[str, Callable[[], Any]]]:
        from nbconvert.exporters import HTMLExporter

        exporter = HTMLExporter()
        written = self.made.with_suffix(".ipynb")
        nbformat.write(self.notebook, written)
        typed = [sys.executable, "-m", "nbconvert", "--to", "html", "--output", "typed.html", str(written)]
        found: dict[str, dict[str, Callable[[], Any]]] = {
            "HTML": {
                "nbconvert": lambda: exporter.from_notebook_node(self.notebook),
                "jupyter nbconvert --to html": lambda: subprocess.run(typed, check=True, capture_output=True),
            },
            "PDF": {},
        }
        browser = shutil.which("chromium") or shutil.which("google-chrome")
        if browser and importlib.util.find_spec("playwright"):
            from playwright.sync_api import sync_playwright

            tool = sync_playwright().start()
            opened = tool.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
            self.closing = [opened.close, tool.stop]
            live = self.made.with_name("live.html")
            live.write_text(with_live_charts(self.notebook, self.made.read_text(encoding="utf-8")), encoding="utf-8")
            found["PDF"]["Chromium"] = lambda: printed(opened, self.made)
            found["PDF"]["Chromium that draws the charts"] = lambda: printed(opened, live)
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
    sheet.wait_for_function("!window.drawing || window.drawing.done")
    content = sheet.pdf(format="A4", tagged=True, outline=True, print_background=True)
    sheet.close()
    return bytes(content)


def with_live_charts(notebook: Any, page: str) -> str:
    """Return our page with its drawings taken out and Vega in their place, drawn when it opens."""
    import vl_convert

    specs = [json.loads(figure["spec"]) for figure in document.build(notebook).of("figure")]
    bare = re.sub(r"<svg.*?</svg>", "", re.sub(r"<meta http-equiv[^>]*>", "", page), flags=re.DOTALL)
    bundle = vl_convert.javascript_bundle("globalThis.vegaEmbed=vegaEmbed;", vl_version="6.4")
    draw = (
        f"window.drawing={{done:false}};const specs={json.dumps(specs)};"
        "const places=specs.map(s=>document.body.appendChild(document.createElement('div')));"
        "Promise.all(specs.map((s,i)=>vegaEmbed(places[i],s,{renderer:'svg',actions:false})))"
        ".then(()=>{window.drawing.done=true});"
    )
    return bare.replace("</body>", f"<script>(()=>{{{bundle}}})();</script><script>{draw}</script></body>")


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
