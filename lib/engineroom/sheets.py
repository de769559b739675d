"""Find sheets, parse their cells and validate them: every fault told once, in the words of whoever fills them in.

Cells are parsed first, by the kind of their column, and validated by pandera afterwards: a cell that cannot be read
hides no other fault of its row.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pandera.pandas as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from engineroom import schemas
from engineroom.columns import Table
from engineroom.engagement import Engagement, TableFiles
from engineroom.errors import Problem

COMPLETE_ENOUGH = 0.8
"""Share of expected cells that must be filled before a report is made (APQC's rule for its own surveys)."""

EXAMPLES = 5
"""Rows of one fault that are told one by one; the rest are counted."""


@dataclass(frozen=True)
class Sheet:
    """A table as found: cells as they stand, indexed by the row number a spreadsheet shows."""

    where: str
    file: Path
    cells: pd.DataFrame
    decimal: str = "."


def find(engagement: Engagement, problems: list[Problem]) -> Iterator[tuple[str, Sheet]]:
    files = engagement.tables
    if files.workbook:
        yield from _workbook_sheets(engagement.path(files.workbook), files, problems)
        return
    place = engagement.folder / "tables"
    for path in sorted(place.glob("*")) if place.is_dir() else []:
        if path.suffix.lower() != ".csv":
            continue
        where = f"{engagement.folder.name}/tables/{path.name}"
        if path.stem not in schemas.INPUTS:
            problems.append(_unknown_table(where, path.stem))
            continue
        cells = csv_cells(path, where, files, problems)
        if cells is not None:
            yield path.stem, Sheet(where, path, cells, files.decimal)


def _workbook_sheets(path: Path, files: TableFiles, problems: list[Problem]) -> Iterator[tuple[str, Sheet]]:
    if not path.is_file():
        problems.append(Problem(path.name, rule="there is no such workbook", cure="correct [tables] workbook"))
        return
    try:
        book = CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, ValueError) as error:
        problems.append(Problem(path.name, rule=f"is not a workbook that can be read ({error})"))
        return
    visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    for name in visible:
        where = f"{path.name} / {name}"
        if name not in schemas.INPUTS:
            if name.lower() not in ("readme", "guide"):
                problems.append(_unknown_table(where, name))
            continue
        sheet = book.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
        if any(start[0] == 0 for start, _ in merged):
            problems.append(Problem(where, 1, rule="the header has merged cells", cure="give each column its own name"))
            continue
        cells = _framed(where, [[None if cell == "" else cell for cell in row] for row in rows], problems)
        if cells is not None:
            yield name, Sheet(where, path, cells)


def csv_cells(path: Path, where: str, files: TableFiles, problems: list[Problem]) -> pd.DataFrame | None:
    try:
        text = path.read_text(encoding="utf-8-sig" if files.encoding.lower() in ("utf-8", "utf8") else files.encoding)
    except (UnicodeDecodeError, LookupError) as error:
        cure = 'save it as CSV UTF-8, or state [tables] encoding, for example "cp1252"'
        problems.append(Problem(where, rule=f"the text cannot be read: {error}", cure=cure))
        return None
    first = text.partition("\n")[0]
    separator = files.separator or max(",;\t", key=first.count)
    rows: list[list[Any]] = [
        [cell.strip() or None for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator)
    ]
    return _framed(where, rows, problems)


