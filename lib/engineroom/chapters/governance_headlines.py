"""The answer of the report on governance first: sentences that flip when the tables or the log do."""

from __future__ import annotations

import pandas as pd

from engineroom.dictionary import governance_tables, operating_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit
from engineroom.pages.headlines import fact, finding, named
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables

SHOWN_LEVEL = 3
"""Level from which a part of governance counts as working: it is done regularly, and somebody answers for it."""

WORST_FIRST = ("bad", "caution", "unknown", "neutral", "good")


def findings(
    coverage: DataFrame[governance_tables.Coverage],
    conflicts: DataFrame[governance_tables.Conflicts],
    roles: DataFrame[governance_tables.Roles],
    procedures: DataFrame[governance_tables.Procedures],
    ownership: DataFrame[governance_tables.Ownership],
    tests: DataFrame[governance_tables.Tests],
    duties: DataFrame[governance_tables.Duties],
    parts: DataFrame[operating_tables.Profile],
    pressures: DataFrame[governance_tables.Pressures],
    tables: Tables,
) -> Exhibit:
    """Return the headline sentences, the gravest first; a register that was not sent makes none."""
    items = [_risks(coverage), _separation(conflicts)]
    items += [_lines(roles)] if len(tables.lines) else []
    items += [_procedures(procedures)] if len(tables.sops) else []
    items += [_data(ownership)] if len(ownership) else []
    items += [_tests(tests)] if len(tests) else []
    items += [_duties(duties)] if len(duties) else []
    items += [_parts(parts)] if parts["answers"].sum() else []
    items += [_pressure(pressures)] if len(pressures) else []
    return Exhibit("findings", {"items": sorted(items, key=lambda item: WORST_FIRST.index(item["tone"]))})


def facts(
    coverage: DataFrame[governance_tables.Coverage],
    conflicts: DataFrame[governance_tables.Conflicts],
    roles: DataFrame[governance_tables.Roles],
    procedures: DataFrame[governance_tables.Procedures],
    ownership: DataFrame[governance_tables.Ownership],
    tests: DataFrame[governance_tables.Tests],
    tables: Tables,
) -> Exhibit:
    """Return a strip of key figures."""
    items = []
    if len(coverage):
        bare = int((coverage["cover"] == "uncovered").sum())
        items.append(_fact("Risks without control", bare, len(coverage), "as the tables state", "bad"))
    judged = conflicts[conflicts["verdict"] != "not judged"]
    if len(judged):
        broken = int((judged["verdict"] == "broken").sum())
        items.append(_fact("Separations broken", broken, len(judged), "rules judged in the log", "bad"))
    if len(tables.lines):
        items.append(_fact("No second line", int(roles["second"].isna().sum()), len(roles), "workflows", "bad"))
    if len(tables.sops):
        names = set(procedures["workflow"])
        covered = set(procedures.loc[procedures["sop"].notna(), "workflow"])
        items.append(_fact("No procedure", len(names) - len(covered), len(names), "workflows", "caution"))
    if len(ownership):
        bare = int((ownership["owner"].isna() | ownership["steward"].isna()).sum())
        items.append(_fact("Without owner or steward", bare, len(ownership), "sets of data", "caution"))
    if len(tests):
        items.append(
            _fact("Tests overdue", int((tests["state"] == "overdue").sum()), len(tests), "on the calendar", "bad")
        )
    return Exhibit("facts", {"items": items})


def _risks(coverage: pd.DataFrame) -> dict[str, str]:
    if coverage.empty:
        text = say("Whether risks are covered cannot be told: none is written down.")
        return finding("unknown", "Risks", text)
    bare = coverage[coverage["cover"] == "uncovered"]
    single = int(coverage["cover"].isin(["preventive only", "detective only"]).sum())
    doubt = int((coverage["doubtful"] > 0).sum())
    said = []
    if single and bare.empty:
        said.append(say_number(single, "{n} of them is guarded by controls of one nature only.",
                               "{n} of them are guarded by controls of one nature only."))  # fmt: skip
    elif single:
        said.append(say_number(single, "{n} more is guarded by controls of one nature only.",
                               "{n} more are guarded by controls of one nature only."))  # fmt: skip
    if doubt:
        said.append(say_number(doubt, "{n} rests on a control that failed its test or is broken in the log.",
                               "{n} rest on a control that failed its test or is broken in the log."))  # fmt: skip
    if bare.empty:
        text = say_number(len(coverage), "The one risk has a control.", "Each of the {n} risks has a control.")
        return finding("caution" if single or doubt else "good", "Risks", text, " ".join(said))
    text = say_number(
        len(bare),
        "{n} of {all} risks has no control: “{worst}” first of all.",
        "{n} of {all} risks have no control: “{worst}” first of all.",
        all=len(coverage),
        worst=bare.iloc[0]["risk"],
    )
    return finding("bad", "Risks", text, " ".join(said))


