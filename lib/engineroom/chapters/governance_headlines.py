"""The answer of the report on governance first: sentences that flip when the tables or the log do."""

from __future__ import annotations

from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Finding, Findings
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit
from engineroom.pages.headlines import Item, counted, key_figures, listed, sentence, summary
from engineroom.phrases import say, say_number


def findings(table: DataFrame[Findings]) -> Exhibit:
    """Return the headline sentences, the gravest first; a register that was not sent makes none."""
    return summary(table, SENTENCES)


def facts(table: DataFrame[Findings]) -> Exhibit:
    """Return a strip of key figures."""
    return key_figures(table, FIGURES)


def _risks(finding: Finding, _: str) -> Item:
    if finding.verdict == "not told":
        return sentence("Risks", say("Whether risks are covered cannot be told: none is written down."))
    single, doubt, details = finding["single"], finding["doubt"], []
    if single and finding.verdict == "controlled":
        details.append(say_number(single, "{n} of them is guarded by controls of one nature only.",
                                  "{n} of them are guarded by controls of one nature only."))  # fmt: skip
    elif single:
        details.append(say_number(single, "{n} more is guarded by controls of one nature only.",
                                  "{n} more are guarded by controls of one nature only."))  # fmt: skip
    if doubt:
        details.append(say_number(doubt, "{n} rests on a control that failed its test or is broken in the log.",
                                  "{n} rest on a control that failed its test or is broken in the log."))  # fmt: skip
    if finding.verdict == "controlled":
        text = say_number(finding["all"], "The one risk has a control.", "Each of the {n} risks has a control.")
        return sentence("Risks", text, " ".join(details))
    text = say_number(
        finding["n"],
        "{n} of {all} risks has no control: “{worst}” first of all.",
        "{n} of {all} risks have no control: “{worst}” first of all.",
        all=finding["all"],
        worst=finding.names["worst"],
    )
    return sentence("Risks", text, " ".join(details))


def _separation(finding: Finding, _: str) -> Item:
    declared = ""
    if finding["declared"]:
        declared = say_number(
            finding["declared"],
            "For {n} rule the tables themselves name one role for both.",
            "For {n} rules the tables themselves name one role for both.",
        )
    if finding.verdict == "not told":
        text = say("Whether duties are kept apart cannot be told: no rule could be held against an event log.")
        return sentence("Separation", text, declared)
    if finding.verdict == "broken":
        text = say(
            "One person did both “{first}” and “{second}” in {same} of {judged} cases ({share}, {interval}).",
            **finding.names,
            same=wording.count(finding["same"]),
            judged=wording.count(finding["judged"]),
            share=wording.figure(finding.row),
            interval=wording.span(finding.row),
        )
        more = say("{n} of {all} rules that could be judged are broken.", n=finding["broken"], all=finding["all"])
        return sentence("Separation", text, f"{more} {declared}".strip())
    text = say_number(
        finding["all"],
        "The rule that could be judged was kept in every case.",
        "The {n} rules that could be judged were kept in every case.",
    )
    more = say(
        "Among {n} cases, up to {share} of all cases could still break one.",
        n=wording.count(finding["judged"]),
        share=wording.percent(finding["high"], 1),
    )
    return sentence("Separation", text, f"{more} {declared}".strip())


def _lines(finding: Finding, _: str) -> Item:
    double = ""
    if finding["twice"]:
        double = say(
            "In {n} of {all} workflows somebody holds more than one line.", n=finding["twice"], all=finding["all"]
        )
    if "tangled" in finding.names:
        names = listed(finding, "tangled")
        double = say("The third line is not independent in {names}: its holder has another line.", names=names)
    if finding.verdict == "bare":
        return sentence(
            "Three lines", say("No second line is named for {names}.", names=listed(finding, "bare")), double
        )
    if finding.verdict == "tangled":
        return sentence("Three lines", double)
    if finding.verdict == "missing":
        return sentence("Three lines", say("A line has nobody in {names}.", names=listed(finding, "missing")), double)
    text = say_number(
        finding["all"], "The one workflow has all three lines.", "Each of the {n} workflows has all three lines."
    )
    return sentence("Three lines", text, double)


