"""The tables of the quarterly review: what the gaps endanger, and which benchmarks and figures need a decision."""

from __future__ import annotations

import math

from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, note, nothing
from engineroom.phrases import say
from engineroom.readers.tables import Tables

ACTS = {
    "reached": "Raise it, or drop it",
    "closing": "Leave it",
    "falling back": "Escalate",
    "plateau": "Ask why, or move the target",
    "not settled": "Look again",
    "too few months": "Send months",
}
"""What is to be decided, by what the months say."""


def values(found: DataFrame[results.Values], tables: Tables) -> Exhibit:
    """Return what the gaps endanger: the kinds of value of a back office, with what is missed in each."""
    if not found["compared"].any():
        return nothing()
    hit = found[found["missed"] > 0].sort_values("missed", ascending=False, kind="stable")
    caption = say("No kind of value is endangered by a missed benchmark")
    if len(hit):
        row = hit.iloc[0]
        parts = {"missed": wording.count(row["missed"]), "compared": wording.count(row["compared"])}
        value = say(results.VALUES[row["value"]])
        caption = say("{value} misses the most benchmarks: {missed} of {compared}", value=value, **parts)
    known = "Each KPI serves one kind of value; where nothing is compared, nobody can say that all is well."
    own = {"worth": show.right("Worth a year", lambda row: _worth(row, tables.engagement.header.currency))}
    columns = "value compared missed inconclusive worst worth"
    return show.table("values", found, results.Values, columns, caption, known, own=own)


def reviews(found: DataFrame[results.Reviews], tables: Tables) -> Exhibit:
    """Return what the quarterly review looks at: benchmarks that expire, and figures of which six months are known."""
    asked = found[found["is_stale"] | found["pace"].notna()]
    if asked.empty:
        return note(
            "Nothing can be reviewed yet",
            "No benchmark expires within a quarter, and of no figure six months were sent one by one.",
        )
    currency = tables.engagement.header.currency
    own = {
        "expires": show.left("Good until", _expires),
        "gap": show.right("Gap", lambda row: _signed(row["gap"], row, currency)),
        "pace": show.right("Better by, a quarter", lambda row: _pace(row, currency)),
        "act": show.left("To decide", _act),
    }
    stale, still = int(asked["is_stale"].sum()), int(asked["verdict"].isin(["plateau", "falling back"]).sum())
    parts = {"stale": stale, "still": still}
    caption = say("To decide this quarter: benchmarks that expire: {stale}; figures that stand still: {still}", **parts)
    pace = (
        "Better by: slope of the months in the table kpis, six at least, with its 95% interval. Plateau: even its "
        "better end would not close the gap within a year."
    )
    columns = "name workflow label=benchmark_label expires gap pace verdict act"
    return show.table("reviews", asked, results.Reviews, columns, caption, pace, own=own, counted=parts)


def _act(row: show.Row) -> str:
    return say("Find a newer value") if row["is_stale"] else say(ACTS[row["verdict"]])


def _worth(row: show.Row, currency: str) -> str:
    is_priced = not math.isnan(row["worth_low"])
    return wording.between(row["worth_low"], row["worth_high"], currency) if is_priced else wording.BLANK


def _expires(row: show.Row) -> Cell:
    return {"text": wording.day(row["expires"]), "tone": "caution" if row["is_stale"] else "good"}


def _pace(row: show.Row, currency: str) -> str:
    ends = {end: _signed(row[end], row, currency) for end in ("low", "high")}
    return wording.BLANK if math.isnan(row["pace"]) else say("{low} to {high}", **ends)


def _signed(amount: float, row: show.Row, currency: str) -> str:
    return wording.sign(amount) + wording.distance(abs(amount), row["unit"], currency, row["value"])
