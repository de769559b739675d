"""What a log says about itself before any figure is made: rows that cannot be used, cases that the period leaves out.

A rule that few rows break becomes a caveat, printed in the report; where many break it, the file is not what the
engagement says it is, and no report is made. Each rule is a condition in Ibis: one scan counts them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis
from ibis import _

from engineroom.engagement import Cases, Events, Source
from engineroom.errors import Problem
from engineroom.logfile import ROW

TOLERATED = 0.01
"""Share of rows that may be left out, and told."""

EXAMPLES = 3


@dataclass(frozen=True)
class Rule:
    """A condition that rows may break: what is then wrong with them, what happens to them, and the likely cure."""

    broken: Any
    fact: str
    effect: str
    cure: str = ""
    is_left_out: bool = False


Caveat = dict[str, Any]


def of_rows(rows: ibis.Table, spec: Source, where: str) -> tuple[list[Caveat], list[Problem]]:
    """Return the caveats and the problems of the rows as they were read."""
    rules = list(_rules(spec))
    counted = rows.agg(total=_.count(), **{f"rule{i}": _.count(where=rule.broken) for i, rule in enumerate(rules)})
    counts = counted.execute().iloc[0]
    total = int(counts["total"])
    if not total:
        return [], [Problem(where, rule="no row is left", cure="look at filter, and whether the export is complete")]
    caveats, problems = [], []
    for i, rule in enumerate(rules):
        hits = int(counts[f"rule{i}"])
        if not hits:
            continue
        at = rows.filter(rule.broken).order_by(ROW).limit(EXAMPLES)[ROW].execute().tolist()
        examples = f"row{'s' if len(at) > 1 else ''} {', '.join(map(str, at))}"
        said = f"{hits:,} of {total:,} rows {rule.fact}"
        if rule.is_left_out and hits > TOLERATED * total:
            problems.append(Problem(where, int(at[0]), rule=f"{said} ({examples})", cure=rule.cure))
        else:
            caveats.append(_caveat(where, said, rule.effect, hits, total, examples))
    return caveats, problems


def of_cases(cases: ibis.Table, spec: Source, start: Any, end: Any, where: str) -> tuple[list[Caveat], list[Problem]]:
    """Return what the period leaves out and what the log leaves unsaid; a period without any case is a problem."""
    has_due = bool(spec.due or (isinstance(spec, Cases) and spec.met))
    rules = [
        Rule(_.completed < start, "were completed before the period", "left out"),
        Rule(_.received >= end, "were received after the period", "left out"),
        Rule(
            (_.received < end) & (_.completed.isnull() | (_.completed >= end)),
            "were not complete when the period ended",
            "counted as open; they have no cycle time yet, so the slow ones are under-represented",
        ),
        Rule(_.workflows > 1, "carry more than one workflow", "counted under the last in alphabetical order"),
        Rule(
            has_due & _.due.isnull() & _.is_met.isnull(),
            "have no due date",
            "in no SLA figure: without a due date nothing is compliant",
        ),
    ]
    counted = {f"rule{i}": _.count(where=rule.broken) for i, rule in enumerate(rules)}
    counts = cases.agg(total=_.count(), first=_.received.min(), last=_.received.max(), **counted).execute().iloc[0]
    total = int(counts["total"])
    if total == int(counts["rule0"]) + int(counts["rule1"]):
        span = f"they run from {counts['first']:%Y-%m-%d} to {counts['last']:%Y-%m-%d}"
        return [], [
            Problem(where, rule=f"no case was under way in the period; {span}", cure="correct period, or format")
        ]
    found = [
        _caveat(
            where, f"{int(counts[f'rule{i}']):,} of {total:,} cases {rule.fact}", rule.effect, counts[f"rule{i}"], total
        )
        for i, rule in enumerate(rules)
        if counts[f"rule{i}"]
    ]
    return found + [_caveat(where, fact, effect, total, total) for fact, effect in _unsaid(spec)], []


def _rules(spec: Source) -> Iterator[Rule]:
    form = f'times are read as "{spec.format}"' if spec.format else "times are read as 2026-01-31 14:05; state format"
    yield Rule(_.case_id.isnull(), "have no case id", "left out", "case may name the wrong column", True)
    yield Rule(~_.completed_readable, "have a completion time that cannot be read", "left out", form, True)
    yield Rule(~_.received_readable, "have a start time that cannot be read", "left out", form, True)
    yield Rule(~_.cost_readable, "have a cost that cannot be read", "counted without cost")
    if isinstance(spec, Events):
        yield Rule(_.activity.isnull(), "have no activity", "kept; they match no rule")
        yield Rule(_.received > _.completed, "start after they end", "kept; the earlier time counts")
        if spec.human:
            effect = "their case counts in no straight-through rate unless a human touched it elsewhere"
            yield Rule(_.is_human.isnull(), "do not say who did them", effect)
    else:
        yield Rule(
            _.completed < _.received, "are completed before they are received", "kept, with a negative cycle time"
        )


def _unsaid(spec: Source) -> Iterator[tuple[str, str]]:
    """Yield what engagement.toml leaves open, with the assumption that was made instead."""
    if isinstance(spec, Events) and spec.error and not spec.error.inspected:
        effect = (
            "error rates take every item as inspected in workflows where an error was ever recorded, and in no other"
        )
        yield "no inspection is stated", effect
    if isinstance(spec, Events) and not spec.closed:
        yield (
            "no closing activity is stated",
            "every case counts as complete at its last event; open cases cannot be told",
        )
    if not spec.timezone and not (spec.format and "%z" in spec.format):
        yield "no time zone is stated", "times without an offset are taken as UTC"


def _caveat(subject: str, said: str, effect: str, affected: Any, total: int, examples: str = "") -> Caveat:
    return {
        "subject": subject,
        "caveat": said,
        "affected": float(affected),
        "total": float(total),
        "effect": effect,
        "examples": examples,
    }
