"""Put finished files in their place: all written before the first is renamed, one writer of an engagement at a time."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engineroom.errors import RenderError

PATIENCE = 60.0
"""Seconds to wait for another writer of the same folder: renaming takes a fraction of one."""
LOCK = ".lock"
STAGE = ".new-"


def publish(files: dict[str, bytes], home: Path) -> list[Path]:
    """Write files under `home` and return where they stand, in the order given.

    All are written before the first is renamed into its place: a full disk leaves what was there before untouched. A
    folder that a killed process left half written is cleared away first.
    """
    home.mkdir(parents=True, exist_ok=True)
    for left in home.glob(f"{STAGE}*"):
        shutil.rmtree(left, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(dir=home, prefix=STAGE))
    try:
        for number, data in enumerate(files.values()):
            _write(stage / str(number), data)
        for number, name in enumerate(files):
            target = home / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (stage / str(number)).replace(target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return [home / name for name in files]


def drop(home: Path, pattern: str, kept: dict[str, bytes]) -> None:
    """Remove the files under `home` that match a pattern and are none of those kept."""
    for old in home.glob(pattern):
        if old.relative_to(home).as_posix() not in kept:
            old.unlink()


def replace(target: Path, data: bytes) -> None:
    """Write one file beside its place and rename it into it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    try:
        _write(Path(beside), data)
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o644)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold an engagement's output folder while files are renamed into it.

    The operating system holds the lock and drops it when its owner ends, however it ends: a file that lies there is
    no lock, and no clock is asked how old it is. The file names the owner for the person who waits.
    """
    home.mkdir(parents=True, exist_ok=True)
    path = home / LOCK
    until = time.monotonic() + PATIENCE
    while (handle := _taken(path)) is None:
        if time.monotonic() > until:
            owner = f"{_owner(path)}, for more than {PATIENCE:.0f} s"
            raise RenderError(f"{home} is being written by {owner}; try again when it has ended")
        time.sleep(0.05)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()}".encode())
        yield
    finally:
        if os.name == "nt":  # where an open file cannot be removed
            os.close(handle)
        with suppress(OSError):
            path.unlink()
        if os.name != "nt":
            os.close(handle)


def _owner(path: Path) -> str:
    with suppress(OSError):  # Windows does not let others read what is locked
        return path.read_text(encoding="utf-8", errors="replace").strip() or "another process"
    return "another process"


def _taken(path: Path) -> int | None:
    """Return the open lock file if it is ours now; None where another process has it."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR)
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), path.stat()):  # else its owner removed it while we opened it
            return handle
    except OSError:
        pass
    os.close(handle)
    return None
