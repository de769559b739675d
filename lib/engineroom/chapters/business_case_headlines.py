"""The business case's answer first: what leads, by how much, what flips it, and which claims do not hold."""

from __future__ import annotations

from engineroom.chapters import business_case_words as words
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Finding, Findings
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit
from engineroom.pages.headlines import Item, fact, key_figures, sentence, summary
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables


def findings(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return the headline sentences, in the order in which a board asks for them."""
    return summary(table, SENTENCES, tables.engagement.header.currency)


def facts(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return a strip of key figures."""
    return key_figures(table, FIGURES, tables.engagement.header.currency)


def _answer(finding: Finding, currency: str) -> Item:
    if finding.verdict == "no options":
        text = say("There is no business case: no option is stated.")
        return sentence("No options", text, say("The table options, with what each claims and costs, would make one."))
    if finding.verdict == "do nothing":
        text = say(
            "No option is better than leaving things as they are: the best of them, {option}, comes to {loss}.",
            option=finding.names["option"],
            loss=wording.money(finding["loss"], currency),
        )
        return sentence("Answer", text)
    text = say(
        "{option} leads: an expected net present value of {worth} over {years} years, {lead} ahead of {rival}.",
        option=finding.names["option"],
        worth=wording.money(finding["worth"], currency),
        years=finding["years"],
        lead=wording.money(finding["lead"], currency),
        rival=finding.names["rival"],
    )
    return sentence("Answer", text, " ".join(filter(None, (_as_claimed(finding, currency), _undisclosed(finding)))))


def _as_claimed(finding: Finding, currency: str) -> str:
    rival = finding.names["claimed_rival"]
    if "claimed_deficit" in finding:
        lead = wording.money(finding["claimed_deficit"], currency)
        return say("As claimed it would trail {rival} by {lead}.", lead=lead, rival=rival)
    return say(
        "As claimed it would be {worth}, {lead} ahead of {rival}.",
        worth=wording.money(finding["claimed_worth"], currency),
        lead=wording.money(finding["claimed_lead"], currency),
        rival=rival,
    )


def _undisclosed(finding: Finding) -> str:
    options = wording.listed(finding.names["undisclosed"])
    return say("Not counted, because nobody disclosed it: costs of {options}.", options=options) if options else ""


def _flip(finding: Finding, currency: str) -> Item:
    parts = {name: finding.names[name] for name in ("rival", "option")} | {
        "value": wording.money(finding["value"], currency)
    }
    text = say("The answer flips to {rival} if setting up {option} costs more than {value}.", **parts)
    if finding.verdict == "one_off_excess":
        text = say(
            "The answer flips to {rival} if setting up {option} costs {value} more than setting up {rival}.", **parts
        )
    details = [say("Nobody has disclosed what it costs: ask before deciding.")] if finding.names["is_open"] else []
    if "claimed_value" in finding:
        claimed = {"rival": finding.names["claimed_rival"], "value": wording.money(finding["claimed_value"], currency)}
        if finding.names["claimed_driver"] == "one_off_excess":
            details.append(say("If every claim held: at {value} more than {rival}.", **claimed))
        else:
            details.append(say("If every claim held: at {value}, to {rival}.", **claimed))
    if "saving_share" in finding:
        details.append(
            say(
                "Or if no more than {share} of what it claims arrives, of which {today} is expected.",
                share=wording.value(finding["saving_share"], "share", decimals=0),
                today=wording.value(finding["saving_share_today"], "share", decimals=0),
            )
        )
    return sentence("Flips", text, " ".join(details))


def _base_rates(finding: Finding, currency: str) -> Item:
    text = say(
        "It does not lead everywhere if no option reaches more than others have: {rival} is ahead at one end.",
        rival=finding.names["rival"],
    )
    if finding.verdict == "leads":
        span = words.span(finding["least"], finding["most"], currency)
        text = say("It still leads, by {span}, if no option reaches more than others have reached.", span=span)
    if "turned_lead" not in finding:
        return sentence("Base rates", text)
    detail = say(
        "An offer can be read in two ways. “{reading}”: then the lead as claimed is {lead} (sum over {years} years: "
        "{sum}).",
        reading=say(words.READINGS[finding.names["reading"]], option=finding.names["turned_option"]),
        lead=wording.money(finding["turned_lead"], currency),
        sum=wording.money(finding["turned_sum"], currency),
        years=finding["years"],
    )
    return sentence("Base rates", text, detail)


def _claims(finding: Finding, _: str) -> Item:
    if finding.verdict == "within":
        text = say_number(
            finding["n"],
            "The {n} claim that can be compared is within what others have reached.",
            "All {n} claims that can be compared are within what others have reached.",
        )
        return sentence("Claims", text)
    options = finding.names["options"]
    multiples = [f"{option} {words.times(finding[f'multiple_{place}'])}" for place, option in enumerate(options)]
    parts = {"above": finding["above"], "n": finding["n"], "listed": wording.listed(multiples)}
    text = say("All {n} claims are above the most that others have reached: {listed}.", **parts)
    if finding.verdict == "some above":
        text = say_number(
            finding["above"],
            "{above} of {n} claims is above the most that others have reached: {listed}.",
            "{above} of {n} claims are above the most that others have reached: {listed}.",
            **parts,
        )
    detail = say(
        "{option}: {claimed} of today's cost, where others reached {low} to {high} (grade {grade}).",
        option=options[0],
        claimed=wording.value(finding["claimed"], "share"),
        low=wording.value(finding["low"], "share", decimals=0),
        high=wording.value(finding["high"], "share", decimals=0),
        grade=finding.names["grade"],
    )
    return sentence("Claims", text, detail)


def _chance(finding: Finding, currency: str) -> Item:
    text = say(
        "{option} is the best of all in {best} of the draws; eight of ten come to {span}.",
        option=finding.names["option"],
        best=wording.value(finding["best"], "share", decimals=0),
        span=words.span(finding["p10"], finding["p90"], currency),
    )
    return sentence("Chance", text)


def _hangs(finding: Finding, currency: str) -> Item:
    text = say(
        "The lead hangs most on {driver}: from {low} to {high} between its P10 and its P90.",
        driver=wording.inside(words.driver(finding.names["driver"], finding.names["option"])),
        low=wording.money(finding["low"], currency),
        high=wording.money(finding["high"], currency),
    )
    amount = wording.money(finding["knowing"], currency)
    detail = say("No figure that is drawn can change the choice by itself.")
    if finding.verdict == "know it":
        detail = say(
            "Knowing it before deciding would gain {amount} on average, more than any other figure that is drawn.",
            amount=amount,
        )
    elif finding.verdict == "know another":
        detail = say(
            "What is most worth knowing before deciding is {driver}: {amount} on average.",
            driver=wording.inside(words.driver(finding.names["known_driver"], finding.names["known_option"])),
            amount=amount,
        )
    return sentence("Hangs on", text, detail)


def _leader(finding: Finding, _: str) -> Item:
    return fact("Leads", finding.names["option"], say("as expected"))


def _value(finding: Finding, currency: str) -> Item:
    return fact("Net present value", wording.money(finding["value"], currency), finding.names["option"])


def _lead(finding: Finding, currency: str) -> Item:
    return fact("Lead", wording.money(finding["value"], currency), say("over {rival}", rival=finding.names["rival"]))


def _draws(finding: Finding, _: str) -> Item:
    return fact("Best of all in", wording.value(finding["value"], "share", decimals=0), say("of the draws"))


def _flip_point(finding: Finding, currency: str) -> Item:
    return fact("Flips at", wording.money(finding["value"], currency), say("to set it up; not disclosed"))


def _above(finding: Finding, _: str) -> Item:
    return fact("Claims above their class", say("{above} of {n}", above=finding["above"], n=finding["n"]))


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
