"""A printed table as data: the columns of a model say what they are called and how they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from engineroom.dictionary import codes, plans
from engineroom.dictionary.columns import DataFrame, Table, about
from engineroom.pages import blocks, wording
from engineroom.pages.blocks import Cell, Exhibit
from engineroom.phrases import say, say_number, tell, tell_all
from engineroom.readers.tables import Tables

Row = dict[str, Any]
Teller = Callable[[Row], Cell]


class Own(NamedTuple):
    """A column that is more than one of its model: its label, its alignment, and how a row tells it."""

    label: str
    align: str
    tell: Teller


Owns = Mapping[str, Teller | Own]


def left(label: str, tell: Teller) -> Own:
    """Return a column of words that a function tells."""
    return Own(say(label), "left", tell)


def right(label: str, tell: Teller) -> Own:
    """Return a column of figures that a function tells."""
    return Own(say(label), "right", tell)


def table(
    name: str,
    frame: pd.DataFrame,
    model: type[Table],
    columns: str,
    caption: str,
    *notes: str,
    rows: pd.DataFrame | list[Row] | None = None,
    own: Owns | None = None,
    group: Callable[[Row], str] | None = None,
    why: Callable[[Row], list[str]] | None = None,
    currency: str = "",
    most: int = 0,
    filled: bool = False,
    counted: Mapping[str, Any] | None = None,
) -> Exhibit:
    """Return a captioned table of the `columns` of a model; the file beside it holds the whole `frame`.

    A column is named as in the model, or `name=column` where the page calls it otherwise; `own` tells one otherwise or
    adds one. `interval` is that of the column whose unit is measured. `rows` are printed instead of the frame, the
    first `most` of them; `filled` drops columns that say nothing; `group` names the group of a row, and
    `why` says where its figure comes from. `counted` are the figures of the caption.
    """
    chosen = frame if rows is None else rows
    every = chosen.to_dict("records") if isinstance(chosen, pd.DataFrame) else chosen
    printed = every[: most or None]
    heads, cells = [], []
    for word in columns.split():
        key, _, column = word.partition("=")
        one = _column(column or key, model, (own or {}).get(key), currency)
        told = [one.tell(row) for row in printed]
        if not filled or any(cell != wording.BLANK for cell in told):
            heads.append((key, one.label, one.align))
            cells.append(told)
    if most:
        caption = say(caption) + blocks.first_of(every, most)
    groups = [group(row) for row in printed] if group else []
    body = [list(row) for row in zip(*cells, strict=True)]
    made = blocks.table(name, caption, heads, body, frame, notes, groups, **counted or {})
    return (
        Exhibit("table", made.content | {"told": [why(row) for row in printed[: blocks.PRINTED_ROWS]]}) if why else made
    )


def attached(exhibit: Exhibit) -> Exhibit:
    """Return a table that the HTML page folds away and the PDF only names: it is for who looks something up.

    A note in place of a table says that there is nothing to look up, and prints nothing.
    """
    if exhibit.kind != "table":
        return blocks.nothing()
    return Exhibit("table", exhibit.content | {"attached": True})


FIRST_ASKS = 3
"""Asks of page one."""

OVERLAP = "Values can overlap: do not add them up."


def first_asks(found: DataFrame[plans.Asks], tables: Tables) -> Exhibit:
    """Return the first asks of a report for its first page; nothing where it asks for nothing."""
    if found.empty:
        return blocks.nothing()
    own, shown = _worth(tables), found.head(FIRST_ASKS)
    columns = "ask owner due worth" if shown["worth_low"].notna().any() else "ask owner due"
    name, caption = ("asks", "What we ask for") if len(found) == len(shown) else ("first_asks", "What we ask for first")
    notes = () if shown["worth_low"].notna().sum() < 2 else (OVERLAP,)
    return table(name, shown, plans.Asks, columns, caption, *notes, own=own)


def asks(found: DataFrame[plans.Asks], tables: Tables, worth: str = "") -> Exhibit:
    """Return what a report asks for; `worth` is what its last column holds. Nothing where page one holds all of it."""
    if 0 < len(found) <= FIRST_ASKS:
        return blocks.nothing()
    if found.empty:
        return blocks.note("Nothing is asked for", "No figure of this report calls for a decision.")
    bare = int(found["owner"].isna().sum())
    caption = say("What we ask for")
    if bare:
        caption += say_number(bare, ": {n} of {all} has no owner", ": {n} of {all} have no owner", all=len(found))
    notes = (worth, OVERLAP) if found["worth_low"].notna().any() else ()
    columns = "ask owner due worth" if notes else "ask owner due"
    return table("asks", found, plans.Asks, columns, caption, *notes, own=_worth(tables), counted={"n": bare})


def _worth(tables: Tables) -> Owns:
    return {"worth": right("Value at stake", partial(ends, "worth", tables.engagement.header.currency))}


def ends(name: str, currency: str, row: Row) -> str:
    """Return the range of an amount whose ends stand in two columns; as one figure where both are the same."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return wording.BLANK if pd.isna(low) or pd.isna(high) else wording.between(low, high, currency)


