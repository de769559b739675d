"""Time the event-log suite on generated logs, against what else could do the job, in one run.

    python tools/bench.py [--events 1000000 10000000] [--times 3] [--only suite sql]

Each contestant runs in a process of its own, in turn, A B A B; a line is the median of its runs. CPU seconds are the
figure to trust on a busy machine, and ratios those of pairs run one after the other. Contestants:

suite    engineroom: checks, case table, measures, and the tables of `drilldown` and the means by workflow
sql      the same tables in DuckDB SQL written by hand for this log
pandas   the same tables in pandas
floor    DuckDB reading the same columns and doing nothing with them
check    engineroom's row rules alone: one scan
pm4py    what it gives of these tables, a quarter: case durations in all and by workflow, hand-overs, rework, service
         times by step (AGPL, never installed beside engineroom: `--pm4py` names a Python with it)
report   the benchmark-gap report of the log, from its folder to HTML and PDF, with all processes it starts

Suite, sql and pandas give figures, and they must agree.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

PM4PY_LIMIT = 2_000_000
PANDAS_LIMIT = 20_000_000
PEAK = 1 if sys.platform == "darwin" else 1024
BOTS = "actor NOT LIKE 'BOT-%'"
END = "TIMESTAMP '2026-07-01'"

# ------------------------------------------------------------------------------------------------------ contestants


def suite(folder: Path) -> dict[str, float]:
    from engineroom.logs import drilldown, event_log, traces
    from engineroom.measures import kpi
    from engineroom.readers import engagement, tables

    case = engagement.open(folder)
    log = event_log.open(case)
    found = kpi.measure(tables.read(case), log).set_index(["definition", "workflow"])["value"]
    drilldown.steps(log)
    drilldown.exceptions(log)
    drilldown.weeks(log)
    drilldown.workflow_weeks(log)
    traces.efforts(log)
    names = {
        "volume": "volume/completed",
        "p50": "cycle_time_p50/elapsed",
        "p90": "cycle_time_p90/elapsed",
        "stp": "stp_rate/zero_touch",
        "fpy": "first_pass_yield/items",
        "sla": "sla_compliance/due_in_period",
        "handoffs": "handoffs/per_item",
    }
    return {short: float(found[name, ""]) for short, name in names.items()}


def check(folder: Path) -> dict[str, float]:
    from engineroom.logs import caveats, engines, event_log, files, rows
    from engineroom.readers import engagement

    case = engagement.open(folder)
    paths = files.parts(case, case.events)
    raw, _ = files.rows(engines.local(sum(path.stat().st_size for path in paths)), paths, case.events, "log")
    readable = rows.typed(rows.marked(raw, case.events), case.events, event_log.window(case, case.events))
    caveats.of_rows([readable], case.events, "log")
    return {}


CASE_SQL = f"""
CREATE TEMP TABLE attempts AS SELECT case_id, step, count(*) n, count(reason) e FROM log GROUP BY ALL
  HAVING n > 1 OR e > 0;
CREATE TEMP TABLE turns AS SELECT case_id, count(*) FILTER (prior <> actor) handoffs FROM (SELECT case_id, actor,
  lag(actor) OVER (PARTITION BY case_id ORDER BY completed_at, started_at, actor) AS prior FROM log WHERE {BOTS})
  GROUP BY 1;
CREATE TEMP TABLE alone AS SELECT case_id, min(workflow) workflow, max(workflow) <> min(workflow) several,
  least(min(started_at), min(completed_at)) received,
  max(completed_at) FILTER (step = 'Close') completed, count(*) events, count(*) FILTER ({BOTS}) touches,
  sum(cost::DECIMAL(18, 4)) AS cost, sum(cost::DECIMAL(18, 4)) FILTER (reason IS NOT NULL) rework_cost,
  count(reason) failures,
  sum(date_diff('microsecond', started_at, completed_at)) FILTER ({BOTS}) / 3.6e9 AS handling, max(due_at) due
  FROM log GROUP BY 1;
CREATE TEMP TABLE cases AS SELECT alone.*, coalesce(handoffs, 0) handoffs, r.case_id IS NOT NULL is_reworked,
  coalesce(completed < {END}, false) done, date_diff('microsecond', received, completed) / 3.6e9 AS hours
  FROM alone LEFT JOIN turns USING (case_id)
  LEFT JOIN (SELECT DISTINCT case_id FROM attempts WHERE n > 1) r USING (case_id)
