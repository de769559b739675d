"""What a log says about itself before any figure is made: rows that cannot be used, cases that the period leaves out.

A rule that few rows break becomes a caveat, printed in the report; where many break it, the file is not what the
engagement says it is, and no report is made. Each rule is a condition in Ibis: one scan where the log lies counts them
all, and only rules that are broken are asked for examples. Caveats are codes; `phrases.tell` makes their sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
from ibis import _

from engineroom.dictionary import codes
from engineroom.errors import Problem
from engineroom.logs import hours, labels, lifecycle, settings
from engineroom.logs.files import FILE, ROW
from engineroom.logs.hours import Window
from engineroom.logs.rows import TIMES, due_until_end
from engineroom.phrases import ENGLISH, tell
from engineroom.readers import cells
from engineroom.readers.engagement import Cases, Events, Source

TOLERATED = 0.01
"""Share of rows that may be left out, and told."""

NEARLY_ALL = 0.9
"""Share from which on something is how a log is written: repeats of an activity, times at midnight."""

STATUS_LOG = "status_log"
LEFT_OUT = "left_out"
BEFORE_PERIOD, AFTER_PERIOD = "completed_before_period", "received_after_period"
REPEATS_ROW, REPEATS_CASE = "repeats_row", "repeats_case_id"

NAMES_ALIKE, NAMES_NUMBERED = "names_alike", "names_numbered"

AMOUNTS = {"cost": "money", "touches": "count"}
"""What an amount of a log is by the kinds of a table."""

EXAMPLES = 3
MOST_NAMES = 10_000
"""Names of a column that are held against each other, the most frequent first."""

MISSING = ("NA", "N/A", "NULL", "NONE", "NAN", "NIL", "-", "?")
READS_AS_MISSING = tuple(sorted({form for word in MISSING for form in (word, word.lower(), word.title())} | {"NaN"}))


@dataclass(frozen=True)
class Rule:
    """A condition that rows may break: what is then wrong with them, what happens to them, and the likely cure.

    Attributes
    ----------
    broken : ibis expression
        True for a row that breaks the rule.
    caveat, effect : str
        Codes of what is wrong with the rows, and of what happens to them.
    cure : str
        As it is told where the report is stopped.
    key : str
        Key of engagement.toml whose column is at fault, blank where it is no single one.
    detail : dict
        What their sentences say besides the numbers.
    is_left_out : bool
        Such rows enter no figure.
    stops : bool
        More than `TOLERATED` of such rows stop the report; those that are left out do so always.
    from_share, to_share : float
        Told only where the share of such rows lies between the two, ends included.
    """

    broken: Any
    caveat: str
    effect: str
    cure: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    is_left_out: bool = False
    stops: bool = False
    from_share: float = 0.0
    to_share: float = 1.0


Caveat = dict[str, Any]
Found = tuple[list[Caveat], list[Problem]]


def of_rows(
    readings: Sequence[ibis.Table], raw: ibis.Table, spec: Source, window: Window, where: str
) -> tuple[Found, ibis.Table]:
    """Return the caveats and the problems of the rows as they were read, and the rows that are fit for figures.

    `raw` are the rows as the client wrote them, from which a value at fault is quoted. Of several readings of the same
    rows the first whose texts are all tidy is taken; the last one's always are. One scan counts every rule, another who
    did what; examples are looked up only for rules that are broken.
    """
    rules = [*_rules(spec, window), *(_event_rules(spec) if isinstance(spec, Events) else _record_rules())]
    counted = {f"rule{i}": _.count(where=rule.broken) for i, rule in enumerate(rules)}
    for rows in readings:
        also = {"completions": _.count(where=_.is_completion)} if isinstance(spec, Events) else {}
        also |= {"dues": _.due.count(), "midnights": _.count(where=_.due_at_midnight)} if spec.due else {}
        counts = rows.agg(total=_.count(), untidy=_.count(where=~_.is_tidy), **counted, **also).execute().iloc[0]
        if not counts["untidy"]:
            break
    total = int(counts["total"])
    unheld = settings.unheld(rows, raw, spec, where)
    if not total:
        cure = "look at filter, and whether the export is complete"
        return ([], [*unheld, Problem(where, rule="no row is left", cure=cure)]), rows
    caveats: list[Caveat] = []
    problems, fit = unheld, rows
    for i, rule in enumerate(rules):
        hits = int(counts[f"rule{i}"])
        if not hits or not rule.from_share <= hits / total <= rule.to_share:
            continue
        at, examples = _examples(rows.filter(rule.broken), spec)
        if rule.is_left_out:
            fit = fit.filter(~rule.broken)
        column = str(getattr(spec, rule.key, None) or "")
        detail = rule.detail | ({"completions": int(counts["completions"])} if rule.effect == "each_an_event" else {})
        if (rule.is_left_out or rule.stops) and hits > TOLERATED * total:
            fault = tell(rule.caveat, ENGLISH, affected=hits, total=total, **detail)
            quoted, cure = _quoted(raw, at, rule.key, spec)
            places = "; ".join([*(tell(one, ENGLISH) for one in examples), *quoted])
            first = 0 if at.empty else int(at["row"].iloc[0])
            problems.append(Problem(where, first, column, rule=f"{fault} ({places})", cure=cure or rule.cure))
        else:
            caveats.append(_caveat(where, "rows", rule.caveat, rule.effect, hits, total, detail, examples))
    if spec.due:
        is_day = _.due_at_midnight if counts["midnights"] >= NEARLY_ALL * counts["dues"] else _.due_is_date
        if days := _number(rows.filter(is_day)):
            examples = _examples(rows.filter(is_day), spec)[1]
            caveats.append(
                _caveat(where, "rows", "due_without_time", "due_until_end_of_day", days, total, examples=examples)
            )
            fit = due_until_end(fit, is_day, spec)
    for column in [name for name in ("activity", "workflow") if getattr(spec, name, None)]:
        caveats += _labels(rows, column, where, total)
    if isinstance(spec, Events) and spec.human:
        caveats += _users(rows, spec, list(spec.human.automatic), where, total)
    return (caveats, problems), fit


def _quoted(raw: ibis.Table, at: pd.DataFrame, key: str, spec: Source) -> tuple[list[str], str]:
    """Return the value at fault as the client wrote it, with the rule that it breaks, and the cure of that rule.

    Nothing is returned where it is blank, or its row cannot be found again.
    """
    column = str(getattr(spec, key, None) or "")
    if at.empty or not column:
        return [], ""
    place = at.iloc[0]
    rows = raw.filter(raw[ROW] == int(place["row"]))
    rows = rows if pd.isna(place["file"]) else rows.filter(_[FILE] == place["file"])
    found = rows.select(said=_[column].cast("string")).execute()["said"].dropna().astype(str).str.strip()
    if found.empty or not (said := found.iloc[0]):
        return [], ""
    kind = "" if spec.format and key in TIMES else AMOUNTS.get(key, "time" if key in TIMES else "text")
    rule, cure = cells.fault(said, kind, spec.marks) if kind else ("", "")
    return [rule or f'"{said[:60]}"'], cure


def _labels(rows: ibis.Table, column: str, where: str, total: int) -> Iterator[Caveat]:
    """Yield names of steps or workflows that are probably one name in several forms, or that carry a number."""
    named = rows.select(name=_[column]).filter(_.name.notnull()).agg(by="name", times=_.count())
    counts = named.order_by([_.times.desc(), _.name]).limit(MOST_NAMES).execute().set_index("name")["times"].to_dict()
    alike, about = labels.variants(counts), {"what": "Steps" if column == "activity" else "Workflows"}
    numbered = [name for name in labels.numbered(counts) if name not in alike]
    for caveat, names, told in (
        (NAMES_ALIKE, list(alike), [f"{name} / {other}" for name, other in alike.items()]),
        (NAMES_NUMBERED, numbered, numbered),
    ):
        if names:
            detail = about | {"names": told[:EXAMPLES]}
            yield _caveat(
                where, "rows", caveat, "each_name_its_own", sum(counts[name] for name in names), total, detail
            )


def _users(rows: ibis.Table, spec: Source, automatic: list[str], where: str, total: int) -> Iterator[Caveat]:
    """Yield users who differ from an automatic one in capitals only."""
    alike = _.actor.lower().isin(sorted({user.lower() for user in automatic}))
    seen = rows.agg(by="actor", times=_.count()).filter(alike).execute().set_index("actor")["times"]
    if others := sorted(set(seen.index) - set(automatic)):
        hits = int(seen[others].sum())
        __at, examples = _examples(rows.filter(_.actor.isin(others)), spec)
        about = ("rows", "automatic_user_in_other_capitals", "counted_as_human")
        yield _caveat(where, *about, hits, total, examples=examples)


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
        (alone, ended, "completions", "completion_without_start", "counted_without_handling_time"),
        (left, begun, "starts", "start_without_completion", "touched_but_not_done"),
    )
    return [_caveat(where, about, found, effect, n, int(of)) for n, of, about, found, effect in rules if n]


def of_order(
    events: ibis.Table, retried: ibis.Table | None, turns: ibis.Table | None, spec: Source, where: str
) -> list[Caveat]:
    """Return what rows that agree with each other say: the same event twice, several at one instant, a case twice.

    An event that stands twice is a second attempt, and one that ties stands in the hand-offs: `retried` and `turns`.
    """
    if isinstance(spec, Cases):
        twice = events.agg(by="case_id", times=_.count()).filter(_.times > 1) if spec.case else None
        extra = _extra(twice) if twice is not None else 0
        return [_caveat(where, "rows", REPEATS_CASE, "each_row_a_case", extra, _number(events))] if extra else []
    if retried is not None:
        same = events.semi_join(retried.filter(_.times > 1), ["case_id", "activity"])
    else:
        at_once = events.agg(by=["case_id", "completed"], times=_.count()).filter(_.times > 1)
        same = events.semi_join(at_once, ["case_id", "completed"])
    found = []
    if retried is not None and (again := _told(retried.agg(updates=(_.times - 1 - _.returns).sum()))):
        found.append(_caveat(where, "rows", "repeats_at_once", "updates_no_rework", again, _number(events)))
    if extra := _extra(same.agg(by=["case_id", "activity", "completed", "received"], times=_.count())):
        found.append(_caveat(where, "rows", REPEATS_ROW, "separate_events", extra, _number(events)))
    if turns is not None and (tied := _told(turns.agg(tied=_.tied.sum()))):
        found.append(_caveat(where, "rows", "shares_instant", "fixed_order", tied, _number(events)))
    return found


def of_keys(found: list[Caveat], spec: Source, where: str) -> list[Problem]:
    """Return the problem of a record table whose stated key is not one: more than `TOLERATED` of its rows repeat it."""
    return [
        Problem(
            where,
            column=str(getattr(spec, "case", "")),
            rule=f"{tell(REPEATS_CASE, ENGLISH, affected=one['affected'], total=one['total'])}; a key names one row",
            cure="keep the last row of each case, name the column that tells cases apart, or describe it as [events]",
        )
        for one in found
        if one["caveat"] == REPEATS_CASE and one["affected"] > TOLERATED * one["total"]
    ]


def of_repeats(cases: ibis.Table, spec: Source, where: str) -> list[Caveat]:
    """Return the caveat of a log in which nearly every case repeats an activity: there a repeat says nothing."""
    if not isinstance(spec, Events) or not spec.rework or not spec.rework.repeats:
        return []
    counts = cases.agg(total=_.count(), repeating=_.count(where=_.repeats)).execute().iloc[0]
    total, repeating = int(counts["total"]), int(counts["repeating"])
    if repeating < NEARLY_ALL * total:
        return []
    return [_caveat(where, "cases", STATUS_LOG, "repeats_are_no_rework", repeating, total)]


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
            found.append(_caveat(where, "cases", rule.caveat, rule.effect, hits, total))
    unsaid = [(caveat, effect, total, total, detail) for caveat, effect, detail in _unsaid(spec)]
    return found + [_caveat(where, "log", *one) for one in unsaid], []


def _rules(spec: Source, window: Window) -> Iterator[Rule]:
    form = f'times are read as "{spec.format}"' if spec.format else "times are read as 2026-01-31 14:05; state format"
    cure = "case may name the wrong column"
    yield Rule(_.case_id.isnull(), "no_case_id", LEFT_OUT, cure, key="case", is_left_out=True)
    cure = "format the column as text, and export it again"
    yield Rule(_.is_shortened, "case_id_shortened", LEFT_OUT, cure, key="case", is_left_out=True)
    arrives = "completed" if isinstance(spec, Events) else "received"
    begins = "started" if isinstance(spec, Events) else "received"
    cure = f"every row needs this time: complete the export, or name another column in {arrives}"
    is_blank = _.time_is_blank & ~_[f"{arrives}_readable"]
    yield Rule(is_blank, f"blank_{arrives}", LEFT_OUT, cure, key=arrives, is_left_out=True)
    ends = ~_.completed_readable & (~is_blank if arrives == "completed" else ibis.literal(True))
    yield Rule(ends, "unreadable_completion_time", LEFT_OUT, form, key="completed", is_left_out=True)
    starts = ~_.received_readable & ~is_blank
    starts = starts & _.completed_readable if isinstance(spec, Events) else starts
    yield Rule(starts, "unreadable_start_time", LEFT_OUT, form, key=begins, is_left_out=True)
    cure = "correct the times, or write oldest = 2001-01-31, the day before which no time is believed"
    about = {"earliest": f"{window.earliest:%Y-%m-%d}"}
    yield Rule(~_.is_plausible, "impossible_time", LEFT_OUT, cure, about, is_left_out=True)
    cure = "correct the formula, or leave the cell blank"
    yield Rule(_.has_error, "spreadsheet_error", LEFT_OUT, cure, is_left_out=True)
    cure = "amounts are read as 1234.50; state decimal and thousands"
    yield Rule(~_.cost_readable, "unreadable_cost", "counted_without_cost", cure, key="cost", stops=True)
    yield Rule(~_.due_readable, "unreadable_due_date", "counted_as_without_due_date", form, key="due", stops=True)
    zone = {"zone": spec.timezone or "UTC"}
    yield Rule(_.has_offset, "offset_from_utc", "others_on_clocks_of_zone", detail=zone, to_share=1 - 1e-12)
    yield Rule(_.is_whole_day, "date_without_time", "no_durations_below_a_day", from_share=TOLERATED)
    yield Rule(_.case_id.isin(READS_AS_MISSING), "case_id_reads_as_missing", "kept_as_text")


def _event_rules(spec: Events) -> Iterator[Rule]:
    yield Rule(_.activity.isnull(), "no_activity", "kept_matching_no_rule")
    cure = "started and completed may name each other's column"
    yield Rule(_.received > _.completed, "starts_after_end", "earlier_time_counts", cure, key="started", stops=True)
    if spec.lifecycle:
        yield Rule(_.is_transition, "step_besides_start_and_completion", "no_event_of_its_own")
    else:
        yield Rule(_.is_transition, "step_besides_completion", "each_an_event")
    if spec.human:
        yield Rule(_.is_human.isnull(), "nobody_named", "counts_if_touched_elsewhere")
    elif spec.resource:
        yield Rule(_.resource.isnull(), "nobody_named", "no_handoffs_known")


def _record_rules() -> Iterator[Rule]:
    cure = "received and completed may name each other's column"
    is_before = _.completed < _.received
    yield Rule(is_before, "completed_before_received", "no_cycle_time", cure, key="completed", stops=True)
    cure = "numbers are read as 1234; state decimal and thousands"
    yield Rule(~_.touches_readable, "unreadable_touches", "counted_without_touches", cure, key="touches", stops=True)
    cure = "add the words to yes or no of met, reworked or defective; capitals count"
    yield Rule(_.not_understood, "answer_not_understood", "counted_as_unanswered", cure, stops=True)


def _case_rules(cases: ibis.Table, spec: Source, window: Window) -> Iterator[Rule]:
    start, end = window.start, window.end
    yield Rule(_.completed < start, BEFORE_PERIOD, "left_out_except_sla")
    yield Rule(_.received >= end, AFTER_PERIOD, LEFT_OUT)
    under_way = (_.received < end) & (_.completed.isnull() | (_.completed >= end))
    yield Rule(under_way, "open_at_period_end", "counted_as_open")
    yield Rule(_.workflows > 1, "several_workflows", "counted_under_several")
    if spec.due or (isinstance(spec, Cases) and spec.met):
        yield Rule(_.due.isnull() & _.is_met.isnull(), "no_due_date", "in_no_sla")
    cycle = hours.spent(cases.received, cases.completed, spec, window, "duckdb").cast("float64")
    is_longer = _.handling_hours * ibis.literal(3.6e9, "float64") > cycle + 1
    yield Rule(is_longer, "handled_longer_than_lasted", "steps_overlap")


def _unsaid(spec: Source) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield what engagement.toml leaves open, with the assumption that was made instead and what its sentence says."""
    if isinstance(spec, Events) and spec.error and not spec.error.inspected:
        yield "no_inspection_stated", "every_item_inspected", {}
    if isinstance(spec, Events) and not spec.closed:
        yield "no_closing_activity_stated", "complete_at_last_event", {}
    if isinstance(spec, Events) and spec.resource and not spec.human:
        yield "no_automatic_user_stated", "systems_as_people", {}
    if calendar := hours.described(spec):
        yield "working_time_alone", "not_elapsed_times", {"calendar": calendar}
    if not spec.timezone and not (spec.format and "%z" in spec.format):
        yield "no_time_zone_stated", "times_as_utc", {}


