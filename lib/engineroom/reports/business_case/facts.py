"""What a business case finds: which option leads, by how much, what flips it, and which claims do not hold."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from engineroom.dictionary import plans, scenarios
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Findings
from engineroom.pages import facts
from engineroom.pages.facts import figures, headline, key_figure, source
from engineroom.planning import flips as flip_points
from engineroom.planning import outlook
from engineroom.planning.scenario import DO_NOTHING, Option, Programme

SAFE = 0.8
"""Share of draws from which a lead that no undisclosed cost can take away is called clear."""

SECTIONS = {
    "answer": ("findings", "decision-table"),
    "flips": ("findings", "flips-table"),
    "base rates": ("findings", "readings-table"),
    "claims": ("findings", "claims-chart", "claims-table"),
    "chance": ("findings", "odds-chart", "decision-table"),
    "hangs on": ("findings", "tornado", "impacts-table"),
    "output": ("more-findings", "quality-table"),
    "headcount": ("more-findings", "diagnosis-table"),
    "leader": ("facts", "decision-table"),
    "value": ("facts", "decision-table"),
    "lead": ("facts", "readings-table"),
    "draws won": ("facts", "decision-table"),
    "flip point": ("facts", "flips-table"),
    "claims above": ("facts", "claims-table"),
}


def find(
    outcomes: DataFrame[scenarios.Outcomes],
    chances: DataFrame[scenarios.Chances],
    claims: DataFrame[scenarios.Claims],
    flips: DataFrame[scenarios.Flips],
    readings: DataFrame[scenarios.Readings],
    impacts: DataFrame[scenarios.Impacts],
    qualities: DataFrame[scenarios.Qualities],
    diagnoses: DataFrame[scenarios.Diagnoses],
    decisions: DataFrame[plans.Decisions],
    programme: Programme,
) -> DataFrame[Findings]:
    """Return what a board asks for, in its order; then what else the tables say of output and people, key figures."""
    beside = [*_output(qualities), *_headcount(diagnoses)]
    if outcomes.empty:
        return facts.table("business_case", SECTIONS, [headline("answer", "no options", "unknown"), *beside])
    name = outlook.best(outcomes)
    chance = chances.set_index("option").loc[name]
    headlines = [_answer(outcomes, chance, readings, flips, decisions, programme, name)]
    if programme[name].kind != DO_NOTHING:
        headlines += [*_flip(flips, name, programme), *_base_rates(readings, programme, name)]
    headlines += [*_claims(claims), *_chance(chance, programme[name]), *_hangs(impacts)]
    strip = _key_figures(outcomes, chance, readings, flips, claims, programme, name)
    return facts.table("business_case", SECTIONS, [*headlines, *beside, *strip])


def _npv(outcomes: pd.DataFrame, view: str, name: str) -> float:
    return float(outcomes[(outcomes["view"] == view) & (outcomes["option"] == name)].iloc[0]["npv"])


def _answer(
    outcomes: pd.DataFrame,
    chance: pd.Series,
    readings: pd.DataFrame,
    flips: pd.DataFrame,
    decisions: pd.DataFrame,
    programme: Programme,
    name: str,
) -> facts.Row:
    if programme[name].kind == DO_NOTHING:
        rival = outlook.best(outcomes, than=name)
        printed = figures("money", loss=_npv(outcomes, "expected", rival))
        rests_on = source("outcomes", "npv", view="expected", option=rival)
        return headline("answer", "do nothing", "bad", rests_on, printed=printed, names={"option": rival})
    at = readings.set_index("reading")
    expected, claimed = at.loc["expected"], at.loc["stated"]
    printed = figures("money", worth=_npv(outcomes, "expected", name), lead=expected["lead_npv"])
    if claimed["lead_npv"] < 0:
        printed |= figures("money", claimed_deficit=-claimed["lead_npv"])
    else:
        printed |= figures("money", claimed_worth=_npv(outcomes, "claimed", name), claimed_lead=claimed["lead_npv"])
    option = programme[name]
    of_it = decisions[decisions["initiative"].isin(option.initiatives)]
    closed = {verdict: of_it.loc[of_it["decision"] == verdict, "initiative"] for verdict in ("refused", "waits")}
    lists = {
        "refused": list(dict.fromkeys(closed["refused"])),
        "waits": [one for one in dict.fromkeys(closed["waits"]) if one not in set(closed["refused"])],
    }
    if option.is_open and (point := flip_points.binding(flips)) is not None:
        printed |= figures("money", loses_from=point["value"])
    return headline(
        "answer",
        "not disclosed" if option.is_open else "not cleared" if any(lists.values()) else "leads",
        "good" if chance["best"] >= SAFE and not option.is_open and not any(lists.values()) else "caution",
        source("outcomes", "npv", option=name),
        source("decisions", "decision", "missing"),
        source("readings", "lead_npv", "rival"),
        source("chances", "best", option=name),
        printed=printed | figures("count", years=programme.years),
        names={
            "option": name,
            "rival": expected["rival"],
            "claimed_rival": claimed["rival"],
            "undisclosed": [one.name for one in programme.options if one.is_open],
        },
        lists=lists,
        share=chance["best"],
    )


def _flip(flips: pd.DataFrame, name: str, programme: Programme) -> Iterator[facts.Row]:
    point, is_open = flip_points.binding(flips), programme[name].is_open
    if point is None:
        return
    printed = figures("money", value=point["value"])
    names: dict[str, Any] = {"option": name, "rival": point["rival"], "is_open": is_open}
    if (claimed := flip_points.binding(flips, "claimed")) is not None:
        printed |= figures("money", claimed_value=claimed["value"])
        names |= {"claimed_rival": claimed["rival"], "claimed_driver": claimed["driver"]}
    arrives = flips[(flips["view"] == "expected") & (flips["driver"] == "saving_share") & flips["value"].notna()]
    for row in arrives.head(1).to_dict("records"):
        printed |= figures("share", saving_share=row["value"], saving_share_today=row["today"])
    yield headline(
        "flips",
        point["driver"],
        "caution" if is_open else "neutral",
        source("flips", "value", "rival", option=name),
        printed=printed,
        names=names,
        one_off=point["value"],
    )


def _base_rates(readings: pd.DataFrame, programme: Programme, name: str) -> Iterator[facts.Row]:
    at_class = readings[readings["reading"].isin(["base_low", "base", "base_high"])]
    least, most = float(at_class["lead_npv"].min()), float(at_class["lead_npv"].max())
    if at_class.empty or least == most:
        return
    printed = figures("money", least=least, most=most)
    names = {"rival": at_class.loc[at_class["lead_npv"].idxmin(), "rival"]}
    turned = readings[readings["reading"].isin(["linear", "step"])]
    if len(turned):
        row = turned.loc[turned["lead_npv"].idxmin()]
        printed |= figures("money", turned_lead=row["lead_npv"], turned_sum=row["lead_cumulative"])
        printed |= figures("count", years=programme.years)
        names |= {"reading": row["reading"], "turned_option": row["option"]}
    verdict, tone = ("leads", _unless_open("good", programme[name])) if least > 0 else ("overtaken", "bad")
    names |= {"is_open": programme[name].is_open}
    rests_on = source("readings", "lead_npv", "lead_cumulative", "rival")
    yield headline("base rates", verdict, tone, rests_on, printed=printed, names=names)


def _claims(claims: pd.DataFrame) -> Iterator[facts.Row]:
    above = claims[claims["verdict"] == "above"].sort_values("multiple", ascending=False, kind="stable")
    known, rests_on = claims[claims["multiple"].notna()], source("claims", "verdict", "multiple")
    if known.empty:
        return
    if above.empty:
        yield headline("claims", "within", "good", rests_on, printed=figures("count", n=len(known)))
        return
    worst = above.iloc[0]
    printed = figures("count", above=len(above), n=len(claims))
    printed |= figures("times", **{f"multiple_{place}": multiple for place, multiple in enumerate(above["multiple"])})
    printed |= figures("share", claimed=worst["claimed"], low=worst["low"], high=worst["high"])
    is_all = len(above) == len(claims) > 1
    yield headline(
        "claims",
        "all above" if is_all else "some above",
        "bad",
        rests_on,
        printed=printed,
        names={"options": above["option"].tolist(), "grade": worst["grade"]},
    )


def _chance(chance: pd.Series, option: Option) -> Iterator[facts.Row]:
    if chance["p10"] == chance["p90"]:
        return
    yield headline(
        "chance",
        "clear" if chance["best"] >= SAFE else "open",
        _unless_open(_safe(chance["best"]), option),
        source("chances", "best", "p10", "p90", option=option.name),
        printed=figures("share", best=chance["best"]) | figures("money", p10=chance["p10"], p90=chance["p90"]),
        names={"option": option.name, "is_open": option.is_open},
        share=chance["best"],
    )


def _unless_open(tone: str, option: Option) -> str:
    """Return a tone, which is not good where a cost of the option is not disclosed."""
    return "caution" if option.is_open and tone == "good" else tone


def _hangs(impacts: pd.DataFrame) -> Iterator[facts.Row]:
    if impacts.empty or not impacts["impact"].iloc[0]:
        return
    widest, telling = impacts.iloc[0], impacts.loc[impacts["knowing"].idxmax()]
    ends = sorted((widest["lead_low"], widest["lead_high"]))
    is_same = telling["driver"] == widest["driver"] and telling["option"] == widest["option"]
    verdict = "nothing to know" if not telling["knowing"] > 0 else "know it" if is_same else "know another"
    yield headline(
        "hangs on",
        verdict,
        "neutral",
        source("impacts", "lead_low", "lead_high", "knowing"),
        printed=figures("money", low=ends[0], high=ends[1], knowing=telling["knowing"]),
        names={
            "driver": widest["driver"],
            "option": widest["option"],
            "known_driver": telling["driver"],
            "known_option": telling["option"],
        },
    )


def _output(qualities: pd.DataFrame) -> Iterator[facts.Row]:
    """Yield the options whose additional output is eaten up by its errors, or would be above some cost of a defect."""
    for row in qualities.to_dict("records"):
        printed = figures("share", gain=row["productivity_gain"], wrong=row["defect_rate"])
        if math.isfinite(row["break_even"]):
            printed |= figures("ratio", break_even=row["break_even"])
        if not math.isnan(row["defect_cost"]):
            printed |= figures("ratio", defect_cost=row["defect_cost"])
        needed = {"loss": "defect_cost", "gain": "break_even"}.get(row["verdict"])
        if needed in printed:
            tone = "bad" if row["verdict"] == "loss" else "good"
            rests_on = source("output_quality", "productivity_gain", "defect_rate", "break_even", option=row["option"])
            names = {"option": row["option"]}
            yield headline("output", row["verdict"], tone, rests_on, printed=printed, names=names, about=row["option"])


def _headcount(diagnoses: pd.DataFrame) -> Iterator[facts.Row]:
    tones = {"no class": "unknown", "above": "bad"}
    for row in diagnoses.to_dict("records"):
        people = figures("fte", out=row["fte_out"], low=row["realised_low"], high=row["realised_high"])
        yield headline(
            "headcount",
            row["verdict"],
            tones.get(row["verdict"], "good"),
            source("diagnoses", "reduction", "stp_needed", "realised_low", "realised_high", workflow=row["workflow"]),
            printed=people
            | figures("share", reduction=row["reduction"], needed=row["stp_needed"], stp=row["stp"])
            | figures("share", rise=row["stp_rise"]),
            workflow=row["workflow"],
            share=row["reduction"],
        )


def _key_figures(
    outcomes: pd.DataFrame,
    chance: pd.Series,
    readings: pd.DataFrame,
    flips: pd.DataFrame,
    claims: pd.DataFrame,
    programme: Programme,
    name: str,
) -> Iterator[facts.Row]:
    named, at = {"option": name}, source("outcomes", "npv", view="expected", option=name)
    yield key_figure("leader", "named", "neutral", at, names=named)
    worth = figures("money", value=_npv(outcomes, "expected", name))
    yield key_figure("value", "counted", "neutral", at, printed=worth, names=named)
    for row in readings[readings["reading"] == "expected"].head(1).to_dict("records"):
        rests_on, rival = source("readings", "lead_npv", reading="expected"), {"rival": row["rival"]}
        lead = figures("money", value=row["lead_npv"])
        yield key_figure("lead", "counted", "neutral", rests_on, printed=lead, names=rival)
    best, rests_on = figures("share", value=chance["best"]), source("chances", "best", option=name)
    tone = _unless_open(_safe(chance["best"]), programme[name])
    yield key_figure("draws won", "counted", tone, rests_on, printed=best, share=chance["best"])
    point = flip_points.binding(flips)
    if point is not None and programme[name].is_open:
        value = figures("money", value=point["value"])
        rests_on = source("flips", "value", option=name, driver=point["driver"])
        yield key_figure("flip point", "not disclosed", "caution", rests_on, printed=value, one_off=point["value"])
    above, known = int((claims["verdict"] == "above").sum()), int(claims["multiple"].notna().sum())
    if known:
        counted = figures("count", above=above, n=known)
        rests_on = source("claims", "verdict", "multiple")
        yield key_figure("claims above", "counted", "bad" if above else "good", rests_on, printed=counted)


def _safe(best: float) -> str:
    return "good" if best >= SAFE else "caution"
