"""The answer first: a report's findings told as sentences and key figures, so that they flip when the numbers do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Finding, Findings
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit, csv, note
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables

Item = dict[str, Any]
Tell = Callable[[Finding, str], Item]
"""How a finding is told: the finding and the engagement's currency in, an item of a block out."""


def cover(tables: Tables, title: str, subtitle: str) -> Exhibit:
    """Return the cover: who, what, when, and how far the document is."""
    header = tables.engagement.header
    said = {
        "title": say(title),
        "subtitle": say(subtitle),
        "client": header.client,
        "sector": say(tables.pack.name),
        "period": say("{low} to {high}", low=wording.day(header.period.start), high=wording.day(header.period.end)),
        "as_of": f"{header.as_of:%Y-%m-%d}",
        "status": header.status,
        "confidentiality": say(header.confidentiality),
        "prepared_by": header.prepared_by,
    }
    return Exhibit("cover", said)


def findings(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return the headline sentences: how many miss, the widest misses, the money, the doubts, the strengths."""
    return summary(table, SENTENCES, tables.engagement.header.currency)


def facts(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return a strip of key figures: items completed, then the compared KPIs in the sector pack's order."""
    return key_figures(table, FIGURES, tables.engagement.header.currency)


def comparisons(gaps: DataFrame[results.Gaps]) -> Exhibit:
    """Return, in words, what judging many KPIs at once means for the verdicts."""
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
            "A verdict is given only where the whole 95% interval lies on one side of the benchmark; otherwise it is "
            "inconclusive, and the report says how many further items would settle it. A complete count has no "
            "sampling interval and is judged as it is."
        )
    ]
    if len(sampled) > 1:
        text.append(
            say(
                "Among {n} intervals at 95%, about {missing} can be expected to leave out the true value by chance "
                "alone. One narrow miss among many is weak evidence; several in one workflow are not.",
                n=len(sampled),
                missing=max(round(len(sampled) * 0.05), 1),
            )
        )
    if stale := judged.loc[judged["is_stale"], "benchmark_label"].drop_duplicates().tolist():
        said = wording.listed(stale)
        text.append(say("Past their date when this report was made, and marked stale: {benchmarks}.", benchmarks=said))
    return note(say("How to read the verdicts"), *text)


# --------------------------------------------------------------------------------------------- what every report needs


def summary(table: DataFrame[Findings], tell: Mapping[str, Tell], currency: str = "") -> Exhibit:
    """Return a report's headlines, each told by its question, with all of its findings as the file `findings.csv`."""
    return Exhibit("findings", {"items": items(table, tell, currency), "csv": csv(table)})


def key_figures(table: DataFrame[Findings], tell: Mapping[str, Tell], currency: str = "") -> Exhibit:
    """Return a report's key figures, each told by its question."""
    return Exhibit("facts", {"items": items(table, tell, currency)})


def items(table: DataFrame[Findings], tell: Mapping[str, Tell], currency: str = "") -> list[Item]:
    """Return the findings whose questions are told here as items, each with its id and its figures as they are."""
    findings = [Finding.of(row) for row in table.to_dict("records") if row["question"] in tell]
    return [
        tell[finding.question](finding, currency) | {"tone": finding.tone, "id": finding.id, "figures": finding.printed}
        for finding in findings
    ]


def sentence(label: str, text: str, detail: str = "") -> Item:
    """Return a headline: a label of a word or two, the sentence, and what explains it."""
    return {"label": say(label), "text": text, "detail": detail}


def fact(label: str, value: str, said: str = "") -> Item:
    """Return a key figure of a strip: its label, the figure, and what is said below it."""
    return {"label": say(label), "value": value, "note": said}


def named(names: list[str], most: int = 3) -> str:
    """Return the first names as a sentence lists them, the rest counted."""
    return _listed(names[:most], len(names) - most)


def listed(finding: Finding, name: str, word: Callable[[str], str] = str) -> str:
    """Return the names of a list of a finding as a sentence lists them, those beyond it counted."""
    return _listed([word(name) for name in finding.names[name]], finding.get(f"more_{name}", 0))


def counted(label: str, about: str) -> Tell:
    """Return how a key figure is told that counts some of all."""

    def tell(finding: Finding, _: str) -> Item:
        value = say("{n} of {all}", n=wording.count(finding["n"]), all=wording.count(finding["all"]))
        return fact(label, value, say(about))

    return tell


def _listed(names: list[str], more: int) -> str:
    return wording.listed(names + ([say("{n} more", n=more)] if more > 0 else []))


