"""The engagements of the net: the starters, and made ones that reach what no starter does.

The made ones are starters with something taken away or turned, and small logs counted out by hand; nothing is drawn.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engagements import write

from engineroom.readers import engagement, reference
from engineroom.resources import folder

SCALE = {"days_in_ar": 60}
"""How often a figure's worst numerator holds its denominator, where that is not once."""

BENCHMARKED = (
    "rework_rate", "error_rate", "sla_compliance", "stp_rate", "first_pass_acceptance", "clean_claim_rate",
)  # fmt: skip
"""KPIs that have a benchmark in the sector."""

Rows = list[dict[str, str]]
Tables = dict[str, Rows]

CLOSED = '[events.closed]\nactivities = ["Closed"]\n'
TEAM = '[events.human]\ncolumn = "user"\nautomatic = ["SYSTEM"]\n'
LOG = """[events]
source = "log.csv"
case = "case"
activity = "step"
completed = "at"
"""


@dataclass(frozen=True)
class Made:
    """A made engagement: what follows the header of its TOML, its tables, other files, sectors and parameters."""

    tables: Tables = field(default_factory=dict)
    toml: str = ""
    files: dict[str, str] = field(default_factory=dict)
    sectors: tuple[str, ...] = ("healthcare",)
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """An engagement's folder as a notebook is given it."""

    place: Path
    sectors: tuple[str, ...]
    parameters: dict[str, Any]


def names() -> list[str]:
    """Return the names of the engagements, those that take longest first."""
    return [name.removeprefix("starter/") for name in engagement.starters()] + list(MADE)


def make(name: str, language: str, parent: Path) -> Opened:
    """Write the folder of an engagement in a language and return it; a starter is copied."""
    place = parent / name
    spoken = f'language = "{language}"\n'
    if name in MADE:
        made = MADE[name]()
        tables = {f"tables/{table}.csv": _csv(rows) for table, rows in made.tables.items()}
        write(place, spoken + made.toml, made.files | tables, made.sectors)
        return Opened(place, made.sectors, made.parameters)
    bundled = folder("starters") / name
    files = {path.relative_to(bundled).as_posix(): path.read_bytes() for path in bundled.rglob("*") if path.is_file()}
    write(place, files=files)
    toml = files["engagement.toml"].decode().replace("[engagement]\n", f"[engagement]\n{spoken}", 1)
    (place / "engagement.toml").write_text(toml, encoding="utf-8")
    return Opened(place, engagement.open(place).header.sectors, {})


# ------------------------------------------------------------------------------------------------------------- tables


def _of(starter: str) -> Tables:
    paths = sorted((folder("starters") / starter / "tables").glob("*.csv"))
    return {path.stem: list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))) for path in paths}


def _csv(rows: Iterable[dict[str, Any]]) -> str:
    all_rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in all_rows for key in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(all_rows)
    return text.getvalue()


def bare() -> Made:
    """Return an engagement with one table, which says one thing."""
    return Made({"lines": [{"line": "first", "holder": "Head of claims"}]})


def one_row() -> Made:
    """Return an engagement with one row in every table, all about one workflow, and a word of the consultant."""
    flow = "Claim scrubbing"
    tables: Tables = {}
    for name, rows in (_of("insurer") | _of("healthcare")).items():
        about = [row for row in rows if row.get("workflow", flow) in (flow, "")]
        others = [row | {"workflow": flow} for row in rows if "workflow" in row]
        tables[name] = (about or others)[:1]
    tables["savings"] = [{"option": tables["options"][0]["option"], "year": "1", "saving": "90000"}]
    tables["options"][0] |= {"initiative": tables["initiatives"][0]["initiative"]}
    tables["overrides"][0] |= {"initiative": tables["initiatives"][0]["initiative"]}
    tables["risks"][0] |= {"step": tables["steps"][0]["step"]}
    tables["separations"][0] |= {"control": ""}
    del tables["edges"]  # an arrow needs two steps
    return Made(tables, files={"commentary/summary.md": "One row of each.\n\n- It is **little**.\n"})


def met() -> Made:
    """Return an engagement that meets every benchmark, with every prerequisite, control and answer in place."""
    return Made(_turned(good=True), parameters={"line": "typical"})


def missed() -> Made:
    """Return an engagement that misses every benchmark, and of whose prerequisites, controls and answers none is."""
    return Made(_turned(good=False), parameters={"objective": "finish"})


