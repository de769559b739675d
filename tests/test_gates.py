"""Every gate opens for evidence, refuses without it, and no plan goes past one unless a logged override says so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proofs import cases

from engineroom import assessment
from engineroom.dictionary import codes, plans, quality_tables, schemas
from engineroom.dictionary.codes import code
from engineroom.dictionary.columns import empty
from engineroom.dictionary.operating_tables import Profile
from engineroom.dictionary.results import Measures
from engineroom.phrases import tell
from engineroom.planning import plan, portfolio, readiness, solver
from engineroom.readers import engagement, reference, tables
from engineroom.reports.roadmap import words as roadmap_words

AS_OF = pd.Timestamp("2026-07-15")
FLOW = "Claims"
GATED = ("automation", "outsourcing", "centralising")


@pytest.fixture(scope="module")
def blank() -> tables.Tables:
    """Return the tables of a starter with everything of the client's own taken out."""
    read = tables.read(engagement.open("starter/healthcare"))
    return replace(read, **{name: empty(model) for name, model in schemas.INPUTS.items()})


def filled(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    return schemas.INPUTS[name].validate(typed(name, rows))


def typed(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a table as reading it would give it, unchecked: validating six of them 500 times takes a minute."""
    columns = schemas.INPUTS[name].to_schema().columns
    frame = pd.DataFrame([{key: row.get(key) for key in columns} for row in rows], columns=list(columns))
    for column, spec in columns.items():
        kind = spec.metadata["kind"]
        if kind == "date":
            frame[column] = pd.to_datetime(frame[column])
        elif kind in ("text", "id", "choice"):
            frame[column] = frame[column].astype("str") if frame[column].notna().all() else frame[column]
        elif kind != "flag":
            frame[column] = frame[column].astype(float)
    return frame


def shown(*flows: str, but: dict[str, bool | None] | None = None) -> pd.DataFrame:
    """Return measurements that show everything of each workflow but what `but` says; None there: not measured."""
    found = dict.fromkeys(plans.ABOUT, True) | (but or {})
    return plans.Shown.of(
        [
            {"workflow": flow, "about": about, "value": 0.95 if passes else 0.5, "n": 100, "is_shown": passes}
            | {"measured": code("parts_work", works=1, n=2)}
            for flow in flows
            for about, passes in found.items()
            if passes is not None
        ]
    )


def done(prerequisite: str, workflow: str | None = None, **other: Any) -> dict[str, Any]:
    row = {"prerequisite": prerequisite, "workflow": workflow, "status": "done", "evidence": "Minutes of 4 May"}
    return row | {"owner": "Ann", "date": "2026-06-01"} | other


@dataclass
class Case:
    """One initiative and what is known about its workflow."""

    tables: tables.Tables
    shown: pd.DataFrame = field(default_factory=lambda: shown(FLOW))

    def but(self, **named: list[dict[str, Any]]) -> Case:
        return Case(replace(self.tables, **{name: filled(name, rows) for name, rows in named.items()}), self.shown)

    def prerequisites(self) -> pd.DataFrame:
        return readiness.assess(self.tables, empty(Measures), self.shown)

    def decisions(self, stable: bool | None = True) -> pd.DataFrame:
        seen = pd.DataFrame(
            [
                {
                    "workflow": FLOW,
                    "chart": "P",
                    "weeks": 26,
                    "signals": 0,
                    "is_stable": stable,
                    "reason": "no_signal",
                }
            ]
        ).astype({"is_stable": "boolean"})
        prerequisites = self.prerequisites()
        matrix = portfolio.comparability(self.tables)
        return readiness.decide(self.tables.initiatives, prerequisites, seen, matrix, self.tables)

    def gate(self, name: str, **options: Any) -> dict[str, Any]:
        found = self.decisions(**options)
        return dict(found[found["gate"] == name].iloc[0])


def case(blank: tables.Tables, kind: str, **more: Any) -> Case:
    """Return a case in which every gate is open."""
    everything = [done(one.id) for one in blank.pack.prerequisites]
    review = {"workflow": FLOW, "differentiator": "no", "redesign_evidence": "Redesign note"}
    units = [{"business_unit": unit, "workflow": FLOW, "kpi": "csat", "definition": "csat/mean_of_5"} for unit in "AB"]
    return Case(blank).but(
        workflows=[{"workflow": FLOW, "systems": "Epic"}],
        initiatives=[{"initiative": "It", "kind": kind, "workflow": FLOW, "weeks": 4, "cost": 1000} | more],
        readiness=everything,
        portfolio=[review],
        exceptions=[{"workflow": FLOW, "exception": f"type {n}", "monthly_count": 3} for n in range(14)],
        unit_definitions=units,
    )


def without(blank: tables.Tables, prerequisite: str) -> list[dict[str, Any]]:
    return [done(one.id) for one in blank.pack.prerequisites if one.id != prerequisite]


@pytest.mark.parametrize("kind", GATED)
def test_every_gate_opens_for_evidence(blank, kind) -> None:
    decisions = case(blank, kind).decisions()

    assert set(decisions["decision"]) == {"open"}
    assert set(decisions["missing"]) == {""}


@pytest.mark.parametrize(
    ("gate", "prerequisite", "source"),
    [
        ("signed_off", "signoff_compliance", "000-06"),
        ("approved", "leadership_approval", "000-02"),
        ("data_first", "dq_audit", "000-01"),
        ("map_first", "maps_owned", "000-01"),
        ("interfaces_first", "ehr_api_map", "000-12"),
        ("governance_first", "governance_ready", "000-01"),
    ],
)
def test_a_gate_is_closed_while_its_prerequisite_is_missing(blank, gate, prerequisite, source) -> None:
    found = case(blank, "automation").but(readiness=without(blank, prerequisite)).gate(gate)

    name = next(one.name for one in blank.pack.prerequisites if one.id == prerequisite)
    opener = code("prerequisite_of_all", item=name, prerequisite=prerequisite, label=name)
    assert (found["decision"], codes.each(found["opened_by"])) == ("waits", [opener])
    assert source in codes.items(found["source"])
    assert codes.each(found["missing"]) == [code("prerequisite_not_recorded", name=name)]


def test_at22_automation_without_an_integration_map_is_refused_and_names_the_rule(blank) -> None:
    asked = case(blank, "automation").but(readiness=without(blank, "integration_maps"))

    found = asked.gate("map_first")

    assert found["decision"] == "waits"  # not now: the plan must deliver the map first
    assert codes.each(found["missing"]) == [code("prerequisite_not_recorded", name="Integration maps")]
    assert codes.items(found["source"]) == ["000-01", "000-02"]


def test_at22_an_override_logs_its_approver_and_prices_two_to_three_times_the_cost(blank) -> None:
    past = {"initiative": "It", "gate": "map_first", "approver": "Bea", "date": "2026-07-01", "reason": "deadline"}
    asked = case(blank, "automation").but(readiness=without(blank, "integration_maps"), overrides=[past])

    found = asked.gate("map_first")

    assert found["decision"] == "overridden"
    assert (found["approver"], found["reason"]) == ("Bea", "deadline")
    assert (found["rebuild_low"], found["rebuild_high"]) == (2000, 3000)


def test_an_override_of_tomorrow_opens_nothing(blank) -> None:
    later = {"initiative": "It", "gate": "map_first", "approver": "Bea", "date": "2026-07-16", "reason": "deadline"}
    asked = case(blank, "automation").but(readiness=without(blank, "integration_maps"), overrides=[later])

    assert asked.gate("map_first")["decision"] == "waits"


def test_an_override_of_another_gate_opens_nothing(blank) -> None:
    other = {"initiative": "It", "gate": "data_first", "approver": "Bea", "date": "2026-07-01", "reason": "deadline"}
    asked = case(blank, "automation").but(readiness=without(blank, "integration_maps"), overrides=[other])

    assert asked.gate("map_first")["decision"] == "waits"


@pytest.mark.parametrize(
    "spoilt", [{"evidence": None}, {"date": None}, {"date": "2026-07-16"}, {"status": "in_progress"}]
)
def test_done_without_evidence_or_a_past_day_is_not_done(blank, spoilt) -> None:
    rows = [*without(blank, "dq_audit"), done("dq_audit", **spoilt)]

    assert case(blank, "automation").but(readiness=rows).gate("data_first")["decision"] == "waits"


def test_a_row_about_one_workflow_goes_before_the_row_about_all(blank) -> None:
    rows = [*without(blank, "dq_audit"), done("dq_audit"), done("dq_audit", FLOW, status="not_started")]

    assert case(blank, "automation").but(readiness=rows).gate("data_first")["decision"] == "waits"


def test_the_health_record_rule_concerns_only_workflows_that_run_on_it(blank) -> None:
    elsewhere = [{"workflow": FLOW, "systems": "fax server"}]
    asked = case(blank, "automation").but(workflows=elsewhere, readiness=without(blank, "ehr_api_map"))

    assert asked.gate("interfaces_first")["decision"] == "open"


def test_outsourcing_before_redesign_is_refused(blank) -> None:
    found = (
        case(blank, "outsourcing").but(portfolio=[{"workflow": FLOW, "differentiator": "no"}]).gate("redesign_first")
    )

    assert (found["decision"], codes.items(found["source"])) == ("refused", ["002-06"])
    assert codes.each(found["missing"]) == [code("no_redesign_shown", workflow=FLOW)]


def test_outsourcing_waits_for_a_redesign_in_the_plan(blank) -> None:
    both = [
        {"initiative": "It", "kind": "outsourcing", "workflow": FLOW, "weeks": 4},
        {"initiative": "Redesign", "kind": "redesign", "workflow": FLOW, "weeks": 3},
    ]
    asked = case(blank, "outsourcing").but(portfolio=[{"workflow": FLOW, "differentiator": "no"}], initiatives=both)

    assert asked.gate("redesign_first")["opened_by"] == codes.several([code("initiative", item="Redesign")])


@pytest.mark.parametrize("said", ["yes", None])
def test_outsourcing_a_differentiator_is_refused_and_nothing_in_the_plan_opens_it(blank, said) -> None:
    review = [{"workflow": FLOW, "differentiator": said, "redesign_evidence": "Redesign note"}]

    found = case(blank, "outsourcing").but(portfolio=review).gate("keep_differentiators")

    assert (found["decision"], codes.items(found["source"])) == ("refused", ["002-14"])


@pytest.mark.parametrize("second", ["csat/top_2_box", None])
def test_centralising_is_refused_while_units_measure_differently(blank, second) -> None:
    units = [
        {"business_unit": "A", "workflow": FLOW, "kpi": "csat", "definition": "csat/mean_of_5"},
        {"business_unit": "B", "workflow": FLOW, "kpi": "csat", "definition": second},
    ]

    found = case(blank, "centralising").but(unit_definitions=units).gate("same_measure")

    assert (found["decision"], codes.items(found["source"])) == ("refused", ["002-07"])
    kpis = ["Customer satisfaction (mean of 5)"]
    assert codes.each(found["missing"]) == [code("units_measure_differently", workflow=FLOW, kpis=kpis)]


def test_centralising_is_refused_while_nobody_said_how_they_measure(blank) -> None:
    assert case(blank, "centralising").but(unit_definitions=[]).gate("same_measure")["decision"] == "refused"


@pytest.mark.parametrize("stable", [False, None])
def test_a_bot_on_an_unstable_process_is_refused(blank, stable) -> None:
    found = case(blank, "automation").gate("stable_first", stable=stable)

    assert (found["decision"], codes.items(found["source"])) == ("refused", ["003-11"])
    assert codes.each(found["missing"]) == [code("not_stable", workflow=FLOW, reason="no_signal")]


def test_a_bot_on_fifteen_types_of_exception_is_refused(blank) -> None:
    many = [{"workflow": FLOW, "exception": f"type {n}", "monthly_count": 3} for n in range(15)]

    found = case(blank, "automation").but(exceptions=many).gate("few_exceptions")

    assert (found["decision"], codes.items(found["source"])) == ("refused", ["002-08"])
    assert codes.each(found["missing"]) == [code("too_many_exceptions", workflow=FLOW, n=15, most=14)]


def test_a_bot_without_an_exception_log_is_refused(blank) -> None:
    found = case(blank, "automation").but(exceptions=[]).gate("few_exceptions")

    assert codes.each(found["missing"]) == [code("no_exception_log", workflow=FLOW)]


# ------------------------------------------------------------------------------------------------- in no plan whatever

KINDS = ("preparation", "redesign", "automation", "augmentation", "outsourcing", "centralising", "training", "other")
FLOWS = ("Claims", "Appeals")
IDS = (
    "dq_audit",
    "integration_maps",
    "governance_ready",
    "signoff_it",
    "leadership_approval",
    "data_clean",
    "maps_owned",
)


@st.composite
def engagements(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Draw initiatives of all kinds, records of any status, and a few overrides."""
    count = draw(st.integers(1, 5))
    initiatives = [
        {
            "initiative": f"i{number}",
            "kind": draw(st.sampled_from(KINDS)),
            "workflow": draw(st.sampled_from([*FLOWS, None])),
            "weeks": draw(st.integers(1, 6)),
            "is_optional": draw(st.booleans()),
            "after": f"i{draw(st.integers(0, number - 1))}" if number and draw(st.booleans()) else None,
            "annual_benefit": draw(st.sampled_from([None, 1000.0, 90000.0])),
            "cost": draw(st.sampled_from([None, 500.0])),
            "delivers": draw(st.sampled_from([None, None, *IDS, "stable_first", "same_measure"])),
        }
        for number in range(count)
    ]
    records = [
        done(
            one,
            flow,
            status=draw(st.sampled_from(["done", "in_progress"])),
            evidence=draw(st.sampled_from(["Minutes of 4 May", "x", None])),
        )
        | {"date": draw(st.sampled_from(["2026-06-01", "2026-09-30", None]))}
        for one in IDS
        for flow in (None, FLOWS[0])
        if draw(st.booleans())
    ]
    gates = ("signed_off", "data_first", "map_first", "redesign_first", "same_measure", "keep_differentiators")
    overrides = [
        {"initiative": f"i{number}", "gate": gate, "approver": "Bea", "date": "2026-07-01", "reason": "haste"}
        for number in range(count)
        for gate in gates
        if draw(st.integers(0, 5)) == 0
    ]
    reviews = [
        {"workflow": flow, "differentiator": draw(st.sampled_from(["yes", "no", None])), "redesign_evidence": note}
        for flow in FLOWS
        for note in [draw(st.sampled_from(["Redesign note", "note", None]))]
    ]
    return {"initiatives": initiatives, "readiness": records, "overrides": overrides, "portfolio": reviews}


@pytest.mark.proof
@settings(max_examples=cases(40, 500), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    drawn=engagements(),
    stable=st.sampled_from([True, False, None]),
    seen=st.fixed_dictionaries(dict.fromkeys(plans.ABOUT, st.sampled_from([True, True, False, None]))),
)
def test_no_plan_starts_a_gated_item_before_what_it_needs_unless_an_override_says_so(
    blank, drawn, stable, seen
) -> None:
    rows = {
        "workflows": [{"workflow": flow, "systems": "fax"} for flow in FLOWS],
        "exceptions": [{"workflow": flow, "exception": "one", "monthly_count": 1} for flow in FLOWS],
    }
    given_tables = replace(blank, **{name: typed(name, table) for name, table in (rows | drawn).items()})
    prerequisites = readiness.assess(given_tables, empty(Measures), shown(*FLOWS, but=seen))
    control = pd.DataFrame(
        [
            {"workflow": flow, "chart": "P", "weeks": 26, "signals": 0, "is_stable": stable, "reason": "signals"}
            for flow in FLOWS
        ]
    ).astype({"is_stable": "boolean"})
    matrix = portfolio.comparability(given_tables)
    decisions = readiness.decide(given_tables.initiatives, prerequisites, control, matrix, given_tables)
    draft = plan.draft(given_tables.initiatives, prerequisites, decisions, given_tables, weeks=45)

    found = solver.schedule(draft.problem, effort=0.2)

    ends = {
        one.name: found.starts[one.name] + one.duration for one in draft.problem.activities if one.name in found.starts
    }
    logged = {(row["initiative"], row["gate"]) for row in drawn["overrides"]}
    rules = {row["gate"]: row for row in given_tables.gates.to_dict("records")}
    for item in drawn["initiatives"]:
        name = item["initiative"]
        if name not in found.starts or item["kind"] not in GATED:
            continue
        for gate, rule in rules.items():
            if item["kind"] not in rule["blocks"].split(";") or (name, gate) in logged:
                continue
            for flow in [item["workflow"]] if item["workflow"] else FLOWS:
                for opener in closed(rule, flow, drawn, stable, seen, draft):
                    assert opener is not None, (name, gate, flow)
                    assert ends[opener] <= found.starts[name], (name, gate, flow, opener)


def closed(rule, flow, drawn, stable, seen, draft) -> list[str | None]:
    """Return, for everything a gate lacks, the item that delivers it: found anew, without the code under test."""
    named = {one.id: one.name for one in draft_pack()}
    about = {one.id: one.shown_by for one in draft_pack()}
    planned = drawn["initiatives"]

    def delivered(what: str, kinds: tuple[str, ...]) -> list[str]:
        return [
            i["initiative"]
            for i in planned
            if i["workflow"] in (None, flow)
            and ((i["delivers"] == what and i["kind"] == "preparation") or i["kind"] in kinds)
        ]

    if rule["asks"] == "prerequisites":
        lacking: list[str | None] = []
        for one in str(rule["prerequisites"]).split(";"):
            if one not in named or isinstance(rule["systems"], str):
                continue
            rows = {r["workflow"]: r for r in drawn["readiness"] if r["prerequisite"] == one}
            row = rows.get(flow, rows.get(None, {}))
            told = (row.get("status"), row.get("evidence"), row.get("date")) == (
                "done",
                "Minutes of 4 May",
                "2026-06-01",
            )
            if told and (not about[one] or seen[about[one]]):
                continue
            own = delivered(one, ())
            lacking.append(own[0] if own else named[one] if flow not in rows else f"{named[one]}: {flow}")
        return lacking
    review = next(r for r in drawn["portfolio"] if r["workflow"] == flow)
    holds = {
        "redesign": review["redesign_evidence"] == "Redesign note",
        "differentiator": review["differentiator"] == "no",
        "definitions": False,
        "stability": stable is True,
        "exceptions": True,
    }[rule["asks"]]
    if holds:
        return []
    if rule["asks"] == "differentiator":
        return [None]
    own = delivered(rule["gate"], ("redesign",) if rule["asks"] == "redesign" else ())
    return [next(iter(own), None)]


def draft_pack() -> tuple[Any, ...]:
    return reference.pack("healthcare").prerequisites


def test_what_needs_a_refused_initiative_is_not_in_the_plan(blank) -> None:
    asked = case(blank, "outsourcing").but(
        portfolio=[{"workflow": FLOW, "differentiator": "yes", "redesign_evidence": "Redesign note"}],
        initiatives=[
            {"initiative": "It", "kind": "outsourcing", "workflow": FLOW, "weeks": 4},
            {"initiative": "Next", "kind": "other", "workflow": FLOW, "weeks": 4, "after": "It"},
        ],
    )
    found = asked.prerequisites()

    draft = plan.draft(asked.tables.initiatives, found, asked.decisions(), asked.tables)

    assert draft.dropped == {"It": "refused_by_gate", "Next": code("needs_what_is_not_planned", before="It")}
    assert draft.problem.activities == ()


def test_an_impossible_deadline_is_told_in_words_and_gives_no_half_plan(blank) -> None:
    late = [done("dq_audit", status="in_progress", date="2026-10-30"), *without(blank, "dq_audit")]
    asked = case(blank, "automation", deadline="2026-09-30").but(readiness=late)
    found = asked.prerequisites()
    draft = plan.draft(asked.tables.initiatives, found, asked.decisions(), asked.tables)

    schedule = solver.schedule(draft.problem)

    assert schedule.status == "infeasible"
    assert roadmap_words.conflict(draft, schedule) == [
        "“It” starts only after “Data-quality audit”.",
        "“It” must be finished by 27 September 2026.",
        "“Data-quality audit” takes 15 weeks.",
        "“It” takes 4 weeks.",
    ]
    assert plan.dated(draft, schedule, asked.decisions()).equals(empty(plans.Plan))


@pytest.mark.parametrize(("promised", "weeks"), [(None, 4), ("2026-07-31", 2), ("2026-08-30", 6)])
def test_a_prerequisite_is_planned_over_four_weeks_or_until_the_day_its_owner_names(blank, promised, weeks) -> None:
    late = [done("dq_audit", status="in_progress", date=promised), *without(blank, "dq_audit")]
    asked = case(blank, "automation").but(readiness=late)
    found = asked.prerequisites()

    draft = plan.draft(asked.tables.initiatives, found, asked.decisions(), asked.tables)

    lengths = {one.name: one.duration for one in draft.problem.activities}
    assert lengths == {"Data-quality audit": weeks, "It": 4}


# --------------------------------------------------------------------------------------------------------- measurement

MARKED = ("readiness.csv", "answers.csv", "portfolio.csv")


@pytest.mark.parametrize("mark", ["x", "yes", "done", "OK"])
def test_a_hospital_whose_evidence_is_a_mark_is_ready_for_nothing(starter, mark) -> None:
    place = starter("healthcare")
    for path in [place / "tables" / name for name in MARKED]:
        table = pd.read_csv(path)
        columns = [name for name in ("evidence", "redesign_evidence") if name in table]
        changes = dict.fromkeys(columns, mark) | ({"status": "done", "date": "2026-06-01"} if "status" in table else {})
        table.assign(**changes).to_csv(path, index=False)

    found = assessment.open(place)

    assert not found.prerequisites["is_met"].any()
    assert set(found.stages["stage"]) == {"data"}
    assert not (found.decisions["decision"] == "open").groupby(found.decisions["initiative"]).all().any()


@pytest.mark.parametrize(("seen", "status"), [(None, "attested"), (False, "contradicted"), (True, "done")])
def test_what_can_be_measured_is_done_only_where_a_measurement_shows_it(blank, seen, status) -> None:
    everything = case(blank, "automation")
    found = replace(everything, shown=shown(FLOW, but={"data": seen}))

    about = found.prerequisites().set_index("prerequisite").loc["data_clean"]

    assert (about["status"], about["is_met"]) == (status, seen is True)
    assert pd.notna(about["measured"]) == (seen is not None)


def test_a_map_with_a_step_on_no_path_is_not_shown() -> None:
    found = assessment.open("starter/healthcare").shown.set_index(["workflow", "about"])

    assert not found.loc[("Denials", "map"), "is_shown"]
    assert "steps not connected: 1" in tell(found.loc[("Denials", "map"), "measured"])


def test_data_are_shown_by_every_dimension_that_was_looked_at_on_enough_rows(blank) -> None:
    flows = replace(blank, workflows=filled("workflows", [{"workflow": FLOW}]))
    rows = {"workflow": FLOW, "low": None, "high": None}
    few = rows | {"dimension": "consistency", "passing": 0, "applicable": readiness.FEWEST - 1, "value": 0.0}
    good = rows | {"dimension": "accuracy", "passing": 95, "applicable": 100, "value": 0.95}
    poor = rows | {"dimension": "completeness", "passing": 80, "applicable": 100, "value": 0.8}

    def said(*scores: dict[str, Any]) -> list[bool]:
        found = readiness.shown(
            flows, empty(Measures), quality_tables.DataScores.of(scores), empty(plans.Maps), empty(Profile)
        )
        return found["is_shown"].tolist()

    assert said() == said(few) == []
    assert said(few, good) == [True]
    assert said(few, good, poor) == [False]


def test_a_workflow_is_not_past_a_stage_at_which_the_sector_asks_nothing(blank) -> None:
    about_data = [one for one in blank.pack.prerequisites if one.shown_by == "data"]
    pack = blank.pack.model_copy(update={"prerequisites": tuple(about_data)})
    asked = case(replace(blank, pack=pack), "automation")

    found = readiness.stages(asked.prerequisites(), asked.tables).iloc[0]

    assert (found["data_met"], found["data"]) == (len(about_data), len(about_data))
    assert (found["map"], found["stage"]) == (0, "map")
