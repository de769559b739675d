"""Open the file of a log as an Ibis table of its rows as they stand, each with its row number.

Encoding and separator are stated or proven by the first rows, never guessed: a wrong guess makes wrong figures without
a word. Parquet is read where it lies; everything else is first copied, once and bounded, into a form that DuckDB reads
without guessing.
"""

from __future__ import annotations

import codecs
import csv
import glob
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from engineroom import scratch
from engineroom.errors import Problem
from engineroom.logs import engines, xes
from engineroom.readers import cells, engagement, sheets, workbooks
from engineroom.readers.engagement import Engagement, Source

ROW, FILE = "row_in_file", "file_of_row"
SAMPLE = 1 << 18
PIECE = 1 << 20
TOLD = 10
PREAMBLE = ("Invalid Input Error: CSV Error on Line", "CSV Error on Line", "Original Line")
MOST_COLUMNS = 2_000

CURES = {
    "unicode": 'state encoding, for example "cp1252"',
    "unterminated": "close the quotation mark, or shorten the cell: a line may hold 2 MB",
    "Maximum line size": "shorten the cell: a line may hold 2 MB",
    "Columns": "quote cells that hold the separator",
}
"""What to do about a row that DuckDB rejects, by a word of its complaint."""

UNREADABLE = (EOFError, UnicodeError, zlib.error, zipfile.BadZipFile, csv.Error, pa.ArrowException)
"""What broken bytes make of the readers that are not DuckDB."""

BATCH = 20_000
KINDS = {".parquet": "Parquet", ".csv": "CSV", ".xlsx": "XLSX", ".xes": "XES"}


class LogFileError(ValueError):
    """The file cannot be read as what it is said to be: what is wrong, and what to do."""


class CellsError(ValueError):
    """Cells of a workbook that hold no value: by their column, each with its row, what is wrong and what to do."""


def parts(case: Engagement, spec: Source) -> list[Path]:
    """Return the files of a log, in order: one, those of a folder, or those a pattern finds."""
    source = str(spec.source)
    place = case.path(source, allow_outside_folder=spec.allow_outside_folder)
    if place.is_dir():
        found = sorted(place.rglob("*.parquet"))
    elif place.exists() or not glob.has_magic(source):
        found = [place]
    else:
        pattern = f"{glob.escape(str(case.folder))}/{source}"
        found = sorted(Path(one) for one in glob.glob(pattern, recursive=True))  # noqa: PTH207 -- absolute ones too
    inside = [
        case.path(str(one.relative_to(case.folder)) if one.is_relative_to(case.folder) else str(one),
                  allow_outside_folder=spec.allow_outside_folder)
        for one in found
    ]  # fmt: skip
    return [one for one in inside if not one.is_dir()]


def rows(con: Any, files: Sequence[Path], spec: Source, where: str) -> tuple[ibis.Table | None, list[Problem]]:
    """Return the rows of a log with their row numbers, and what keeps them from being read."""
    if not files or not files[0].exists():
        return None, [Problem(where, rule="there is no such file", cure="correct source in engagement.toml")]
    if not all(file.is_file() for file in files):  # a pipe may never end
        return None, [Problem(where, rule="is no file", cure="put the file itself there")]
    kinds = {Path(file.name.lower().removesuffix(".gz")).suffix for file in files}
    kind = KINDS.get(kinds.pop(), "") if len(kinds) == 1 else ""
    if not kind or (len(files) > 1 and kind != "Parquet"):
        cure = "export one .csv, .csv.gz, .xlsx, .xes or .xes.gz, or any number of .parquet files"
        return None, [Problem(where, rule="is not a log that can be read", cure=cure)]
    opened = {"Parquet": _parquet, "CSV": _csv, "XLSX": _xlsx, "XES": _xes}[kind]
    try:
        raw = opened(con, files, spec)
        if taken := {ROW, FILE} & {name.lower() for name in raw.columns if name not in (ROW, FILE)}:
            raise LogFileError(f'has a column "{taken.pop()}", a name engineroom uses itself', "rename it")
        if len(raw.columns) > MOST_COLUMNS:
            said = f"has {len(raw.columns):,} columns"
            raise LogFileError(said, f"export those that are needed, at most {MOST_COLUMNS:,}")
        return raw, []
    except CellsError as fault:
        return None, [one for column, faults in fault.args[0].items() for one in sheets.few(where, column, faults)]
    except (LogFileError, xes.XesError) as fault:
        rule, cure = fault.args
        return None, [Problem(where, rule=rule, cure=cure)]
    except Exception as fault:
        if not (isinstance(fault, UNREADABLE) or engines.is_of_the_data(fault)):
            raise
        return None, [Problem(where, rule=f"cannot be read as {kind}: {first_line(fault)}", cure="export it again")]


