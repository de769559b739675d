"""A signature over an output folder or a delivery, by a key that lies elsewhere: Ed25519, in files that openssl reads.

Of a folder its root is signed: the ledgers as far as they go, and the manifest of every engagement, which names each
file with its hash. So one signature covers every page, and whatever comes later is known to have come later. A key is
read, used and forgotten.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engineroom.errors import EngineroomError
from engineroom.factory import ledger, manifest
from engineroom.readers.engagement import digest
from engineroom.rendering import publication

NAME, ENDING = "signed.json", ".sig"
SCHEMA = 1
LONGEST_KEY = 10_000
"""Bytes of a file that can be a key."""

Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Ledger(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: Annotated[int, Field(ge=0)]
    sha256: Sha


class _Root(BaseModel):
    model_config = ConfigDict(extra="forbid")

    schema_: Literal[1] = Field(alias="schema")
    ledgers: dict[Literal["batches.jsonl", "results.jsonl"], _Ledger]
    manifests: dict[str, Sha]


def root(out: Path) -> bytes:
    """Return what is signed of an output folder: no clock, user or machine, so that the same folder gives the same."""
    logs = {path.name: path.read_bytes() for path in (out / ledger.BATCHES, out / ledger.LEDGER) if path.is_file()}
    said = {
        "schema": SCHEMA,
        "ledgers": {name: {"size": len(data), "sha256": _sha(data)} for name, data in logs.items()},
        "manifests": {home.name: digest(home / manifest.NAME) for home in homes(out)},
    }
    return (json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def homes(out: Path) -> list[Path]:
    """Return the engagements' folders in an output folder."""
    return sorted(path.parent for path in out.glob(f"*/{manifest.NAME}"))


def sign(out: Path, key: Any) -> list[str]:
    """Sign the root of an output folder; return what was done, as sentences."""
    aside = publication.put(out, NAME, root(out), out)
    return [f"wrote {out / NAME}", *([aside] if aside else []), *sign_file(out / NAME, key)]


def sign_file(path: Path, key: Any) -> list[str]:
    """Write the signature of a file beside it; return what was done, as sentences."""
    name = f"{path.name}{ENDING}"
    aside = publication.put(path.parent, name, key.sign(path.read_bytes()), path.parent)
    return [f"wrote {path.with_name(name)}", *([aside] if aside else [])]


def faults(out: Path, key: Any) -> list[str]:
    """Return what differs in an output folder from what the owner of a key signed there, as sentences."""
    if found := file_faults(out / NAME, key):
        return found
    try:
        signed = _Root.model_validate_json((out / NAME).read_bytes())
    except (ValidationError, RecursionError):
        return [f"{NAME}: is signed, and is not engineroom's, or of a later version"]
    found = []
    for log, known in signed.ledgers.items():
        data = (out / log).read_bytes() if (out / log).is_file() else b""
        if len(data) < known.size or _sha(data[: known.size]) != known.sha256:
            found.append(f"{log}: is not what was signed")
        elif len(data) > known.size:
            later = data.count(b"\n", known.size)
            found.append(f"{log}: {later} line{'s were' if later > 1 else ' was'} written after it was signed")
    there = {home.name: digest(home / manifest.NAME) for home in homes(out)}
    for name, sha in signed.manifests.items():
        if name not in there:
            found.append(f"{name}: was signed, and is gone")
        elif there[name] != sha:
            found.append(f"{name}: is not what was signed")
    return found + [f"{name}: was not there when it was signed" for name in there if name not in signed.manifests]


def file_faults(path: Path, key: Any) -> list[str]:
    """Return why a file is not one that the owner of a key signed; nothing where it is."""
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(path.with_name(f"{path.name}{ENDING}").read_bytes(), path.read_bytes())
    except FileNotFoundError as error:
        return [f"{path.name}: is not signed: there is no {Path(error.filename).name}"]
    except InvalidSignature:
        return [f"{path.name}: was changed after it was signed, or was signed with another key"]
    return []


# ----------------------------------------------------------------------------------------------------------------- keys


def private(path: Path, out: Path) -> Any:
    """Return the private key in a PEM file that nobody else may read; ask for its passphrase where it has one."""
    if path.resolve().is_relative_to(out.resolve()):
        raise EngineroomError(f"{path}: lies in the folder that it is to sign; keep it elsewhere")
    if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise EngineroomError(f"{path}: others may read this key, so its signature says nothing\nchmod 600 {path}")
    serialization, kinds = _library()
    data = _read(path)
    try:
        try:
            key = serialization.load_pem_private_key(data, None)
        except TypeError:  # it has a passphrase
            key = serialization.load_pem_private_key(data, getpass(f"Passphrase of {path}: ").encode())
    except Exception:  # what the library says of a wrong passphrase or another format differs from form to form
        key = None
    if not isinstance(key, kinds.Ed25519PrivateKey):
        raise EngineroomError(
            f"{path}: is no private Ed25519 key as PEM, or the passphrase is not its own\n"
            "Make one with: openssl genpkey -algorithm ed25519 -out private.pem"
        )
    return key


def public(path: Path) -> Any:
    """Return the public key in a PEM file."""
    serialization, kinds = _library()
    try:
        key = serialization.load_pem_public_key(_read(path))
    except Exception:  # as above
        key = None
    if not isinstance(key, kinds.Ed25519PublicKey):
        raise EngineroomError(
            f"{path}: is no public Ed25519 key as PEM\n"
            "Take it from the private one with: openssl pkey -in private.pem -pubout -out public.pem"
        )
    return key


def _library() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise EngineroomError('signatures need cryptography; install it with: pip install "engineroom[sign]"') from None
    return serialization, ed25519


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(LONGEST_KEY)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
