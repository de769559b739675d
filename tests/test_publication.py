"""Publishing: whole or not at all, one writer at a time, and nothing of the user's is lost."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engineroom.errors import RenderError
from engineroom.rendering import publication


def there(home: Path) -> dict[str, bytes]:
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def known(home: Path) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in there(home).items()}


def test_publishing_replaces_files_and_drops_those_that_are_no_longer_made(tmp_path: Path) -> None:
    publication.publish({"r.html": b"old", "r.tables/a.csv": b"1", "r.tables/b.csv": b"2"}, tmp_path, {})

    files = {"r.html": b"new", "r.tables/a.csv": b"3"}
    _, told = publication.publish(files, tmp_path, known(tmp_path), ["r.tables/b.csv"])

    assert there(tmp_path) == files
    assert told == []


def test_what_a_person_changed_or_put_there_is_set_aside_under_its_day_and_told(tmp_path: Path) -> None:
    home = tmp_path / "acme"
    publication.publish({"r.ipynb": b"made", "r.tables/a.csv": b"1", "r.tables/b.csv": b"2"}, home, {})
    before = known(home)
    for name, data in {"r.ipynb": b"mine", "r.tables/b.csv": b"mine too", "r.pdf": b"foreign"}.items():
        (home / name).write_bytes(data)
        os.utime(home / name, (86400 * 365, 86400 * 365))

    files = {"r.ipynb": b"new", "r.tables/a.csv": b"3", "r.pdf": b"new"}
    _, told = publication.publish(files, home, before, ["r.tables/b.csv"])
    (home / "r.ipynb").write_bytes(b"again")
    os.utime(home / "r.ipynb", (86400 * 365, 86400 * 365))
    publication.publish({"r.ipynb": b"newer"}, home, before)

    assert there(home) == {
        "kept/1971-01-01/r.ipynb": b"mine",
        "kept/1971-01-01/r.ipynb-2": b"again",
        "kept/1971-01-01/r.pdf": b"foreign",
        "kept/1971-01-01/r.tables/b.csv": b"mine too",
        "r.ipynb": b"newer",
        "r.pdf": b"new",
        "r.tables/a.csv": b"3",
    }
    assert told[0] == (
        "acme/r.ipynb was changed by hand, or is not engineroom's: it is kept as kept/1971-01-01/r.ipynb"
    )
    assert len(told) == 3


@pytest.mark.parametrize("link", ["r.html", "r.tables", "."])
def test_no_link_below_the_output_folder_is_followed(tmp_path: Path, link: str) -> None:
    foreign, home = tmp_path / "foreign", tmp_path / "out" / "acme"
    foreign.mkdir()
    (foreign / "r.html").write_bytes(b"theirs")
    place = home / link if link != "." else home
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(foreign / "r.html" if link == "r.html" else foreign)

    with pytest.raises(RenderError, match="is a link; engineroom writes only into folders of its own"):
        publication.publish({"r.html": b"new", "r.tables/a.csv": b"1"}, home, {})

    assert there(foreign) == {"r.html": b"theirs"}


@pytest.mark.parametrize("number", range(3))
def test_a_disk_that_fills_at_any_write_leaves_every_old_file_and_no_scraps(tmp_path, monkeypatch, number) -> None:
    files = {"r.html": b"old", "r.pdf": b"old", "manifest.json": b"old"}
    publication.publish(files, tmp_path, {})
    write, written = publication._write, []

    def full(path: Path, data: bytes) -> None:
        if len(written) == number:
            path.write_bytes(data[:1])
            raise OSError(28, "No space left on device")
        written.append(path)
        write(path, data)

    monkeypatch.setattr(publication, "_write", full)
    with pytest.raises(OSError, match="No space left"):
        publication.publish(dict.fromkeys(files, b"new"), tmp_path, known(tmp_path))

    assert there(tmp_path) == files


def test_what_a_killed_process_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".new-killed").mkdir()
    (tmp_path / ".new-killed" / "0").write_bytes(b"hal")

    publication.publish({"r.html": b"whole"}, tmp_path, {})

    assert there(tmp_path) == {"r.html": b"whole"}


def test_a_lock_whose_owner_is_gone_does_not_count_whatever_the_clock_says(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text("process 1 on here")
    os.utime(tmp_path / ".lock", (2**33, 2**33))  # after a step of the clock

    with publication.locked(tmp_path):
        assert (tmp_path / ".lock").read_text().startswith(f"process {os.getpid()} on ")

    assert not (tmp_path / ".lock").exists()


def test_a_lock_that_is_held_is_respected_however_old_and_free_when_its_owner_is_killed(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(publication, "PATIENCE", 0.1)
    code = "import sys, pathlib; from engineroom.rendering import publication\n"
    code += "with publication.locked(pathlib.Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    owner = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    owner.stdout.readline()
    os.utime(tmp_path / ".lock", (0, 0))

    said = f"is being written by process {owner.pid} on .+, for more than 0 s; try again when it has ended"
    with pytest.raises(RenderError, match=said), publication.locked(tmp_path):
        pytest.fail("two writers at once")
    owner.kill()
    owner.wait()
    owner.stdin.close()
    owner.stdout.close()

    with publication.locked(tmp_path):
        pass


@pytest.mark.parametrize("number", range(4))
def test_killed_at_any_rename_every_file_is_old_or_new_and_none_is_taken_for_a_persons(tmp_path, number: int) -> None:
    names = ["r.html", "r.tables/a.csv", "manifest.json"]
    old, new = ({name: f"{age} {name}".encode() for name in names} for age in ("old", "new"))
    home = tmp_path / "acme"
    publication.publish(old | {"r.tables/b.csv": b"old"}, home, {})
    code = f"""
