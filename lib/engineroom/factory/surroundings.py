"""What a process of one client sees of the environment: what programs need, and no other client's secret."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from contextlib import suppress
from pathlib import Path

from engineroom.readers.engagement import Engagement

FIXED = {
    "PYTHONHASHSEED": "0",  # sets are printed in one order
    "TZ": "UTC",  # no figure may depend on where the laptop is
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # debugpy would print a warning into the first cell
    "OMP_NUM_THREADS": "1",  # a batch has its own way of using all cores
    "OPENBLAS_NUM_THREADS": "1",
}
if platform.machine().lower() in ("x86_64", "amd64"):
    FIXED |= {
        "OPENBLAS_CORETYPE": "Prescott",  # what every such processor can be: sums are added up in its order
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",  # their powers and roots differ in the last digit
    }
"""What the environment of every process is that computes: libraries read it when they are imported, in a warm kernel's
parent as in a cold kernel."""

PASSED_ON = """
PATH HOME USERPROFILE SYSTEMROOT APPDATA LOCALAPPDATA LANG LANGUAGE VIRTUAL_ENV LD_LIBRARY_PATH SSL_CERT_FILE
SSL_CERT_DIR JAVA_HOME SPARK_HOME HADOOP_CONF_DIR ENGINEROOM_THREADS PYTHONPATH PYTHONHOME PYTHONWARNINGS
PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX PYTHONNOUSERSITE PYTHONUTF8 PYTHONIOENCODING
"""
OF_DATABASES = "KRB5CCNAME PGSSLMODE PGSSLROOTCERT PGSSLCERT PGSSLKEY PGPASSFILE PGSERVICEFILE"
"""What a driver of databases reads besides the address: files and rules, and no password."""


def can_fork() -> bool:
    """Return whether a process can be forked here and go on as if it were new."""
    return sys.platform == "linux" and os.environ.get("ENGINEROOM_COLD_KERNELS") != "1"


def clean(private: Path) -> dict[str, str]:
    """Return the environment of a process that needs no secret; its scratch files go into a folder of its own."""
    passed_on = PASSED_ON.split()
    kept = {name: value for name, value in os.environ.items() if name in passed_on or name.startswith("LC_")}
    return kept | FIXED | {name: str(private) for name in ("TMPDIR", "TEMP", "TMP", "JUPYTER_RUNTIME_DIR")}


def of(case: Engagement, private: Path) -> dict[str, str]:
    """Return the environment of a process of one engagement: with the address of its database, if it has one."""
    variable = named(case)
    needed = [variable, *OF_DATABASES.split()] if variable else []
    return clean(private) | {name: os.environ[name] for name in needed if name in os.environ}


def named(case: Engagement) -> str:
    """Return the variable that holds the address of the engagement's database; blank where it has none."""
    log = case.events or case.cases
    return str(log.connection).removeprefix("env:") if log and log.connection else ""


def enter(environment: dict[str, str]) -> None:
    """Make an environment that of this process, and leave nothing of the one it was forked with where others look."""
    os.environ.clear()
    os.environ.update(environment)
    with suppress(OSError, IndexError):  # a system without /proc shows it nowhere
        fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        begin, end = int(fields[47]), int(fields[48])  # env_start and env_end, counted from the state
        ctypes.memset(begin, 0, end - begin)