def _turned(good: bool) -> Tables:
    """Return the tables of a starter with every figure and state at its best, or at its worst."""
    tables = _of("healthcare")
    directions = dict(reference.definitions().query("is_default").set_index("kpi")["direction"])
    for row in tables["kpis"]:
        is_high, whole = (directions[row["kpi"]] == "up") == good, row["denominator"]
        row["numerator"] = str(float(whole) * is_high * SCALE.get(row["kpi"], 1)) if whole else ""
        row["value"] = "" if whole else str(float(row["value"]) * (3 if is_high else 0.1))
    period = {"period_start": "2026-01-01", "period_end": "2026-06-30", "source": "Count of June"}
    for kpi in BENCHMARKED:
        count = "1000" if (directions[kpi] == "up") == good else "0"
        parts = {"numerator": count, "denominator": "1000", "n": "1000"}
        tables["kpis"].append({"kpi": kpi, "workflow": "Payment posting"} | parts | period)
    for row in tables["readiness"]:
        row |= {"status": "done", "evidence": "Minutes", "date": "2026-06-01"} if good else {"status": "not_started"}
    for row in tables["answers"]:
        row |= {"level": "4" if good else "0", "evidence": "Minutes" if good else ""}
    for row in tables["obligations"]:
        row |= {"status": "met" if good else "not met", "evidence": "Statement" if good else ""}
    for row in tables["control_tests"]:
        passed = {
            "done": min(row["due"], "2026-07-01"),
            "items": "50",
            "passed": "50",
            "result": "passed",
            "evidence": "Working paper",
        }
        row |= passed if good else dict.fromkeys(passed, "")
    for row in tables["sops"]:
        row |= {key: "true" if good else "false" for key in row if key.startswith(("has_", "is_"))}
        row |= {"reviewed": "2026-06-01" if good else "", "variants_covered": row["variants_known"] if good else "0"}
    if not good:
        for name in ("controls", "lines", "overrides", "slas"):
            del tables[name]
        for row in tables["separations"]:
            row["control"] = ""
        for row in tables["control_tests"]:
            row["control"] = ""
    return tables


def no_plan() -> Made:
    """Return a starter without its log, and with deadlines that no plan can keep."""
    tables = _of("ecommerce")
    for row in tables["initiatives"]:
        if row["kind"] == "preparation":
            row |= {"deadline": "2026-07-25", "is_optional": ""}
    return Made(tables, sectors=("ecommerce",))


def two_sectors() -> Made:
    """Return an engagement with a workflow in each of two sectors, and records instead of a log."""
    period = {"period_start": "2026-01-01", "period_end": "2026-06-30", "source": "Report"}
    tables: Tables = {
        "workflows": [
            {"workflow": "Payments", "sector": "banking", "process": "ap_invoices", "monthly_volume": "900",
             "unit_cost": "7", "cost_of_rework": "20", "cost_of_late": "4", "owner": "Head of payments"},
            {"workflow": "Permits", "sector": "public_sector", "monthly_volume": "300", "unit_cost": "55"},
        ],
        "kpis": [
            {"kpi": "error_rate", "workflow": flow, "numerator": "9", "denominator": "200", "n": "200"} | period
            for flow in ("Payments", "Permits")
        ],
    }  # fmt: skip
    records = [
        {"id": str(n), "received": f"{_day(n):%Y-%m-%d}", "sent": "" if n % 17 == 0 else f"{_day(n + n % 9):%Y-%m-%d}",
         "flow": ("Payments", "Permits")[n % 2], "ok": ("yes", "no", "yes", "")[n % 4], "touches": str(n % 3),
         "again": "yes" if n % 5 == 0 else "no", "wrong": "yes" if n % 11 == 0 else "no"}
        for n in range(170)
    ]  # fmt: skip
    toml = (
        '[cases]\nsource = "records.csv"\ncase = "id"\nreceived = "received"\ncompleted = "sent"\nworkflow = "flow"\n'
    )
    toml += 'timezone = "Europe/Berlin"\ntouches = "touches"\nmet = { column = "ok", yes = ["yes"], no = ["no"] }\n'
    toml += 'reworked = { column = "again", yes = ["yes"], no = ["no"] }\n'
    toml += 'defective = { column = "wrong", yes = ["yes"], no = ["no"] }\n'
    return Made(tables, toml, {"records.csv": _csv(records)}, ("banking", "public_sector"))


# --------------------------------------------------------------------------------------------------------------- logs


def _day(number: float) -> datetime:
    return datetime(2026, 1, 5, 9) + timedelta(days=number)


def _events(cases: int, steps: tuple[str, ...], hours: float, days: float = 1.0) -> Rows:
    """Return a log whose cases begin some days apart and go through some steps, hours apart."""
    return [
        {"case": f"C{n}", "step": step,
         "at": f"{_day(n * days) + timedelta(hours=place * hours + n % 5):%Y-%m-%d %H:%M}",
         "user": ("Ann", "Ben", "SYSTEM", "Cem")[(n + place) % 4], "flow": ("Intake", "Review")[n % 2]}
        for n in range(cases)
        for place, step in enumerate(steps)
    ]  # fmt: skip


