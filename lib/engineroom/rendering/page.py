"""The HTML edition: one file that needs no network; the one script it may run is the house's own."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from functools import cache, lru_cache
from typing import Any

import jinja2
from markupsafe import Markup

from engineroom.pages import theme
from engineroom.rendering import document, drawing
from engineroom.rendering.document import Document
from engineroom.resources import folder

POLICY = (  # no style but the one in the head, no script but the house's where there is one, no request
    "default-src 'none'; style-src 'sha256-{style}';{script} img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)


LIVE = {"whatif": "whatif.js", "plans": "switches.js"}
"""The script of each kind of table that a reader can change."""

USUAL = frozenset(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)])) | frozenset("\n\u2060–—‘’“”„•…‰→≤≥−▲●◆■")
"""Letters every page carries, needed or not: the typeface is cut once for all reports of western Europe (8 kB more)."""


def prepare() -> None:
    """Start what draws, and cut the typeface of the usual page."""
    drawing.prepare()
    _face(USUAL, "Inter", "normal")


def make(tree: Document, view: dict[str, Any]) -> bytes:
    """Return the page of a tree; `view` is what both editions print."""
    for block in view["blocks"]:
        if block["type"] == "figure":
            svg = drawing.draw(block["spec"], block["id"])
            block["svg"] = Markup(drawing.inline(svg, block["alt"]))
            slim = drawing.narrow(block["spec"], f"{block['id']}-narrow")
            block["narrow"] = Markup(drawing.inline(slim, block["alt"]))
    said = view | {"sections": [block for block in view["blocks"] if block["type"] == "heading" and block["level"] < 3]}
    said["marks"] = theme.MARKS
    italic = any(run.get("emphasis") for block in document.blocks_within(tree.blocks) for run in block.get("runs", []))
    script, bare = _script(tree), _template().render(said, style="", policy="")
    style, policy = dressed(bare, view["tokens"], italic=italic, script=script)
    page = _template().render(said, style=Markup(style), policy=Markup(policy), script=Markup(script))
    return page.encode("utf-8") + b"\n"


def dressed(
    text: str, tokens: dict[str, Any], *, italic: bool = False, own: str = "", script: str = ""
) -> tuple[str, str]:
    """Return the style of a page with this text, its typeface inside, and the policy that allows this style alone.

    `own` is what a page adds to the style of reports, `script` the one script it may carry.
    """
    letters = USUAL | frozenset(text)
    faces = [_face(letters, "Inter", "normal")] + ([_face(letters, "Inter-Italic", "italic")] if italic else [])
    style = "".join(faces) + theme.css(tokens) + (folder("templates") / "report.css").read_text(encoding="utf-8") + own
    allowed = f" script-src 'sha256-{_digest(script)}';" if script else ""
    return style, POLICY.format(style=_digest(style), script=allowed)


def faults(content: bytes, tree: Document) -> dict[str, bool]:
    """Return what may be wrong with a page, and whether it is."""
    text = content.decode("utf-8")
    figures, rows = len(tree.of("figure")), len(tree.of("table"))
    script = _script(tree)
    return {
        "it is cut off": not (text.startswith("<!DOCTYPE html>") and text.endswith("</html>\n")),
        "a chart is missing": text.count("<figure ") != figures or text.count('role="img"') != 2 * figures,
        "a table is missing": text.count("<caption>") != rows,
        "it carries a script": "<script" in text.replace(f"<script>{script}</script>" if script else "", "", 1),
    }


def _script(tree: Document) -> str:
    """Return the one script a page may carry, the same in every report; none where there is no table to work on."""
    tables = tree.of("table")
    kinds = {table["live"].get("kind") for table in tables}
    names = (["page.js", "workbook.js"] if tables else []) + [name for kind, name in LIVE.items() if kind in kinds]
    parts = [(folder("templates") / name).read_text(encoding="utf-8") for name in names]
    return "\n".join(f"{{\n{part}}}" for part in parts)


def _digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(folder("templates"))
    environment = jinja2.Environment(loader=loader, autoescape=True)
    environment.filters["unbroken"] = _unbroken
    environment.filters["anchored"] = _anchored
    return environment.get_template("report.html.j2")


def _anchored(finding: str) -> str:
    """Return the id of a finding as the end of an address: `benchmark_gap.cash/days_in_ar` as `cash-days_in_ar`."""
    return "finding-" + re.sub(r"[^\w]+", "-", finding.partition(".")[2] or finding)


def _unbroken(said: str) -> str:
    """Return prose in which no line ends between a minus and its currency: on the next line the amount has no sign."""
    return re.sub(r"−(?=[^\s\d])", "−\u2060", said)


@lru_cache(maxsize=64)
def _face(letters: frozenset[str], stem: str, style: str) -> str:
    """Return a `@font-face` with these letters and no others, at weights 400 to 700, the same bytes every time."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    options = Options(layout_features=["kern", "ccmp", "mark", "locl", "tnum"], notdef_outline=True, hinting=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(ord(letter) for letter in letters))
    buffer = io.BytesIO()
    with TTFont(theme.fonts() / f"{stem}[opsz,wght].ttf", recalcTimestamp=False) as font:
        subsetter.subset(font)
        instantiateVariableFont(font, {"opsz": 14, "wght": (400, 700)}, inplace=True)
        font.flavor = "woff2"
        font.save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f"@font-face{{font-family:Inter;font-style:{style};font-weight:400 700;"
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}\n'
    )
