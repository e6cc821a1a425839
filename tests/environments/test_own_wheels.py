"""A user's own wheels: asked for as files, locked as pins with hashes, and never another file of that name."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from harness.environments import LackingError, lock, own_wheels
from harness.terms import OwnCode

from tests import wheels
from tests.conftest import environment

HASH = "    --hash=sha256:"


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    monkeypatch.setenv("NOXENVDIR", str(tmp_path / "workspace"))
    path = wheels.make(tmp_path / "dist", "own", "1.0", "")
    return OwnCode(name="own", version="1.0", digest=hashlib.sha256(path.read_bytes()).hexdigest(), path=str(path))


def test_it_is_asked_for_as_a_file_and_locked_as_a_pin(wheel):
    asking = environment("a", wheels=(wheel,))
    asked = lock.requirements(asking)
    assert asked == ["scikit-learn==1.5.2", "numpy==2.1.*", "own==1.0"]
    (*others, file) = own_wheels.asked_as_files(asking, asked)
    assert others == asked[:2] and file.startswith("own @ file://")
    resolved = f"joblib==1.4.2 \\\n{HASH}06d4\n{file} \\\n{HASH}{'0' * 64}\nscipy==1.14.1 \\\n{HASH}0f\n"
    pinned = own_wheels.pinned(asking, resolved)
    assert pinned == f"joblib==1.4.2 \\\n{HASH}06d4\nown==1.0 \\\n{HASH}{wheel.digest}\nscipy==1.14.1 \\\n{HASH}0f\n"
    assert lock.Lock(text=pinned).packages == {"joblib": "1.4.2", "own": "1.0", "scipy": "1.14.1"}


def test_uv_is_shown_a_folder_that_holds_this_wheel_alone(wheel, tmp_path):
    wheels.make(tmp_path / "dist", "numpy", "2.1.0", "a trap")
    option, folder = own_wheels.options(environment("a", wheels=(wheel,)))
    assert option == "--find-links" and [path.name for path in Path(folder).iterdir()] == [Path(wheel.path).name]
    assert own_wheels.options(environment("a")) == []


def test_a_wheel_that_changed_after_the_plan_is_not_taken(wheel, tmp_path):
    wheels.make(tmp_path / "dist", "own", "1.0", "changed = True\n")
    with pytest.raises(LackingError, match="was changed after the plan was made"):
        own_wheels.options(environment("a", wheels=(wheel,)))
    Path(wheel.path).unlink()
    with pytest.raises(LackingError, match="cannot be read"):
        own_wheels.options(environment("a", wheels=(wheel,)))
