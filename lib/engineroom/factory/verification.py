"""Whether an output folder is as it was made: its files against their manifests, and those against the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engineroom.factory import ledger, manifest, shelf, signature


@dataclass(frozen=True)
class Verdict:
    """What was looked at, and what is not as it was made, as sentences."""

    engagements: int
    files: int
    differences: list[str]


def verify(out: Path) -> Verdict:
    """Return what differs in an output folder from what was made there.

    A file is held against its manifest, what the manifest says of a report against the line of the ledger that was
    written when the report was made, and each line against the one before. So a client that is gone is noticed, and a
    page that was changed together with its manifest. Who can write the whole folder can forge all of it: only a
    signature, whose key lies elsewhere, tells that (`signature.faults`).
    """
    homes = signature.homes(out)
    found = [one for home in homes for one in manifest.differences(home)] + ledger.faults(out)
    made = ledger.standing(out)
    for place, outcome in made.items():
        engagement, _, name = place.partition("/")
        entry = manifest.entry(out / engagement, name)
        if not entry:
            found.append(f"{place}: is missing, and the ledger says that it was made")
        elif entry != outcome.made:
            found.append(f"{place}: is not what the ledger says was made")
    said = {home.name: manifest.read(home) for home in homes}
    for engagement, about in said.items():
        found += [
            f"{engagement}/{name}: is not in the ledger"
            for name in about.get("reports", {})
            if f"{engagement}/{name}" not in made
        ]
    page = out / shelf.NAME
    if (made or page.is_file()) and (not page.is_file() or page.read_bytes() != shelf.make(out)):  # of reports only
        found.append(f"{shelf.NAME}: does not show what is there now; the next engineroom run writes it again")
    return Verdict(len(homes), sum(len(about.get("outputs", ())) for about in said.values()), found)
