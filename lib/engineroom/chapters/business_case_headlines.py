"""The business case's answer first: what leads, by how much, what flips it, and which claims do not hold."""

from __future__ import annotations

import pandas as pd

from engineroom.chapters import business_case_words as words
from engineroom.dictionary import scenarios
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit
from engineroom.pages.headlines import fact, finding
from engineroom.phrases import say, say_number
from engineroom.planning import flips as flip_points
from engineroom.planning import outlook
from engineroom.planning.scenario import DO_NOTHING, Programme

SAFE = 0.8
"""Share of draws from which a lead that no undisclosed cost can take away is called clear."""

Finding = dict[str, str]


def findings(
    found: DataFrame[scenarios.Outcomes],
    chances: DataFrame[scenarios.Chances],
    claims: DataFrame[scenarios.Claims],
    flips: DataFrame[scenarios.Flips],
    readings: DataFrame[scenarios.Readings],
    impacts: DataFrame[scenarios.Impacts],
    programme: Programme,
) -> Exhibit:
    """Return the headline sentences, in the order in which a board asks for them."""
    if found.empty:
        return Exhibit("findings", {"items": [_absent()]})
    name = outlook.best(found)
    items = [_answer(found, chances, readings, programme)]
    if programme[name].kind != DO_NOTHING:
        items += _flip(flips, programme[name].is_open, name, programme)
        items += _class(readings, name, programme)
    items += _claims(claims)
    items += _chance(chances, name, programme)
    items += _hangs(impacts, name, programme)
    return Exhibit("findings", {"items": items})


def facts(
    found: DataFrame[scenarios.Outcomes],
    chances: DataFrame[scenarios.Chances],
    readings: DataFrame[scenarios.Readings],
    flips: DataFrame[scenarios.Flips],
    claims: DataFrame[scenarios.Claims],
    programme: Programme,
) -> Exhibit:
    """Return a strip of key figures."""
    if found.empty:
        return Exhibit("facts", {"items": []})
    name, currency = outlook.best(found), programme.currency
    best = float(chances.set_index("option").loc[name, "best"])
    worth = found[(found["view"] == "expected") & (found["option"] == name)].iloc[0]
    items = [fact("Leads", name, say("as expected"), "neutral")]
    items.append(fact("Net present value", wording.money(worth["npv"], currency), name, "neutral"))
    ahead = readings[readings["reading"] == "expected"]
    if len(ahead):
        row = ahead.iloc[0]
        items.append(
            fact("Lead", wording.money(row["lead_npv"], currency), say("over {rival}", rival=row["rival"]), "neutral")
        )
    items.append(
        fact(
            "Best of all in",
            wording.value(best, "share", decimals=0),
            say("of the draws"),
            "good" if best >= SAFE else "caution",
        )
    )
    point = flip_points.binding(flips)
    if point is not None and programme[name].is_open:
        note = say("to set it up; not disclosed")
        items.append(fact("Flips at", wording.money(point["value"], currency), note, "caution"))
    above, known = int((claims["verdict"] == "above").sum()), int(claims["multiple"].notna().sum())
    if known:
        said = say("{above} of {n}", above=above, n=known)
        items.append(fact("Claims above their class", said, "", "bad" if above else "good"))
    return Exhibit("facts", {"items": items})