def missing(rows: list[list[Cell]], caption: str, complete: str = "No figure is missing from this report.") -> Exhibit:
    """Return what a report cannot say, each with what would let it; `complete` is said where nothing is missing."""
    if not rows:
        return blocks.note("Nothing is missing", complete, tone="good")
    heads = [blocks.left("figure", "What is missing"), blocks.left("needed", "What is needed")]
    raw = pd.DataFrame(rows, columns=["figure", "needed"])
    return blocks.table("absent", say_number(len(rows), caption), heads, rows, raw)


def _column(key: str, model: type[Table], own: Teller | Own | None, currency: str) -> Own:
    if isinstance(own, Own):
        return own
    known = about(model)
    if key == "interval":
        measured = next(name for name, one in known.items() if one["unit"].startswith("measured"))
        return right("95% interval", partial(_interval, measured, known[measured]["unit"], currency))
    column = known[key]
    if not column["label"] and not column["states"]:
        raise ValueError(f"{model.__name__}.{key} has no label")
    return Own(say(column["label"]), column["align"], own or partial(_cell, key, column, currency))


def _cell(key: str, column: Mapping[str, Any], currency: str, row: Row) -> Cell:
    """Return a value as its column says: its state, what a blank is called, or a figure in its unit."""
    value = row[key]
    if value is None or value == "" or pd.isna(value):
        return _state(column["blank"])
    if column["states"]:
        return _state(column["states"].get(value, wording.BLANK))
    return _told(value, column["unit"], currency, row) or _state(column["blank"])


def _told(value: Any, unit: str, currency: str, row: Row) -> str:
    if unit.startswith("measured"):
        return wording.figure(_measured(row, value, unit), currency)
    if unit.startswith("of "):
        whole = unit.removeprefix("of ")
        return blocks.part_of(value, float(row.get(whole, whole)))
    if unit == "its unit":
        return wording.value(value, row["unit"], currency)
    if unit in PRICED:
        return PRICED[unit](value, currency)
    if unit == "hours" and row.get("precision"):
        unit = row["precision"]
    return TOLD[unit](value) if unit in TOLD else wording.value(value, unit, currency)


def _interval(key: str, unit: str, currency: str, row: Row) -> str:
    return wording.BLANK if pd.isna(row[key]) else wording.span(_measured(row, row[key], unit), currency)


def _measured(row: Row, value: float, unit: str) -> Row:
    """Return a row whose figure is that of a measured column, in the unit behind that word, or else of the row."""
    return {**row, "value": value, "unit": unit.removeprefix("measured").strip() or row["unit"]}


def _state(state: str | tuple[str, str]) -> Cell:
    return say(state) if isinstance(state, str) else blocks.cell(*state)


TOLD: dict[str, Callable[[Any], str]] = {
    "": str,
    "label": say,
    "phrase": lambda it: wording.capital(say(it)),
    "code": tell,
    "sentence": lambda it: wording.capital(tell(it)),
    "codes": tell_all,
    "names": lambda it: "; ".join(codes.items(it)),
    "day": wording.short_day,
    "long day": wording.day,
    "percent": lambda it: wording.percent(it, 1),
    "whole share": lambda it: wording.value(it, "share", decimals=0),
    "most of all": wording.waiting,
    "in hours": lambda it: wording.duration(it, like=10.0),
    "effort": wording.effort,
}
"""How a value is told by the unit of its column; every unit that is not here is one of `wording.value`."""

PRICED = {"amount": wording.amount, "exact": wording.exact}
"""How an amount is told by the unit of its column, in the engagement's currency."""