def _separation(conflicts: pd.DataFrame) -> dict[str, str]:
    judged = conflicts[conflicts["verdict"] != "not judged"]
    declared = int(conflicts.drop_duplicates(["first", "second"])["declared"].notna().sum())
    tables_say = (
        say_number(
            declared,
            "For {n} rule the tables themselves name one role for both.",
            "For {n} rules the tables themselves name one role for both.",
        )
        if declared
        else ""
    )
    if judged.empty:
        text = say("Whether duties are kept apart cannot be told: no rule could be held against an event log.")
        return finding("caution" if declared else "unknown", "Separation", text, tables_say)
    worst = judged.iloc[0].to_dict()
    row = {**worst, "value": worst["share"], "unit": "share"}
    about = {
        "first": worst["first"],
        "second": worst["second"],
        "same": wording.count(worst["same"]),
        "judged": wording.count(worst["judged"]),
        "share": wording.figure(row),
        "interval": wording.span(row),
    }
    broken = int((judged["verdict"] == "broken").sum())
    if broken:
        text = say(
            "One person did both “{first}” and “{second}” in {same} of {judged} cases ({share}, {interval}).", **about
        )
        more = say("{n} of {all} rules that could be judged are broken.", n=broken, all=len(judged))
        return finding("bad", "Separation", text, f"{more} {tables_say}".strip())
    most = judged.loc[judged["high"].idxmax()]
    text = say_number(
        len(judged),
        "The rule that could be judged was kept in every case.",
        "The {n} rules that could be judged were kept in every case.",
    )
    share = wording.percent(most["high"], 1)
    more = say(
        "Among {n} cases, up to {share} of all cases could still break one.",
        n=wording.count(most["judged"]),
        share=share,
    )
    return finding("good", "Separation", text, f"{more} {tables_say}".strip())


def _lines(roles: pd.DataFrame) -> dict[str, str]:
    tangled = roles[roles["is_independent"].eq(False).fillna(False)]["workflow"].tolist()
    bare = roles[roles["second"].isna()]["workflow"].tolist()
    twice = roles[roles["twice"].notna()]["workflow"].tolist()
    double = (
        say("In {n} of {all} workflows somebody holds more than one line.", n=len(twice), all=len(roles))
        if twice
        else ""
    )
    if tangled:
        double = say("The third line is not independent in {names}: its holder has another line.", names=named(tangled))
    if bare:
        text = say("No second line is named for {names}.", names=named(bare))
        return finding("bad", "Three lines", text, double)
    if tangled:
        return finding("bad", "Three lines", double)
    if roles["missing"].notna().any():
        names = named(roles[roles["missing"].notna()]["workflow"].tolist())
        return finding("bad", "Three lines", say("A line has nobody in {names}.", names=names), double)
    text = say_number(
        len(roles), "The one workflow has all three lines.", "Each of the {n} workflows has all three lines."
    )
    return finding("caution" if twice else "good", "Three lines", text, double)


def _procedures(procedures: pd.DataFrame) -> dict[str, str]:
    there = procedures[procedures["sop"].notna()]
    bare = [name for name in dict.fromkeys(procedures["workflow"]) if name not in set(there["workflow"])]
    old = int(there["is_overdue"].fillna(False).astype(bool).sum())
    ages = say_number(
        old,
        "{n} of {all} procedures is overdue for review.",
        "{n} of {all} procedures are overdue for review.",
        all=len(there),
    )
    known = there.dropna(subset=["variants_known", "variants_covered"])
    if known["variants_known"].sum():
        told = {name: wording.count(known[f"variants_{name}"].sum()) for name in ("covered", "known")}
        ages += " " + say("They cover {covered} of {known} known variations.", **told)
    if bare:
        text = say_number(len(bare), "{names} has no procedure.", "{names} have no procedure.", names=named(bare))
        return finding("caution", "Procedures", text, ages)
    text = say("Every workflow has a procedure.")
    return finding("caution" if old else "good", "Procedures", text, ages)


