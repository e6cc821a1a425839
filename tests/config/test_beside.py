"""What lies beside a user's case files: helpers that they import, and data that they read."""

from __future__ import annotations

import pytest

from harness.config import beside
from harness.environments.stage import stage
from harness.errors import InputError
from harness.run.schedule import unchanged_files

from tests.config.folder import never

CASE = """
def case_mine(seed):
    import helper
    from pack.inner import thing
    import json, sklearn
"""
FILES = {
    "ours.py": CASE,
    "helper.py": "import deeper\n",
    "deeper.py": "import helper\n",
    "pack/__init__.py": "",
    "pack/inner.py": "",
    "other.py": "raise RuntimeError('nobody imports this')\n",
    "json.py": "raise RuntimeError('this one neither')\n",
    "prices.csv": "1,2\n",
    "tables/one.csv": "3\n",
    "tables/.hidden": "4\n",
}
HELPERS = ["deeper.py", "helper.py", "pack/__init__.py", "pack/inner.py"]


@pytest.fixture
def ours(folder):
    for name, text in FILES.items():
        (folder.path / "in").joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        folder.write(f"in/{name}", text)
    return folder


def case_of(folder, data="[in/prices.csv, in/tables]"):
    matrix = folder.part(more=f"cases: {{files: [in/ours.py], data: {data}}}", profiles="{a: {cases: [mine]}}")
    profile = matrix.profile("a", satisfiable=never)
    return profile.cases[0], profile


def test_helpers_are_found_by_their_imports_and_data_by_its_name(ours):
    case, _ = case_of(ours)
    assert [name for name, _ in case.beside] == sorted([*HELPERS, "prices.csv", "tables/one.csv"])
    case, _ = case_of(ours, data="[]")
    assert [name for name, _ in case.beside] == HELPERS


@pytest.mark.parametrize("name", [*HELPERS, "prices.csv", "tables/one.csv"])
def test_each_is_in_the_case_s_digest_and_may_not_change_after_the_plan(ours, name):
    before, profile = case_of(ours)
    assert name in unchanged_files(profile)
    ours.write(f"in/{name}", FILES[name] + "# changed\n")
    assert case_of(ours)[0].digest != before.digest
    with pytest.raises(InputError, match=r"ours\.py: it was changed"):
        unchanged_files(profile)


@pytest.mark.parametrize("name", ["other.py", "json.py", "tables/.hidden"])
def test_what_is_not_used_is_not_in_it(ours, name):
    before, _ = case_of(ours)
    ours.write(f"in/{name}", "changed")
    assert case_of(ours)[0].digest == before.digest


def test_they_lie_beside_the_guest_as_they_lay_beside_the_case(ours, monkeypatch):
    monkeypatch.setenv("NOXENVDIR", str(ours.path / "workspace"))
    staged = stage(unchanged_files(case_of(ours)[1]))
    for name in ("ours.py", *HELPERS, "prices.csv", "tables/one.csv"):
        assert (staged / name).read_text() == FILES[name]
    assert not (staged / "other.py").exists() and not (staged / "json.py").exists()


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("in/absent.csv", "there is no file in/absent.csv"),
        ("outside.csv", "outside.csv lies beside no file of cases.files: move it there, or into a folder beneath"),
        ("in/../outside.csv", "outside.csv lies beside no file of cases.files"),
        ("in/helper.py", '"helper.py" is no data: a module is found by its import'),
        ("in/guest", '"guest/wire.py.csv" would lie among the guest\'s own files; rename it'),
    ],
)
def test_data_that_is_none(ours, word, message):
    ours.write("outside.csv", "")
    (ours.path / "in/guest").mkdir()
    ours.write("in/guest/wire.py.csv", "")
    with pytest.raises(InputError) as caught:
        case_of(ours, data=f"[{word}]")
    assert f"cases.data[0]: {message}" in str(caught.value)


def test_data_is_not_copied_without_end(ours, monkeypatch):
    monkeypatch.setattr(beside, "MOST_BYTES", 3)
    with pytest.raises(InputError, match=r"cases.data\[0\]: 4 bytes lie beside the cases, more than 3"):
        case_of(ours)


def test_a_helper_that_is_no_python_is_told(ours):
    ours.write("in/helper.py", "def broken(")
    with pytest.raises(InputError, match=r"helper.py, line 1: not Python"):
        case_of(ours)
