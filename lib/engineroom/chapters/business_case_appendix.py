"""The appendix of a business case: the convention, every assumption, every cash flow, every reference class."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.chapters import business_case_words as words
from engineroom.dictionary import options, scenarios
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import show, wording
from engineroom.pages.blocks import ROWS, Cell, Exhibit, left, note, nothing, right, table
from engineroom.phrases import say
from engineroom.planning.scenario import DO_NOTHING, Programme
from engineroom.readers.tables import Tables


def classes(tables: Tables) -> Exhibit:
    """Return the reference classes: what was realised, what is quoted, and where the two contradict each other."""
    if tables.options.empty:
        return nothing()
    realised = (
        "Claims are held against what was realised. What sellers quote is shown beside it, and never used: "
        "document 002 says 30 to 50% for automation, document 003 says 30 to 60%, and document 002 says half of "
        "it arrives."
    )
    return show.table(
        "reference_classes", tables.reference_classes, options.ReferenceClasses,
        "label line range grade formula=reference caveat_quoted=caveat", "What others have reached, and what is quoted",
        realised, ROWS, own={"range": show.right("Range", _range)},
    )  # fmt: skip


def flows(found: DataFrame[scenarios.Flows], programme: Programme, view: str) -> Exhibit:
    """Return what each option brings in each year of a view, with the sum and the value of today."""
    if found.empty:
        return nothing()
    mine = found[found["view"] == view]
    wide = mine.pivot(index="option", columns="year", values="net").reindex(
        [option.name for option in programme.options if option.kind != DO_NOTHING]
    )
    worth = mine.groupby("option")["discounted"].sum()
    rows: list[list[Cell]] = [
        [
            str(name),
            *(
                say("not disclosed")
                if year == 0 and math.isnan(programme[str(name)].one_off) and not amount
                else words.money(amount, programme.currency)
                for year, amount in row.items()
            ),
            wording.money(row.sum(), programme.currency),
            wording.money(worth[name], programme.currency),
        ]
        for name, row in wide.iterrows()
    ]
    columns = [left("option", "Option"), right("start", "Start")]
    columns += [right(f"year_{year}", say("Year {n}", n=year)) for year in range(1, programme.years + 1)]
    columns += [right("sum", "Sum of all years"), right("npv", "Net present value")]
    caption = {
        "claimed": "What the options bring by year, as claimed",
        "expected": "What the options bring by year, as expected",
    }
    return table(f"flows_{view}", caption[view], columns, rows, mine)


def assumptions(found: DataFrame[scenarios.Assumed], programme: Programme) -> Exhibit:
    """Return every figure the case rests on, with distribution, owner, grade and source."""
    if found.empty:
        return nothing()
    currency = programme.currency
    own = {
        "driver": show.left("Assumption", lambda row: words.driver(row["driver"], row["option"])),
        "range": show.right("Range", lambda row: _spread(row, currency)),
        "mean": show.right("Expected", lambda row: words.figure(row["driver"], row["mean"], currency)),
    }
    counted = {"n": len(found), "unknown": int((found["distribution"] == "unknown").sum())}
    caption = say("Every assumption: {n}, of them {unknown} not disclosed", **counted)
    notes = ["Grade: A measured, B measured in part, C target or estimate from data, D claim or hearsay."]
    if flat := _flat(found, programme):
        growing = "The run cost of {options} is taken as flat, although that of operating bots grows: state its growth."
        notes.append(say(growing, options=wording.listed(flat)))
    columns = "driver form=distribution range mean owner grade source"
    return show.table("assumptions", found, scenarios.Assumed, columns, caption, *notes, own=own, counted=counted)


def _spread(row: show.Row, currency: str) -> str:
    figures = [words.figure(row["driver"], row[end], currency) for end in ("low", "likely", "high")]
    return " · ".join(figure for figure in figures if figure != wording.BLANK) or wording.BLANK


def _range(row: show.Row) -> str:
    if row["measure"] == "saving":
        return "–".join(wording.value(row[end], "share", decimals=0) for end in ("low", "high"))
    reached = say("{low} to {high}", low=wording.count(row["low"]), high=wording.count(row["high"]))
    return say("months {range}", range=reached) if row["measure"] == "month" else say("{n} times", n=reached)


def _flat(found: pd.DataFrame, programme: Programme) -> list[str]:
    """Return the automating options with a known run cost whose growth nobody has stated."""
    grows = set(found.loc[found["driver"] == "run_cost_growth", "option"])
    return [
        option.name
        for option in programme.options
        if option.kind in ("automate", "hybrid") and option.run_cost > 0 and not grows & {"", option.name}
    ]


def convention(programme: Programme, draws: DataFrame[scenarios.Knowing]) -> Exhibit:
    """Return, in words, how the figures are counted and drawn."""
    if not programme.options:
        return nothing()
    return note(
        "How it is counted",
        say(
            "Over {years} years, at {rate} a year. One-off costs are paid at the start; savings and costs count at "
            "the end of their year. After the last year that is stated, a saving stays as it is. A transition that "
            "only says how long it takes saves nothing until it ends. A saving that is lost is lost each year anew, "
            "from the second on.",
            years=programme.years,
            rate=wording.value(programme.discount_rate, "share", decimals=0),
        ),
        say(
            "As expected: every assumption at its mean. The chances come from {n} draws (seed {seed}); assumptions "
            "are drawn independently of each other. Where nobody says how much of a claim arrives, it is drawn "
            "between what the reference class has reached and the claim itself.",
            n=wording.count(draws["draws"].iloc[0]),
            seed=draws["seed"].iloc[0],
        ),
    )