def _data(ownership: pd.DataFrame) -> dict[str, str]:
    bare = int((ownership["owner"].isna() | ownership["steward"].isna()).sum())
    clash = int(ownership["conflict"].notna().sum())
    detail = say("In {n}, who creates or changes a record also approves it.", n=clash) if clash else ""
    text = say_number(
        bare,
        "{n} of {all} sets of data lacks an owner or a steward.",
        "{n} of {all} sets of data lack an owner or a steward.",
        all=len(ownership),
    )
    return finding("bad" if clash else "caution" if bare else "good", "Data", text, detail)


def _tests(tests: pd.DataFrame) -> dict[str, str]:
    late = tests[tests["state"] == "overdue"]
    failed = int(tests["has_failed"].fillna(False).astype(bool).sum())
    detail = say_number(failed, "{n} test that was done failed.", "{n} tests that were done failed.") if failed else ""
    if late.empty:
        text = say("No test of a control is overdue.")
        return finding("caution" if failed else "good", "Tests", text, detail)
    longest = late.sort_values("days_late", ascending=False, kind="stable").iloc[0]
    text = say_number(
        len(late),
        "{n} of {all} tests is overdue: “{test}” by {days}.",
        "{n} of {all} tests are overdue, “{test}” the longest, by {days}.",
        all=len(tests),
        test=wording.text(longest["control"]) or longest["test"],
        days=wording.plural(longest["days_late"], "day"),
    )
    return finding("bad", "Tests", text, detail)


def _duties(duties: pd.DataFrame) -> dict[str, str]:
    apply = duties[duties["state"] != "does not apply"]
    met, claimed = (int((apply["state"] == state).sum()) for state in ("met", "claimed"))
    text = say_number(
        met,
        "{n} of {all} requirements of {names} is met with evidence.",
        "{n} of {all} requirements of {names} are met with evidence.",
        all=len(apply),
        names=named(list(dict.fromkeys(duties["regulation"]))),
    )
    detail = ""
    if claimed:
        detail = say_number(
            claimed,
            "{n} more is claimed without evidence and does not count.",
            "{n} more are claimed without evidence and do not count.",
        )
    return finding("good" if met == len(apply) else "caution", "Regulations", text, detail)


def _parts(parts: pd.DataFrame) -> dict[str, str]:
    work = int((parts["level"] >= SHOWN_LEVEL).sum())
    low = parts[~(parts["level"] >= SHOWN_LEVEL)].sort_values("level", kind="stable", na_position="first")
    text = say_number(
        work,
        "{n} of {all} parts of governance is shown to work.",
        "{n} of {all} parts of governance are shown to work.",
        all=len(parts),
    )
    names = named([wording.inside(say(part)) for part in low["part"]])
    detail = say("Not yet: {names}.", names=names) if len(low) else ""
    return finding("good" if low.empty else "caution", "Governance", text, detail)


def _pressure(pressures: pd.DataFrame) -> dict[str, str]:
    worst = pressures.sort_values("uncovered", ascending=False, kind="stable").iloc[0]
    text = say_number(
        worst["uncovered"],
        "“{asks}” asks more of {workflow}, where {n} risk has no control.",
        "“{asks}” asks more of {workflow}, where {n} risks have no control.",
        asks=worst["asks"],
        workflow=worst["workflow"],
        n=wording.count(worst["uncovered"]),
    )
    return finding(
        "bad",
        "Red flag",
        text,
        say(
            "A higher target without a new control is the pattern of the sales scandal at Wells Fargo "
            "(source document 002, row 18)."
        ),
    )


def _fact(label: str, number: int, whole: int, about: str, tone: str) -> dict[str, str]:
    value = say("{n} of {all}", n=number, all=whole)
    return fact(label, value, say(about), tone if number else "good")
