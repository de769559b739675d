"""What the consultant adds in words: `commentary/<slot>.md` of the engagement, set where a report names the slot."""

from __future__ import annotations

import re

from engineroom.errors import DataProblems, Problem
from engineroom.pages.blocks import Exhibit
from engineroom.readers.engagement import Engagement

FOLDER = "commentary"
LONGEST = 20_000
"""Characters of one commentary: more is a report of its own."""


def read(engagement: Engagement, slot: str) -> Exhibit:
    """Return the consultant's words for a slot, as Markdown; a slot without a file prints nothing."""
    path = engagement.folder / FOLDER / f"{slot}.md"
    if not path.is_file():
        return Exhibit("commentary", {"slot": slot, "markdown": ""})
    where = f"{engagement.folder.name}/{FOLDER}/{path.name}"
    if not path.resolve().is_relative_to(engagement.folder):
        raise DataProblems([Problem(where, rule="leads out of the engagement folder", cure="put the text itself here")])
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataProblems([Problem(where, rule=f"byte {error.start} is not UTF-8", cure="save it as UTF-8")]) from None
    if len(text) > LONGEST:
        rule = f"has {len(text):,} characters; a commentary holds up to {LONGEST:,}"
        raise DataProblems([Problem(where, rule=rule)])
    return Exhibit("commentary", {"slot": slot, "markdown": text})


def unplaced(engagement: Engagement, notebooks: list[str]) -> list[Problem]:
    """Return a problem for every commentary that no report has a slot for; `notebooks` are their sources."""
    named = r"commentary\.read\([\w.]+, \\?\"([\w-]+)\\?\"\)"
    slots = sorted({slot for source in notebooks for slot in re.findall(named, source)})
    files = sorted((engagement.folder / FOLDER).glob("*.md"))
    return [
        Problem(
            f"{engagement.folder.name}/{FOLDER}/{path.name}",
            rule="no report has a slot of this name",
            cure=f"the slots are: {', '.join(slots)}",
        )
        for path in files
        if path.stem not in slots and path.stem.lower() != "readme"
    ]
