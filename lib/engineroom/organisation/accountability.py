"""Who answers for what: the three lines, procedures, data, and what regulations ask of access and privacy.

A register is a census: its shares have no sampling interval, because nothing was drawn. What they cannot say is whether
the register is complete.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from engineroom import statistics
from engineroom.dictionary import governance_tables, oversight
from engineroom.dictionary.columns import DataFrame
from engineroom.organisation import riskcontrol
from engineroom.readers.tables import Tables

REVIEW_MONTHS = 12.0
"""Months until the next review of a procedure, where it does not say."""

LONGEST = 1200.0
"""Months after which nobody asks whether a review is due."""

DAYS_PER_MONTH = 30.4375
ELEMENTS = {
    "has_map": "end-to-end map",
    "has_decision_rules": "decision rules",
    "has_input_requirements": "input requirements",
    "has_escalation": "escalation",
    "has_exception_log": "exception logging",
    "is_embedded": "embedded in forms",
}
"""What a procedure is made of (003-03): column of `sops` -> its name."""

AROUND = {
    "owner": "owner",
    "steward": "steward",
    "approved_by": "approver",
    "master_system": "master system",
    "sync": "synchronisation",
    "lineage": "lineage",
}
"""What a set of data needs around it (003-05): column of `datasets` -> its name."""

ALL = "(all)"


def lines(tables: Tables) -> DataFrame[governance_tables.Roles]:
    """Return, per workflow, who holds each of the three lines, which has nobody, and who holds more than one.

    Several holders of a row are separated by semicolons; one without a workflow holds the line in each. First and
    second line roles may be blended or separated under the model of 2020; the third is independent of both, so a holder
    of it who has another line is the graver case. The governing body is above the lines: a holder of it who has one of
    them counts as holding two.
    """
    said = tables.lines.assign(holder=tables.lines["holder"].astype("str").str.split(";")).explode("holder")
    said = said.assign(holder=said["holder"].astype("str").str.strip())
    said = said[said["holder"] != ""]
    rows = []
    for workflow in riskcontrol.workflows(tables) or ([ALL] if len(said) else []):
        own = said[said["workflow"].isna() | (said["workflow"] == workflow)]
        held = {line: list(dict.fromkeys(own.loc[own["line"] == line, "holder"])) for line in oversight.LINES}
        of_holder: dict[str, list[str]] = {}
        for line, holders in held.items():
            for holder in holders:
                of_holder.setdefault(_folded(holder), []).append(line)
        twice = {name: has for name, has in of_holder.items() if len(has) > 1}
        names = {_folded(holder): holder for holder in own["holder"]}
        told = {f"{names[name]}: {', '.join(has)}" for name, has in sorted(twice.items())}
        rows.append(
            {
                "workflow": workflow,
                **{line: "; ".join(held[line]) or None for line in oversight.LINES[:3]},
                "missing": "; ".join(line for line in oversight.LINES[:3] if not held[line]) or None,
                "twice": "; ".join(sorted(told)) or None,
                "is_independent": not any("third" in has for has in twice.values()) if held["third"] else None,
                "unproven": int(own["mandate"].isna().sum()),
            }
        )
    frame = governance_tables.Roles.frame(rows).astype({"is_independent": "boolean"})
    return governance_tables.Roles.validate(frame)


def procedures(tables: Tables) -> DataFrame[governance_tables.Procedures]:
    """Return every procedure with its age and elements, and a row for each workflow that has none, these first.

    A review is overdue after `review_months`, or twelve where that is blank; a procedure that was never reviewed is
    overdue. A blank element is not there: what nobody ticked, nobody saw.
    """
    as_of = pd.Timestamp(tables.engagement.header.as_of)
    rows: list[dict[str, Any]] = []
    for row in tables.sops.to_dict("records"):
        there = {name for column, name in ELEMENTS.items() if row[column] is True or row[column] == 1}
        due = REVIEW_MONTHS if pd.isna(row["review_months"]) else row["review_months"]
        never = pd.isna(row["reviewed"])
        rows.append(
            {name: row[name] for name in ("workflow", "sop", "owner", "reviewed", "variants_known", "variants_covered")}
            | {
                "age_months": float("nan") if never else (as_of - row["reviewed"]).days / DAYS_PER_MONTH,
                "is_overdue": bool(never or as_of > _after(row["reviewed"], due)),
                "elements": len(there),
                "missing": "; ".join(name for name in ELEMENTS.values() if name not in there) or None,
            }
        )
    covered = set(tables.sops["workflow"])
    bare = [{"workflow": name} for name in riskcontrol.workflows(tables) if name not in covered and len(tables.sops)]
    frame = governance_tables.Procedures.frame(bare + rows).astype({"is_overdue": "boolean"})
    return governance_tables.Procedures.validate(frame)


def ownership(tables: Tables) -> DataFrame[governance_tables.Ownership]:
    """Return every set of data with what is not stated around it, the barest first.

    An approval conflict: who creates or changes a record also approves it. It is not known where one side is blank.
    """
    rows: list[dict[str, Any]] = []
    for row in tables.datasets.to_dict("records"):
        hands = {_folded(row[name]) for name in ("created_by", "changed_by") if isinstance(row[name], str)}
        approver = row["approved_by"]
        told = isinstance(approver, str) and bool(hands)
        bare = [name for column, name in AROUND.items() if not isinstance(row[column], str)]
        rows.append(
            {name: row[name] for name in ("dataset", "workflow", "owner", "steward", "master_system")}
            | {"conflict": approver if told and _folded(approver) in hands else None, "is_told": told}
            | {"missing": "; ".join(bare) or None, "bare": len(bare)}
        )
    frame = pd.DataFrame(rows, columns=[*governance_tables.Ownership.to_schema().columns, "bare"])
    unowned = frame["owner"].isna() | frame["steward"].isna()
    frame = frame.assign(unowned=~unowned, bare=-frame["bare"].astype(float))
    frame = frame.sort_values(["unowned", "bare"], kind="stable").reset_index(drop=True)
    return governance_tables.Ownership.validate(frame.drop(columns=["bare", "unowned"]))


def duties(tables: Tables) -> DataFrame[governance_tables.Duties]:
    """Return the checklist of each regulation; what is met without evidence is only claimed.

    A requirement without a row is not stated: six are asked for under each regulation that the client names.
    """
    said = tables.obligations
    rows: list[dict[str, Any]] = []
    for regulation in dict.fromkeys(said["regulation"]):
        own = said[said["regulation"] == regulation]
        for requirement in oversight.REQUIREMENTS:
            there = own[own["requirement"] == requirement].to_dict("records")
            if not there and requirement != "other":
                rows.append({"regulation": regulation, "requirement": requirement, "state": "not stated"})
            for row in there:
                proven = isinstance(row["evidence"], str)
                state = "claimed" if row["status"] == "met" and not proven else row["status"]
                rows.append({**row, "state": state})
    return governance_tables.Duties.of(rows)


def figures(
    tables: Tables,
    coverage: DataFrame[governance_tables.Coverage],
    conflicts: DataFrame[governance_tables.Conflicts],
    roles: DataFrame[governance_tables.Roles],
    procedures: DataFrame[governance_tables.Procedures],
    ownership: DataFrame[governance_tables.Ownership],
    tests: DataFrame[governance_tables.Tests],
    duties: DataFrame[governance_tables.Duties],
) -> DataFrame[governance_tables.Figures]:
    """Return the figures of the headlines with their parts; of registers without interval, of the log with Wilson's."""
    apply = duties[duties["state"] != "does not apply"]
    named = procedures[procedures["sop"].notna()]
    unowned = ownership["owner"].isna() | ownership["steward"].isna()
    once = tests[tests["done"].notna() | (tests["state"] == "overdue")]
    counted = [
        ("Risks without a control", coverage["cover"] == "uncovered", ("risks", "controls")),
        ("Risks with controls of one nature only", coverage["cover"].str.endswith(" only"), ("risks", "controls")),
        ("Workflows without a second line", roles["second"].isna(), ("lines",)),
        ("Workflows with a holder of two lines", roles["twice"].notna(), ("lines",)),
        ("Procedures overdue for review", named["is_overdue"].astype("boolean").fillna(False), ("sops",)),
        ("Sets of data without owner or steward", unowned, ("datasets",)),
        ("Sets of data approved by who changes them", ownership["conflict"].notna(), ("datasets",)),
        ("Tests of those due that were done in time", once["state"] == "done in time", ("control_tests",)),
        ("Requirements met with evidence", apply["state"] == "met", ("obligations",)),
    ]
    rows: list[dict[str, Any]] = []
    for figure, hits, names in counted:
        if len(hits) and all(name in tables.sources for name in names[:1]):
            source = "; ".join(tables.sources[name] for name in names if name in tables.sources)
            parts = {"numerator": int(hits.sum()), "denominator": len(hits)}
            rows.append({"figure": figure, **parts, "method": statistics.COMPLETE, "source": source})
    flows = riskcontrol.workflows(tables)
    if len(tables.sops):
        parts = {"numerator": len(set(named["workflow"])), "denominator": len({*flows, *procedures["workflow"]})}
        rows.append({"figure": "Workflows with a procedure", **parts, "method": statistics.COMPLETE})
        rows[-1]["source"] = tables.sources.get("sops", "tables")
    for row in conflicts[conflicts["judged"] > 0].to_dict("records"):
        about = {"numerator": row["same"], "denominator": row["judged"], "low": row["low"], "high": row["high"]}
        pair = f"{row['first']}; {row['second']}"
        rows.append({"figure": pair, **about, "method": statistics.WILSON, "source": "event log"})
    return governance_tables.Figures.of(rows)


def _after(day: pd.Timestamp, months: float) -> pd.Timestamp:
    """Return the same day so many months later, the last of the month where there is none; beyond a century, then."""
    whole = int(min(months, LONGEST))
    return day + pd.DateOffset(months=whole) + pd.Timedelta(days=round(min(months - whole, 1) * DAYS_PER_MONTH))


def _folded(name: str) -> str:
    return name.strip().lower()
