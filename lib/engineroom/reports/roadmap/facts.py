"""What a roadmap finds: what starts, what is refused, what it brings, and what holds it up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from engineroom import estimates
from engineroom.dictionary import plans, results
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Findings
from engineroom.pages import facts
from engineroom.pages.facts import figures, headline, key_figure, source
from engineroom.planning.plan import PILOTS, Draft
from engineroom.planning.solver import Schedule
from engineroom.readers.tables import Tables
from engineroom.reports.benchmark_gap.facts import comparable

SECTIONS = {
    "plan": ("findings", "gantt", "plan-table"),
    "refused": ("findings", "refusals", "decisions-table"),
    "proposal": ("findings", "shortlist"),
    "first": ("findings", "gantt", "plan-table"),
    "override": ("findings", "decisions-table"),
    "left out": ("findings", "economics"),
    "advice": ("findings", "economics"),
    "benefit": ("findings", "benefits-chart"),
    "bottleneck": ("findings", "changes-table"),
    "initiatives": ("facts", "plan-table"),
    "refusals": ("facts", "refusals"),
    "net benefit": ("facts", "benefits-chart"),
    "prerequisites met": ("facts", "owed-table"),
    "prerequisites owed": ("facts", "owed-table"),
    "last day": ("facts", "plan-table"),
}


def find(
    plan: DataFrame[plans.Plan],
    prerequisites: DataFrame[plans.Prerequisites],
    decisions: DataFrame[plans.Decisions],
    curve: pd.DataFrame,
    economics: pd.DataFrame,
    people: pd.DataFrame,
    draft: Draft,
    schedule: Schedule,
    gaps: DataFrame[results.Gaps],
    tables: Tables,
) -> DataFrame[Findings]:
    """Return what a client asks for, in its order; then the key figures."""
    headlines = [_plan(plan, schedule, comparable(gaps)), _refused(draft, decisions)]
    if tables.initiatives.empty and len(plan):
        headlines.append(headline("proposal", "shortlist", "caution", source("rankings")))
    headlines += [_first(plan)] if len(plan) else []
    goes_ahead = decisions[decisions["initiative"].isin(plan["item"])]  # what is left out goes past no gate
    headlines += [*_overridden(goes_ahead), *_left_out(draft, schedule)]
    if plan["annual_benefit"].fillna(0).sum():
        headlines[1:1] = [*_advised(economics, benefit(plan, curve)), benefit(plan, curve)]
        headlines += [_bottleneck(people.iloc[0])] if len(people) and people["gain"].max() > 0 else []
    return facts.table("roadmap", SECTIONS, [*headlines, *_key_figures(plan, prerequisites, decisions, draft, curve)])


def _plan(plan: pd.DataFrame, schedule: Schedule, compared: pd.DataFrame) -> facts.Row:
    """Return what is planned until when, and the problem it is an answer to: the benchmarks that are missed."""
    if schedule.status == "infeasible":
        return headline("plan", "infeasible", "bad", source("plan_limits", "limit", "word"))
    if schedule.status == "unknown":
        return headline("plan", "not found", "caution", source("search", "status"))
    changes = plan[plan["kind"] != "prerequisite"]
    if changes.empty:
        return headline("plan", "nothing", "unknown", source("plan", "kind"))
    printed = figures("count", n=len(changes)) | figures("date", end=changes["end"].max())
    if owed := len(plan) - len(changes):
        printed |= figures("count", owed=owed)
    if schedule.status != "optimal":
        printed |= figures("share", gap=schedule.gap)
    rests_on = [source("plan", "kind", "end")]
    if missed := int((compared["verdict"] == "misses").sum()):
        printed |= figures("count", missed=missed, compared=len(compared))
        rests_on.append(source("gaps", "verdict"))
    return headline("plan", schedule.status, "neutral", *rests_on, printed=printed)


def _refused(draft: Draft, decisions: pd.DataFrame) -> facts.Row:
    rests_on = source("decisions", "initiative", "rule", decision="refused")
    if not draft.dropped:
        verdict, tone = ("not asked", "unknown") if decisions.empty else ("none", "good")
        return headline("refused", verdict, tone, rests_on)
    rules = decisions.loc[decisions["decision"] == "refused", "rule"].drop_duplicates().tolist()
    printed = figures("count", n=len(draft.dropped))
    lists = {"initiatives": draft.dropped}
    return headline("refused", "refused", "bad", rests_on, printed=printed, names={"rules": rules}, lists=lists)


def _first(plan: pd.DataFrame) -> facts.Row:
    start = plan["start"].min()
    now = plan[plan["start"] == start].sort_values(["slack_weeks", "end"], kind="stable")
    return headline(
        "first",
        "starts",
        "neutral",
        source("plan", "item", "start", "slack_weeks"),
        printed=figures("count", n=len(now)) | figures("date", start=start),
        names={"tight": now.loc[now["slack_weeks"] == 0, "name"].tolist()},
        lists={"items": now["name"]},
    )


def _overridden(decisions: pd.DataFrame) -> Iterator[facts.Row]:
    for row in decisions[decisions["decision"] == "overridden"].to_dict("records"):
        printed = figures("date", approved=row["approved"])
        if row["rebuild_low"] == row["rebuild_low"]:
            printed |= figures("money", rebuild_low=row["rebuild_low"], rebuild_high=row["rebuild_high"])
        yield headline(
            "override",
            "overridden",
            "caution",
            source("decisions", "approver", "reason", "rebuild_low", "rebuild_high", initiative=row["initiative"]),
            printed=printed,
            names={name: row[name] for name in ("initiative", "rule", "approver", "reason")},
            workflow=row["workflow"],
            about=f"{row['initiative']}/{row['gate']}",
        )


def benefit(plan: DataFrame[plans.Plan], curve: pd.DataFrame) -> facts.Row:
    """Return what the plan brings a year, what it costs once, and where both are at its end."""
    low, high = (plan[column].fillna(0).sum() for column in ("annual_benefit_low", "annual_benefit_high"))
    rests_on = source("plan", "annual_benefit_low", "annual_benefit_high", "cost_low", "cost_high")
    if not estimates.is_range(low, high):
        return headline("benefit", "no range", "unknown", rests_on)
    end, costs = curve.iloc[-1], [plan[column].fillna(0).sum() for column in ("cost_low", "cost_high")]
    printed = figures("money", low=low, high=high, cost_low=costs[0], cost_high=costs[1])
    printed |= figures("money", net_low=end["low"], net_high=end["high"]) | figures("months", months=len(curve) - 1)
    earning = plan[plan["annual_benefit"] > 0]
    if points := int((earning["annual_benefit_low"] == earning["annual_benefit_high"]).sum()):
        printed |= figures("count", points=points, all=len(earning))
    verdict, tone, direction = _net(end)
    return headline(
        "benefit",
        verdict,
        tone,
        rests_on,
        source("plan_benefits", "low", "high"),
        printed=printed,
        money_low=low,
        money_high=high,
        one_off=plan["cost"].fillna(0).sum(),
        direction=direction,
    )


def _advised(economics: pd.DataFrame, whole: facts.Row) -> Iterator[facts.Row]:
    """Yield what is advised against: a plan that loses money as a whole, and the initiatives that do."""
    losing = economics[economics["verdict"] == "loses"]
    if whole["verdict"] != "loss" and losing.empty:
        return
    yield headline(
        "advice",
        "plan" if whole["verdict"] == "loss" else "initiatives",
        "bad",
        source("plan_economics", "net_low", "net_high", "verdict"),
        printed=figures("count", n=len(losing)),
        lists={"items": losing["name"]},
        direction="worse",
    )


def _left_out(draft: Draft, schedule: Schedule) -> Iterator[facts.Row]:
    """Yield what the plan leaves out: it costs more than it brings until the plan ends, or there is no room for it.

    Something that would pay right after what it needs had no room. What only prepares others does not pay.
    """
    if schedule.status not in ("optimal", "feasible"):
        return
    problem = draft.problem
    length = {one.name: one.duration for one in problem.activities}
    out = [one for one in problem.activities if one.name not in schedule.starts]
    ready = {
        one.name: max(
            [schedule.starts.get(pair.before, 0) + length[pair.before] + pair.lag
             for pair in problem.precedences if pair.after == one.name],
            default=one.release,
        )
        for one in out
    }  # fmt: skip
    pays = {one.name for one in out if one.benefit and problem.worth(one, ready[one.name] + one.duration) > 0}
    for verdict, names in (("does not pay", [one.name for one in out if one.name not in pays]), ("no room", pays)):
        if names:
            yield headline(
                "left out",
                verdict,
                "caution",
                source("initiatives", "annual_benefit", "cost"),
                printed=figures("count", n=len(names)),
                lists={"initiatives": sorted(names)},
                about=verdict.replace(" ", "_"),
            )


def _net(end: Any) -> tuple[str, str, str]:
    """Return how good the end of the curve is: bad where even the better end is a loss."""
    if end["high"] < 0:
        return "loss", "bad", "worse"
    return ("open", "caution", "unknown") if end["low"] < 0 else ("gain", "neutral", "better")


def _bottleneck(row: Any) -> facts.Row:
    """Return the team of which one more person, or the pilots of which one more at once, changes the plan the most."""
    is_priced = estimates.is_range(row["least"], row["most"])
    return headline(
        "bottleneck",
        "priced" if is_priced else "not priced",
        "neutral",
        source("one_more", "least", "most", team=row["team"]),
        printed=figures("money", least=row["least"], most=row["most"]) if is_priced else {},
        names={} if row["team"] == PILOTS else {"team": row["team"]},
    )


def _key_figures(
    plan: pd.DataFrame, prerequisites: pd.DataFrame, decisions: pd.DataFrame, draft: Draft, curve: pd.DataFrame
) -> Iterator[facts.Row]:
    owed, refused = int((plan["kind"] == "prerequisite").sum()), len(draft.dropped)
    of_plan = source("plan", "kind")
    counted = figures("count", n=len(plan) - owed)
    yield key_figure("initiatives", "counted", "neutral", of_plan, printed=counted)
    tone, rests_on = "bad" if refused else "good", source("decisions", decision="refused")
    tone = "unknown" if not refused and decisions.empty else tone
    yield key_figure("refusals", "counted", tone, rests_on, printed=figures("count", n=refused))
    last = curve.iloc[-1] if len(curve) else None
    if last is not None and estimates.is_range(last["low"], last["high"]):
        net = figures("money", low=last["low"], high=last["high"]) | figures("months", months=len(curve) - 1)
        verdict, tone, direction = _net(last)
        rests_on = source("plan_benefits", "low", "high")
        yield key_figure("net benefit", verdict, tone, rests_on, printed=net, direction=direction)
    elif len(prerequisites):
        met = figures("count", n=int(prerequisites["is_met"].sum()), all=len(prerequisites))
        yield key_figure("prerequisites met", "counted", "neutral", source("prerequisites", "is_met"), printed=met)
    tone = "caution" if owed else "good" if len(plan) else "unknown"
    yield key_figure("prerequisites owed", "counted", tone, of_plan, printed=figures("count", n=owed))
    if len(plan):
        end = figures("date", end=plan["end"].max())
        yield key_figure("last day", "planned", "neutral", source("plan", "end"), printed=end)
