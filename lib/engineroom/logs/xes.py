"""Read XES, the process-mining exchange format (IEEE 1849), as a stream of events into Parquet.

The XML is parsed by expat in pieces, so memory does not grow with the file; entities are refused, nesting, columns and
unzipped size are bounded. Each event becomes a row with its own attributes and those of its trace (`case:...`), all as
text; what they mean is stated in engagement.toml as for any other log.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol
from xml.parsers import expat

import pyarrow as pa
import pyarrow.parquet as pq

BATCH = 50_000
PIECE = 1 << 20
LONGEST = 64 << 20
DEEPEST = 100
MOST_COLUMNS = 2_000
VALUE_TAGS = {"string", "date", "int", "float", "boolean", "id"}


class Readable(Protocol):
    """What gives bytes in pieces."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, none at the end."""


class XesError(ValueError):
    """The file is not XES that can be trusted: what is wrong, and what to do."""


def to_parquet(stream: Readable, folder: Path, row: str) -> int:
    """Write the events of a XES stream as Parquet files into a folder and return how many there were.

    `row` names the column that numbers the events from 1. An attribute that first appears late in the file is a column
    of the later files only: read them with union by name.
    """
    reader = _Reader(folder, row)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.EntityDeclHandler = parser.ExternalEntityRefHandler = _refuse_entities
    try:
        read = 0
        while piece := stream.read(PIECE):
            parser.Parse(piece, False)
            reader.write_when(BATCH)
            read += len(piece)
            if read - parser.CurrentByteIndex > LONGEST:
                raise XesError(f"has an element longer than {LONGEST >> 20} MB", "export it again")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        at = f"line {error.lineno}, column {error.offset + 1}"
        raise XesError(f"is not whole XML ({expat.ErrorString(error.code)}, {at})", "export it again") from None
    reader.write_when(1)
    return reader.number


class _Reader:
    """The state between two elements: the trace and the event they belong to, and how deep they are nested."""

    def __init__(self, folder: Path, row: str) -> None:
        self.folder, self.row, self.number, self.parts = folder, row, 0, 0
        self.case: dict[str, Any] = {}
        self.event: dict[str, Any] | None = None
        self.depth, self.level, self.in_trace, self.has_events = 0, 0, False, False
        self.rows: list[dict[str, Any]] = []
        self.keys: set[str] = set()

    def start(self, tag: str, about: dict[str, str]) -> None:
        """Take in the start of an element: attributes count only directly below a trace or an event."""
        tag = tag.rpartition(":")[2]
        self.depth += 1
        if self.depth == 1 and tag != "log":
            raise XesError(f"begins with <{tag[:40]}>, XES begins with <log>", "export it as XES")
        if self.depth > DEEPEST:
            raise XesError(f"nests elements deeper than {DEEPEST}", "export it again")
        if tag == "trace" and self.depth == 2:
            self.case, self.in_trace, self.has_events, self.level = {}, True, False, self.depth + 1
        elif tag == "event" and self.depth == 3 and self.in_trace:
            self.event, self.level = {}, self.depth + 1
        elif tag in ("trace", "event"):
            raise XesError(f"has a <{tag}> in the wrong place (after event {self.number})", "export it again")
        elif tag in VALUE_TAGS and self.in_trace and self.depth == self.level and "key" in about:
            self.keep(about["key"], about.get("value"))

    def keep(self, key: str, value: str | None) -> None:
        """Keep an attribute of the event, or of its trace."""
        name, into = (f"case:{key}", self.case) if self.event is None else (key, self.event)
        if self.event is None and self.has_events:
            raise XesError(f'gives "{key[:60]}" of a trace after its events (event {self.number})', "export it again")
        if name in into:
            raise XesError(f'gives "{key[:60]}" twice in one place (event {self.number + 1})', "keep one")
        if name not in self.keys:
            if len(self.keys) >= MOST_COLUMNS:
                raise XesError(f"has more than {MOST_COLUMNS:,} different attributes", "export those that are needed")
            if name == self.row:
                raise XesError(f'has an attribute "{name}", a name engineroom uses itself', "rename it")
            self.keys.add(name)
        into[name] = value

    def end(self, tag: str) -> None:
        """Close an element: a closed event is a row."""
        tag = tag.rpartition(":")[2]
        if tag == "event" and self.event is not None and self.depth == self.level - 1:
            self.number += 1
            self.rows.append(self.case | self.event | {self.row: self.number})
            self.event, self.has_events, self.level = None, True, self.depth
        elif tag == "trace" and self.depth == 2:
            self.in_trace = False
        self.depth -= 1

    def write_when(self, least: int) -> None:
        """Write the rows at hand as one file, if there are so many."""
        if len(self.rows) < least:
            return
        names = sorted({name for one in self.rows for name in one} - {self.row})
        columns = {name: pa.array([one.get(name) for one in self.rows], pa.string()) for name in names}
        numbers = pa.array([one[self.row] for one in self.rows], pa.int64())
        pq.write_table(pa.table(columns | {self.row: numbers}), self.folder / f"events-{self.parts:06d}.parquet")
        self.rows, self.parts = [], self.parts + 1


def _refuse_entities(*_: Any) -> int:
    raise XesError("declares XML entities, which can hide files or fill the memory", "export it without them")
