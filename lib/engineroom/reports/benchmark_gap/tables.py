"""The tables of the benchmark-gap report: comparisons, tiers, worth, what to measure next, the review."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.dictionary import codes, results
from engineroom.dictionary.columns import DataFrame
from engineroom.logs.profile import LogProfile
from engineroom.measures import benchmark
from engineroom.pages import appendix, show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, left, note, nothing, table, verdict
from engineroom.phrases import say, say_number, tell, tell_all
from engineroom.readers.tables import Tables
from engineroom.reports.benchmark_gap.facts import comparable

GAP_NOTE = "Gap: plus is worse than the benchmark, minus is better. Shares in percentage points."
MOST_FLOWS, MOST_KPIS = 14, 7
"""Rows and columns of the heat map."""

DEFINITION_DIFFERS = "Not compared: another definition, process or population"
TIER_TONES = {"optimised": "good", "best": "good", "traditional": "bad", "lagging": "bad"}
TIER_TONES |= {"best quarter of peers": "good", "last quarter of peers": "bad"}


def caveats(tables: Tables, log: LogProfile | None, superseded: DataFrame[results.Superseded]) -> Exhibit:
    """Return what was found in the data and what it does to the figures, before any figure is shown."""
    found = [] if log is None else log.caveats.to_dict("records")
    found += [_conflict(row) for row in superseded.to_dict("records")]
    if not found:
        return note(
            ("The data has no known limits"), "Every row the client sent could be read and was used.", tone="good"
        )
    raw = results.Caveats.of(found)
    rows: list[list[Cell]] = []
    for row in raw.to_dict("records"):
        sentences = wording.caveat(row, tables.engagement.header.currency)
        rows.append([_about(row["subject"]), *map(wording.capital, sentences), tell_all(row["examples"], ", ")])
    columns = [left("subject", "Data"), left("caveat", "Found"), left("effect", "Effect on the figures")]
    if any(row[-1] for row in rows):
        columns.append(left("examples", "For example"))
    caption = say("What limits the data: {caveats}", caveats=wording.plural(len(rows), "caveat"))
    return table("caveats", caption, columns, [row[: len(columns)] for row in rows], raw)


def _about(subject: str) -> str:
    """Return which data a caveat is about: the tables, or the event log, whose file the attached table names."""
    return say("Tables") if subject == "tables" else say("Event log")


def scorecard(
    gaps: DataFrame[results.Gaps],
    measures: DataFrame[results.Measures],
    reviews: DataFrame[results.Reviews],
    placed: DataFrame[results.Tiers],
    tables: Tables,
) -> Exhibit:
    """Return every KPI that is compared, grouped by the kind of value it serves (001-04), with its trend.

    Below it stand who published the benchmarks, and where the client is among peers whose quartiles are known.
    """
    rows, kinds = comparable(gaps), tables.values.set_index("kpi")["value"]
    names = tables.definitions.set_index("definition")["name"]
    asked = [
        say("{name}: {source}", name=say(names[row["definition"]]), source=say(row["label"]))
        for row in benchmark.without_number(tables, measures).to_dict("records")
    ]
    notes = [say("Published without a figure, so not compared: {names}.", names="; ".join(asked))] if asked else []
    if rows.empty:
        return note("Nothing can be compared", "No KPI has a benchmark of the same definition.", *notes)
    used = benchmark.used(tables, rows).drop_duplicates(["source", "grade"]).sort_values(["grade", "source"])
    whose = "; ".join(f"{say(row['source'])} ({row['grade']})" for row in used.to_dict("records"))
    notes.append(say("Benchmarks by: {names}.", names=whose))
    if among := [_among(row) for row in placed[placed["is_of_peers"]].to_dict("records")]:
        notes.append(say("Among peers: {places}.", places="; ".join(among)))
    order = {kind: place for place, kind in enumerate(results.VALUES)}
    rows = rows.assign(kind=rows["kpi"].map(kinds), pooled=rows.get("pooled"))
    rows = rows.sort_values("kind", key=lambda kind: kind.map(order), kind="stable", na_position="last")
    moves = reviews.set_index(["kpi", "workflow"])["verdict"].to_dict()
    own: show.Owns = {
        "name": show.left("KPI", wording.subject),
        "grade": show.left("Grade", _graded),
        "trend": show.left("Trend", lambda row: _trend(moves.get((row["kpi"], row["workflow"])))),
    }
    counted = _missed(rows)
    caption = say_number(counted["missed"], "{missed} of {made} comparisons [misses|miss] the benchmark", **counted)
    return gap_table(
        "scorecard", rows, tables, caption, "name", *notes, own=own, source="grade", more="trend",
        group=lambda row: say(results.VALUES.get(row["kind"], "Customers and staff")),
    )  # fmt: skip


def heat_map(gaps: DataFrame[results.Gaps], tables: Tables) -> Exhibit:
    """Return the verdict of each KPI in each workflow: workflows below each other, the KPIs that miss most first."""
    each = gaps[(gaps["workflow"] != "") & gaps["verdict"].isin(results.JUDGED)]
    if each.empty:
        return note(
            "No workflow can be compared", "No KPI of a single workflow has a benchmark of the same definition."
        )
    currency = tables.engagement.header.currency
    ranked = each.assign(misses=each["verdict"] == "misses").groupby("name", sort=False)["misses"].agg(["sum", "size"])
    kpis = ranked.sort_values(["sum", "size"], ascending=False, kind="stable").index.tolist()
    worst = each.assign(misses=each["verdict"] == "misses").groupby("workflow", sort=False)["misses"].sum()
    flows = worst.sort_values(ascending=False, kind="stable").index.tolist()[:MOST_FLOWS]
    found = {(row["workflow"], row["name"]): row for row in each.to_dict("records")}
    columns = [
        left("workflow", "Workflow"),
        *((f"kpi_{place}", say(kpi), "left") for place, kpi in enumerate(kpis[:MOST_KPIS])),
    ]
    rows = [[flow, *(_verdict(found.get((flow, kpi)), currency) for kpi in kpis[:MOST_KPIS])] for flow in flows]
    missing, counted = int((worst > 0).sum()), _missed(each)
    caption = say_number(missing, "{n} of {all} workflows [misses|miss] a benchmark", n=missing, all=len(worst))
    legend = "Each cell: the measured value, and whether it misses (▲), meets (●) or is too close to call (◆)."
    notes = [legend] + (
        ["KPIs with the most misses first; the others are in the attached table."] if len(kpis) > MOST_KPIS else []
    )
    raw = each[["workflow", "kpi", "name", "value", "benchmark_value", "gap", "verdict"]]
    return table("heat_map", caption, columns, rows, raw, tuple(notes), (), n=missing, all=len(worst), **counted)


def _verdict(row: dict[str, Any] | None, currency: str) -> Cell:
    if row is None:
        return wording.BLANK
    return {"text": wording.figure(row, currency), "tone": wording.TONES[row["verdict"]]}


def _graded(row: show.Row) -> Cell:
    """Return how far a benchmark can be trusted, and how old it is where it is past its date."""
    return {"text": f"{row['grade']}, {wording.age(row)}", "tone": "caution"} if row["is_stale"] else row["grade"]


def _trend(verdict: str | None) -> Cell:
    """Return what the months say of a figure; a dash where there are too few."""
    if verdict is None or verdict == "too few months":
        return wording.BLANK
    return cell(*results.MOVES[verdict])


def tiers(found: DataFrame[results.Tiers], tables: Tables) -> Exhibit:
    """Return where each measure falls on its scale, and whether its interval crosses an edge."""
    if found.empty:
        return note("No published scale applies", "No measured KPI follows the definition of a published scale.")
    counted = {"n": len(found), "crossing": int(found["straddles"].sum())}
    caption = say_number(len(found), "{n} [position|positions] on published scales")
    if counted["crossing"]:
        caption += say(", {n} of them too close to call: the interval spans two bands", n=counted["crossing"])
    notes = (
        "For straight-through processing, a value on the edge counts in the higher tier; the best tier begins above "
        "80%. These tiers were published for settlement, claims and business-to-business orders. For other work they "
        "are only a reference.",
        "“Traditional” and “optimised” are published bands without a known sample. Values between the two are called "
        "mid-range; values beyond the outer edges count in the outer band.",
        "The publisher calls the second band “optimised or nearshore” and sells nearshore services, hence grade D. "
        "It names two more KPIs without figures. Cost per transaction is “high, variable” or “reduced, predictable”; "
        "employee engagement is “low” or “higher”.",
    )
    columns, currency = "name workflow value interval n tier source", tables.engagement.header.currency
    own = {"tier": show.left("Tier", tier)}
    return show.table(
        "tiers", found, results.Tiers, columns, caption, *notes, own=own, currency=currency, counted=counted
    )


def tier(row: dict[str, Any]) -> Cell:
    """Return the tier of a row, or the two between which its interval lies; without a tone where it is a reference."""
    if row["is_reference"]:
        return say("{tier}, for reference only", tier=wording.capital(say(row["tier"])))
    if row["straddles"]:
        edges = {"low": say(row["tier_low"]), "high": say(row["tier_high"])}
        return {"text": wording.capital(say("{low} to {high}", **edges)), "tone": "caution"}
    return {"text": wording.capital(say(row["tier"])), "tone": TIER_TONES.get(row["tier"], "neutral")}


def rivals(found: DataFrame[results.Rivals], tables: Tables) -> Exhibit:
    """Return published values that disagree, side by side, each with the verdict it would give."""
    if found.empty:
        return note(
            "No known disagreement", "None of the measured KPIs is among those on which published values collide."
        )
    lessons = found.drop_duplicates("collision")
    notes = [f"{say(row.topic)}: {say(row.lesson)}" for row in lessons.itertuples()]
    caption = say_number(len(lessons), "{n} [question|questions] on which published values disagree")
    own = {"published": show.right("Value", wording.published), "verdict": show.left("Implied verdict", _would_say)}
    columns, counted = "topic label published population grade measured verdict", {"n": len(lessons)}
    currency = tables.engagement.header.currency
    return show.table(
        "rivals", found, results.Rivals, columns, caption, *notes, own=own, currency=currency, counted=counted
    )


def worths(found: DataFrame[results.Worths], tables: Tables) -> Exhibit:
    """Return what closing each missed gap is worth, always as a range, and whether a yearly total includes it."""
    if found.empty:
        text = "For none of the missed benchmarks are both the volume and the cost of a failing item known."
        return note("No missed benchmark can be priced yet", text)
    currency, counted = tables.engagement.header.currency, found[found["is_counted"]]
    low, high = (wording.amount(counted[end].sum(), currency) for end in ("worth_low", "worth_high"))
    caption = say("Meeting the missed benchmarks is worth {low} to {high} a year", low=low, high=high)
    if counted.empty:
        caption = say_number(
            len(found),
            "{n} [missed benchmark is priced, but not added up|missed benchmarks are priced, but not added up]",
        )
    notes = (
        "Value = items a year × gap × cost of one failing item. The low end takes the smaller gap and the lower unit "
        "cost; the high end takes the larger gap and the higher cost. The value of a workflow never exceeds what it "
        "costs.",
        "The total includes only gaps to a measured benchmark (grade A or B) of the same process and definition. "
        "Each kind of failure counts once per workflow; all else is indicative. Cash in receivables is released once "
        "and is not a yearly sum.",
        "This is the cost of the gap, not the saving of a project. A benchmark may be out of reach, and reaching it "
        "costs money.",
    )
    columns = "workflow name annual_volume unit_price worth_low worth_high grade counting"
    return show.table("worth", found, results.Worths, columns, caption, *notes, currency=currency)


def next_measurements(gaps: DataFrame[results.Gaps], absent: pd.DataFrame, tables: Tables) -> Exhibit:
    """Return what to measure next: samples that are too small, and KPIs of the sector that nothing supports yet."""
    rows: list[list[Cell]] = []
    for row in gaps[gaps["verdict"] == "inconclusive"].to_dict("records"):
        state = say("Too close to call at n = {n}", n=wording.count(row["n"]))
        rows.append([wording.subject(row), state, _settled(row)])
    rows += [
        [say(row["name"]), say("Not measured. {why}", why=say(row["why"])), wording.capital(tell(row["needs"]))]
        for row in absent.to_dict("records")
    ]
    if not rows:
        return note(
            "Nothing is missing", "Every KPI of the sector is measured, and every verdict is clear.", tone="good"
        )
    columns = [left("kpi", "KPI"), left("state", "State"), left("needed", "What would settle it")]
    raw = pd.DataFrame(rows, columns=[key for key, *_ in columns])
    caption = say_number(len(rows), "{n} [measurement|measurements] would make this report more certain")
    return table("next_measurements", caption, columns, rows, raw)


def _settled(row: dict[str, Any]) -> str:
    if row["items_needed"] > 0:
        n = wording.count(row["items_needed"])
        return say_number(row["items_needed"], "{n} more [item|items], if the figure stays", n=n)
    return wording.capital(tell(row["reason"]))


def every_comparison(gaps: DataFrame[results.Gaps], tables: Tables) -> Exhibit:
    """Return every comparison the report makes, and every measure that has none."""
    return gap_table("gaps", gaps, tables, "Every measure and its benchmark", "name workflow")


def gap_table(
    name: str,
    gaps: pd.DataFrame,
    tables: Tables,
    caption: str,
    subject: str,
    *notes: str,
    own: show.Owns | None = None,
    source: str = "label",
    more: str = "",
    **options: Any,
) -> Exhibit:
    """Return rows of gaps as a table; `subject` are the columns that say what a row is about, `more` further ones.

    `source` is the column that says whose the benchmark is.
    """
    currency = tables.engagement.header.currency
    told: show.Owns = {
        "name": show.left("KPI", wording.kpi),
        "benchmark": show.right("Benchmark", lambda row: wording.line(row, currency, row["value"])),
        "label": show.left("Source", _whose),
        "gap": show.right("Gap", lambda row: wording.signed(row, currency)),
    }
    columns = f"{subject} value interval n benchmark {source} gap {more} verdict"
    return show.table(
        name, gaps, results.Gaps, columns, caption, GAP_NOTE, *notes,
        own={**told, **(own or {})}, why=appendix.provenance(tables), currency=currency, counted=_missed(gaps),
        **options,
    )  # fmt: skip


def _whose(row: show.Row) -> str:
    if not isinstance(row["benchmark"], str):
        return wording.BLANK
    remarks = [say("typical")] * (row["line"] == "typical") + [wording.age(row)] * bool(row["is_stale"])
    return say(row["benchmark_label"]) + (f" ({', '.join(remarks)})" if remarks else "")


def _among(row: show.Row) -> str:
    """Return where the client is among peers, and how sure: both ends of the interval where they differ."""
    said = say(row["tier_low"])
    if row["straddles"]:
        said = say("{low} to {high}", low=said, high=say(row["tier_high"]))
    aged = f", {wording.age(row)}" if row["is_stale"] else ""
    return f"{wording.subject(row)}: {said} ({say(row['source'])}{aged})"


def _aged(row: show.Row) -> str:
    """Return a stale benchmark with its age and why it may stay: `APQC median, 6 years old: no newer one exists`."""
    said = f"{say(row['benchmark_label'])}, {wording.age(row)}"
    return f"{said}: {row['accepted']}" if isinstance(row["accepted"], str) else said


def _would_say(row: show.Row) -> Cell:
    if not row["is_comparable"]:
        return cell(DEFINITION_DIFFERS, "unknown")
    if row["verdict"] in results.VERDICTS:
        return verdict(row["verdict"])
    return {"text": wording.capital(say(row["verdict"])), "tone": "neutral"}


def _conflict(row: dict[str, Any]) -> dict[str, Any]:
    detail = codes.packed({key: row[key] for key in ("name", "workflow", "stated", "measured", "unit")})
    about = {"subject": "tables", "about": "figures", "caveat": "stated_otherwise", "effect": "log_is_used"}
    blank = {"affected": math.nan, "total": math.nan, "is_left_out": False, "examples": ""}
    return about | blank | {"detail": detail}


def _missed(gaps: pd.DataFrame) -> dict[str, int]:
    """Return how many comparisons miss, of how many that were made."""
    return {"missed": int((gaps["verdict"] == "misses").sum()), "made": int(gaps["verdict"].isin(results.JUDGED).sum())}


def comparisons(gaps: DataFrame[results.Gaps], tables: Tables) -> Exhibit:
    """Return, in words, what judging many KPIs at once means for the verdicts, and which benchmarks count less."""
    judged = gaps[gaps["verdict"].isin(results.JUDGED)]
    sampled = judged[judged["low"] != judged["high"]]
    text = [
        say_number(
            len(judged),
            "This report makes {n} comparison with a benchmark.",
            "This report makes {n} comparisons with a benchmark.",
            n=wording.count(len(judged)),
        )
        + " "
        + say(
            "A verdict is given only where the whole 95% interval lies on one side of the benchmark. Otherwise it is "
            "too close to call, and the report says how many more items would settle it. A complete count has no "
            "margin of error."
        )
    ]
    if len(sampled) > 1:
        text.append(
            say(
                "Among {n} intervals at 95%, about {missing} will miss the true value by chance alone. One narrow "
                "shortfall is weak evidence; several in one workflow are strong evidence.",
                n=len(sampled),
                missing=max(round(len(sampled) * 0.05), 1),
            )
        )
    stale = judged[judged["is_stale"]].drop_duplicates("benchmark").to_dict("records")
    if stale:
        said = "; ".join(_aged(row) for row in stale)
        text.append(say("Out of date, so no gap to them is priced: {benchmarks}.", benchmarks=said))
    labels = tables.benchmarks.set_index("benchmark")["label"]
    if out := [f"{say(labels[one.id])} ({one.reason})" for one in tables.engagement.benchmarks.exclude]:
        text.append(say("Left out of this report: {benchmarks}.", benchmarks="; ".join(out)))
    return note(say("How to read the verdicts"), *text)


ACTS = {
    "reached": "Raise the target or drop it",
    "closing": "No action",
    "falling back": "Escalate",
    "plateau": "Find the cause or revise the target",
    "not settled": "Review again",
    "too few months": "Supply monthly figures",
}
"""What is to be decided, by what the months say."""


def values(found: DataFrame[results.Values], tables: Tables) -> Exhibit:
    """Return what the gaps endanger: the kinds of value of a back office, with what is missed in each."""
    if not found["compared"].any():
        return nothing()
    hit = found[found["missed"] > 0].sort_values("missed", ascending=False, kind="stable")
    caption = say("No benchmark is missed in any area of value")
    if len(hit):
        row = hit.iloc[0]
        parts = {"missed": wording.count(row["missed"]), "compared": wording.count(row["compared"])}
        value = say(results.VALUES[row["value"]])
        caption = say("{value} misses the most benchmarks: {missed} of {compared}", value=value, **parts)
    known = "Each KPI belongs to one area of value. A dash: no benchmark was available."
    own = {"worth": show.right("Worth a year", lambda row: _worth(row, tables.engagement.header.currency))}
    columns = "value measured compared missed inconclusive worst worth"
    return show.table("values", found, results.Values, columns, caption, known, own=own)


def reviews(found: DataFrame[results.Reviews], tables: Tables) -> Exhibit:
    """Return what the quarterly review looks at: benchmarks that expire, and figures of which six months are known."""
    asked = found[found["is_stale"] | found["pace"].notna()]
    if asked.empty:
        return note(
            "Nothing can be reviewed yet",
            "No benchmark expires within a quarter, and no figure was supplied for six single months.",
        )
    currency = tables.engagement.header.currency
    own = {
        "expires": show.left("Valid to", _expires),
        "gap": show.right("Gap", lambda row: _signed(row["gap"], row, currency)),
        "pace": show.right("Better by, a quarter", lambda row: _pace(row, currency)),
        "act": show.left("Action", _act),
    }
    stale, still = int(asked["is_stale"].sum()), int(asked["verdict"].isin(["plateau", "falling back"]).sum())
    parts = {"stale": stale, "still": still}
    caption = say("This quarter: benchmarks that expire: {stale}; figures that have stalled: {still}", **parts)
    pace = (
        "Better by: monthly trend over at least six months, with its 95% interval. Plateau: even at the better end, "
        "the gap would not close within a year."
    )
    columns = "name workflow label=benchmark_label expires gap pace verdict act"
    return show.table("reviews", asked, results.Reviews, columns, caption, pace, own=own, counted=parts)


def _act(row: show.Row) -> str:
    return say("Find a newer value") if row["is_stale"] else say(ACTS[row["verdict"]])


def _worth(row: show.Row, currency: str) -> str:
    is_priced = not math.isnan(row["worth_low"])
    return wording.between(row["worth_low"], row["worth_high"], currency) if is_priced else wording.BLANK


def _expires(row: show.Row) -> Cell:
    return {"text": wording.day(row["expires"]), "tone": "caution" if row["is_stale"] else "good"}


def _pace(row: show.Row, currency: str) -> str:
    ends = {end: _signed(row[end], row, currency) for end in ("low", "high")}
    return wording.BLANK if math.isnan(row["pace"]) else say("{low} to {high}", **ends)


def _signed(amount: float, row: show.Row, currency: str) -> str:
    return wording.sign(amount) + wording.distance(abs(amount), row["unit"], currency, row["value"])
