"""Tell what differs between two contents of a cell, line by line, so that a person can accept or mend it."""

from __future__ import annotations

import difflib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

MOST = 8
"""Changes that are told of one cell."""

WIDTH = 150
"""Characters that are told of one line."""

UNSEEN = ("csv", "datasets")
"""Parts of a content that no reader of the page sees: told last."""

Line = tuple[str, str]
Differences = dict[str, list[str]]


def lines(part: Any, label: str = "") -> Iterator[Line]:
    """Yield a content as lines, each with the part it belongs to: `caption`, `rows`, `encoding.x.title`."""
    if isinstance(part, dict):
        for key in sorted(part, key=lambda key: (key in UNSEEN, key)):
            yield from lines(part[key], f"{label}.{key}" if label else key)
    elif isinstance(part, list):
        for item in part:
            yield from [(label, _told(item))] if _is_flat(item) else lines(item, label)
    elif isinstance(part, str):
        yield from ((label, line) for line in part.split("\n"))
    else:
        yield label, _told(part)


def _is_flat(item: Any) -> bool:
    inside = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return all(_is_cell(one) or not isinstance(one, dict | list) for one in inside)


def _is_cell(item: Any) -> bool:
    return isinstance(item, dict) and set(item) == {"text", "tone"}


def _told(item: Any) -> str:
    if _is_cell(item):
        return f"{item['text']} [{item['tone']}]"
    if isinstance(item, dict):
        return ", ".join(f"{key}={_told(item[key])}" for key in sorted(item))
    if isinstance(item, list):
        return " | ".join(map(_told, item))
    return item if isinstance(item, str) else json.dumps(item)


def between(old: Any, new: Any) -> list[str]:
    """Return what has changed from one content of a cell to another, as lines of text; None is no content."""
    if old is None or new is None:
        return [f"is shown, and was not: {_heading(new)}" if old is None else f"was shown, and is not: {_heading(old)}"]
    before, after = list(lines(old)), list(lines(new))
    if before == after:
        return ["the same lines in another form (nesting, or a text for a number)"]
    if Counter(before) == Counter(after):
        return list(_moves(before, after))
    changes = list(_changes(before, after))
    return changes[:MOST] + ([f"and {len(changes) - MOST} more changes"] if len(changes) > MOST else [])


def _heading(content: Any) -> str:
    parts = dict(reversed(list(lines(content))))
    return _short(next(parts[label] for label in ("caption", "title.text", "title", "kind", "") if parts.get(label)))


def _moves(before: list[Line], after: list[Line]) -> Iterator[str]:
    """Yield each part whose lines stand in another order, as the numbers they had."""
    for label in dict.fromkeys(label for label, _ in before):
        old, new = ([text for name, text in part if name == label] for part in (before, after))
        if old != new:
            order = " ".join(str(old.index(text) + 1) for text in new)
            yield f"{label}: the same lines in another order: {_short(order)}"


def _changes(before: list[Line], after: list[Line]) -> Iterator[str]:
    places, now = _places(before), _places(after)
    for kind, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        paired = min(j - i, m - k)
        for step in range(paired):
            one, other = _windows(before[i + step][1], after[k + step][1])
            yield f"{places[i + step]}: {one}\n    -> {other}"
        yield from (f"{places[at]} is gone: {_short(before[at][1])}" for at in range(i + paired, j))
        yield from (f"{now[at]} is new: {_short(after[at][1])}" for at in range(k + paired, m))


def _places(all_lines: list[Line]) -> list[str]:
    """Return the name of each line: its label, and its number where the label has several."""
    total, seen = Counter(label for label, _ in all_lines), Counter[str]()
    places: list[str] = []
    for label, _ in all_lines:
        seen[label] += 1
        places.append(f"{label} {seen[label]}" if total[label] > 1 else label)
    return places


def _windows(old: str, new: str) -> tuple[str, str]:
    """Return two lines, each cut to where they begin to differ."""
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    start = max(0, alike - WIDTH // 3)
    cut = "..." if start else ""
    return cut + _short(old[start:]), cut + _short(new[start:])


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}..."


def told(differences: Differences, most: int = 20) -> str:
    """Return the differences of many cells as a text; cells that changed alike are told together."""
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for cell, changes in differences.items():
        alike[tuple(changes)].append(cell)
    parts = [_together(cells, changes) for changes, cells in list(alike.items())[:most]]
    more = [f"and {len(alike) - most} more kinds of difference"] if len(alike) > most else []
    return "\n".join(parts + more)


def _together(cells: list[str], changes: tuple[str, ...]) -> str:
    others = f" and {len(cells) - 4} more" if len(cells) > 4 else ""
    return "\n".join([", ".join(cells[:4]) + others, *(f"  {change}" for change in changes)])
