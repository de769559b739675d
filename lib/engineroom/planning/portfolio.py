"""Which workflow to automate, to augment, to centralise or to eliminate, and what makes it human work at all."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom import statistics
from engineroom.dictionary import codes, plans, quality_tables, results
from engineroom.dictionary.columns import DataFrame, empty
from engineroom.dictionary.initiatives import Initiatives
from engineroom.readers.tables import Tables

NOT_PLACED = "Not placed"
ELIMINATE = "Eliminate"
REPAIRS = "repairs of what came in wrong"
"""Work to be eliminated where no log of exceptions names its types."""
REVIEW_MONTHS = 18
LATEST = 3
"""Months whose rate stands for today's."""

CLEAR = 0.25
"""Part of a threshold by which a figure must be away from it before the bucket is sure."""

PILOT_WEEKS = 9
REALISED = (0.10, 0.15, 0.20)
"""Share of the processing cost that automation saves net of its upkeep, as realised (002-12), not as quoted."""
CHANGES = {"Automate to STP": "automation", "Augment": "augmentation", "Centralise": "centralising"}
VERBS = {"automation": "Automate", "augmentation": "Augment", "centralising": "Centralise", "redesign": "Redesign"}


def place(tables: Tables, rankings: DataFrame[plans.Rankings]) -> DataFrame[plans.Placements]:
    """Return the bucket of each workflow: that of the first rule all of whose conditions hold.

    What is to be eliminated is never a workflow that somebody asks for, but the work in it that an error upstream
    causes: it has a row of its own beside that of the workflow, whose bucket the other rules decide. Confidence is high
    where every attribute that any rule asks for is known and none that decided is within a quarter of its threshold,
    low where an attribute is unknown or no rule fires, medium in between.
    """
    rules = tables.buckets
    review = pd.Timestamp(tables.engagement.header.as_of) + pd.DateOffset(months=REVIEW_MONTHS)
    upstream = tables.exceptions[tables.exceptions["cause"] == "upstream_data"]
    rows = []
    for attributes in _attributes(tables, rankings):
        unknown = [name for name in dict.fromkeys(rules["attribute"]) if math.isnan(attributes[name])]
        about = {"workflow": attributes["workflow"], "review": review}
        about |= {"unknown": codes.several(f"attribute_{name}" for name in unknown)}
        is_of_workflow = rules["bucket"] != ELIMINATE
        rows.append(about | {"work": ""} | _placed(rules[is_of_workflow], attributes, unknown))
        work = _placed(rules[~is_of_workflow], attributes, unknown)
        if work["bucket"] == ELIMINATE:
            types = upstream.loc[upstream["workflow"] == attributes["workflow"], "exception"]
            rows.append(about | {"work": codes.listed(types) or codes.listed([REPAIRS])} | work)
    return plans.Placements.of(rows)


def _placed(rules: pd.DataFrame, attributes: dict[str, Any], unknown: list[str]) -> dict[str, Any]:
    """Return the bucket of the first rule that holds, why and how sure; or what keeps the nearest rule from holding."""
    missed: list[list[Any]] = []
    for _, conditions in rules.groupby("rule", sort=False):
        asked = list(conditions.itertuples())
        failed = [one for one in asked if not _holds(attributes[one.attribute], one.operator, one.value)]
        if not failed:
            is_clear = all(
                abs(attributes[one.attribute] - one.value) >= CLEAR * abs(one.value)
                for one in asked
                if one.attribute not in ("specialised", "business_units")
            )
            reason = codes.several(_condition(one, attributes) for one in asked)
            confidence = "low" if unknown else "high" if is_clear else "medium"
            return {"bucket": asked[0].bucket, "reason": reason, "confidence": confidence}
        if not any(math.isnan(attributes[one.attribute]) for one in asked):
            missed.append(failed)
    nearest = min(missed, key=lambda failed: (len(failed), [*CHANGES, ELIMINATE].index(failed[0].bucket)), default=[])
    reason = codes.several([_condition(one, attributes, "misses") for one in nearest] or ["no_rule_fires"])
    return {"bucket": NOT_PLACED, "reason": reason, "confidence": "low"}


def touches(tables: Tables) -> DataFrame[plans.Touches]:
    """Return why people touch the items of each workflow: workflow, touches a month, shares by cause, avoidable share.

    Avoidable is what only repairs what came in wrong: it goes away where the data is fixed at its source.
    """
    counted = tables.exceptions[tables.exceptions["cause"].notna()]
    if counted.empty:
        return empty(plans.Touches)
    wide = counted.pivot_table(index="workflow", columns="cause", values="monthly_count", aggfunc="sum", sort=False)
    wide = wide.reindex(columns=["upstream_data", "judgement", "rule", "system"]).fillna(0)
    total = wide.sum(axis=1)
    shares = wide.div(total, axis=0)
    shares.insert(0, "touches", total)
    whole = pd.DataFrame([[total.sum(), *(wide.sum() / total.sum())]], columns=shares.columns, index=[""])
    return plans.Touches.validate(pd.concat([whole, shares]).rename_axis("workflow").reset_index())


