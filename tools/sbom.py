"""Write sbom.cdx.json, the bill of materials that ships in the wheel, and judge the licences of what it lists.

    python tools/sbom.py            write it from what is installed
    python tools/sbom.py --judge    say which runtime dependencies have a licence that is not allowed, or none

It lists what `pip install engineroom` and its extras bring on this platform, at the installed versions; only Spark,
which is never installed for development, is left out. It holds no time: the same versions give the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).parents[1]
FILE = HERE / "sbom.cdx.json"

ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0"),
    *("MPL-2.0", "OFL-1.1", "Unlicense", "Zlib"),
}
"""Licences of runtime dependencies that ask for no more than their text, or for changes to their own files (MPL)."""

EXCEPTIONS = {
    "psycopg": "LGPL-3.0-only",  # of the extra `postgres` alone; installed apart, and can be replaced
    "psycopg-binary": "LGPL-3.0-only",
}
SPDX = {
    r"apache( software)?( licen[cs]e)?,?( version)? ?(2\.0)?": "Apache-2.0",
    r"mit( licen[cs]e)?": "MIT",
    r"(new |modified |3-clause )?bsd(.3.clause)?( licen[cs]e)?": "BSD-3-Clause",
    r"bsd.2.clause( licen[cs]e)?|2-clause bsd": "BSD-2-Clause",
    r"isc( licen[cs]e)?( \(iscl\))?": "ISC",
    r"psfl?|python software foundation license": "PSF-2.0",
    r"mozilla public license 2\.0 \(mpl 2\.0\)": "MPL-2.0",
}
"""What older metadata calls a licence, and its name in SPDX. "BSD" alone is taken for three clauses."""


def licence(found: Distribution) -> str:
    """Return the SPDX expression of a distribution's licence, blank where its metadata has none that is known."""
    stated = found.metadata.get("License-Expression")
    old = (found.metadata.get("License") or "").strip()
    classes = [one.split(" :: ")[-1] for one in found.metadata.get_all("Classifier") or [] if "License :: OSI" in one]
    if stated or set(re.split(r" AND | OR ", old)) <= ALLOWED:
        return str(stated or old)
    names = [name for said in (old, *classes) for form, name in SPDX.items() if re.fullmatch(form, said.lower())]
    return names[0] if names else ""


def is_allowed(name: str, expression: str) -> bool:
    """Return whether every part of an expression is allowed, of alternatives one; or the package is an exception."""
    parts = [re.split(r" OR ", part.strip("() ")) for part in expression.split(" AND ")]
    return EXCEPTIONS.get(name) == expression or all(set(one) & ALLOWED for one in parts)


def runtime() -> dict[str, set[str]]:
    """Return what engineroom and its extras need to run, each with what it needs itself."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for name, needed in project["optional-dependencies"].items() if name != "spark" for one in needed]
    asked = [Requirement(one) for one in project["dependencies"] + extras]
    needs: dict[str, set[str]] = {"engineroom": {canonicalize_name(one.name) for one in asked}}
    done: set[tuple[str, str]] = set()
    while asked:
        wanted = asked.pop()
        name = canonicalize_name(wanted.name)
        needs.setdefault(name, set())
        for extra in {"", *wanted.extras}:
            if (name, extra) in done:
                continue
            done.add((name, extra))
            for one in map(Requirement, distribution(name).requires or []):
                if one.marker is None or one.marker.evaluate({"extra": extra}):
                    needs[name].add(canonicalize_name(one.name))
                    asked.append(one)
    return needs


def components() -> list[dict[str, Any]]:
    """Return the runtime dependencies in CycloneDX's form."""
    found = [(name, distribution(name)) for name in sorted(runtime()) if name != "engineroom"]
    return [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{one.version}",
            "name": name,
            "version": one.version,
            "licenses": [{"expression": licence(one)}] if licence(one) else [],
            "purl": f"pkg:pypi/{name}@{one.version}",
        }
        for name, one in found
    ]


def bill() -> str:
    """Return the bill of materials as CycloneDX 1.6."""
    text = (HERE / "lib/engineroom/__init__.py").read_text(encoding="utf-8")
    version = re.findall(r'^__version__ = "(.+)"', text, re.MULTILINE)[0]
    parts, own = components(), f"pkg:pypi/engineroom@{version}"
    refs = {part["name"]: part["bom-ref"] for part in parts} | {"engineroom": own}
    product = {"type": "application", "bom-ref": own, "name": "engineroom", "version": version, "purl": own}
    product["licenses"] = [{"expression": "Apache-2.0"}]  # type: ignore[assignment]
    content = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": product},
        "components": parts,
        "dependencies": [
            {"ref": refs[name], "dependsOn": sorted(refs[one] for one in needed)}
            for name, needed in sorted(runtime().items())
        ],
    }
    return json.dumps(content, indent=1) + "\n"


def faults() -> list[str]:
    """Return what is wrong with the licences of the runtime dependencies, one line each."""
    stated = {part["name"]: part["licenses"][0]["expression"] if part["licenses"] else "" for part in components()}
    return [
        f"{name}: {said or 'no licence that is known'}" for name, said in stated.items() if not is_allowed(name, said)
    ]


if __name__ == "__main__":
    if "--judge" in sys.argv:
        sys.exit("\n".join(["these licences are not allowed (tools/sbom.py):", *wrong]) if (wrong := faults()) else 0)
    FILE.write_text(bill(), encoding="utf-8", newline="\n")
