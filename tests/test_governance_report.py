"""Risks and controls, separated duties, three lines, registers: what is missing is found, and nobody is blamed."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import engagements
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proofs import cases

import engineroom as er
from engineroom import cli, statistics
from engineroom.dictionary import codes, columns, plans
from engineroom.dictionary.codes import code
from engineroom.errors import DataProblems
from engineroom.logs import traces
from engineroom.logs.traces import Pair
from engineroom.organisation import accountability, riskcontrol, separation
from engineroom.reports.governance import charts as governance_charts
from engineroom.reports.governance import facts as governance_findings
from engineroom.reports.governance import tables as exhibits
from engineroom.reports.governance import tables as registers

spec = importlib.util.spec_from_file_location("hostile", Path(__file__).with_name("hostile.py"))
assert spec is not None
hostile = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hostile)  # type: ignore[union-attr]

EVENTS = """
[events]
source = "log.csv"
case = "case"
activity = "step"
completed = "at"
resource = "user"
timezone = "UTC"
[events.closed]
activities = ["Closed"]
"""
BOTS = '[events.human]\ncolumn = "user"\nautomatic = ["BOT"]\n'
RISKS = "risk,workflow,step,impact,owner\n"
CONTROLS = "control,risks,kind,nature,owner\n"
Made = Callable[..., Path]


def read(place: Path) -> er.tables.Tables:
    return er.tables.read(er.engagement.open(place))


def opened(place: Path) -> tuple[er.tables.Tables, er.event_log.EventLog]:
    case = er.engagement.open(place)
    return er.tables.read(case), er.event_log.open(case)


def looked_at(tables: er.tables.Tables, log: er.event_log.EventLog | None = None) -> dict[str, pd.DataFrame]:
    """Return every table of the report, as its notebook makes them."""
    conflicts = separation.conflicts(tables, traces.together(log, separation.pairs(tables)))
    tests = riskcontrol.tests(tables)
    coverage = riskcontrol.coverage(tables, conflicts, tests)
    assessed = riskcontrol.assessed(tables, coverage)
    return {
        "coverage": coverage,
        "conflicts": conflicts,
        "roles": accountability.lines(tables),
        "procedures": accountability.procedures(tables),
        "ownership": accountability.ownership(tables),
        "tests": tests,
        "duties": accountability.duties(tables),
        "parts": er.maturity.profile(tables, "governance"),
        "pressures": riskcontrol.pressures(tables, assessed, columns.empty(plans.Decisions)),
        "assessed": assessed,
    }


def headlines(tables: er.tables.Tables, log: er.event_log.EventLog | None = None) -> dict[str, str]:
    found = looked_at(tables, log)
    del found["assessed"]
    items = engagements.headlines(governance_findings.find(**found, tables=tables), tables)
    return {item["label"]: f"{item['text']} {item['detail']}".strip() for item in items}


@pytest.fixture(scope="module")
def healthcare() -> tuple[er.tables.Tables, er.event_log.EventLog]:
    return opened(Path("starter/healthcare"))


# --------------------------------------------------------------------------------------------- risks and controls


def test_a_risk_is_uncovered_single_sided_or_covered_before_and_after_the_harm(make_engagement: Made) -> None:
    risks = RISKS + "Bare,,,low,\nBefore,,,low,\nAfter,,,high,\nRound,,,high,\n"
    controls = CONTROLS + (
        "C1,Before; Round,other,preventive,\nC2,After; Round,reconciliation,detective,\nC3,,other,detective,\n"
    )
    tables = read(make_engagement(files={"tables/risks.csv": risks, "tables/controls.csv": controls}))

    found = looked_at(tables)["coverage"]

    assert list(zip(found["risk"], found["cover"], strict=True)) == [
        ("Bare", "uncovered"),
        ("After", "detective only"),
        ("Before", "preventive only"),
        ("Round", "both"),
    ]
    assert codes.items(found["named"].iloc[3]) == ["C1", "C2"]
    assert list(riskcontrol.strays(tables)["control"]) == ["C3"]


def test_the_matrix_adds_up_to_the_controls_of_every_risk(healthcare) -> None:
    tables, log = healthcare

    coverage, matrix = looked_at(tables, log)["coverage"], riskcontrol.matrix(tables)

    whole = matrix.groupby("risk")["controls"].sum().reindex(coverage["risk"]).fillna(0)
    assert whole.tolist() == coverage["controls"].tolist()
    assert (coverage["preventive"] + coverage["detective"] == coverage["controls"]).all()


def test_a_control_that_failed_its_last_test_or_is_broken_in_the_log_makes_the_cover_doubtful(healthcare) -> None:
    tables, log = healthcare

    found = looked_at(tables, log)["coverage"].set_index("risk")["doubtful"]

    assert found["A request is decided by who sent it"] == 1  # broken in the log
    assert found["A refund goes to the wrong payer"] == 1  # its test failed
    assert found["A payment is posted to the wrong account"] == 2  # one of each
    assert found["An appeal misses its limit"] == 0


def test_a_later_test_that_is_passed_takes_the_doubt_away(make_engagement: Made) -> None:
    head = "test,kind,control,workflow,due,done,items,passed,result,evidence\n"
    first = "T1,control test,C,,2026-02-01,2026-02-01,,,failed,\n"
    again = "T2,control test,C,,2026-05-01,2026-05-01,,,passed,\n"
    files = {"tables/risks.csv": RISKS + "R,,,low,\n", "tables/controls.csv": CONTROLS + "C,R,other,preventive,\n"}
    doubts = []
    for name, rows in (("one", first), ("two", first + again)):
        place = make_engagement(files=files | {"tables/control_tests.csv": head + rows}, name=name)
        doubts.append(looked_at(read(place))["coverage"]["doubtful"].iloc[0])

    assert doubts == [1, 0]


def test_a_workflow_without_a_risk_is_one_where_nobody_has_looked(healthcare) -> None:
    tables, log = healthcare
    bare = er.tables.Tables(**{**tables.__dict__, "risks": tables.risks[tables.risks["workflow"] == "Denials"]})

    found = looked_at(bare, log)["assessed"]
    shown = exhibits.assessed(found).content["rows"]

    assert found.set_index("workflow").loc["Claim scrubbing", "risks"] == 0
    assert shown[1][2] == {"text": "none named", "tone": "unknown"}


def test_more_throughput_on_uncovered_risks_is_a_red_flag_and_cover_takes_it_down(healthcare) -> None:
    tables, log = healthcare
    every = "; ".join(tables.risks["risk"])
    extra = tables.controls.head(1).assign(control="One for all", risks=every)
    covered = er.tables.Tables(**{**tables.__dict__, "controls": pd.concat([tables.controls, extra])})

    before, after = (looked_at(one, log)["pressures"] for one in (tables, covered))

    assert list(before["asks"]) == ["Automate clearinghouse corrections", "Outsource aged denials"]
    assert after.empty
    assert "Red flag" in headlines(tables, log)
    assert "Red flag" not in headlines(covered, log)


def test_what_a_table_names_must_be_known_to_the_other(make_engagement: Made) -> None:
    files = {
        "tables/risks.csv": RISKS + "Wrong payment,,,high,\n",
        "tables/controls.csv": CONTROLS + "Second look,Wrong payments,other,detective,\n",
        "tables/separations.csv": "workflow,first,second,first_owner,second_owner,control,reason\n,A,A,,,,\n",
    }

    with pytest.raises(DataProblems) as told:
        read(make_engagement(files=files))

    assert [f"{one.where}, {one.column}: {one.rule}; {one.cure}" for one in told.value.problems] == [
        'client/tables/controls.csv, risks: "Wrong payments" is unknown; did you mean "Wrong payment"?',
        "client/tables/separations.csv, second: both activities are the same; name two activities that differ",
    ]


# ------------------------------------------------------------------------------------------ separation of duties


def naive(log: pd.DataFrame, first: str, second: str, bots: set[str]) -> tuple[int, int, int, int]:
    """Count case by case, in plain Python: both, judged, same, people who did both."""
    cases: dict[str, list[tuple[str, str]]] = {}
    for case, step, user in log[["case", "step", "user"]].itertuples(index=False):
        cases.setdefault(case, []).append((step, user))
    both = judged = same = 0
    guilty: set[str] = set()
    for events in cases.values():
        if not {"Closed", first, second} <= {step for step, _ in events}:
            continue
        both += 1
        named = [(step, user.lower()) for step, user in events if user and user not in bots]
        who = [{user for step, user in named if step == one} for one in (first, second)]
        judged += bool(who[0]) and bool(who[1])
        same += bool(who[0] & who[1])
        guilty |= who[0] & who[1]
    return both, judged, same, len(guilty)


EVENT = st.tuples(
    st.integers(0, 5), st.sampled_from(["Raise", "Approve", "Check"]), st.sampled_from(["ann", "Ann", "bo", "BOT", ""])
)


@pytest.mark.proof
@settings(max_examples=cases(6, 60), deadline=None)
@given(events=st.lists(EVENT, min_size=1, max_size=40), closed=st.sets(st.integers(0, 5), min_size=1))
def test_same_person_conflicts_are_those_that_plain_counting_finds(tmp_path_factory, events, closed) -> None:
    rows = [(f"c{case}", step, user) for case, step, user in [*events, *((case, "Closed", "BOT") for case in closed)]]
    log = pd.DataFrame(rows, columns=["case", "step", "user"])
    log["at"] = pd.date_range("2026-02-01", periods=len(log), freq="min").astype("str")
    place = tmp_path_factory.mktemp("log")
    header = '[engagement]\nclient = "x"\nsectors = ["healthcare"]\nperiod = { start = 2026-01-01, end = 2026-06-30 }\n'
    text = f'{header}currency = "USD"\nas_of = 2026-07-15\n{EVENTS}{BOTS}'
    (place / "engagement.toml").write_text(text)
    log.to_csv(place / "log.csv", index=False)

    found = traces.together(er.event_log.open(er.engagement.open(place)), [Pair("", "Raise", "Approve")])

    expected = naive(log, "Raise", "Approve", {"BOT"})
    got = found[["both", "judged", "same", "people"]].sum().astype(int)
    assert tuple(got) == expected


def test_same_person_conflicts_of_a_real_billing_log_are_those_of_plain_counting(
    tmp_path: Path, real_log: Callable[[str], Path]
) -> None:
    source = real_log("hospital_billing.csv.gz")
    (tmp_path / "data").mkdir()
    shutil.copy(source, tmp_path / "data")
    text = (Path(__file__).with_name("hospital_billing") / "engagement.toml").read_text(encoding="utf-8")
    text = text.replace('workflow = "speciality"\n', 'resource = "resource"\n')
    (tmp_path / "engagement.toml").write_text(text, encoding="utf-8")
    log = pd.read_csv(source, keep_default_na=False, dtype="str")
    log = log.rename(columns={"case_id": "case", "activity": "step", "resource": "user"}).replace("BILLED", "Closed")
    log["user"] = log["user"].replace("NA", "")
    opened = er.event_log.open(er.engagement.open(tmp_path))

    for second, other in (("BILLED", "Closed"), ("CODE OK", "CODE OK")):
        found = traces.together(opened, [Pair("", "NEW", second)])

        got = tuple(found[["both", "judged", "same", "people"]].sum().astype(int))
        assert got == naive(log, "NEW", other, set())
        assert got[0] > 1000


def test_steps_of_systems_and_steps_without_a_name_are_nobodys(make_engagement: Made) -> None:
    rows = ["case,step,user,at"]
    for case, raised, approved in (("a", "ann", "ANN"), ("b", "ann", "BOT"), ("c", "BOT", "BOT"), ("d", "ann", "")):
        rows += [f"{case},{step},{user},2026-02-01 10:0{place}" for place, (step, user) in enumerate(
            (("Raise", raised), ("Approve", approved), ("Closed", "BOT")))]  # fmt: skip
    place = make_engagement(EVENTS + BOTS, {"log.csv": "\n".join(rows)})

    found = traces.together(er.event_log.open(er.engagement.open(place)), [Pair("", "Raise", "Approve")]).iloc[0]

    assert (found["both"], found["judged"], found["same"], found["people"], found["able"]) == (4, 1, 1, 1, 1)


def test_a_case_in_which_two_people_did_both_is_one_conflict_of_two_people(make_engagement: Made) -> None:
    steps = [("Raise", "ann"), ("Raise", "bo"), ("Approve", "bo"), ("Approve", "ann"), ("Closed", "bo")]
    rows = [f"a,{step},{user},2026-02-01 10:0{place}" for place, (step, user) in enumerate(steps)]
    place = make_engagement(EVENTS, {"log.csv": "\n".join(["case,step,user,at", *rows])})

    found = traces.together(er.event_log.open(er.engagement.open(place)), [Pair("", "Raise", "Approve")]).iloc[0]

    assert (found["same"], found["people"]) == (1, 2)


def test_no_name_of_a_person_leaves_the_log(healthcare) -> None:
    tables, log = healthcare
    users = {user.lower() for user in log.events.select("resource").distinct().execute()["resource"].dropna()}
    found = looked_at(tables, log)

    shown = exhibits.conflicts(found["conflicts"], log).content
    said = f"{shown} {headlines(tables, log)} {found['conflicts'].to_csv()}".lower()

    assert len(users) > 10
    assert {user for user in users - {"system"} if user in said} == set()
    assert found["conflicts"]["people"].iloc[0] == 2


def test_a_conflict_carries_its_cases_and_an_exact_interval_into_the_headline(healthcare) -> None:
    tables, log = healthcare

    said = headlines(tables, log)["Separation of duties"]

    assert said == (
        "The same person did “Submitted to payer” and “Payer decided” in 205 of 364 cases (56.3%, 51.1% to 61.5%). "
        "2 of 3 rules that could be checked were broken. For 1 rule, one role is assigned both duties on paper."
    )


def test_a_rule_that_was_kept_still_says_how_much_it_cannot_exclude(healthcare) -> None:
    tables, log = healthcare
    kept = tables.separations[tables.separations["second"] == "Clinical notes attached"]

    said = headlines(er.tables.Tables(**{**tables.__dict__, "separations": kept}), log)["Separation of duties"]

    assert said == (
        "The rule that could be checked was kept in every case. "
        "362 cases were checked; up to 1.0% of all cases could still break a rule."
    )


def test_without_a_log_only_what_the_tables_declare_is_told() -> None:
    tables = read(Path("starter/insurer"))

    found = looked_at(tables)["conflicts"]

    assert list(found["verdict"]) == ["not judged", "not judged"]
    assert found["declared"].notna().tolist() == [True, False]
    assert found["is_declared"].all()
    assert headlines(tables)["Separation of duties"].startswith("Whether duties are kept apart is not known")


def test_one_team_for_two_steps_of_the_map_is_a_declared_conflict_where_the_rule_names_no_role(
    make_engagement: Made,
) -> None:
    steps = "workflow,step,kind,owner,inputs,outputs,exception_path,hours_of_work,hours_of_wait\n"
    rule = "workflow,first,second,first_owner,second_owner,control,reason\n"
    files = {
        "tables/steps.csv": steps + "Pay,Raise,task,Desk,a,b,c,1,1\nPay,Approve,task, desk,a,b,c,1,1\n",
        "tables/separations.csv": rule + "Pay,Raise,Approve,,,,\n",
    }

    found = looked_at(read(make_engagement(files=files)))["conflicts"]

    assert found["declared"].tolist() == ["Desk"]


# ---------------------------------------------------------------------------------------------- who answers for it


def test_a_line_nobody_is_named_for_is_missing_and_a_holder_of_two_is_named(make_engagement: Made) -> None:
    lines = "workflow,line,holder,mandate\nPay,first,Desk lead,x\nPay,second,desk lead ; Risk,x\n,third,Audit,x\n"
    tables = read(make_engagement(files={"tables/lines.csv": lines}))
    tables = er.tables.Tables(**{**tables.__dict__, "workflows": pd.DataFrame({"workflow": ["Pay", "Bill"]})})

    found = accountability.lines(tables)

    assert codes.items(found["missing"].tolist()[1]) == ["first", "second"]
    assert [codes.items(names) for names in found["third"]] == [["Audit"], ["Audit"]]
    held = code("holds_lines", name="desk lead", lines=["first", "second"])
    assert codes.each(found["twice"].iloc[0]) == [held]
    assert found["is_independent"].tolist() == [True, True]
    assert headlines(tables)["Three lines"].startswith("No second line (advice and challenge) is named for Bill.")


def test_an_auditor_who_does_the_work_is_not_independent(healthcare) -> None:
    tables, _ = healthcare

    found = accountability.lines(tables).set_index("workflow")["is_independent"]

    assert found.index[~found.astype(bool)].tolist() == ["Payment posting"]


@pytest.mark.parametrize(
    ("reviewed", "months", "overdue"),
    [
        ("2025-07-16", "", False),
        ("2025-07-15", "", False),  # due on the day of the report
        ("2025-07-14", "", True),
        ("2025-07-13", "24", False),
        ("2024-07-15", "24", False),
        ("2023-07-15", "36", False),  # a leap day lies between
        ("2026-05-15", "2", False),
        ("2026-06-30", "0.5", False),
        ("2026-06-29", "0.5", True),
        ("2025-07-15", "99999", False),
        ("", "", True),
    ],
)
def test_a_review_is_overdue_after_its_months_or_twelve_or_never_made(
    make_engagement: Made, reviewed: str, months: str, overdue: bool
) -> None:
    head = "workflow,sop,owner,reviewed,review_months,has_map,has_decision_rules,has_input_requirements,has_escalation,"
    head += "has_exception_log,is_embedded,variants_known,variants_covered\n"
    place = make_engagement(
        files={"tables/sops.csv": head + f"Pay,S1,Lead,{reviewed},{months},true,,true,false,,,4,3\n"}
    )

    found = accountability.procedures(read(place)).iloc[0]

    assert found["is_overdue"] == overdue
    assert found["elements"] == 2
    lacking = ["has_decision_rules", "has_escalation", "has_exception_log", "is_embedded"]
    assert codes.each(found["missing"]) == lacking


def test_the_share_of_workflows_with_a_procedure_is_a_census_without_an_interval(healthcare) -> None:
    tables, log = healthcare
    found = looked_at(tables, log)
    del found["assessed"], found["parts"], found["pressures"]

    figures = accountability.figures(tables, **found).set_index("figure")

    row = figures.loc["workflows_with_procedure"]
    assert (row["numerator"], row["denominator"]) == (4, 5)
    assert row["method"] == statistics.COMPLETE
    pair = code("both_by_one_person", first="Submitted to payer", second="Payer decided")
    assert figures.loc[pair, "method"] == statistics.EXACT_SHARE
    assert figures.loc[figures["method"] != statistics.EXACT_SHARE, "low"].isna().all()


def test_data_without_owner_or_steward_come_first_and_who_approves_their_own_change_is_named(healthcare) -> None:
    tables, _ = healthcare

    found = accountability.ownership(tables)

    assert found["dataset"].tolist()[:2] == ["Denial reasons", "Payers and plans"]
    assert found["conflict"].dropna().tolist() == ["Billing"]
    assert not found["is_told"].iloc[0]  # nobody says who approves: not known, and no conflict


def test_what_is_met_without_evidence_is_only_claimed_and_what_nobody_mentions_is_not_stated(healthcare) -> None:
    tables, _ = healthcare

    found = accountability.duties(tables).set_index(["regulation", "requirement"])["state"]

    assert found["HIPAA", "monitoring"] == "claimed"
    assert found["HIPAA", "encryption"] == "met"
    assert found["PCI-DSS", "retention"] == "not stated"


def test_a_test_is_overdue_from_the_day_after_it_is_due(make_engagement: Made) -> None:
    head = "test,kind,control,workflow,due,done,items,passed,result,evidence\n"
    rows = "A,risk assessment,,,2026-07-15,,,,,\nB,risk assessment,,,2026-07-14,,,,,\n"
    rows += "C,self-assessment,,,2026-05-01,2026-05-03,20,19,,\nD,scenario: fraud,,,2026-12-01,,,,,\n"
    found = riskcontrol.tests(read(make_engagement(files={"tables/control_tests.csv": head + rows}))).set_index("test")

    assert found["state"].to_dict() == {"B": "overdue", "A": "due soon", "D": "planned", "C": "done late"}
    assert found.loc["B", "days_late"] == 1
    assert found.loc["C", "days_late"] == 2
    assert np.round(found.loc["C", ["low", "high"]].astype(float), 3).tolist() == [0.751, 0.999]
    assert found["has_failed"].isna().all()


def test_a_level_without_evidence_does_not_count_and_all_five_parts_are_there(healthcare) -> None:
    tables, _ = healthcare

    found = er.maturity.profile(tables, "governance").set_index("part")

    assert list(found.index) == [
        "service levels",
        "knowledge transfer",
        "reviews",
        "escalation",
        "performance reporting",
    ]
    assert np.isnan(found.loc["escalation", "level"])
    assert found.loc["escalation", "claimed"] == 4
    assert exhibits.parts(found.reset_index()).content["rows"][3][1] == {"text": "no evidence", "tone": "unknown"}


# ----------------------------------------------------------------------------------------------------- the report


def test_the_gravest_come_first_and_a_control_turns_the_headline(healthcare) -> None:
    tables, log = healthcare
    every = tables.controls.head(2).assign(control=["P", "D"], nature=["preventive", "detective"],
                                           risks="; ".join(tables.risks["risk"]))  # fmt: skip
    sound = er.tables.Tables(**{**tables.__dict__, "controls": every, "separations": tables.separations.head(0)})

    before, after = headlines(tables, log)["Risks"], headlines(sound, None)["Risks"]

    assert before.startswith("3 of 14 risks have no control, above all “Attachments reveal more")
    assert after == "Each of the 14 risks has a control."


def test_single_sided_risks_are_among_those_with_a_control_and_not_more_of_them(healthcare) -> None:
    tables, _ = healthcare
    one = tables.controls.head(1).assign(nature="preventive", risks="; ".join(tables.risks["risk"]))
    sided = er.tables.Tables(**{**tables.__dict__, "controls": one, "control_tests": tables.control_tests.head(0)})

    said = headlines(sided, None)["Risks"]

    assert said == "Each of the 14 risks has a control. 14 of them have only a preventive or only a detective control."


def test_an_engagement_without_any_of_these_tables_says_what_would_give_them() -> None:
    tables, log = opened(Path("starter/legal"))
    found = looked_at(tables, log)

    absent = registers.absent(tables, log).content["rows"]

    assert len(absent) == 9
    assert governance_charts.matrix(riskcontrol.matrix(tables), found["coverage"]).content == {"items": []}
    assert exhibits.conflicts(found["conflicts"], log).kind == "callout"
    assert headlines(tables, log) == {
        "Risks": "Whether risks are covered is not known: no register of risks was sent.",
        "Separation of duties": "Whether duties are kept apart is not known: no rule could be checked in an event log.",
    }


@pytest.mark.parametrize("number", [2, 300])
def test_two_risks_and_three_hundred_both_fit_the_page_and_all_are_in_the_file(
    make_engagement: Made, number: int
) -> None:
    rows = "".join(f"A risk of quite some length with the number {place},,,low,\n" for place in range(number))
    tables = read(make_engagement(files={"tables/risks.csv": RISKS + rows}))
    coverage = looked_at(tables)["coverage"]

    chart = governance_charts.matrix(riskcontrol.matrix(tables), coverage).to_dict()
    shown = exhibits.coverage(coverage).content

    drawn = max(len(rows) for rows in chart["datasets"].values())
    assert drawn == min(number, governance_charts.MOST_RISKS)
    assert len(shown["rows"]) == min(number, exhibits.MOST_ROWS)
    assert shown["csv"].count("\n") == number + 1
    assert ("the first 15 of 300" in shown["caption"]) == (number == 300)


@pytest.mark.slow
def test_hostile_names_come_out_as_text_in_both_editions(starter: Callable[[str], Path], tmp_path: Path) -> None:
    place = starter("insurer")
    bad = [one for one in hostile.PAYLOADS if one.strip() and not set(one) & set('\x00\ud800;\n\r\t",')]
    (place / "tables" / "controls.csv").write_text(CONTROLS + "".join(f"{one},,other,preventive,x\n" for one in bad))
    for name in ("risks", "separations", "control_tests"):
        (place / "tables" / f"{name}.csv").unlink()
    (place / "tables" / "risks.csv").write_text(RISKS + "".join(f"{one},,,high,{one}\n" for one in bad[:14]))

    code = cli.main(["run", str(place), "--report", "governance", "--out", str(tmp_path / "out")])

    html = (tmp_path / "out" / "insurer" / "insurance" / "governance.html").read_text(encoding="utf-8")
    assert code == 0
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_an_approval_limit_is_a_control_of_its_own_kind(make_engagement: Made) -> None:
    """Row 003-17: limits that the system enforces and strong authentication stand in columns of their own."""
    files = {
        "tables/risks.csv": RISKS + "Refund to the wrong payer,,,high,Cash manager\n",
        "tables/controls.csv": CONTROLS
        + "Limit by role,Refund to the wrong payer,approval limit,preventive,Cash manager\n"
        + "Second factor,Refund to the wrong payer,strong authentication,preventive,Officer\n",
    }

    found = riskcontrol.matrix(read(make_engagement(files=files)))

    assert found["kind"].tolist() == ["approval limit", "strong authentication"]