def status_log() -> Made:
    """Return an engagement whose log is one of status changes: nearly every case repeats an activity."""
    steps = ("Received", "In progress", "Waiting", "In progress", "Waiting", "In progress", "Closed")
    rows = [row | {"due": f"{_day(int(row['case'][1:]) + 2):%Y-%m-%d %H:%M}"} for row in _events(168, steps, 7)]
    toml = LOG + 'workflow = "flow"\nresource = "user"\ndue = "due"\ntimezone = "UTC"\n' + TEAM + CLOSED
    toml += '[events.rework]\nactivities = ["Waiting"]\nrepeats = true\n[events.error]\nactivities = ["Waiting"]\n'
    known = {"process": "claims", "owner": "Head of claims", "unit_cost": "12", "monthly_volume": "14"}
    workflows = [{"workflow": flow} | known for flow in ("Intake", "Review")]
    tables = {"workflows": workflows, "separations": [{"first": "Received", "second": "Closed"}]}
    return Made(tables, toml, {"log.csv": _csv(rows)}, ("insurance",), {"changed": "2026-04-06"})


def nameless() -> Made:
    """Return an engagement with a workflow that has no name in its log, and a log with a little of every fault."""
    rows = [row | {"begun": row["at"], "cost": "3.5", "due": row["at"]} for row in _events(160, ("Opened", "Checked",
            "Corrected", "Closed"), 5)]  # fmt: skip
    for row in rows:
        number = int(row["case"][1:])
        row["why"] = ("Blank field", "")[number % 2] if row["step"] == "Corrected" else ""
        row["flow"] = row["flow"] if number % 3 else ""
    rows[3] |= {"at": "31.01.2026"}
    rows[40] |= {"cost": "a lot", "due": "soon"}
    rows[41] |= {"due": ""}
    rows[42] |= {"user": ""}
    rows[43] |= {"user": "system", "step": ""}
    rows[49] |= {"flow": "Intake"}  # of a case whose other rows name none
    rows[53] |= {"flow": "Intake"}  # and of one whose others name another
    rows[60] |= {"at": f"{_day(15):%Y-%m-%dT%H:%M}+02:00"}
    rows[61] |= {"begun": f"{_day(16):%Y-%m-%d %H:%M}"}
    rows[70] |= {"begun": rows[68]["at"]}
    rows[71] |= {"begun": rows[68]["at"]}
    rows[80] |= {"case": ""}
    rows[81] |= {"at": "1926-01-01 09:00", "begun": "1926-01-01 09:00"}
    rows += [dict(rows[90]), rows[100] | {"step": "Checked again"}, rows[104] | {"case": "NA"}]
    rows += [rows[0] | {"case": "old", "at": f"2025-10-0{n} 09:00", "begun": "", "step": step}
             for n, step in enumerate(("Opened", "Closed"), 1)]  # fmt: skip
    rows += [rows[0] | {"case": "late", "at": "2026-07-03 09:00", "begun": ""}]
    toml = (
        LOG + 'started = "begun"\nworkflow = "flow"\nresource = "user"\ncost = "cost"\ndue = "due"\nexception = "why"\n'
    )
    toml += TEAM + CLOSED
    toml += '[events.rework]\nactivities = ["Corrected"]\n[events.error]\nactivities = ["Corrected"]\n'
    return Made({}, toml, {"log.csv": _csv(rows)})


def log_alone() -> Made:
    """Return an engagement with a log and no table: starts and completions to be paired, in working time.

    All its cases come in within nine days, as one intake does.
    """
    rows = []
    for n, row in enumerate(_events(90, ("Opened", "Checked", "Signed"), 400, 0.1)):
        begun = row | {"state": "start"}
        ended = row | {
            "state": "complete",
            "at": f"{datetime.fromisoformat(row['at']) + timedelta(minutes=40):%Y-%m-%d %H:%M}",
        }
        rows += [begun] * (n != 50) + [ended] * (n != 70) + [row | {"state": "suspend"}] * (n % 40 == 0)
    toml = LOG + 'resource = "user"\n[events.lifecycle]\ncolumn = "state"\n[events.calendar]\n'
    toml += 'days = ["monday", "tuesday", "wednesday", "thursday", "friday"]\nstart = 08:00:00\nend = 17:00:00\n'
    return Made({}, toml, {"log.csv": _csv(rows)}, ("finance_shared_services",))


MADE: dict[str, Callable[[], Made]] = {
    "everything-met": met,
    "everything-missed": missed,
    "no-plan": no_plan,
    "status-log": status_log,
    "nameless-workflow": nameless,
    "log-alone": log_alone,
    "two-sectors": two_sectors,
    "one-row": one_row,
    "bare": bare,
}
