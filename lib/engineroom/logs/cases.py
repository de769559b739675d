"""Turn the rows of a log into one row a case: the table from which every figure is a plain aggregate.

Order is needed by two figures only, hand-offs and repeats. Repeats are first found by counting, and only the cases
that have some are put in order: in a sound log they are few.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
from ibis import _

from engineroom.dictionary import results
from engineroom.logs import engines, hours
from engineroom.logs.engines import EXACT
from engineroom.logs.hours import Window
from engineroom.readers.contract import Activities, Errors, Rework
from engineroom.readers.engagement import Events, Source

Save = Callable[[str, ibis.Table], ibis.Table]

STEPS = ("cases_alone", "handoffs", "names_", "tried")
"""How the names begin of what is saved on the way and needed no longer."""

SEVERAL = "(several)"
"""Workflow of a case whose events do not agree."""


def attempts(events: ibis.Table, save: Save) -> ibis.Table:
    """Return the activities that a case did more than once (`times`), or that failed in it (`failed`).

    `returns` says how often the case came back to the activity, after another one or after it had failed. Any other row
    that follows one of the same activity is an update of it. Rows at one instant are taken by activity.
    """
    named = events.filter(_.activity.notnull())
    counted = named.agg(by=["case_id", "activity"], times=_.count(), failed=_.count(where=_.exception.notnull()))
    counted = save("tried", counted.filter((_.times > 1) | (_.failed > 0)))
    again = counted.filter(_.times > 1).select("case_id").distinct()
    step = engines.in_byte_order(named.activity, events.get_backend().name)
    failed = ibis.ifelse(named.exception.notnull(), 1, 0)
    turn = ibis.window(group_by="case_id", order_by=[_.completed, _.received, step, failed])
    ordered = named.semi_join(again, "case_id").select(
        "case_id", "activity", before=_.activity.lag().over(turn), failed_before=_.exception.lag().over(turn)
    )
    is_attempt = _.before.isnull() | (_.before != _.activity) | _.failed_before.notnull()
    returned = ordered.filter(is_attempt).agg(by=["case_id", "activity"], visits=_.count())
    both = counted.left_join(returned, ["case_id", "activity"]).drop("case_id_right", "activity_right")
    return both.mutate(returns=(_.visits - 1).fill_null(0)).drop("visits")


def handoffs(events: ibis.Table, spec: Events) -> ibis.Table:
    """Return how often each case passes from one person to the next, events at one instant in the order of their bytes.

    `tied` counts those that share their instant with another. Where automatic users are named their events are left
    out, so that a system in between invents no hand-off. A case in which an event does not say who did it has an
    unknown number of them (`of_events`).
    """
    own = events.filter(_.resource.notnull() & (_.is_human if spec.human else True))
    last = engines.in_byte_order(own.resource, events.get_backend().name)
    turn = ibis.window(group_by="case_id", order_by=[_.completed, _.received, last])
    before = own.select(
        "case_id",
        "resource",
        "completed",
        before=_.resource.lag().over(turn),
        earlier=_.completed.lag().over(turn),
        later=_.completed.lead().over(turn),
    )
    return before.agg(
        by="case_id",
        handoffs=_.count(where=_.before != _.resource),
        tied=_.count(where=(_.completed == _.earlier) | (_.completed == _.later)),
    )


def of_events(
    events: ibis.Table, timed: ibis.Table, save: Save, spec: Events
) -> tuple[ibis.Table, ibis.Table | None, ibis.Table | None]:
    """Return the case table of an event log, with its attempts and its hand-offs where something is made of them.

    `timed` are the events with the time that each took. `save` keeps an intermediate table where the engine may write:
    each is made from the events themselves, because two branches of one query on them would have the engine keep all.
    """
    repeats = bool(spec.rework and spec.rework.repeats)
    retried = save("attempts", attempts(events, save)) if repeats or spec.exception else None
    names = _names(events, save)
    key = _.workflow
    if names is not None:  # a missing text has a number too, and would differ from the one name of the case
        key = ibis.ifelse(key.notnull(), engines.coded(key, events.get_backend().name), None)
    differs = (key.min() != key.max()).fill_null(False)
    told = _case_of_events(spec) | {"workflow": key.min(), "workflow_differs": differs}
    cases = save("cases_alone", timed.agg(by="case_id", **told))
    cases = _named(cases, names)
    turns = save("handoffs", handoffs(events, spec)) if spec.resource or spec.human else None
    if turns is not None:
        cases = _joined(cases, turns.select("case_id", "handoffs"))
        counted = _.handoffs.fill_null(0).cast("float64")
        cases = cases.mutate(handoffs=ibis.ifelse(_.nameless > 0, None, counted))
    else:
        cases = cases.mutate(handoffs=ibis.null("float64"))
    cases = cases.drop("nameless")
    if repeats and retried is not None:
        repeated = retried.filter(_.returns > 0).select("case_id").distinct().mutate(repeats=True)
        cases = _joined(cases, repeated).mutate(repeats=_.repeats.fill_null(False))
    else:
        cases = cases.mutate(repeats=ibis.null("boolean"))
    return save("cases", cases.mutate(is_met=ibis.null("boolean"))), retried, turns


def of_records(rows: ibis.Table, spec: Source) -> ibis.Table:
    """Return the case table of a record table: its rows are cases already."""
    nothing: dict[str, Any] = {
        name: ibis.null("float64") for name in ("handoffs", "handling_hours", "rework_cost", "failures")
    }
    names = [name for name in results.Cases.to_schema().columns if name in rows.columns]
    return rows.select(*names).mutate(**nothing, events=ibis.null("int64"), workflows=ibis.literal(1))


def reworked(cases: ibis.Table, spec: Source) -> ibis.Table:
    """Return the case table with what counts as rework: stated activities, and repeats unless nearly all repeat."""
    if not isinstance(spec, Events) or not spec.rework or not spec.rework.repeats:
        return cases
    return cases.mutate(is_reworked=_.is_reworked.fill_null(False) | _.repeats)


def inspected(cases: ibis.Table, spec: Source) -> ibis.Table:
    """Forget errors of workflows in which none was ever recorded: nobody looked, and 0% would be a fiction."""
    if not isinstance(spec, Events) or not spec.error or spec.error.inspected:
        return cases
    watched = cases.filter(_.is_defective).select("workflow").distinct()
    looked = cases.workflow.isin(watched.workflow) | cases.workflow.isnull()
    return cases.mutate(is_defective=ibis.ifelse(looked, cases.is_defective, None))


def in_period(cases: ibis.Table, spec: Source, window: Window) -> ibis.Table:
    """Return the cases that concern a period: under way in it, or due in it; one done early counts for its SLA alone.

    Adds `is_done` (completed in the period), `is_open` (not complete when it ended) and `hours` (the cycle time, by the
    working calendar where one is stated). It is blank where a case is one event without a start, or ends before it
    began.
    """
    start, end = window.start, window.end
    due = ((_.due >= start) & (_.due < end)).fill_null(False)
    own = cases.filter((_.received < end) & (_.completed.isnull() | (_.completed >= start) | due))
    lasted = engines.in_hours(hours.spent(own.received, own.completed, spec, window, "duckdb"))
    has_two_ends = (own.completed > own.received) | (own.events.isnull() & (own.completed == own.received))
    has_two_ends = has_two_ends | ((own.events > 1) & (own.completed == own.received))
    return own.mutate(
        is_done=((_.completed >= start) & (_.completed < end)).fill_null(False),
        is_open=_.completed.isnull() | (_.completed >= end),
        hours=ibis.ifelse(has_two_ends.fill_null(False), lasted, None),
    )


def _joined(cases: ibis.Table, more: ibis.Table) -> ibis.Table:
    return cases.left_join(more, "case_id").drop("case_id_right")


def _names(events: ibis.Table, save: Save) -> ibis.Table | None:
    """Return the names of workflows with the number that stands for each; None where they are grouped as texts.

    Smallest and largest of a text are dear, and a workflow has few names for many events.
    """
    engine = events.get_backend().name
    names = events.select(name=events.workflow).filter(_.name.notnull()).distinct()
    names = names.mutate(number=engines.coded(_.name, engine))
    if names.number.type().is_string():
        return None
    names = save("names_workflow", names)
    counts = names.agg(names=_.count(), numbers=_.number.nunique()).execute().iloc[0]
    return names if counts["names"] == counts["numbers"] else None


def _named(cases: ibis.Table, names: ibis.Table | None) -> ibis.Table:
    """Return the case table with names again where numbers stood for them, and "(several)" where events differ.

    Neither the order of numbers nor that of an engine's alphabet decides anything.
    """
    own = _.workflow
    if names is not None:
        cases = cases.left_join(names, cases.workflow == names.number).drop("number")
        own = _.name
    workflow, number = ibis.ifelse(_.workflow_differs, SEVERAL, own), ibis.ifelse(_.workflow_differs, 2, 1)
    cases = cases.mutate(workflow=workflow, workflows=number)
    return cases.drop("workflow_differs", *(["name"] if names is not None else []))


def _only(value: Any, where: Any) -> Any:
    """Return a value where a condition holds: inside an aggregate DuckDB takes it faster than a filter beside it."""
    return ibis.ifelse(where, value, None)


def _case_of_events(spec: Events) -> dict[str, Any]:
    """Return what the events of one case say about it, each as one aggregate."""
    failed = _.exception.notnull()
    told = {
        "received": ibis.least(_.received.min(), _.completed.min()),
        "completed": _only(_.completed, _doing(spec.closed)).max() if spec.closed else _.completed.max(),
        "events": _.count(),
        "nameless": _only(1, _.resource.isnull() & _.is_human.fill_null(True)).count(),
        "touches": ibis.null("float64"),
        "is_reworked": ibis.null("boolean"),
        "is_defective": ibis.null("boolean"),
        "cost": _.cost.cast(EXACT).sum().cast("float64"),
        "rework_cost": ibis.null("float64"),
        "failures": _.exception.count().cast("float64") if spec.exception else ibis.null("float64"),
        "handling_hours": engines.in_hours((_only(_.handled, _.is_human) if spec.human else _.handled).sum()),
        "due": _.due.max(),
    }
    if spec.human:
        humans, unknown = _only(1, _.is_human).count(), _.count() - _.is_human.count()
        told["touches"] = ibis.ifelse((unknown == 0) | (humans > 0), humans.cast("float64"), None)
    redone = _doing(spec.rework) if spec.rework else ibis.literal(False)
    if spec.rework and spec.rework.activities:
        told["is_reworked"] = _only(1, redone).count() > 0
    if spec.cost and (spec.exception or (spec.rework and spec.rework.activities)):
        lost = _only(_.cost.cast(EXACT), redone | failed if spec.rework and spec.rework.activities else failed)
        told["rework_cost"] = lost.sum().fill_null(0).cast("float64")
    if spec.error:
        told["is_defective"] = _only(1, _doing(spec.error)).count() > 0
        if spec.error.inspected:
            looked = _.activity.isin([*spec.error.inspected, *spec.error.activities])
            told["is_defective"] = ibis.ifelse(_only(1, looked).count() > 0, told["is_defective"], None)
    return told


def _doing(named: Activities | Errors | Rework) -> Any:
    return _.activity.isin(list(named.activities))
