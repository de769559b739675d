"""Read a TOML file that a stranger wrote: how large it is and how deep it nests are bounded before anything uses it."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path
from typing import Any

LARGEST = 1 << 20
DEEPEST = 20
"""Levels of sections and lists; what engineroom reads has four."""


def read(path: Path) -> dict[str, Any]:
    """Return what a TOML file says; raise `ValueError` that tells a person why it cannot be taken."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for whoever writes into it
            raise ValueError("is no file")
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValueError(f"cannot be read ({error.strerror})") from None
    if len(data) > LARGEST:
        raise ValueError(f"is larger than {LARGEST >> 20} MB; write settings only")
    try:
        said = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except RecursionError:
        raise ValueError(f"nests deeper than {DEEPEST} levels; write it flat") from None
    except ValueError as error:
        raise ValueError(f"is not TOML: {error}") from None
    level: list[Any] = [said]
    for _ in range(DEEPEST):
        level = [inner for part in level for inner in (part.values() if isinstance(part, dict) else part)
                 if isinstance(inner, dict | list)]  # fmt: skip
        if not level:
            return said
    raise ValueError(f"nests deeper than {DEEPEST} levels; write it flat")
