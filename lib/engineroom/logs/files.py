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
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from engineroom import scratch
from engineroom.errors import Problem
from engineroom.logs import engines, xes
from engineroom.readers import engagement, workbooks
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

EXCEL_ROWS = 1_048_576
BATCH = 20_000
KINDS = {".parquet": "Parquet", ".csv": "CSV", ".xlsx": "XLSX", ".xes": "XES"}


class LogFileError(ValueError):
    """The file cannot be read as what it is said to be: what is wrong, and what to do."""


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
    encoding, separator, header = _text_form(path, spec)
    is_plain = encoding in ("utf-8", "utf-8-sig") and path.suffix.lower() != ".gz"
    table = con.read_csv(
        str(path if is_plain else _plain(path, encoding)),
        columns=dict.fromkeys(header, "string"),
        auto_detect=False,
        header=True,
        delim=separator,
        quote='"',
        escape='"',
        nullstr="",
        store_rejects=True,
        null_padding=False,
        strict_mode=True,
    )
    return table.mutate(**{ROW: ibis.row_number() + 2, FILE: ibis.null("string")})


def _text_form(path: Path, spec: Source) -> tuple[str, str, list[str]]:
    """Return encoding, separator and column names: as stated, or as the first rows prove; never guessed."""
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
    if "\r" in text and "\n" not in text:
        raise LogFileError("ends its lines with CR alone, as old Macs did", "save it with LF or CRLF line ends")
    separator = spec.separator or _separator(text)
    names = next(csv.reader(io.StringIO(text), delimiter=separator), [])
    header = [name.strip() or f"(column {place})" for place, name in enumerate(names, 1)]
    _header(header, "")
    return codecs.lookup(encoding).name, separator, header


def _separator(text: str) -> str:
    lines = text.splitlines()[:200]
    widths = {
        mark: [len(row) for row in csv.reader(io.StringIO("\n".join(lines[:-1] or lines)), delimiter=mark)]
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


def _plain(path: Path, encoding: str) -> Path:
    """Return an unzipped UTF-8 copy: DuckDB reads few encodings, Excel on Windows writes others."""
    target = scratch.lasting("text") / "log.csv"
    decoder = codecs.getincrementaldecoder(encoding)()
    with _opened(path) as zipped, target.open("wb") as copy:
        stream = _Bounded(zipped, path.stat().st_size)
        while piece := stream.read(PIECE):
            copy.write(piece if encoding == "utf-8" else decoder.decode(piece).encode())
        copy.write(decoder.decode(b"", final=True).encode() if encoding != "utf-8" else b"")
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
        workbooks.extents(path, [sheet], is_log=True)  # before room is made for its cells
        with workbooks.opening():
            lines = book.get_sheet_by_name(sheet).iter_rows()
    except workbooks.WorkbookError as error:
        raise LogFileError(f"{error.place}{error.rule}", error.cure or "save it again in Excel") from None
    header = [_said(cell, spec.decimal) or "" for cell in next(lines, [])]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise LogFileError("has no header in row 1", "put the column names there")
    _header(header, "")
    target = scratch.lasting("sheet") / "log.parquet"
    shape = pa.schema([(name, pa.string()) for name in header] + [(ROW, pa.int64())])
    with pq.ParquetWriter(target, shape) as writer:
        for batch in _batches(lines, len(header), spec.decimal):
            writer.write_table(pa.table([pa.array(column) for column in zip(*batch, strict=True)], schema=shape))
    return con.read_parquet(str(target)).mutate(**{FILE: ibis.null("string")})


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
        if number > EXCEL_ROWS - 1:
            raise LogFileError("fills every row a sheet has, so it was probably cut", "export it as CSV")
        cells = [_said(cell, decimal) for cell in line]
        if any(cells[width:]):
            raise LogFileError(f"row {number} has a cell beyond the last column name", "name its column, or clear it")
        if any(cells):
            batch.append([*(cells + [None] * width)[:width], number])
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _said(cell: Any, decimal: str) -> str | None:
    """Return a cell as text: numbers with the stated decimal mark, whole ones without, times as 2026-01-31 14:05:00."""
    if isinstance(cell, float):
        is_whole = cell.is_integer() and abs(cell) < 1 << 53
        return str(int(cell)) if is_whole else str(cell).replace(".", decimal)
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