def rejected(con: Any, where: str) -> Iterator[Problem]:
    """Yield the rows of a CSV file that have too few or too many cells, once it has been read to its end."""
    if "reject_errors" not in {name for (name,) in con.raw_sql("SELECT table_name FROM duckdb_tables()").fetchall()}:
        return
    bad = con.raw_sql("SELECT line, min(error_message) FROM reject_errors GROUP BY line ORDER BY line").fetchall()
    for line, message in bad[:TOLD]:
        cure = next((cure for sign, cure in CURES.items() if sign in str(message)), "export it again")
        yield Problem(where, int(line), rule=first_line(message), cure=cure)
    if len(bad) > TOLD:
        yield Problem(where, rule=f"{len(bad) - TOLD} more rows cannot be read")


def digest(files: Sequence[Path]) -> str:
    """Return the SHA-256 of a log: of its file, or of the hashes of its parts."""
    if len(files) == 1:
        return engagement.digest(files[0])
    return hashlib.sha256("".join(engagement.digest(file) for file in files).encode()).hexdigest()


def first_line(said: Any) -> str:
    """Return what an engine complains of in one line, without its prefix, its advice, and paths of this machine."""
    lines = [line for line in str(said).splitlines() if line.strip() and not line.startswith(PREAMBLE)]
    line = lines[0] if lines else type(said).__name__
    head, _, tail = line.partition(" Error: ")
    return re.sub(r"""["']?/[^"']*["']?""", "the file", tail if tail and len(head.split()) < 3 else line)[:200]


# ---------------------------------------------------------------------------------------------------------- Parquet


def _parquet(con: Any, files: Sequence[Path], spec: Source) -> ibis.Table:
    """Return Parquet files where they lie; rows are numbered in each file as a spreadsheet would, from 2."""
    for file in files:
        names = pq.read_schema(file).names
        _header(names, file.name)
    table = con.read_parquet([str(file) for file in files], filename=FILE, file_row_number=True)
    return table.mutate(**{ROW: table.file_row_number + 2}).drop("file_row_number")


# -------------------------------------------------------------------------------------------------------------- CSV


def _csv(con: Any, files: Sequence[Path], spec: Source) -> ibis.Table:
    (path,) = files
    form = _text_form(path, spec)
    is_plain = form.encoding in ("utf-8", "utf-8-sig") and path.suffix.lower() != ".gz" and not form.has_old_ends
    lies = path if is_plain else _plain(path, form)
    if is_filled := _is_uneven(lies):
        lies = _evened(lies, form)
    table = con.read_csv(
        str(lies),
        columns=dict.fromkeys(form.header, "string"),
        auto_detect=False,
        header=True,
        skip=form.head - 1,
        delim=form.separator,
        quote='"',
        escape='"',
        nullstr="",
        store_rejects=True,
        null_padding=False,
        strict_mode=True,
    )
    table = table.mutate(**{ROW: ibis.row_number() + form.head + 1, FILE: ibis.null("string")})
    return table.filter(ibis.or_(*(table[name].notnull() for name in form.header))) if is_filled else table


@dataclass(frozen=True)
class TextForm:
    """How a CSV file is written: as stated, or as its first rows prove; `head` is the row of its column names."""

    encoding: str
    separator: str
    header: list[str]
    head: int
    has_old_ends: bool


def _text_form(path: Path, spec: Source) -> TextForm:
    """Return how a CSV file is written: as stated, or as the first rows prove; never guessed."""
    with _opened(path) as stream:
        head = stream.read(SAMPLE)
    if not head.strip(b"\xef\xbb\xbf \r\n\t"):
        raise LogFileError("is empty", "export it again")
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = spec.encoding or ("utf-16" if is_wide else "utf-8")
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head, final=len(head) < SAMPLE).lstrip("\ufeff")
    except (UnicodeError, LookupError, TypeError, AttributeError) as error:
        raise LogFileError(f"the text is not {encoding} ({error})", 'state encoding, for example "cp1252"') from None
    if not text.strip("\ufeff \t\r\n"):
        raise LogFileError("is empty", "export it again")
    if "\0" in text:
        raise LogFileError("is not text: it holds NUL characters", "export it as CSV, or name it by its own kind")
    has_old_ends = "\r" in text and "\n" not in text
    stated, body = sheets.stated_separator(text)
    separator = spec.separator or stated or _separator(body)
    names = next(csv.reader(io.StringIO(body, newline=None), delimiter=separator), [])
    if not any(name.strip() for name in names):
        raise LogFileError("row 1: is blank", "put the column names there")
    header = [name.strip() or f"(column {place})" for place, name in enumerate(names, 1)]
    _header(header, "")
    return TextForm(codecs.lookup(encoding).name, separator, header, 2 if stated else 1, has_old_ends)


