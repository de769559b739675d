"""Turn the rows of a log into one row a case: the table from which every figure is a plain aggregate.

Order is needed by one figure only, the hand-offs, and by no other. Repeats are found by counting, and only those
(case, activity) pairs are kept that happened more than once or failed: in a sound log they are few.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
from ibis import _

from engineroom import engines, results
from engineroom.engagement import Events, Source
from engineroom.engines import EXACT
from engineroom.logrows import Window

Save = Callable[[str, ibis.Table], ibis.Table]

SEVERAL = "(several)"
"""Workflow, or attribute, of a case whose events do not agree."""


def attempts(events: ibis.Table) -> ibis.Table:
    """Return the activities that a case did more than once (`times`), or that failed in it (`failed`)."""
    counted = events.filter(_.activity.notnull()).agg(
        by=["case_id", "activity"], times=_.count(), failed=_.count(where=_.exception.notnull())
    )
    return counted.filter((_.times > 1) | (_.failed > 0))


def handoffs(events: ibis.Table, spec: Events) -> ibis.Table:
    """Return how often each case passes from one person to the next, events at one instant in the order of their bytes.

    Where automatic users are named their events are left out, so that a system in between invents no hand-off.
    """
    own = events.filter(_.resource.notnull() & (_.is_human if spec.human else True))
    last = engines.in_byte_order(own.resource, events.get_backend().name)
    turn = ibis.window(group_by="case_id", order_by=[_.completed, _.received, last])
    before = own.select("case_id", "resource", before=_.resource.lag().over(turn))
    return before.agg(by="case_id", handoffs=_.count(where=_.before != _.resource))


def of_events(events: ibis.Table, save: Save, spec: Events) -> tuple[ibis.Table, ibis.Table | None]:
    """Return the case table of an event log, and its attempts where something is made of them.

    `save` keeps an intermediate table where the engine may write: each is made from the events themselves, because two
    branches of one query on them would have the engine keep all of them.
    """
    repeats = bool(spec.rework and spec.rework.repeats)
    retried = save("attempts", attempts(events)) if repeats or spec.exception else None
    cases = save("cases_alone", events.agg(by="case_id", **_case_of_events(spec)))
    if spec.resource or spec.human:
        cases = _joined(cases, save("handoffs", handoffs(events, spec)))
        cases = cases.mutate(handoffs=_.handoffs.fill_null(0).cast("float64"))
    else:
        cases = cases.mutate(handoffs=ibis.null("float64"))
    if repeats and retried is not None:
        repeated = retried.filter(_.times > 1).select("case_id").distinct().mutate(repeats=True)
        cases = _joined(cases, repeated).mutate(repeats=_.repeats.fill_null(False))
    else:
        cases = cases.mutate(repeats=ibis.null("boolean"))
    return save("cases", cases.mutate(is_met=ibis.null("boolean"))), retried


def of_records(rows: ibis.Table, spec: Source) -> ibis.Table:
    """Return the case table of a record table: its rows are cases already."""
    nothing: dict[str, Any] = {
        name: ibis.null("float64") for name in ("handoffs", "handling_hours", "rework_cost", "failures")
    }
    names = [name for name in _columns(spec) if name in rows.columns]
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


def in_period(cases: ibis.Table, window: Window) -> ibis.Table:
    """Return the cases that concern a period: under way in it, or due in it; one done early counts for its SLA alone.

    Adds `is_done` (completed in the period), `is_open` (not complete when it ended) and `hours` (the cycle time).
    """
    start, end = window.start, window.end
    due = ((_.due >= start) & (_.due < end)).fill_null(False)
    own = cases.filter((_.received < end) & (_.completed.isnull() | (_.completed >= start) | due))
    return own.mutate(
        is_done=((_.completed >= start) & (_.completed < end)).fill_null(False),
        is_open=_.completed.isnull() | (_.completed >= end),
        hours=engines.in_hours(_.completed.delta(_.received, unit="microsecond")),
    )


def _columns(spec: Source) -> list[str]:
    return [*results.Cases.to_schema().columns, *(f"attribute{i}" for i in range(len(spec.attributes)))]


def _joined(cases: ibis.Table, more: ibis.Table) -> ibis.Table:
    return cases.left_join(more, "case_id").drop("case_id_right")


def _one_of(column: Any) -> Any:
    """Return the value that all events of a case share, or that they do not: no engine's alphabet decides."""
    return ibis.ifelse(column.min() == column.max(), column.min(), ibis.literal(SEVERAL))


def _case_of_events(spec: Events) -> dict[str, Any]:
    """Return what the events of one case say about it, each as one aggregate."""
    closing = _.activity.isin(list(spec.closed.activities)) if spec.closed else ibis.literal(True)
    told = {
        "workflow": ibis.ifelse(_.workflow.count() > 0, _one_of(_.workflow), None),
        "workflows": ibis.ifelse((_.workflow.min() == _.workflow.max()).fill_null(True), 1, 2),
        "received": ibis.least(_.received.min(), _.completed.min()),
        "completed": _.completed.max(where=closing),
        "events": _.count(),
        "touches": ibis.null("float64"),
        "is_reworked": ibis.null("boolean"),
        "is_defective": ibis.null("boolean"),
        "cost": _.cost.cast(EXACT).sum().cast("float64"),
        "rework_cost": ibis.null("float64"),
        "failures": _.count(where=_.exception.notnull()).cast("float64") if spec.exception else ibis.null("float64"),
        "handling_hours": engines.in_hours(_.handled.sum(where=_.is_human if spec.human else ibis.literal(True))),
        "due": _.due.max(),
    }
    told |= {f"attribute{i}": _attribute(i) for i in range(len(spec.attributes))}
    if spec.human:
        humans, unknown = _.count(where=_.is_human), _.count(where=_.is_human.isnull())
        told["touches"] = ibis.ifelse((unknown == 0) | (humans > 0), humans.cast("float64"), None)
    redone = _.activity.isin(list(spec.rework.activities)) if spec.rework else ibis.literal(False)
    if spec.rework and spec.rework.activities:
        told["is_reworked"] = _.count(where=redone) > 0
    if spec.cost and (spec.exception or (spec.rework and spec.rework.activities)):
        lost = redone | _.exception.notnull()
        told["rework_cost"] = _.cost.cast(EXACT).sum(where=lost).fill_null(0).cast("float64")
    if spec.error:
        told["is_defective"] = _.count(where=_.activity.isin(list(spec.error.activities))) > 0
        if spec.error.inspected:
            looked = _.count(where=_.activity.isin([*spec.error.inspected, *spec.error.activities])) > 0
            told["is_defective"] = ibis.ifelse(looked, told["is_defective"], None)
    return told


def _attribute(number: int) -> Any:
    column = _[f"attribute{number}"]
    return ibis.ifelse(column.count() > 0, _one_of(column), None)
