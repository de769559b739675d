"""The reviews that keep a gain: dated events, as a table and as a calendar file."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd

from engineroom.dictionary import plans
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
        does = "KPIs against targets; escalate what slips"
        rows.append(_event(day, "KPI review", "", chair, does, "000-14", "monthly"))
        if number % 3 == 0:
            does = "Causes, error types and one workflow end to end"
            rows.append(_event(day, "Deep-dive", "", chair, does, "000-14", "quarterly"))
            does = "Move targets that are reached or stale"
            rows.append(_event(day, "Benchmark review", "", chair, does, "000-23", "quarterly"))
    rows.append(_event(_weekday(last), "Portfolio review", "", chair, "Place every workflow anew", "002-03"))
    for item in plan[plan["kind"].isin(["automation", "augmentation", "outsourcing", "centralising"])].to_dict(
        "records"
    ):
        for months in REGRESSION:
            day = _weekday(item["end"] + pd.DateOffset(months=months))
            if day <= last:
                does = f"Is what “{item['item']}” gained still there after {months} months?"
                rows.append(_event(day, "Regression check", item["workflow"], item["owner"], does, "000-15"))
    frame = plans.Calendar.frame(rows)
    frame = frame.sort_values(["date", "event", "about"], kind="stable").reset_index(drop=True)
    return plans.Calendar.validate(frame)


def reviews(tables: Tables) -> DataFrame[plans.Calendar]:
    """Return the calendar without a plan: the reviews that are due whatever is built."""
    return calendar(tables, plans.Plan.of([]))


def ics(calendar: DataFrame[plans.Calendar], tables: Tables) -> str:
    """Return the events as an iCalendar file (RFC 5545), whole days, the same bytes for the same events."""
    client, stamp = tables.engagement.header.client, f"{tables.engagement.header.as_of:%Y%m%d}T000000Z"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//engineroom//governance//EN", "CALSCALE:GREGORIAN"]
    for row in calendar.to_dict("records"):
        about = f": {row['about']}" if row["about"] else ""
        what = f"{row['date']:%Y%m%d} {row['event']} {row['about']} {row['does']}"
        lines += ["BEGIN:VEVENT", f"UID:{hashlib.sha256(f'{client} {what}'.encode()).hexdigest()[:24]}@engineroom"]
        lines += [f"DTSTAMP:{stamp}", f"DTSTART;VALUE=DATE:{row['date']:%Y%m%d}"]
        lines += [f"DTEND;VALUE=DATE:{row['date'] + pd.Timedelta(days=1):%Y%m%d}"]
        lines += [f"SUMMARY:{_escaped(row['event'] + about)}", f"DESCRIPTION:{_escaped(_owned(row))}", "END:VEVENT"]
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _sla(row: dict[str, Any], as_of: pd.Timestamp) -> dict[str, Any]:
    owner = as_text(row["owner"])
    does = f"{row['requirement']}; " + (
        f"when missed it goes to {row['escalation']}"
        if isinstance(row["escalation"], str)
        else "nobody is named for escalation"
    )
    return _event(_weekday(as_of + pd.Timedelta(days=14)), "SLA in force", row["workflow"], owner, does, "000-14")


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


def _owned(row: dict[str, Any]) -> str:
    return f"{row['does']}. Called by {row['owner']}." if row["owner"] else f"{row['does']}."


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """Return a line in pieces of at most 75 octets, each but the first led by a space."""
    pieces, rest = [], line
    while len(rest.encode()) > 74:
        cut = 74
        while len(rest[:cut].encode()) > 74:
            cut -= 1
        pieces.append(rest[:cut])
        rest = " " + rest[cut:]
    return [*pieces, rest]
