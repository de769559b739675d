"""How a batch is told: a bar on a terminal, a line per report elsewhere, and at the end what failed and the cure."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engineroom.factory.ledger import Outcome

DONE, FAILED = "✓", "✗"
WIDTH = 78

Tell = Callable[[Outcome], None]


@contextmanager
def telling(total: int, out: Path, reasons: bool = False) -> Iterator[Tell]:
    """Yield a function that tells one outcome; on a terminal a bar below shows how many are done and what is left."""
    if not sys.stdout.isatty():
        yield lambda outcome: print(line(outcome, out, reasons), flush=True)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(highlight=False), transient=True) as shown:
        bar, failed = shown.add_task("reports", total=total), 0

        def tell(outcome: Outcome) -> None:
            nonlocal failed
            failed += outcome.status == "failed"
            shown.console.print(Text(line(outcome, out, reasons)), soft_wrap=True)
            shown.update(bar, advance=1, description=f"reports, {failed} failed" if failed else "reports")

        yield tell


def line(outcome: Outcome, out: Path, reasons: bool = False) -> str:
    """Return one outcome as a line: what, how it went, where it is."""
    if outcome.status == "failed":
        return f"{FAILED} {outcome.task}  failed after {outcome.seconds:.1f} s"
    took = "unchanged, kept" if outcome.status == "reused" else f"{outcome.seconds:.1f} s"
    pages = [str(out / name) for name in outcome.outputs if name.endswith((".html", ".pdf"))]
    why = f"  ({outcome.why})" if reasons and outcome.why else ""
    told = "".join(f"\n  {one}" for one in outcome.message.splitlines())
    return f"{DONE} {outcome.task}  {took}{why}  {'  '.join(pages)}{told}"


def summary(told: list[Outcome], total: int, out: Path, began: float) -> str:
    """Return how a batch went: each failure with its message and the command that makes it again, then the counts."""
    failed = [outcome for outcome in told if outcome.status == "failed"]
    kept = sum(outcome.status == "reused" for outcome in told)
    lines, seen = [], set()
    if failed:
        lines.append(_ruled("failures"))
    for outcome in failed:
        if outcome.message not in seen:
            lines += [f"__ {outcome.task} {'_' * max(2, WIDTH - len(str(outcome.task)) - 4)}", outcome.message]
        seen.add(outcome.message)
    if failed:
        lines.append(_ruled("each again"))
        lines += [f"{outcome.task.command} --out {out}" for outcome in failed]
        lines.append(f"all of them: engineroom retry --out {out}")
    counts = {
        "made": len(told) - len(failed) - kept,
        "kept": kept,
        "failed": len(failed),
        "not begun": total - len(told),
    }
    parts = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    return "\n".join([*lines, _ruled(f"{parts or 'nothing to do'} in {time.perf_counter() - began:.1f} s")])


def _ruled(text: str) -> str:
    return f" {text} ".center(WIDTH, "=")
