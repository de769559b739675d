"""The seven steps of the action plan: what belongs to each, what nobody planned, and what comes too early."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from engineroom.dictionary import codes, plans
from engineroom.dictionary.columns import empty
from engineroom.dictionary.results import Measures
from engineroom.planning import agenda, readiness
from engineroom.readers import engagement, tables
from engineroom.reports.roadmap import tables as roadmap_exhibits

FLOW = "Denials"
DAY = pd.Timestamp("2026-08-03")
PREREQUISITES = {"Data-quality audit: Denials": "dq_audit", "Process owners": "process_owners"}


@pytest.fixture(scope="module")
def hospital() -> tables.Tables:
    read = tables.read(engagement.open("starter/healthcare"))
    return replace(read, sops=read.sops.head(0))


def item(name: str, kind: str, weeks: tuple[int, int], workflow: str = FLOW) -> dict[str, Any]:
    """Return an item of a plan from the start of one week to the end of another."""
    blank: dict[str, Any] = dict.fromkeys(plans.Plan.to_schema().columns)
    texts = dict.fromkeys(("held_name", "held_until", "gates"), "")
    days = {"start": DAY + pd.Timedelta(weeks=weeks[0]), "end": DAY + pd.Timedelta(weeks=weeks[1], days=-1)}
    about = {"item": name, "kind": kind, "workflow": workflow, "held_by": "nothing"}
    known = codes.code("initiative", item=name)
    if kind == "prerequisite":
        known = codes.code("prerequisite_of_all", item=name, prerequisite=PREREQUISITES[name], label=name)
    return blank | texts | days | about | {"name": known, "is_critical": False, "is_overridden": False}


def found(read: tables.Tables, *items: dict[str, Any]) -> pd.DataFrame:
    plan = plans.Plan.validate(pd.DataFrame(items, columns=list(plans.Plan.to_schema().columns)))
    prerequisites = readiness.assess(read, empty(Measures), empty(plans.Shown))
    return agenda.steps(plan, prerequisites, empty(plans.Calendar), read).set_index("step")


def test_the_seven_steps_stand_in_the_order_of_the_source(hospital) -> None:
    steps = found(hospital)

    assert steps.index.tolist() == [
        "scope", "map", "procedures", "data and governance", "automation", "skills", "feedback",
    ]  # fmt: skip
    assert steps["number"].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_an_item_belongs_to_the_step_of_its_kind_or_of_what_it_delivers(hospital) -> None:
    initiatives = hospital.initiatives.head(1).assign(
        initiative="Ask payers for their map", delivers="integration_maps"
    )
    read = replace(hospital, initiatives=initiatives)

    steps = found(
        read,
        item("Data-quality audit: Denials", "prerequisite", (0, 4)),
        item("Ask payers for their map", "preparation", (0, 2)),
        item("Redesign denials", "redesign", (2, 6)),
        item("Robot for denials", "automation", (6, 9)),
        item("Two people learn the scrubber", "training", (9, 10)),
        item("Something else", "other", (0, 1)),
    )

    assert steps["items"].tolist() == [0, 1, 1, 1, 1, 1, 0]
    assert steps.loc["data and governance", "last"] == DAY + pd.Timedelta(weeks=4, days=-1)
    assert steps.loc["skills", "first"] == DAY + pd.Timedelta(weeks=9)
    assert set(steps["early"]) == {""}


def test_a_step_is_done_planned_or_not_planned(hospital) -> None:
    steps = found(hospital, item("Process owners", "prerequisite", (0, 4)))

    assert steps["state"].to_dict() == {
        "scope": "done", "map": "planned", "procedures": "not planned", "data and governance": "not planned",
        "automation": "not planned", "skills": "not planned", "feedback": "not planned",
    }  # fmt: skip
    caption = roadmap_exhibits.agenda(steps.reset_index()).content["caption"]
    assert caption == (
        "The seven steps of the action plan: nothing is planned for procedures, data and governance, "
        "targeted automation, skills and feedback"
    )


@pytest.mark.parametrize(
    ("start", "workflow", "early"), [(3, FLOW, ["Robot"]), (4, FLOW, []), (3, "Payment posting", [])]
)
def test_automation_before_the_data_of_its_own_workflow_is_too_early(hospital, start, workflow, early) -> None:
    audit = item("Data-quality audit: Denials", "prerequisite", (0, 4))

    steps = found(hospital, audit, item("Robot", "automation", (start, 9), workflow))

    assert codes.items(steps.loc["automation", "early"]) == early


def test_procedures_are_done_where_every_workflow_has_one_in_the_register(hospital) -> None:
    flows = hospital.workflows["workflow"].tolist()
    every = pd.DataFrame({"workflow": flows})

    states = {
        count: found(replace(hospital, sops=every.head(count))).loc["procedures", ["asked", "met", "state"]].tolist()
        for count in (0, 2, len(flows))
    }

    assert states == {0: [0, 0, "not planned"], 2: [5, 2, "not planned"], 5: [5, 5, "done"]}
