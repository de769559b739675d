"""How a column is read and what it may hold: the words the data dictionary is written in.

A column's `description` is its meaning, as `engineroom new` writes it into the workbook; its `kind` says how a cell is
read; `expected` columns count towards the completeness of a table.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any, Self

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

__all__ = [
    "DataFrame",
    "Series",
    "Table",
    "as_text",
    "choice",
    "count",
    "date",
    "empty",
    "flag",
    "key",
    "money",
    "number",
    "share",
    "text",
    "words",
]

UNITS = ("share", "hours", "days", "money", "count", "score", "points", "ppm", "ratio")
DIRECTIONS = ("up", "down", "band")


def _field(kind: str, meaning: str, *, required: bool = False, expected: bool = False, **checks: Any) -> Any:
    return pa.Field(
        nullable=not required,
        coerce=True,
        description=meaning,
        metadata={"kind": kind, "required": required, "expected": expected or required},
        **checks,
    )


def text(meaning: str, **options: Any) -> Any:
    """Return a column of text."""
    return _field("text", meaning, **options)


def key(meaning: str, **options: Any) -> Any:
    """Return a column of identifiers: required text that is never blank."""
    return _field("id", meaning, required=True, **options)


def choice(meaning: str, among: tuple[str, ...], **options: Any) -> Any:
    """Return a column that holds one of a few words."""
    return _field("choice", meaning, isin=list(among), **options)


def share(meaning: str, **options: Any) -> Any:
    """Return a column of fractions from 0 to 1."""
    return _field("share", meaning, ge=0, le=1, **options)


def count(meaning: str, **options: Any) -> Any:
    """Return a column of counts, 0 or more."""
    return _field("count", meaning, ge=0, **options)


def money(meaning: str, **options: Any) -> Any:
    """Return a column of amounts in the engagement's currency, 0 or more."""
    return _field("money", meaning, ge=0, **options)


def number(meaning: str, **options: Any) -> Any:
    """Return a column of numbers."""
    return _field("number", meaning, **options)


def date(meaning: str, **options: Any) -> Any:
    """Return a column of dates."""
    return _field("date", meaning, **options)


def flag(meaning: str, **options: Any) -> Any:
    """Return a column of yes or no."""
    return _field("flag", meaning, **options)


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


def as_text(cell: Any) -> str:
    """Return a cell of text; an empty text where it is blank."""
    return cell if isinstance(cell, str) else ""


def words(cell: Any) -> list[str]:
    """Return the words of a cell of the client's or of the reference data that lists some, separated by semicolons."""
    return [word.strip() for word in as_text(cell).split(";") if word.strip()]


def empty(model: type[Table]) -> pd.DataFrame:
    """Return a valid table of `model` without rows."""
    return _empty(model).copy(deep=False)  # copied when somebody writes to it


@functools.cache
def _empty(model: type[Table]) -> pd.DataFrame:
    return model.validate(pd.DataFrame({name: pd.Series(dtype="object") for name in model.names()}))
