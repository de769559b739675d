"""The operating model on the page: who holds what, what is promised, and that every cell runs whatever was sent."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from engagements import headlines

import engineroom as er
from engineroom.dictionary import codes, columns, operating_tables
from engineroom.factory import run
from engineroom.organisation import capacity
from engineroom.pages import blocks
from engineroom.reports.operating_model import facts as operating_model_findings
from engineroom.resources import folder

NOTEBOOK = json.loads((folder("notebooks") / "operating_model.ipynb").read_text(encoding="utf-8"))
WEEKS = pd.date_range("2026-01-05", periods=4, freq="7D")
WORKFLOW = "workflow,process,function,owner,monthly_volume,unit_cost\n"
HOSTILE = ("<script>alert(1)</script>", "=cmd()", "{{7*7}} {0}", "¦ ¦ #read()", "‮right to left", 'it\'s "quoted"')


def shown(place: Path | str) -> dict[str, Any]:
    """Run every cell of the notebook on an engagement, as its kernel would, and return what each cell shows."""
    names: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for cell in NOTEBOOK["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        if cell["id"] == "parameters":
            exec(source, names)
            names["engagement"] = str(place)
        elif cell["id"].endswith(("-chart", "-table")) or cell["id"] in ("findings", "further-findings", "facts"):
            found[cell["id"]] = eval(source, names)
        else:
            exec(source, names)
    return found | {"names": names}


def texts(found: dict[str, Any]) -> str:
    """Return everything a report says, charts as their specification."""
    said = []
    for name, block in found.items():
        if name == "names":
            continue
        content = block.content if isinstance(block, blocks.Exhibit) else block.to_dict()
        said.append(json.dumps(content, ensure_ascii=False, default=str))
    return "\n".join(said)


def sentences(found: dict[str, Any]) -> dict[str, str]:
    items = [*found["findings"].content["items"], *found["further-findings"].content["items"]]
    return {item["label"]: item["text"] for item in items}


@pytest.fixture(scope="module")
def insurer() -> dict[str, Any]:
    return shown("starter/insurer")


@pytest.fixture(scope="module")
def ecommerce() -> dict[str, Any]:
    return shown("starter/ecommerce")


# ------------------------------------------------------------------------------------------------- what it finds


def test_the_weaknesses_put_into_the_insurer_are_found(insurer):
    said = sentences(insurer)

    assert said["Capacity"].startswith(
        "Assessment is 10.8 FTE short in its worst week; moving trained people covers 3.8"
    )
    assert said["Backlog"] == "The backlog of Invoice exceptions keeps growing: more work comes in than is completed."
    assert said["People"] == "Only one person can do Supplier tax."
    assert said["Measures"].startswith("Supplier invoices is managed by cost alone")
    assert said["Waiting"] == "An item of Claims spends 99.9% of its time waiting."


def test_a_headline_states_figures_that_stand_in_a_table(insurer):
    row = insurer["names"]["case"].needs.iloc[0]

    assert sentences(insurer)["Capacity"] == (
        f"{row['skill']} is {row['gap_fte']:.1f} FTE short in its worst week; "
        f"moving trained people covers {row['closed_fte']:.1f} of this."
    )
    assert f"{row['gap_fte']:.1f}" in insurer["needs-table"].content["rows"][0][6]["text"]


def test_arrivals_come_from_the_log_where_the_table_names_no_week(ecommerce):
    wanted, arrived = ecommerce["names"]["case"].demand, ecommerce["names"]["case"].arrivals

    orders = wanted[wanted["workflow"] == "Orders"]
    assert len(orders) == arrived["week"].nunique() == 25  # whole weeks of the half-year
    assert orders["arrivals"].sum() == arrived.loc[arrived["workflow"] == "Orders", "received"].sum()
    assert orders["hours"].sum() == pytest.approx(orders["arrivals"].sum() * 0.018)


def test_open_cases_of_the_log_add_up_week_by_week(ecommerce):
    arrived = ecommerce["names"]["case"].arrivals
    for workflow, mine in arrived.groupby("workflow"):
        change = mine["open"].diff().dropna()
        assert (change == (mine["received"] - mine["completed"]).iloc[1:]).all(), workflow
        assert (mine["open"] >= 0).all(), workflow


def test_a_pile_of_which_nothing_is_done_is_a_queue_that_never_drains(make_engagement):
    stuck = [f"S{number},Stuck,Start,2025-12-01 09:00\n" for number in range(30)]
    moving = [
        f"M{number},Moving,{step},{day:%Y-%m-%d} {hour}:00\n"
        for number, day in enumerate(pd.date_range("2026-01-05", "2026-01-25"))
        for step, hour in (("Start", 10), ("Done", 12))
    ]
    toml = '[events]\nsource = "log.csv"\ncase = "id"\nactivity = "step"\ncompleted = "at"\ntimezone = "UTC"\n'
    toml += 'workflow = "flow"\nmay_be_absent = ["Done"]\n[events.closed]\nactivities = ["Done"]\n'

    def queues(rows: list[str], name: str) -> pd.DataFrame:
        place = make_engagement(toml, {"log.csv": "id,flow,step,at\n" + "".join(rows)}, name=name)
        log = er.event_log.open(er.engagement.open(place))
        none = columns.empty(operating_tables.Load)
        return capacity.backlogs(none, er.traces.arrivals(log)).set_index("queue")

    beside, alone = queues(stuck + moving, "beside"), queues(stuck, "alone")

    assert beside.loc["Stuck", ["start", "backlog", "capacity", "drain_weeks"]].tolist() == [30, 30, 0, math.inf]
    assert alone.loc["Stuck", ["start", "backlog", "capacity", "drain_weeks"]].tolist() == [30, 30, 0, math.inf]
    assert beside.loc["Moving", ["start", "backlog"]].tolist() == [0, 0]
    assert math.isnan(beside.at["Moving", "drain_weeks"])


def test_touches_and_waiting_are_of_the_log_and_of_standard_hours(ecommerce):
    travel = ecommerce["names"]["case"].travel.set_index("workflow")

    assert travel["basis"].eq("standard").all()  # the log has no start times
    assert (travel["touches"] > 0).all()
    assert travel["total_hours"].tolist() == pytest.approx((travel["work_hours"] + travel["wait_hours"]).tolist())


def test_headlines_flip_with_the_figures(insurer):
    case = insurer["names"]["case"]
    given = [
        "profile",
        "needs",
        "backlogs",
        "cover",
        "tracking",
        "misuse",
        "unseen",
        "travel",
        "balance",
    ]
    tables = {name: getattr(case, "skill_cover" if name == "cover" else name) for name in given}
    calm = tables | {
        "needs": tables["needs"].assign(gap_fte=0.0, closed_fte=0.0),
        "backlogs": tables["backlogs"].assign(drain_weeks=0.0),
        "cover": tables["cover"].assign(bus_factor=3.0, holder=None),
        "tracking": tables["tracking"].assign(tracked_share=1.0, tracked_items=tables["tracking"]["monthly_items"]),
        "balance": tables["balance"].assign(verdict="balanced", customer="csat"),
        "profile": tables["profile"].assign(level=3.0),
    }

    found = [operating_model_findings.find(**one) for one in (tables, calm)]
    before, after = (headlines(one, case.tables) for one in found)

    tones = [{item["label"]: item["tone"] for item in one} for one in (before, after)]
    for label in ("Capacity", "Backlog", "People", "Measures"):
        assert (tones[0][label], tones[1][label]) == ("bad", "good"), label
    assert tones[1]["Maturity"] == "good"


# -------------------------------------------------------------------------------------------- promises and balance


def test_004_03_a_survey_share_of_managers_stands_beside_the_share_of_volume_and_no_gap_is_taken(insurer):
    table = insurer["tracking-table"].content

    assert "14% of the managers" in table["notes"][0]
    assert table["notes"][0].startswith("For context only: ")
    assert not {"gap", "benchmark"} & {column["key"] for column in table["columns"]}


def test_the_share_of_volume_with_an_automated_due_date_is_pooled_over_items(make_engagement):
    place = make_engagement(
        files={
            "tables/workflows.csv": WORKFLOW + "Big,payroll,,Ann,900,1\nSmall,shipping,,Ann,100,1\nMute,kyc,,Ann,,1\n",
            "tables/slas.csv": "workflow,requirement,owner,escalation,tracked_by\n"
            "Big,Within a day,Ann,Bob,\nSmall,Within a day,Ann,Bob,Queue system\n",
        }
    )
    tables = er.tables.read(er.engagement.open(place))

    found = er.functions.tracking(tables, er.traces.efforts(None)).set_index("workflow")

    assert er.functions.tracked_part(found.reset_index()) == pytest.approx(0.1)
    assert found["state"].to_dict() == {"Big": "stated", "Small": "tracked", "Mute": "cannot state"}


def test_a_due_date_in_the_log_is_tracking_though_nobody_wrote_a_promise(ecommerce):
    found = ecommerce["names"]["case"].tracking.set_index("workflow")

    seen = found.loc["Supplier invoices", ["is_tracked_by_log", "tracked_share", "state"]]
    assert seen.tolist() == [True, 1.0, "tracked"]
    assert pd.isna(found.at["Supplier invoices", "requirement"])
    assert codes.items(found.at["Orders", "tracked_by"]) == ["Order management"]


def test_000_16_a_scorecard_of_cost_alone_is_flagged(insurer):
    found = insurer["names"]["case"].balance.set_index("workflow")

    assert found.at["Supplier invoices", "verdict"] == "cost only"
    assert found.at["Claims", "verdict"] == "balanced"  # cost, quality, time, and a survey of customers


def test_the_scorecard_of_the_shop_has_every_side(ecommerce):
    assert ecommerce["names"]["case"].balance.set_index("workflow").at["Customer enquiries", "verdict"] == "balanced"


# ---------------------------------------------------------------------------------------------- functions, 001-01


NAMED = """
accounts payable and receivable, general ledger, payroll processing, budgeting and forecasting, tax filing and audit
support; recruitment and onboarding, payroll and benefits, labour-law compliance, training and development, performance
evaluation; infrastructure, cybersecurity, software updates, technical support; vendor management, purchase orders,
inventory tracking, supply chain coordination; business-intelligence reporting, process optimisation
"""


def test_001_08_the_taxonomy_has_eight_departments_and_the_activities_that_the_source_names():
    functions = er.reference.functions()

    assert functions["department"].nunique() == 8
    named = {one.strip() for part in " ".join(NAMED.split()).split(";") for one in part.split(",")}
    unnamed = {"data collection, storage and analysis", "compliance and legal work", "administrative support"}
    assert set(functions["activity"]) == named | unnamed  # a name with a comma, and two departments without one
    assert set(functions["function"]) == {
        "finance", "hr", "it", "procurement", "logistics", "compliance", "data", "admin",
    }  # fmt: skip


def test_every_process_of_a_department_is_in_one_activity_and_no_other_is():
    functions, processes = er.reference.functions(), er.reference.processes()
    listed = functions["processes"].dropna().str.split(";").explode()

    departments = set(functions["function"])
    assert listed.is_unique
    assert set(listed) <= set(processes["process"])
    assert set(processes.loc[processes["function"].isin(departments), "process"]) == set(listed)


def test_a_workflow_is_placed_by_its_process_then_by_its_function(make_engagement):
    about = [("Payroll", "payroll", ""), ("Post", "", "admin"), ("Calls", "", "customer support")]
    about += [("Claims", "", "operations"), ("Other", "", "")]
    rows = "".join(f"{name},{process},{function},Ann,10,1\n" for name, process, function in about)
    files = {"tables/workflows.csv": WORKFLOW + rows}
    tables = er.tables.read(er.engagement.open(make_engagement(files=files)))

    found = er.functions.placed(tables).set_index("workflow")

    assert found.loc["Payroll", ["function", "activity"]].tolist() == ["finance", "payroll processing"]
    assert found["kind"].to_dict() == {
        "Payroll": "administrative",
        "Post": "administrative",
        "Calls": "customer support",
        "Claims": "industry-specific",
        "Other": "not stated",
    }
    coverage = er.functions.coverage(tables, er.kpi.measure(tables, None))
    assert coverage["number"].sum() == 2
    assert coverage.loc[coverage["activity"] == "other work", "workflows"].tolist() == [codes.listed(["Post"])]


# ------------------------------------------------------------------------------------- skills, misuse, unseen work


def people_of(rows: list[tuple[str, str, str]]) -> dict[str, str]:
    """Return the files of people and skills: person, skill, level."""
    names = dict.fromkeys(person for person, _, _ in rows)
    people = "".join(
        f"{name},Desk,{3 if place else 5},40,0,{50 if place else 90}\n" for place, name in enumerate(names)
    )
    return {
        "tables/people.csv": "person,team,grade,weekly_hours,shrinkage,loaded_rate\n" + people,
        "tables/skills.csv": "person,skill,level\n" + "".join(",".join(row) + "\n" for row in rows),
    }


def opened(place: Path) -> er.tables.Tables:
    return er.tables.read(er.engagement.open(place))


def test_003_13_the_bus_factor_counts_who_can_do_it_and_not_who_learns_it(make_engagement):
    rows = [("A", "tax", "main"), ("B", "post", "main"), ("B", "tax", "learning"), ("C", "post", "able")]
    tables = opened(make_engagement(files=people_of(rows)))
    people = capacity.supply(tables)

    found = er.skills.cover(tables, people, columns.empty(operating_tables.Load)).set_index("skill")

    assert found["bus_factor"].to_dict() == {"tax": 1, "post": 2}
    assert found.at["tax", "holder"] == "A"
    training = er.skills.training(tables, people, found.reset_index(), columns.empty(operating_tables.Load))
    assert training[["skill", "reason", "person"]].to_numpy().tolist() == [["tax", "cover", "B"]]
    assert training["is_learning"].tolist() == [True]


def test_cover_is_held_against_the_same_mean_week_as_the_people_that_are_needed(make_engagement):
    rows = [("A", "post", "main"), ("B", "post", "main")]
    files = people_of(rows) | {
        "tables/work.csv": "workflow,skill,week,arrivals,standard_hours\n"
        + "".join(f"Mail,post,{day:%Y-%m-%d},30,1\n" for day in WEEKS)
        + "".join(f"Parcels,post,{day:%Y-%m-%d},30,1\n" for day in WEEKS[:1])  # of the other weeks nothing is known
    }
    tables = opened(make_engagement(files=files))
    people = capacity.supply(tables)
    wanted = capacity.demand(tables, pd.DataFrame(columns=["workflow", "week", "received"]))
    load, _ = capacity.load(wanted, people, tables.skills)

    found = er.skills.cover(tables, people, load).iloc[0]

    assert found["mean_hours"] == capacity.needs(load, people).at[0, "mean_hours"] == 60
    assert not found["is_covered"]


def test_004_10_work_above_its_grade_costs_the_difference_to_the_lowest_grade_that_could(make_engagement):
    activities = "activity,workflow,grade,needs,hours,captured_hours\n"
    activities += "Copying,,5,1,10,0\nFiling,,5,3,2,0\nCoaching,,3,5,4,\nJudging,,5,5,20,20\n"
    files = people_of([("A", "x", "main"), ("B", "x", "main")]) | {"tables/activities.csv": activities}
    tables = opened(make_engagement(files=files))

    found = er.skills.misuse(tables, capacity.supply(tables)).set_index("activity")

    assert found.at["Copying", "annual_cost"] == 10 * (90 - 50) * 52  # grade 3 is the lowest there is
    assert found.at["Filing", "annual_cost"] == 2 * (90 - 50) * 52
    assert found.at["Coaching", "kind"] == "below"
    assert math.isnan(found.at["Coaching", "annual_cost"])
    assert "Judging" not in found.index


def test_004_09_dark_work_is_what_no_system_records_of_the_hours_of_which_it_is_known(make_engagement):
    activities = "activity,workflow,grade,needs,hours,captured_hours\nCopying,,5,1,10,0\nOther,,3,5,99,\nX,,5,5,30,30\n"
    tables = opened(make_engagement(files={"tables/activities.csv": activities}))

    found = er.skills.unseen(tables).iloc[0]

    assert (found["hours"], found["unseen_hours"], found["unseen_share"], found["largest"]) == (40, 10, 0.25, "Copying")


# ------------------------------------------------------------------------------------- whatever was sent or not sent


def test_every_cell_runs_on_an_engagement_that_sent_nothing_but_answers(make_engagement):
    answers = "question,workflow,level,evidence,answered_by,date\nprofile_roles,,2,,Ann,\n"

    found = shown(make_engagement(files={"tables/answers.csv": answers}))

    assert found["absent-table"].content["total_rows"] >= 6
    assert "nan" not in texts(found).lower().replace("finance", "")
    assert sentences(found) == {}


def test_where_nobody_comes_to_half_a_person_hours_a_week_are_told(ecommerce):
    row = ecommerce["names"]["case"].needs.iloc[0]
    table = ecommerce["needs-table"].content

    assert row["gap_fte"] < row["peak_fte"] < 0.5
    assert sentences(ecommerce)["Capacity"].startswith(f"{row['skill']} is {row['gap_fte'] * 40:.1f} hours short")
    assert table["rows"][0][6]["text"] == f"{row['gap_fte'] * 40:.1f}"
    assert [column["label"] for column in table["columns"][2:5]] == [
        "Hours available", "Hours needed, average week", "Hours needed, worst week",
    ]  # fmt: skip


def test_the_band_of_utilisation_is_told_as_it_was_set(insurer, ecommerce):
    told = [found["utilisation-table"].content["caption"] for found in (insurer, ecommerce)]

    assert told == [
        "None of the 2 teams are outside the band of 70% to 85%",
        "6 of 6 teams are outside the band of 70% to 85%",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "left_out", ["work", "people", "skills", "activities", "answers", "staffing", "slas", "workflows"]
)
def test_every_cell_runs_where_one_table_is_left_out(starter: Callable[[str], Path], left_out):
    place = starter("insurer")
    (place / "tables" / f"{left_out}.csv").unlink()

    found = shown(place)

    assert ">nan<" not in texts(found)


def test_every_cell_runs_with_one_person_and_one_skill_in_one_week(make_engagement):
    work = "workflow,skill,week,arrivals,standard_hours,backlog\nMail,post,2026-01-05,50,1,5\n"
    found = shown(make_engagement(files=people_of([("A", "post", "main")]) | {"tables/work.csv": work}))

    assert (
        sentences(found)["Capacity"]
        == "post is 0.25 FTE short in its worst week, and no trained colleague has hours to spare."
    )
    assert sentences(found)["Backlog"] == "The backlog of post keeps growing: more work comes in than is completed."


def test_many_people_and_skills_leave_the_page_readable_and_the_file_whole(make_engagement):
    rows = [(f"Person {number}", f"Skill {number % 40}", "main") for number in range(240)]
    work = "workflow,skill,week,arrivals,standard_hours,backlog\n" + "".join(
        f"Mail,Skill {skill},{week:%Y-%m-%d},{200 + 9 * skill},1,\n" for skill in range(40) for week in WEEKS
    )

    found = shown(make_engagement(files=people_of(rows) | {"tables/work.csv": work}))

    table = found["needs-table"].content
    assert len(table["rows"]) == 12
    assert table["caption"].endswith(": the first 12 of 40")
    assert table["csv"].count("\n") == 41
    assert len(found["load-chart"].to_dict()["concat"]) == 6


def test_hostile_names_are_text_in_every_table_and_chart(make_engagement):
    names = list(HOSTILE)
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    work = "workflow,skill,week,arrivals,standard_hours,backlog\n" + "".join(
        f"{name},{name},{week:%Y-%m-%d},50,1,3\n" for name in quoted for week in WEEKS
    )
    people = "person,team,grade,weekly_hours,shrinkage,loaded_rate\n" + "".join(f"{one},T,4,40,0,9\n" for one in quoted)
    skills = "person,skill,level\n" + "".join(f"{one},{one},main\n" for one in quoted)
    activities = "activity,workflow,grade,needs,hours,captured_hours\n" + "".join(
        f"{one},{one},4,2,9,1\n" for one in quoted
    )

    found = shown(
        make_engagement(
            files={
                "tables/work.csv": work,
                "tables/people.csv": people,
                "tables/skills.csv": skills,
                "tables/activities.csv": activities,
            }
        )
    )

    cells = {cell for row in found["cover-table"].content["rows"] for cell in row[:1]}
    assert cells == set(names)
    assert "\n=cmd()" not in found["cover-table"].content["csv"]


def test_the_report_is_made_where_work_was_sent_and_not_elsewhere():
    made = {
        name: "operating_model" in run.reports_for(er.engagement.open(f"starter/{name}"))
        for name in ("insurer", "ecommerce", "legal")
    }

    assert made == {"insurer": True, "ecommerce": True, "legal": False}
