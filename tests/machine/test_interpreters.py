"""Where Pythons are looked for; none is installed here."""

from __future__ import annotations

import sys

import pytest

from harness.machine import interpreters

MINOR = "{}.{}".format(*sys.version_info)


@pytest.fixture
def places(tmp_path, monkeypatch):
    interpreters.find.cache_clear()
    for name, folder in (("PATH", "path"), ("PYENV_ROOT", "pyenv"), ("UV_PYTHON_INSTALL_DIR", "uv")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    yield tmp_path
    interpreters.find.cache_clear()


def put(path, program: str = f'exec {sys.executable} "$@"'):
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{program}\n")
    path.chmod(0o755)
    return path


def test_none_is_there(places, monkeypatch) -> None:
    assert interpreters.find(MINOR) is None
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    assert interpreters.find_or_download(MINOR) is None
    assert not interpreters.obtainable(MINOR)
    assert f"uv python install {MINOR}" in interpreters.missing(MINOR)
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "automatic")
    assert interpreters.obtainable(MINOR)


@pytest.mark.parametrize(
    "place", ["path/python{}", "pyenv/versions/{}.9/bin/python", "uv/cpython-{}.9-linux-x86_64-gnu/bin/python{}"]
)
def test_each_place_is_looked_at(places, place) -> None:
    found = put(places / place.format(MINOR, MINOR))
    assert interpreters.find(MINOR) == found


def test_a_candidate_must_answer_with_its_version(places) -> None:
    put(places / f"pyenv/versions/{MINOR}.9/bin/python", "exit 127")  # a shim
    put(places / f"pyenv/versions/{MINOR}.8/bin/python", "echo 2.7")
    found = put(places / f"path/python{MINOR}")
    assert interpreters.find(MINOR) == found


SAID = '{{"version": "{version}", "implementation": "{implementation}", "build": "", "flags": "{flags}"}}'


@pytest.mark.parametrize(
    ("implementation", "flags"), [("PyPy", ""), ("CPython", "t"), ("CPython", "d")], ids=["PyPy", "no lock", "debug"]
)
def test_only_a_cpython_that_wheels_are_built_for_serves(places, implementation, flags) -> None:
    told = SAID.format(version=f"{MINOR}.4", implementation=implementation, flags=flags)
    put(places / f"pyenv/versions/{MINOR}.4/bin/python", f"echo '{told}'")
    assert interpreters.find(MINOR) is None


def test_before_3_8_every_build_has_a_flag(places) -> None:
    told = SAID.format(version=f"{MINOR}.4", implementation="CPython", flags="m")
    found = put(places / f"pyenv/versions/{MINOR}.4/bin/python", f"echo '{told}'")
    assert interpreters.find(MINOR) == found


def test_of_pyenvs_versions_the_newest_is_the_first(places) -> None:
    for patch in ("9", "0rc1", "10", "8t"):
        put(places / f"pyenv/versions/{MINOR}.{patch}/bin/python")
    assert interpreters.find(MINOR) == places / f"pyenv/versions/{MINOR}.10/bin/python"


def test_pyenvs_shims_are_passed_over(places, monkeypatch) -> None:
    put(places / f"shims/python{MINOR}")
    monkeypatch.setenv("PATH", str(places / "shims"))
    assert interpreters.find(MINOR) is None
