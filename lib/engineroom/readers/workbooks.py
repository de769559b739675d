"""Look through a workbook before a library opens it: what it unpacks to, how far its cells reach, which hold no value.

A reader of spreadsheets makes room for every cell between the first and the last one of a sheet: one blank far away
asks for more memory than a machine has. Here the parts are read as a stream, and nothing is kept but what is told.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from python_calamine import CalamineError

from engineroom.errors import Problem
from engineroom.readers import cells

UNPACKED_RATIO, UNPACKED_LEAST = 200, 64 << 20
"""How often larger than its zipped form a file may be: texts reach 50, bombs 1,000."""

ROWS, COLUMNS = 1 << 20, 1 << 14
"""Rows and columns of a sheet in Excel."""

SPARSE, ROOMY = 20, 1 << 20
"""How many cells a sheet may reach over for each one that is filled, and how many it always may."""

MOST_CELLS = 2 << 20
"""Cells of one table."""

PIECE = 1 << 16
REFERENCE = re.compile("([A-Za-z]{1,3})([0-9]{1,7})")
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError, KeyError)
"""What broken bytes make of the standard library's readers."""

AGAIN = "save it again in a spreadsheet"


class WorkbookError(ValueError):
    """A workbook that nobody should open: which sheet and cell, what is wrong, and what to do."""

    def __init__(self, rule: str, cure: str = AGAIN, sheet: str = "", row: int = 0, column: str = "") -> None:
        super().__init__(rule)
        self.rule, self.cure, self.sheet, self.row, self.column = rule, cure, sheet, row, column

    @property
    def place(self) -> str:
        """Return its sheet and cell as a sentence begins with them; blank where there is none."""
        return ", ".join(part for part in (self.sheet, f"{self.column}{self.row or ''}") if part) + ": " * bool(
            self.sheet
        )

    def problem(self, where: str) -> Problem:
        """Return it as a problem of the file `where`."""
        return Problem(f"{where} / {self.sheet}" if self.sheet else where, self.row, self.column, self.rule, self.cure)


@dataclass
class Extent:
    """The cells of one sheet that hold something: how many there are, how far they reach, which have no value.

    Attributes
    ----------
    filled : int
        Number of cells that hold anything.
    last : tuple of int
        Largest row and largest column, from 0; -1 where there is none.
    odd : dict
        Cells that hold a spreadsheet's error or a formula nobody calculated, by row and column from 0.
    """

    filled: int = 0
    last: tuple[int, int] = (-1, -1)
    odd: dict[tuple[int, int], str] = field(default_factory=dict)