def _is_uneven(path: Path) -> bool:
    """Return whether a file has blank lines or lines that end in two ways, which DuckDB passes over or refuses.

    Refused is a file of as many lines as a sheet has rows: what a spreadsheet leaves of a longer one.
    """
    lines = ends = 0
    has_blanks, last = False, b""
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            seam = last + piece
            lines, ends = lines + piece.count(b"\n"), ends + seam.count(b"\r\n")
            has_blanks = has_blanks or b"\n\n" in seam or b"\n\r\n" in seam
            last = piece[-2:]
            ends -= last.count(b"\r\n")
    ends += last.count(b"\r\n")
    if cut := sheets.cut(lines + (not last.endswith(b"\n"))):
        raise LogFileError(*cut)
    return has_blanks or 0 < ends < lines


def _evened(path: Path, form: TextForm) -> Path:
    """Return a copy in which a blank line is a row of blanks: rows keep the numbers they have in the file."""
    target, is_inside = scratch.lasting("lines") / "log.csv", False
    blank = form.separator.encode() * (len(form.header) - 1)
    with path.open("rb") as stream, target.open("wb") as copy:
        for line in stream:
            said = line.rstrip(b"\r\n")
            copy.write((said if is_inside or said.strip() else blank) + b"\n")
            is_inside ^= said.count(b'"') % 2 == 1
    return target


def _separator(text: str) -> str:
    lines = text.splitlines()[:200]
    widths = {
        mark: [len(row) for row in csv.reader(io.StringIO("\n".join(lines[:-1] or lines)), delimiter=mark) if row]
        for mark in ",;\t|"
    }
    proven = [mark for mark, width in widths.items() if width and width[0] > 1 and len(set(width)) == 1]
    if len(proven) != 1:
        raise LogFileError("the separator cannot be told from the first rows", 'state it, for example separator = ";"')
    return proven[0]


def _header(names: Sequence[str], file: str) -> None:
    """Refuse names that DuckDB would change without a word; for DuckDB `Case` and `case` are one."""
    within = f" in {file}" if file else ""
    if len(names) > MOST_COLUMNS:
        said = f"has {len(names):,} columns{within}"
        raise LogFileError(said, f"export those that are needed, at most {MOST_COLUMNS:,}")
    often = Counter(name.strip().lower() for name in names)
    twice = next((name for name in names if often[name.strip().lower()] > 1), None)
    if twice is not None:
        said = f'"{twice[:60]}"' if twice.strip() else "a blank"
        raise LogFileError(f"the header names {said} more than once{within}", "give each column its own name")
    if taken := {ROW, FILE, "file_row_number"} & set(often):
        raise LogFileError(f'has a column "{taken.pop()}"{within}, a name engineroom uses itself', "rename it")


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