"""
KPI_SQL = """SELECT {by} count(*) FILTER (done) volume, count(*) FILTER (NOT done) open,
  quantile_cont(hours, 0.5) FILTER (done) p50,
  quantile_cont(hours, 0.9) FILTER (done) p90, avg((touches = 0)::INT) FILTER (done) stp,
  avg((NOT is_reworked)::INT) FILTER (done) fpy, avg((failures > 0)::INT) FILTER (done) exceptions,
  count(*) FILTER (due < {end} AND completed <= due) / count(*) FILTER (due < {end}) sla,
  avg(handoffs) FILTER (done) handoffs,
  avg(cost) FILTER (done) AS cost, stddev(cost) FILTER (done) AS cost_spread,
  sum(rework_cost) FILTER (done) rework_cost,
  avg(handling) FILTER (done AND handling > 0) handling, stddev(handling) FILTER (done) handling_spread,
  stddev(handoffs) FILTER (done) handoffs_spread FROM cases {group}"""
BOUNDS_SQL = """SELECT {by}, r, hours FROM (SELECT {by}, hours, row_number() OVER (PARTITION BY {by} ORDER BY hours) r,
  count(*) OVER (PARTITION BY {by}) n FROM cases WHERE done) WHERE r IN ((n * 0.5)::INT, (n * 0.9)::INT)"""
TABLES_SQL = (
    """SELECT count(*), count(*) FILTER (case_id IS NULL), count(*) FILTER (completed_at IS NULL),
  count(*) FILTER (step IS NULL),
  count(*) FILTER (started_at > completed_at), count(*) FILTER (actor IS NULL), count(*) FILTER (cost IS NULL),
  count(*) FILTER (completed_at NOT BETWEEN TIMESTAMP '1996-01-01' AND TIMESTAMP '2026-07-17'),
  count(*) FILTER (completed_at::TIME = TIME '00:00:00'), count(*) FILTER (upper(case_id) IN ('NA', 'NULL', 'NONE')),
  count(*) FILTER (lower(actor) LIKE 'bot-%' AND actor NOT LIKE 'BOT-%'), count(*) FILTER (due_at IS NULL) FROM log""",
    "SELECT count(*), sum(n) FROM (SELECT case_id, completed_at, count(*) n FROM log GROUP BY ALL HAVING n > 1)",
    """SELECT cases.workflow, log.step, count(*), sum(date_diff('microsecond', log.started_at, log.completed_at))
  FROM log JOIN cases USING (case_id) WHERE done GROUP BY ALL""",
    "SELECT workflow, step, sum(n - 1), count(*) FROM attempts JOIN cases USING (case_id) WHERE done GROUP BY ALL",
    """SELECT cases.workflow, reason, count(*), count(DISTINCT case_id), sum(log.cost::DECIMAL(18, 4)) FROM log
  JOIN cases USING (case_id) WHERE done AND reason IS NOT NULL GROUP BY ALL""",
    """SELECT date_trunc('week', completed), count(*), quantile_cont(hours, 0.5), quantile_cont(hours, 0.9),
  avg((NOT is_reworked)::INT) FROM cases WHERE done GROUP BY ALL""",
    "SELECT date_trunc('week', received), count(*) FROM cases GROUP BY ALL",
    """SELECT workflow, date_trunc('week', completed), count(*), quantile_cont(hours, 0.5), sum(is_reworked::INT),
  sum(failures) FROM cases WHERE done GROUP BY ALL""",
    """SELECT workflow, avg(touches), avg((touches > 0)::INT), avg((due IS NOT NULL)::INT) FROM cases WHERE done
  GROUP BY ALL""",
    BOUNDS_SQL.format(by="1 + 0"),
    BOUNDS_SQL.format(by="workflow"),
)


def sql(folder: Path) -> dict[str, float]:
    import duckdb

    size = sum(file.stat().st_size for file in (folder / "log").glob("*.parquet"))
    con = duckdb.connect(config={"memory_limit": f"{min(max(4 * size, 768 << 20), 3584 << 20) >> 20}MiB"})
    con.execute(f"SET temp_directory = '{tempfile.mkdtemp(prefix='bench-')}'")
    con.execute(f"CREATE VIEW log AS FROM '{folder}/log/*.parquet'")
    con.execute(CASE_SQL)
    for query in TABLES_SQL:
        con.execute(query).fetchall()
    con.execute(KPI_SQL.format(by="workflow,", group="GROUP BY ALL", end=END)).fetchall()
    whole = con.execute(KPI_SQL.format(by="", group="", end=END)).df().iloc[0]
    return {name: float(whole[name]) for name in ("volume", "p50", "p90", "stp", "fpy", "sla", "handoffs")}


def in_pandas(folder: Path) -> dict[str, float]:
    import pandas as pd
    import pyarrow.parquet as pq

    names = ["workflow", "step", "actor", "reason"]
    log = pq.read_table(folder / "log", read_dictionary=names).to_pandas()
    end = pd.Timestamp("2026-07-01")
    for column in ("case_id", "completed_at", "step", "actor", "cost", "due_at"):
        log[column].isna().sum()
    (log["started_at"] > log["completed_at"]).sum()
    (~log["completed_at"].between(pd.Timestamp("1996-01-01"), pd.Timestamp("2026-07-17"))).sum()
    (log["completed_at"] == log["completed_at"].dt.normalize()).sum()
    log["case_id"].str.upper().isin(["NA", "NULL", "NONE"]).sum()
    log.duplicated(["case_id", "completed_at"]).sum()
    log["human"] = ~log["actor"].astype(str).str.startswith("BOT-")
    log["failed"] = log["reason"].notna()
    log["hours"] = (log["completed_at"] - log["started_at"]).dt.total_seconds() / 3600
    log["human_hours"], log["lost"] = log["hours"].where(log["human"]), log["cost"].where(log["failed"])
    visits = log.groupby(["case_id", "step"], observed=True).agg(n=("cost", "size"), failed=("failed", "sum"))
    visits = visits.reset_index()
    by_case = log.groupby("case_id")
    cases = by_case.agg(
        started=("started_at", "min"),
        first=("completed_at", "min"),
        events=("cost", "size"),
        touches=("human", "sum"),
        cost=("cost", "sum"),
        rework_cost=("lost", "sum"),
        failures=("failed", "sum"),
        handling=("human_hours", "sum"),
        due=("due_at", "max"),
        workflow=("workflow", "first"),
    )
    cases["completed"] = log[log["step"] == "Close"].groupby("case_id")["completed_at"].max()
    cases["hours"] = (cases["completed"] - cases[["started", "first"]].min(axis=1)).dt.total_seconds() / 3600
    cases["reworked"] = cases.index.isin(visits.loc[visits["n"] > 1, "case_id"])
    people = log.loc[log["human"], ["case_id", "actor", "completed_at", "started_at"]]
    people = people.sort_values(["case_id", "completed_at", "started_at"])
    codes = people["actor"].cat.codes
    passed = (people["case_id"] == people["case_id"].shift()) & (codes != codes.shift())
    cases["handoffs"] = passed.groupby(people["case_id"]).sum().reindex(cases.index, fill_value=0)
    done = cases[cases["completed"] < end]
    due = cases[cases["due"] < end]
    part = done.groupby("workflow", observed=True)
    part["hours"].quantile([0.5, 0.9])
    part[["cost", "handling", "handoffs"]].agg(["mean", "std"])
    part[["reworked", "rework_cost", "touches"]].sum()
    part["touches"].mean()
    ranked = done.sort_values(["workflow", "hours"])
    ranked.groupby("workflow", observed=True)["hours"].nth([10, 20])
    kept = visits.merge(done["workflow"], left_on="case_id", right_index=True)
    kept.groupby(["workflow", "step"], observed=True).agg(n=("n", "sum"), cases=("n", "size"))
    failed = log[log["failed"]].drop(columns="workflow").merge(done["workflow"], left_on="case_id", right_index=True)
    failed.groupby(["workflow", "reason"], observed=True).agg(n=("cost", "size"), cost=("cost", "sum"))
    week = done["completed"].dt.to_period("W")
    done.groupby(week)["hours"].quantile([0.5, 0.9])
    weekly = done.groupby(["workflow", week], observed=True)
    weekly["hours"].median()
    weekly[["reworked", "failures"]].sum()
    return {
        "volume": float(len(done)),
        "p50": float(done["hours"].quantile(0.5)),
        "p90": float(done["hours"].quantile(0.9)),
        "stp": float((done["touches"] == 0).mean()),
        "fpy": float((~done["reworked"]).mean()),
        "sla": float((due["completed"] <= due["due"]).mean()),
        "handoffs": float(done["handoffs"].mean()),
    }


def floor(folder: Path) -> dict[str, float]:
    import duckdb

    columns = "case_id workflow step started_at completed_at actor due_at cost reason"
    read = ", ".join(f"bit_xor(hash({column}))" for column in columns.split())
    duckdb.execute(f"SELECT {read} FROM '{folder}/log/*.parquet'").fetchall()
    return {}


def in_pm4py(folder: Path) -> dict[str, float]:
    import pandas as pd
    import pm4py

    wanted = ["case_id", "step", "started_at", "completed_at", "actor", "workflow"]
    log = pd.read_parquet(folder / "log", columns=wanted)
    log = log.rename(columns={"actor": "org:resource"})
    log = pm4py.format_dataframe(log, case_id="case_id", activity_key="step", timestamp_key="completed_at")
    pd.Series(pm4py.get_all_case_durations(log)).quantile([0.5, 0.9])
    for workflow in sorted(log["workflow"].unique()):
        part = pm4py.filter_event_attribute_values(log, "workflow", [workflow], level="case")
        pd.Series(pm4py.get_all_case_durations(part)).quantile([0.5, 0.9])
    pm4py.discover_handover_of_work_network(log)
    pm4py.get_rework_cases_per_activity(log)
    pm4py.get_service_time(log, start_timestamp_key="started_at")
    return {}


def report(folder: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "engineroom", "run", str(folder), "--report", "benchmark_gap", "--out", out]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {}


CONTESTANTS = {
    "suite": suite,
    "sql": sql,
    "pandas": in_pandas,
    "floor": floor,
    "check": check,
    "pm4py": in_pm4py,
    "report": report,
}

# ------------------------------------------------------------------------------------------------------ the contest


def contest(name: str, folder: Path) -> None:
    """Run one contestant in this process and print what it took, with its figures, as one line of JSON."""
    started = time.perf_counter()
    figures = CONTESTANTS[name](folder)
    wall = time.perf_counter() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu, peak = sum(one.ru_utime + one.ru_stime for one in used), max(one.ru_maxrss for one in used) / PEAK
    took = {"wall": wall, "cpu": cpu, "peak": peak}
    print(json.dumps(took | {"figures": figures}))


def run(name: str, folder: Path, python: str) -> dict[str, Any]:
    """Run one contestant in a process of its own; imports count."""
    done = subprocess.run([python, __file__, "--contest", name, str(folder)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def compare(folder: Path, events: int, times: int, names: list[str], pm4py: str | None) -> None:
    """Print the medians of every contestant on one log, and the paired ratios of the suite to each."""
    limits = {"pandas": PANDAS_LIMIT, "pm4py": PM4PY_LIMIT if pm4py else 0}
    names = [name for name in names if events <= limits.get(name, events)]
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(times):
        for name in names:
            runs[name].append(run(name, folder, str(pm4py) if name == "pm4py" else sys.executable))
    print(f"\n{events:,} events, median of {times}")
    against = f"{names[0]} / it, CPU"
    print(f"{'':8} {'CPU s':>8} {'wall s':>8} {'peak MiB':>9} {against:>16}")
    for name in names:
        middle = {key: statistics.median(one[key] for one in runs[name]) for key in ("cpu", "wall", "peak")}
        pairs = zip(runs[names[0]], runs[name], strict=True)
        ratio = statistics.median(ours["cpu"] / theirs["cpu"] for ours, theirs in pairs)
        print(f"{name:8} {middle['cpu']:8.1f} {middle['wall']:8.1f} {middle['peak']:9.0f} {ratio:16.2f}", flush=True)
    for name in names:
        for key, value in runs[name][0]["figures"].items():
            ours = runs[names[0]][0]["figures"].get(key, value)
            if abs(value - ours) > 1e-9 * abs(ours):
                raise SystemExit(f"{name} disagrees on {key}: {value} instead of {ours}")


def main() -> None:
    """Generate the logs and run the contest on each."""
    parser = argparse.ArgumentParser(description="Time the event-log suite on generated logs.")
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--times", type=int, default=3, help="runs of each contestant (default: 3)")
    parser.add_argument("--folder", type=Path, help="keep the generated logs here, and use those that are there")
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS), help="some of them")
    parser.add_argument("--pm4py", metavar="PYTHON", help="a Python that has pm4py, to run it as well")
    parser.add_argument("--contest", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.contest:
        contest(given.contest[0], Path(given.contest[1]))
        return
    import loggen

    with tempfile.TemporaryDirectory() as scratch:
        for events in sorted(given.events):
            place = (given.folder or Path(scratch)) / f"events-{events}"
            if not (place / "engagement.toml").exists():
                loggen.write(place, events)
            compare(place, events, given.times, given.only, given.pm4py)


if __name__ == "__main__":
    main()
