"""A notebook's tree as one offline HTML file and as one PDF, and the check that both came out whole.

`html` and `pdf` take an executed notebook and return bytes; the nbconvert exporters are the same two functions. The
same notebook gives the same bytes on every machine: our fonts only, no clock, no time zone, no random ids.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import io
import json
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

import jinja2
from babel.dates import format_date
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from engineroom import document, drawing, theme
from engineroom.document import Document
from engineroom.errors import RenderError
from engineroom.prose import Block
from engineroom.resources import folder

STANDARDS = ["ua-1", "a-2a"]
POLICY = (  # no script at all, no style but the one in the head, no request
    "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
COVER = (
    "title", "subtitle", "client", "sector", "period", "as_of", "prepared_by", "status", "confidentiality", "language"
)  # fmt: skip
COVER_LINES = ("sector", "period", "as_of", "prepared_by")
_TRACEBACK = "Traceback (most recent call last)"


def html(notebook: NotebookNode) -> bytes:
    """Return the executed notebook as one HTML file that needs no network and runs no script."""
    return _html(document.build(notebook))


def pdf(notebook: NotebookNode) -> bytes:
    """Return the executed notebook as one tagged PDF (PDF/UA-1 and PDF/A-2a)."""
    return _pdf(document.build(notebook))


def editions(notebook: NotebookNode, formats: Iterable[str] = ("html", "pdf")) -> dict[str, bytes]:
    """Return the editions asked for, each checked: `{"html": b"...", "pdf": b"..."}`."""
    tree = document.build(notebook)
    made = {name: EDITIONS[name](tree) for name in formats}
    for name, content in made.items():
        check(name, content, tree)
    return made


def check(edition: str, content: bytes, tree: Document) -> None:
    """Raise `RenderError` if an edition is not whole: cut off, without its figures or tables, or with a traceback."""
    figures, rows = len(tree.of("figure")), len(tree.of("table"))
    if edition == "html":
        text = content.decode("utf-8")
        faults = {
            "it is cut off": not (text.startswith("<!DOCTYPE html>") and text.endswith("</html>\n")),
            "a chart is missing": text.count("<figure ") != figures or text.count('role="img"') != figures,
            "a table is missing": text.count("<caption>") != rows,
            "it carries a script": "<script" in text,
            "it shows a traceback": _TRACEBACK in text,
        }
    else:
        faults = {
            "it is cut off": not (content.startswith(b"%PDF-1.") and content.rstrip().endswith(b"%%EOF")),
            "it has no pages": not re.search(rb"/Type ?/Page\b", content),
            "a chart is missing": len(re.findall(rb"/S ?/Figure\b", content)) != figures,
            "it is not tagged": b"/StructTreeRoot" not in content,
            "it shows a traceback": _TRACEBACK in json.dumps(tree.blocks),
        }
    said = [fault for fault, is_so in faults.items() if is_so]
    if said:
        raise RenderError(f"the {edition.upper()} failed its check: {'; '.join(said)}")


class HTMLReport(Exporter):
    """`jupyter nbconvert --to engineroom-html`: the same bytes as `engineroom run` writes."""

    file_extension = ".html"
    output_mimetype = "text/html"
    export_from_notebook = "engineroom HTML"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> tuple[bytes, Any]:  # type: ignore[override]
        """Return the HTML of `nb`."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return html(nb), resources


class PDFReport(Exporter):
    """`jupyter nbconvert --to engineroom-pdf`: the same bytes as `engineroom run` writes."""

    file_extension = ".pdf"
    output_mimetype = "application/pdf"
    export_from_notebook = "engineroom PDF"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> tuple[bytes, Any]:  # type: ignore[override]
        """Return the PDF of `nb`."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return pdf(nb), resources


# -------------------------------------------------------------------------------------------------------------- HTML


def _html(tree: Document) -> bytes:
    view = _view(tree)
    for block in view["blocks"]:
        if block["type"] == "figure":
            svg = drawing.draw(block["spec"], block["id"])
            block["svg"] = Markup(drawing.inline(svg, block["alt"]))
    said = view | {"sections": [block for block in tree.of("heading") if block["level"] < 3], "marks": theme.MARKS}
    letters = frozenset(_template().render(said, style="", policy=""))
    italic = any(run.get("emphasis") for block in document.blocks_within(tree.blocks) for run in block.get("runs", []))
    faces = [_face(letters, "Inter", "normal")] + ([_face(letters, "Inter-Italic", "italic")] if italic else [])
    style = "".join(faces) + theme.css() + (folder("templates") / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = POLICY.format(digest=digest)
    return _template().render(said, style=Markup(style), policy=Markup(policy)).encode("utf-8") + b"\n"


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(folder("templates"))
    environment = jinja2.Environment(loader=loader, autoescape=True)
    return environment.get_template("report.html.j2")


@lru_cache(maxsize=64)
def _face(letters: frozenset[str], stem: str, style: str) -> str:
    """Return a `@font-face` with just the letters the page uses, at weights 400 to 700, the same bytes every time."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    options = Options(layout_features=["kern", "ccmp", "mark", "locl", "tnum"], notdef_outline=True, hinting=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted({ord(letter) for letter in letters} | set(range(0x20, 0x7F))))
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


