"""The worked examples of the domain notes (AT-03 to AT-10), read from an engagement folder as a client's would be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from engineroom.dictionary import codes, columns, plans, scenarios
from engineroom.errors import DataProblems
from engineroom.measures import kpi
from engineroom.pages import answers
from engineroom.phrases import tell
from engineroom.planning import asks, assumptions, claims, diagnosis, flips, outlook, portfolio, scenario, uncertainty
from engineroom.readers import engagement, tables
from engineroom.reports.business_case import facts as business_case
from engineroom.reports.business_case import tables as diagnosis_exhibits

PERIOD = {"period_start": "2025-07-01", "period_end": "2026-06-30"}
WORKFLOWS = {
    "workflow": ["Claims"], "process": "claims", "owner": "Head of claims", "monthly_volume": 50000,
    "monthly_straight_through": 16000, "fte": 180, "unit_cost": 70, "cost_of_rework": 180,
}  # fmt: skip
COSTS = {
    "workflow": ["Claims"], "personnel": 42e6, "systems": 0, "overhead": 0, "outsourced": 0, "other": 0, "total": 42e6,
    "transactions": 600000, **PERIOD, "source": "ledger",
}  # fmt: skip
KPIS = {"kpi": ["error_rate"], "workflow": "Claims", "numerator": 312, "denominator": 12000, "n": 12000, **PERIOD,
        "source": "review"}  # fmt: skip
OFFERS = {
    "option": ["Offshore", "Automation", "Hybrid"],
    "kind": ["offshore", "automate", "hybrid"],
    "annual_saving": [14e6, None, None],
    "saving_is": [None, "net", None],
    "one_off_cost": [None, 5e6, None],
    "run_cost": [None, 2e6, None],
    "transition_months": [18, None, None],
    "ramp": ["step", None, None],
    "owner": "somebody",
    "grade": "D",
    "source": "offer",
}
PATHS = {
    "option": ["Automation"] * 3 + ["Hybrid"] * 3,
    "year": [1, 2, 3] * 2,
    "saving": [11e6 / 3, 22e6 / 3, 11e6, 9e6, 11.5e6, 14e6],
}
INVOICES = {
    "workflow": ["Invoices"], "process": "ap_invoices", "owner": "Manager", "monthly_volume": 12000,
    "monthly_straight_through": 4200, "fte": 18, "unit_cost": 9.6,
}  # fmt: skip
TARGET = {"workflow": ["Invoices"], "reduction": 0.3, "kind": "automate", "asked_by": "CFO", "source": "letter"}

Make = Callable[..., tables.Tables]


@pytest.fixture
def client(make_engagement: Callable[..., Path]) -> Make:
    """Return a function that writes tables into an engagement folder and reads them back as a report does."""

    def make(**sent: dict[str, Any]) -> tables.Tables:
        files = {f"tables/{name}.csv": pd.DataFrame(table).to_csv(index=False) for name, table in sent.items()}
        period = ("2025-07-01", "2026-06-30")
        return tables.read(engagement.open(make_engagement(files=files, sector="insurance", period=period)))

    return make


def insurer(client: Make, **changes: dict[str, Any]) -> tables.Tables:
    """Return the insurer of document 002, with some of its tables changed."""
    sent = {"workflows": WORKFLOWS, "costs": COSTS, "kpis": KPIS, "options": OFFERS, "savings": PATHS}
    return client(**sent | changes)


def case(read: tables.Tables, years: int = 5, rate: float = 0.10) -> tuple[Any, ...]:
    """Return programme, claims, assumptions and views of an engagement."""
    programme = scenario.programme(read, kpi.measure(read, None), years, rate)
    audited = claims.audit(programme, read)
    assumed = assumptions.complete(programme, audited, read)
    return programme, audited, assumed, outlook.views(programme, audited, assumed)


def figures(read: tables.Tables, column: str, view: str = "claimed", **convention: Any) -> dict[str, float]:
    """Return one figure of every option, in millions to one decimal."""
    programme, _, _, seen = case(read, **convention)
    found = outlook.outcomes(programme, seen)
    return {row["option"]: round(row[column] / 1e6, 1) for row in found[found["view"] == view].to_dict("records")}


# ---------------------------------------------------------------------------------------------- the diagnostic question


def asked(client: Make, **changes: Any) -> dict[str, Any]:
    read = client(workflows=INVOICES, headcount_targets=TARGET | changes)
    return diagnosis.ask(read, portfolio.touches(read)).iloc[0].to_dict()


def test_at_03_manual_load_and_productivity_follow_from_volume_people_and_straight_through_rate(client: Make) -> None:
    row = asked(client)

    assert row["manual"] == pytest.approx(7800)
    assert row["manual_per_fte"] == pytest.approx(433.3, abs=0.05)
    assert row["items_per_fte"] == pytest.approx(666.7, abs=0.05)
    assert row["items_per_fte_year"] == pytest.approx(8000)


def test_at_04_thirty_percent_fewer_people_need_a_straight_through_rate_of_54_5_percent(client: Make) -> None:
    row = asked(client)

    assert (row["fte_out"], row["fte_left"]) == pytest.approx((5.4, 12.6))
    assert row["stp_needed"] == pytest.approx(0.545)
    assert row["stp_rise"] == pytest.approx(0.195)


def test_at_05_the_target_is_outside_what_automation_realises_and_inside_what_is_quoted(client: Make) -> None:
    row = asked(client)

    assert (row["realised_low"], row["realised_high"]) == pytest.approx((1.8, 3.6))
    assert (row["quoted_low"], row["quoted_high"]) == pytest.approx((5.4, 9.0))
    assert row["verdict"] == "above"
    assert asked(client, reduction=0.15)["verdict"] == "within"
    assert asked(client, kind="shared service")["verdict"] == "no class"


def test_the_causes_of_exceptions_answer_the_question_that_comes_first(client: Make) -> None:
    log = {"workflow": "Invoices", "exception": ["no order", "dispute"], "monthly_count": [3000, 1000],
           "unit_cost": 5, "cause": ["upstream_data", "judgement"]}  # fmt: skip
    without = client(workflows=INVOICES, headcount_targets=TARGET)
    coded = client(workflows=INVOICES, headcount_targets=TARGET, exceptions=log)

    said = [
        diagnosis_exhibits.question(diagnosis.ask(read, portfolio.touches(read))).content["text"][1]
        for read in (without, coded)
    ]

    assert said[0] == "The causes are not recorded yet."
    assert said[1].startswith("According to the exception log, 75% only repair wrong input, and 25% need judgement.")


# ------------------------------------------------------------------------------------------------- the insurer's offers


def test_at_06_cost_per_person(client: Make) -> None:
    programme, *_ = case(insurer(client))

    assert programme.cost == 42e6
    assert programme.cost / programme.fte == pytest.approx(233_333, abs=1)


def test_at_07_sums_and_net_present_values_of_the_three_offers(client: Make) -> None:
    read = insurer(client)

    assert figures(read, "cumulative", years=3) == {
        "Offshore": 21.0, "Automation": 17.0, "Hybrid": 34.5, "Do nothing": 0.0,
    }  # fmt: skip
    assert figures(read, "cumulative") == {"Offshore": 49.0, "Automation": 39.0, "Hybrid": 62.5, "Do nothing": 0.0}
    assert figures(read, "npv") == {"Offshore": 34.6, "Automation": 27.0, "Hybrid": 46.5, "Do nothing": 0.0}


def test_at_08_an_even_transition_leaves_the_hybrid_3_million_ahead_and_that_is_its_flip_point(client: Make) -> None:
    even = insurer(client, options=OFFERS | {"ramp": ["linear", None, None]})
    programme, _, _, seen = case(even, years=3, rate=0.0)
    abrupt, _, _, abrupt_seen = case(insurer(client), years=3, rate=0.0)

    assert figures(even, "cumulative", years=3)["Offshore"] == 31.5
    assert figures(even, "cumulative")["Offshore"] == 59.5
    lead = [
        flips.binding(flips.find(one, views, "Hybrid"), "claimed")
        for one, views in ((programme, seen), (abrupt, abrupt_seen))
    ]
    assert [(row["driver"], row["rival"], round(row["value"])) for row in lead] == [
        ("one_off_excess", "Offshore", 3_000_000),
        ("one_off_excess", "Offshore", 13_500_000),
    ]
    turned = outlook.readings(abrupt, abrupt_seen, "Hybrid").set_index("reading")["lead_cumulative"]
    assert turned[["stated", "linear"]].tolist() == pytest.approx([13.5e6, 3e6])


def test_at_09_all_three_claims_are_above_what_their_class_has_reached(client: Make) -> None:
    _, audited, *_ = case(insurer(client))
    row = audited.set_index("option")

    assert row["claimed"].round(3).to_dict() == {"Offshore": 0.333, "Automation": 0.262, "Hybrid": 0.214}
    assert set(row["verdict"]) == {"above"}
    assert row.loc["Offshore", ["money_low", "money_high"]].tolist() == pytest.approx([3.36e6, 5.04e6])
    assert row.loc["Automation", ["money_low", "money_high"]].tolist() == pytest.approx([4.2e6, 8.4e6])
    assert row["multiple"].round(2).to_dict() == {"Offshore": 2.78, "Automation": 1.31, "Hybrid": 1.07}


@pytest.mark.parametrize(("rework", "adjusted", "verdict"), [(70 * 3, 0.9856, "loss"), (70 * 2.5, 1.0024, "gain")])
def test_at_10_more_output_is_a_loss_only_above_the_break_even_cost_of_a_defect(
    client: Make, rework: float, adjusted: float, verdict: str
) -> None:
    offers = OFFERS | {"productivity_gain": [0.12, None, None], "defect_rate": [0.03, None, None]}
    read = insurer(client, options=offers, workflows=WORKFLOWS | {"cost_of_rework": rework})
    row = claims.quality(case(read)[0], read).iloc[0]

    assert row["good"] == pytest.approx(1.0864)
    assert row["break_even"] == pytest.approx(2.571, abs=0.0005)
    assert row["adjusted"] == pytest.approx(adjusted)
    assert row["verdict"] == verdict


# ------------------------------------------------------------------------------------------- what is known and what not


def test_a_cost_that_is_not_disclosed_is_never_zero_in_silence(client: Make) -> None:
    programme, _, assumed, seen = case(insurer(client))
    found = outlook.outcomes(programme, seen)

    assert set(found.loc[found["is_open"], "option"]) == {"Offshore", "Hybrid"}
    assert found.loc[found["is_open"], "payback_months"].isna().all()
    unknown = assumed[assumed["distribution"] == "unknown"]
    assert set(zip(unknown["option"], unknown["driver"], strict=True)) == {
        (option, driver) for option in ("Offshore", "Hybrid") for driver in ("one_off_cost", "run_cost")
    }


def test_at_its_flip_point_an_option_is_exactly_as_good_as_its_rival(client: Make) -> None:
    programme, _, _, seen = case(insurer(client))
    found = flips.find(programme, seen, "Hybrid")

    for row in found[found["view"] == "expected"].dropna(subset=["value"]).to_dict("records"):
        if row["driver"] in ("one_off_excess", "discount_rate"):
            continue
        drivers = seen["expected"] | {"Hybrid": seen["expected"]["Hybrid"] | {row["driver"]: row["value"]}}
        charged = scenario.npv(programme["Hybrid"], drivers["Hybrid"], programme.discount_rate)
        rival = scenario.npv(programme[row["rival"]], drivers[row["rival"]], programme.discount_rate)
        assert charged == pytest.approx(rival, abs=1), row["driver"]


def test_a_run_cost_that_grows_flips_the_answer_earlier(client: Make) -> None:
    grows = {"option": ["Hybrid"], "driver": "run_cost_growth", "distribution": "fixed", "likely": 0.1, "owner": "CIO",
             "grade": "D", "source": "talk"}  # fmt: skip
    for form in ("gross", None):
        offers = OFFERS | {"saving_is": [None, "net", form], "run_cost": [None, 2e6, 1e6]}
        programme, _, _, seen = case(insurer(client, options=offers, assumptions=grows))
        found = flips.find(programme, seen, "Hybrid").set_index(["driver", "view"])
        value, rival = found.loc[("run_cost", "expected"), ["value", "rival"]]

        charged = scenario.npv(programme["Hybrid"], seen["expected"]["Hybrid"] | {"run_cost": value}, 0.1)
        assert charged == pytest.approx(scenario.npv(programme[rival], seen["expected"][rival], 0.1), abs=1)


def test_a_disclosed_cost_above_the_flip_point_gives_another_answer(client: Make) -> None:
    programme, _, _, seen = case(insurer(client))
    point = flips.binding(flips.find(programme, seen, "Hybrid"))
    assert point is not None

    answers = []
    for cost in (point["value"] - 1e5, point["value"] + 1e5):
        programme, _, _, seen = case(insurer(client, options=OFFERS | {"one_off_cost": [0, 5e6, cost]}))
        answers.append(outlook.best(outlook.outcomes(programme, seen)))

    assert answers == ["Hybrid", point["rival"]]


def test_an_overridden_gate_multiplies_the_one_off_cost_by_two_to_three(client: Make) -> None:
    offers = OFFERS | {"initiative": [None, "Bots", None]}
    past = {"initiative": ["Bots"], "gate": "map_first", "approver": "CFO", "date": "2026-07-01", "reason": "haste"}
    plan = {"initiative": ["Bots"], "kind": "automation", "owner": "CIO", "weeks": 20, "annual_benefit": 1, "cost": 1}
    programme, _, assumed, seen = case(insurer(client, options=offers, initiatives=plan, overrides=past))

    row = assumed[assumed["driver"] == "rebuild"].iloc[0]
    assert (row["option"], row["distribution"], row["low"], row["high"]) == ("Automation", "uniform", 2, 3)
    assert scenario.start(programme["Automation"], seen["expected"]["Automation"])[0] == -12.5e6
    assert scenario.start(programme["Automation"], seen["claimed"]["Automation"])[0] == -5e6


def test_a_claim_without_a_class_is_not_compared_and_keeps_its_word(client: Make) -> None:
    offers = {
        "option": ["Hub"],
        "kind": "shared service",
        "annual_saving": 9e6,
        "one_off_cost": 1e6,
        "run_cost": 0,
        "owner": "COO",
        "grade": "D",
        "source": "study",
    }
    programme, audited, _, seen = case(
        insurer(client, options=offers, savings={"option": ["Hub"], "year": 1, "saving": 9e6})
    )

    assert audited["verdict"].tolist() == ["no class"]
    assert seen["expected"]["Hub"]["saving_share"] == seen["base"]["Hub"]["saving_share"] == 1.0
    assert scenario.payback(programme["Hub"], seen["claimed"]["Hub"]) == 2


def test_run_costs_count_where_savings_are_stated_before_them_and_their_growth_always_does(client: Make) -> None:
    offers = {"option": ["Net", "Gross"], "kind": "automate", "annual_saving": 3e6, "saving_is": ["net", "gross"],
              "one_off_cost": 0, "run_cost": 1e6, "owner": "CIO", "grade": "D", "source": "offer"}  # fmt: skip
    grows = {"option": [None], "driver": "run_cost_growth", "distribution": "fixed", "likely": 0.1, "owner": "CIO",
             "grade": "D", "source": "talk"}  # fmt: skip
    paths = {"option": ["Net"], "year": 1, "saving": 3e6}
    programme, _, _, seen = case(insurer(client, options=offers, savings=paths, assumptions=grows), years=3, rate=0.0)

    sums = {name: scenario.cumulative(programme[name], seen["claimed"][name]) for name in ("Net", "Gross")}
    made = scenario.parts(programme["Net"], seen["expected"]["Net"])
    assert sums == pytest.approx({"Net": 9e6, "Gross": 6e6})
    assert made["growth"].sum() == pytest.approx(-(0.1e6 + 0.21e6))


def test_canary_months_begin_when_work_first_moves(client: Make) -> None:
    read = insurer(client)
    found = claims.canaries(case(read)[0], read).set_index("option")

    assert found["first"].dt.strftime("%Y-%m-%d").to_dict() == {
        "Offshore": "2028-06-15", "Automation": "2026-12-15", "Hybrid": "2026-12-15",
    }  # fmt: skip
    assert found.loc["Hybrid", "last"] == pd.Timestamp("2027-07-14")
    assert found.loc["Hybrid", "alarm"] == pytest.approx(0.026 + 3 * (0.026 * 0.974 / 50000) ** 0.5)


def test_an_outsourced_saving_decays_and_its_errors_cost_more_from_year_to_year(client: Make) -> None:
    given = {"option": ["Offshore", "Offshore"], "driver": ["saving_decay", "defect_rate"], "distribution": "fixed"}
    given |= {"likely": [0.10, 0.05], "owner": "somebody", "grade": "D", "source": "workshop"}
    offers = OFFERS | {"transition_months": [0, None, None]}
    programme, _, _, seen = case(insurer(client, options=offers, assumptions=given))

    flows = outlook.flows(programme, seen)
    made = scenario.yearly(scenario.parts(programme["Offshore"], seen["expected"]["Offshore"])["quality"])[0]

    nets = flows[(flows["view"] == "expected") & (flows["option"] == "Offshore") & (flows["year"] > 0)]["net"]
    assert nets.is_monotonic_decreasing
    assert made == pytest.approx([-(0.05 - 0.026) * 180 * 600_000] * 5)
    claimed = flows[(flows["view"] == "claimed") & (flows["option"] == "Offshore") & (flows["year"] > 0)]["net"]
    assert claimed.tolist() == pytest.approx([14e6] * 5)


# ------------------------------------------------------------------------------------------------------------ the words


def test_the_front_office_s_hours_on_errors_cost_half_in_year_3_and_all_from_year_4(client: Make) -> None:
    """Row 002-20: the decay of outsourced work shows by years 3 to 4, as hours times their rate."""
    read = insurer(
        client, options=OFFERS | {"front_office_hours": [4000, None, None], "front_office_rate": [50, None, None]}
    )
    programme = scenario.programme(read, kpi.measure(read, None))
    assumed = assumptions.complete(programme, claims.audit(programme, read), read)
    figure = assumptions.expected(assumed)
    option = programme["Offshore"]

    made = scenario.parts(option, assumptions.values(option, figure))["front_office"]

    assert scenario.yearly(made)[0] == pytest.approx([0, 0, -100_000, -200_000, -200_000])
    assert ("Automation", "front_office_cost") not in figure
    assert scenario.parts(option, scenario.stated(option))["front_office"].sum() == 0  # no part of what is claimed


def test_hours_of_the_front_office_without_a_rate_are_refused_and_not_free(client: Make) -> None:
    with pytest.raises(DataProblems, match="hours of the front office and their rate belong together"):
        insurer(client, options=OFFERS | {"front_office_hours": [4000, None, None]})


def test_what_customers_are_promised_stands_beside_today_and_a_silent_offer_shows(client: Make) -> None:
    """Row 000-24: satisfaction, promoters and resolution beside the saving, per option."""
    satisfaction = {"kpi": ["csat"], "definition": "csat/mean_of_5", "workflow": "Claims", "value": 3.8, "n": 90,
                    "deviation": 1.0, **PERIOD, "source": "survey"}  # fmt: skip
    read = insurer(client, kpis=satisfaction, options=OFFERS | {"csat": [3.9, None, None]})

    found = claims.services(kpi.measure(read, None), read)

    assert found["kpi"].unique().tolist() == ["csat"]  # nobody promises the others
    assert found["today"].tolist() == [3.8] * 3
    assert found.set_index("option")["promised"].fillna(-1).tolist() == [3.9, -1, -1]
    bare = insurer(client)
    assert claims.services(kpi.measure(bare, None), bare).empty


def headlines(read: tables.Tables, decisions: pd.DataFrame | None = None) -> dict[str, dict[str, str]]:
    programme, audited, assumed, seen = case(read)
    found = outlook.outcomes(programme, seen)
    best = outlook.best(found)
    drawn = uncertainty.simulate(programme, assumed, best, 2000, 1)
    told = business_case.find(
        found,
        uncertainty.chances(drawn),
        audited,
        flips.find(programme, seen, best),
        outlook.readings(programme, seen, best),
        uncertainty.impacts(programme, assumed, drawn, best),
        columns.empty(scenarios.Qualities),
        columns.empty(scenarios.Diagnoses),
        columns.empty(plans.Decisions) if decisions is None else decisions,
        programme,
    )
    shown = [answers.findings(told, read), answers.further(told, read)]
    return {item["label"]: item for part in shown for item in part.content["items"]}


def test_the_answer_flips_with_the_data(client: Make) -> None:
    before = headlines(insurer(client))
    after = headlines(insurer(client, options=OFFERS | {"one_off_cost": [0, 5e6, 25e6], "run_cost": 0}))
    nothing = headlines(insurer(client, options=OFFERS | {"one_off_cost": [90e6, 90e6, 90e6], "run_cost": 0}))

    assert before["Answer"]["text"].startswith(
        "No recommendation yet: Hybrid has undisclosed costs. It leads Offshore by $"
    )
    assert "over 5 years, unless they exceed $" in before["Answer"]["text"]
    assert before["Answer"]["tone"] == "caution"
    assert before["What would change this"]["text"].startswith(
        "Offshore becomes the better option if setting up Hybrid costs $"
    )
    assert after["Answer"]["text"].startswith("Offshore is the best option: ")
    assert "not disclosed" not in after["What would change this"]["detail"]
    assert nothing["Answer"]["text"].startswith(
        "No option is better than leaving things as they are: the best of them, "
    )


def test_an_option_whose_parts_a_gate_refuses_is_recommended_only_with_what_opens_them(client: Make) -> None:
    parts = ["Automate simple claims", "Move what is left"]
    plan = {
        "initiative": parts,
        "kind": ["automation", "outsourcing"],
        "workflow": "Claims",
        "weeks": 20,
        "owner": "Head",
    }
    disclosed = OFFERS | {"one_off_cost": [0, 5e6, 5e6], "run_cost": 0, "initiative": [None, None, "; ".join(parts)]}
    read = insurer(client, options=disclosed, initiatives=plan)
    rows = [
        {
            "initiative": part,
            "kind": "automation",
            "workflow": "Claims",
            "gate": "data_first",
            "rule": "Fix the data first",
        }
        | {
            "decision": decision,
            "missing": "none",
            "unblocks": "data",
            "opened_by": "",
            "source": codes.listed(["000-01"]),
        }
        for part, decision in zip(parts, ("refused", "waits"), strict=True)
    ]
    closed = plans.Decisions.of(rows)

    free = headlines(read, closed.assign(decision="open"))["Answer"]
    held = headlines(read, closed)["Answer"]

    assert free["text"].startswith("Hybrid is the best option: its expected net present value over 5 years is $")
    assert held["text"].startswith(
        "Hybrid is the best option, but its conditions to start are not met yet. Once they are, it is worth $"
    )
    assert held["detail"].startswith("It includes “Automate simple claims”, which the roadmap does not permit yet.")
    assert "The roadmap lists the conditions for “Move what is left”" in held["detail"]
    programme, _, _, seen = case(read)
    best = outlook.best(outlook.outcomes(programme, seen))
    none = columns.empty(scenarios.Impacts)
    asked = asks.business_case(programme, flips.find(programme, seen, best), none, closed, best, read)
    assert asked["ask"].map(tell).tolist() == [
        f"Meet the conditions for “{part}”: Fix the data first" for part in parts
    ]
    assert asked["owner"].map(codes.items).tolist() == [["Head"], ["Head"]]


def test_where_nothing_is_better_than_doing_nothing_no_flip_and_no_waterfall_is_made_up(client: Make) -> None:
    programme, _, _, seen = case(insurer(client, options=OFFERS | {"one_off_cost": 90e6, "run_cost": 0}))
    best = outlook.best(outlook.outcomes(programme, seen))

    assert best == "Do nothing"
    assert flips.find(programme, seen, best).empty
    assert outlook.waterfall(programme, seen, best).empty


def test_claims_within_their_class_are_called_so(client: Make) -> None:
    offers = OFFERS | {"annual_saving": [4e6, None, None]}
    paths = PATHS | {"saving": [2e6, 4e6, 6e6, 4e6, 5e6, 6e6]}

    flagged, calm = (
        headlines(insurer(client))["Claims"],
        headlines(insurer(client, options=offers, savings=paths))["Claims"],
    )

    assert (flagged["tone"], calm["tone"]) == ("bad", "good")
    assert flagged["text"] == (
        "All 3 claims promise more than comparable programmes have achieved: Offshore 2.8 times, Automation 1.3 times "
        "and Hybrid 1.1 times."
    )
    assert calm["text"] == "All 3 claims that can be compared are within what others have reached."


def test_without_options_the_report_says_so_in_one_sentence(client: Make) -> None:
    items = headlines(client(workflows=WORKFLOWS))

    assert [item["text"] for item in items.values()] == ["There is no business case, because no option was supplied."]


# ----------------------------------------------------------------------------------------------------------- the tables


def test_every_fault_of_the_new_tables_is_told_at_once(client: Make) -> None:
    with pytest.raises(DataProblems) as raised:
        insurer(
            client,
            savings=PATHS | {"year": [1, 2, 4, 1, 2, 3], "option": ["Automaton", *PATHS["option"][1:]]},
            assumptions={"option": ["Hybrid"], "driver": "delay_months", "distribution": "triangular", "low": 3,
                         "likely": 2, "high": None, "owner": "x", "grade": "D", "source": "y"},
        )  # fmt: skip

    said = str(raised.value)
    assert 'row 2, option: "Automaton" is unknown; did you mean "Automation"?' in said
    assert "the years of an option are not 1, 2, 3 ..." in said
    assert "the distribution lacks a figure" in said
    assert "likely is outside its range" in said
