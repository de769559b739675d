"""Read one cell by the kind of its column, or say why it cannot be read and what to write instead.

Nothing is guessed: a comma that may be a decimal or a thousands mark is refused, and so is a day-first date. The forms
are regular expressions that Python and the engines of logs read alike: tables are read here, logs where they lie, by
the same rule and with the same words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import pandas as pd

SHOWN = 60
"""Characters of a cell that a message repeats."""

LONGEST, LONGEST_NAME = 32_767, 500
"""Letters of a cell (as many as Excel's may have), and of one that names something: pages repeat a name many times."""

SPREADSHEET_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
NO_NUMBERS = ("nan", "inf", "infinity", "n/a", "na", "-", "null", "none")
FLAGS = {"true": True, "yes": True, "false": False, "no": False}


OFFSET = r"( ?(Z|z|UTC|utc|GMT)|[+-]\d\d(:?\d\d)?)$"
"""How a time ends that says how far its clock is from UTC; other letters of a zone are refused."""

ZONE_LETTERS = r"\d ?([A-Za-z]{2,5})$"


SHORTENED = r"^[0-9](\.[0-9]+)?[eE]\+[0-9]{2}$"
"""An id as a spreadsheet shortens a long number: two ids may have become one."""

EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number, and writes noughts for the others."""

CURRENCY = r"\s*([$¢-¥฿₠-₿]|\b[A-Z]{3}\b)\s*"


class Marks(NamedTuple):
    """How numbers are written: the mark before decimals, and what may stand between thousands; blank where nothing."""

    decimal: str = "."
    thousands: str = ""

    @property
    def between(self) -> str:
        """Return the form of a mark between thousands."""
        return {" ": "[ \u00a0\u2009\u202f]", "'": "['\u2019]"}.get(self.thousands, re.escape(self.thousands))

    @property
    def form(self) -> str:
        """Return the form of a whole number as it may be written."""
        whole = f"[0-9]+|[0-9]{{1,3}}({self.between}[0-9]{{3}})+" if self.thousands else "[0-9]+"
        point = re.escape(self.decimal)
        return rf"[+-]?(({whole})({point}[0-9]*)?|{point}[0-9]+)([eE][+-]?[0-9]{{1,2}})?"


class Uncalculated(str):
    """A formula that no spreadsheet has calculated yet: the file holds no value for it."""


def read(cell: Any, kind: str, marks: Marks) -> Any:
    """Return the value of a cell that is not blank; raise `ValueError` with the rule and, after "; ", the cure."""
    if isinstance(cell, Uncalculated):
        raise ValueError(f"{_shown(cell)} was never calculated; open the workbook in a spreadsheet and save it")
    if cell in SPREADSHEET_ERRORS:
        raise ValueError(f"{cell} is a spreadsheet error; correct the formula, or leave the cell blank")
    most = LONGEST_NAME if kind in ("id", "choice") else LONGEST
    if isinstance(cell, str) and len(cell) > most:
        raise ValueError(f"{_shown(cell)} has {len(cell):,} letters; write at most {most:,}")
    return _READERS[kind](cell, marks)


def fault(cell: Any, kind: str, marks: Marks) -> tuple[str, str]:
    """Return the rule that a cell breaks and the cure; blank where it can be read."""
    try:
        read(cell, kind, marks)
    except ValueError as error:
        rule, _, cure = str(error).partition("; ")
        return rule, cure
    return "", ""


def typed(values: list[Any], kind: str, index: pd.Index) -> pd.Series:
    """Return read values as a column; None becomes the blank of its type."""
    if kind in ("text", "id", "choice"):
        return pd.Series(values, index=index, dtype="str")
    if kind == "date":
        return pd.Series(pd.to_datetime(values), index=index)
    return pd.Series(values, index=index, dtype="object" if kind == "flag" else "float64")


def _text(cell: Any, _: Marks) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat()[:10] if isinstance(cell, date) else str(cell).strip()


def _id(cell: Any, marks: Marks) -> str:
    said = _text(cell, marks)
    if re.search(SHORTENED, said) or (isinstance(cell, int | float) and abs(cell) >= EXACT):
        raise ValueError(
            f"{_shown(cell)} has lost digits in a spreadsheet; format the column as text, and export it again"
        )
    return said


def _share(cell: Any, marks: Marks) -> float:
    if found := re.fullmatch(r"([+-]?\d+(?:[.,]\d+)?) ?%", str(cell)):
        part = f"{float(found[1].replace(',', '.')) / 100:.12g}".replace(".", marks.decimal)
        raise ValueError(f"{_shown(cell)} is not a fraction; write {part}")
    return _number(cell, marks)


def _number(cell: Any, marks: Marks) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    if isinstance(cell, time | timedelta):
        whole = timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second) if isinstance(cell, time) else cell
        part = f"{whole / timedelta(hours=1):.6g}".replace(".", marks.decimal)
        raise ValueError(
            f"{_shown(cell)} is a time of a spreadsheet; write {part} for hours, and format it as a number"
        )
    said = str(cell)
    if _is_number(said, marks):
        return float(_unmarked(said, marks).replace(marks.decimal, "."))
    raise ValueError(f"{_shown(cell)} {_not_a_number(said, marks)}")


def _is_number(said: str, marks: Marks) -> bool:
    return bool(re.fullmatch(marks.form, said))


def _unmarked(said: str, marks: Marks) -> str:
    return re.sub(marks.between, "", said) if marks.thousands else said


def _not_a_number(said: str, marks: Marks) -> str:
    decimal, other = marks.decimal, "." if marks.decimal == "," else ","
    if said.lower().lstrip("+-") in NO_NUMBERS or said == "-":
        return "is not a number; leave the cell blank where nothing was measured: blank is not zero"
    bare = said.strip("()-")
    if said in (f"({bare})", f"{bare}-") and _is_number(bare, marks):
        return f"is a negative as bookkeepers write it; write -{bare}"
    bare = re.sub(CURRENCY, "", said)
    if bare not in (said, ""):
        return f"has a currency beside it; write {bare}" if _is_number(bare, marks) else _not_a_number(bare, marks)
    if re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}{re.escape(other)}\d{{3}}", said):
        whole, part = said.replace(other, ""), said.replace(other, decimal)
        return f'may be {whole} or {part}; write the one that is meant, or state thousands = "{other}"'
    if re.fullmatch(rf"[+-]?\d+{re.escape(other)}\d+", said):
        stated = ', or state decimal = ","' if decimal == "." else ""
        return f"has a decimal {'comma' if other == ',' else 'point'}; write {said.replace(other, decimal)}{stated}"
    if decimal == "." and re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+,\d+", said):
        plain = said.replace(".", "").replace(",", ".")
        return f'has a decimal comma; write {plain}, or state decimal = "," and thousands = "."'
    for meant in (Marks(decimal, one) for one in (other, " ", "'")):
        if _is_number(said, meant):
            plain = _unmarked(said, meant)
            return f'has marks between thousands; write {plain}, or state thousands = "{meant.thousands}"'
    return "is not a number"


def _time(cell: Any, _: Marks) -> pd.Timestamp:
    """Return a time of a log, which engines read: here it is told what they cannot."""
    said = str(cell)
    letters = re.search(ZONE_LETTERS, said)
    if letters and letters[1].upper() not in ("AM", "PM", "UTC", "GMT"):
        cure = "write how far it is from UTC, such as +01:00, or state timezone and leave the letters out"
        raise ValueError(f"{_shown(cell)} names its zone by letters; {cure}")
    if re.fullmatch(r"\d+(\.\d+)?", said):
        raise ValueError(f"{_shown(cell)} is a number; format the column as a date before it is exported")
    if found := re.match(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)\b", said):
        sign, year = found[2], "%Y" if len(found[4]) == 4 else "%y"
        forms = [sign.join(one) + sign + year for one in (("%d", "%m"), ("%m", "%d"))]
        forms = forms[:1] if int(found[1]) > 12 else forms[1:] if int(found[3]) > 12 else forms
        clock = said[found.end() :]
        clock = {0: "", 1: " %H:%M", 2: " %H:%M:%S"}.get(clock.count(":"), "")
        stated = " or ".join(f'format = "{form}{clock}"' for form in forms)
        raise ValueError(f"{_shown(cell)} does not begin with the year; state {stated}")
    try:
        return pd.Timestamp(said)
    except (ValueError, OverflowError):
        raise ValueError(f"{_shown(cell)} is not a time; write it as 2026-01-31 14:05, or state format") from None


def _date(cell: Any, _: Marks) -> pd.Timestamp:
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


def _flag(cell: Any, _: Marks) -> bool:
    if str(cell).lower() not in FLAGS:
        raise ValueError(f"{_shown(cell)} is neither true nor false; write true or false")
    return FLAGS[str(cell).lower()]


def _shown(cell: Any) -> str:
    said = f"{cell:g}" if isinstance(cell, float) else cell.isoformat()[:10] if isinstance(cell, date) else str(cell)
    return f'"{said}"' if len(said) <= SHOWN else f'"{said[:SHOWN]}…"'


_READERS: dict[str, Callable[[Any, Marks], Any]] = {
    "text": _text,
    "id": _id,
    "choice": _text,
    "share": _share,
    "number": _share,  # a KPI's value may be a share
    "count": _number,
    "money": _number,
    "date": _date,
    "time": _time,
    "flag": _flag,
}
