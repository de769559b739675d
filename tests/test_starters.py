"""The starters are made by their generator, valid by the data dictionary, and look like work rather than noise."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from engineroom.dictionary import schemas

HERE = Path(__file__).parents[1]
STARTERS = HERE / "lib" / "engineroom" / "starters"
NAMES = ("ecommerce", "healthcare", "legal")


def content(path: Path) -> bytes:
    """What a file says: compressed bytes differ between releases of zlib, their content must not."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def table(starter: str, name: str) -> pd.DataFrame:
    """Read a table as the dictionary types it."""
    columns = schemas.INPUTS[name].to_schema().columns
    dates = [column for column, spec in columns.items() if spec.metadata["kind"] == "date"]
    sheet = pd.read_csv(STARTERS / starter / "tables" / f"{name}.csv", keep_default_na=False, na_values=[""])
    for column in dates:
        sheet[column] = pd.to_datetime(sheet[column])
    return sheet.reindex(columns=list(columns))


def contract(starter: str) -> dict[str, dict]:
    return tomllib.loads((STARTERS / starter / "engagement.toml").read_text(encoding="utf-8"))


def log(starter: str) -> pd.DataFrame:
    """Read the event log under the words of engagement.toml."""
    events = contract(starter)["events"]
    words = {events[word]: word for word in ("case", "activity", "completed", "workflow", "resource", "due")}
    sheet = pd.read_csv(STARTERS / starter / events["source"], keep_default_na=False, dtype="str").rename(columns=words)
    return sheet.assign(completed=pd.to_datetime(sheet["completed"]), due=pd.to_datetime(sheet["due"]))


def cases(starter: str) -> pd.DataFrame:
    """One row a case: workflow, when received, when first closed, and whether a person touched it."""
    contents, events = contract(starter)["events"], log(starter)
    events["closed"] = events["completed"].where(events["activity"].isin(contents["closed"]["activities"]))
    events["person"] = ~events["resource"].isin(contents["human"]["automatic"])
    return events.groupby("case").agg(
        workflow=("workflow", "first"),
        received=("completed", "min"),
        closed=("closed", "min"),
        person=("person", "any"),
    )


@pytest.mark.slow
def test_generator_reproduces_the_committed_files(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "tools" / "starters.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)

    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())

    assert len(made) == 5 * len(NAMES)
    for path in made:
        assert content(tmp_path / path) == content(STARTERS / path), path


def test_the_workforce_of_the_insurer_is_made_by_its_own_tool(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "tools" / "workforce.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)

    made = sorted(path.name for path in tmp_path.iterdir())

    assert made == ["people.csv", "skills.csv", "work.csv"]
    for name in made:
        assert (tmp_path / name).read_bytes() == (STARTERS / "insurer" / "tables" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("starter", "name"),
    sorted((path.parents[1].name, path.stem) for path in STARTERS.glob("*/tables/*.csv")),
)
def test_tables_hold_what_the_dictionary_asks_for(starter: str, name: str) -> None:
    schemas.INPUTS[name].validate(table(starter, name), lazy=True)


@pytest.mark.parametrize("starter", NAMES)
def test_logs_are_large_enough_to_be_real_and_small_enough_to_ship(starter: str) -> None:
    assert len(log(starter)) >= 20_000
    assert (STARTERS / starter / "data" / "events.csv.gz").stat().st_size < 450_000


@pytest.mark.parametrize("starter", NAMES)
def test_times_exist_on_the_local_clock_and_end_with_the_period(starter: str) -> None:
    completed = log(starter)["completed"]

    completed.dt.tz_localize(contract(starter)["events"]["timezone"], ambiguous="raise", nonexistent="raise")

    assert completed.max() < pd.Timestamp("2026-07-01")


@pytest.mark.parametrize("starter", NAMES)
def test_people_rest_at_weekends_and_robots_do_not(starter: str) -> None:
    events = log(starter)
    automatic = events["resource"].isin(contract(starter)["events"]["human"]["automatic"])
    at_weekend = events["completed"].dt.day_of_week >= 5

    assert at_weekend[~automatic].mean() < 0.24
    assert at_weekend[automatic].mean() > at_weekend[~automatic].mean()


@pytest.mark.parametrize("starter", NAMES)
def test_arrivals_follow_the_week(starter: str) -> None:
    received = cases(starter)["received"]

    by_day = received.groupby(received.dt.day_of_week).size() / len(received)

    assert by_day.max() > 1.15 / 7
    assert by_day.min() < 0.85 / 7


@pytest.mark.parametrize(
    ("starter", "workflow", "month", "calm"),
    [
        ("healthcare", "Denials", 4, 2),  # two of three analysts were away in March; appeals take weeks
        ("legal", "Contract abstraction", 5, 1),  # a data room in May
        ("ecommerce", "Returns", 1, 2),  # presents come back
    ],
)
def test_a_short_team_or_a_surge_shows_in_the_slow_tenth(starter: str, workflow: str, month: int, calm: int) -> None:
    done = cases(starter).query("workflow == @workflow").dropna(subset=["closed"])
    slow = (done["closed"] - done["received"]).groupby(done["closed"].dt.month).quantile(0.9)

    assert slow[month] > 1.2 * slow[calm]


@pytest.mark.parametrize("starter", NAMES)
def test_inventory_agrees_with_the_log(starter: str) -> None:
    done = cases(starter).dropna(subset=["closed"])
    inventory = table(starter, "workflows").set_index("workflow").sort_index()

    volume = done.groupby("workflow").size()
    straight = (~done["person"]).groupby(done["workflow"]).sum()

    assert list(volume.index) == list(inventory.index)
    assert ((volume / 6 - inventory["monthly_volume"]).abs() <= 0.5).all()
    assert ((straight / 6 - inventory["monthly_straight_through"]).abs() <= 0.5).all()
    assert (table(starter, "costs").set_index("workflow").sort_index()["transactions"] == volume).all()


@pytest.mark.parametrize("starter", NAMES)
def test_straight_through_rates_differ_between_workflows(starter: str) -> None:
    done = cases(starter).dropna(subset=["closed"])

    rates = (~done["person"]).groupby(done["workflow"]).mean()

    assert rates.min() < 0.35
    assert rates.max() > rates.min() + 0.25


@pytest.mark.parametrize("starter", NAMES)
def test_logs_have_the_habits_of_real_ones(starter: str) -> None:
    events, everything = log(starter), cases(starter)
    people = events.loc[~events["resource"].isin([*contract(starter)["events"]["human"]["automatic"], ""]), "resource"]

    assert "NA" in everything.index
    assert 0 < events["resource"].eq("").mean() < 0.01
    assert people.str.lower().nunique() < people.nunique()
    assert (events["completed"] > events["case"].map(everything["closed"])).any()
    assert (everything["received"] < pd.Timestamp("2026-01-01")).any()
    assert everything["closed"].isna().any()
