"""What a process may take, and why one that took too much has ended."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

MEND = "Mend the cause, then run: engineroom retry"
MORE = "Give it more with --memory, or try fewer --jobs"
LONGER = "Give it longer with --timeout, or mend what does not end"


@dataclass(frozen=True)
class Limits:
    """What a report or an assessment may take: seconds, and MiB beyond what its idle process has; 0 is no limit."""

    seconds: int = 3600
    megabytes: int = 0


USUAL = Limits()


def bound(megabytes: int) -> None:
    """Bound what this process may take beyond what it has; a platform without such limits goes on without."""
    try:
        import resource
    except ImportError:  # Windows
        return
    status = Path("/proc/self/status").read_text(encoding="ascii")
    taken = int(next(line for line in status.splitlines() if line.startswith("VmData")).split()[1]) << 10
    resource.setrlimit(resource.RLIMIT_DATA, (taken + (megabytes << 20),) * 2)


def death(status: int | None, megabytes: int) -> tuple[str, str]:
    """Return why a process ended by itself or was killed, and what to do, in plain words."""
    if status == -signal.SIGKILL:
        return "its process was killed, most often because the machine had no memory left", "Try fewer --jobs"
    if status == -signal.SIGABRT and megabytes:
        return f"it needs more memory than the {megabytes} MiB it may take", MORE
    if status is not None and status < 0:
        return f"its process was ended by {signal.Signals(-status).name}", MEND
    return f"its process ended{'' if status is None else f' with status {status}'}", MEND


def starved(fault: str, megabytes: int) -> tuple[str, str]:
    """Return that a process needed more memory than there was, and what to do."""
    most = f"the {megabytes} MiB it may take" if megabytes else "the machine has"
    return f"it needs more memory than {most} ({fault})", MORE
