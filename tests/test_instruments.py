"""The instruments of each process: what is measured is taken, what nobody states is made, the rest stays blank."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import engineroom as er
from engineroom.dictionary import columns, logtables, quality_tables
from engineroom.logs import traces
from engineroom.measures import instruments, quality
from engineroom.reports.process_quality import tables as process_quality_tables

Panel = pd.DataFrame


@pytest.fixture(scope="module")
def case() -> tuple[er.tables.Tables, er.event_log.EventLog, pd.DataFrame, Panel]:
    place = er.engagement.open("starter/healthcare")
    tables, log = er.tables.read(place), er.event_log.open(place)
    assert log is not None
    every = er.kpi.measure(tables, log)
    factory = quality.factory(log, quality.yields(log, tables), tables)
    return tables, log, every, instruments.read(every, factory, traces.following(log, tables), tables)


def test_all_seven_kpis_and_the_unit_economics_stand_in_the_panel(case) -> None:
    shown = set(case[3].loc[case[3]["workflow"] == "Prior authorisation", "kpi"])

    assert shown == set(instruments.FIGURES)


def test_productivity_and_utilisation_are_of_the_teams_that_work_on_nothing_else(case) -> None:
    tables, _, every, found = case
    teams = tables.staffing[tables.staffing["workflow"] == "Prior authorisation"]
    done = every[(every["kpi"] == "volume") & (every["workflow"] == "Prior authorisation")]["value"].iloc[0]

    mine = found[found["workflow"] == "Prior authorisation"].set_index("kpi")["value"]

    assert mine["productivity"] == pytest.approx(done / teams["productive_hours"].sum())
    available = (teams["paid_hours"] - teams["leave_hours"].fillna(0)).sum()
    assert mine["utilisation"] == pytest.approx(teams["productive_hours"].sum() / available)


def test_the_automation_rate_counts_steps_and_is_above_the_straight_through_rate(case) -> None:
    tables, log, _, found = case
    steps = traces.following(log, tables).query("workflow == 'Denials'").set_index("is_human")["steps"]

    mine = found[found["workflow"] == "Denials"].set_index("kpi")

    assert mine.loc["automation_rate", "value"] == pytest.approx(steps[False] / steps.sum())
    assert mine.loc["automation_rate", "value"] > mine.loc["stp_rate", "value"]
    assert mine.loc["automation_rate", "low"] < mine.loc["automation_rate", "value"]


def test_a_ledger_goes_before_the_cost_that_a_log_records(case) -> None:
    costs = case[3][case[3]["kpi"] == "cost_per_transaction"]

    assert set(costs["definition"]) == {"cost_per_transaction/loaded"}


def test_rework_is_priced_per_completed_item(case) -> None:
    tables, log, _, found = case
    factory = quality.factory(log, quality.yields(log, tables), tables).set_index("workflow").loc["Denials"]

    cost = found[(found["workflow"] == "Denials") & (found["kpi"] == "rework_cost")].iloc[0]

    assert cost["value"] == pytest.approx(factory["rework_cost"] / (factory["first_pass"] + factory["reworked"]))
    assert cost["low"] < cost["value"] < cost["high"]


def test_what_the_client_states_is_not_made_again(make_engagement: Callable[..., Path]) -> None:
    kpis = "kpi,workflow,numerator,denominator,n,period_start,period_end,source\n"
    kpis += "automation_rate,Claims,30,100,100,2026-01-01,2026-06-30,survey\n"
    tables = er.tables.read(er.engagement.open(make_engagement(files={"tables/kpis.csv": kpis})))
    following = pd.DataFrame({"workflow": ["Claims"], "is_human": [False], "steps": [5.0]})

    found = instruments.read(er.kpi.measure(tables, None), columns.empty(quality_tables.Factory), following, tables)

    assert found[["kpi", "value", "is_made_here"]].to_numpy().tolist() == [["automation_rate", 0.3, False]]


def test_an_engagement_without_any_figure_has_an_empty_panel_and_a_note(make_engagement) -> None:
    tables = er.tables.read(er.engagement.open(make_engagement()))
    none = columns.empty(logtables.Following)

    found = instruments.read(er.kpi.measure(tables, None), columns.empty(quality_tables.Factory), none, tables)

    assert found.empty
    assert process_quality_tables.instruments(found, tables).content["title"] == "No key figure is available"