def pareto(tables: Tables) -> DataFrame[plans.CostTypes]:
    """Return the yearly cost of each type of exception, largest first, with the cumulative share of cost.

    Where no exception log was sent, the types are those of transactions.
    """
    log = tables.exceptions
    if log.empty:
        return transactions(tables)
    return _by_cost(log["workflow"] + " · " + log["exception"], log["monthly_count"] * log["unit_cost"])


def transactions(tables: Tables) -> DataFrame[plans.CostTypes]:
    """Return the yearly cost of each type of transaction, which is a workflow: its volume times its unit cost."""
    return _by_cost(tables.workflows["workflow"], tables.workflows["monthly_volume"] * tables.workflows["unit_cost"])


def _by_cost(types: pd.Series, monthly: pd.Series) -> DataFrame[plans.CostTypes]:
    frame = pd.DataFrame({"type": types, "cost": monthly * 12})
    frame = frame.dropna().sort_values(["cost", "type"], ascending=[False, True], kind="stable").reset_index(drop=True)
    frame["share"] = frame["cost"].cumsum() / frame["cost"].sum()
    return plans.CostTypes.validate(frame)


def concentration(types: pd.DataFrame) -> tuple[float, bool]:
    """Return the share of the cost that the largest fifth of the types holds, and whether it is the 60% of the rule."""
    if types.empty:
        return math.nan, False
    return statistics.share_of_largest(types["cost"], statistics.PARETO_PART), statistics.is_pareto(types["cost"])


def straight_through_paths(tables: Tables, measures: DataFrame[results.Measures]) -> DataFrame[plans.TargetPaths]:
    """Return the way from today's straight-through rate to its target, by quarter."""
    as_of = pd.Timestamp(tables.engagement.header.as_of)
    rows: list[dict[str, Any]] = []
    for review in tables.portfolio.dropna(subset=["stp_target", "stp_target_date"]).to_dict("records"):
        found = measures[(measures["kpi"] == "stp_rate") & (measures["workflow"] == review["workflow"])]
        until = review["stp_target_date"]
        if found.empty or until <= as_of:
            continue
        now = float(found["value"].iloc[0])
        days = pd.date_range(as_of, until, freq="QE", inclusive="left")
        for day in [as_of, *days, until]:
            way = (day - as_of) / (until - as_of)
            stp = now + (review["stp_target"] - now) * way
            rows.append({"workflow": review["workflow"], "date": day, "stp": stp, "is_target": day == until})
    return plans.TargetPaths.of(rows)


def straight_through_actuals(tables: Tables, kept: DataFrame[quality_tables.Kept]) -> DataFrame[plans.Paths]:
    """Return where each workflow is on the way to its straight-through target, from its table `monthly_values`.

    The path is straight, from the rate before the go-live on that day to the target on its own. Actual is the rate of
    the last three months, at the end of the last of them; ahead or behind where its whole interval is. A rate that lost
    its gain since the go-live (`kept`) is slipping, even where it is still above the path.
    """
    slipped = set(kept.loc[(kept["kpi"] == "stp_rate") & (kept["verdict"] == "slipped"), "workflow"])
    counted = tables.monthly_values[tables.monthly_values["kpi"] == "stp_rate"]
    rows: list[dict[str, Any]] = []
    for review in tables.portfolio.dropna(subset=["stp_target", "stp_target_date"]).to_dict("records"):
        mine = counted[counted["workflow"] == review["workflow"]].sort_values("month", kind="stable")
        before = mine[mine["month"].dt.to_period("M") < mine["go_live"].dt.to_period("M")]
        last, live, until = mine.tail(LATEST), mine["go_live"].min(), review["stp_target_date"]
        if before.empty or mine["month"].max() < live or not live < until:
            continue
        day = min(last["month"].max() + pd.offsets.MonthEnd(0), until)
        start = before["numerator"].sum() / before["denominator"].sum()
        expected = start + (review["stp_target"] - start) * ((day - live) / (until - live))
        met, n = last["numerator"].sum(), last["denominator"].sum()
        low, high = statistics.exact_share(met, n)
        verdict = "ahead" if low[0] > expected else "behind" if high[0] < expected else "on the path"
        verdict = "slipping" if verdict != "behind" and review["workflow"] in slipped else verdict
        rows.append(
            {"workflow": review["workflow"], "since": live, "start": start, "day": day, "expected": expected}
            | {"actual": met / n, "low": low[0], "high": high[0], "n": n, "verdict": verdict}
            | {"target": review["stp_target"], "until": until}
        )
    return plans.Paths.of(rows)