def _answer(found: pd.DataFrame, chances: pd.DataFrame, readings: pd.DataFrame, programme: Programme) -> Finding:
    name, currency = outlook.best(found), programme.currency
    worth = found[(found["view"] == "expected") & (found["option"] == name)].iloc[0]["npv"]
    if programme[name].kind == DO_NOTHING:
        rival = outlook.best(found, than=name)
        loss = found[(found["view"] == "expected") & (found["option"] == rival)].iloc[0]["npv"]
        text = say(
            "No option is better than leaving things as they are: the best of them, {option}, comes to {loss}.",
            option=rival,
            loss=wording.money(loss, currency),
        )
        return finding("bad", "Answer", text)
    at = readings.set_index("reading")
    text = say(
        "{option} leads: an expected net present value of {worth} over {years} years, {lead} ahead of {rival}.",
        option=name,
        worth=wording.money(worth, currency),
        years=programme.years,
        lead=wording.money(at.loc["expected", "lead_npv"], currency),
        rival=at.loc["expected", "rival"],
    )
    claimed = at.loc["stated"]
    detail = say(
        "As claimed it would be {worth}, {lead} ahead of {rival}.",
        worth=wording.money(found[(found["view"] == "claimed") & (found["option"] == name)].iloc[0]["npv"], currency),
        lead=wording.money(claimed["lead_npv"], currency),
        rival=claimed["rival"],
    )
    if claimed["lead_npv"] < 0:
        detail = say(
            "As claimed it would trail {rival} by {lead}.",
            lead=wording.money(-claimed["lead_npv"], currency),
            rival=claimed["rival"],
        )
    open_ones = [option.name for option in programme.options if option.is_open]
    if open_ones:
        detail += " " + say(
            "Not counted, because nobody disclosed it: costs of {options}.", options=wording.listed(open_ones)
        )
    best = float(chances.set_index("option").loc[name, "best"])
    return finding("good" if best >= SAFE and not programme[name].is_open else "caution", "Answer", text, detail)


def _flip(flips: pd.DataFrame, is_open: bool, name: str, programme: Programme) -> list[Finding]:
    currency = programme.currency
    point = flip_points.binding(flips)
    if point is None:
        return []
    parts = {"rival": point["rival"], "option": name, "value": wording.money(point["value"], currency)}
    if point["driver"] == "one_off_excess":
        text = say(
            "The answer flips to {rival} if setting up {option} costs {value} more than setting up {rival}.", **parts
        )
    else:
        text = say("The answer flips to {rival} if setting up {option} costs more than {value}.", **parts)
    details = [say("Nobody has disclosed what it costs: ask before deciding.")] if is_open else []
    claimed = flip_points.binding(flips, "claimed")
    if claimed is not None:
        said = {"rival": claimed["rival"], "value": wording.money(claimed["value"], currency)}
        if claimed["driver"] == "one_off_excess":
            details.append(say("If every claim held: at {value} more than {rival}.", **said))
        else:
            details.append(say("If every claim held: at {value}, to {rival}.", **said))
    share = flips[(flips["view"] == "expected") & (flips["driver"] == "saving_share") & flips["value"].notna()]
    if len(share):
        row = share.iloc[0]
        details.append(
            say(
                "Or if no more than {share} of what it claims arrives, of which {today} is expected.",
                share=wording.value(row["value"], "share", decimals=0),
                today=wording.value(row["today"], "share", decimals=0),
            )
        )
    return [finding("caution" if is_open else "neutral", "Flips", text, " ".join(details))]


def _class(readings: pd.DataFrame, name: str, programme: Programme) -> list[Finding]:
    rows = readings[readings["reading"].isin(["base_low", "base", "base_high"])]
    least, most = float(rows["lead_npv"].min()), float(rows["lead_npv"].max())
    if rows.empty or least == most:
        return []
    span = words.span(least, most, programme.currency)
    if least > 0:
        text = say("It still leads, by {span}, if no option reaches more than others have reached.", span=span)
        return [finding("good", "Base rates", text, _turned(readings, programme))]
    rival = rows.loc[rows["lead_npv"].idxmin(), "rival"]
    text = say(
        "It does not lead everywhere if no option reaches more than others have: {rival} is ahead at one end.",
        rival=rival,
    )
    return [finding("bad", "Base rates", text, _turned(readings, programme))]


