"""How good the client's own data is: completeness, accuracy, timeliness, consistency, validity and duplicates.

Each dimension is passing ÷ applicable of a stated rule (DOMAIN 4; the five of document 003, and duplicates). Accuracy
is measured only where somebody compared the data with the truth; it is never inferred from the other five.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import ibis
import numpy as np
import pandas as pd

from engineroom import statistics
from engineroom.dictionary import codes, quality_tables, results, schemas
from engineroom.dictionary.columns import DataFrame
from engineroom.logs import caveats, traces
from engineroom.logs.event_log import EventLog
from engineroom.measures import kpi, stated
from engineroom.readers.tables import Tables

FRESH_DAYS = 92
"""Age in days, a quarter, up to which a dated row counts as timely."""

COUNTS_AGREE = 0.05
"""How far a stated count may be from the log's."""

ABOVE = 0.9
"""Share of passing rows or cells below which a dimension is marked."""

RECORDED = ("touches", "is_reworked", "due", "handling_hours", "cost")
"""Columns of the case table that make a case complete where the log has them."""

DISORDERED = ("starts_after_end", "completed_before_received")
"""Caveats of a log whose times contradict each other."""

FEWEST = 10
"""Cells, rows or figures below which a dimension makes no headline."""

TRUTH_SAMPLES = ("matter_field_error_rate/fields", "data_quality/accuracy")
"""Definitions for which fields were compared with the truth: errors ÷ fields, or correct fields ÷ fields."""

NEEDED = {
    "completeness": "needs_table",
    "accuracy": "needs_truth_sample",
    "timeliness": "needs_table_that_ends_on_a_day",
    "consistency": "needs_log_and_table",
    "validity": "needs_log",
    "duplicates": "needs_table_or_log",
}
"""Dimension -> code of what would give it."""

Row = dict[str, Any]


def dimensions(
    tables: Tables, log: EventLog | None, measures: DataFrame[results.Measures]
) -> DataFrame[quality_tables.Dimensions]:
    """Return every dimension of data quality that can be measured, and accuracy as missing where it cannot."""
    sent = {name: getattr(tables, name) for name in schemas.INPUTS if len(getattr(tables, name))}
    rows: list[Row] = [
        *_completeness(sent),
        *_recorded(log),
        *_accuracy(measures),
        *_timeliness(sent, tables),
        *_consistency(tables, log, measures),
        *_validity(log),
        *_duplicates(sent, log),
    ]
    there = {row["dimension"] for row in rows}
    rows += [_row(name, "tables", NEEDED[name], math.nan, math.nan) for name in NEEDED if name not in there]
    rows.sort(key=lambda row: list(quality_tables.DIMENSIONS).index(row["dimension"]))
    frame = pd.DataFrame(rows, columns=["dimension", "subject", "rule", "passing", "applicable"])
    frame = frame.astype({"passing": float, "applicable": float})
    low, high = statistics.exact_share(frame["passing"], frame["applicable"])
    value = frame["passing"] / frame["applicable"].where(frame["applicable"] > 0)
    return quality_tables.Dimensions.validate(frame.assign(value=value, low=low, high=high))


def by_workflow(
    tables: Tables, log: EventLog | None, measures: DataFrame[results.Measures]
) -> DataFrame[quality_tables.DataScores]:
    """Return the dimensions of data quality of each workflow: what its log rows, its samples and its figures tell.

    Complete is a completed case of which each of `RECORDED` is known, as far as the log records it of anybody.
    """
    rows = [
        {
            "workflow": row["subject"],
            "dimension": "accuracy",
            "passing": row["passing"],
            "applicable": row["applicable"],
        }
        for row in _accuracy(measures)
    ]
    agree = _agreement(tables, log, measures).groupby("workflow", sort=True)["agrees"].agg(["sum", "count"])
    rows += [
        {"workflow": name, "dimension": "consistency", "passing": float(row["sum"]), "applicable": float(row["count"])}
        for name, row in agree.iterrows()
        if name
    ]
    known = _known(log)
    rows += [{"dimension": "completeness"} | row for row in known.to_dict("records") if row["workflow"]]
    frame = pd.DataFrame(rows, columns=["workflow", "dimension", "passing", "applicable"])
    frame = frame.astype({"passing": float, "applicable": float})
    low, high = statistics.exact_share(frame["passing"], frame["applicable"])
    value = frame["passing"] / frame["applicable"].where(frame["applicable"] > 0)
    return quality_tables.DataScores.validate(frame.assign(value=value, low=low, high=high))


