"""Pair the start of a piece of work with its completion, where a log gives each a row of its own (XES life cycles).

A completion takes the oldest start of its case, activity and instance that is still open: first in, first out. What
stays alone on either side is kept as far as it says something, counted, and told.
"""

from __future__ import annotations

from typing import Any

import ibis
from ibis import _

from engineroom.logs import engines

KEYS = ("of_case", "of_activity", "of_instance")
BEGUN, UNBEGUN, UNFINISHED = "begun_at", "is_unbegun", "is_unfinished"


def paired(events: ibis.Table) -> ibis.Table:
    """Return one event for each completion, `received` when it was begun and `is_timed` where that is known.

    A start that was never completed stays as an event without activity: its case is under way and was touched, but no
    step of it was done. `is_unbegun` and `is_unfinished` mark what found no partner; other transitions are left out.
    """
    rows = _numbered(events)
    starts = rows.filter(_.is_start).select(*KEYS, "place", **{BEGUN: _.completed})
    ends = rows.filter(~_.is_start).drop("is_start")
    joined = ends.left_join(starts, [*KEYS, "place"])
    kept = [name for name in events.columns if name not in ("is_start", "is_completion", "instance")]
    completions = joined.mutate(
        received=ibis.coalesce(_[BEGUN], _.received), is_timed=_[BEGUN].notnull(), **{UNBEGUN: _[BEGUN].isnull()}
    ).mutate(**{UNFINISHED: False})
    unfinished = rows.filter(_.is_start).anti_join(ends, [*KEYS, "place"])
    unfinished = unfinished.mutate(activity=ibis.null("string"), **{UNBEGUN: False, UNFINISHED: True})
    columns = [*kept, UNBEGUN, UNFINISHED]
    return completions.select(*columns).union(unfinished.select(*columns))


def _numbered(events: ibis.Table) -> ibis.Table:
    """Return starts and completions with `place`: the n-th start of a piece of work belongs to its n-th completion.

    A completion before any start is open has none. How many there were of these is how far the balance of starts and
    completions has ever been below zero.
    """
    rows = events.filter(_.is_start | _.is_completion).mutate(
        of_case=_.case_id.fill_null(""), of_activity=_.activity.fill_null(""), of_instance=_.instance.fill_null("")
    )
    step = ibis.ifelse(rows.is_start, 1, -1)
    last = engines.in_byte_order(rows.resource, events.get_backend().name)
    rows = rows.mutate(step=step, order=last)
    past: dict[str, Any] = {"group_by": KEYS, "order_by": [_.completed, _.step.desc(), _.order, _.row]}
    so_far = ibis.cumulative_window(**past)
    rows = rows.mutate(
        starts=ibis.ifelse(_.step > 0, 1, 0).sum().over(so_far), ends=ibis.ifelse(_.step < 0, 1, 0).sum().over(so_far)
    )
    rows = rows.mutate(alone=-ibis.least((_.starts - _.ends).min().over(so_far), 0))
    rows = rows.mutate(alone_before=_.alone.lag().over(ibis.window(**past)).fill_null(0))
    place = ibis.cases((_.is_start, _.starts), (_.alone == _.alone_before, _.ends - _.alone))
    return rows.mutate(place=place.cast("int64")).drop("step", "order", "starts", "ends", "alone", "alone_before")
