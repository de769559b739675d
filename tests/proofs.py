"""How many cases a proof tries: few in the suite, so that nothing is unguarded, and very many in `nox -s proofs`."""

from __future__ import annotations

import os

IS_LONG = bool(os.environ.get("ENGINEROOM_PROOFS"))


def cases(few: int, many: int) -> int:
    """Return how many cases to try; the tests that ask are marked `proof`."""
    return many if IS_LONG else few
