"""A signature: what it notices, which keys it takes, and that openssl agrees."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from engineroom import cli
from engineroom.factory import ledger, manifest, shelf, signature
from engineroom.factory.run import Task
from engineroom.readers import engagement
from engineroom.rendering import publication


def pem(key: Any, passphrase: bytes = b"") -> bytes:
    kept = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, kept)


def write_keys(place: Path, key: Any, passphrase: bytes = b"") -> tuple[Path, Path]:
    private, public = place / "private.pem", place / "public.pem"
    private.write_bytes(pem(key, passphrase))
    private.chmod(0o600)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, form))
    return private, public


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    return write_keys(tmp_path, ed25519.Ed25519PrivateKey.generate())


def make(out: Path, place: Path) -> None:
    """Put a report of an engagement into an output folder as a run does, without making it."""
    case = engagement.open(place)
    home, name = out / case.name, f"{case.sector}/benchmark_gap"
    files = {f"{name}.html": b"page of " + case.name.encode(), f"{name}.tables/gaps.csv": b"a\n1\n"}
    about = {"title": "Gaps", "headlines": []}
    record = manifest.record(manifest.origin(case, "benchmark_gap", {}), files, home, about)
    publication.publish(files | {manifest.NAME: manifest.dumps(record)}, home, {})
    task = Task(str(place), case.sector, "benchmark_gap", ("html",))
    ledger.ask(out, [task])
    outputs = tuple(f"{case.name}/{path}" for path in files)
    made = manifest.entry(home, name)
    ledger.record(out, ledger.Outcome(task, "ok", 0, "", outputs, 1.0, engagement=case.id, made=made))
    shelf.write(out)


@pytest.fixture
def out(tmp_path: Path, starter) -> Path:
    """Return an output folder with the reports of two clients."""
    for name in ("legal", "insurer"):
        make(tmp_path / "out", starter(name))
    return tmp_path / "out"


@pytest.fixture
def signed(out: Path, keys: tuple[Path, Path], capsys) -> Path:
    assert cli.main(["sign", "--key", str(keys[0]), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"wrote {out / 'signed.json'}\nwrote {out / 'signed.json.sig'}\n"
    return out


def verified(out: Path, key: Path, capsys) -> list[str]:
    """Return what `verify` objects to."""
    code = cli.main(["verify", "--out", str(out), "--key", str(key)])
    told = capsys.readouterr().err.splitlines()
    assert code == (1 if told else 0)
    return told


def test_what_is_signed_is_verified_by_the_public_key_and_no_other(signed: Path, keys, tmp_path, capsys) -> None:
    assert cli.main(["verify", "--out", str(signed), "--key", str(keys[1])]) == 0
    assert capsys.readouterr().out == "2 engagements, 4 files: all as they were made, and signed with this key\n"

    (tmp_path / "other").mkdir()
    _, other = write_keys(tmp_path / "other", ed25519.Ed25519PrivateKey.generate())
    assert verified(signed, other, capsys) == [
        "signed.json: was changed after it was signed, or was signed with another key"
    ]


def test_a_file_of_somebody_else_in_the_place_of_a_signature_is_set_aside_and_told(out: Path, keys, capsys) -> None:
    (out / signature.NAME).write_text("theirs")

    assert cli.main(["sign", "--key", str(keys[0]), "--out", str(out)]) == 0
    assert "out/signed.json was changed by hand, or is not engineroom's" in capsys.readouterr().out
    assert [path.read_text() for path in out.glob("kept/*/signed.json")] == ["theirs"]
    assert verified(out, keys[1], capsys) == []


def test_what_was_never_signed_is_told(out: Path, keys, capsys) -> None:
    assert verified(out, keys[1], capsys) == ["signed.json: is not signed: there is no signed.json.sig"]


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_openssl_checks_the_signature_and_makes_the_keys(out: Path, tmp_path: Path) -> None:
    private, public = tmp_path / "own.pem", tmp_path / "own-public.pem"
    commands = [
        ["openssl", "genpkey", "-algorithm", "ed25519", "-out", private],
        ["openssl", "pkey", "-in", private, "-pubout", "-out", public],
    ]
    for command in commands:
        subprocess.run(command, check=True, capture_output=True)
    private.chmod(0o600)
    assert cli.main(["sign", "--key", str(private), "--out", str(out)]) == 0
    page = out / signature.NAME
    check = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        public,
        "-rawin",
        "-in",
        page,
        "-sigfile",
        f"{page}.sig",
    ]

    assert subprocess.run(check, capture_output=True, check=False).returncode == 0
    page.write_bytes(page.read_bytes() + b" ")
    assert subprocess.run(check, capture_output=True, check=False).returncode != 0


def test_a_client_that_is_gone_from_folder_and_ledger_alike_is_noticed(signed: Path, keys, capsys) -> None:
    shutil.rmtree(signed / "legal")
    for name in (ledger.BATCHES, ledger.LEDGER):
        (signed / name).unlink()
    make(signed, Path(signed.parent / "insurer"))

    assert verified(signed, keys[1], capsys) == [
        "batches.jsonl: is not what was signed",
        "results.jsonl: is not what was signed",
        "legal: was signed, and is gone",
    ]


def test_a_page_changed_with_every_record_of_it_is_noticed(signed: Path, keys, capsys) -> None:
    page = signed / "legal" / "legal" / "benchmark_gap.html"
    page.write_bytes(b"forged")
    told = manifest.read(signed / "legal")
    told["outputs"]["legal/benchmark_gap.html"] = engagement.digest(page)
    (signed / "legal" / manifest.NAME).write_bytes(manifest.dumps(told))
    lines = list(ledger.results(signed))
    (signed / ledger.LEDGER).unlink()
    for line in lines:
        home = signed / Path(line.outputs[0]).parts[0]
        made = manifest.entry(home, f"{line.task.sector}/benchmark_gap")
        ledger.record(signed, ledger.Outcome(**{**vars(line), "made": made}))
    shelf.write(signed)

    assert cli.main(["verify", "--out", str(signed)]) == 0
    capsys.readouterr()
    assert verified(signed, keys[1], capsys) == [
        "results.jsonl: is not what was signed",
        "legal: is not what was signed",
    ]


def test_a_later_run_is_noticed_until_it_is_signed_too(signed: Path, keys, starter, capsys) -> None:
    make(signed, starter("healthcare"))

    assert verified(signed, keys[1], capsys) == [
        "batches.jsonl: 1 line was written after it was signed",
        "results.jsonl: 1 line was written after it was signed",
        "healthcare: was not there when it was signed",
    ]
    assert cli.main(["sign", "--key", str(keys[0]), "--out", str(signed)]) == 0
    assert verified(signed, keys[1], capsys) == []


def test_what_is_not_as_it_was_made_is_not_signed(out: Path, keys, capsys) -> None:
    (out / "legal" / "legal" / "benchmark_gap.html").write_bytes(b"forged")

    assert cli.main(["sign", "--key", str(keys[0]), "--out", str(out)]) == 14
    assert capsys.readouterr().err.startswith(
        f"{out}: is not signed\n  legal/legal/benchmark_gap.html: is not the file"
    )
    assert not (out / signature.NAME).exists()


def test_a_folder_without_a_report_is_not_signed(tmp_path: Path, keys, capsys) -> None:
    (tmp_path / "empty").mkdir()

    assert cli.main(["sign", "--key", str(keys[0]), "--out", str(tmp_path / "empty")]) == 14
    assert "holds no report" in capsys.readouterr().err


def test_a_signed_page_that_is_none_of_ours_is_no_fault_of_the_program(signed: Path, keys, capsys) -> None:
    key = signature.private(keys[0], signed)
    for text in ("", "{}", "[]", '{"schema": 2}', "[" * 100_000, "\udcff"):
        (signed / signature.NAME).write_text(text, encoding="utf-8", errors="surrogateescape")
        signature.sign_file(signed / signature.NAME, key)
        said = ["signed.json: is signed, and is not engineroom's, or of a later version"]
        assert verified(signed, keys[1], capsys) == said


def test_a_delivery_is_signed_for_itself(signed: Path, keys, capsys) -> None:
    assert cli.main(["pack", str(signed / "legal")]) == 0
    package = signed / "legal.zip"
    assert cli.main(["sign", "--key", str(keys[0]), str(package)]) == 0
    assert cli.main(["verify", "--key", str(keys[1]), str(package)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"wrote {package}",
        f"wrote {package}.sig",
        "1 files: signed with this key",
    ]

    package.write_bytes(package.read_bytes() + b"x")
    assert cli.main(["verify", "--key", str(keys[1]), str(package)]) == 1
    assert cli.main(["verify", str(package)]) == 2


# ----------------------------------------------------------------------------------------------------------------- keys


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such mode")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_private_key_that_others_may_read_is_refused(out: Path, keys, mode: int, capsys) -> None:
    keys[0].chmod(mode)

    assert cli.main(["sign", "--key", str(keys[0]), "--out", str(out)]) == 1
    said = f"{keys[0]}: others may read this key, so its signature says nothing\nchmod 600 {keys[0]}\n"
    assert capsys.readouterr().err == said


def test_a_private_key_in_the_folder_it_signs_is_refused(out: Path, keys, capsys) -> None:
    inside = keys[0].rename(out / "private.pem")

    assert cli.main(["sign", "--key", str(inside), "--out", str(out)]) == 1
    assert "lies in the folder that it is to sign" in capsys.readouterr().err


def test_a_passphrase_is_asked_for_and_neither_it_nor_the_key_is_written(
    out: Path, tmp_path, monkeypatch, capsys
) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    private, public = write_keys(tmp_path, key, b"open sesame")
    monkeypatch.setattr(signature, "getpass", lambda prompt: "open sesame")
    assert cli.main(["sign", "--key", str(private), "--out", str(out)]) == 0
    assert verified(out, public, capsys) == []

    written = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    form = serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    raw = key.private_bytes(*form)
    assert not [one for one in (raw, raw.hex().encode(), b"open sesame", b"PRIVATE KEY") if one in written]

    monkeypatch.setattr(signature, "getpass", lambda prompt: "wrong")
    assert cli.main(["sign", "--key", str(private), "--out", str(out)]) == 1
    assert "is no private Ed25519 key as PEM, or the passphrase is not its own" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["text", "empty", "rsa", "public", "binary"])
def test_what_is_no_private_key_is_told(out: Path, keys, what: str, capsys) -> None:
    other = pem(rsa.generate_private_key(65537, 2048)) if what == "rsa" else b""
    data = {"text": b"hello", "rsa": other, "public": keys[1].read_bytes(), "binary": bytes(range(256))}.get(what, b"")
    keys[0].write_bytes(data)

    assert cli.main(["sign", "--key", str(keys[0]), "--out", str(out)]) == 1
    assert capsys.readouterr().err.endswith("Make one with: openssl genpkey -algorithm ed25519 -out private.pem\n")


def test_a_private_key_is_no_public_one(signed: Path, keys, capsys) -> None:
    assert cli.main(["verify", "--key", str(keys[0]), "--out", str(signed)]) == 1
    assert capsys.readouterr().err.splitlines()[0] == f"{keys[0]}: is no public Ed25519 key as PEM"


def test_without_the_library_it_is_named(out: Path, keys, monkeypatch, capsys) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography.hazmat.primitives.asymmetric", None)

    assert cli.main(["sign", "--key", str(keys[0]), "--out", str(out)]) == 1
    assert capsys.readouterr().err == 'signatures need cryptography; install it with: pip install "engineroom[sign]"\n'
