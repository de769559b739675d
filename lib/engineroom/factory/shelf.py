"""The shelf: one page over an output folder, with what stands there, what it says, and what failed.

It follows from the manifests and the ledger alone, so that the same reports give the same page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from engineroom.factory import ledger, manifest
from engineroom.pages import theme
from engineroom.rendering import page, publication
from engineroom.rendering.prose import clean
from engineroom.resources import folder

NAME = "index.html"
HEADLINES = 3
"""Findings of a report that the shelf repeats: its first ones, which are its most important."""
KINDS = {"html": "HTML", "pdf": "PDF", "ipynb": "Notebook"}


def write(out: Path) -> str:
    """Write the shelf of an output folder; return what was set aside for it, as a sentence."""
    return publication.put(out, NAME, make(out), out)


def make(out: Path) -> bytes:
    """Return the shelf of an output folder as one HTML file that needs no network and runs no script."""
    engagements = [_engagement(path.parent, out) for path in sorted(out.glob(f"*/{manifest.NAME}"))]
    failures = [
        {"report": str(task), "message": last.message.replace(f"{out.absolute()}/", "")}
        for task, last in sorted(ledger.last(out).items(), key=lambda pair: str(pair[0]))
        if last.status == "failed"
    ]
    made = sum(len(one["reports"]) for one in engagements)
    said = {"engagements": engagements, "failures": failures, "made": made, "marks": theme.MARKS}
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(folder("templates")), autoescape=True)
    template = environment.get_template("index.html.j2")
    own = (folder("templates") / "index.css").read_text(encoding="utf-8")
    style, policy = page.dressed(template.render(said, style="", policy=""), theme.branded({}), own=own)
    return template.render(said, style=Markup(style), policy=Markup(policy)).encode() + b"\n"


def _engagement(home: Path, out: Path) -> dict[str, Any]:
    said = manifest.read(home)
    spoilt = manifest.differences(home)
    reports = [_report(name, about, said.get("outputs", {}), home) for name, about in said.get("reports", {}).items()]
    line = {key: clean(said.get(key, "")) for key in ("client", "status", "as_of")}
    return line | {"name": home.relative_to(out).as_posix(), "reports": reports, "spoilt": spoilt}


def _report(name: str, about: dict[str, Any], outputs: dict[str, str], home: Path) -> dict[str, Any]:
    sector, _, report = name.partition("/")
    files = [
        {"kind": word, "href": quote(f"{home.name}/{name}.{kind}"), "sha": outputs[f"{name}.{kind}"]}
        for kind, word in KINDS.items()
        if f"{name}.{kind}" in outputs
    ]
    tables = sum(path.startswith(f"{name}.tables/") for path in outputs)
    return {
        "title": about.get("title") or report,
        "sector": sector,
        "id": f"{home.name}-{sector}-{report}",
        "headlines": about.get("headlines", [])[:HEADLINES],
        "files": files,
        "tables": tables,
        "tables_href": quote(f"{home.name}/{name}.tables/"),
    }
