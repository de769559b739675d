"""What each report asks for at its end: what is to be done, who is to do it, by when, and what hangs on it.

An ask follows from the same tables as the report, so that it cannot say more than they do. Nobody named is blank, which
pages print as "unassigned"; a day or an amount that nobody stated stays blank too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from engineroom.dictionary import codes, governance_tables, operating_tables, plans, quality_tables, results, scenarios
from engineroom.dictionary.columns import DataFrame, as_text
from engineroom.planning import readiness
from engineroom.planning.scenario import DO_NOTHING, Programme
from engineroom.readers.tables import Tables

MOST = 5
"""Asks of a report: the rest of its tables is work, not a decision."""
SIDES = 2
"""Asks of one kind, so that the longest register does not fill the page alone."""

Asks = Iterator[dict[str, Any]]


def benchmark_gap(
    worths: DataFrame[results.Worths],
    bridge: DataFrame[plans.Bridge],
    economics: DataFrame[plans.Economics],
    tables: Tables,
) -> DataFrame[plans.Asks]:
    """Return what closes the gaps that count, the dearest first; then the cash, then what only a target prices."""

    def asked() -> Asks:
        owners, ends = (economics.set_index("item")[name].to_dict() for name in ("owner", "end"))
        owner_of = tables.workflows.set_index("workflow")["owner"].to_dict()
        for row in bridge[bridge["gap_high"] > 0].sort_values("gap_high", ascending=False).to_dict("records"):
            items = codes.items(row["initiatives"])
            last = max(items, key=lambda item: ends[item]) if items else ""
            yield _ask(
                codes.code("close_gap", workflow=row["workflow"], initiatives=items)
                if items
                else codes.code("name_initiative", workflow=row["workflow"]),
                owners.get(last) or owner_of.get(row["workflow"]),
                ends.get(last),
                (row["gap_low"], row["gap_high"]),
            )
        for row in worths[worths["counting"] == "cash"].head(1).to_dict("records"):
            yield _ask(codes.code("free_cash", kpi=row["name"]), None, None, (row["worth_low"], row["worth_high"]))
        priced = worths[worths["counting"] == "indicative"].sort_values("worth_high", ascending=False, kind="stable")
        for row in priced.head(SIDES).to_dict("records"):
            about = {"kpi": row["name"], "workflow": row["workflow"]}
            worth = (row["worth_low"], row["worth_high"])
            yield _ask(codes.code("find_measurement", **about), owner_of.get(row["workflow"]), None, worth)

    return _table(asked())


def roadmap(
    plan: DataFrame[plans.Plan],
    decisions: DataFrame[plans.Decisions],
    economics: DataFrame[plans.Economics],
    prerequisites: DataFrame[plans.Prerequisites],
) -> DataFrame[plans.Asks]:
    """Return what is to be stopped, what opens the gates, and what can be approved, by the money that hangs on it."""
    planned, labels = plan.set_index("item"), prerequisites.set_index("prerequisite")["name"].to_dict()
    waits = decisions[decisions["decision"] == "waits"]
    opens: dict[str, set[str]] = {}
    for row in waits.to_dict("records"):
        for opener in codes.each(row["opened_by"]):
            if row["initiative"] in planned.index:
                opens.setdefault(codes.read(opener)[1]["item"], set()).add(row["initiative"])

    def worth(items: Iterable[str]) -> tuple[float, float]:
        mine = planned.loc[sorted(items)]
        low, high = (float(mine[f"annual_benefit_{end}"].sum(min_count=1)) for end in ("low", "high"))
        return low, high

    def asked() -> Asks:
        is_loss = economics["net_high"].sum() < 0
        if is_loss:
            yield _ask(codes.code("reject_plan"), None, plan["start"].min(), _lost(economics))
        for row in economics[economics["verdict"] == "loses"].head(SIDES).to_dict("records"):
            lost = _lost(economics[economics["item"] == row["item"]])
            yield _ask(codes.code("stop", name=row["item"]), row["owner"], planned.loc[row["item"], "start"], lost)
        first = plan[(plan["kind"] == "prerequisite") & plan["item"].isin(list(opens))]
        alike = first.groupby([codes.listed(sorted(opens[item])) for item in first["item"]], sort=False)
        openers = [(codes.items(waiting), rows) for waiting, rows in alike]
        openers.sort(key=lambda opener: (-worth(opener[0])[1], opener[1]["end"].max()))
        for waiting, rows in openers[: MOST - SIDES]:
            owners = [owner for owner in dict.fromkeys(rows["owner"].dropna()) if owner]
            meets = codes.code("meet", names=[labels[one] for one in rows["name"].map(_prerequisite)], n=len(waiting))
            yield _ask(meets, owners, rows["end"].max(), worth(waiting))
        pays = economics[economics["verdict"].isin(["pays", "open"])].sort_values("end", kind="stable")
        for row in pays.head(0 if is_loss else MOST).to_dict("records"):
            start = planned.loc[row["item"], "start"]
            yield _ask(codes.code("approve", name=row["item"]), row["owner"], start, worth([row["item"]]))
        if plan.empty:
            for row in prerequisites[~prerequisites["is_met"]].drop_duplicates("name").to_dict("records"):
                yield _ask(codes.code("show", name=row["name"]), row["owner"], row["date"])

    return _table(asked())


def _prerequisite(name: str) -> str:
    return str(codes.read(name)[1]["prerequisite"])


def _lost(economics: pd.DataFrame) -> tuple[float, float]:
    """Return what initiatives lose to the end of the plan, at least and at most."""
    return -float(economics["net_high"].sum()), -float(economics["net_low"].sum())


def business_case(
    programme: Programme,
    flips: DataFrame[scenarios.Flips],
    impacts: DataFrame[scenarios.Impacts],
    decisions: DataFrame[plans.Decisions],
    name: str,
    tables: Tables,
) -> DataFrame[plans.Asks]:
    """Return what must be known or opened before the option `name`, which is ahead, can be chosen."""
    does = tables.initiatives.set_index("initiative")["owner"].to_dict()

    def asked() -> Asks:
        if not name or programme[name].kind == DO_NOTHING:
            return
        for option in [programme[name], *(one for one in programme.options if one.name != name)]:
            if option.is_open:
                limits = flips[(flips["view"] == "expected") & (flips["option"] == option.name)]
                limits = limits.loc[limits["driver"].isin(["one_off_cost", "one_off_excess"]), "value"].dropna()
                most = float(limits.min()) if len(limits) else math.nan
                yield _ask(codes.code("disclose", option=option.name), option.owner, None, (most, most))
        closed = decisions[decisions["decision"].isin(["refused", "waits"])]
        for initiative in programme[name].initiatives:
            mine = closed[closed["initiative"] == initiative]
            mine = mine[mine["decision"] == "refused"] if (mine["decision"] == "refused").any() else mine
            if len(mine):
                opens = codes.code("open_gates", initiative=initiative, gates=mine["rule"].tolist())
                yield _ask(opens, does.get(initiative), None)
        for row in impacts[impacts["knowing"] > 0].sort_values("knowing", ascending=False).head(1).to_dict("records"):
            about = {"driver": scenarios.DRIVER_LABELS[row["driver"]], "option": row["option"]}
            owner = next((one.owner for one in programme.options if one.name == row["option"]), None)
            yield _ask(codes.code("measure_driver", **about), owner, None, (row["knowing"], row["knowing"]))

    return _table(asked())


def process_quality(
    factory: DataFrame[quality_tables.Factory],
    signals: DataFrame[quality_tables.Signals],
    kept: DataFrame[quality_tables.Kept],
    data_scores: DataFrame[quality_tables.DataScores],
    tables: Tables,
) -> DataFrame[plans.Asks]:
    """Return what was lost or got worse, what rework costs most, and whose data fail their checks."""
    owner_of = tables.workflows.set_index("workflow")["owner"].to_dict()

    def asked() -> Asks:
        for row in kept[kept["verdict"].isin(["slipped", "alarm"])].to_dict("records"):
            yield _ask(
                codes.code("win_back", change=row["change"], kpi=row["name"]), owner_of.get(row["workflow"]), None
            )
        worse = signals[signals["shifted"].notna() & (signals["after"] > signals["before"])].drop_duplicates("workflow")
        for row in worse.head(SIDES).to_dict("records"):
            explain = codes.code("explain_shift", workflow=row["workflow"])
            yield _ask(explain, owner_of.get(row["workflow"]), None)
        costly = factory[factory["rework_cost"] > 0].sort_values("rework_cost", ascending=False, kind="stable")
        for row in costly.head(SIDES).to_dict("records"):
            cost = (row["rework_cost_low"], row["rework_cost_high"])
            yield _ask(codes.code("end_rework", workflow=row["workflow"]), owner_of.get(row["workflow"]), None, cost)
        weak = data_scores[data_scores["passing"] < data_scores["applicable"]]
        if len(weak):
            worst = weak.loc[(weak["passing"] / weak["applicable"]).idxmin()]
            dimension = quality_tables.DIMENSIONS[worst["dimension"]]
            mend = codes.code("mend_data", workflow=worst["workflow"], dimension=dimension)
            yield _ask(mend, owner_of.get(worst["workflow"]), None)

    return _table(asked())


def governance(
    coverage: DataFrame[governance_tables.Coverage],
    conflicts: DataFrame[governance_tables.Conflicts],
    tests: DataFrame[governance_tables.Tests],
    roles: DataFrame[governance_tables.Roles],
    parts: DataFrame[operating_tables.Profile],
    tables: Tables,
) -> DataFrame[plans.Asks]:
    """Return the gravest open points: risks without control, duties not apart, overdue tests, lines, open parts."""
    carried_out_by = tables.controls.set_index("control")["owner"].to_dict()

    def asked() -> Asks:
        bare = coverage[coverage["cover"] == "uncovered"]
        for row in bare.head(SIDES).to_dict("records"):  # the gravest come first
            yield _ask(codes.code("control_risk", risk=row["risk"]), row["owner"], None)
        for row in conflicts[conflicts["verdict"] == "broken"].head(1).to_dict("records"):
            apart = codes.code("keep_apart", first=row["first"], second=row["second"])
            yield _ask(apart, carried_out_by.get(as_text(row["control"])), None)
        for row in tests[tests["state"] == "overdue"].head(1).to_dict("records"):
            what = as_text(row["control"]) or row["test"]
            yield _ask(codes.code("test_control", control=what), carried_out_by.get(what), row["due"])
        if len(tables.lines):
            for row in roles[roles["second"].isna()].head(1).to_dict("records"):
                yield _ask(codes.code("name_second_line", workflow=row["workflow"]), codes.items(row["first"]), None)
        open_parts = parts.loc[(parts["asked"] > 0) & ~(parts["level"] >= readiness.WORKS), "part"].tolist()
        if open_parts:
            yield _ask(codes.code("prove_parts", parts=open_parts), None, None)

    return _table(asked())


def operating_model(
    needs: DataFrame[operating_tables.Needs],
    cover: DataFrame[operating_tables.Cover],
    backlogs: DataFrame[operating_tables.Backlogs],
    misuse: DataFrame[operating_tables.Misuse],
    tracking: DataFrame[operating_tables.Tracking],
    tables: Tables,
) -> DataFrame[plans.Asks]:
    """Return the money first, then hours that no move closes, queues that grow, skills on one person, due dates."""
    owner_of = tables.workflows.set_index("workflow")["owner"].to_dict()

    def asked() -> Asks:
        dear = misuse[misuse["annual_cost"] > 0].sort_values("annual_cost", ascending=False, kind="stable")
        for row in dear.head(SIDES).to_dict("records"):
            cost = (row["annual_cost"], row["annual_cost"])
            yield _ask(codes.code("regrade", activity=row["activity"]), owner_of.get(row["workflow"]), None, cost)
        for row in backlogs[backlogs["drain_weeks"] == math.inf].head(SIDES).to_dict("records"):
            yield _ask(codes.code("stop_growth", queue=row["queue"]), owner_of.get(row["queue"]), None)
        alone = cover[cover["bus_factor"] < SIDES]
        for row in alone.head(SIDES).to_dict("records"):
            yield _ask(codes.code("train_second", skill=row["skill"]), None, None)
        short = needs[needs["left_hours"] > 0].sort_values("left_hours", ascending=False, kind="stable")
        for row in short.head(1).to_dict("records"):
            yield _ask(codes.code("find_hours", skill=row["skill"], hours=row["left_hours"]), None, None)
        for row in tracking[tracking["state"] == "cannot state"].head(1).to_dict("records"):
            yield _ask(codes.code("watch_due", workflow=row["workflow"]), owner_of.get(row["workflow"]), None)

    return _table(asked())


def _ask(what: str, owner: Any, due: Any, worth: tuple[float, float] = (math.nan, math.nan)) -> dict[str, Any]:
    low, high = sorted(worth) if not any(math.isnan(end) for end in worth) else worth
    owners = owner if isinstance(owner, list) else [as_text(owner)] if as_text(owner) else []
    return {"ask": what, "owner": codes.listed(owners) or None, "due": due, "worth_low": low, "worth_high": high}


def _table(asked: Asks) -> DataFrame[plans.Asks]:
    rows = list({row["ask"]: row for row in asked}.values())[:MOST]
    return plans.Asks.of({"place": place} | row for place, row in enumerate(rows, 1))