def _turned(readings: pd.DataFrame, programme: Programme) -> str:
    """Return what the other reading of a transition does to the lead, where there is one."""
    turned = readings[readings["reading"].isin(["linear", "step"])]
    if turned.empty:
        return ""
    row = turned.loc[turned["lead_npv"].idxmin()]
    return say(
        "An offer can be read in two ways. “{reading}”: then the lead as claimed is {lead} (sum over {years} years: "
        "{sum}).",
        reading=say(words.READINGS[row["reading"]], option=row["option"]),
        lead=wording.money(row["lead_npv"], programme.currency),
        sum=wording.money(row["lead_cumulative"], programme.currency),
        years=programme.years,
    )


def _claims(claims: pd.DataFrame) -> list[Finding]:
    above = claims[claims["verdict"] == "above"].sort_values("multiple", ascending=False, kind="stable")
    known = claims[claims["multiple"].notna()]
    if known.empty:
        return []
    if above.empty:
        text = say_number(
            len(known),
            "The {n} claim that can be compared is within what others have reached.",
            "All {n} claims that can be compared are within what others have reached.",
        )
        return [finding("good", "Claims", text)]
    listed = [f"{row['option']} {words.times(row['multiple'])}" for row in above.to_dict("records")]
    parts = {"above": len(above), "n": len(claims), "listed": wording.listed(listed)}
    text = say("All {n} claims are above the most that others have reached: {listed}.", **parts)
    if len(above) < len(claims) or len(claims) == 1:
        text = say_number(
            len(above),
            "{above} of {n} claims is above the most that others have reached: {listed}.",
            "{above} of {n} claims are above the most that others have reached: {listed}.",
            **parts,
        )
    worst = above.iloc[0]
    detail = say(
        "{option}: {claimed} of today's cost, where others reached {low} to {high} (grade {grade}).",
        option=worst["option"],
        claimed=wording.value(worst["claimed"], "share"),
        low=wording.value(worst["low"], "share", decimals=0),
        high=wording.value(worst["high"], "share", decimals=0),
        grade=worst["grade"],
    )
    return [finding("bad", "Claims", text, detail)]


def _chance(chances: pd.DataFrame, name: str, programme: Programme) -> list[Finding]:
    row = chances.set_index("option").loc[name]
    if row["p10"] == row["p90"]:
        return []
    text = say(
        "{option} is the best of all in {best} of the draws; eight of ten come to {span}.",
        option=name,
        best=wording.value(row["best"], "share", decimals=0),
        span=words.span(row["p10"], row["p90"], programme.currency),
    )
    return [finding("good" if row["best"] >= SAFE else "caution", "Chance", text)]


def _hangs(impacts: pd.DataFrame, name: str, programme: Programme) -> list[Finding]:
    if impacts.empty or not impacts["impact"].iloc[0]:
        return []
    row, currency = impacts.iloc[0], programme.currency
    text = say(
        "The lead hangs most on {driver}: from {low} to {high} between its P10 and its P90.",
        driver=wording.inside(words.driver(row["driver"], row["option"])),
        low=wording.money(min(row["lead_low"], row["lead_high"]), currency),
        high=wording.money(max(row["lead_low"], row["lead_high"]), currency),
    )
    most = impacts.loc[impacts["knowing"].idxmax()]
    if most["knowing"] > 0:
        detail = say(
            "Knowing it before deciding would gain {amount} on average, more than any other figure that is drawn.",
            amount=wording.money(most["knowing"], currency),
        )
        if most["driver"] != row["driver"] or most["option"] != row["option"]:
            detail = say(
                "What is most worth knowing before deciding is {driver}: {amount} on average.",
                driver=wording.inside(words.driver(most["driver"], most["option"])),
                amount=wording.money(most["knowing"], currency),
            )
    else:
        detail = say("No figure that is drawn can change the choice by itself.")
    return [finding("neutral", "Hangs on", text, detail)]


def _absent() -> Finding:
    text = say("There is no business case: no option is stated.")
    return finding(
        "unknown", "No options", text, say("The table options, with what each claims and costs, would make one.")
    )
