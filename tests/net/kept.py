"""What the cells showed when somebody last accepted it: a digest a cell to be read in a diff, the contents beside it.

The digests are compared. The contents are there so that a difference can be told as old and new; packed, all of them
are smaller than the digests as text.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from pathlib import Path

from net.cells import Contents

HERE = Path(__file__).parent
DIGESTS = HERE / "digests.json"
SUFFIX = ".json.xz"


def digest(content: object) -> str:
    """Return a content's digest."""
    return hashlib.sha256(_written(content)).hexdigest()[:12]


def digests() -> dict[str, str]:
    """Return the accepted digest of every cell, by language/engagement/report/cell."""
    return dict(json.loads(DIGESTS.read_text(encoding="utf-8"))) if DIGESTS.is_file() else {}


def contents(report: str) -> Contents:
    """Return the accepted contents of a report's cells."""
    path = _place(report)
    return dict(json.loads(lzma.decompress(path.read_bytes()))) if path.is_file() else {}


def accept(cells: Contents, replaced: set[str], known: set[str]) -> None:
    """Keep contents in place of those of some tasks, and none of a task that is not known any more.

    A report whose contents stay the same keeps its file.
    """
    old = {path.name.removesuffix(SUFFIX) for path in HERE.glob(f"contents/*{SUFFIX}")}
    accepted: dict[str, str] = {}
    for report in sorted(old | {report_of(cell) for cell in cells}):
        before = contents(report)
        stay = {cell: content for cell, content in before.items() if task_of(cell) in known - replaced}
        after = stay | {cell: content for cell, content in cells.items() if report_of(cell) == report}
        accepted |= {cell: digest(content) for cell, content in after.items()}
        if not after:
            _place(report).unlink()
        elif _written(after) != _written(before):
            _place(report).parent.mkdir(exist_ok=True)
            _place(report).write_bytes(lzma.compress(_written(after), preset=9 | lzma.PRESET_EXTREME))
    text = json.dumps(accepted, indent=0, sort_keys=True, ensure_ascii=False)
    DIGESTS.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def report_of(cell: str) -> str:
    """Return the report a cell belongs to."""
    return cell.split("/")[2]


def task_of(cell: str) -> str:
    """Return the task a cell belongs to, as language/engagement; of an engagement with several sectors, `+` ends it."""
    language, name, *_ = cell.split("/")
    return f"{language}/{name.partition('+')[0]}"


def _place(report: str) -> Path:
    return HERE / "contents" / f"{report}{SUFFIX}"


def _written(content: object) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
