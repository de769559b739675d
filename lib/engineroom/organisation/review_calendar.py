"""The reviews that keep a gain: dated events."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engineroom.dictionary import codes, plans
from engineroom.dictionary.columns import DataFrame, as_text
from engineroom.readers.tables import Tables

MONTHS = 18
"""How far the calendar runs: to the portfolio review, and over the time in which ungoverned gains are lost (000-15)."""
REGRESSION = (12, 18)


def calendar(tables: Tables, plan: DataFrame[plans.Plan]) -> DataFrame[plans.Calendar]:
    """Return the dated events of the next 18 months, earliest first.

    SLAs are fixed once, at the start. The KPIs are reviewed on the first Tuesday of every month, in depth every
    third month together with the benchmarks; the portfolio after 18 months. What goes live is looked at again 12 and
    18 months later, because gains without governance slip within that time.
    """
    as_of = pd.Timestamp(tables.engagement.header.as_of)
    last = as_of + pd.DateOffset(months=MONTHS)
    chair = _chair(tables)
    rows = [_sla(row, as_of) for row in tables.slas.to_dict("records")]
    first_tuesdays = pd.date_range(as_of + pd.Timedelta(days=1), last, freq="WOM-1TUE")
    for number, day in enumerate(first_tuesdays, 1):
        rows.append(_event(day, "kpi_review", "", chair, "escalate_what_slips", "000-14", "monthly"))
        if number % 3 == 0:
            rows.append(_event(day, "deep_dive", "", chair, "causes_end_to_end", "000-14", "quarterly"))
            rows.append(_event(day, "benchmark_review", "", chair, "move_targets", "000-23", "quarterly"))
    rows.append(_event(_weekday(last), "portfolio_review", "", chair, "place_anew", "002-03"))
    for item in plan[plan["kind"].isin(["automation", "augmentation", "outsourcing", "centralising"])].to_dict(
        "records"
    ):
        for months in REGRESSION:
            day = _weekday(item["end"] + pd.DateOffset(months=months))
            if day <= last:
                does = codes.code("still_there", item=item["item"], months=months)
                rows.append(_event(day, "regression_check", item["workflow"], item["owner"], does, "000-15"))
    frame = plans.Calendar.frame(rows)
    frame = frame.sort_values(["date", "event", "about"], kind="stable").reset_index(drop=True)
    return plans.Calendar.validate(frame)


def reviews(tables: Tables) -> DataFrame[plans.Calendar]:
    """Return the calendar without a plan: the reviews that are due whatever is built."""
    return calendar(tables, plans.Plan.of([]))


def _sla(row: dict[str, Any], as_of: pd.Timestamp) -> dict[str, Any]:
    owner = as_text(row["owner"])
    does = codes.code("sla_without_escalation", requirement=row["requirement"])
    if isinstance(row["escalation"], str):
        does = codes.code("sla_goes_to", requirement=row["requirement"], who=row["escalation"])
    return _event(_weekday(as_of + pd.Timedelta(days=14)), "sla_in_force", row["workflow"], owner, does, "000-14")


def _event(
    day: pd.Timestamp, event: str, about: Any, owner: Any, does: str, source: str, rhythm: str = "once"
) -> dict[str, Any]:
    texts = {"about": as_text(about), "owner": as_text(owner)}
    said = {"event": event, "does": does, "rhythm": rhythm, "source": source}
    return {"date": pd.Timestamp(day).normalize()} | said | texts


def _chair(tables: Tables) -> str:
    """Return who calls the reviews: who answers for governance, or the most frequent owner of a workflow."""
    said = tables.readiness[tables.readiness["prerequisite"].isin(["governance_ready", "governance_framework"])]
    named = said["owner"].dropna()
    owners = tables.workflows["owner"].dropna()
    return str(named.iloc[0]) if len(named) else str(owners.mode().iloc[0]) if len(owners) else ""


def _weekday(day: pd.Timestamp) -> pd.Timestamp:
    return pd.Timestamp(pd.offsets.BusinessDay().rollforward(day)).normalize()
