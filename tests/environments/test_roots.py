"""Roots and what is in them, without Debian: mmdebstrap is a stand-in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli import app
from harness.environments import NotReadyError, UnsatisfiableError, bytecode, debian, rootfs, roots
from harness.machine import processes

from tests.conftest import environment

S390X = environment(
    "s390x", kind="rootfs", platform="linux/s390x", suite="bookworm", source="debian", python="3.11",
    scikit_learn="1.2.1", numpy="1.24", packages=("cloudpickle",),
)  # fmt: skip
HELD = {"scikit-learn": "1.2.1", "numpy": "1.24.2", "joblib": "1.2.0"}


class Debian:
    """Stands in for the door to processes: apt-get tells its sources, mmdebstrap makes a root."""

    def __init__(self) -> None:
        self.made: list[list[str]] = []
        self.code: int | None = 0
        self.said = "E: no such suite\n"
        self.valid = ""
        self.sums = "00ff  python3_3.11.2_s390x.deb\n11ee  python3-sklearn_1.2.1_s390x.deb\n"

    def __call__(self, argv, **_):
        words = [str(word) for word in argv]
        if words[0] == "apt-get":
            told = "mirror://updates Debian bookworm-updates\nmirror://debian Debian bookworm\nmirror://other Other x\n"
            return processes.Completed(code=0, stdout=told, stderr="", seconds=0.1)
        if words[0] == "apt-config":
            return processes.Completed(code=0, stdout=self.valid, stderr="", seconds=0.1)
        assert words[0] == "mmdebstrap"
        self.made.append(words)
        root = Path(words[-2])
        (root / "usr/lib/python3/dist-packages").mkdir(parents=True)
        (root.parent / "sums.txt").write_text(self.sums)
        for name, version in HELD.items():
            place = root / f"usr/lib/python3/dist-packages/{name.replace('-', '_')}-{version}.egg-info"
            place.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        return processes.Completed(code=self.code, stdout="", stderr=self.said, seconds=0.1)


@pytest.fixture
def world(monkeypatch, tmp_path) -> Debian:
    made = Debian()
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))
    monkeypatch.setattr(processes, "run", made)
    monkeypatch.setattr(roots.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(roots.os, "geteuid", lambda: 0)
    monkeypatch.setattr(bytecode, "add", lambda *_, **__: None)
    return made


def test_a_root_is_made_once_of_what_the_recipe_says(world) -> None:
    recipe = roots.recipe("bookworm", "linux/s390x", ("python3-sklearn",))
    first = roots.made(recipe)
    assert roots.made(recipe) == first
    (command,) = world.made
    assert {"--variant=extract", "--architectures=s390x", "bookworm"} <= set(command)
    assert command[-1] == "mirror://debian"  # no updates: the same root tomorrow
    assert [word for word in command if word.startswith("--include=") and word.endswith(",python3-sklearn")]
    assert (first.folder / "usr/local/lib/python3.11/dist-packages").is_dir()
    assert first.packages[0] == "python3_3.11.2_s390x.deb sha256:00ff"
    assert list(roots.stored()) == [first]
    assert roots.recipe("trixie", "linux/s390x").name != roots.recipe("trixie", "linux/arm64").name


@pytest.mark.parametrize(("code", "told"), [(1, "bookworm: E: no such suite"), (None, "within 900 s")])
def test_a_root_that_was_not_made_is_none(world, code, told) -> None:
    world.code = code
    with pytest.raises(NotReadyError, match=told):
        roots.made(roots.recipe("bookworm", "linux/arm64"))
    assert list(roots.stored()) == []
    world.code = 0
    roots.made(roots.recipe("bookworm", "linux/arm64"))  # what was left over is no hindrance
    assert len(list(roots.stored())) == 1


def test_an_expired_list_is_taken_only_where_this_machines_apt_takes_it(world) -> None:
    world.code, world.said = 1, "E: Release file for http://debian.invalid/InRelease is expired (invalid since 24d)"
    with pytest.raises(NotReadyError, match=r'is expired .*APT_CONFIG names: Acquire::Check-Valid-Until "false";$'):
        roots.made(roots.recipe("forky", "linux/amd64"))
    world.code, world.valid = 0, "valid='false'\n"
    roots.made(roots.recipe("forky", "linux/amd64"))
    option = '--aptopt=Acquire::Check-Valid-Until "false"'
    assert [option in command for command in world.made] == [False, True]


def test_who_cannot_make_it_is_told_what_to_do(world, monkeypatch) -> None:
    recipe = roots.recipe("bookworm", "linux/arm64")
    monkeypatch.setattr(roots.os, "geteuid", lambda: 1000)
    with pytest.raises(NotReadyError, match="sudo python -m harness rootfs build"):
        roots.made(recipe)
    monkeypatch.setattr(roots.shutil, "which", lambda _: None)
    assert roots.missing(recipe) == ["mmdebstrap"]
    with pytest.raises(NotReadyError, match="apt-get install mmdebstrap"):
        roots.made(recipe)
    assert not world.made


def test_a_root_that_is_there_needs_no_rights(world, monkeypatch) -> None:
    recipe = roots.recipe("bookworm", "linux/arm64")
    roots.made(recipe)
    monkeypatch.setattr(roots.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(roots.shutil, "which", lambda _: None)
    assert roots.missing(recipe) == []
    roots.made(recipe)


def test_the_lock_lists_debians_packages_and_what_they_call_themselves(world) -> None:
    found = rootfs.lock(S390X)
    assert found.packages == HELD
    assert found.text.startswith("#deb python3_3.11.2_s390x.deb sha256:00ff\n")
    (command,) = world.made
    assert [word for word in command if word.endswith(",python3-sklearn,python3-cloudpickle")]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"scikit_learn": "1.3"}, "bookworm on linux/s390x has scikit-learn 1.2.1, not 1.3"),
        ({"scikit_learn": "1.2.10"}, "has scikit-learn 1.2.1, not 1.2.10"),
        ({"numpy": "1.2"}, "has numpy 1.24.2, not 1.2"),
    ],
)
def test_a_version_that_debian_does_not_have(world, asked, told) -> None:
    wanted = environment("s390x", **{**{name: getattr(S390X, name) for name in vars(S390X) if name != "name"}, **asked})
    with pytest.raises(UnsatisfiableError, match=told):
        rootfs.lock(wanted)


def test_another_runs_root_is_not_this_one(world) -> None:
    old = rootfs.lock(S390X).text
    root = roots.made(rootfs.needed(S390X))
    debian.check(old, root)
    debian.check("numpy==2.0\n", root)  # of wheels: any root will do
    with pytest.raises(NotReadyError, match=r"1 of its packages are others by now, such as python3_3.11.2_s390x.deb"):
        debian.check(old.replace("00ff", "22dd"), root)


MATRIX = """
schema: 1
environments:
  include:
    - {scikit-learn: "1.5.2", python: "3.11", kind: rootfs, platform: linux/arm64}
    - {scikit-learn: "1.2.1", python: "3.11", kind: rootfs, platform: linux/arm64}
    - {scikit-learn: "1.2.1", python: "3.11"}
