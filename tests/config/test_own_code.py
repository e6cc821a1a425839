"""Wheels and modules of a user's own: ``packages`` and ``modules`` of environments, by files."""

from __future__ import annotations

import hashlib

import pytest

from harness.config.plan import Plan

from tests import wheels
from tests.config.folder import never

TWO = """{include: [
  {name: a, scikit-learn: "1.5.2", python: "3.12", packages: [./dist/own-1.0-py3-none-any.whl], modules: [v1/features.py]},
  {name: b, scikit-learn: "1.5.2", python: "3.12", packages: [pandas, ./dist/own-2.0-py3-none-any.whl], modules: [v2/features.py]},
]}"""


@pytest.fixture
def own(folder):
    for version in ("1.0", "2.0"):
        wheels.make(folder.path / "dist", "own", version, f"VERSION = {version!r}\n")
    for number in "12":
        (folder.path / f"v{number}").mkdir()
        folder.write(f"v{number}/features.py", f"NUMBER = {number}\n")
    return folder


def environments(folder, text=TWO):
    return folder.part(environments=text).profile("a", satisfiable=never).environments


def test_each_environment_has_its_own(own):
    a, b = environments(own)
    assert (a.packages, b.packages) == ((), ("pandas",))
    (wheel,), (module,) = b.wheels, b.modules
    content = (own.path / "dist/own-2.0-py3-none-any.whl").read_bytes()
    assert (wheel.requirement, wheel.digest) == ("own==2.0", hashlib.sha256(content).hexdigest())
    assert (module.name, module.version) == ("features", None)
    assert a.modules[0].digest != module.digest
    assert b.own == {"own": f"2.0 sha256:{wheel.digest[:16]}", "features": f"sha256:{module.digest[:16]}"}


def test_what_every_environment_has_gives_way_to_one_s_own(own):
    text = TWO.replace("{include:", "{packages: [dist/own-1.0-py3-none-any.whl], modules: [v1/features.py], include:")
    text = text.replace("packages: [./dist/own-1.0-py3-none-any.whl], modules: [v1/features.py]", "numpy: '2.1'")
    a, b = environments(own, text)
    assert [wheel.version for wheel in (*a.wheels, *b.wheels)] == ["1.0", "2.0"]
    assert len(b.modules) == 1 and a.modules != b.modules


def test_a_plan_s_digest_is_of_their_content_and_not_of_their_place(own, tmp_path):
    def digest():
        return Plan(profile=own.part(environments=TWO).profile("a", satisfiable=never)).digest

    first = digest()
    (own.path / "v2/features.py").rename(own.path / "features.py")
    here = TWO.replace("v2/features.py", "features.py")
    assert Plan(profile=own.part(environments=here).profile("a", satisfiable=never)).digest == first
    own.write("v2/features.py", "NUMBER = 3\n")
    assert digest() != first
    wheels.make(own.path / "dist", "own", "2.0", "VERSION = '2.0, built again'\n")
    own.write("v2/features.py", "NUMBER = 2\n")
    assert digest() != first


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            "packages: [./own.whl]",
            'packages[0]: "./own.whl" is not named as wheels are, such as own-1.0-py3-none-any.whl',
        ),
        ("packages: [./own-3.0-py3-none-any.whl]", "packages[0]: there is no file own-3.0-py3-none-any.whl"),
        ("modules: [absent.py]", "modules[0]: absent.py is neither a module such as own.py nor a package"),
        ("modules: [bare]", "modules[0]: bare is neither a module such as own.py nor a package"),
        ("modules: [numpy.py]", 'modules[0]: "numpy.py" would stand in for the module numpy; rename it'),
    ],
)
def test_what_cannot_be_had_is_refused_with_its_place(own, keys, message):
    own.write("numpy.py", "")
    (own.path / "bare").mkdir()
    own.write("bare/rows.csv", "")
    found = own.problems(
        f'schema: 1\nprofiles: {{a: {{}}}}\nenvironments: {{include: [{{scikit-learn: "1.5", python: "3.12", {keys}}}]}}\n'
    )
    assert any(f"environments.include[0].{message}" in line for line in found), found


def test_a_package_is_a_folder(own):
    (own.path / "pack/__pycache__").mkdir(parents=True)
    for name in ("pack/__init__.py", "pack/part.py", "pack/table.csv", "pack/__pycache__/part.pyc", "pack/.hidden"):
        own.write(name, name)
    text = TWO.replace("v1/features.py", "pack")
    before = environments(own, text)[0].modules[0]
    assert before.name == "pack"
    own.write("pack/__pycache__/part.pyc", "other")
    assert environments(own, text)[0].modules[0] == before
    own.write("pack/table.csv", "other")
    assert environments(own, text)[0].modules[0] != before
    (own.path / "pack/__init__.py").unlink()
    assert environments(own, text)[0].modules[0].name == "pack"


def test_a_module_of_an_environment_is_none_of_the_cases_helpers(own):
    own.write("features.py", "NUMBER = 0\n")
    own.write("own.py", "VERSION = 'a draft'\n")
    own.write("ours.py", "import features, own\ndef case_mine(seed): pass\n")
    matrix = own.part(environments=TWO, more="cases: {files: [ours.py]}")
    assert matrix.cases[-1].beside == ()
