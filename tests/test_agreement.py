"""Reports of one client agree: the starters do, and each contradiction that is planted is found and stops a final."""

from __future__ import annotations

import pandas as pd
import pytest
from engagements import assessed

from engineroom.phrases import tell
from engineroom.planning import agreement
from engineroom.readers import engagement
from engineroom.rendering import lint
from engineroom.rendering.document import Document

PARTS = (
    "worths", "values", "bridge", "plan", "decisions", "prerequisites", "stp_actuals", "gains_kept", "agenda",
    "pressures", "business_case_findings", "programme",
)  # fmt: skip


@pytest.fixture(scope="module")
def hospital() -> dict[str, pd.DataFrame]:
    case = assessed("starter/healthcare")
    return {name: getattr(case, name) for name in PARTS}


@pytest.fixture(scope="module")
def shop() -> dict[str, pd.DataFrame]:
    case = assessed("starter/ecommerce")
    return {name: getattr(case, name) for name in PARTS}


def said(parts: dict[str, pd.DataFrame]) -> list[str]:
    return [tell(one) for one in agreement.check(*parts.values())["said"]]


def test_a_prerequisite_that_is_met_before_what_it_rests_on_is_found(hospital) -> None:
    plan = hospital["plan"]
    maps = plan["item"] == "Maps complete and owned"

    assert plan.loc[maps, "end"].iloc[0] >= plan.loc[plan["item"] == "Integration maps", "end"].iloc[0]
    early = plan.assign(end=plan["end"].mask(maps, plan["start"].min()))
    assert said(hospital | {"plan": early}) == [
        f"the plan shows “Maps complete and owned” as met before “{one}”, on which it depends"
        for one in ("Workflow maps", "Integration maps")
    ]


@pytest.mark.parametrize("starter", engagement.starters())
def test_the_reports_of_a_starter_agree(starter) -> None:
    assert assessed(starter).disagreements.empty


def test_a_gain_that_one_report_calls_lost_is_well_on_its_way_in_none(hospital) -> None:
    slipped = hospital["gains_kept"]
    lost = slipped[(slipped["verdict"] == "slipped") & (slipped["kpi"] == "stp_rate")]["workflow"].tolist()
    paths = hospital["stp_actuals"]

    assert lost
    assert paths.set_index("workflow").loc[lost, "verdict"].eq("slipping").all()
    planted = hospital | {"stp_actuals": paths.assign(verdict="ahead")}
    assert said(planted) == [f"{lost[0]}: one report shows its gain as lost, another as on track"]


def test_an_initiative_before_what_opens_its_gate_is_found(shop) -> None:
    waits = shop["decisions"][shop["decisions"]["decision"] == "waits"]["initiative"]
    plan = shop["plan"]
    early = plan.assign(start=plan["start"].mask(plan["item"].isin(waits), plan["start"].min()))

    found = said(shop | {"plan": early})

    assert found
    assert all("before" in one and "although it depends on it" in one for one in found)


def test_a_total_that_is_not_the_sum_of_its_parts_is_found(shop) -> None:
    bridge = shop["bridge"]

    wrong = said(
        shop | {"bridge": bridge.assign(gap_low=bridge["gap_low"] + 1, addressed_low=bridge["addressed_low"] + 1)}
    )
    broken = said(shop | {"bridge": bridge.assign(net_high=bridge["net_high"] + 0.01)})

    assert len(wrong) == 1
    assert wrong[0].startswith("the rows of bridge add up to")
    assert len(broken) == len(bridge)


def test_what_one_report_backs_or_fears_and_the_roadmap_refuses_is_found() -> None:
    case = assessed("starter/insurer")
    insurer = {name: getattr(case, name) for name in PARTS}
    answers, pressures = insurer["business_case_findings"], insurer["pressures"]
    leads = answers.assign(verdict=answers["verdict"].mask(answers["question"] == "answer", "leads"))
    refused = pressures.head(1).assign(asks="Automate simple claims")

    assert "Automate simple claims" not in set(pressures["asks"])
    assert said(insurer) == []
    assert set(said(insurer | {"business_case_findings": leads})) == {
        f"the business case favours Hybrid, but the roadmap does not permit “{part}”, which is part of it"
        for part in ("Automate simple claims", "Move what is left offshore")
    }
    assert said(insurer | {"pressures": refused}) == [
        "the governance report warns of “Automate simple claims”, which the roadmap does not permit"
    ]


def test_an_initiative_that_the_agenda_calls_too_early_needs_an_override(shop) -> None:
    early = shop["agenda"].assign(early="")
    early.loc[early["step"] == "automation", "early"] = '["Match supplier invoices"]'

    overridden = shop["decisions"].assign(decision="overridden")

    assert said(shop | {"agenda": early}) == [
        "“Match supplier invoices” is planned before its prerequisites are met, and no exception was approved"
    ]
    assert said(shop | {"agenda": early, "decisions": overridden}) == []


def test_a_final_report_is_refused_and_a_draft_says_why() -> None:
    cover = {"status": "final", "title": "t", "language": "en", "disagreements": "one thing\nanother"}

    points = lint.find(Document(cover=cover, blocks=[], brand={}))

    assert [str(point) for point in points] == [
        "cover: Reports disagree: one thing",
        "cover: Reports disagree: another",
    ]