def _framed(where: str, rows: list[list[Any]], problems: list[Problem]) -> pd.DataFrame | None:
    if not rows or not any(cell is not None for cell in rows[0]):
        problems.append(
            Problem(
                where, rule="is empty" if not rows else "the first row is blank", cure="put the column names in row 1"
            )
        )
        return None
    while rows[0] and rows[0][-1] is None:
        rows = [
            row[: len(rows[0]) - 1] + [cell for cell in row[len(rows[0]) - 1 :] if cell is not None] for row in rows
        ]
    header = [str(cell).strip() if cell is not None else "" for cell in rows[0]]
    for position, name in enumerate(header, 1):
        if not name:
            problems.append(
                Problem(where, 1, rule=f"column {position} has no name", cure="name it, or unmerge the header")
            )
    for name, times in Counter(header).items():
        if name and times > 1:
            problems.append(Problem(where, 1, name, f"appears {times} times in the header", "keep one"))
    for number, row in enumerate(rows[1:], 2):
        if len(row) > len(header) and any(cell is not None for cell in row[len(header) :]):
            rule = f"has {len(row)} cells, the header has {len(header)}"
            problems.append(Problem(where, number, rule=rule, cure="quote cells that hold the separator"))
    if "" in header or len(set(header)) < len(header):
        return None
    padded = [(row + [None] * len(header))[: len(header)] for row in rows[1:]]
    frame = pd.DataFrame(padded, columns=header, index=range(2, len(rows) + 1), dtype=object)
    return frame.dropna(how="all")


def _unknown_table(where: str, name: str) -> Problem:
    near = difflib.get_close_matches(name.lower(), schemas.INPUTS, 1)
    meant = f'; did you mean "{near[0]}"?' if near else f"; there are: {', '.join(schemas.INPUTS)}"
    return Problem(where, rule=f'no table is called "{name}"{meant}')


# ---------------------------------------------------------------------------------------------- parsing and checking


def validated(sheet: Sheet, model: type[Table], problems: list[Problem]) -> pd.DataFrame:
    columns = model.to_schema().columns
    for name in sheet.cells.columns.difference(list(columns), sort=False):
        near = difflib.get_close_matches(name.lower(), columns, 1)
        meant = f'did you mean "{near[0]}"?' if near else f"remove it; the columns are: {', '.join(columns)}"
        problems.append(Problem(sheet.where, 1, name, "is not a column of this table", meant))
    parsed, unread = pd.DataFrame(index=sheet.cells.index), set[tuple[int, str]]()
    for name, column in columns.items():
        kind = (column.metadata or {})["kind"]
        if name not in sheet.cells:
            parsed[name] = _typed([None] * len(sheet.cells), kind, sheet.cells.index)
            if column.metadata["required"]:
                problems.append(Problem(sheet.where, 1, name, "column is missing", column.description))
                unread |= {(row, name) for row in sheet.cells.index}
            continue
        values: list[Any] = []
        for row, cell in sheet.cells[name].items():
            try:
                values.append(_PARSERS[kind](cell, sheet.decimal) if cell is not None else None)
            except ValueError as error:
                values.append(None)
                unread.add((row, name))
                problems.append(Problem(sheet.where, row, name, *str(error).split("; ", 1)))
        parsed[name] = _typed(values, kind, sheet.cells.index)
    try:
        return cast(pd.DataFrame, model.validate(parsed, lazy=True))
    except pa.errors.SchemaErrors as errors:
        problems += _told(sheet.where, parsed, errors, unread)
        return parsed  # never leaves `read`: it only lets the other faults of this table be found in the same run


def _told(where: str, frame: pd.DataFrame, errors: Any, unread: set[tuple[int, str]]) -> Iterator[Problem]:
    """Turn pandera's report into one problem a cell: its own names a table check's fault once per column."""
    for error in errors.schema_errors:
        check, cases = error.check, error.failure_cases
        own = isinstance(check, pa.Check) and check.title
        column = check.name if own else error.schema.name
        rows = sorted(set(cases["index"].dropna().astype(int))) if isinstance(cases, pd.DataFrame) else []
        # a cell that could not be read is already told, and its blank must not be called a second fault
        rows = [
            row for row in rows if (row, column) not in unread and not (own and any((row, c) in unread for c in frame))
        ]
        if error.reason_code.name == "SERIES_CONTAINS_DUPLICATES":
            first = frame[column].drop_duplicates()
            rows = [row for row in rows if row not in first.index]
        for position, row in enumerate(rows):
            if position == EXAMPLES:
                rule = f"{len(rows) - EXAMPLES} more rows like row {rows[position - 1]}"
                yield Problem(where, 0, str(column), rule)
                break
            yield Problem(where, row, str(column), *_rule(error, frame.at[row, column], frame, str(column), row))


