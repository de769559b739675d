"""What a cell of a result table holds instead of a sentence: a code, a code with its parts, or a list.

A code is one word: `no_case_id`. Parts follow it as compact JSON: `too_few_weeks {"n":12,"needed":20}`. A list is a
JSON array of texts or codes: `["Claims; new","Appeals"]`; an empty one is a blank text. JSON quotes what a client
wrote, so that no name can be taken for a separator. `phrases.tell` makes the sentence, which nothing reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def code(name: str, /, **parts: Any) -> str:
    """Return a code with its parts as one cell."""
    return f"{name} {packed(parts)}" if parts else name


def read(cell: str) -> tuple[str, dict[str, Any]]:
    """Return the code of a cell and its parts."""
    name, _, parts = cell.partition(" ")
    return name, unpacked(parts)


def packed(parts: Mapping[str, Any]) -> str:
    """Return the parts of a code as a cell of their own."""
    return _compact(dict(parts)) if parts else ""


def unpacked(cell: Any) -> dict[str, Any]:
    """Return the parts that a cell of their own holds; none where it is blank."""
    return dict(json.loads(cell)) if isinstance(cell, str) and cell else {}


def several(texts: Iterable[str]) -> str:
    """Return texts or codes as one cell."""
    listed = list(texts)
    return _compact(listed) if listed else ""


def items(cell: Any) -> list[str]:
    """Return the texts or codes of a cell that holds several; none where it is blank."""
    return list(json.loads(cell)) if isinstance(cell, str) and cell else []


def _compact(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=lambda n: n.item())