profiles: {default: {environments: ["*-arm64"], kinds: [rootfs]}}
"""


def call(tmp_path, *words: str, code: int = 0) -> str:
    (tmp_path / "matrix.yaml").write_text(MATRIX)
    done = CliRunner().invoke(app, ["rootfs", *words, "--matrix", str(tmp_path / "matrix.yaml")])
    assert done.exit_code == code, done.output
    return done.stdout


def test_the_verbs(world, tmp_path) -> None:
    assert "packages in" in call(tmp_path, "build")
    call(tmp_path, "build", "sk1.5-py3.11-arm64")
    assert len(world.made) == 1  # two environments, one root
    other = roots.made(roots.recipe("bullseye", "linux/arm64"))
    used, unused = sorted(json.loads(call(tmp_path, "list", "--json")), key=lambda row: row["suite"])
    if used["suite"] != "bookworm":
        used, unused = unused, used
    assert used["environments"] == ["sk1.5-py3.11-arm64", "sk1.2-py3.11-arm64"]
    assert (unused["root"], unused["environments"], unused["packages"]) == (other.recipe.name, [], 2)
    assert "none of this matrix" in call(tmp_path, "list")
    call(tmp_path, "remove", "--unused")
    assert [root.recipe.name for root in roots.stored()] == [used["root"]]
    call(tmp_path, "remove", used["root"])
    assert list(roots.stored()) == []


@pytest.mark.parametrize("words", [("build", "sk1.2-py3.11-amd64"), ("remove", "nothing"), ("remove",)])
def test_what_is_no_root_is_said(world, tmp_path, words) -> None:
    call(tmp_path, *words, code=1)  # through main: 2, as InputError has it
