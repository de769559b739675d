"""What the report on governance finds: what no control guards, whose duties are not kept apart, what is overdue."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from engineroom.dictionary import governance_tables, operating_tables
from engineroom.dictionary.columns import DataFrame, as_text
from engineroom.dictionary.findings import TONES, Findings
from engineroom.pages import facts
from engineroom.pages.facts import figures, headline, key_figure, source
from engineroom.planning import readiness
from engineroom.readers.tables import Tables

SECTIONS = {
    "risks": ("findings", "matrix-chart", "coverage-table"),
    "separation": ("findings", "separation-chart", "separation-table"),
    "three lines": ("findings", "lines-table"),
    "procedures": ("findings", "procedures-table"),
    "data": ("findings", "ownership-table"),
    "tests": ("findings", "tests-table"),
    "regulations": ("findings", "duties-table"),
    "parts": ("findings", "parts-chart", "parts-table"),
    "pressure": ("findings", "pressures-table"),
    "risks uncovered": ("facts", "coverage-table"),
    "separations broken": ("facts", "separation-table"),
    "no second line": ("facts", "lines-table"),
    "no procedure": ("facts", "procedures-table"),
    "no owner or steward": ("facts", "ownership-table"),
    "tests overdue": ("facts", "tests-table"),
}


def find(
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
) -> DataFrame[Findings]:
    """Return what the registers and the log say, the gravest first; then the key figures.

    A register that was not sent says nothing.
    """
    headlines = [_risks(coverage), _separation(conflicts)]
    headlines += [_lines(roles)] if len(tables.lines) else []
    headlines += [_procedures(procedures)] if len(tables.sops) else []
    headlines += [_data(ownership)] if len(ownership) else []
    headlines += [_tests(tests)] if len(tests) else []
    headlines += [_duties(duties)] if len(duties) else []
    headlines += [_parts(parts)] if parts["answers"].sum() else []
    headlines += [_pressure(pressures)] if len(pressures) else []
    headlines.sort(key=lambda row: TONES.index(row["tone"]))
    strip = _key_figures(coverage, conflicts, roles, procedures, ownership, tests, tables)
    return facts.table("governance", SECTIONS, [*headlines, *strip])


def _risks(coverage: pd.DataFrame) -> facts.Row:
    rests_on = source("risk_coverage", "cover", "doubtful")
    if coverage.empty:
        return headline("risks", "not told", "unknown", rests_on)
    bare = coverage[coverage["cover"] == "uncovered"]
    single = int(coverage["cover"].isin(["preventive only", "detective only"]).sum())
    doubt = int((coverage["doubtful"] > 0).sum())
    printed = figures("count", n=len(bare), all=len(coverage), single=single, doubt=doubt)
    if bare.empty:
        tone = "caution" if single or doubt else "good"
        return headline("risks", "controlled", tone, rests_on, printed=printed)
    names, share = {"worst": bare.iloc[0]["risk"]}, len(bare) / len(coverage)
    return headline("risks", "uncovered", "bad", rests_on, printed=printed, names=names, share=share)


def _separation(conflicts: pd.DataFrame) -> facts.Row:
    judged = conflicts[conflicts["verdict"] != "not judged"]
    declared = int(conflicts.drop_duplicates(["first", "second"])["declared"].notna().sum())
    printed = figures("count", declared=declared)
    rests_on = source("conflicts", "verdict", "same", "judged", "share", "low", "high", "declared")
    if judged.empty:
        return headline("separation", "not told", "caution" if declared else "unknown", rests_on, printed=printed)
    worst, broken = judged.iloc[0], int((judged["verdict"] == "broken").sum())
    printed |= figures("count", broken=broken, all=len(judged))
    if broken:
        printed |= figures("count", same=worst["same"], judged=worst["judged"])
        printed |= figures("share", value=worst["share"], low=worst["low"], high=worst["high"])
        names = {"first": worst["first"], "second": worst["second"]}
        share = worst["share"]
        return headline("separation", "broken", "bad", rests_on, printed=printed, names=names, share=share)
    most = judged.loc[judged["high"].idxmax()]
    printed |= figures("share", high=most["high"]) | figures("count", judged=most["judged"])
    return headline("separation", "kept", "good", rests_on, printed=printed)


def _lines(roles: pd.DataFrame) -> facts.Row:
    of = {
        "tangled": roles["is_independent"].eq(False).fillna(False),
        "bare": roles["second"].isna(),
        "missing": roles["missing"].notna(),
    }
    twice = int(roles["twice"].notna().sum())
    verdict = next((name for name in ("bare", "tangled", "missing") if of[name].any()), "complete")
    return headline(
        "three lines",
        verdict,
        "bad" if verdict != "complete" else "caution" if twice else "good",
        source("roles", "second", "missing", "twice", "is_independent"),
        printed=figures("count", twice=twice, all=len(roles)),
        lists={name: roles.loc[is_so, "workflow"] for name, is_so in of.items() if is_so.any()},
    )


def _procedures(procedures: pd.DataFrame) -> facts.Row:
    there, bare = procedures[procedures["sop"].notna()], _without_procedure(procedures)
    old = int(there["is_overdue"].fillna(False).astype(bool).sum())
    printed = figures("count", old=old, procedures=len(there), bare=len(bare))
    known = there.dropna(subset=["variants_known", "variants_covered"])
    if known["variants_known"].sum():
        covered, listed = known["variants_covered"].sum(), known["variants_known"].sum()
        printed |= figures("count", variants_covered=covered, variants_known=listed)
    return headline(
        "procedures",
        "missing" if bare else "complete",
        "caution" if bare or old else "good",
        source("procedures", "sop", "is_overdue", "variants_known", "variants_covered"),
        printed=printed,
        lists={"bare": bare} if bare else {},
    )


def _without_procedure(procedures: pd.DataFrame) -> list[str]:
    covered = set(procedures.loc[procedures["sop"].notna(), "workflow"])
    return [name for name in dict.fromkeys(procedures["workflow"]) if name not in covered]


def _data(ownership: pd.DataFrame) -> facts.Row:
    bare, clash = int(_is_unowned(ownership).sum()), int(ownership["conflict"].notna().sum())
    return headline(
        "data",
        "conflict" if clash else "unowned" if bare else "owned",
        "bad" if clash else "caution" if bare else "good",
        source("ownership", "owner", "steward", "conflict"),
        printed=figures("count", n=bare, all=len(ownership), conflicts=clash),
    )


def _is_unowned(ownership: pd.DataFrame) -> pd.Series:
    return ownership["owner"].isna() | ownership["steward"].isna()


def _tests(tests: pd.DataFrame) -> facts.Row:
    late = tests[tests["state"] == "overdue"].sort_values("days_late", ascending=False, kind="stable")
    failed = int(tests["has_failed"].fillna(False).astype(bool).sum())
    printed = figures("count", n=len(late), all=len(tests), failed=failed)
    rests_on = source("control_tests", "state", "days_late", "has_failed")
    if late.empty:
        return headline("tests", "none overdue", "caution" if failed else "good", rests_on, printed=printed)
    longest = late.iloc[0]
    printed |= figures("days", days_late=longest["days_late"])
    names = {"test": as_text(longest["control"]) or longest["test"]}
    return headline("tests", "overdue", "bad", rests_on, printed=printed, names=names)


def _duties(duties: pd.DataFrame) -> facts.Row:
    apply = duties[duties["state"] != "does not apply"]
    met, claimed = (int((apply["state"] == state).sum()) for state in ("met", "claimed"))
    return headline(
        "regulations",
        "met" if met == len(apply) else "partly met",
        "good" if met == len(apply) else "caution",
        source("duties", "regulation", "state"),
        printed=figures("count", n=met, all=len(apply), claimed=claimed),
        lists={"regulations": dict.fromkeys(duties["regulation"])},
    )


def _parts(parts: pd.DataFrame) -> facts.Row:
    works = parts["level"] >= readiness.WORKS
    low = parts[~works].sort_values("level", kind="stable", na_position="first")
    return headline(
        "parts",
        "partly shown" if len(low) else "shown",
        "caution" if len(low) else "good",
        source("governance_profile", "part", "level"),
        printed=figures("count", n=int(works.sum()), all=len(parts)),
        lists={"low": low["part"]} if len(low) else {},
    )


def _pressure(pressures: pd.DataFrame) -> facts.Row:
    worst = pressures.sort_values("uncovered", ascending=False, kind="stable").iloc[0]
    return headline(
        "pressure",
        "uncovered",
        "bad",
        source("pressures", "asks", "uncovered", workflow=worst["workflow"]),
        printed=figures("count", uncovered=worst["uncovered"]),
        names={"asks": worst["asks"]},
        workflow=worst["workflow"],
    )


def _key_figures(
    coverage: pd.DataFrame,
    conflicts: pd.DataFrame,
    roles: pd.DataFrame,
    procedures: pd.DataFrame,
    ownership: pd.DataFrame,
    tests: pd.DataFrame,
    tables: Tables,
) -> Iterator[facts.Row]:
    judged = conflicts[conflicts["verdict"] != "not judged"]
    flows, without = procedures["workflow"].nunique(), len(_without_procedure(procedures))
    counted = (
        ("risks uncovered", "bad", (coverage["cover"] == "uncovered").sum(), len(coverage), "risk_coverage"),
        ("separations broken", "bad", (judged["verdict"] == "broken").sum(), len(judged), "conflicts"),
        ("no second line", "bad", roles["second"].isna().sum(), len(roles) if len(tables.lines) else 0, "roles"),
        ("no procedure", "caution", without, flows if len(tables.sops) else 0, "procedures"),
        ("no owner or steward", "caution", _is_unowned(ownership).sum(), len(ownership), "ownership"),
        ("tests overdue", "bad", (tests["state"] == "overdue").sum(), len(tests), "control_tests"),
    )
    for question, tone, n, whole, rests_on in counted:
        if whole:
            printed = figures("count", n=int(n), all=whole)
            yield key_figure(question, "counted", tone if n else "good", source(rests_on), printed=printed)
