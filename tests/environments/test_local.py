"""Where local environments lie, and while which of them may be used as it is. None is built."""

from __future__ import annotations

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.environments import Folders, local
from harness.environments.lock import Lock
from harness.machine import interpreters
from harness.terms import Limits

from tests.conftest import environment

LOCK = Lock(text="a==1\n")


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))
    monkeypatch.delenv("HARNESS_MATRIX", raising=False)
    return tmp_path


def put(one, lock=LOCK) -> Path:
    """An environment whose Python is this one's."""
    place = local.folder(one, lock)
    (place / "bin").mkdir(parents=True)
    (place / "bin/python").symlink_to(sys.executable)
    local.stamp(place, one)
    return place


def test_environments_that_differ_in_anything_never_share_a_folder(workspace) -> None:
    names = ("x.1", "x-1", "X-1", "x_1")
    every = [
        environment(name, python=python, kind=kind)
        for name in names
        for python in ("3.10", "3.11")
        for kind in ("local", "node")
    ]
    every += [environment("x-1", platform="linux/arm64")]
    places = {local.folder(one, lock) for one in every for lock in (LOCK, Lock(text="a==2\n"))}
    assert len(places) == 2 * len(every)
    assert len({str(place).lower() for place in places}) == len(places)


def test_one_that_is_there_is_used_while_its_interpreter_is_the_one_it_was_made_with(workspace, monkeypatch) -> None:
    one = environment("old")
    assert local.ready(one, LOCK) is None
    place = put(one)
    assert local.ready(one, LOCK) == place / "bin/python"
    assert local.ready(one, Lock(text="a==2\n")) is None
    assert local.ready(environment("old", python="3.10"), LOCK) is None
    told = interpreters.describe(Path(sys.executable))
    for name in ("version", "build", "implementation", "platform", "libc"):  # an upgrade in place leaves the link
        with monkeypatch.context() as patch:
            patch.setattr(interpreters, "describe", lambda _, name=name: {**told, name: "another"})
            assert local.ready(one, LOCK) is None
    (place / "bin/python").unlink()
    assert local.ready(one, LOCK) is None


def test_what_is_forgotten_or_half_made_is_not_used(workspace) -> None:
    one = environment("old")
    place = put(one)
    for half in ("{", "[]", "{}", '{"interpreter": null}'):
        (place / "persistence-matrix.json").write_text(half)
        assert local.ready(one, LOCK) is None
    local.stamp(place, one)
    local.forget(one, LOCK)
    local.forget(one, LOCK)
    assert local.ready(one, LOCK) is None


def test_only_what_the_same_environment_of_the_same_matrix_held_before_is_removed(workspace, monkeypatch) -> None:
    old, other = environment("old", python="3.11"), environment("other")
    before, beside = put(old), put(other)
    monkeypatch.setenv("HARNESS_MATRIX", "/another/matrix.yaml")
    foreign = put(environment("old", python="3.9"))
    monkeypatch.delenv("HARNESS_MATRIX")
    now = put(environment("old", python="3.10"))
    assert [place.exists() for place in (before, beside, foreign, now)] == [False, True, True, True]
    assert json.loads((foreign / "persistence-matrix.json").read_text())["matrix"] == "/another/matrix.yaml"


def test_two_that_want_the_same_one_build_it_once(workspace, monkeypatch) -> None:
    one, started = environment("wanted"), threading.Barrier(2)
    built = []

    def session(environment, lock, limits, matrix) -> float:
        built.append(environment.name)
        time.sleep(0.5)
        put(environment, lock)
        return 0.5

    def build(_):
        started.wait()
        return local.build(one, LOCK, folders=Folders(stage=workspace), limits=Limits())

    monkeypatch.setattr(local, "_run_session", session)
    with ThreadPoolExecutor(2) as pool:
        seconds = {done.seconds for done in pool.map(build, range(2))}
    assert (built, seconds) == (["wanted"], {None, 0.5})
