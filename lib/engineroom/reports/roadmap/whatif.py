"""The what-if of a roadmap: plans made in advance without an initiative, as a table and as switches of the page.

The page carries every such plan as text; the script in `templates/switches.js` shows the one that belongs to what is
switched off, and computes nothing.
"""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd

from engineroom.dictionary import codes, plans
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import show, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.phrases import say, say_number, tell
from engineroom.planning.plan import Draft
from engineroom.readers.tables import Tables
from engineroom.reports.roadmap import words


def without(found: DataFrame[plans.Without], plan: DataFrame[plans.Plan], draft: Draft, tables: Tables) -> Exhibit:
    """Return what the plan becomes without one initiative or two, with a switch for each; nothing without a plan."""
    if found.empty:
        return nothing()

    def names(row: show.Row, key: str, blank: str = wording.BLANK) -> str:
        return "; ".join(tell(draft.items[item]["name"]) for item in codes.items(row[key])) or blank

    currency = tables.engagement.header.currency
    own: show.Owns = {
        "gone": show.left("Without", lambda row: names(row, "gone", say("The plan as it is"))),
        "falls": lambda row: names(row, "falls"),
        "joins": lambda row: names(row, "joins"),
        "cost": show.right("Cost, once", functools.partial(show.ends, "cost", currency)),
        "annual_benefit": show.right("Benefit a year", functools.partial(show.ends, "annual_benefit", currency)),
        "paid": _paid,
    }
    caption = say("What the plan becomes without one initiative")
    if found["gone"].map(codes.items).map(len).max() > 1:
        caption = say("What the plan becomes without one initiative or two")
    notes = [
        "Each row is a new plan, solved like the first, not an estimate.",
        "What needs an initiative falls with it, and so does what no longer pays without it.",
    ]
    if rough := int((~found["is_proven"]).sum()):
        notes.append(say_number(rough, "{n} of these plans [is|are] not proven to be the best possible."))
    live = _live(found, plan, draft, currency)
    if more := sum(not item["planned"] for item in live["items"]):
        notes.append(
            say_number(more, "For {n} [initiative|initiatives] that [brings|bring] least, no such plan was made.")
        )
    columns = "gone falls joins end cost annual_benefit paid"
    shown = show.table("without", found, plans.Without, columns, caption, *notes, own=own, filled=True)
    return Exhibit(shown.kind, shown.content | {"live": live})


def _live(found: DataFrame[plans.Without], plan: DataFrame[plans.Plan], draft: Draft, currency: str) -> dict[str, Any]:
    """Return what the page's script needs: the initiatives, and what to say of each plan, by the places of its gaps."""
    items = plan.loc[plan["kind"] != "prerequisite", "item"].tolist()
    made = {}
    for row in found.to_dict("records"):
        gone, falls = ([items.index(name) for name in codes.items(row[key])] for key in ("gone", "falls"))
        said = [
            wording.BLANK if pd.isna(row["end"]) else wording.short_day(row["end"]),
            show.ends("cost", currency, row),
            show.ends("annual_benefit", currency, row),
            _paid(row),
        ]
        made[" ".join(map(str, sorted(gone)))] = {"said": said, "falls": falls, "sentence": _sentence(row, draft)}
    return {
        "kind": "plans",
        "items": [
            {
                "name": tell(draft.items[name]["name"]),
                "planned": f"{place}" in made,
                "falls": made.get(f"{place}", {}).get("falls", []),
            }
            for place, name in enumerate(items)
        ],
        "plans": made,
        "labels": [say(label) for label in ("Complete", "Cost, once", "Benefit a year", "Paid back")],
        "title": say("Switch an initiative off: the plan without it was made in advance"),
        "legend": say("Initiatives of the plan"),
        "printed": say("As printed:"),
        "fallen": say("falls with it"),
        "unplanned": say("not planned in advance"),
        "unknown": say("This combination was not planned in advance."),
        "blank": wording.BLANK,
        "reset": say("Back to the printed plan"),
    }


def _sentence(row: show.Row, draft: Draft) -> str:
    gone, falls, joins = (
        [words.quoted(draft.items[name]["name"]) for name in codes.items(row[key])]
        for key in ("gone", "falls", "joins")
    )
    if not gone:
        return say("The plan as it is printed.")
    told = [say("The plan without {items}.", items=wording.listed(gone))]
    if falls:
        told.append(say_number(len(falls), "{items} [falls|fall] with it.", items=wording.listed(falls)))
    if joins:
        told.append(say_number(len(joins), "{items} [comes|come] in instead.", items=wording.listed(joins)))
    return " ".join(told)


def _paid(row: show.Row) -> str:
    return wording.BLANK if pd.isna(row["paid"]) else words.month(row["paid"])