def _procedures(finding: Finding, _: str) -> Item:
    ages = say_number(
        finding["old"],
        "{n} of {all} procedures is overdue for review.",
        "{n} of {all} procedures are overdue for review.",
        all=finding["procedures"],
    )
    if "variants_known" in finding:
        variants = {name: wording.count(finding[f"variants_{name}"]) for name in ("covered", "known")}
        ages += " " + say("They cover {covered} of {known} known variations.", **variants)
    text = say("Every workflow has a procedure.")
    if finding.verdict == "missing":
        names = listed(finding, "bare")
        text = say_number(finding["bare"], "{names} has no procedure.", "{names} have no procedure.", names=names)
    return sentence("Procedures", text, ages)


def _data(finding: Finding, _: str) -> Item:
    detail = ""
    if finding["conflicts"]:
        detail = say("In {n}, who creates or changes a record also approves it.", n=finding["conflicts"])
    text = say_number(
        finding["n"],
        "{n} of {all} sets of data lacks an owner or a steward.",
        "{n} of {all} sets of data lack an owner or a steward.",
        all=finding["all"],
    )
    return sentence("Data", text, detail)


def _tests(finding: Finding, _: str) -> Item:
    detail = ""
    if finding["failed"]:
        detail = say_number(finding["failed"], "{n} test that was done failed.", "{n} tests that were done failed.")
    if finding.verdict == "none overdue":
        return sentence("Tests", say("No test of a control is overdue."), detail)
    text = say_number(
        finding["n"],
        "{n} of {all} tests is overdue: “{test}” by {days}.",
        "{n} of {all} tests are overdue, “{test}” the longest, by {days}.",
        all=finding["all"],
        test=finding.names["test"],
        days=wording.plural(finding["days_late"], "day"),
    )
    return sentence("Tests", text, detail)


def _duties(finding: Finding, _: str) -> Item:
    text = say_number(
        finding["n"],
        "{n} of {all} requirements of {names} is met with evidence.",
        "{n} of {all} requirements of {names} are met with evidence.",
        all=finding["all"],
        names=listed(finding, "regulations"),
    )
    detail = ""
    if finding["claimed"]:
        detail = say_number(
            finding["claimed"],
            "{n} more is claimed without evidence and does not count.",
            "{n} more are claimed without evidence and do not count.",
        )
    return sentence("Regulations", text, detail)


def _parts(finding: Finding, _: str) -> Item:
    text = say_number(
        finding["n"],
        "{n} of {all} parts of governance is shown to work.",
        "{n} of {all} parts of governance are shown to work.",
        all=finding["all"],
    )
    if finding.verdict == "shown":
        return sentence("Governance", text)
    names = listed(finding, "low", lambda name: wording.inside(say(name)))
    return sentence("Governance", text, say("Not yet: {names}.", names=names))


def _pressure(finding: Finding, _: str) -> Item:
    text = say_number(
        finding["uncovered"],
        "“{asks}” asks more of {workflow}, where {n} risk has no control.",
        "“{asks}” asks more of {workflow}, where {n} risks have no control.",
        asks=finding.names["asks"],
        workflow=finding.workflow,
        n=wording.count(finding["uncovered"]),
    )
    detail = say(
        "A higher target without a new control is the pattern of the sales scandal at Wells Fargo "
        "(source document 002, row 18)."
    )
    return sentence("Red flag", text, detail)


SENTENCES = {
    "risks": _risks,
    "separation": _separation,
    "three lines": _lines,
    "procedures": _procedures,
    "data": _data,
    "tests": _tests,
    "regulations": _duties,
    "parts": _parts,
    "pressure": _pressure,
}
FIGURES = {
    "risks uncovered": counted("Risks without control", "as the tables state"),
    "separations broken": counted("Separations broken", "rules judged in the log"),
    "no second line": counted("No second line", "workflows"),
    "no procedure": counted("No procedure", "workflows"),
    "no owner or steward": counted("Without owner or steward", "sets of data"),
    "tests overdue": counted("Tests overdue", "on the calendar"),
}
