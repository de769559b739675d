"""The governance calendar as a file that calendars import."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd

from engineroom.dictionary import plans
from engineroom.dictionary.columns import DataFrame
from engineroom.phrases import say, tell
from engineroom.readers.tables import Tables


def ics(calendar: DataFrame[plans.Calendar], tables: Tables) -> str:
    """Return the events as an iCalendar file (RFC 5545), whole days, the same bytes for the same events.

    An event keeps its identity whatever its words: it is made from codes.
    """
    client, stamp = tables.engagement.header.client, f"{tables.engagement.header.as_of:%Y%m%d}T000000Z"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//engineroom//governance//EN", "CALSCALE:GREGORIAN"]
    for row in calendar.to_dict("records"):
        event, about = tell(row["event"]), f": {row['about']}" if row["about"] else ""
        what = f"{row['date']:%Y%m%d} {row['event']} {row['about']} {row['does']}"
        lines += ["BEGIN:VEVENT", f"UID:{hashlib.sha256(f'{client} {what}'.encode()).hexdigest()[:24]}@engineroom"]
        lines += [f"DTSTAMP:{stamp}", f"DTSTART;VALUE=DATE:{row['date']:%Y%m%d}"]
        lines += [f"DTEND;VALUE=DATE:{row['date'] + pd.Timedelta(days=1):%Y%m%d}"]
        lines += [f"SUMMARY:{_escaped(event + about)}", f"DESCRIPTION:{_escaped(_owned(row))}", "END:VEVENT"]
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _owned(row: dict[str, Any]) -> str:
    does = f"{tell(row['does'])}."
    return f"{does} {say('Convened by {owner}.', owner=row['owner'])}" if row["owner"] else does


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """Return a line in pieces of at most 75 octets, each but the first led by a space."""
    pieces, rest = [], line
    while len(rest.encode()) > 74:
        cut = 74
        while len(rest[:cut].encode()) > 74:
            cut -= 1
        pieces.append(rest[:cut])
        rest = " " + rest[cut:]
    return [*pieces, rest]
