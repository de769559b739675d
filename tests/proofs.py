"""How many cases a proof tries: few in the suite, so that nothing is unguarded, and very many in `nox -s proofs`."""

from __future__ import annotations

import os
from typing import TypeVar

Cases = TypeVar("Cases")

IS_LONG = bool(os.environ.get("ENGINEROOM_PROOFS"))


def cases(few: Cases, many: Cases) -> Cases:
    """Return which cases to try, or how many; the tests that ask are marked `proof`."""
    return many if IS_LONG else few
