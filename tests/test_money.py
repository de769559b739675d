"""Money counts once and adds up to the cent, in every engagement; what loses money is advised against."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import pytest
from engagements import assessed, headlines
from hypothesis import given, settings
from hypothesis import strategies as st
from proofs import cases

from engineroom.dictionary import plans, results
from engineroom.measures import gap
from engineroom.phrases import tell
from engineroom.planning import asks, money, plan, solver
from engineroom.readers import engagement, tables
from engineroom.reports.roadmap import facts as roadmap

READ = tables.read(engagement.open("starter/insurer"))
DEFINED = READ.definitions.set_index("definition")
LINES = READ.benchmarks[
    READ.benchmarks["line"].isin(["leading", "typical"])
    & READ.benchmarks["definition"].map(DEFINED["worth"]).notna()
    & (READ.benchmarks["definition"].map(DEFINED["worth"]) != gap.CASH)
]
PROCESSES = ["ap_invoices", "claims", "denials"]
FLOWS = ["A", "B", "C"]
AMOUNT = st.one_of(st.just(float("nan")), st.floats(0.01, 1e6, allow_nan=False))


@st.composite
def engagements(draw: st.DrawFn) -> tuple[tables.Tables, pd.DataFrame, pd.DataFrame]:
    """Return the tables of an engagement, its missed gaps, and a plan."""
    prices = ("unit_cost", "cost_of_rework", "cost_of_late", "cost_of_manual_touch")
    flows = READ.workflows.head(0).reindex(range(len(FLOWS)))
    flows = flows.assign(workflow=FLOWS, process=[draw(st.sampled_from(PROCESSES)) for _ in FLOWS])
    flows = flows.assign(monthly_volume=[draw(st.integers(1, 100_000)) for _ in FLOWS], cost_spread=float("nan"))
    flows = flows.assign(**{name: [draw(AMOUNT) for _ in FLOWS] for name in prices})
    process = dict(zip(FLOWS, flows["process"], strict=True))
    gaps = []
    for flow in FLOWS:
        for line in draw(
            st.lists(st.sampled_from(LINES.to_dict("records")), max_size=4, unique_by=lambda row: row["definition"])
        ):
            size = draw(st.floats(0.001, 0.9)) * (1 if line["unit"] == "share" else 50)
            ends = {"gap_low": size * draw(st.floats(0.1, 1)), "gap": size, "gap_high": size * draw(st.floats(1, 3))}
            about = {"workflow": flow, "process": process[flow], "verdict": "misses", "name": "x", "method": "hall"}
            about |= {"kpi": line["definition"].partition("/")[0], "is_stale": False}
            gaps.append(about | ends | {name: line[name] for name in ("definition", "benchmark", "grade", "unit")})
    names = [*results.Gaps.names()]
    return (
        replace(READ, workflows=flows),
        pd.DataFrame(gaps, columns=names),
        plan_of([drawn_item(draw, number) for number in range(draw(st.integers(0, 6)))]),
    )


def drawn_item(draw: st.DrawFn, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {"item": f"i{number}", "workflow": draw(st.sampled_from([*FLOWS, ""]))}
    for name in ("annual_benefit", "cost"):
        ends = sorted(draw(st.lists(AMOUNT, min_size=3, max_size=3)))
        row |= dict(zip((f"{name}_low", name, f"{name}_high"), ends, strict=True))
    return row


def plan_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame([{"kind": "automation"} | row for row in rows], columns=plans.Plan.names())


@pytest.mark.proof
@settings(max_examples=cases(60, 500), deadline=None, derandomize=True)
@given(engagements())
def test_what_counts_of_a_workflow_never_exceeds_its_spend_and_the_bridge_adds_up_to_the_cent(made) -> None:
    read, gaps, plan = made

    worths = gap.worth(gaps, read)
    found = money.bridge(worths, plan)

    counted = worths[worths["is_counted"]]
    spend = (read.workflows["monthly_volume"] * 12 * read.workflows["unit_cost"]).set_axis(read.workflows["workflow"])
    for end in ("worth_low", "worth", "worth_high"):
        sums = counted.groupby("workflow")[end].sum()
        assert (sums <= spend[sums.index] * (1 + 1e-9)).all()
    assert counted.groupby(["workflow", "family"]).size().le(1).all()
    assert (worths["worth_low"] <= worths["worth"] * (1 + 1e-9)).all()
    assert (worths["worth"] <= worths["worth_high"] * (1 + 1e-9)).all()
    cents = (found.filter(regex="_(low|high)$") * 100).round()
    for end, other in (("low", "high"), ("high", "low")):
        assert (cents[f"gap_{end}"] == cents[f"addressed_{end}"] + cents[f"open_{end}"]).all()
        assert (cents[f"net_{end}"] == cents[f"brings_{end}"] - cents[f"cost_{other}"]).all()
        assert cents[f"gap_{end}"].sum() == pytest.approx((counted[f"worth_{end}"] * 100).sum(), abs=len(found))


@pytest.mark.parametrize("starter", engagement.starters())
def test_no_starter_counts_more_than_a_workflow_costs(starter) -> None:
    case = assessed(starter)

    counted = case.worths[case.worths["is_counted"]]

    assert (counted.groupby("workflow")["worth_high"].sum() <= counted.groupby("workflow")["spend"].first()).all()


def test_a_plan_that_loses_money_is_advised_against_in_those_words() -> None:
    case = assessed("starter/ecommerce")
    told = partial(
        roadmap.find, case.plan, case.prerequisites, case.decisions, economics=case.plan_economics,
        people=case.one_more, draft=case.draft, schedule=case.schedule, gaps=case.gaps, tables=case.tables,
    )  # fmt: skip
    losing = case.plan_economics.assign(net_low=-2.0, net_high=-1.0)

    def said(findings) -> list[str]:
        return [item["text"] for item in headlines(findings, case.tables)]

    against = "We advise against the plan in its present form: it loses money"
    assert not any(text.startswith(against) for text in said(told(curve=case.plan_benefits)))
    assert any(text.startswith(against) for text in said(told(curve=case.plan_benefits.assign(low=-2.0, high=-1.0))))
    asked = asks.roadmap(case.plan, case.decisions, losing, case.prerequisites)["ask"].map(tell)
    assert asked.iloc[0] == "Do not approve the plan in its present form: it loses money"
    assert not asked.str.startswith("Approve").any()


def test_what_does_not_pay_is_left_out_unless_the_client_says_that_it_must_be_in() -> None:
    case = assessed("starter/ecommerce")
    desk = "One accounts-payable desk for shop and wholesale"

    assert desk not in set(case.plan["item"])
    said = [item["text"] for item in headlines(case.roadmap_findings, case.tables)]
    assert f"Leave out “{desk}”: it costs more than it brings before the plan ends." in said
    stated = case.initiatives["is_optional"].mask(case.initiatives["initiative"] == desk, False)
    must = case.initiatives.assign(is_optional=stated)
    draft = plan.draft(must, case.prerequisites, case.decisions, case.tables, 104, 3, 0.08)
    assert desk in solver.schedule(draft.problem).starts
    hurried = plan.draft(
        case.initiatives, case.prerequisites, case.decisions, case.tables, 104, 3, 0.08, objective="finish"
    )
    assert desk in solver.schedule(hurried.problem, "finish").starts


def test_an_initiative_that_loses_money_at_its_better_end_is_advised_against() -> None:
    case = assessed("starter/healthcare")
    dear = case.plan.assign(cost_low=1e9, cost=1e9, cost_high=1e9)

    found = money.economics(dear, case.draft)

    earning = found[found["annual_benefit_high"] > 0]
    assert set(earning["verdict"]) == {"loses"}
    assert set(money.economics(case.plan, case.draft)["verdict"]) <= set(plans.ECONOMICS)
