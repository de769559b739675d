"""Which published values a client's measure may be held against, and which disagree with each other."""

from __future__ import annotations

import pandas as pd

from engineroom.dictionary import results, schemas
from engineroom.dictionary.columns import DataFrame, words
from engineroom.readers.tables import Tables


def comparable(tables: Tables) -> DataFrame[schemas.Benchmarks]:
    """Return the benchmark rows that this engagement's sector and currency may be compared with.

    A row for another sector, or in another currency, stays out: it would not be the same population, or the same
    money; so does one that the consultant left out. Claims and context are kept for their table; `gap` takes only
    lines, tiers only bands.
    """
    rows, header = _left_in(tables), tables.engagement.header
    mine = rows["sector"].isin(["all", tables.engagement.sector])
    same_money = rows["currency"].isna() | (rows["currency"] == header.currency)
    return rows[mine & same_money].reset_index(drop=True)


def ranked(benchmarks: DataFrame[schemas.Benchmarks]) -> DataFrame[schemas.Benchmarks]:
    """Return the rows with the best evidence first: process-specific, then by grade, then the newest."""
    order = pd.DataFrame(
        {
            "general": benchmarks["process"].isna(),
            "grade": benchmarks["grade"],
            "age": -benchmarks["year"].fillna(0),
            "benchmark": benchmarks["benchmark"],
        }
    )
    return benchmarks.loc[order.sort_values(["general", "grade", "age", "benchmark"]).index]


def _left_in(tables: Tables) -> pd.DataFrame:
    out = [one.id for one in tables.engagement.benchmarks.exclude]
    return tables.benchmarks[~tables.benchmarks["benchmark"].isin(out)]


def aged(benchmarks: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return rows with how they stand on the report's date.

    Added are `is_stale`, `age` in years since the data (else since the publication), and `accepted`: why the consultant
    lets a stale one stay.
    """
    as_of = pd.Timestamp(tables.engagement.header.as_of)
    reasons = {one.id: one.reason for one in tables.engagement.benchmarks.accept}
    return benchmarks.assign(
        is_stale=benchmarks["expires"] < as_of,
        age=as_of.year - benchmarks["year"].fillna(benchmarks["published"]),
        accepted=benchmarks["benchmark"].map(reasons),
    )


PRICING = ("A", "B")
"""Grades of a benchmark to which a gap may be priced and added up."""


def uses(rows: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return rows with what each may be used for on a day (`use`), and what keeps it from more (`limit`), as codes.

    prices: a verdict, and money in the total; judges: a verdict; places: a position on a scale; context: nothing.
    """
    is_stale, is_general = rows["expires"] < day, rows["process"].isna() & (rows["sector"] == "all")
    limit = pd.Series("", rows.index).mask(is_general, "general").mask(~rows["grade"].isin(PRICING), "grade")
    limit = limit.mask(is_stale, "stale")
    use = pd.Series("prices", rows.index).mask(limit != "", "judges").mask(rows["line"] == "band", "places")
    use, limit = use.mask(rows["line"] == "context", "context"), limit.mask(rows["line"] == "context", rows["kind"])
    return rows.assign(use=use, limit=limit.mask(rows["line"] == "band", "band"))


def used(tables: Tables, gaps: DataFrame[results.Gaps]) -> DataFrame[schemas.Benchmarks]:
    """Return the benchmark rows that the gaps lean on, for the appendix."""
    return tables.benchmarks[tables.benchmarks["benchmark"].isin(gaps["benchmark"].dropna())].reset_index(drop=True)


def claims(tables: Tables) -> pd.DataFrame:
    """Return what is claimed of others and never used as a yardstick: the columns of the benchmarks, and `change`.

    `change` is by what share a case went from before to after, on its row of after: 2,663 to 250 is -0.906.
    """
    rows = comparable(tables)
    told = rows[(rows["line"] == "context") & (rows["kind"] == "claim")].reset_index(drop=True)
    start = told["before"].map(told.set_index("benchmark")["value"])
    return told.assign(change=told["value"] / start - 1)


def without_number(tables: Tables, measures: DataFrame[results.Measures]) -> DataFrame[schemas.Benchmarks]:
    """Return what the sector is asked for without a number, of KPIs that are measured: "tracked monthly" (000-20)."""
    rows = comparable(tables)
    rows = rows[rows["sector"] == tables.engagement.sector]
    said = rows[rows[["value", "low", "high"]].isna().all(axis=1) & rows["definition"].isin(measures["definition"])]
    own = set(measures["process"].dropna())
    return said[[bool(own & set(words(one))) if isinstance(one, str) else True for one in said["process"]]]


def rivals(tables: Tables, measures: DataFrame[results.Measures]) -> pd.DataFrame:
    """Return published values that disagree about a KPI this client was measured on.

    Columns: topic, lesson, then those of the benchmark, and `is_comparable`: whether the client's measure follows the
    same definition in the same process; bands, which only place a value, ask for the definition alone. Only comparable
    rivals may be given a verdict. A disagreement about processes that none of the client's workflows runs is left out.
    """
    told = tables.collisions.merge(_left_in(tables), on="benchmark")
    told["kpi"] = told["definition"].map(tables.definitions.set_index("definition")["kpi"])
    own = set(measures["process"].dropna())
    limited = told[told["process"].notna()]
    mine = limited.loc[[bool(own & set(words(one))) for one in limited["process"]], "collision"]
    topics = told.loc[told["kpi"].isin(measures["kpi"]), "collision"].unique()
    about_others = set(limited["collision"]) - set(mine)
    told = told[told["collision"].isin(topics) & ~told["collision"].isin(about_others)].reset_index(drop=True)
    measured = set(zip(measures["definition"], measures["process"].fillna(""), strict=True))
    measured |= {(definition, "") for definition in measures["definition"]}
    told["is_comparable"] = [
        bool(measured & {(definition, one) for one in (words(process) if line != "band" else []) or [""]})
        for definition, process, line in zip(told["definition"], told["process"], told["line"], strict=True)
    ]
    return told