class _Bounded:
    """A stream that refuses to grow beyond what an honest file of its size could hold."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self.stream, self.left = stream, max(workbooks.UNPACKED_RATIO * size, workbooks.UNPACKED_LEAST)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        piece = self.stream.read(PIECE if size < 0 else size)
        self.left -= len(piece)
        if self.left < 0:
            raise LogFileError(
                f"unzips to more than {workbooks.UNPACKED_RATIO} times its size", "send it unzipped if it is honest"
            )
        return piece


def _plain(path: Path, form: TextForm) -> Path:
    """Return an unzipped UTF-8 copy: DuckDB reads few encodings, Excel on Windows writes others."""
    target = scratch.lasting("text") / "log.csv"
    decoder = codecs.getincrementaldecoder(form.encoding)()
    with _opened(path) as zipped, target.open("wb") as copy:
        stream = _Bounded(zipped, path.stat().st_size)
        while piece := stream.read(PIECE):
            said = piece if form.encoding == "utf-8" else decoder.decode(piece).encode()
            copy.write(said.replace(b"\r", b"\n") if form.has_old_ends else said)
        copy.write(decoder.decode(b"", final=True).encode() if form.encoding != "utf-8" else b"")
    return target


# ------------------------------------------------------------------------------------------------------ XLSX and XES


def _xlsx(con: Any, files: Sequence[Path], spec: Source) -> ibis.Table:
    """Return one sheet: its cells as texts, times in the one form that needs no telling."""
    (path,) = files
    try:
        workbooks.unpack(path)  # before a library does
        with workbooks.opening():
            book = CalamineWorkbook.from_path(path)
        sheet = _sheet(book, spec)
        extents = workbooks.extents(path, [sheet], is_log=True)  # before room is made for its cells
        with workbooks.opening():
            found = book.get_sheet_by_name(sheet)
            lines = found.iter_rows()
    except workbooks.WorkbookError as error:
        raise LogFileError(f"{error.place}{error.rule}", error.cure or "save it again in Excel") from None
    header = [_said(cell, spec.decimal) or "" for cell in next(lines, [])]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise LogFileError("row 1: is blank", "put the column names there")
    header = [name or f"(column {place})" for place, name in enumerate(header, 1)]
    _header(header, "")
    first = found.start[1] if found.start else 0  # columns before it are not among the cells of a line
    odd = {(row, column - first): said for (row, column), said in extents[sheet].odd.items()} if extents else {}
    _valued(odd, header, spec)
    target = scratch.lasting("sheet") / "log.parquet"
    shape = pa.schema([(name, pa.string()) for name in header] + [(ROW, pa.int64())])
    with pq.ParquetWriter(target, shape) as writer:
        for batch in _batches(_mended(lines, odd), len(header), spec.decimal):
            writer.write_table(pa.table([pa.array(column) for column in zip(*batch, strict=True)], schema=shape))
    return con.read_parquet(str(target)).mutate(**{FILE: ibis.null("string")})


def _valued(odd: dict[tuple[int, int], str], header: list[str], spec: Source) -> None:
    """Refuse formulas nobody calculated in the columns that engagement.toml names."""
    used, faults = {column for _key, column in spec.named()}, defaultdict[str, list[tuple[int, str, str]]](list)
    for (row, column), said in sorted(odd.items()):
        name = header[column] if column < len(header) else ""
        if name in used and isinstance(said, cells.Uncalculated):
            faults[name].append((row + 1, *cells.fault(said, "text", spec.marks)))
    if faults:
        raise CellsError(dict(faults))


def _mended(lines: Iterator[list[Any]], odd: dict[tuple[int, int], str]) -> Iterator[list[Any]]:
    """Yield the rows below the header with the errors of their cells, which the reader of spreadsheets leaves blank."""
    by_row = defaultdict[int, list[tuple[int, str]]](list)
    for (row, column), said in odd.items():
        by_row[row].append((column, said))
    for number, line in enumerate(lines, 1):
        for column, said in by_row.get(number, ()):
            line += [None] * (column + 1 - len(line))
            line[column] = said
        yield line


def _sheet(book: Any, spec: Source) -> str:
    shown = [
        one.name
        for one in book.sheets_metadata
        if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
    ]
    if spec.sheet in shown or (spec.sheet is None and len(shown) == 1):
        return spec.sheet or shown[0]
    asked = f'has no visible sheet "{spec.sheet}"' if spec.sheet else f"has {len(shown)} sheets"
    raise LogFileError(asked, f"state sheet, one of: {', '.join(shown[:20])}")


def _batches(lines: Iterator[list[Any]], width: int, decimal: str) -> Iterator[list[list[Any]]]:
    """Yield the rows that hold anything, with their numbers."""
    batch: list[list[Any]] = []
    for number, line in enumerate(lines, 2):
        if cut := sheets.cut(number):
            raise LogFileError(*cut)
        said = [_said(cell, decimal) for cell in line]
        if any(said[width:]):
            raise LogFileError(f"row {number} has a cell beyond the last column name", "name its column, or clear it")
        if any(said):
            batch.append([*(said + [None] * width)[:width], number])
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _said(cell: Any, decimal: str) -> str | None:
    """Return a cell as text: numbers with the stated decimal mark, whole ones without, times as 2026-01-31 14:05:00."""
    if isinstance(cell, float):
        is_whole = cell.is_integer() and abs(cell) < cells.EXACT
        return (
            str(int(cell))
            if is_whole
            else f"{cell:.14E}"
            if abs(cell) >= cells.EXACT
            else str(cell).replace(".", decimal)
        )
    return str(cell).strip() or None if cell is not None else None


def _xes(con: Any, files: Sequence[Path], spec: Source) -> ibis.Table:
    (path,) = files
    target = scratch.lasting("xes")
    with _opened(path) as stream:
        number = xes.to_parquet(_Bounded(stream, path.stat().st_size), target, ROW)
    if not number:
        raise LogFileError("holds no event", "export it again")
    table = con.read_parquet(f"{target}/*.parquet", union_by_name=True)
    return table.mutate(**{FILE: ibis.null("string")})
