"""What a cell of a result table holds instead of a sentence: a code, a code with its parts, or a list.

A code is one word: `no_case_id`. With parts it is a JSON object: `{"code":"too_few_weeks","n":12,"needed":20}`. A list
is a JSON array, of codes or of texts: `["Claims; new","Appeals"]`; an empty one is a blank text. JSON quotes what a
client wrote, so that no name can be taken for a separator. `phrases.tell` makes the sentence, which nothing reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from engineroom import digits


def code(name: str, /, **parts: Any) -> str:
    """Return a code with its parts as one cell."""
    return packed({"code": name} | parts) if parts else name


def read(cell: str) -> tuple[str, dict[str, Any]]:
    """Return the code of a cell and its parts."""
    parts = unpacked(cell) if cell.startswith("{") else {"code": cell}
    return parts.pop("code"), parts


def several(cells: Iterable[str]) -> str:
    """Return codes as one cell."""
    return listed(unpacked(cell) if cell.startswith("{") else cell for cell in cells)


def each(cell: Any) -> list[str]:
    """Return the codes of a cell that holds several; none where it is blank."""
    return [one if isinstance(one, str) else packed(one) for one in items(cell)]


def listed(texts: Iterable[Any]) -> str:
    """Return texts as one cell."""
    found = list(texts)
    return _compact(found) if found else ""


def items(cell: Any) -> list[Any]:
    """Return the texts of a cell that lists some; none where it is blank."""
    return list(json.loads(cell)) if isinstance(cell, str) and cell else []


def packed(parts: Mapping[str, Any]) -> str:
    """Return parts as a cell of their own."""
    return _compact(dict(parts)) if parts else ""


def unpacked(cell: Any) -> dict[str, Any]:
    """Return the parts that a cell of their own holds; none where it is blank."""
    return dict(json.loads(cell)) if isinstance(cell, str) and cell else {}


def _compact(content: Any) -> str:
    exact = json.dumps(content, default=lambda number: number.item())
    settled = json.loads(exact, parse_float=lambda number: digits.kept(float(number)))
    return json.dumps(settled, ensure_ascii=False, separators=(",", ":"))
