"""A PDF as Typst writes it, made whole and small: row headers told as such, and its objects packed.

Typst marks the heads of columns but not those of rows, and writes its tree of tags as plain text, most of a report's
size. Both are mended on the bytes: the same in, the same out, and no library for it.
"""

from __future__ import annotations

import re
import zlib

from engineroom.errors import RenderError

PACKED_TOGETHER = 100
"""Objects in one stream: a reader unpacks a stream whole to find one of them."""

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*)\nendobj", re.DOTALL)
_TRAILER = re.compile(
    rb"trailer\n<</Size (\d+)/Root (\d+ 0 R)/Info (\d+ 0 R)/ID(\[.*?\])>>\nstartxref\n(\d+)\n%%EOF", re.DOTALL
)
_FIRST_CELL = re.compile(
    rb"(<</Type/StructElem)/S/TD(/P \d+ 0 R(?:/ID\([^)]*\))?/A\[<</O/Table)(/Headers\[\(U(\d+)x0y\d+\)\])"
)
_MAKER = re.compile(
    rb"(/Creator\(|<xmp:CreatorTool>|<stEvt:softwareAgent>)(Typst [\d.]+)(\)|</xmp:CreatorTool>|</stEvt:softwareAgent>)"
)
_STREAM = re.compile(rb"stream\n(.*)\nendstream", re.DOTALL)


def finished(made: bytes, headed: frozenset[int]) -> bytes:
    """Return a PDF with the first cells of the tables numbered in `headed` as heads of their rows, and packed."""
    return _packed(_with_row_heads(made, headed))


def objects(content: bytes) -> list[bytes]:
    """Return every object of a PDF of ours, those packed into streams too."""
    found = [body for _, body in _objects(content)]
    packed = [zlib.decompress(_STREAM.search(body)[1]) for body in found if b"/Type/ObjStm" in body]  # type: ignore[index]
    return found + packed


def _with_row_heads(made: bytes, headed: frozenset[int]) -> bytes:
    """Exchange tags of the same length, so that every offset in the file stays true."""

    def head(cell: re.Match[bytes]) -> bytes:
        if int(cell[4]) not in headed:
            return cell[0]
        return cell[1] + b"/S/TH" + cell[2] + b"/Scope/Row".ljust(len(cell[3]))

    return _FIRST_CELL.sub(head, made)


def _objects(content: bytes) -> list[tuple[int, bytes]]:
    """Return number and body of each object, found by the file's own list of offsets."""
    classic = _TRAILER.search(content)
    if classic is None:
        starts = sorted(match.start() for match in re.finditer(rb"(?<=\n)\d+ 0 obj\n", content))
        ends = [*starts[1:], content.rindex(b"\nstartxref") + 1]
    else:
        place = int(classic[5])
        rows = re.findall(rb"(\d{10}) \d{5} n", content[place : classic.start()])
        starts = sorted(int(row) for row in rows)
        ends = [*starts[1:], place]
    found = [_OBJECT.match(content, start, end) for start, end in zip(starts, ends, strict=True)]
    if None in found:
        raise RenderError("the PDF has an object that is not where its list says")
    return [(int(one[1]), one[2]) for one in found if one]


def _packed(made: bytes) -> bytes:
    """Write the same objects again, all that hold no stream of their own in compressed streams (PDF 1.5 and later)."""
    trailer = _TRAILER.search(made)
    if trailer is None:
        raise RenderError("the PDF does not end as one of Typst's does")
    size = int(trailer[1])
    written, rows = bytearray(made[: made.index(b"1 0 obj\n")]), {0: (0, 0, 65535)}
    plain: list[tuple[int, bytes]] = []
    for number, body in map(_signed, _objects(made)):
        if body.endswith(b"\nendstream"):
            rows[number] = (1, len(written), 0)
            written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        else:
            plain.append((number, body))
    for first in range(0, len(plain), PACKED_TOGETHER):
        group = plain[first : first + PACKED_TOGETHER]
        rows |= {number: (2, size, place) for place, (number, _) in enumerate(group)}
        rows[size] = (1, len(written), 0)
        written += _stream(size, b"/Type/ObjStm/N %d/First %d", *_group(group))
        size += 1
    rows[size] = (1, len(written), 0)
    root, info, ids = trailer.group(2, 3, 4)
    said = b"/Type/XRef/Size %d/Root %s/Info %s/ID%s/W[1 4 2]" % (size + 1, root, info, ids)
    blank = (0, 0, 65535)
    listed = b"".join(
        kind.to_bytes(1) + place.to_bytes(4) + order.to_bytes(2)
        for kind, place, order in (rows.get(number, blank) for number in range(size + 1))
    )
    start = len(written)
    written += _stream(size, said, (), listed)
    return bytes(written + b"startxref\n%d\n%%%%EOF\n" % start)


def _signed(numbered: tuple[int, bytes]) -> tuple[int, bytes]:
    """Return an object that names engineroom as the maker, where it named the tool and its version."""
    number, body = numbered
    said = _MAKER.sub(rb"\1engineroom\3", body)
    if b"/Subtype/XML" in body:
        length = len(_STREAM.search(said)[1])  # type: ignore[index]
        said = re.sub(rb"/Length \d+", b"/Length %d" % length, said, count=1)
    return number, said


def _group(group: list[tuple[int, bytes]]) -> tuple[tuple[int, int], bytes]:
    heads, place = b"", 0
    for number, body in group:
        heads += b"%d %d " % (number, place)
        place += len(body) + 1
    return (len(group), len(heads)), heads + b"\n".join(body for _, body in group)


def _stream(number: int, said: bytes, parts: tuple[int, ...], data: bytes) -> bytes:
    squeezed = zlib.compress(data, 9)
    what = said % parts if parts else said
    return b"%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        what,
        len(squeezed),
        squeezed,
    )
