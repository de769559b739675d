"""How a column is read and what it may hold: the words the data dictionary is written in.

A column's `description` is its meaning, as `engineroom new` writes it into the workbook; its `kind` says how a cell is
read; `expected` columns count towards the completeness of a table. `label`, `unit`, `states`, `blank` and `align` say
how a page prints it (`pages.show`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

__all__ = [
    "BLANK",
    "WHOLE",
    "YES_NO",
    "DataFrame",
    "Series",
    "State",
    "Table",
    "about",
    "as_text",
    "before",
    "choice",
    "count",
    "date",
    "empty",
    "flag",
    "key",
    "money",
    "number",
    "rule",
    "share",
    "text",
    "together",
    "unique",
    "within",
    "words",
]

UNITS = ("share", "hours", "days", "money", "count", "score", "points", "ppm", "ratio")
DIRECTIONS = ("up", "down", "band")


BLANK = "–"
"""What a page says of a value that is not there, where its column says nothing else."""

WHOLE = "Whole engagement"
"""What a page says where a row is about no single workflow."""

State = str | tuple[str, str]
"""What a page says of a value: a phrase, with the tone that gives it shape and colour where it has one."""


YES_NO: dict[Any, State] = {True: "yes", False: "no"}


def _field(
    kind: str,
    meaning: str,
    label: str = "",
    unit: str = "",
    *,
    states: Mapping[Any, State] | None = None,
    blank: State = BLANK,
    align: str = "",
    required: bool = False,
    expected: bool = False,
    **checks: Any,
) -> Any:
    """Return a field; `label`, `unit`, `states` by value, `blank` and `align` say how a page tells it."""
    align = align or ("right" if kind in ("count", "number", "money", "share") else "left")
    about = {"kind": kind, "required": required, "expected": expected or required}
    about |= {"label": label, "unit": unit, "states": states, "blank": blank, "align": align}
    return pa.Field(nullable=not required, coerce=True, description=meaning, metadata=about, **checks)


def text(meaning: str, label: str = "", unit: str = "", **options: Any) -> Any:
    """Return a column of text."""
    return _field("text", meaning, label, unit, **options)


def key(meaning: str, label: str = "", unit: str = "", **options: Any) -> Any:
    """Return a column of identifiers: required text that is never blank."""
    return _field("id", meaning, label, unit, required=True, **options)


def choice(
    meaning: str, among: Sequence[str] | Mapping[str, State], label: str = "", unit: str = "", **options: Any
) -> Any:
    """Return a column that holds one of a few words; a mapping says how a page tells each."""
    states = among if isinstance(among, Mapping) else None
    return _field("choice", meaning, label, unit, isin=list(among), states=states, **options)


def share(meaning: str, label: str = "", unit: str = "share", **options: Any) -> Any:
    """Return a column of fractions from 0 to 1."""
    return _field("share", meaning, label, unit, ge=0, le=1, **options)


def count(meaning: str, label: str = "", unit: str = "count", **options: Any) -> Any:
    """Return a column of counts, 0 or more."""
    return _field("count", meaning, label, unit, ge=0, **options)


def money(meaning: str, label: str = "", unit: str = "money", **options: Any) -> Any:
    """Return a column of amounts in the engagement's currency, 0 or more."""
    return _field("money", meaning, label, unit, ge=0, **options)


def number(meaning: str, label: str = "", unit: str = "", **options: Any) -> Any:
    """Return a column of numbers."""
    return _field("number", meaning, label, unit, **options)


def date(meaning: str, label: str = "", unit: str = "day", **options: Any) -> Any:
    """Return a column of dates."""
    return _field("date", meaning, label, unit, **options)


def flag(meaning: str, label: str = "", states: Mapping[Any, State] | None = None, **options: Any) -> Any:
    """Return a column of yes or no."""
    return _field("flag", meaning, label, states=states, **options)


def rule(columns: str, fault: str, cure: str, holds: Callable[[pd.DataFrame], Any]) -> Any:
    """Return a rule that every row of a table keeps.

    `columns` are those it reads, first the one at which a fault is told; `fault` says what is wrong, `cure` what to do.
    """

    def check(_: type, table: pd.DataFrame) -> Any:
        return holds(table)

    check.__name__ = columns  # pandera forgets the name of a check in the second model that inherits it
    return pa.dataframe_check(name=columns, title=fault, description=cure)(check)


def unique(columns: str, fault: str, cure: str = "keep one row") -> Any:
    """Return the rule that no two rows are alike in some columns."""
    return rule(columns, fault, cure, lambda table: ~table.duplicated(columns.split()))


def within(part: str, whole: str, cure: str = "a part cannot exceed the whole") -> Any:
    """Return the rule that a part is never above its whole."""
    return rule(f"{part} {whole}", f"{part} is above {whole}", cure, lambda table: ~(table[part] > table[whole]))


def before(start: str, end: str, fault: str, cure: str = "swap the two dates") -> Any:
    """Return the rule that a day does not lie before another."""
    return rule(f"{end} {start}", fault, cure, lambda table: ~(table[end] < table[start]))


def together(one: str, other: str, fault: str, cure: str = "give both or neither") -> Any:
    """Return the rule that two columns are filled in the same rows."""
    return rule(f"{one} {other}", fault, cure, lambda table: table[one].notna() == table[other].notna())


class Table(pa.DataFrameModel):
    """A table whose columns are exactly those of its model."""

    class Config:
        """Refuse unknown columns; keep the model's order."""

        strict = True
        ordered = False

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of its columns, in their order."""
        return list(cls.to_schema().columns)

    @classmethod
    def frame(cls, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
        """Return rows under these columns, not validated yet; what a row does not say is blank."""
        return pd.DataFrame(rows, columns=cls.names())

    @classmethod
    def of(cls, rows: Iterable[dict[str, Any]]) -> DataFrame[Self]:
        """Return rows as a valid table; what a row does not say is blank."""
        return cls.validate(cls.frame(rows))


def about(model: type[Table]) -> dict[str, dict[str, Any]]:
    """Return what is known of the columns of a model besides what they may hold: kind, label, unit, states."""
    return {name: column.metadata for name, column in model.to_schema().columns.items()}


WORD = 3
"""Letters from which on a word of evidence can name a document."""


def as_text(cell: Any) -> str:
    """Return a cell of text; an empty text where it is blank."""
    return cell if isinstance(cell, str) else ""


def is_document(cell: Any) -> bool:
    """Return whether evidence names a document that can be found: two words or more, or a mark with a number in it.

    "x", "yes" and "done" are no evidence; "Owner register", "IM-07" and "minutes.pdf" are.
    """
    text = as_text(cell)
    names = [word for word in re.split(r"\W+", text) if len(word) >= WORD]
    return len(names) > 1 or bool(re.search(r"\d", text) and re.search(r"[^\W\d_]", text))


def words(cell: Any) -> list[str]:
    """Return the words of a cell of the client's or of the reference data that lists some, separated by semicolons."""
    return [word.strip() for word in as_text(cell).split(";") if word.strip()]


def empty(model: type[Table]) -> pd.DataFrame:
    """Return a valid table of `model` without rows."""
    return _empty(model).copy(deep=False)  # copied when somebody writes to it


@functools.cache
def _empty(model: type[Table]) -> pd.DataFrame:
    return model.validate(pd.DataFrame({name: pd.Series(dtype="object") for name in model.names()}))
