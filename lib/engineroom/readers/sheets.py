"""Find sheets, read their cells and validate them: every fault told once, in the words of whoever fills them in.

Cells are read first, by the kind of their column, and validated by pandera afterwards: a cell that cannot be read
hides no other fault of its row, and is not called a second fault for the blank it leaves.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pandera.pandas as pa
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from engineroom.dictionary import schemas
from engineroom.dictionary.columns import Table
from engineroom.errors import Problem
from engineroom.readers import cells, workbooks
from engineroom.readers.contract import nearest
from engineroom.readers.engagement import Engagement, TableFiles

COMPLETE_ENOUGH = 0.8
"""Share of expected cells that must be filled before a report is made (APQC's rule for its own surveys)."""

SHEET_ROWS = (1 << 16, 1 << 20)
"""Rows of a sheet, of old and of today's spreadsheets."""

EXAMPLES = 5
"""Rows of one fault that are told one by one; the rest are counted."""

TOTALS = {
    "total", "totals", "grand total", "subtotal", "sum", "sums", "gesamt", "gesamtsumme", "summe", "zwischensumme",
}  # fmt: skip
"""What a row of totals is called."""

NOTES = ("readme", "guide")
"""Sheets and files for people."""


@dataclass(frozen=True)
class Sheet:
    """A table as found: cells as they stand, indexed by the row number a spreadsheet shows."""

    where: str
    file: Path
    cells: pd.DataFrame
    marks: cells.Marks


# ----------------------------------------------------------------------------------------------------- finding sheets


def find(engagement: Engagement, problems: list[Problem]) -> Iterator[tuple[str, Sheet]]:
    """Yield each table of an engagement by its name, as cells; add what cannot be used to `problems`."""
    files, beside = engagement.tables, csv_files(engagement)
    if files.workbook:
        yield from _workbook_sheets(engagement, files.workbook, problems)
        if any(path.stem in schemas.INPUTS for path in beside):
            rule = f"the tables are in {files.workbook}, so tables/ is not read"
            problems.append(Problem(engagement.where, 0, "tables.workbook", rule, "keep one of the two"))
        return
    for path in beside:
        where = f"{engagement.folder.name}/tables/{path.name}"
        if not path.resolve().is_relative_to(engagement.folder):
            rule, cure = "is a link that leads out of the engagement folder", "put the file itself there"
            problems.append(Problem(where, rule=rule, cure=cure))
        elif path.suffix.lower() != ".csv":
            problems.append(Problem(where, rule="is not a CSV file", cure="save it as CSV, or name [tables] workbook"))
        elif path.stem not in schemas.INPUTS:
            problems.append(_unknown_table(where, path.stem))
        elif (found := csv_cells(path, where, files, problems)) is not None:
            if found.empty:
                problems.append(Problem(where, rule="has a header and no rows", cure="fill it, or remove the table"))
            yield path.stem, Sheet(where, path, found, files.marks)


def csv_files(engagement: Engagement) -> list[Path]:
    """Return the files in `tables/`, in order: what is read there, and what is told because it cannot be."""
    found = sorted((engagement.folder / "tables").glob("*"))
    return [one for one in found if one.is_file() and one.name[0] not in ".~" and one.stem.lower() not in NOTES]


def _workbook_sheets(engagement: Engagement, book: str, problems: list[Problem]) -> Iterator[tuple[str, Sheet]]:
    path, name = engagement.path(book), Path(book).name
    if not path.is_file():
        problems.append(Problem(name, rule="there is no such workbook", cure="correct [tables] workbook"))
        return
    try:
        workbooks.unpack(path)
        extents = workbooks.extents(path, schemas.INPUTS)
        with workbooks.opening():
            yield from _opened(engagement, path, name, extents, problems)
    except workbooks.WorkbookError as error:
        problems.append(error.problem(name))


def _opened(
    engagement: Engagement, path: Path, name: str, extents: dict[str, workbooks.Extent], problems: list[Problem]
) -> Iterator[tuple[str, Sheet]]:
    opened = CalamineWorkbook.from_path(path)
    shown = [one.name for one in opened.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
    grids = [one.name for one in opened.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet and one.name in shown]
    for one in opened.sheet_names:
        if one in schemas.INPUTS and one not in shown and opened.get_sheet_by_name(one).height > 1:
            cure = "show it to have it read, or give it another name"
            problems.append(Problem(f"{name} / {one}", rule="the sheet is hidden", cure=cure))
    filled: list[bool] = []
    for one in grids:
        where = f"{name} / {one}"
        if one not in schemas.INPUTS:
            if one.lower() not in NOTES:
                problems.append(_unknown_table(where, one))
            continue
        sheet = opened.get_sheet_by_name(one)
        rows = [[_blank_or(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        odd = extents[one].odd if one in extents else {}
        for (row, column), said in odd.items():
            rows += [[] for _ in range(row + 1 - len(rows))]
            rows[row] += [None] * (column + 1 - len(rows[row]))
            rows[row][column] = said
        merged = {start[0] + 1 for start, _ in sheet.merged_cell_ranges or []}
        if 1 in merged:
            problems.append(Problem(where, 1, rule="the header has merged cells", cure="give each column its own name"))
            continue
        unmerge = [(row, "cells are merged", "unmerge them and fill each") for row in sorted(merged)]
        problems += few(where, "", unmerge)
        found = _framed(where, rows, problems)
        filled.append(found is None or not found.empty)
        if found is not None and not found.empty:  # `engineroom new` writes every sheet; those left blank are not sent
            yield one, Sheet(where, path, found, engagement.tables.marks)
    if filled and not any(filled) and engagement.events is None and engagement.cases is None:
        cure = "fill in at least one sheet (the sheet guide explains the columns), or name a log in engagement.toml"
        problems.append(Problem(name, rule="nothing is filled in yet", cure=cure))


def _blank_or(cell: Any) -> Any:
    return (cell.strip() or None) if isinstance(cell, str) else cell


def csv_cells(path: Path, where: str, files: TableFiles, problems: list[Problem]) -> pd.DataFrame | None:
    """Return the cells of a CSV file, None for blanks; None where it has no usable header."""
    try:
        is_utf8 = codecs.lookup(files.encoding).name == "utf-8"
        text = path.read_text(encoding="utf-8-sig" if is_utf8 else files.encoding)
    except OSError as error:
        problems.append(Problem(where, rule=f"cannot be read ({error.strerror})", cure="give yourself the right to"))
        return None
    except (UnicodeError, LookupError) as error:
        rule = f"byte {error.start} is not {files.encoding}" if isinstance(error, UnicodeDecodeError) else str(error)
        cure = 'save it as CSV UTF-8, or state [tables] encoding, for example "cp1252"'
        problems.append(Problem(where, rule=rule, cure=cure))
        return None
    stated, body = stated_separator(text)
    first = body.partition("\n")[0]
    separator = files.separator or stated or max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(body), delimiter=separator, strict=True)
    rows: list[list[Any]] = []
    try:
        rows += ([cell.strip() or None for cell in row] for row in reader)
    except csv.Error:
        rule = "a quotation mark is opened and not closed, or stands inside a cell"
        row = len(rows) + 1 + bool(stated)
        problems.append(Problem(where, row, rule=rule, cure='write "" for a quotation mark inside quotes'))
        return None
    if fault := cut(len(rows) + bool(stated)):
        problems.append(Problem(where, 0, "", *fault))
    return _framed(where, rows, problems, head=2 if stated else 1)


def stated_separator(text: str) -> tuple[str, str]:
    """Return the separator that a first line such as `sep=;` states, blank where there is none, and the lines below."""
    found = re.match(r'"?sep=(\\t|.)"?[ \t,;]*(\r\n|\r|\n)', text, re.IGNORECASE)
    return (found[1].replace("\\t", "\t"), text[found.end() :]) if found else ("", text)


def cut(rows: int) -> tuple[str, str] | None:
    """Return the fault of a file of as many rows as a sheet can hold, whose rest was probably lost, and the cure."""
    if rows not in SHEET_ROWS:
        return None
    cure = "export it again without a spreadsheet in between; if it is whole, add a blank line at its end"
    return f"has {rows:,} rows, as many as a sheet can hold, so it was probably cut", cure


def _framed(where: str, rows: list[list[Any]], problems: list[Problem], head: int = 1) -> pd.DataFrame | None:
    if not any(cell is not None for row in rows for cell in row):
        problems.append(Problem(where, rule="is empty", cure="put the column names in row 1"))
        return None
    width = max((position for position, cell in enumerate(rows[0], 1) if cell is not None), default=0)
    if not width:
        problems.append(Problem(where, head, rule="is blank", cure="put the column names there"))
        return None
    header = [str(cell).strip() if cell is not None else "" for cell in rows[0][:width]]
    for position, name in enumerate(header, 1):
        if not name:
            problems.append(Problem(where, head, rule=f"column {position} has no name", cure="name it"))
    for name, times in Counter(header).items():
        if name and times > 1:
            problems.append(Problem(where, head, name, f"appears {times} times in the header", "keep one"))
    beyond = [
        (number, f"has {len(row)} cells, the header has {width}", "quote cells that hold the separator")
        if len(rows[0]) == width
        else (number, f"has a cell beyond the last column name ({header[-1]})", "name its column, or clear it")
        for number, row in enumerate(rows[1:], head + 1)
        if any(cell is not None for cell in row[width:])
    ]
    problems += few(where, "", beyond)
    if "" in header or len(set(header)) < len(header):
        return None
    padded = [(row + [None] * width)[:width] for row in rows[1:]]
    frame = pd.DataFrame(padded, columns=header, index=range(head + 1, head + len(rows)), dtype=object)
    return frame.dropna(how="all")


def _unknown_table(where: str, name: str) -> Problem:
    near = nearest(name.lower(), schemas.INPUTS)
    meant = f'; did you mean "{near[0]}"?' if near else f"; there are: {', '.join(schemas.INPUTS)}"
    return Problem(where, rule=f'no table is called "{name}"{meant}')


# ---------------------------------------------------------------------------------------------- reading and checking


def few(where: str, column: str, faults: Iterable[tuple[int, str, str]]) -> Iterator[Problem]:
    """Yield one problem a row (row, rule, cure), and after a handful only how many more there are."""
    told = list(faults)
    for row, rule, cure in told[:EXAMPLES]:
        yield Problem(where, row, column, rule, cure)
    if len(told) > EXAMPLES:
        more = len(told) - EXAMPLES
        yield Problem(where, 0, column, f"{more} more row{'s' if more > 1 else ''} like row {told[EXAMPLES - 1][0]}")


def validated(sheet: Sheet, model: type[Table], problems: list[Problem]) -> pd.DataFrame:
    """Return a sheet as a table of its model; add every fault to `problems`."""
    columns = model.to_schema().columns
    for name in sheet.cells.columns.difference(list(columns), sort=False):
        near = _meant(name, sheet, columns)
        meant = f'did you mean "{near[0]}"?' if near else f"remove it; the columns are: {', '.join(columns)}"
        problems.append(Problem(sheet.where, 1, name, "is not a column of this table", meant))
    problems += _totals(sheet)
    index, misspelt = sheet.cells.index, _misspelt(sheet, columns)
    parsed, unread = pd.DataFrame(index=index), set[tuple[int, str]]()
    for name, column in columns.items():
        about = column.metadata or {}
        if name not in sheet.cells:
            parsed[name] = cells.typed([None] * len(index), about["kind"], index)
            if about["required"] and name not in misspelt:
                problems.append(Problem(sheet.where, 1, name, "column is missing", column.description or ""))
            if about["required"]:
                unread |= {(row, name) for row in index}
            continue
        values: list[Any] = []
        faults: list[tuple[int, str, str]] = []
        for row, cell in sheet.cells[name].items():
            value, fault = None, ""
            try:
                value = cells.read(cell, about["kind"], sheet.marks) if cell is not None else None
            except ValueError as error:
                fault = str(error)
            if cell is None and about["required"]:
                fault = f"is blank; {column.description}"
            if fault:
                rule, _, cure = fault.partition("; ")
                faults.append((cast(int, row), rule, cure))
                unread.add((cast(int, row), name))
            values.append(value)
        problems += few(sheet.where, name, faults)
        parsed[name] = cells.typed(values, about["kind"], index)
    try:
        return cast(pd.DataFrame, model.validate(parsed, lazy=True))
    except pa.errors.SchemaErrors as errors:
        problems += _told(sheet.where, parsed, errors, unread)
        return parsed  # never leaves `tables.read`: it only lets the other faults be found in the same run


def _totals(sheet: Sheet) -> Iterator[Problem]:
    """Yield a problem for each row that is called a total, and for a last row that adds up all rows above it."""
    filled = sheet.cells.dropna(how="all")
    if filled.empty:
        return
    first = filled.bfill(axis=1).iloc[:, 0]
    named = [row for row, name in first.items() if str(name).strip(" :").casefold() in TOTALS]
    numbers = filled.apply(pd.to_numeric, errors="coerce")
    last, above = numbers.iloc[-1].dropna(), numbers.iloc[:-1].sum()
    adds_up = len(filled) > 2 and len(last) > 1 and all(last) and np.allclose(last, above[last.index], rtol=1e-9)
    rows = named or ([filled.index[-1]] if adds_up else [])
    yield from few(sheet.where, "", [(row, "is a row of totals", "remove it: sums are taken here") for row in rows])


def _meant(name: str, sheet: Sheet, columns: Iterable[str]) -> list[str]:
    """Return the column that an unknown one probably stands for, among those that are not there."""
    return nearest(name.lower(), [column for column in columns if column not in sheet.cells])


def _misspelt(sheet: Sheet, columns: Collection[str]) -> set[str]:
    """Return the columns that are there under another name: they are not missing as well."""
    return {meant for name in sheet.cells if name not in columns for meant in _meant(name, sheet, columns)}


def _told(where: str, frame: pd.DataFrame, errors: Any, unread: set[tuple[int, str]]) -> Iterator[Problem]:
    """Turn pandera's report into one problem a cell; a cell at fault proves nothing about its row."""
    at_fault = set(unread)
    for error in sorted(errors.schema_errors, key=_is_of_the_row):
        check, cases = error.check, error.failure_cases
        of_row = _is_of_the_row(error)
        column, *others = check.name.split() if of_row else [str(error.schema.name)]
        rows = sorted(set(cases["index"].dropna().astype(int))) if isinstance(cases, pd.DataFrame) else []
        rows = [row for row in rows if not any((row, name) in at_fault for name in (column, *others))]
        if error.reason_code.name == "SERIES_CONTAINS_DUPLICATES":
            first = frame[column].drop_duplicates()
            rows = [row for row in rows if row not in first.index]
        if not of_row:
            at_fault |= {(row, column) for row in rows}
        yield from few(where, column, [(row, *_rule(error, frame, column, row)) for row in rows])


def _is_of_the_row(error: Any) -> bool:
    return isinstance(error.check, pa.Check) and bool(error.check.title)


def _rule(error: Any, frame: pd.DataFrame, column: str, row: int) -> tuple[str, str]:
    check, value = error.check, frame.at[row, column]
    if _is_of_the_row(error):
        return check.title, check.description or ""
    if error.reason_code.name == "SERIES_CONTAINS_DUPLICATES":
        earlier = frame.index[frame[column] == value][0]
        return f'"{value}" is already in row {earlier}', f"each {column} may appear once"
    shown = f"{value:g}" if isinstance(value, float) else f'"{value}"'
    limits = check.statistics
    if "min_value" in limits:
        strict = check.name == "greater_than"
        return f"{shown} is {'not above' if strict else 'below'} {limits['min_value']:g}", ""
    if "max_value" in limits:
        cure = "write a fraction, 0.04 for 4%" if error.schema.metadata["kind"] == "share" else ""
        return f"{shown} is above {limits['max_value']:g}", cure
    return f"{shown} is not one of: {', '.join(map(str, limits['allowed_values']))}", ""


def completeness(sheet: Sheet, frame: pd.DataFrame, model: type[Table]) -> Iterator[Problem]:
    """Yield a problem where too few of the expected cells are filled; a cell at fault is filled, a lost column told."""
    about = {name: column.metadata or {} for name, column in model.to_schema().columns.items()}
    told = {name for name in about if about[name]["required"] and name not in sheet.cells} | _misspelt(sheet, about)
    expected = [name for name in about if about[name]["expected"] and name not in told]
    if frame.empty or not expected:
        return
    filled = sheet.cells.reindex(columns=expected).notna().mean()
    if filled.mean() < COMPLETE_ENOUGH:
        worst = ", ".join(f"{name} {part:.0%}" for name, part in filled.sort_values().items() if part < COMPLETE_ENOUGH)
        rule = f"{filled.mean():.0%} of the expected cells are filled; a report needs {COMPLETE_ENOUGH:.0%}"
        yield Problem(sheet.where, rule=rule, cure=f"fill first: {worst}")