def unpack(path: Path) -> None:
    """Unpack every part of a workbook to nowhere: raise `WorkbookError` where that is too much, or it is damaged.

    What a part says of its size is believed only once it was seen. What is no zip passes.
    """
    size = path.stat().st_size
    left = max(UNPACKED_RATIO * size, UNPACKED_LEAST)
    with _opened(path) as packed:
        names = Counter(part.filename for part in packed.infolist()) if packed else Counter[str]()
        if twice := next((name for name, times in names.items() if times > 1), ""):
            raise WorkbookError(f"holds two parts called {twice[:60]}")
        for part in names:
            with packed.open(part) as stream:
                while piece := stream.read(PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise WorkbookError(f"unzips to more than {UNPACKED_RATIO} times its size", "send it as CSV")


def extents(path: Path, names: Collection[str], *, is_log: bool = False) -> dict[str, Extent]:
    """Return the extent of those sheets of a workbook that are named; of a log it may be as large as a sheet can be.

    Raise `WorkbookError` where one is damaged or reaches over too many cells. What holds no sheets as XML (.xls, .xlsb,
    .ods) has no extents.
    """
    with _opened(path) as packed:
        if "xl/workbook.xml" not in (packed.namelist() if packed else ()):
            return {}
        return {name: _extent(packed, part, name, is_log) for name, part in _sheets(packed) if name in names}


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Yield a zip, None where the file is none; whatever is broken in it is a `WorkbookError`."""
    try:
        if not zipfile.is_zipfile(path):
            yield None
            return
        with zipfile.ZipFile(path) as packed:
            yield packed
    except WorkbookError:
        raise
    except expat.ExpatError as error:
        raise WorkbookError(f"is damaged ({_broken(error)})") from None
    except DAMAGED as error:
        raise WorkbookError(f"is damaged ({error})") from None


@contextmanager
def opening() -> Iterator[None]:
    """Turn whatever the reader of spreadsheets makes of a broken workbook into a `WorkbookError`."""
    try:
        yield
    except WorkbookError:
        raise
    except (CalamineError, OSError, ValueError) as error:
        raise WorkbookError(f"is not a workbook that can be read ({error})", "") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how Rust's panics arrive; no module has the name
            raise
        raise WorkbookError("is not a workbook that can be read (its reader gave up)") from None


def _sheets(packed: Any) -> Iterator[tuple[str, str]]:
    """Yield the sheets of a workbook with the parts that hold them; both forms of Open XML name them alike."""
    targets = {about.get("Id"): about.get("Target", "") for about in _elements(packed, "xl/_rels/workbook.xml.rels")}
    for about in _elements(packed, "xl/workbook.xml", "sheet"):
        target = targets.get(next((value for key, value in about.items() if key.rpartition(":")[2] == "id"), ""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if target and "name" in about:
            yield about["name"], part


def _elements(packed: Any, part: str, tag: str = "Relationship") -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def start(name: str, about: dict[str, str]) -> None:
        if name.rpartition(":")[2] == tag:
            found.append(about)

    parser = _parser()
    parser.StartElementHandler = start
    with packed.open(part) as stream:
        parser.ParseFile(stream)
    return found


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse_entities
    return parser


def _refuse_entities(*_: object) -> None:
    raise WorkbookError("declares XML entities, which can fill the memory")


def _broken(error: expat.ExpatError) -> str:
    return f"{expat.ErrorString(error.code)}, line {error.lineno}, column {error.offset + 1} of its XML"


def _extent(packed: Any, part: str, sheet: str, is_log: bool) -> Extent:
    found = next((name for name in packed.namelist() if name.lower() == part.lower()), None)
    if found is None:
        raise WorkbookError("has no cells in the file", sheet=sheet)
    with packed.open(found) as stream:
        return _Scan(sheet, ROWS * COLUMNS if is_log else MOST_CELLS).read(stream)


class _Scan:
    """The state between two elements of a sheet: the cell they belong to, and what was found so far."""

    def __init__(self, sheet: str, most: int) -> None:
        self.sheet, self.most, self.found = sheet, most, Extent()
        self.row, self.column, self.kind, self.is_filled = -1, -1, "", False
        self.tag = ""
        self.said: dict[str, str] = {}
        self.parser = _parser()

    def read(self, stream: IO[bytes]) -> Extent:
        """Return the extent of a sheet."""
        self.parser.StartElementHandler = self.start
        try:
            self.parser.ParseFile(stream)
        except expat.ExpatError as error:
            raise WorkbookError(f"is damaged ({_broken(error)})", sheet=self.sheet) from None
        (high, wide), filled = self.found.last, self.found.filled
        over = (high + 1) * (wide + 1)
        if over > max(ROOMY, SPARSE * filled):
            self.row, self.column = high, wide
            said = f"the sheet reaches to here, over {over:,} cells, and {filled:,} are filled"
            raise self.fault(said, "delete the rows and columns behind the table")
        return self.found

    def start(self, tag: str, about: dict[str, str]) -> None:
        """Take in the start of an element: where a cell stands, and whether it holds anything."""
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self.is_filled, self.kind, self.said = False, about.get("t", ""), {}
            if self.kind == "e":
                self.listen()
            self.column += 1
            if "r" in about:
                self.row, self.column = self.place(about["r"])
        elif tag == "row":
            self.row, self.column = self.number(about["r"]) if "r" in about else self.row + 1, -1
        elif tag in ("v", "f", "is"):
            self.tag, self.said[tag] = tag, ""
            if tag == "f":
                self.listen()
            if not self.is_filled:
                self.is_filled = True
                self.fill()

    def fill(self) -> None:
        """Count a cell that holds something."""
        found = self.found
        if not (0 <= self.row < ROWS and 0 <= self.column < COLUMNS):
            raise self.fault("a cell lies beyond the last row or column that a sheet has", AGAIN)
        found.last = max(found.last[0], self.row), max(found.last[1], self.column)
        found.filled += 1
        if found.filled > self.most:
            raise self.fault(f"more than {self.most:,} cells are filled", "leave the rows that are needed")

    def listen(self) -> None:
        """Hear the texts of this cell: to hear those of every cell is dear, and only errors and formulas are told."""
        self.parser.EndElementHandler, self.parser.CharacterDataHandler = self.end, self.text

    def text(self, said: str) -> None:
        """Keep the text of a value or a formula."""
        if self.tag in ("f", "v"):
            self.said[self.tag] = (self.said[self.tag] + said)[: cells.LONGEST]

    def end(self, tag: str) -> None:
        """Close an element: a closed cell may hold an error, or a formula without a value."""
        tag = tag.rpartition(":")[2]
        if tag == self.tag:
            self.tag = ""
        elif tag == "c":
            self.parser.EndElementHandler = self.parser.CharacterDataHandler = None
            if self.kind == "e":
                self.found.odd[self.row, self.column] = self.said.get("v", "")
            elif "f" in self.said and not self.said.get("v") and self.kind != "str":
                self.found.odd[self.row, self.column] = cells.Uncalculated(f"={self.said['f']}")

    def place(self, reference: str) -> tuple[int, int]:
        """Return the row and column, from 0, that a reference such as B7 names."""
        if not (found := REFERENCE.fullmatch(reference)):
            raise self.fault(f'"{reference[:20]}" is not the place of a cell', AGAIN)
        column = 0
        for letter in found[1].upper():
            column = column * 26 + ord(letter) - 64
        return int(found[2]) - 1, column - 1

    def number(self, text: str) -> int:
        """Return the number of a row, from 0."""
        if not re.fullmatch("[0-9]{1,7}", text):
            raise self.fault(f'"{text[:20]}" is not the number of a row', AGAIN)
        return int(text) - 1

    def fault(self, rule: str, cure: str) -> WorkbookError:
        """Return a fault of this sheet at the cell that is being read."""
        return WorkbookError(rule, cure, self.sheet, max(self.row, -1) + 1, _letters(self.column))


def _letters(column: int) -> str:
    """Return the letters of a column, counted from 0; none where there is no column."""
    letters, column = "", column + 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
