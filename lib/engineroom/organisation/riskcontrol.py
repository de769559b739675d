"""Risks and what guards against them: the risk-control matrix on the map, its gaps, and the calendar of tests.

Controls are counted as the client states them. Whether one works is another question: its last test, or the event log
where it is a separation, says so and makes it doubtful; the cover is then still shown, and marked.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom import statistics
from engineroom.dictionary import codes, governance_tables, oversight, plans
from engineroom.dictionary.columns import DataFrame, words
from engineroom.readers.tables import Tables

SOON_DAYS = 30
"""Days before its due day from which a test counts as due soon."""

PRESSING = ("automation", "augmentation", "outsourcing", "centralising")
"""Kinds of initiative that ask for more from a workflow."""

ONE_NATURE = ("preventive only", "detective only")
"""Covers of a risk whose controls are all of one nature."""

IMPACT_RANK = {"high": 0, "medium": 1, "low": 2}


def links(tables: Tables) -> pd.DataFrame:
    """Return one row per control and risk it names: control, kind, nature, owner, risk."""
    named = tables.controls.dropna(subset=["risks"])
    rows = named.assign(risk=named["risks"].map(words)).explode("risk")
    known = rows[rows["risk"].isin(tables.risks["risk"])]
    return known[["control", "kind", "nature", "owner", "risk"]].drop_duplicates().reset_index(drop=True)


def matrix(tables: Tables) -> DataFrame[governance_tables.Matrix]:
    """Return how many controls of each kind and nature guard against each risk."""
    counted = links(tables).groupby(["risk", "kind", "nature"], sort=True).size().rename("controls").reset_index()
    return governance_tables.Matrix.validate(counted)


def coverage(
    tables: Tables, conflicts: DataFrame[governance_tables.Conflicts], tests: DataFrame[governance_tables.Tests]
) -> DataFrame[governance_tables.Coverage]:
    """Return every risk with its controls: uncovered ones first, then single-sided ones, graver ones before others."""
    pairs, shaky = links(tables), doubtful(conflicts, tests)
    rows: list[dict[str, Any]] = []
    for risk in tables.risks.to_dict("records"):
        own = pairs[pairs["risk"] == risk["risk"]]
        before, after = (int((own["nature"] == nature).sum()) for nature in oversight.NATURES)
        cover = "both" if before and after else "preventive only" if before else "detective only"
        rows.append(
            risk
            | {
                "controls": len(own),
                "preventive": before,
                "detective": after,
                "doubtful": int(own["control"].isin(shaky).sum()),
                "named": codes.listed(own["control"]) or None,
                "cover": cover if len(own) else "uncovered",
            }
        )
    frame = governance_tables.Coverage.frame(rows)
    order = frame.assign(
        state=frame["cover"].map({"uncovered": 0, "preventive only": 1, "detective only": 1, "both": 2}),
        weight=frame["impact"].map(IMPACT_RANK).fillna(1.5),
    ).sort_values(["state", "weight"], kind="stable")
    return governance_tables.Coverage.validate(frame.loc[order.index].reset_index(drop=True))


def doubtful(conflicts: DataFrame[governance_tables.Conflicts], tests: DataFrame[governance_tables.Tests]) -> set[str]:
    """Return the controls that failed at their last test, or that the event log shows broken."""
    broken = set(conflicts.loc[conflicts["verdict"] == "broken", "control"].dropna())
    done = tests[tests["control"].notna() & tests["has_failed"].notna()].sort_values("done", kind="stable")
    last = done.groupby("control")["has_failed"].last()
    return broken | set(last.index[last.astype(bool)])


def strays(tables: Tables) -> DataFrame[oversight.Controls]:
    """Return the controls that name no risk: work without a reason, or a risk nobody wrote down."""
    return oversight.Controls.validate(tables.controls[tables.controls["risks"].isna()].reset_index(drop=True))


def assessed(tables: Tables, coverage: DataFrame[governance_tables.Coverage]) -> DataFrame[governance_tables.Assessed]:
    """Return, per workflow of the inventory, what of its map was looked at and how much of that is covered.

    A risk without a workflow counts in each. A workflow without a risk is not without risk: nobody has looked.
    """
    pairs, rows = links(tables), []
    for workflow in workflows(tables):
        own = coverage[coverage["workflow"].isna() | (coverage["workflow"] == workflow)]
        steps = tables.steps.loc[tables.steps["workflow"] == workflow, "step"]
        at = coverage.loc[coverage["workflow"] == workflow, "step"].dropna()
        rows.append(
            {
                "workflow": workflow,
                "steps": len(steps) or math.nan,
                "steps_with_risk": int(steps.isin(at).sum()) if len(steps) else math.nan,
                "risks": len(own),
                "uncovered": int((own["cover"] == "uncovered").sum()),
                "single": int(own["cover"].isin(ONE_NATURE).sum()),
                "controls": pairs.loc[pairs["risk"].isin(own["risk"]), "control"].nunique(),
            }
        )
    return governance_tables.Assessed.of(rows)


def workflows(tables: Tables) -> list[str]:
    """Return the workflows of the inventory; without one, those that the tables of governance name."""
    if len(tables.workflows):
        return list(tables.workflows["workflow"])
    named = [tables.risks["workflow"], tables.lines["workflow"], tables.sops["workflow"], tables.slas["workflow"]]
    return list(dict.fromkeys(pd.concat([one.astype("object") for one in named]).dropna()))


def tests(tables: Tables) -> DataFrame[governance_tables.Tests]:
    """Return the calendar of tests on the day of the report, the longest overdue first.

    A test is overdue from the day after its due day; done late where it was done after it. Pass rates are exact: the
    items of a test are a sample of what the control sees. Whether a test failed is what its tester states: how many
    faults a control may let through is not for this report to say.
    """
    as_of = pd.Timestamp(tables.engagement.header.as_of)
    found = tables.control_tests.copy()
    done = found["done"].where(found["done"] <= as_of)
    late = (done.fillna(as_of) - found["due"]).dt.days.clip(lower=0).astype(float)
    soon = found["due"] <= as_of + pd.Timedelta(days=SOON_DAYS)
    state = pd.Series("planned", index=found.index, dtype="object").mask(soon, "due soon").mask(late > 0, "overdue")
    state = state.mask(done.notna(), "done in time").mask(done.notna() & (late > 0), "done late")
    low, high = statistics.exact_share(found["passed"], found["items"].fillna(0)) if len(found) else ([], [])
    said = (found["result"] == "failed").astype("boolean").where(found["result"].notna())
    found = found.assign(
        done=done,
        state=state,
        days_late=late.where(state.isin(["overdue", "done late"]), 0.0),
        share=found["passed"] / found["items"],
        low=low,
        high=high,
        has_failed=said,
    )
    order = state.map({name: place for place, name in enumerate(governance_tables.TEST_STATES)})
    found = found.assign(order=order).sort_values(["order", "due", "test"], kind="stable").reset_index(drop=True)
    return governance_tables.Tests.validate(found[governance_tables.Tests.names()])


def untested(tables: Tables, tests: DataFrame[governance_tables.Tests]) -> list[str]:
    """Return the controls that no done test is about."""
    seen = set(tests.loc[tests["done"].notna(), "control"].dropna())
    return [name for name in tables.controls["control"] if name not in seen]


def pressures(
    tables: Tables, assessed: DataFrame[governance_tables.Assessed], decisions: DataFrame[plans.Decisions]
) -> DataFrame[governance_tables.Pressures]:
    """Return what asks a workflow for more while risks of it have no control (002-18: a target, and no new control).

    Initiatives that automate, assist, move or centralise, unless a gate refuses them; options that promise more output;
    reductions of headcount.
    """
    refused = set(decisions.loc[decisions["decision"] == "refused", "initiative"])
    open_risks = assessed[assessed["uncovered"] > 0].set_index("workflow")
    asked = [(row["initiative"], row["kind"], row["workflow"]) for row in tables.initiatives.to_dict("records")]
    asked = [one for one in asked if one[1] in PRESSING and one[0] not in refused]
    more = tables.options[tables.options["productivity_gain"] > 0]
    asked += [(row["option"], "more output", row["workflow"]) for row in more.to_dict("records")]
    cuts = tables.headcount_targets.to_dict("records")
    asked += [(row["asked_by"], "fewer people", row["workflow"]) for row in cuts if isinstance(row["asked_by"], str)]
    rows = []
    for asks, kind, workflow in asked:
        for one in [workflow] if isinstance(workflow, str) else list(open_risks.index):
            if one in open_risks.index:
                about = {name: open_risks.at[one, name] for name in ("risks", "uncovered")}
                rows.append({"asks": asks, "kind": kind, "workflow": one} | about)
    return governance_tables.Pressures.of(rows)
