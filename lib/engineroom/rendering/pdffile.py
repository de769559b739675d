"""A PDF as Typst writes it, finished: row headers told as such, engineroom named as its maker, its objects packed.

Typst marks the heads of columns but not those of rows, and writes its tree of tags as plain text, most of a report's
size. pikepdf (qpdf) does the reading and writing: the same in, the same out.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

MAKER = "engineroom"
_CELL = re.compile(rb"U(\d+)x0y\d+")
"""How Typst names the head of a table's first column: the table's number, column 0, a row."""
_XMP_MAKER = re.compile(rb"(?<=<xmp:CreatorTool>)Typst [\d.]+|(?<=<stEvt:softwareAgent>)Typst [\d.]+")


def finished(made: bytes, headed: frozenset[int]) -> bytes:
    """Return a PDF with the first cells of the tables numbered in `headed` as heads of their rows, and packed."""
    with pikepdf.open(io.BytesIO(made)) as pdf:
        for part in pdf.objects:
            if isinstance(part, Dictionary) and part.get("/S") == "/TD" and _table_of(part) in headed:
                span = [
                    about.ColSpan for about in part.A if "/ColSpan" in about
                ]  # the head of a group is its only cell
                part.S = Name.TH
                part.A = Array([Dictionary(O=Name.Table, Scope=Name.Row)])
                if span:
                    part.A[0].ColSpan = span[0]
        pdf.docinfo.Creator = MAKER
        metadata = pdf.Root.Metadata
        metadata.write(_XMP_MAKER.sub(MAKER.encode(), metadata.read_bytes()))
        packed = io.BytesIO()
        pdf.save(
            packed,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
            fix_metadata_version=False,  # it would write the metadata anew
        )
    return packed.getvalue()


def counted(content: bytes) -> Counter[str]:
    """Return how many pages, tagged figures, attachments and trees of tags a PDF holds; none if it cannot be read."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            kinds = Counter(
                "figures" if part.get("/S") == "/Figure" else "attachments"
                for part in pdf.objects
                if isinstance(part, Dictionary) and (part.get("/S") == "/Figure" or "/AFRelationship" in part)
            )
            return kinds + Counter(pages=len(pdf.pages), tags=int("/StructTreeRoot" in pdf.Root))
    except pikepdf.PdfError:
        return Counter()


def _table_of(cell: Any) -> int | None:
    """Return the number of the table whose first column a cell lies in; None for every other cell."""
    for about in cell.get("/A", []):
        heads = about.get("/Headers") if isinstance(about, Dictionary) else None
        if heads and (name := _CELL.fullmatch(bytes(heads[0]))):
            return int(name[1])
    return None