# --------------------------------------------------------------------------------------- the report on benchmarks' gap


def _verdicts(finding: Finding, _: str) -> Item:
    if finding.verdict == "none":
        text = say("None of the measured KPIs has a benchmark that follows the same definition.")
        return sentence("No verdict", text)
    counted = {
        "misses": say_number(finding["misses"], "{n} misses it", "{n} miss it"),
        "meets": say_number(finding["meets"], "{n} meets it", "{n} meet it"),
        "inconclusive": say_number(finding["inconclusive"], "{n} is inconclusive", "{n} are inconclusive"),
    }
    text = say_number(
        finding["all"],
        "Of {n} comparison with a benchmark, {said}.",
        "Of {n} comparisons with a benchmark, {said}.",
        said=wording.listed([words for verdict, words in counted.items() if finding[verdict]]),
    )
    detail = say("Those of the whole engagement, and a workflow's where its KPI can be compared nowhere else.")
    return sentence("Verdict", text, detail)


def _miss(finding: Finding, currency: str) -> Item:
    row = finding.row
    parts = {
        "subject": wording.subject(row),
        "size": wording.gap(row, currency),
        "value": wording.figure(row, currency),
        "line": wording.line(row, currency, row["value"]),
    }
    text = say("{subject} exceeds the benchmark by {size}: {value} against {line}.", **parts)
    if finding.verdict == "trails":
        text = say("{subject} trails the benchmark by {size}: {value} against {line}.", **parts)
    interval = wording.span(row, currency)
    is_counted = "confidence" not in finding
    certain = wording.capital(interval) if is_counted else say("95% interval {interval}", interval=interval)
    n = "" if finding["n"] != finding["n"] else f", n = {wording.count(finding['n'])}"
    whose = [say(row["benchmark_label"]), say(row["kind"]), say("grade {grade}", grade=row["grade"])]
    whose += [say("stale")] if row["is_stale"] else []
    return sentence("Misses", text, f"{certain}{n}. {say('Benchmark')}: {', '.join(whose)}.")


def _worth(finding: Finding, currency: str) -> Item:
    text = say(
        "Closing the missed gaps is worth {low} to {high} a year; the largest part is {kpi} in {workflow}.",
        low=wording.amount(finding["low"], currency),
        high=wording.amount(finding["high"], currency),
        kpi=wording.inside(say(finding.names["name"])),
        workflow=finding.names["largest"],
    )
    detail = say_number(
        finding["n"],
        "{n} gap with known volume and unit cost, one per kind of failure and workflow.",
        "{n} gaps with known volume and unit cost, one per kind of failure and workflow.",
    )
    return sentence("Worth", text, f"{detail} {say('It is what the gap costs, not what a project saves.')}")


def _doubt(finding: Finding, currency: str) -> Item:
    names = wording.listed([wording.inside(say(name)) for name in finding.names["kpis"]])
    text = wording.capital(say("{names} cannot be judged yet: the interval holds the benchmark.", names=names))
    if finding.verdict == "open":
        return sentence("Inconclusive", text)
    row = finding.row | {"workflow": finding.names["place"]}
    detail = say_number(
        finding["items_needed"],
        "{subject}: {n} more item would settle it, if the figure stays at {value}.",
        "{subject}: {n} more items would settle it, if the figure stays at {value}.",
        subject=wording.subject(row),
        n=wording.count(finding["items_needed"]),
        value=wording.figure(row, currency),
    )
    return sentence("Inconclusive", text, detail)


def _strength(finding: Finding, _: str) -> Item:
    names = [wording.inside(say(name)) for name in finding.names["kpis"]] + [say("others")] * ("more_kpis" in finding)
    text = say_number(
        finding["n"],
        "{names} meets the benchmark with the whole interval.",
        "{names} meet the benchmark with the whole interval.",
        names=wording.listed(names),
    )
    return sentence("Meets", wording.capital(text))


def _items(finding: Finding, _: str) -> Item:
    return fact("Items completed", wording.count(finding["value"]), say("in the period"))


def _compared(finding: Finding, currency: str) -> Item:
    value, line = wording.figure(finding.row, currency), wording.line(finding.row, currency)
    about = {"label": wording.subject(finding.row)}
    return fact("", value, f"{wording.label(finding.verdict).lower()}: {line}") | about


SENTENCES = {"verdicts": _verdicts, "misses": _miss, "worth": _worth, "inconclusive": _doubt, "meets": _strength}
FIGURES = {"items": _items, "compared": _compared}
