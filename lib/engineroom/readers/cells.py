"""Read one cell by the kind of its column, or say why it cannot be read and what to write instead.

Nothing is guessed: a comma that may be a decimal or a thousands mark is refused, and so is a day-first date.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

SHOWN = 60
"""Characters of a cell that a message repeats."""

LONGEST, LONGEST_NAME = 32_767, 500
"""Letters of a cell (as many as Excel's may have), and of one that names something: pages repeat a name many times."""

SPREADSHEET_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
NO_NUMBERS = ("nan", "inf", "infinity", "n/a", "na", "-", "null", "none")
FLAGS = {"true": True, "yes": True, "false": False, "no": False}


class Uncalculated(str):
    """A formula that no spreadsheet has calculated yet: the file holds no value for it."""


def read(cell: Any, kind: str, decimal: str) -> Any:
    """Return the value of a cell that is not blank; raise `ValueError` with the rule and, after "; ", the cure."""
    if isinstance(cell, Uncalculated):
        raise ValueError(f"{_shown(cell)} was never calculated; open the workbook in a spreadsheet and save it")
    if cell in SPREADSHEET_ERRORS:
        raise ValueError(f"{cell} is a spreadsheet error; correct the formula, or leave the cell blank")
    most = LONGEST_NAME if kind in ("id", "choice") else LONGEST
    if isinstance(cell, str) and len(cell) > most:
        raise ValueError(f"{_shown(cell)} has {len(cell):,} letters; write at most {most:,}")
    return _READERS[kind](cell, decimal)


def typed(values: list[Any], kind: str, index: pd.Index) -> pd.Series:
    """Return read values as a column; None becomes the blank of its type."""
    if kind in ("text", "id", "choice"):
        return pd.Series(values, index=index, dtype="str")
    if kind == "date":
        return pd.Series(pd.to_datetime(values), index=index)
    return pd.Series(values, index=index, dtype="object" if kind == "flag" else "float64")


def _text(cell: Any, _: str) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat()[:10] if isinstance(cell, date) else str(cell).strip()


def _share(cell: Any, decimal: str) -> float:
    if found := re.fullmatch(r"([+-]?\d+(?:[.,]\d+)?) ?%", str(cell)):
        part = f"{float(found[1].replace(',', '.')) / 100:.12g}".replace(".", decimal)
        raise ValueError(f"{_shown(cell)} is not a fraction; write {part}")
    return _number(cell, decimal)


def _number(cell: Any, decimal: str) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    if isinstance(cell, time | timedelta):
        whole = timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second) if isinstance(cell, time) else cell
        part = f"{whole / timedelta(hours=1):.6g}".replace(".", decimal)
        raise ValueError(
            f"{_shown(cell)} is a time of a spreadsheet; write {part} for hours, and format it as a number"
        )
    said = str(cell)
    if re.fullmatch(rf"[+-]?\d+({re.escape(decimal)}\d+)?([eE][+-]?\d{{1,2}})?", said):
        return float(said.replace(",", "."))
    raise ValueError(f"{_shown(cell)} {_not_a_number(said, decimal)}")


def _not_a_number(said: str, decimal: str) -> str:
    other = "." if decimal == "," else ","
    if said.lower().lstrip("+-") in NO_NUMBERS or said == "-":
        return "is not a number; leave the cell blank where nothing was measured: blank is not zero"
    if re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}{re.escape(other)}\d{{3}}", said):
        whole, part = said.replace(other, ""), said.replace(other, decimal)
        return f"may be {whole} or {part}; write the one that is meant"
    if re.fullmatch(rf"[+-]?\d+{re.escape(other)}\d+", said):
        stated = ', or state [tables] decimal = ","' if decimal == "." else ""
        return f"has a decimal {'comma' if other == ',' else 'point'}; write {said.replace(other, decimal)}{stated}"
    if decimal == "." and re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+,\d+", said):
        return f"has a decimal comma; write {said.replace('.', '').replace(',', '.')}"
    mark = rf"[ '\u00a0\u202f{re.escape(other)}]"
    if re.fullmatch(rf"[+-]?\d{{1,3}}({mark}\d{{3}})+({re.escape(decimal)}\d+)?", said):
        return f"has marks between thousands; write {re.sub(mark, '', said)}"
    return "is not a number"


def _date(cell: Any, _: str) -> pd.Timestamp:
    if isinstance(cell, datetime | date):
        day = pd.Timestamp(cell).normalize()
    elif isinstance(cell, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        try:
            day = pd.Timestamp(cell)
        except ValueError:
            raise ValueError(f"{_shown(cell)} is not a day of the calendar") from None
    else:
        raise ValueError(f"{_shown(cell)} is not a date; write it as 2026-01-31")
    if not 1990 <= day.year <= 2100:
        raise ValueError(f'"{day.isoformat()[:10]}" is not a plausible date; years run from 1990 to 2100')
    return day


def _flag(cell: Any, _: str) -> bool:
    if str(cell).lower() not in FLAGS:
        raise ValueError(f"{_shown(cell)} is neither true nor false; write true or false")
    return FLAGS[str(cell).lower()]


def _shown(cell: Any) -> str:
    said = f"{cell:g}" if isinstance(cell, float) else cell.isoformat()[:10] if isinstance(cell, date) else str(cell)
    return f'"{said}"' if len(said) <= SHOWN else f'"{said[:SHOWN]}…"'


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "text": _text,
    "id": _text,
    "choice": _text,
    "share": _share,
    "number": _share,  # a KPI's value may be a share
    "count": _number,
    "money": _number,
    "date": _date,
    "flag": _flag,
}