def by_dimension(found: DataFrame[quality_tables.Dimensions]) -> pd.DataFrame:
    """Return each dimension as a whole, pooled over what was looked at: dimension, value, passing, applicable."""
    sums = found.groupby("dimension", sort=False)[["passing", "applicable"]].sum(min_count=1).reset_index()
    return sums.assign(value=sums["passing"] / sums["applicable"].where(sums["applicable"] > 0))


def weakest(found: DataFrame[quality_tables.Dimensions]) -> pd.Series | None:
    """Return the dimension with the lowest share, among those of which enough was looked at; else None."""
    whole = by_dimension(found)
    known = whole[whole["applicable"] >= FEWEST].sort_values("value", kind="stable")
    return known.iloc[0] if len(known) else None


def _completeness(sent: dict[str, pd.DataFrame]) -> Iterator[Row]:
    filled = cells = 0
    for name, frame in sent.items():
        about = schemas.INPUTS[name].to_schema().columns
        expected = [column for column in about if (about[column].metadata or {}).get("expected")]
        filled += int(frame[expected].notna().to_numpy().sum())
        cells += len(frame) * len(expected)
    if cells:
        yield _row("completeness", "tables", "expected_cells_filled", filled, cells)


def _known(log: EventLog | None) -> pd.DataFrame:
    """Return, per workflow, how many cells of completed cases are known, of the columns that the log records at all."""
    if log is None:
        return pd.DataFrame(columns=["workflow", "passing", "applicable"])
    done = log.cases.filter(log.cases["completed"].notnull())
    untouched = done["touches"].fill_null(1) == 0  # nobody worked on it, so that no hours are missing
    done = done.mutate(
        workflow=done["workflow"].fill_null(""),
        handling_hours=ibis.ifelse(untouched & (done["handling_hours"].count() > 0), 0.0, done["handling_hours"]),
    )
    counts = {name: done[name].count() for name in RECORDED}
    known = done.group_by("workflow").aggregate(cases=done.count(), **counts).to_pandas().sort_values("workflow")
    recorded = [name for name in RECORDED if known[name].sum()]
    sums = {"passing": known[recorded].sum(axis=1), "applicable": known["cases"] * len(recorded)}
    found = known[["workflow"]].assign(**sums).astype({"passing": float, "applicable": float})
    return found[found["applicable"] > 0]


def _recorded(log: EventLog | None) -> Iterator[Row]:
    known = _known(log)
    if len(known):
        yield _row(
            "completeness", "log", "cells_of_completed_cases_known", known["passing"].sum(), known["applicable"].sum()
        )


def _accuracy(measures: pd.DataFrame) -> Iterator[Row]:
    own = measures[measures["definition"].isin(TRUTH_SAMPLES) & (measures["workflow"] != "")]
    for measure in own.to_dict("records"):
        n = measure["denominator"]
        right = measure["numerator"] if measure["direction"] == "up" else n - measure["numerator"]
        yield _row("accuracy", measure["workflow"], "fields_agree_with_truth", right, n)


def _timeliness(sent: dict[str, pd.DataFrame], tables: Tables) -> Iterator[Row]:
    as_of = pd.Timestamp(tables.engagement.header.as_of)
    ends = [_latest(frame) for frame in sent.values() if "period_end" in frame]
    dates = pd.concat(ends) if ends else pd.Series(dtype="datetime64[ns]")
    if len(dates):
        fresh = int((dates >= as_of - pd.Timedelta(days=FRESH_DAYS)).sum())
        yield _row("timeliness", "tables", codes.code("figures_recent", days=FRESH_DAYS), fresh, len(dates))


def _latest(frame: pd.DataFrame) -> pd.Series:
    """Return the last day of each figure: of a series of months, that of its latest."""
    about = [name for name in ("kpi", "definition", "workflow", "segment") if name in frame]
    dated = frame.dropna(subset=["period_end"])
    return dated.groupby(about, dropna=False)["period_end"].max() if about else dated["period_end"]