def at_source(tables: Tables) -> DataFrame[plans.AtSource]:
    """Return the exceptions that only repair what came in wrong, dearest first: what to fix where it comes from.

    Columns: workflow, exception, monthly_count, yearly_cost, and the share of all yearly exception cost up to here.
    """
    log = tables.exceptions
    yearly = log["monthly_count"] * log["unit_cost"] * 12
    dirty = log.assign(yearly_cost=yearly)[log["cause"] == "upstream_data"]
    dirty = dirty.sort_values(["yearly_cost", "workflow", "exception"], ascending=[False, True, True], kind="stable")
    found = dirty[["workflow", "exception", "monthly_count", "yearly_cost"]].reset_index(drop=True)
    total = yearly.sum()
    return plans.AtSource.validate(found.assign(share=found["yearly_cost"].cumsum() / total if total > 0 else math.nan))


def comparability(tables: Tables) -> DataFrame[plans.Comparability]:
    """Return, per workflow and KPI, whether all business units follow one definition: the matrix, one row a KPI.

    Columns: workflow, kpi, its name, a column per business unit with its definition id, `is_comparable`. A unit that
    did not say is not comparable.
    """
    said = tables.unit_definitions
    names = tables.definitions[tables.definitions["is_default"]].set_index("kpi")["name"]
    units = sorted(said["business_unit"].dropna().unique())
    rows = []
    for (workflow, kpi), group in said.groupby(["workflow", "kpi"], sort=True):
        mine = dict(zip(group["business_unit"], group["definition"], strict=True))
        told = [mine.get(unit) for unit in units]
        same = all(isinstance(one, str) for one in told) and len(set(told)) == 1
        row = {"workflow": workflow, "kpi": kpi, "name": names.get(kpi, kpi), "is_comparable": same}
        rows.append(row | dict(zip(units, told, strict=True)))
    return plans.Comparability.validate(
        pd.DataFrame(rows, columns=["workflow", "kpi", "name", *units, "is_comparable"])
    )


def candidates(
    tables: Tables, rankings: DataFrame[plans.Rankings], placements: DataFrame[plans.Placements]
) -> DataFrame[Initiatives]:
    """Return the client's initiatives, or where none were sent one proposal per workflow of the shortlist.

    A proposal takes 60 days and does what the workflow's bucket says, a redesign where it has none. The first three
    are pilots. Automating is credited with 10 to 20% of the yearly processing cost: what such projects realise.
    """
    if len(tables.initiatives):
        return tables.initiatives
    whole = placements[placements["work"] == ""]
    bucket = dict(zip(whole["workflow"], whole["bucket"], strict=True))
    rows = []
    for place, ranked in enumerate(rankings[rankings["is_shortlisted"]].to_dict("records")):
        kind = CHANGES.get(bucket.get(ranked["workflow"], ""), "redesign")
        yearly = ranked["monthly_volume"] * 12 * ranked["unit_cost"]
        known = kind in ("automation", "augmentation") and not math.isnan(yearly)
        saved = [part * yearly if known else math.nan for part in REALISED]
        rows.append(
            {"initiative": f"{VERBS[kind]} {ranked['workflow']}", "kind": kind, "workflow": ranked["workflow"]}
            | {"weeks": PILOT_WEEKS, "is_pilot": place < 3, "is_optional": False, "has_cutover": True}
            | dict(zip(("annual_benefit_low", "annual_benefit", "annual_benefit_high"), saved, strict=True))
        )
    return Initiatives.of(rows)


def _attributes(tables: Tables, rankings: pd.DataFrame) -> list[dict[str, Any]]:
    reviewed = {row["workflow"]: row for row in tables.portfolio.to_dict("records")}
    coded = touches(tables).set_index("workflow")["upstream_data"].to_dict()
    total = rankings["monthly_volume"].sum()
    rows = []
    for ranked in rankings.to_dict("records"):
        review = reviewed.get(ranked["workflow"], {})
        specialised = {"yes": 1.0, "no": 0.0}.get(review.get("specialised"), math.nan)
        upstream = review.get("upstream_share", math.nan)
        rows.append(
            {
                "workflow": ranked["workflow"],
                "upstream_share": coded.get(ranked["workflow"], upstream) if math.isnan(upstream) else upstream,
                "business_units": review.get("business_units", math.nan),
                "specialised": specialised,
                "volume_share": ranked["monthly_volume"] / total if total else math.nan,
                "judgement_share": review.get("judgement_share", math.nan),
                "exception_rate": ranked["friction"],
            }
        )
    return rows


def _holds(value: float, operator: str, threshold: float) -> bool:
    return value >= threshold if operator == ">=" else value <= threshold


def _condition(condition: Any, attributes: dict[str, Any], how: str = "holds") -> str:
    """Return the code of a condition that holds or misses, with its words and the figure it was held to."""
    value = attributes[condition.attribute]
    if condition.attribute == "specialised":
        return codes.code(f"condition_{how}", says=condition.says)
    if condition.attribute == "business_units":
        return codes.code(f"condition_{how}_at_count", says=condition.says, n=int(value))
    return codes.code(f"condition_{how}_at_share", says=condition.says, share=value)
