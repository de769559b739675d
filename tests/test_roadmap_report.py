"""The roadmap as a reader gets it: of a real hospital's billing, without a range, and as a final report."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader

from engineroom import cli
from engineroom.dictionary import codes
from engineroom.readers import engagement

pytestmark = pytest.mark.slow

ENGAGEMENT = Path(__file__).with_name("hospital_billing")
SECOND_LOOK = "Release {} without a second look"


def report(place: Path, out: Path) -> Path:
    """Return the folder of an engagement's roadmap, made as a user makes it."""
    assert cli.main(["run", str(place), "--report", "roadmap", "--out", str(out)]) == 0
    return out / place.name / engagement.open(place).sector


def table(made: Path, name: str) -> pd.DataFrame:
    dates = {"plan": ["start", "end"]}.get(name, [])
    return pd.read_csv(made / "roadmap.tables" / f"{name}.csv", parse_dates=dates)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def pages(made: Path) -> list[str]:
    return [squeezed(page.extract_text()) for page in PdfReader(made / "roadmap.pdf").pages]


@pytest.fixture(scope="module")
def billing(tmp_path_factory: pytest.TempPathFactory, real_log: Callable[[str], Path]) -> Path:
    """Return the roadmap of the hospital's billing; skipped where the shared real log is absent."""
    place = shutil.copytree(ENGAGEMENT, tmp_path_factory.mktemp("engagements") / ENGAGEMENT.name)
    (place / "data").mkdir()
    shutil.copy(real_log("hospital_billing.csv.gz"), place / "data")
    return report(place, tmp_path_factory.mktemp("out"))


def test_hospital_billing_is_refused_what_its_own_log_and_tables_do_not_support(billing: Path) -> None:
    found = table(billing, "decisions").set_index(["initiative", "gate"])["decision"]

    assert found[SECOND_LOOK.format("K"), "stable_first"] == "waits"  # a preparation settles it
    assert found[SECOND_LOOK.format("L"), "stable_first"] == "refused"  # nothing shows it, and nobody settles it
    missing = table(billing, "decisions").set_index(["initiative", "gate"])["missing"]
    said = missing[SECOND_LOOK.format("L"), "stable_first"]
    reason = codes.read(codes.read(codes.each(said)[0])[1]["reason"])
    assert reason[0] == "too_few_whole_weeks"  # the log follows one intake
    assert found["One desk for D and E", "same_measure"] == "refused"
    assert found["Letters of E by a partner", "redesign_first"] == "overridden"
    assert found["Follow-up of M by a partner", "redesign_first"] == "waits"
    assert found["Suggest codes in M", "interfaces_first"] == "waits"
    assert found["Suggest codes in M", "governance_first"] == "waits"  # attested, and measured by nobody
    assert set(found[:, "signed_off"]) == {"waits"}  # compliance is said to be done, and nothing shows it


def test_hospital_billing_has_a_proven_plan_that_keeps_its_gates_windows_and_teams(billing: Path) -> None:
    plan = table(billing, "plan").set_index("item")
    start, end = plan["start"], plan["end"]

    assert "proven" in (billing / "roadmap.html").read_text(encoding="utf-8")
    assert {SECOND_LOOK.format("L"), "One desk for D and E"} & set(plan.index) == set()
    assert start[SECOND_LOOK.format("K")] > end["Coding rules settled in K"]
    assert start[SECOND_LOOK.format("K")] > end["Interfaces of the health record mapped"]
    assert start["Follow-up of M by a partner"] > end["Diagnosis asked for once in M"]
    assert end["Diagnosis asked for once in M"] <= pd.Timestamp("2016-06-30")
    assert plan.loc["Sign-off by compliance", "kind"] == "prerequisite"
    for item in (SECOND_LOOK.format("K"), "Suggest codes in M", "Follow-up of M by a partner"):
        assert not pd.Timestamp("2016-05-02") <= end[item] <= pd.Timestamp("2016-05-29")
    demands = pd.read_csv(ENGAGEMENT / "tables" / "demands.csv")
    coding = demands.loc[(demands["team"] == "Coding") & demands["initiative"].isin(plan.index), "initiative"]
    holidays = pd.Interval(pd.Timestamp("2016-07-18"), pd.Timestamp("2016-08-14"), closed="both")
    assert not any(pd.Interval(start[item], end[item], closed="both").overlaps(holidays) for item in coding)


def test_hospital_billing_prints_its_plan_its_refusals_and_its_range(billing: Path) -> None:
    plan, text = table(billing, "plan"), "".join(pages(billing))
    html = squeezed((billing / "roadmap.html").read_text(encoding="utf-8"))

    for row in plan.to_dict("records"):
        assert squeezed(row["item"]) in text
        assert squeezed(f"{row['start'].day} {row['start']:%b %Y}") in html
    for said in ("One desk for D and E", "Measure alike before centralising", "Upgrade of the billing system"):
        assert squeezed(said) in text
    low, high = (plan[column].sum() / 1000 for column in ("annual_benefit_low", "annual_benefit_high"))
    said = squeezed(f"the plan is worth €{low:.0f}K to €{high:.0f}K a year, for a one-off cost of")
    assert said in text
    assert said in html
    assert 8 <= len(pages(billing)) <= 12


@pytest.mark.parametrize("name", [name.removeprefix("starter/") for name in engagement.starters()])
def test_a_starters_roadmap_can_be_final(starter: Callable[[str], Path], tmp_path: Path, name: str) -> None:
    place = starter(name)
    toml = place / "engagement.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('status = "draft"', 'status = "final"'), encoding="utf-8")

    made = report(place, tmp_path / "out")

    assert squeezed("Draft") not in pages(made)[0]


def test_without_a_range_no_sum_is_promised(starter: Callable[[str], Path], tmp_path: Path) -> None:
    place = starter("legal")
    toml = place / "engagement.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('status = "draft"', 'status = "final"'), encoding="utf-8")
    path = place / "tables" / "initiatives.csv"
    given = pd.read_csv(path)
    given[["annual_benefit_low", "annual_benefit_high"]] = None
    given.to_csv(path, index=False)

    made = report(place, tmp_path / "out")

    summary = squeezed((made / "roadmap.html").read_text(encoding="utf-8"))
    assert squeezed("No range was given for the benefits, so no total is stated here.") in summary
    assert squeezed("Fully in place, the plan is worth") not in summary
    assert squeezed("Net benefit") not in summary
    assert squeezed("is worth") not in summary