def _examples(broken: ibis.Table, spec: Source) -> tuple[pd.DataFrame, list[str]]:
    """Return where rows are at fault (file, row; none in a database), and how a reader looks them up, as codes."""
    if spec.connection:
        ids = broken.select("case_id").limit(EXAMPLES).execute()["case_id"]
        return pd.DataFrame(), [codes.code("at_case", case=one) for one in sorted({str(one)[:60] for one in ids})]
    at = broken.select("file", "row").limit(EXAMPLES).execute()
    rows = [int(row) for row in at["row"]]
    if at["file"].isna().all():
        return at, [codes.code("at_rows", n=len(rows), rows=rows)]
    return at, [
        codes.code("at_row_of_file", file=Path(file).name, row=str(row))
        for file, row in zip(at["file"], rows, strict=True)
    ]


def _extra(grouped: ibis.Table) -> int:
    """Return how many rows there are beyond one in each group."""
    return _told(grouped.agg(extra=_.times.sum() - _.count()))


def _number(rows: ibis.Table) -> int:
    return int(rows.count().execute())


def _told(figure: ibis.Table) -> int:
    """Return the one number of a table, 0 where it is none."""
    told = figure.execute().iloc[0, 0]
    return int(told) if told == told and told is not None else 0


def _caveat(
    subject: str,
    about: str,
    caveat: str,
    effect: str,
    affected: Any,
    total: int,
    detail: dict[str, Any] | None = None,
    examples: Sequence[str] = (),
) -> Caveat:
    return {
        "subject": subject,
        "caveat": caveat,
        "affected": float(affected),
        "total": float(total),
        "about": about,
        "effect": effect,
        "is_left_out": effect == LEFT_OUT,
        "detail": codes.packed(detail or {}),
        "examples": codes.several(examples),
    }