import os, pathlib, sys
from engineroom.rendering import publication
def dying(real):
    def act(*given, **named):
        done.append(1)
        if len(done) > {number}:
            os._exit(9)
        return real(*given, **named)
    return act
done = []
pathlib.Path.replace, pathlib.Path.unlink = dying(pathlib.Path.replace), dying(pathlib.Path.unlink)
publication.publish({new}, pathlib.Path(sys.argv[1]), {known(home)}, ["r.tables/b.csv"])
"""
    done = subprocess.run([sys.executable, "-c", code, home], check=False)
    seen = {name: data for name, data in there(home).items() if not name.startswith(publication.STAGE)}

    assert done.returncode == 9
    assert all(seen[name] in (old[name], new[name]) for name in names)
    assert seen["manifest.json"] == old["manifest.json"]

    before = {name: hashlib.sha256(data).hexdigest() for name, data in old.items()} | publication.renamed(home)
    assert publication.publish(new, home, before)[1] == []
    assert {name: data for name, data in there(home).items() if "b.csv" not in name} == new


def test_a_failed_notebook_that_a_person_edited_is_kept_whether_the_next_run_fails_or_not(tmp_path: Path) -> None:
    home, name = tmp_path / "acme", "legal/roadmap.failed.ipynb"
    assert publication.put(home, name, b"first", tmp_path) == ""
    assert publication.put(home, name, b"second", tmp_path) == ""
    assert publication.withdraw(home, name, tmp_path) == ""
    assert not (home / name).exists()

    given = (home, name), (home, name, b"third")
    for step, words in zip((publication.withdraw, publication.put), given, strict=True):
        home.joinpath("legal").mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(b"mine")
        assert step(*words, out=tmp_path).startswith(
            "acme/legal/roadmap.failed.ipynb was changed by hand, or is not engineroom's"
        )

    assert [path.read_bytes() for path in home.glob("kept/*/legal/*")] == [b"mine", b"mine"]
    assert (home / name).read_bytes() == b"third"


def test_no_line_of_what_was_written_is_a_fault_of_the_program(tmp_path: Path) -> None:
    publication.put(tmp_path, "index.html", b"ours", tmp_path)
    with (tmp_path / publication.WRITTEN).open("ab") as stream:
        stream.write(b'\xff\n{"file": 1}\n[[[[\n\n{"fi')

    assert publication.put(tmp_path, "index.html", b"new", tmp_path) == ""
    assert publication.put(tmp_path, "index.html", b"newer", tmp_path) == ""
