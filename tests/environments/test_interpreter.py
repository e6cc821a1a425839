"""Pythons that are there: what is read of them, and that nothing of theirs is run. Real ones, with packages by hand."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness import terms
from harness.environments import Folders, LackingError, UnusableError, installed, interpreter, sandboxed
from harness.environments.lock import Lock
from harness.environments.lock import read as read_lock
from harness.errors import InputError
from harness.machine import processes, tools

from tests.conftest import environment

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"


def add(place: Path, name: str, version: str, content: str = "x", **files: str) -> Path:
    """A package as installers leave it."""
    site = place / f"lib/python{PYTHON}/site-packages"
    facts = site / f"{name}-{version}.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nText: of it\n")
    (facts / "RECORD").write_text(f"{name}.py,sha256={content},1\n")
    for file, text in files.items():
        (facts / f"{file}.json").write_text(text)
    return site


@pytest.fixture
def place(tmp_path: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    add(tmp_path / ".venv", "scikit_learn", "1.5.2")
    add(tmp_path / ".venv", "numpy", "2.1.3")
    return tmp_path / ".venv"


def there(place: Path, **more: object) -> terms.Environment:
    given = {"kind": "interpreter", "platform": tools.native_platform(), "path": place.name, **more}
    return dataclasses.replace(environment("mine", **given), folder=str(place.parent))


def built(place: Path, lock: Lock, **more: object):
    folders = Folders(stage=place.parent / "stage", scratch=place.parent / "scratch")
    return interpreter.build(there(place, **more), lock, folders=folders, limits=terms.Limits())


def everything(place: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in place.rglob("*")}


def test_what_it_holds_is_its_lock_and_nothing_of_it_is_run_or_written(place: Path, tmp_path: Path) -> None:
    site = add(place, "own", "0.1+mine")
    (site / "touch.pth").write_text(f"import pathlib; pathlib.Path({str(tmp_path / 'canary')!r}).touch()\n")
    (site / "sitecustomize.py").write_text(f"open({str(tmp_path / 'canary')!r}, 'w')\n")
    before = everything(place)
    lock = interpreter.lock(there(place))
    assert lock.packages == {"numpy": "2.1.3", "scikit-learn": "1.5.2", "own": "0.1+mine"}
    assert not (tmp_path / "canary").exists() and everything(place) == before
    stored = tmp_path / "lock.txt"
    stored.write_text(lock.text)
    assert read_lock(stored) == lock, "a run goes on from it"


def test_the_same_python_by_its_folder_its_program_or_a_link_to_it(place: Path) -> None:
    (place.parent / "link").symlink_to(place)
    lock = interpreter.lock(there(place))
    for path in (str(place), f"{place.name}/bin/python", "link"):
        one = dataclasses.replace(there(place), options=(("path", path),))
        assert interpreter.lock(one) == lock and interpreter.missing(one) is None


def test_a_package_that_changed_is_noticed_and_named(place: Path) -> None:
    lock = interpreter.lock(there(place))
    assert built(place, lock).command.argv[6:8] == ("-I", "-B")
    site = add(place, "added", "1.0")
    with pytest.raises(UnusableError, match="is no longer what it was: added 1.0 instead of absent"):
        built(place, lock)
    lock = interpreter.lock(there(place))
    (site / "added-1.0.dist-info/RECORD").write_text("added.py,sha256=other,1\n")
    with pytest.raises(UnusableError, match="is no longer what it was: files of added"):
        built(place, lock)


def test_packages_that_are_run_from_their_sources_are_seen_and_shown(place: Path, tmp_path: Path) -> None:
    source, older = tmp_path / "source of mine", tmp_path / "older"
    (older / "older.egg-info").mkdir(parents=True)
    (older / "older.egg-info/PKG-INFO").write_text("Name: older\nVersion: 3\n")
    source.mkdir()
    url = {"url": source.as_uri(), "dir_info": {"editable": True}}
    site = add(place, "mine", "0.1", direct_url=json.dumps(url))
    add(place, "home", "0.1", direct_url=json.dumps({**url, "url": Path.home().as_uri()}))
    (site / "easy-install.pth").write_text(f"# older\n{older}\n/nowhere\n")
    found = interpreter.held(place / "bin/python")
    assert found.version("older") == "3"
    places = interpreter.places(found)
    assert {source, older} <= set(places)
    assert not [one for one in places if Path.home().is_relative_to(one)], "nobody's home is shown"


def test_a_sandbox_shows_of_its_folder_what_a_python_needs(place: Path) -> None:
    (place / "secrets.env").write_text("x")
    places = interpreter.places(interpreter.held(place / "bin/python"))
    own = {one.name for one in places if one.is_relative_to(place)}
    assert own == {"bin", "lib", "lib64", "pyvenv.cfg", "share", "etc"}
    base = Path(sys.base_prefix)
    assert {base / "bin", base / "lib"} <= set(places) and base not in places


@pytest.mark.skipif(
    sandboxed.missing(environment("x", platform=tools.native_platform())) is not None, reason="no sandbox"
)
def test_guests_run_in_a_sandbox_where_that_is_said(place: Path) -> None:
    lock = interpreter.lock(there(place))
    plain, inside = built(place, lock), built(place, lock, sandbox=True)
    assert "bwrap" not in plain.command.argv and "bubblewrap" not in plain.how
    assert inside.command.argv[-4:] == (plain.command.argv[5], "-I", "-B", str(place.parent / "stage"))
    assert "bwrap" in inside.command.argv and "bubblewrap" in inside.how


def test_what_is_no_python_says_what_to_do(place: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("x")
    (tmp_path / "dead").symlink_to("/gone/python")
    for path, told in (
        ("nowhere", "there is nothing at"),
        ("empty", "has no bin/python"),
        ("text", "is no program"),
        ("dead", r"leads to a Python that is gone \(/gone/python\): make the environment anew"),
    ):
        with pytest.raises(LackingError, match=told):
            interpreter.program(tmp_path / path)
        one = dataclasses.replace(there(place), options=(("path", path),))
        assert interpreter.missing(one) is not None


def test_a_program_that_tells_nothing_sound_is_refused(tmp_path: Path) -> None:
    for text, told in (
        ("exit 3", "does not run here: exit 3"),
        ("echo trouble >&2; exit 1", "does not run here: trouble"),
        ("echo '{}'", "is no Python that tells what it holds"),
        ("echo no", "is no Python that tells what it holds"),
    ):
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        with pytest.raises(UnusableError, match=told):
            interpreter.held(program)


def test_hostile_facts_make_no_lock_that_says_more_than_packages(tmp_path: Path) -> None:
    told = {
        "python": "3.12.4", "implementation": "CPython", "executable": "/x/python", "virtual": None, "base": ["/x"],
        "packages": {
            "ok": {"version": "1", "files": "0" * 64},
            "--index-url https://x.org": {"version": "1", "files": None},
            "a": {"version": "1\n--index-url https://x.org", "files": None},
        },
        "sources": [],
    }  # fmt: skip

    def answer(**more: object) -> processes.Completed:
        return processes.Completed(code=0, stdout=json.dumps({**told, **more}), stderr="", seconds=0.1)

    stored = tmp_path / "lock.txt"
    stored.write_text(installed.parsed(answer(), of="it").lock().text)
    assert read_lock(stored).packages == {"ok": "1"}
    for more in ({"executable": "/x\n# image y"}, {"executable": "x"}, {"python": "2.7.18"}, {"base": ["/a\x1b"]}):
        with pytest.raises(UnusableError):
            installed.parsed(answer(**more), of="it")
    stored.write_text("--index-url https://x.org\n")
    with pytest.raises(InputError):
        read_lock(stored)


@pytest.mark.parametrize("minor", ["3.6", "3.7", "3.8", "3.10", "3.13"])
def test_every_python_tells_what_it_holds(minor: str, tmp_path: Path) -> None:
    from harness.machine import interpreters

    python = interpreters.find(minor)
    if python is None:
        pytest.skip(interpreters.missing(minor))
    subprocess.run([python, "-m", "venv", "--without-pip", tmp_path / "x"], check=True)
    site = tmp_path / f"x/lib/python{minor}/site-packages/numpy-1.19.5.dist-info"
    site.mkdir()
    (site / "METADATA").write_text("Name: numpy\nVersion: 1.19.5\n")
    found = interpreter.held(tmp_path / "x/bin/python")
    assert (found.minor, found.virtual, found.version("numpy")) == (minor, tmp_path / "x", "1.19.5")
    assert python.resolve().parent.parent in found.base
