"""Folders for files that nobody keeps: locked while their owner lives, cleared by the next run where it was killed.

The lock is the operating system's: it ends with its owner, however that ends, and needs no clock or process number. On
Windows, which cannot remove what another process has open, folders of killed runs stay.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX, OWNER = "engineroom-", ".owner"


@contextmanager
def private() -> Iterator[Path]:
    """Yield a new folder that goes when it is left."""
    place, lock = _made("")
    try:
        yield place
    finally:
        _remove(place, lock)


def lasting(purpose: str) -> Path:
    """Return a new folder that goes when this process ends."""
    place, lock = _made(f"{purpose}-")
    atexit.register(_remove, place, lock)
    return place


def clear() -> None:
    """Remove the folders whose owner is gone; those of other users, and what only looks like one, are left alone."""
    if os.name == "nt":
        return
    for place in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if place.is_symlink() or place.stat().st_uid != os.getuid():
                continue
            lock = os.open(place / OWNER, os.O_RDWR | os.O_NOFOLLOW)
            try:
                _lock(lock)
                shutil.rmtree(place, ignore_errors=True)
            finally:
                os.close(lock)


def _made(purpose: str) -> tuple[Path, int]:
    place = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}"))
    lock = os.open(place / OWNER, os.O_RDWR | os.O_CREAT, 0o600)
    if os.name != "nt":
        _lock(lock)
    return place, lock


def _lock(handle: int) -> None:
    """Take a lock; raise `OSError` where another process has it."""
    import fcntl  # Windows has none

    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove(place: Path, lock: int) -> None:
    with suppress(OSError):
        os.close(lock) if os.name == "nt" else None  # an open file cannot be removed there
    shutil.rmtree(place, ignore_errors=True)
    with suppress(OSError):
        os.close(lock) if os.name != "nt" else None
