"""Put finished files in their place: all written before the first is renamed, one writer of an engagement at a time."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from engineroom.errors import RenderError

PATIENCE = 60.0
"""Seconds to wait for another writer of the same folder: renaming takes a fraction of one."""
LOCK = ".lock"
KEPT = "kept"
"""Folder of an output folder for what a person made there."""
STAGE, JOURNAL = ".new-", "journal.json"
WRITTEN = "written.jsonl"
"""File of an output folder that remembers what no manifest names: its index, packs, failed notebooks."""


def inside(path: str) -> str:
    """Return a path that a file of state names; raise where it leaves its folder, on whatever system."""
    parts = PurePosixPath(path).parts
    if not parts or "\\" in path or ":" in path or {"..", "/"} & set(parts):
        raise ValueError("leads out of the folder")
    return path


def publish(
    files: dict[str, bytes], home: Path, known: Mapping[str, str], gone: Iterable[str] = ()
) -> tuple[list[Path], list[str]]:
    """Write files under `home`; return where they are, in the order given, and what was set aside, as sentences.

    All are written before the first is renamed into its place: a full disk leaves what was there before untouched.
    The last file tells of the others and comes last: after what is `gone`, which was written here before and is made
    no more. `known` has the SHA-256 of what was written here before: a file that is not of that kind is a person's,
    and set aside. What a killed process left half written is cleared away first; its journal is in `renamed`.
    """
    for name in files:
        _refuse_link(home, name)
    home.mkdir(parents=True, exist_ok=True)
    told, gone = [], list(gone)
    for left in home.glob(f"{STAGE}*"):
        shutil.rmtree(left, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(dir=home, prefix=STAGE))
    try:
        for number, data in enumerate(files.values()):
            _write(stage / str(number), data)
        sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        _write(stage / JOURNAL, json.dumps(sums).encode())
        for number, name in enumerate(files):
            if number == len(files) - 1:
                told += _drop(home, gone, known)
            target = home / name
            target.parent.mkdir(parents=True, exist_ok=True)
            told += [one] if (one := keep(home, name, known)) else []
            (stage / str(number)).replace(target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return [home / name for name in files], told


def renamed(home: Path) -> dict[str, str]:
    """Return the SHA-256 of what a killed process put into its place before it could say so, by its path there."""
    found: dict[str, str] = {}
    for journal in home.glob(f"{STAGE}*/{JOURNAL}"):
        with suppress(OSError, ValueError, AttributeError, TypeError, RecursionError):
            found |= {inside(name): sha for name, sha in json.loads(journal.read_bytes()).items()}
    return {name: sha for name, sha in found.items() if (home / name).is_file() and _digest(home / name) == sha}


def _drop(home: Path, names: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """Remove files that were written here before; return what was set aside instead, because a person changed it."""
    told = []
    for name in names:
        told += [one] if (one := keep(home, name, known)) else []
        (home / name).unlink(missing_ok=True)
    return told


def keep(home: Path, name: str, known: Mapping[str, str]) -> str:
    """Set a file aside that is not as it was written here, and say so; blank where there is nothing to keep.

    It goes into the folder `KEPT`, under the day of its last change. A link is never followed: what it leads to is
    somebody else's.
    """
    _refuse_link(home, name)
    target = home / name
    if not target.is_file() or _digest(target) == known.get(name):
        return ""
    day = time.strftime("%Y-%m-%d", time.gmtime(target.stat().st_mtime))
    aside = home / KEPT / day / name
    number = 1
    while aside.exists():
        number += 1
        aside = home / KEPT / day / f"{name}-{number}"
    aside.parent.mkdir(parents=True, exist_ok=True)
    target.replace(aside)
    where = aside.relative_to(home).as_posix()
    return f"{home.name}/{name} was changed by hand, or is not engineroom's: it is kept as {where}"


def put(home: Path, name: str, data: bytes, out: Path) -> str:
    """Write a file under `home` that no manifest names; return what was set aside, as a sentence.

    The output folder `out` remembers it, before it is in its place: whatever else lies there is a person's.
    """
    line = {"file": (home / name).relative_to(out).as_posix(), "sha256": hashlib.sha256(data).hexdigest()}
    with locked(out):
        told = _aside(home, name, out)
        with (out / WRITTEN).open("ab") as stream:
            stream.write(f"\n{json.dumps(line)}\n".encode())  # not behind a line that a crash tore
        replace(home / name, data)
    return told


def withdraw(home: Path, name: str, out: Path) -> str:
    """Remove a file that `put` wrote; return what was set aside instead, because a person changed it."""
    told = _aside(home, name, out)
    (home / name).unlink(missing_ok=True)
    return told


def _aside(home: Path, name: str, out: Path) -> str:
    _refuse_link(home, name)
    if not (home / name).is_file():
        return ""
    line = {"file": (home / name).relative_to(out).as_posix(), "sha256": _digest(home / name)}
    lines = (out / WRITTEN).read_bytes().splitlines() if (out / WRITTEN).is_file() else []
    return keep(home, name, {name: line["sha256"]} if json.dumps(line).encode() in lines else {})


def _refuse_link(home: Path, name: str) -> None:
    for place in (home / name, *(home / name).parents):
        if place.is_relative_to(home) and place.is_symlink():
            raise RenderError(f"{place} is a link; engineroom writes only into folders of its own. Remove the link")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
