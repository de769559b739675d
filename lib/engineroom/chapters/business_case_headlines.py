"""The business case's answer first: what leads, by how much, what flips it, and which claims do not hold."""

from __future__ import annotations

from engineroom.chapters import business_case_words as words
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Finding, Findings
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit
from engineroom.pages.headlines import Item, fact, first, sentence, strip
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables


def findings(found: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return the headline sentences, in the order in which a board asks for them."""
    return first(found, SENTENCES, tables.engagement.header.currency)


def facts(found: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return a strip of key figures."""
    return strip(found, FIGURES, tables.engagement.header.currency)


def _answer(one: Finding, currency: str) -> Item:
    if one.verdict == "no options":
        text = say("There is no business case: no option is stated.")
        return sentence("No options", text, say("The table options, with what each claims and costs, would make one."))
    if one.verdict == "do nothing":
        text = say(
            "No option is better than leaving things as they are: the best of them, {option}, comes to {loss}.",
            option=one.names["option"],
            loss=wording.money(one["loss"], currency),
        )
        return sentence("Answer", text)
    text = say(
        "{option} leads: an expected net present value of {worth} over {years} years, {lead} ahead of {rival}.",
        option=one.names["option"],
        worth=wording.money(one["worth"], currency),
        years=one["years"],
        lead=wording.money(one["lead"], currency),
        rival=one.names["rival"],
    )
    return sentence("Answer", text, " ".join(filter(None, (_as_claimed(one, currency), _undisclosed(one)))))


def _as_claimed(one: Finding, currency: str) -> str:
    rival = one.names["claimed_rival"]
    if "claimed_deficit" in one:
        lead = wording.money(one["claimed_deficit"], currency)
        return say("As claimed it would trail {rival} by {lead}.", lead=lead, rival=rival)
    return say(
        "As claimed it would be {worth}, {lead} ahead of {rival}.",
        worth=wording.money(one["claimed_worth"], currency),
        lead=wording.money(one["claimed_lead"], currency),
        rival=rival,
    )


def _undisclosed(one: Finding) -> str:
    options = wording.listed(one.names["undisclosed"])
    return say("Not counted, because nobody disclosed it: costs of {options}.", options=options) if options else ""


def _flip(one: Finding, currency: str) -> Item:
    parts = {name: one.names[name] for name in ("rival", "option")} | {"value": wording.money(one["value"], currency)}
    text = say("The answer flips to {rival} if setting up {option} costs more than {value}.", **parts)
    if one.verdict == "one_off_excess":
        text = say(
            "The answer flips to {rival} if setting up {option} costs {value} more than setting up {rival}.", **parts
        )
    details = [say("Nobody has disclosed what it costs: ask before deciding.")] if one.names["is_open"] else []
    if "claimed_value" in one:
        claimed = {"rival": one.names["claimed_rival"], "value": wording.money(one["claimed_value"], currency)}
        if one.names["claimed_driver"] == "one_off_excess":
            details.append(say("If every claim held: at {value} more than {rival}.", **claimed))
        else:
            details.append(say("If every claim held: at {value}, to {rival}.", **claimed))
    if "saving_share" in one:
        details.append(
            say(
                "Or if no more than {share} of what it claims arrives, of which {today} is expected.",
                share=wording.value(one["saving_share"], "share", decimals=0),
                today=wording.value(one["saving_share_today"], "share", decimals=0),
            )
        )
    return sentence("Flips", text, " ".join(details))


def _base_rates(one: Finding, currency: str) -> Item:
    text = say(
        "It does not lead everywhere if no option reaches more than others have: {rival} is ahead at one end.",
        rival=one.names["rival"],
    )
    if one.verdict == "leads":
        span = words.span(one["least"], one["most"], currency)
        text = say("It still leads, by {span}, if no option reaches more than others have reached.", span=span)
    if "turned_lead" not in one:
        return sentence("Base rates", text)
    detail = say(
        "An offer can be read in two ways. “{reading}”: then the lead as claimed is {lead} (sum over {years} years: "
        "{sum}).",
        reading=say(words.READINGS[one.names["reading"]], option=one.names["turned_option"]),
        lead=wording.money(one["turned_lead"], currency),
        sum=wording.money(one["turned_sum"], currency),
        years=one["years"],
    )
    return sentence("Base rates", text, detail)


def _claims(one: Finding, _: str) -> Item:
    if one.verdict == "within":
        text = say_number(
            one["n"],
            "The {n} claim that can be compared is within what others have reached.",
            "All {n} claims that can be compared are within what others have reached.",
        )
        return sentence("Claims", text)
    options = one.names["options"]
    multiples = [f"{option} {words.times(one[f'multiple_{place}'])}" for place, option in enumerate(options)]
    parts = {"above": one["above"], "n": one["n"], "listed": wording.listed(multiples)}
    text = say("All {n} claims are above the most that others have reached: {listed}.", **parts)
    if one.verdict == "some above":
        text = say_number(
            one["above"],
            "{above} of {n} claims is above the most that others have reached: {listed}.",
            "{above} of {n} claims are above the most that others have reached: {listed}.",
            **parts,
        )
    detail = say(
        "{option}: {claimed} of today's cost, where others reached {low} to {high} (grade {grade}).",
        option=options[0],
        claimed=wording.value(one["claimed"], "share"),
        low=wording.value(one["low"], "share", decimals=0),
        high=wording.value(one["high"], "share", decimals=0),
        grade=one.names["grade"],
    )
    return sentence("Claims", text, detail)


def _chance(one: Finding, currency: str) -> Item:
    text = say(
        "{option} is the best of all in {best} of the draws; eight of ten come to {span}.",
        option=one.names["option"],
        best=wording.value(one["best"], "share", decimals=0),
        span=words.span(one["p10"], one["p90"], currency),
    )
    return sentence("Chance", text)


def _hangs(one: Finding, currency: str) -> Item:
    text = say(
        "The lead hangs most on {driver}: from {low} to {high} between its P10 and its P90.",
        driver=wording.inside(words.driver(one.names["driver"], one.names["option"])),
        low=wording.money(one["low"], currency),
        high=wording.money(one["high"], currency),
    )
    amount = wording.money(one["knowing"], currency)
    detail = say("No figure that is drawn can change the choice by itself.")
    if one.verdict == "know it":
        detail = say(
            "Knowing it before deciding would gain {amount} on average, more than any other figure that is drawn.",
            amount=amount,
        )
    elif one.verdict == "know another":
        detail = say(
            "What is most worth knowing before deciding is {driver}: {amount} on average.",
            driver=wording.inside(words.driver(one.names["known_driver"], one.names["known_option"])),
            amount=amount,
        )
    return sentence("Hangs on", text, detail)


def _leader(one: Finding, _: str) -> Item:
    return fact("Leads", one.names["option"], say("as expected"))


def _value(one: Finding, currency: str) -> Item:
    return fact("Net present value", wording.money(one["value"], currency), one.names["option"])


def _lead(one: Finding, currency: str) -> Item:
    return fact("Lead", wording.money(one["value"], currency), say("over {rival}", rival=one.names["rival"]))


def _draws(one: Finding, _: str) -> Item:
    return fact("Best of all in", wording.value(one["value"], "share", decimals=0), say("of the draws"))


def _flip_point(one: Finding, currency: str) -> Item:
    return fact("Flips at", wording.money(one["value"], currency), say("to set it up; not disclosed"))


def _above(one: Finding, _: str) -> Item:
    return fact("Claims above their class", say("{above} of {n}", above=one["above"], n=one["n"]))


SENTENCES = {
    "answer": _answer,
    "flips": _flip,
    "base rates": _base_rates,
    "claims": _claims,
    "chance": _chance,
    "hangs on": _hangs,
}
FIGURES = {
    "leader": _leader,
    "value": _value,
    "lead": _lead,
    "draws won": _draws,
    "flip point": _flip_point,
    "claims above": _above,
}
