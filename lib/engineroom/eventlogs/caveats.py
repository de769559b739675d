"""What a log says about itself before any figure is made: rows that cannot be used, cases that the period leaves out.

A rule that few rows break becomes a caveat, printed in the report; where many break it, the file is not what the
engagement says it is, and no report is made. Each rule is a condition in Ibis: one scan where the log lies counts them
all, and only rules that are broken are asked for examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
from ibis import _

from engineroom.errors import Problem
from engineroom.eventlogs import lifecycle, workingtime
from engineroom.eventlogs.workingtime import OLDEST, Window
from engineroom.readers.engagement import Cases, Events, Source

TOLERATED = 0.01
"""Share of rows that may be left out, and told."""

NEARLY_ALL = 0.9
"""Share of cases that repeat an activity from which on a repeat is how the log is written, not rework."""

STATUS_LOG = "cases repeat an activity, as a log of status changes does"

EXAMPLES = 3
MISSING = ("NA", "N/A", "NULL", "NONE", "NAN", "NIL", "-", "?", "#N/A")
READS_AS_MISSING = tuple(sorted({form for word in MISSING for form in (word, word.lower(), word.title())} | {"NaN"}))


@dataclass(frozen=True)
class Rule:
    """A condition that rows may break: what is then wrong with them, what happens to them, and the likely cure.

    Attributes
    ----------
    broken : ibis expression
        True for a row that breaks the rule.
    fact, effect, cure : str
        As they are told.
    is_left_out : bool
        Such rows enter no figure: more than `TOLERATED` of them stop the report.
    from_share, to_share : float
        Told only where the share of such rows lies between the two, ends included.
    """

    broken: Any
    fact: str
    effect: str
    cure: str = ""
    is_left_out: bool = False
    from_share: float = 0.0
    to_share: float = 1.0


Caveat = dict[str, Any]
Found = tuple[list[Caveat], list[Problem]]


def of_rows(readings: Sequence[ibis.Table], spec: Source, where: str) -> tuple[Found, ibis.Table]:
    """Return the caveats and the problems of the rows as they were read, and the rows that are fit for figures.

    Of several readings of the same rows the first whose texts are all tidy is taken; the last one's always are. One
    scan counts every rule, another who did what; examples are looked up only for rules that are broken.
    """
    rules = [*_rules(spec), *(_event_rules(spec) if isinstance(spec, Events) else _record_rules())]
    counted = {f"rule{i}": _.count(where=rule.broken) for i, rule in enumerate(rules)}
    for rows in readings:
        counts = rows.agg(total=_.count(), untidy=_.count(where=~_.is_tidy), **counted).execute().iloc[0]
        if not counts["untidy"]:
            break
    total = int(counts["total"])
    if not total:
        cure = "look at filter, and whether the export is complete"
        return ([], [Problem(where, rule="no row is left", cure=cure)]), rows
    caveats, problems, fit = [], [], rows
    for i, rule in enumerate(rules):
        hits = int(counts[f"rule{i}"])
        if not hits or not rule.from_share <= hits / total <= rule.to_share:
            continue
        first, examples = _examples(rows.filter(rule.broken), spec)
        said = f"{hits:,} of {total:,} rows {rule.fact}"
        if rule.is_left_out:
            fit = fit.filter(~rule.broken)
        if rule.is_left_out and hits > TOLERATED * total:
            problems.append(Problem(where, first, rule=f"{said} ({examples})", cure=rule.cure))
        else:
            caveats.append(_caveat(where, said, rule.effect, hits, total, examples))
    if isinstance(spec, Events) and spec.human:
        caveats += _users(rows, spec, list(spec.human.automatic), where, total)
    return (caveats, problems), fit


def _users(rows: ibis.Table, spec: Source, automatic: list[str], where: str, total: int) -> Iterator[Caveat]:
    """Yield automatic users that did nothing, and users who differ from an automatic one in capitals only."""
    alike = _.actor.lower().isin(sorted({user.lower() for user in automatic}))
    seen = rows.agg(by="actor", times=_.count()).filter(alike).execute().set_index("actor")["times"]
    if unseen := [user for user in automatic if user not in seen.index]:
        said = f"no row was done by {', '.join(unseen[:EXAMPLES])}, which [events.human] names as automatic"
        yield _caveat(where, said, "if the log writes it otherwise, its work counts as human", 0, total)
    if others := sorted(set(seen.index) - set(automatic)):
        hits = int(seen[others].sum())
        said = f"{hits:,} of {total:,} rows were done by a user who differs from an automatic one in capitals only"
        _first, examples = _examples(rows.filter(_.actor.isin(others)), spec)
        yield _caveat(where, said, "counted as human", hits, total, examples)


def of_pairs(events: ibis.Table, where: str) -> list[Caveat]:
    """Return how many starts and completions of `lifecycle.paired` found no partner."""
    counts = events.agg(
        total=_.count(),
        unbegun=_.count(where=_[lifecycle.UNBEGUN]),
        unfinished=_.count(where=_[lifecycle.UNFINISHED]),
    )
    told = counts.execute().iloc[0].astype(int)
    ended, alone, left = told["total"] - told["unfinished"], told["unbegun"], told["unfinished"]
    begun = ended - alone + left
    rules = (
        (alone, ended, "completions have no start", "counted, without handling time"),
        (left, begun, "starts have no completion", "their case is under way and was touched, but no step was done"),
    )
    return [_caveat(where, f"{n:,} of {of:,} {fact}", effect, n, int(of)) for n, of, fact, effect in rules if n]


def of_order(
    events: ibis.Table, retried: ibis.Table | None, turns: ibis.Table | None, spec: Source, where: str
) -> list[Caveat]:
    """Return what rows that agree with each other say: the same event twice, several at one instant, a case twice.

    An event that stands twice is a second attempt, and one that ties stands in the hand-offs: `retried` and `turns`.
    """
    if isinstance(spec, Cases):
        twice = events.agg(by="case_id", times=_.count()).filter(_.times > 1) if spec.case else None
        extra = _extra(twice) if twice is not None else 0
        if not extra:
            return []
        said = f"{extra:,} of {_number(events):,} rows repeat a case id"
        return [_caveat(where, said, "each row is counted as a case of its own", extra, _number(events))]
    if retried is not None:
        same = events.semi_join(retried.filter(_.times > 1), ["case_id", "activity"])
    else:
        at_once = events.agg(by=["case_id", "completed"], times=_.count()).filter(_.times > 1)
        same = events.semi_join(at_once, ["case_id", "completed"])
    found = []
    if extra := _extra(same.agg(by=["case_id", "activity", "completed", "received"], times=_.count())):
        said = f"{extra:,} of {_number(events):,} rows repeat the case, activity and time of another row"
        found.append(_caveat(where, said, "counted as they stand, as separate events", extra, _number(events)))
    if turns is not None and (tied := _told(turns.agg(tied=_.tied.sum()))):
        said = f"{tied:,} of {_number(events):,} rows share their case and instant with another row"
        effect = "which came first cannot be told; hand-offs take them in a fixed order"
        found.append(_caveat(where, said, effect, tied, _number(events)))
    return found


def of_repeats(cases: ibis.Table, spec: Source, where: str) -> list[Caveat]:
    """Return the caveat of a log in which nearly every case repeats an activity: there a repeat says nothing."""
    if not isinstance(spec, Events) or not spec.rework or not spec.rework.repeats:
        return []
    counts = cases.agg(total=_.count(), repeating=_.count(where=_.repeats)).execute().iloc[0]
    total, repeating = int(counts["total"]), int(counts["repeating"])
    if repeating < NEARLY_ALL * total:
        return []
    said = f"{repeating:,} of {total:,} {STATUS_LOG}"
    effect = "a repeat is not taken as rework, and no figure rests on repeats"
    return [_caveat(where, said, effect, repeating, total)]


def of_cases(cases: ibis.Table, spec: Source, window: Window, where: str) -> Found:
    """Return what the period leaves out and what the log leaves unsaid; a period without any case is a problem."""
    rules = list(_case_rules(cases, spec, window))
    counted = {f"rule{i}": _.count(where=rule.broken) for i, rule in enumerate(rules)}
    counts = cases.agg(total=_.count(), first=_.received.min(), last=_.received.max(), **counted).execute().iloc[0]
    total = int(counts["total"])
    if total == int(counts["rule0"]) + int(counts["rule1"]):
        span = f"they run from {counts['first']:%Y-%m-%d} to {counts['last']:%Y-%m-%d}" if total else "there is none"
        said = f"no case was under way in the period; {span}"
        return [], [Problem(where, rule=said, cure="correct period, or format")]
    found = []
    for i, rule in enumerate(rules):
        if hits := int(counts[f"rule{i}"]):
            found.append(_caveat(where, f"{hits:,} of {total:,} cases {rule.fact}", rule.effect, hits, total))
    return found + [_caveat(where, fact, effect, total, total) for fact, effect in _unsaid(spec)], []


def _rules(spec: Source) -> Iterator[Rule]:
    form = f'times are read as "{spec.format}"' if spec.format else "times are read as 2026-01-31 14:05; state format"
    yield Rule(_.case_id.isnull(), "have no case id", "left out", "case may name the wrong column", True)
    yield Rule(~_.completed_readable, "have a completion time that cannot be read", "left out", form, True)
    yield Rule(~_.received_readable, "have a start time that cannot be read", "left out", form, True)
    fact = f"carry a time that cannot be true (more than {OLDEST} years before the period, or after as_of)"
    yield Rule(~_.is_plausible, fact, "left out", "correct the times, or format", True)
    yield Rule(~_.cost_readable, "have a cost that cannot be read", "counted without cost")
    yield Rule(~_.due_readable, "have a due date that cannot be read", "counted as if they had none")
    zone = spec.timezone or "UTC"
    offset = f"those are instants; the others are read on the clocks of {zone}"
    yield Rule(_.has_offset, "state an offset from UTC, the others do not", offset, to_share=1 - 1e-12)
    whole = "durations shorter than a day cannot be told there"
    yield Rule(_.is_whole_day, "carry a date without a time of day", whole, from_share=TOLERATED)
    effect = "kept as texts; a text that means no value belongs into missing"
    yield Rule(_.case_id.isin(READS_AS_MISSING), "have a case id that reads as missing", effect)


def _event_rules(spec: Events) -> Iterator[Rule]:
    yield Rule(_.activity.isnull(), "have no activity", "kept; they match no rule")
    yield Rule(_.received > _.completed, "start after they end", "kept, without handling time; the earlier time counts")
    effect = 'each is counted as an event; filter = { "lifecycle:transition" = ["complete"] } keeps completions only'
    fact = "are other steps of a life cycle than its completion"
    if spec.lifecycle:
        fact, effect = "are other steps of a life cycle than start and completion", "left out"
    yield Rule(_.is_transition, fact, effect)
    if spec.human:
        effect = "their case counts in no straight-through rate unless a human touched it elsewhere"
        yield Rule(_.is_human.isnull(), "do not say who did them", effect)


def _record_rules() -> Iterator[Rule]:
    fact = "are completed before they are received"
    yield Rule(_.completed < _.received, fact, "kept, with a negative cycle time")


def _case_rules(cases: ibis.Table, spec: Source, window: Window) -> Iterator[Rule]:
    start, end = window.start, window.end
    effect = "left out, except from the SLA of those that were due in it"
    yield Rule(_.completed < start, "were completed before the period", effect)
    yield Rule(_.received >= end, "were received after the period", "left out")
    under_way = (_.received < end) & (_.completed.isnull() | (_.completed >= end))
    effect = "counted as open; they have no cycle time yet, so the slow ones are under-represented"
    yield Rule(under_way, "were not complete when the period ended", effect)
    effect = 'counted in the whole, and under the workflow "(several)"'
    yield Rule(_.workflows > 1, "carry more than one workflow", effect)
    if spec.due or (isinstance(spec, Cases) and spec.met):
        effect = "in no SLA figure: without a due date nothing is compliant"
        yield Rule(_.due.isnull() & _.is_met.isnull(), "have no due date", effect)
    effect = "steps overlap there, so that handling takes longer than the case and waiting counts as none"
    cycle = workingtime.spent(cases.received, cases.completed, spec, window, "duckdb").cast("float64")
    yield Rule(
        _.handling_hours * ibis.literal(3.6e9, "float64") > cycle + 1,
        "were handled for longer than they lasted",
        effect,
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
    if isinstance(spec, Events) and spec.resource and not spec.human:
        yield "no automatic user is stated", "hand-offs count systems as if they were people"
    if calendar := workingtime.described(spec):
        yield f"durations count working time alone: {calendar}", "cycle and handling times are not elapsed ones"
    if not spec.timezone and not (spec.format and "%z" in spec.format):
        yield "no time zone is stated", "times without an offset are taken as UTC"


def _examples(broken: ibis.Table, spec: Source) -> tuple[int, str]:
    """Return the first row at fault, and up to three as a reader would look them up."""
    if spec.connection:
        ids = broken.select("case_id").limit(EXAMPLES).execute()["case_id"]
        return 0, ", ".join(f'case "{one}"' for one in sorted({str(one)[:60] for one in ids}))
    at = broken.select("file", "row").limit(EXAMPLES).execute()
    rows = [int(row) for row in at["row"]]
    if at["file"].isna().all():
        return rows[0], f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows))}"
    return rows[0], ", ".join(f"{Path(file).name} row {row}" for file, row in zip(at["file"], rows, strict=True))


def _extra(grouped: ibis.Table) -> int:
    """Return how many rows there are beyond one in each group."""
    return _told(grouped.agg(extra=_.times.sum() - _.count()))


def _number(rows: ibis.Table) -> int:
    return int(rows.count().execute())


def _told(figure: ibis.Table) -> int:
    """Return the one number of a table, 0 where it is none."""
    told = figure.execute().iloc[0, 0]
    return int(told) if told == told and told is not None else 0


def _caveat(subject: str, said: str, effect: str, affected: Any, total: int, examples: str = "") -> Caveat:
    return {
        "subject": subject,
        "caveat": said,
        "affected": float(affected),
        "total": float(total),
        "effect": effect,
        "examples": examples,
    }
