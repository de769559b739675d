"""The PDF edition: tagged, bookmarked, with the tables it prints attached as CSV (PDF/UA-1 and PDF/A-3a)."""

from __future__ import annotations

import base64
import datetime
import json
import tempfile
from functools import cache
from typing import Any

from engineroom.errors import RenderError
from engineroom.pages import theme
from engineroom.rendering import document, drawing, pdffile
from engineroom.rendering.document import Document
from engineroom.resources import folder

STANDARDS = ["ua-1", "a-3a"]


def prepare() -> None:
    """Start what draws, and read the typeface: for what is set, and for what of it can be printed."""
    drawing.prepare()
    _typst_fonts()
    _letters()


def make(tree: Document, view: dict[str, Any]) -> bytes:
    """Compile the static walker over the tree, in memory, with an empty folder as all it may read."""
    files: dict[str, bytes] = {}
    for number, block in enumerate(view["blocks"]):
        if block["type"] == "figure":
            svg = drawing.draw(block.pop("spec"), block["id"])
            block["svg"], block["width"] = f"chart-{number}.svg", drawing.width(svg)
            files[block["svg"]] = _printable(svg).encode()
    attached = document.tables(tree)
    files |= {f"{name}.csv": text.encode() for name, text in attached.items()}
    logo = view["brand"].get("logo", {})
    if logo:
        files[f"logo.{logo['format']}"] = base64.b64decode(logo["data"])
    data = {key: view[key] for key in ("cover", "words", "lines", "blocks", "brand", "base", "region")}
    data |= {"sections": len(tree.of("heading")), "attached": sorted(attached)}
    files["doc.json"] = _printable(
        json.dumps(_without(data, "csv", "data", "figures", "files", "live", "saved", "told"), ensure_ascii=False)
    ).encode()
    files["tokens.json"] = json.dumps(view["tokens"]).encode()
    files["main.typ"] = (folder("templates") / "engineroom.typ").read_bytes()
    return pdffile.finished(_compiled(files, tree.cover.get("as_of", "")), _headed(view["blocks"]))


def faults(content: bytes, tree: Document) -> dict[str, bool]:
    """Return what may be wrong with a PDF, and whether it is."""
    held = pdffile.counted(content)
    return {
        "it is cut off": not (held and content.startswith(b"%PDF-1.") and content.rstrip().endswith(b"%%EOF")),
        "it has no pages": not held["pages"],
        "a chart is missing": held["figures"] != len(tree.of("figure")) + _logos(tree),
        "a table is not attached": held["attachments"] < len(document.tables(tree)),
        "it is not tagged": not held["tags"],
    }


def _logos(tree: Document) -> int:
    return 1 if tree.brand.get("logo") else 0


def _compiled(files: dict[str, bytes], as_of: str) -> bytes:
    import typst

    with tempfile.TemporaryDirectory() as empty:
        try:
            made, warnings = typst.compile_with_warnings(  # type: ignore[call-overload]  # takes files in memory
                files,
                format="pdf",
                root=empty,
                font_paths=_typst_fonts(),
                timestamp=_stamp(as_of),
                pdf_standards=STANDARDS,
            )
        except typst.TypstError as fault:
            hints = "; ".join(fault.hints)
            raise RenderError(f"the PDF could not be set: {fault.message}{f' ({hints})' if hints else ''}") from fault
    if warnings:
        raise RenderError(f"the PDF was set with a warning: {warnings[0].message}")
    return bytes(made)


def _headed(blocks: list[dict[str, Any]]) -> frozenset[int]:
    """Return the numbers, as Typst counts tables, of those whose first column names its rows."""
    printed = (block for block in document.blocks_within(blocks) if not block.get("attached"))
    drawn = [block for block in printed if block["type"] in ("table", "grid")]
    return frozenset(
        number for number, block in enumerate(drawn, 1) if block["columns"] and block["columns"][0].get("rowheader")
    )


def _without(part: Any, *keys: str) -> Any:
    """Return a part of the tree without what Typst need not read: the files are beside it."""
    if isinstance(part, dict):
        return {key: _without(value, *keys) for key, value in part.items() if key not in keys}
    return [_without(item, *keys) for item in part] if isinstance(part, list | tuple) else part


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
    unseen = {ord(letter): "□" for letter in set(text) if ord(letter) not in _letters() and letter != "\n"}
    return text.translate(unseen) if unseen else text


def _stamp(as_of: str) -> datetime.datetime:
    """Return the only date a PDF carries: the report's own, never the clock's."""
    try:
        day = datetime.date.fromisoformat(as_of)
    except ValueError:
        day = datetime.date(2000, 1, 1)
    return datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)
