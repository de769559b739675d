"""What a process may take, and why one that took too much has ended."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

MEND = "Mend the cause, then run: engineroom retry"
MORE = "Give it more with --memory, or try fewer --jobs"
LONGER = "Give it longer with --timeout, or mend what does not end"


NO_MEMORY = (-signal.SIGABRT, -signal.SIGTRAP) if hasattr(signal, "SIGTRAP") else (-signal.SIGABRT,)
"""How libraries end a process that gives them no memory."""


@dataclass(frozen=True)
class Limits:
    """What a report or an assessment may take: seconds, and MiB beyond what its idle process has; 0 is no limit.

    `until` is when its time is over, once it has begun: all that is done for it shares the same seconds.
    """

    seconds: int = 3600
    megabytes: int = 0
    until: float | None = None

    def begun(self) -> Limits:
        """Return the limits of something that begins now."""
        return replace(self, until=self.deadline)

    @property
    def deadline(self) -> float | None:
        """Return when the time is over, on the monotonic clock; None where there is no limit."""
        if self.until is None and self.seconds:
            return time.monotonic() + self.seconds
        return self.until


USUAL = Limits()


def bound(megabytes: int, *, is_for_good: bool = True) -> None:
    """Bound what this process may take beyond what it has; a platform without such limits goes on without."""
    try:
        import resource
    except ImportError:  # Windows
        return
    status = Path("/proc/self/status").read_text(encoding="ascii")
    taken = int(next(line for line in status.splitlines() if line.startswith("VmData")).split()[1]) << 10
    most = taken + (megabytes << 20) if megabytes else resource.RLIM_INFINITY
    hardest = most if is_for_good else resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (most, hardest))


def go_first() -> None:
    """Let the system end this process, and not the batch, where the machine has no memory left."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")


def death(status: int | None, megabytes: int) -> tuple[str, str]:
    """Return why a process ended by itself or was killed, and what to do, in plain words."""
    if status == -signal.SIGKILL:
        return "its process was killed, most often because the machine had no memory left", "Try fewer --jobs"
    if status in NO_MEMORY and megabytes:
        return f"it needs more memory than the {megabytes} MiB it may take", MORE
    if status is not None and status < 0:
        return f"its process was ended by {signal.Signals(-status).name}", MEND
    return f"its process ended{'' if status is None else f' with status {status}'}", MEND


def starved(fault: str, megabytes: int) -> tuple[str, str]:
    """Return that a process needed more memory than there was, and what to do."""
    most = f"the {megabytes} MiB it may take" if megabytes else "the machine has"
    return f"it needs more memory than {most} ({fault})", MORE