def _rule(error: Any, value: Any, frame: pd.DataFrame, column: str, row: int) -> tuple[str, str]:
    check = error.check
    if isinstance(check, pa.Check) and check.title:
        return check.title, check.description or ""
    if error.reason_code.name == "SERIES_CONTAINS_NULLS":
        return "is blank", error.schema.description or ""
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
    columns = model.to_schema().columns
    expected = [name for name, column in columns.items() if column.metadata["expected"]]
    if frame.empty:
        if sheet.cells.empty:
            yield Problem(sheet.where, rule="has a header and no rows", cure="fill it, or remove the table")
        return
    filled = frame[expected].notna().mean()
    if filled.mean() < COMPLETE_ENOUGH:
        worst = ", ".join(f"{name} {part:.0%}" for name, part in filled.sort_values().items() if part < COMPLETE_ENOUGH)
        rule = f"{filled.mean():.0%} of the expected cells are filled; a report needs {COMPLETE_ENOUGH:.0%}"
        yield Problem(sheet.where, rule=rule, cure=f"fill first: {worst}")


# ---------------------------------------------------------------------------------------------------- reading a cell


def _text(cell: Any, _: str) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return f"{cell:%Y-%m-%d}" if isinstance(cell, date) else str(cell).strip()


def _number(cell: Any, decimal: str) -> float:
    if isinstance(cell, bool) or isinstance(cell, date):
        raise ValueError(f"{cell} is not a number")
    if isinstance(cell, int | float):
        return float(cell)
    said = str(cell).replace(",", ".") if decimal == "," and "." not in str(cell) else str(cell)
    if re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?", said):
        return float(said)
    if re.fullmatch(r"[+-]?[\d.,]+ ?%", said):
        part = float(said.rstrip("% ").replace(",", ".")) / 100 if said.count(".") + said.count(",") < 2 else None
        raise ValueError(
            f'"{cell}" is not a fraction; write {part:g}' if part is not None else f'"{cell}" is not a fraction'
        )
    if re.fullmatch(r"[+-]?\d+,\d+", said):
        raise ValueError(
            f'"{cell}" has a decimal comma; write {said.replace(",", ".")}, or state [tables] decimal = ","'
        )
    if said.lower().lstrip("+-") in ("nan", "inf", "infinity", "n/a", "na", "#n/a", "-", "null", "none"):
        raise ValueError(
            f'"{cell}" is not a number; leave the cell blank where nothing was measured: blank is not zero'
        )
    raise ValueError(f'"{cell}" is not a number')


def _date(cell: Any, _: str) -> pd.Timestamp:
    if isinstance(cell, datetime | date):
        day = pd.Timestamp(cell).normalize()
    elif isinstance(cell, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        try:
            day = pd.Timestamp(cell)
        except ValueError:
            raise ValueError(f'"{cell}" is not a day of the calendar') from None
    else:
        raise ValueError(f'"{cell}" is not a date; write it as 2026-01-31')
    if not 1990 <= day.year <= 2100:
        raise ValueError(f'"{cell}" is not a plausible date; years run from 1990 to 2100')
    return day


def _flag(cell: Any, _: str) -> bool:
    words = {"true": True, "yes": True, "false": False, "no": False}
    if str(cell).lower() not in words:
        raise ValueError(f'"{cell}" is neither true nor false')
    return words[str(cell).lower()]


_PARSERS: dict[str, Callable[[Any, str], Any]] = {
    "text": _text,
    "id": _text,
    "choice": _text,
    "share": _number,
    "number": _number,
    "count": _number,
    "money": _number,
    "date": _date,
    "flag": _flag,
}


def _typed(values: list[Any], kind: str, index: pd.Index) -> pd.Series:
    if kind in ("text", "id", "choice"):
        return pd.Series(values, index=index, dtype="str")
    if kind == "date":
        return pd.Series(pd.to_datetime(values), index=index)
    return pd.Series(values, index=index, dtype="object" if kind == "flag" else "float64")