# --------------------------------------------------------------------------------------------------------------- PDF


def _pdf(tree: Document) -> bytes:
    """Compile the static walker over the tree, in memory, with an empty folder as all it may read."""
    import typst

    view = _view(tree)
    files: dict[str, bytes] = {}
    for number, block in enumerate(view["blocks"]):
        if block["type"] == "figure":
            svg = drawing.draw(block.pop("spec"), block["id"])
            block["svg"], block["width"] = f"chart-{number}.svg", drawing.width(svg)
            files[block["svg"]] = _printable(svg).encode()
    sections = len(tree.of("heading"))
    data = {
        "cover": view["cover"],
        "words": view["words"],
        "lines": view["lines"],
        "blocks": view["blocks"],
        "sections": sections,
    }
    files["doc.json"] = _printable(json.dumps(data, ensure_ascii=False)).encode()
    files["tokens.json"] = json.dumps(theme.TOKENS).encode()
    files["main.typ"] = (folder("templates") / "engineroom.typ").read_bytes()
    with tempfile.TemporaryDirectory() as empty:
        try:
            made, warnings = typst.compile_with_warnings(  # type: ignore[call-overload]  # takes files in memory
                files,
                format="pdf",
                root=empty,
                font_paths=_typst_fonts(),
                timestamp=_stamp(tree.cover.get("as_of", "")),
                pdf_standards=STANDARDS,
            )
        except typst.TypstError as fault:
            hints = "; ".join(fault.hints)
            raise RenderError(f"the PDF could not be set: {fault.message}{f' ({hints})' if hints else ''}") from fault
    if warnings:
        raise RenderError(f"the PDF was set with a warning: {warnings[0].message}")
    return made


@cache
def _typst_fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(theme.fonts())])


@cache
def _letters() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(theme.fonts() / "Inter[opsz,wght].ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def _printable(text: str) -> str:
    """Show a letter the typeface lacks as a box: PDF/UA refuses a page with a letter nobody can see."""
    return "".join(letter if ord(letter) in _letters() or letter == "\n" else "□" for letter in text)


def _stamp(as_of: str) -> datetime.datetime:
    """Return the only date a PDF carries: the report's own, never the clock's."""
    try:
        day = datetime.date.fromisoformat(as_of)
    except ValueError:
        day = datetime.date(2000, 1, 1)
    return datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)


# -------------------------------------------------------------------------------------------------------------- both


def _view(tree: Document) -> dict[str, Any]:
    """Return what both editions print: the tree with the house's own words in the language of the report."""
    words = _words(tree.cover["language"])
    cover = {key: tree.cover.get(key, "") for key in COVER}
    cover["status_word"] = words.get(cover["status"], cover["status"])
    cover["as_of"] = _long_date(cover["as_of"], cover["language"])
    blocks = [block | ({"remark": _remark(block, words)} if block["type"] == "table" else {}) for block in tree.blocks]
    lines = [(words[key], cover[key]) for key in COVER_LINES if cover[key]]
    return {"cover": cover, "words": words, "lines": lines, "blocks": blocks, "document": {"blocks": blocks}}


def _remark(table: Block, words: Mapping[str, str]) -> str:
    shown = len(table["rows"])
    if table["total"] <= shown:
        return ""
    said = words["rows_csv"] if table["csv"] and table["name"] else words["rows"]
    return said.format(shown=f"{shown:,}", total=f"{table['total']:,}", name=table["name"])


def _long_date(day: str, language: str) -> str:
    try:
        return format_date(datetime.date.fromisoformat(day), format="d MMMM y", locale=language)
    except ValueError:
        return day


@cache
def _words(language: str) -> dict[str, str]:
    known = tomllib.loads((folder("templates") / "words.toml").read_text(encoding="utf-8"))
    if language not in known:
        raise RenderError(f"no words for language {language!r}; there are {', '.join(sorted(known))}")
    return known[language]


EDITIONS: dict[str, Callable[[Document], bytes]] = {"html": _html, "pdf": _pdf}
