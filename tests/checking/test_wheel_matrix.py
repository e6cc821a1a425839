"""The matrix of a wheel that is not released: which releases save, and what loads."""

from __future__ import annotations

import pytest

from harness.checking import wanted, wheel_matrix
from harness.config import matrix as matrices
from harness.config.plan import Plan
from harness.environments import availability, lock
from harness.errors import InputError
from harness.machine import tools

NAME = "scikit_learn-{}-cp312-cp312-manylinux_2_28_x86_64.manylinux_2_27_x86_64.whl"


@pytest.fixture(scope="module")
def known():
    return matrices.load_matrix(tools.MATRIX, native="linux/amd64")


@pytest.fixture
def made(tmp_path, monkeypatch, known):
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))

    def make(version: str, **options: bool):
        wheel = tmp_path / NAME.format(version)
        wheel.write_bytes(b"a wheel")
        return wheel_matrix.write(wheel, known=known, **options)

    return make


def planned(made) -> Plan:
    matrix = matrices.load_matrix(made.file, native="linux/amd64")
    return Plan(profile=matrix.profile(wheel_matrix.PROFILE, satisfiable=lambda _: True))


@pytest.mark.parametrize(
    ("version", "writers", "before"),
    [
        ("1.9.dev0", ("saved-by-1.7.2", "saved-by-1.8.0"), "release-1.8.0-py3.12"),
        ("1.9.0rc1+g0123", ("saved-by-1.7.2", "saved-by-1.8.0"), "release-1.8.0-py3.12"),
        ("1.8.1", ("saved-by-1.7.2", "saved-by-1.8.0"), "release-1.8.0-py3.12"),
        ("1.8.0", ("saved-by-1.6.1", "saved-by-1.7.2"), "release-1.7.2-py3.12"),
        ("1.0.0", ("saved-by-0.24.2",), "release-0.24.2-py3.12"),
    ],
)
def test_the_two_minors_before_it_save_and_the_last_of_them_loads_beside_it(made, version, writers, before) -> None:
    found = made(version)
    assert (found.writers, found.before, found.version) == (writers, before, version)
    plan = planned(found)
    assert set(plan.environments) == {*writers, before, found.after}
    (wheel,) = plan.environments[found.after].wheels
    assert wheel.name == "scikit-learn" and wheel.requirement in lock.requirements(plan.environments[found.after])


def test_models_are_saved_with_a_python_that_is_here(made, monkeypatch) -> None:
    monkeypatch.setattr(wanted.pythons, "there", lambda minor, preferred: "3.11")
    plan = planned(made("1.9.dev0"))
    assert {plan.environments[name].python for name in ("saved-by-1.7.2", "saved-by-1.8.0")} == {"3.11"}


def test_only_the_cells_that_are_needed_are_planned(made, monkeypatch) -> None:
    monkeypatch.setattr(availability, "why_unresolvable", lambda _: None)
    found = made("1.9.dev0")
    plan = wheel_matrix.restricted(planned(found), found)
    assert (plan.producers, set(plan.consumers)) == (found.writers, {found.before, found.after})
    cells = [cell for name in plan.environments for cell in plan.cells(name)]
    assert len(cells) == plan.cell_count == 4 * len(plan.cases)
    assert {cell.consumer for cell in cells} == {found.before, found.after}
    whole = planned(made("1.9.dev0", every=True))
    assert len(whole.cases) > 2 * len(plan.cases) and len(whole.formats) == 3 and len(whole.environments) > 10


def test_where_the_release_before_cannot_be_had_beside_it_its_own_environment_loads(made, monkeypatch) -> None:
    monkeypatch.setattr(availability, "why_unresolvable", lambda _: "no wheels for this Python")
    found = made("1.9.dev0")
    plan = wheel_matrix.restricted(planned(found), found)
    assert set(plan.consumers) == {"saved-by-1.8.0", found.after} and found.before not in plan.environments


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("model.pkl", "this is no wheel"),
        ("numpy-2.3.0-cp312-cp312-linux_x86_64.whl", 'a wheel of "numpy"'),
        ("scikit_learn-1.9.0-py3-none-any.whl", "for no CPython 3"),
        (NAME.format("0.20.0"), "no release before 0.20.0 is known"),
    ],
)
def test_what_is_no_such_wheel_is_refused_with_the_reason(tmp_path, monkeypatch, known, name, message) -> None:
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))
    (tmp_path / name).write_bytes(b"something")
    with pytest.raises(InputError, match=message):
        wheel_matrix.write(tmp_path / name, known=known)
    with pytest.raises(InputError, match="there is no file"):
        wheel_matrix.write(tmp_path / NAME.format("1.9.0"), known=known)
