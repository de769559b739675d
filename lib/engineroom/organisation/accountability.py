"""Who answers for what: the three lines, procedures, data, and what regulations ask of access and privacy.

A register is a census: its shares have no sampling interval, because nothing was drawn. What they cannot say is whether
the register is complete.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from engineroom import statistics
from engineroom.dictionary import codes, governance_tables, oversight
from engineroom.dictionary.columns import DataFrame, words
from engineroom.organisation import riskcontrol
from engineroom.readers.tables import Tables

REVIEW_MONTHS = 12.0
"""Months until the next review of a procedure, where it does not say."""

LONGEST = 1200.0
"""Months after which nobody asks whether a review is due."""

DAYS_PER_MONTH = 30.4375
ELEMENTS = (
    "has_map",
    "has_decision_rules",
    "has_input_requirements",
    "has_escalation",
    "has_exception_log",
    "is_embedded",
)
"""What a procedure is made of (003-03): columns of `sops`, and the codes of what it lacks."""

AROUND = ("owner", "steward", "approved_by", "master_system", "sync", "lineage")
"""What a set of data needs around it (003-05): columns of `datasets`; their codes begin with `data_`."""

ALL = "(all)"


def lines(tables: Tables) -> DataFrame[governance_tables.Roles]:
    """Return, per workflow, who holds each of the three lines, which has nobody, and who holds more than one.

    Several holders of a row are separated by semicolons; one without a workflow holds the line in each. First and
    second line roles may be blended or separated under the model of 2020; the third is independent of both, so a holder
    of it who has another line is the graver case. The governing body is above the lines: a holder of it who has one of
    them counts as holding two.
    """
    said = tables.lines.assign(holder=tables.lines["holder"].map(words)).explode("holder").dropna(subset=["holder"])
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
        held_twice = sorted((names[name], has) for name, has in twice.items())
        rows.append(
            {
                "workflow": workflow,
                **{line: codes.listed(held[line]) or None for line in oversight.LINES[:3]},
                "missing": codes.listed(line for line in oversight.LINES[:3] if not held[line]) or None,
                "twice": codes.several(codes.code("holds_lines", name=n, lines=has) for n, has in held_twice) or None,
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
        there = {element for element in ELEMENTS if row[element] is True or row[element] == 1}
        due = REVIEW_MONTHS if pd.isna(row["review_months"]) else row["review_months"]
        never = pd.isna(row["reviewed"])
        rows.append(
            {name: row[name] for name in ("workflow", "sop", "owner", "reviewed", "variants_known", "variants_covered")}
            | {
                "age_months": float("nan") if never else (as_of - row["reviewed"]).days / DAYS_PER_MONTH,
                "is_overdue": bool(never or as_of > _after(row["reviewed"], due)),
                "elements": len(there),
                "missing": codes.several(element for element in ELEMENTS if element not in there) or None,
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
        bare = [f"data_{column}" for column in AROUND if not isinstance(row[column], str)]
        rows.append(
            {name: row[name] for name in ("dataset", "workflow", "owner", "steward", "master_system")}
            | {"conflict": approver if told and _folded(approver) in hands else None, "is_told": told}
            | {"missing": codes.several(bare) or None, "bare": len(bare)}
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
    """Return the figures of the headlines with their parts; of registers without interval, of the log exact."""
    apply = duties[duties["state"] != "does not apply"]
    named = procedures[procedures["sop"].notna()]
    unowned = ownership["owner"].isna() | ownership["steward"].isna()
    once = tests[tests["done"].notna() | (tests["state"] == "overdue")]
    counted = [
        ("risks_without_control", coverage["cover"] == "uncovered", ("risks", "controls")),
        ("risks_with_one_nature", coverage["cover"].isin(riskcontrol.ONE_NATURE), ("risks", "controls")),
        ("workflows_without_second_line", roles["second"].isna(), ("lines",)),
        ("workflows_with_holder_of_two", roles["twice"].notna(), ("lines",)),
        ("procedures_overdue", named["is_overdue"].astype("boolean").fillna(False), ("sops",)),
        ("data_without_owner", unowned, ("datasets",)),
        ("data_approved_by_changer", ownership["conflict"].notna(), ("datasets",)),
        ("tests_done_in_time", once["state"] == "done in time", ("control_tests",)),
        ("requirements_met", apply["state"] == "met", ("obligations",)),
    ]
    rows: list[dict[str, Any]] = []
    for figure, hits, names in counted:
        if len(hits) and all(name in tables.sources for name in names[:1]):
            source = codes.several(_file(tables, name) for name in names if name in tables.sources)
            parts = {"numerator": int(hits.sum()), "denominator": len(hits)}
            rows.append({"figure": figure, **parts, "method": statistics.COMPLETE, "source": source})
    flows = riskcontrol.workflows(tables)
    if len(tables.sops):
        parts = {"numerator": len(set(named["workflow"])), "denominator": len({*flows, *procedures["workflow"]})}
        rows.append({"figure": "workflows_with_procedure", **parts, "method": statistics.COMPLETE})
        rows[-1]["source"] = codes.several([_file(tables, "sops") if "sops" in tables.sources else "client_tables"])
    for row in conflicts[conflicts["judged"] > 0].to_dict("records"):
        about = {"numerator": row["same"], "denominator": row["judged"], "low": row["low"], "high": row["high"]}
        pair = codes.code("both_by_one_person", first=row["first"], second=row["second"])
        rows.append({"figure": pair, **about, "method": statistics.EXACT_SHARE, "source": codes.several(["event_log"])})
    return governance_tables.Figures.of(rows)


def _file(tables: Tables, table: str) -> str:
    return codes.code("file", **tables.sources[table]._asdict())


def _after(day: pd.Timestamp, months: float) -> pd.Timestamp:
    """Return the same day so many months later, the last of the month where there is none; beyond a century, then."""
    whole = int(min(months, LONGEST))
    return day + pd.DateOffset(months=whole) + pd.Timedelta(days=round(min(months - whole, 1) * DAYS_PER_MONTH))


def _folded(name: str) -> str:
    return name.strip().lower()
