"""What this machine has and lacks for making reports: each part is tried, not looked up."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement


def examine() -> list[tuple[str, str, str]]:
    """Return one row per part: name, problem (blank where there is none), detail."""
    parts: dict[str, Callable[[], str]] = {
        "python": _python,
        "libraries": _libraries,
        "notebooks, templates": _resources,
        "kernel": _kernel,
        "charts": _charts,
        "pdf": _pdf,
        "event logs": _engine,
        "scratch folder": _scratch,
        "cluster": _cluster,
    }
    rows = []
    for name, part in parts.items():
        try:
            rows.append((name, "", part()))
        except Exception as error:  # whatever is wrong is what the user asked to be told
            rows.append((name, f"{type(error).__name__}: {error}", ""))
    return rows


def _python() -> str:
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _libraries() -> str:
    needed = [Requirement(line) for line in requires("engineroom") or []]
    wrong = [
        f"{one.name} {version(one.name)} (needs {one.specifier})"
        for one in needed
        if (one.marker is None or one.marker.evaluate()) and not one.specifier.contains(version(one.name))
    ]
    if wrong:
        raise RuntimeError(f"{', '.join(wrong)}; reinstall with: pip install --upgrade engineroom")
    return f"{len(needed)} in their tested ranges"


def _resources() -> str:
    from engineroom.factory import run
    from engineroom.readers import engagement

    return (
        f"{len(run.reports())} reports, {len(engagement.sectors())} sector packs, {len(engagement.starters())} starters"
    )


def _kernel() -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    from engineroom.factory import kernel

    name = str(KernelSpecManager().get_kernel_spec("python3").display_name)
    return f"{name}, {'forked from a warm process' if kernel.is_possible() else 'started cold for each report'}"


def _cluster() -> str:
    try:
        return f"dask {version('distributed')}, for --scheduler"
    except PackageNotFoundError:
        return 'none; --scheduler needs: pip install "engineroom[dask]"'


def _charts() -> str:
    import vl_convert

    spec = {"mark": "point", "data": {"values": [{"x": 1}]}, "encoding": {"x": {"field": "x", "type": "quantitative"}}}
    vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return f"vl-convert {version('vl-convert-python')}, draws offline"


def _pdf() -> str:
    import typst

    typst.compile(b"= engineroom", format="pdf")
    return f"typst {version('typst')}, no browser or LaTeX needed"


def _engine() -> str:
    import ibis

    ibis.duckdb.connect().raw_sql("SELECT timezone('Europe/Amsterdam', TIMESTAMP '2026-01-01')::VARCHAR").fetchone()
    return f"ibis {version('ibis-framework')} on duckdb {version('duckdb')}, with time zones"


def _scratch() -> str:
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "written").write_text("yes", encoding="utf-8")
    return tempfile.gettempdir()
