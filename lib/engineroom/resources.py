"""Find what ships with engineroom: notebooks, templates, reference data and starter engagements."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def folder(name: str) -> Path:
    """Return the folder `name` that ships with engineroom.

    `notebooks` and `templates` lie beside `lib/` in a checkout and inside the package in a wheel; `data` and
    `starters` lie inside the package in both.
    """
    package = Path(str(files("engineroom")))
    checkout = package.parent.parent
    if (package / name).is_dir():
        return package / name
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise FileNotFoundError(f"engineroom was installed without its {name}/ folder; reinstall it")
