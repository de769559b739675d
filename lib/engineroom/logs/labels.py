"""Find names of steps and workflows that are probably one name written in several ways, or that carry a number."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

LONG = 5
"""Letters from which on two names that differ in one are told."""

RARE = 0.1
"""Share of the commoner name below which a name one letter away from it is taken for a slip of the pen."""

MANY, SELDOM = 5, 2
"""Names that differ in their digits alone carry a number of the case: so many or more, half of them so seldom."""


def variants(counts: dict[str, int]) -> dict[str, str]:
    """Return the names that are a commoner one in other capitals, blanks, signs or Unicode form, or a letter away.

    The commoner one stands beside each. A name one letter away counts where it is rare beside the other; names that
    differ in a digit are not alike.
    """
    common = sorted(counts, key=lambda name: (-counts[name], name))
    first: dict[str, str] = {}
    found = {}
    for name in common:
        form = _form(name)
        if form in first:
            found[name] = first[form]
        else:
            first[form] = name
    near: dict[str, list[str]] = defaultdict(list)
    for form, name in first.items():
        slips = {form, *(form[:place] + form[place + 1 :] for place in range(len(form)))}
        slips = slips if len(form) >= LONG else set()
        other = next((one for slip in sorted(slips) for one in near[slip] if _is_slip(form, _form(one))), None)
        if other is not None and counts[name] <= RARE * counts[other]:
            found[name] = other
        for slip in slips:
            near[slip].append(name)
    return found


def numbered(counts: dict[str, int]) -> list[str]:
    """Return the names that carry a number of the case: many that differ in their digits alone, half of them seldom."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in sorted(counts):
        if re.search(r"\d", name):
            alike[re.sub(r"\d+", "#", _form(name))].append(name)
    seldom = [sorted(counts[name] for name in names)[len(names) // 2] <= SELDOM for names in alike.values()]
    groups = zip(alike.values(), seldom, strict=True)
    return [name for names, is_seldom in groups if len(names) >= MANY and is_seldom for name in names]


def _form(name: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold().replace("_", " ")))


def _is_slip(one: str, other: str) -> bool:
    """Return whether one letter was left out, added, changed, or changed places; digits are no letters."""
    if re.findall(r"\d", one) != re.findall(r"\d", other):
        return False
    apart = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    alike = next(apart, min(len(one), len(other)))
    one, other = one[alike:], other[alike:]
    swapped = one[2:] == other[2:] and one[:2] == other[:2][::-1]
    return swapped or one[1:] in (other, other[1:]) or one == other[1:]