def _consistency(tables: Tables, log: EventLog | None, measures: pd.DataFrame) -> Iterator[Row]:
    """Yield how many stated figures agree with the log: shares within its interval, counts within five percent."""
    agree = _agreement(tables, log, measures)["agrees"]
    if len(agree):
        yield _row("consistency", "tables", "stated_agrees_with_log", agree.sum(), len(agree))
    if log is not None:
        used, mixed = traces.rows_used(log), log.caveats[log.caveats["caveat"].isin(DISORDERED)]
        yield _row("consistency", "log", "times_in_order", used - min(float(mixed["affected"].sum()), used), used)


def _agreement(tables: Tables, log: EventLog | None, measures: pd.DataFrame) -> pd.DataFrame:
    """Return each stated figure that the log measures as well: its workflow, blank for all, and whether they agree."""
    agree: list[tuple[str, bool]] = []
    told = kpi.superseded(tables, log, measures)
    agree += [
        (
            row["workflow"],
            bool(row["low"] <= row["stated"] <= row["high"])
            if row["unit"] == "share" and not math.isnan(row["low"])
            else abs(row["stated"] - row["measured"]) <= COUNTS_AGREE * abs(row["measured"]),
        )
        for row in told.to_dict("records")
    ]
    if log is not None:
        volume = measures[(measures["kpi"] == "volume") & (measures["workflow"] != "")].set_index("workflow")["value"]
        months = stated.months(tables)
        flows = tables.workflows.set_index("workflow")
        pairs = [
            (flows["monthly_volume"] * months, volume),
            (tables.costs.set_index("workflow")["transactions"], volume),
        ]
        for said, measured in pairs:
            both = pd.concat([said, measured], axis=1, join="inner").dropna()
            off = (both.iloc[:, 0] - both.iloc[:, 1]).abs()
            agree += list((off <= COUNTS_AGREE * both.iloc[:, 1]).items())
        touched = measures[(measures["kpi"] == "stp_rate") & (measures["workflow"] != "")].set_index("workflow")
        share = (flows["monthly_straight_through"] / flows["monthly_volume"]).rename("stated")
        both = touched.join(share, how="inner").dropna(subset=["stated"])
        agree += list(both["stated"].between(both["low"], both["high"]).items())
    return pd.DataFrame(agree, columns=["workflow", "agrees"]).astype({"agrees": bool})


def _validity(log: EventLog | None) -> Iterator[Row]:
    if log is None:
        return
    used = traces.rows_used(log)
    lost = log.caveats[log.caveats["is_left_out"] & (log.caveats["about"] == "rows")]
    total = float(lost["total"].max()) if len(lost) else used
    yield _row("validity", "log", "rows_readable_and_possible", used, max(total, used))
    odd = log.caveats[log.caveats["caveat"].isin([caveats.NAMES_ALIKE, caveats.NAMES_NUMBERED])]
    yield _row("validity", "log", "names_written_one_way", used - min(float(odd["affected"].sum()), used), used)
    outside = log.caveats[log.caveats["caveat"].isin([caveats.BEFORE_PERIOD, caveats.AFTER_PERIOD])]
    if len(outside):
        cases = float(outside["total"].max())
        inside = cases - float(outside["affected"].sum())
        yield _row("validity", "log", "cases_in_period", inside, cases)


def _duplicates(sent: dict[str, pd.DataFrame], log: EventLog | None) -> Iterator[Row]:
    rows, twice = sum(map(len, sent.values())), sum(int(frame.duplicated().sum()) for frame in sent.values())
    if rows:
        yield _row("duplicates", "tables", "rows_appear_once", rows - twice, rows)
    if log is not None:
        again = log.caveats[log.caveats["caveat"].isin([caveats.REPEATS_ROW, caveats.REPEATS_CASE])]
        used = traces.rows_used(log)
        yield _row("duplicates", "log", "rows_appear_once", used - float(again["affected"].sum()), used)


def _row(dimension: str, subject: str, rule: str, passing: float, applicable: float) -> Row:
    return {
        "dimension": dimension,
        "subject": subject,
        "rule": rule,
        "passing": np.float64(passing),
        "applicable": np.float64(applicable),
    }
